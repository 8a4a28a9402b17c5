"""A cell on its way in: what a column takes, what its field can hold, how it is kept and shown in the preview."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from chainlab.sheets import Field, Kind, layouts
from chainlab.sheets.reading import Band, Blank
from lianzhang.chains.models import Action
from lianzhang.intake import fitting, ledgers, lookups, packing, showing, tables
from lianzhang.intake.columns import Coded, Column, Desk, Local, Named, Refusal
from lianzhang.intake.models import StagedRow
from lianzhang.intake.protocol import Incoming
from tests.cast import Cast

ROW = Incoming("sheet", 2, {}, raw={"state": "已停", "who": "甲"})
DESK = Desk(None, {})  # type: ignore[arg-type]
CODED = Coded("state", "state", codes={"open": "o"})


def refused(take: Any) -> str:
    with pytest.raises(Refusal) as refusal:
        take()
    return refusal.value.finding.message_zh


@pytest.mark.parametrize(
    ("column", "empty"),
    [
        (Column("f", "a"), None),
        (CODED, None),
        (Named("f", "a"), None),
        (Local("f", "a", sheet="other"), None),
        (lookups.District("f", "a"), None),
        (lookups.Several("f", "a"), []),
    ],
    ids=lambda value: type(value).__name__,
)
def test_an_answer_of_none_clears_the_attribute(column: Column, empty: Any) -> None:
    assert list(column.take(Blank.NOT_APPLICABLE, row=ROW, desk=DESK).values()) == [empty]


def test_a_choice_that_moves_by_its_own_steps_is_not_taken_from_a_ledger() -> None:
    assert CODED.take("open", row=ROW, desk=DESK) == {"state": "o"}
    assert refused(lambda: CODED.take("stopped", row=ROW, desk=DESK)) == ("“已停”不能通过台账填报，请在系统内办理。")


def test_a_name_that_stands_for_nothing_is_said_with_what_to_do() -> None:
    column = Named("who", "who_id", table=lambda _desk: {"甲": 1}, what_zh="机构")
    assert column.take("甲", row=ROW, desk=Desk(None, {})) == {"who_id": 1}  # type: ignore[arg-type]
    assert "系统中没有名为“乙”的机构" in refused(lambda: column.find("乙", desk=Desk(None, {})))  # type: ignore[arg-type]


@pytest.mark.django_db
def test_a_division_without_a_district_body_is_said_with_its_code(cast: Cast) -> None:
    column = lookups.District("region_code", "district_id")
    desk = Desk(cast.secretary, {})
    assert column.take("370211", row=ROW, desk=desk) == {"district_id": cast.east.pk}
    assert "没有区划代码 370285 的区市机构" in refused(lambda: column.take("370285", row=ROW, desk=desk))


# -- what a field can hold


def test_what_does_not_fit_its_field_is_said_before_the_database_says_it() -> None:
    assert "超过 24 字（现 30 字）" in refused(lambda: fitting.fit(Action, "code", "长" * 30, field="code"))
    assert "没有“flying”这一项" in refused(lambda: fitting.fit(Action, "state", "flying", field="state"))
    assert "数值过大" in refused(lambda: fitting.fit(Action, "target_value", Decimal(10) ** 15, field="target"))
    for wrong in (Decimal("1.5"), -1, 40000):
        assert "0 至 32767" in refused(lambda wrong=wrong: fitting.fit(Action, "year", wrong, field="year"))


def test_a_figure_is_rounded_to_the_places_of_its_field() -> None:
    assert fitting.fit(Action, "target_value", Decimal("1.005001"), field="target") == Decimal("1.01")
    assert fitting.fit(Action, "year", Decimal(2024), field="year") == 2024
    assert fitting.fit(Action, "not_a_field", "x", field=None) == "x"


def test_nothing_is_what_each_field_holds_for_nothing() -> None:
    assert fitting.fit(Action, "due_on", None, field="due_on") is None
    assert fitting.fit(Action, "progress", None, field="progress") == ""
    assert fitting.fit(Action, "position", None, field="position") == 0
    assert "不能清空" in refused(lambda: fitting.fit(Action, "year", None, field="year"))


# -- kept as JSON, and shown


@pytest.mark.parametrize(
    "value",
    [
        Blank.WITHHELD,
        Band(Decimal("1.5"), Decimal(2)),
        Decimal("0.10"),
        dt.date(2024, 2, 29),
        ["甲", Decimal(3)],
        True,
        "text",
        None,
    ],
)
def test_what_is_staged_comes_back_as_what_will_be_written(value: Any) -> None:
    assert packing.unpack(packing.pack(value)) == value
    assert packing.pack(Decimal("1.20")) == packing.pack(Decimal("1.2"))


def field_of(kind: Kind, key: str = "f") -> Field:
    return Field(key, "栏", "Column", kind=kind)


@pytest.mark.parametrize(
    ("value", "field", "said"),
    [
        (Blank.WITHHELD, None, "按约定不提供"),
        (Blank.NOT_APPLICABLE, None, "/"),
        (Blank.UNFILLED, None, ""),
        (Band(Decimal(5), Decimal(5)), None, "5"),
        (Band(Decimal(500), Decimal(800)), None, "500–800"),
        (2024, field_of(Kind.INTEGER, "year"), "2024"),  # a year has no thousands separator
        (1200, field_of(Kind.INTEGER), "1,200"),
        (["甲", "乙"], None, "甲；乙"),
        (True, field_of(Kind.BOOLEAN), "是"),
        ("370211", field_of(Kind.REGION), "黄岛区"),
        ("nowhere", layouts.get("key_projects").sheet("projects").field("stage"), "nowhere"),
    ],
)
def test_the_preview_says_a_value_as_the_clerk_would_write_it(value: Any, field: Field | None, said: str) -> None:
    assert showing.written(value, field=field, language="zh-hans") == said


def described(cast: Cast, key: str, sheet: str, **row: Any) -> list[str]:
    describe = ledgers.get(key).describer(language="zh-hans", by=cast.secretary)
    return [str(one) for one in describe(StagedRow(sheet=sheet, **row))]


@pytest.mark.django_db
def test_the_preview_names_a_row_of_the_same_workbook_and_an_attribute_without_a_column(cast: Cast) -> None:
    made = {"upstream_id": {"made": ["segments", "S001"]}, "downstream_id": 5, "note": "供应"}
    said = described(cast, "map_segments", "links", after=made, raw={"source": "S001", "target": "S002"})
    assert said == ["上游环节：S001", "下游环节：S002", "供给内容：供应"]
    assert described(cast, "map_segments", "segments", after={"key": "S9", "odd": "x"}) == ["环节编号：S9", "odd：x"]
    assert described(cast, "map_segments", "never", after={"key": "S9"}) == []


def test_a_ledger_no_longer_kept_is_called_by_its_key() -> None:
    assert tables.title("events") == "会展活动台账"
    assert tables.title("abolished") == "abolished"
    with pytest.raises(LookupError, match="abolished"):
        ledgers.get("abolished")
