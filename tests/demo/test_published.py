"""The published half: every record has its source, nothing is written that the report does not say."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.apps import apps
from django.db import models

from lianzhang.accounts.models import Appointment, Body, Person
from lianzhang.chains.models import Action, Anchor, Chain, ChainSuccession, Result, Scheme
from lianzhang.demo import provenance
from lianzhang.indicators import definitions
from lianzhang.indicators.models import Figure
from lianzhang.projects.models import Event, Project
from lianzhang.projects.stages import Stage
from lianzhang.registry.models import Enterprise, Purchase, Source
from lianzhang.resources.models import Resource
from lianzhang.supervision.models import Meeting
from lianzhang.trail.models import Event as Trace

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("example")]

# The rows of domain facts that are said of 2023, by chain, and of which fact: typed here a second time, from the table.
FACTS_OF = {
    "smart_appliance": {11, 12, 13, 14, 15, 16, 17, 18},
    "nev": {11},
    "high_end_chemical": {19},
    "marine_equipment": {11},
    "food_beverage": {11},
    "textile_apparel": {20, 21},
    "new_display": {22, 23, 24, 25},
    "ai": {26, 27},
    "smart_equipment": {28, 29, 30},
    "finance": {31, 32},
    "tech_service": {33, 34, 36},
    "exhibition": {37, 38, 39},
}
PLANNED = {
    "rail_transit", "nev", "marine_equipment", "food_beverage", "ic", "vr", "biomed", "advanced_materials",
    "instruments", "general_aviation", "hydrogen_storage", "logistics", "commerce", "culture_tourism", "software_it",
}  # fmt: skip
UNPLANNED = {
    "smart_appliance", "high_end_chemical", "textile_apparel", "new_display", "ai", "smart_equipment", "finance",
    "tech_service", "exhibition",
}  # fmt: skip


def detail(record: models.Model) -> dict[str, Any]:
    """What the trail says of where a record came from."""
    trace = Trace.objects.filter(subject_type=record._meta.label_lower, subject_id=str(record.pk)).earliest("seq")
    found: dict[str, Any] = json.loads(bytes(trace.body))["detail"]
    return found


def invented(record: Any) -> bool:
    """Whether a record is of the annex: by its own mark, or by that of what it belongs to."""
    for name in ("is_illustrative",):
        if hasattr(record, name):
            return bool(getattr(record, name))
    owner = next(getattr(record, name) for name in ("chain", "scheme", "old", "action") if hasattr(record, name))
    return invented(owner)


def published(*kinds: type[models.Model]) -> Iterator[Any]:
    return (record for kind in kinds for record in kind._default_manager.all() if not invented(record))


def test_every_published_record_names_a_fact_that_exists_and_its_source() -> None:
    facts = {int(number) for number in provenance.data("facts")["facts"]}
    sources = set(Source.objects.values_list("code", flat=True))
    count = 0
    kinds = (Scheme, Chain, ChainSuccession, Result, Action, Anchor, Enterprise, Project, Event, Resource, Figure)
    for record in published(*kinds):
        said = detail(record)
        fact = said["fact"]
        assert said["source"] in sources, record
        if isinstance(fact, int):
            assert fact in facts, record
        elif fact.startswith("P"):
            assert 1 <= int(fact[1:]) <= 24, record
        else:
            assert fact in sources, record
        count += 1
    assert count > 150


def test_results_actions_resources_and_figures_show_their_source_on_the_page() -> None:
    for record in published(Result, Action, Resource, Figure):
        assert record.source is not None, record
        assert record.source_note or record.source.code != "ART", record


def test_there_are_42_facts_of_one_report() -> None:
    facts = provenance.data("facts")["facts"]
    assert set(facts) == {str(number) for number in range(1, 43)}
    report = Source.objects.get(code="ART")
    assert report.published_on == date(2024, 2, 27)


def test_each_of_the_42_facts_is_told_by_a_record() -> None:
    kinds = (Body, Result, Action, Anchor, Enterprise, Project, Event, Resource, Figure)
    told = {detail(record).get("fact") for record in published(*kinds)}
    meeting = Meeting.objects.get(is_illustrative=False)
    assert meeting.held_on == date(2024, 2, 26)
    told |= {int(number) for number in re.findall(r"事实(\d+)：", meeting.summary)}
    assert {fact for fact in told if isinstance(fact, int)} == set(range(1, 43))
    assert (meeting.decisions.count(), meeting.attendees.count(), meeting.chaired_by) == (0, 0, None), "not published"


def test_the_scheme_of_2022_has_24_chains_in_three_groups() -> None:
    chains = Chain.objects.filter(scheme__code="qingdao-2022")
    assert Counter(chains.values_list("group", flat=True)) == {"strong": 7, "emerging": 10, "service": 7}
    assert set(chains.values_list("slug", flat=True)) == PLANNED | UNPLANNED
    assert {c.slug for c in chains if c.is_service} == {c.slug for c in chains if c.group == "service"}
    assert "推断" in Scheme.objects.get(code="qingdao-2022").note, "that the grouping is inferred is said"


def test_results_are_those_the_report_gives_chain_by_chain() -> None:
    found: dict[str, set[int]] = {}
    for result in published(Result):
        found.setdefault(result.chain.slug, set()).add(detail(result)["fact"])
    assert found == FACTS_OF
    assert set(Result.objects.filter(chain__is_illustrative=False).values_list("year", flat=True)) == {2023}


def test_fifteen_chains_have_a_plan_and_nine_have_none() -> None:
    actions = Action.objects.filter(chain__scheme__code="qingdao-2022")
    assert set(actions.values_list("chain__slug", flat=True)) == PLANNED
    assert set(actions.values_list("year", flat=True)) == {2024}
    for action in actions:
        row = int(str(detail(action)["fact"]).removeprefix("P").replace("42", "20"))
        assert action.chain.position == row, f"{action} is of row {row} of the plans"


def test_deadlines_of_the_plans_say_that_they_are_our_reading() -> None:
    actions = Action.objects.filter(chain__scheme__code="qingdao-2022")
    assert {a.due_on for a in actions} == {date(2024, 12, 31)}
    assert {a.due_note for a in actions} == {"年度计划，原文未列时限；按年末计"}


def test_nothing_was_reported_judged_or_finished_in_anybodys_name() -> None:
    for action in Action.objects.filter(chain__is_illustrative=False):
        assert (action.progress, action.progress_on, action.done_value, action.light) == ("", None, None, "")
        assert action.state == Action.State.OPEN


def test_the_only_target_of_the_plans_is_a_thousand_events_of_commerce() -> None:
    (action,) = Action.objects.filter(chain__is_illustrative=False, target_value__isnull=False)
    assert (action.chain.slug, action.target_value, action.unit) == ("commerce", 1000, "场")
    assert action.counted_from == Action.Counted.EVENTS
    assert not Event.objects.filter(chain=action.chain).exists(), "no rows are made up to meet it"


def test_what_became_of_the_24_is_proposed_and_every_one_is_answered_for() -> None:
    rows = list(ChainSuccession.objects.filter(scheme__code="qingdao-2025").select_related("old", "new"))
    assert {row.old.slug for row in rows} == PLANNED | UNPLANNED
    assert not any(row.is_confirmed for row in rows)
    kept = {row.old.slug for row in rows if row.new is None}
    assert kept == {"finance", "logistics", "commerce", "culture_tourism", "tech_service", "exhibition"}
    assert {row.old.slug for row in rows if row.note == "?"} == {"rail_transit", "marine_equipment"}
    assert not Scheme.objects.get(code="qingdao-2025").is_confirmed
    assert Chain.objects.filter(scheme__code="qingdao-2025").count() == 11


def test_projects_stand_at_the_stage_the_report_states_without_amounts_or_days() -> None:
    found = {p.name: p.stage for p in Project.objects.filter(is_illustrative=False)}
    assert found == {
        "加西贝拉冰箱压缩机项目": Stage.NEGOTIATING,
        "斑科变频项目": Stage.NEGOTIATING,
        "潍柴（青岛）智慧重工智造中心": Stage.IN_PRODUCTION,
        "环球集团示范工厂项目": Stage.STARTED,
        "软控科创中心": Stage.SIGNED,
    }
    empty = (
        "intended_wan",
        "agreed_wan",
        "arrived_wan",
        "plan_year_wan",
        "done_year_wan",
        "started_on",
        "completed_on",
    )
    for project in Project.objects.filter(is_illustrative=False):
        assert [getattr(project, name) for name in empty] == [None] * len(empty)
        assert project.stage_note


def test_totals_without_published_rows_say_so_and_no_rows_are_made_for_them() -> None:
    totals = {f.indicator: f for f in Figure.objects.filter(chain=None, is_illustrative=False)}
    assert {k: int(v.value) for k, v in totals.items()} == {
        "key_project_count": 311,
        "key_project_done": 2234,
        "rd_coverage": 85,
        "exhibition_per_chain": 1,
        "event_signing_count": 538,
        "event_intended": 2679,
    }
    assert {f.rows_note for f in totals.values()} == {"明细未公布"}
    assert Project.objects.filter(is_illustrative=False).count() == 5


def test_figures_that_contradict_each_other_stand_side_by_side() -> None:
    growth = Figure.objects.filter(indicator="value_added_growth", chain__slug="smart_appliance", is_illustrative=False)
    assert sorted((f.comparison, float(f.value), f.source.code) for f in growth) == [
        ("", 8.3, "QDYB"),
        ("", 9.1, "QDYB"),
        ("≥", 10.0, "ART"),
    ]
    assert len({f.scope for f in growth}) == 3


def test_every_figure_has_a_definition_a_scope_and_a_date() -> None:
    for figure in Figure.objects.all():
        definition = definitions.of(figure.indicator)
        assert definition is not None, figure
        assert figure.unit == definition.unit, figure
        assert figure.scope
        assert figure.as_of is not None


def test_no_person_is_named_for_a_published_body() -> None:
    assert not Person.objects.filter(is_illustrative=False).exists()
    assert not Appointment.objects.filter(body__is_illustrative=False).exists()


def test_a_real_firm_has_its_name_and_nothing_invented() -> None:
    for firm in Enterprise.objects.filter(is_illustrative=False):
        assert (firm.credit_code, firm.region_code, firm.address, firm.industry_code) == (None, "", "", "")
        assert "企业全称未核" in firm.note
        assert "示例" not in firm.name


def test_no_invented_row_points_to_a_real_firm_or_chain_and_no_real_row_to_an_invented_one() -> None:
    checked = 0
    for model in apps.get_models():
        if not model.__module__.startswith("lianzhang.") or not hasattr(model, "is_illustrative"):
            continue
        for field in model._meta.concrete_fields:
            target = field.related_model
            if not isinstance(target, type) or not hasattr(target, "is_illustrative") or target in (Source, Person):
                continue
            crossing = model._default_manager.exclude(
                is_illustrative=models.F(f"{field.name}__is_illustrative")
            ).filter(**{f"{field.name}__isnull": False})
            assert not crossing.exists(), f"{model.__name__}.{field.name}: {list(crossing[:3])}"
            checked += 1
    assert checked > 20


def test_rows_without_a_mark_of_their_own_follow_their_chain() -> None:
    for result in Result.objects.select_related("chain", "source"):
        assert result.source.is_illustrative == result.chain.is_illustrative
    for action in Action.objects.exclude(source=None).select_related("chain", "source"):
        assert action.source is not None
        assert action.source.is_illustrative == action.chain.is_illustrative
    assert not Purchase.objects.filter(buyer__is_illustrative=False).exists()
    for resource in Resource.objects.prefetch_related("chains"):
        assert {chain.is_illustrative for chain in resource.chains.all()} == {resource.is_illustrative}


@pytest.mark.parametrize("noise", ["195个", "1007", "CHAO", "大鲍岛", "百盛", "35万"])
def test_side_bar_news_is_not_imported(noise: str) -> None:
    text = json.dumps([provenance.data(name) for name in ("facts", "plans", "works", "figures")], default=str)
    assert noise not in text
