"""指标: a figure without a definition, a scope or a source is hearsay; contradicting ones stand side by side."""

import re
from decimal import Decimal

import pytest
from django.utils import translation

from lianzhang.accounts.actions import Refused
from lianzhang.indicators import actions, definitions, queries
from lianzhang.indicators.models import Figure
from lianzhang.registry import sources
from lianzhang.registry.models import Source
from tests.cast import Cast

CHINESE = re.compile(r"[\u4e00-\u9fff]")
# The formulas that were checked against published figures: value = numerator ÷ denominator, typed from the reports.
CHECKED = {
    "inv_completion": (629.0, 647.4, 97.2),
    "start_rate_plan": (206, 255, 80.8),
    "start_rate_signed": (6, 10, 60.0),
    "fulfil_rate": (9, 11, 81.82),
    "funds_in_rate": (9.88, 24, 41.17),
    "request_close_rate": (2827, 2919, 96.8),
}


def test_every_definition_is_whole_in_both_languages() -> None:
    for key, found in definitions.all_definitions().items():
        assert all((found.formula, found.numerator, found.unit, found.scope, found.source)), key
        assert CHINESE.search(found.zh), key
        unit_en = definitions.UNITS_EN.get(found.unit, found.unit)
        for english in (found.en, found.formula_en, found.scope_en, found.source_en, unit_en):
            assert english, key
            assert not CHINESE.search(english), key


@pytest.mark.parametrize("key", sorted(CHECKED))
def test_a_ratio_names_what_it_divides_and_matches_the_figure_it_was_checked_on(key: str) -> None:
    above, below, published = CHECKED[key]
    found = definitions.of(key)
    assert found is not None
    assert found.formula.count("÷") == 1
    assert found.denominator
    assert not found.is_proposal
    assert above / below * 100 == pytest.approx(published, abs=0.06)


def test_what_has_no_official_formula_says_so() -> None:
    for key in ("local_match", "landing_rate", "gap_close_rate", "rd_coverage"):
        found = definitions.of(key)
        assert found is not None
        assert found.is_proposal
        assert "拟定" in found.shown_source


def test_two_start_rates_are_two_indicators() -> None:
    plan, signed = definitions.of("start_rate_plan"), definitions.of("start_rate_signed")
    assert plan is not None
    assert signed is not None
    assert plan.denominator != signed.denominator


def test_a_label_follows_the_reader() -> None:
    found = definitions.of("rd_coverage")
    assert found is not None
    with translation.override("en"):
        assert found.label == found.en
    assert found.label == found.zh


@pytest.fixture
def source() -> Source:
    return Source.objects.create(code="S", title="年鉴")


def enter(cast: Cast, source: Source | sources.Named, **fields: object) -> Figure:
    said = {"indicator": "rd_coverage", "year": 2025, "value": Decimal(85), "unit": "%", "scope": "全市", **fields}
    return actions.enter(by=cast.secretary, source=source, **said)


@pytest.mark.django_db
def test_a_figure_needs_definition_scope_and_source(cast: Cast, source: Source) -> None:
    for fields, missing in (({"indicator": "happiness"}, "happiness"), ({"scope": " "}, "口径")):
        with pytest.raises(Refused, match=missing):
            enter(cast, source, **fields)
    with pytest.raises(Refused, match="来源"):
        enter(cast, sources.Named(title=" "))
    assert not Figure.objects.exists()


@pytest.mark.django_db
def test_a_correction_keeps_scope_and_source(cast: Cast, source: Source) -> None:
    found = enter(cast, source)
    with pytest.raises(Refused, match="口径"):
        actions.correct(figure=found, source=source, changes={"scope": ""}, version=1, by=cast.secretary)
    actions.correct(
        figure=found, source=source, changes={"value": Decimal(86), "year": 1999}, version=1, by=cast.secretary
    )
    found.refresh_from_db()
    assert (found.value, found.year, found.version) == (86, 2025, 2), "the year is what the figure is of, not a value"


@pytest.mark.django_db
def test_only_a_different_value_of_the_same_thing_contradicts(cast: Cast, source: Source) -> None:
    one = enter(cast, source, chain=cast.chain_a)
    other = enter(cast, source, chain=cast.chain_a, value=Decimal(80), scope="规上")
    enter(cast, source, chain=cast.chain_b, value=Decimal(70))
    enter(cast, source, chain=cast.chain_a, year=2024, value=Decimal(60))
    enter(cast, source, chain=cast.chain_a, value=Decimal(90), is_target=True)
    every = list(queries.figures(cast.secretary))
    assert queries.conflicts(every) == {one.pk, other.pk}
    assert queries.beside(one, cast.secretary) == [other]


@pytest.mark.django_db
def test_the_same_value_twice_is_no_contradiction(cast: Cast, source: Source) -> None:
    enter(cast, source)
    enter(cast, source, scope="又一处")
    assert queries.conflicts(Figure.objects.all()) == set()


@pytest.mark.django_db
def test_a_value_is_read_aloud_with_its_comparison_and_unit(cast: Cast, source: Source) -> None:
    assert enter(cast, source, value=Decimal("2234.5"), unit="亿元", comparison="≥").shown == "≥2,234.5 亿元"
    assert enter(cast, source, value=Decimal(5000), unit="家").shown == "5,000 家"


@pytest.mark.django_db
def test_a_firm_reads_no_indicators(cast: Cast, source: Source) -> None:
    enter(cast, source)
    assert not Figure.objects.visible_to(cast.anchor_1).exists()
    assert Figure.objects.visible_to(cast.district_east).exists()
    assert not Figure.objects.editable_by(cast.lead_officer).exists(), "a department corrects those of its own chain"


@pytest.mark.parametrize(
    ("unit", "chinese", "english"),
    [("家", "≥470 家", "≥470"), ("亿元", "≥470 亿元", "≥470 100m CNY"), ("%", "≥470 %", "≥470 %")],
)
def test_a_figure_is_read_aloud_in_the_readers_language(unit: str, chinese: str, english: str) -> None:
    figure = Figure(value=Decimal(470), comparison="≥", unit=unit)
    assert figure.shown == chinese
    with translation.override("en"):
        assert figure.shown == english
