"""What a row would do, asked of the ledgers themselves: who is meant, what is refused, what two rows for one mean."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from chainlab.sheets.reading import Blank
from lianzhang.accounts import actions as accounts
from lianzhang.accounts.models import Appointment, Person
from lianzhang.chains.models import MapVersion
from lianzhang.intake import ledgers
from lianzhang.intake.models import Batch, StagedRow
from lianzhang.intake.protocol import Change, Incoming
from lianzhang.registry.models import Enterprise
from lianzhang.trail import actions as trail
from tests.cast import SINCE, TODAY, Cast
from tests.intake.handing_in import NOON

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 3, 1)


def asked(cast: Cast, ledger: str, *rows: dict[str, Any], tabs: tuple[str, ...] = ()) -> list[Change]:
    found = ledgers.get(ledger)
    sheet = found.layout.sheets[0].key
    given = [
        Incoming(sheet, number, row, raw={key: str(value) for key, value in row.items()}, tab=tab)
        for number, (row, tab) in enumerate(zip(rows, tabs or [""] * len(rows), strict=True), start=2)
    ]
    return found.diff(given, context={}, by=cast.secretary)


def said(change: Change) -> str:
    return " ".join(finding.message_zh for finding in change.findings)


# -- any ledger


@pytest.mark.parametrize("ledger", ["events", "requests"])
def test_a_code_that_is_not_ours_is_an_error_and_no_new_record(cast: Cast, ledger: str) -> None:
    (change,) = asked(
        cast, ledger, {"code": "XX-2026-999", "name": "展", "chain": "链A", "enterprise": "链主一有限公司"}
    )
    assert change.kind == "error"
    assert "系统中没有编号“XX-2026-999”。新增请将编号留空。" in said(change)


def test_two_rows_for_one_record_count_once_where_they_say_the_same(cast: Cast) -> None:
    row = {"name": "链主一有限公司", "address": "东路"}
    first, second = asked(cast, "enterprises", row, {**row, "name": "链主一 有限公司"})
    assert (first.kind, second.kind) == ("changed", "ignored")
    assert said(second) == "与第 2 行是同一条记录，内容相同，只计一次。"


def test_two_rows_for_one_record_are_both_refused_where_they_differ_and_name_each_others_sheet(cast: Cast) -> None:
    rows = ({"name": "链主一有限公司", "address": "东路"}, {"name": "链主一有限公司", "address": "西路"})
    first, second = asked(cast, "enterprises", *rows, tabs=("东区", "西区"))
    assert [first.kind, second.kind] == ["error", "error"]
    assert said(first) == "与工作表“西区”第 3 行是同一条记录，但内容不同。请保留一行。"
    assert said(second) == "与工作表“东区”第 2 行是同一条记录，但内容不同。请保留一行。"


def test_a_district_taken_from_the_name_of_a_sheet_fills_a_blank_and_moves_no_firm(cast: Cast) -> None:
    Enterprise.objects.filter(pk=cast.enterprise_2.pk).update(region_code="")
    ledger = ledgers.get("enterprises")
    rows = [
        Incoming("enterprises", number, {"name": firm.name, "region_code": "370213"}, raw={"name": firm.name})
        for number, firm in enumerate((cast.enterprise_1, cast.enterprise_2), start=2)
    ]
    settled, blank = ledger.diff(rows, context={}, by=cast.secretary)
    assert (settled.kind, settled.after) == ("unchanged", {})
    assert (blank.kind, blank.after) == ("changed", {"region_code": "370213"})


@pytest.mark.parametrize(
    ("group", "names"), [("電腦", ["内存", "程序"]), ("电脑", ["记忆体", "程式"])], ids=["traditional", "simplified"]
)
def test_the_words_of_a_trade_are_turned_only_in_a_workbook_of_traditional_signs(
    cast: Cast, group: str, names: list[str]
) -> None:
    trail.create(MapVersion(chain=cast.chain_a, number=1, created_at=NOON), verb="map.drafted", by=None)
    given = ("記憶體" if group == "電腦" else "记忆体", "程式")  # 程式 is written alike in both
    rows = [
        {"chain": "链A", "code": f"S{n}", "name": name, "layer": "upstream", "group_name": group}
        for n, name in enumerate(given)
    ]
    changes = asked(cast, "map_segments", *rows)
    assert [change.after["name"] for change in changes] == names
    assert ["简体通行用语" in said(change) for change in changes] == [group == "電腦"] * 2


@pytest.mark.parametrize(
    ("now", "asks"), [("12000000000", True), ("1.2", True), ("90000", False), ("0", False), (None, False)]
)
def test_an_amount_a_thousandfold_of_what_stands_is_asked_about_and_taken(
    cast: Cast, now: str | None, asks: bool
) -> None:
    Enterprise.objects.filter(pk=cast.enterprise_1.pk).update(revenue_wan=Decimal(12000))
    revenue = Blank.NOT_APPLICABLE if now is None else Decimal(now)
    (change,) = asked(cast, "enterprises", {"name": "链主一有限公司", "revenue_wan": revenue})
    assert change.kind == "changed"
    assert [finding.level for finding in change.findings] == (["warning"] if asks else [])
    assert ("系统中现为 12,000 万元" in said(change)) is asks


# -- the address list

POST = {"name": "officer", "account": "officer", "body": "责任部门", "post": "department"}


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ({**POST, "post": "secretary"}, "“责任部门”不设“秘书处”。"),
        ({**POST, "body": "没有的局"}, "系统中没有名为“没有的局”的机构"),
        ({**POST, "name": "别人"}, "账号“officer”是“officer”，与本行姓名不符。"),
        ({**POST, "body": "东区", "post": "district_liaison"}, "新的任职须填任职日期。"),
        ({"name": "新人", "body": "东区", "post": "district_liaison"}, "新的任职须填任职日期。"),
    ],
)
def test_a_post_that_cannot_be_is_said_with_its_reason(cast: Cast, row: dict[str, Any], why: str) -> None:
    (change,) = asked(cast, "address_list", row)
    assert change.kind == "error"
    assert why in said(change)


def test_a_row_that_answers_no_day_means_the_post_that_is_held(cast: Cast) -> None:
    (change,) = asked(cast, "address_list", {**POST, "from_on": Blank.NOT_APPLICABLE})
    assert (change.kind, change.subject_id) == ("unchanged", str(cast.officer.appointments.get().pk))


def applied(cast: Cast, changes: list[Change]) -> list[StagedRow]:
    """The changes written, and the staged rows an undo would start from."""
    batch = Batch(code="PC-TEST-1", ledger="address_list", uploaded_at=NOON)
    written = ledgers.get("address_list").apply(changes, batch=batch, by=cast.secretary)
    return [
        StagedRow(
            sheet=change.sheet,
            row_number=change.row_number,
            kind=change.kind,
            subject_id=done.subject_id,
            applied_version=done.version,
            before=change.before,
            after=change.after,
        )
        for change, done in zip(changes, written, strict=True)
    ]


def test_who_held_a_post_before_gets_it_again_and_stays_when_that_is_undone(cast: Cast) -> None:
    accounts.end(appointment=cast.officer.appointments.get(), on=SINCE, by=cast.secretary)
    changes = asked(cast, "address_list", {**POST, "from_on": DAY})
    assert changes[0].kind == "new"
    rows = applied(cast, changes)
    held = Appointment.objects.filter(person=cast.officer).order_by("starts_on")
    assert [post.starts_on for post in held] == [SINCE, DAY]
    batch = Batch(code="PC-TEST-1", ledger="address_list")
    assert ledgers.get("address_list").undo(rows, batch=batch, by=cast.secretary) == []
    assert Person.objects.filter(pk=cast.officer.pk).exists()
    assert [post.starts_on for post in held.all()] == [SINCE]


def test_a_new_person_with_two_posts_in_one_workbook_is_entered_once(cast: Cast) -> None:
    new = {"name": "新人", "account": "new_one", "from_on": DAY}
    posts = ({"body": "责任部门", "post": "department"}, {"body": "东区", "post": "district_liaison"})
    applied(cast, asked(cast, "address_list", *({**new, **post} for post in posts)))
    person = Person.objects.get(username="new_one")
    assert set(person.appointments.values_list("body__name_zh", flat=True)) == {"责任部门", "东区"}


def test_a_remark_on_a_post_touches_nobodys_own_particulars(cast: Cast) -> None:
    version = cast.officer.version
    changes = asked(cast, "address_list", {**POST, "remark": "兼职"})
    assert changes[0].after == {"extra:remark": "兼职"}
    applied(cast, changes)
    assert Person.objects.get(pk=cast.officer.pk).version == version
    assert cast.officer.appointments.get().starts_on <= TODAY
