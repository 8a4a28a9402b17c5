"""Tables of collections: the list with expected, received and on time; the whole of one; its sums and last time's."""

from collections.abc import Callable, Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lianzhang.collecting import columns, queries
from lianzhang.collecting.models import Collection, Submission
from lianzhang.collecting.queries import BodySum, Line
from lianzhang.tables import Column, Empty, Filter, Light, TableSpec

KIND_OF = {"number": "decimal", "integer": "integer", "wan": "wan", "date": "date"}
ENDING = {"wan": "_wan", "date": "_on"}
STATES = {
    Submission.State.EXPECTED: "idle",
    Submission.State.DRAFT: "idle",
    Submission.State.SUBMITTED: "normal",
    Submission.State.RETURNED: "late",
    Submission.State.ACCEPTED: "done",
}


def state(collection: Collection) -> Light:
    """收集中 or 已关闭."""
    if collection.state == Collection.State.OPEN:
        return Light("normal", collection.get_state_display())
    is_month = collection.kind == Collection.Kind.MONTH
    return Light("done", _("已关账") if is_month else collection.get_state_display())


def answer_light(submission: Submission, *, is_late: bool) -> Light:
    """未报, 已报, 退回, 已核; an answer missing after the due moment is overdue, and after the close it stays missing,
    whatever was begun."""
    word = submission.get_state_display()
    if submission.collection.state == Collection.State.CLOSED and submission.first_submitted_at is None:
        return Light("late", Submission.State.EXPECTED.label)
    if is_late and submission.first_submitted_at is None:
        return Light("late", _("逾期未报"))
    return Light(STATES[Submission.State(submission.state)], word, submission.return_reason)


def closing(collection: Collection, answers: Sequence[Submission]) -> str:
    """What a collection was closed over, and why; nothing while it is open, or where all had answered."""
    if collection.state == Collection.State.OPEN or not collection.close_reason:
        return ""
    silent = queries.not_answered(answers)
    names = _("、").join(one.body.name for one in silent)
    said = {
        "name": collection.name,
        "count": len(silent),
        "names": names,
        "reason": collection.close_reason.rstrip("。."),
    }
    if not silent:
        return _("%(name)s关闭说明：%(reason)s。") % said
    return _("%(name)s关闭时%(count)d个单位未报或退回未改：%(names)s；理由：%(reason)s。") % said


def page(collection: Collection) -> str:
    """The page of a collection, whatever its kind."""
    return reverse(f"{'rounds' if collection.kind == 'month' else 'collecting'}:one", args=[collection.code])


def answer_page(submission: Submission) -> str:
    """The page of one body's answer."""
    place = "rounds" if submission.collection.kind == "month" else "collecting"
    return reverse(f"{place}:answer", args=[submission.collection.code, submission.body.code])


def _ratio(part: int, whole: int) -> Any:
    return part / whole if whole else None


def counted() -> tuple[Column, ...]:
    """应报, 已报, 按时 with their ratios."""
    return (
        Column("expected_count", gettext_lazy("应报"), lambda c: c.expected_count, kind="integer"),
        Column("received_count", gettext_lazy("已报"), lambda c: c.received_count, kind="integer"),
        Column(
            "received_ratio",
            gettext_lazy("报送率"),
            lambda c: _ratio(c.received_count, c.expected_count),
            kind="ratio",
            help=gettext_lazy("已报（含已核）÷ 应报；退回待改的不算已报。"),
        ),
        Column("on_time_count", gettext_lazy("按时"), lambda c: c.on_time_count, kind="integer"),
        Column(
            "on_time_ratio",
            gettext_lazy("按时率"),
            lambda c: _ratio(c.on_time_count, c.expected_count),
            kind="ratio",
            help=gettext_lazy("首次报送不晚于截止时间的 ÷ 应报。"),
        ),
        Column("accepted_count", gettext_lazy("已核"), lambda c: c.accepted_count, kind="integer"),
    )


CLOSE_REASON = Column(
    "close_reason",
    gettext_lazy("关闭说明"),
    lambda c: c.close_reason or None,
    is_wrapped=True,
    help=gettext_lazy("关闭时还有未报、退回未改或未核的，须写明理由。"),
)
COLLECTIONS = TableSpec(
    key="collections",
    title=gettext_lazy("收表任务"),
    columns=(
        Column("code", gettext_lazy("编号"), lambda c: c.code, kind="code", sort="code", link=page),
        Column("title", gettext_lazy("名称"), lambda c: c.title, link=page, is_wrapped=True),
        Column("owner", gettext_lazy("发起单位"), lambda c: c.owner.name),
        Column("state", gettext_lazy("状态"), state, kind="light", sort="state"),
        *counted(),
        Column("due_at", gettext_lazy("截止时间"), lambda c: c.due_at, kind="datetime", sort="due_at"),
        Column("opened_at", gettext_lazy("发起时间"), lambda c: c.opened_at, kind="datetime", sort="opened_at"),
        CLOSE_REASON,
    ),
    filters=(
        Filter("state", gettext_lazy("状态"), choices=Collection.State.choices),
        Filter("due_at", gettext_lazy("截止"), kind="date_range", path="due_at__date"),
    ),
    search=("title", "code"),
    default_order=("state", "-due_at"),
    row_id="code",
    is_ticked=False,
    empty=Empty(gettext_lazy("还没有收表任务。"), gettext_lazy("发起收表"), "collecting:new"),
)


def _value_of(key: str) -> Callable[[Line], Any]:
    return lambda line: line.value(key)


def _column(column: columns.FormColumn) -> Column:
    kind: Any = KIND_OF.get(column.kind, "text")
    key = column.key + ENDING.get(kind, "")
    unit = None if kind == "wan" else column.unit
    return Column(
        key,
        column.label,
        _value_of(column.key),
        kind=kind,
        unit=unit,
        is_total=column.is_total,
        is_wrapped=kind == "text",
    )


def whole(collection: Collection) -> TableSpec:
    """汇总表: the body, then the columns of the form, totals below; beside each total what it was last time where
    every body has one row."""
    shown = [Column("body", gettext_lazy("单位"), lambda line: line.body.name)]
    compares = collection.previous_id is not None and not collection.has_many_rows
    same = columns.same_as(columns.of(collection), collection.previous) if compares else {}
    for column in columns.of(collection):
        shown.append(_column(column))
        if column.is_total and column.key in same:
            shown += _beside(column)
    shown.append(Column("note", gettext_lazy("说明"), lambda line: line.submission.note, is_wrapped=True))
    return TableSpec(
        key="collected",
        title=collection.title,
        columns=tuple(shown),
        is_ticked=False,
        invented=None,
        page_size=500,
        sends_totals=True,
        empty=Empty(gettext_lazy("还没有单位报送。")),
    )


def _beside(column: columns.FormColumn) -> list[Column]:
    kind: Any = KIND_OF.get(column.kind, "decimal")
    unit = None if kind == "wan" else column.unit
    ending, key = ENDING.get(kind, ""), column.key

    def change(line: Line) -> Any:
        now, then = line.number(key), line.before.get(key)
        return None if now is None or then is None else now - then

    return [
        Column(
            f"{key}_then{ending}",
            _("上次%(name)s") % {"name": column.label},
            lambda line: line.before.get(key),
            kind=kind,
            unit=unit,
            is_total=True,
        ),
        Column(
            f"{key}_change{ending}",
            _("%(name)s增减") % {"name": column.label},
            change,
            kind=kind,
            unit=unit,
            is_signed=True,
            is_total=True,
        ),
    ]


def sums(collection: Collection) -> TableSpec:
    """分单位小计: the columns that are added up, now, last time and the change."""
    shown = [
        Column("body", gettext_lazy("单位"), lambda one: one.body.name),
        Column("row_count", gettext_lazy("行数"), lambda one: one.row_count, kind="integer", is_total=True),
    ]
    same = columns.same_as(columns.of(collection), collection.previous)
    for column in columns.of(collection):
        if column.is_total:
            shown += _three(column, has_before=column.key in same)
    return TableSpec(
        key="collected_sums",
        title=_("%(title)s（分单位）") % {"title": collection.title},
        columns=tuple(shown),
        is_ticked=False,
        invented=None,
        page_size=500,
        sends_totals=True,
        empty=Empty(gettext_lazy("还没有单位报送。")),
    )


def _three(column: columns.FormColumn, *, has_before: bool) -> list[Column]:
    kind: Any = KIND_OF.get(column.kind, "decimal")
    ending, key = ENDING.get(kind, ""), column.key
    said: dict[str, Any] = {"kind": kind, "unit": None if kind == "wan" else column.unit, "is_total": True}

    def now(one: BodySum) -> Any:
        return one.now.get(key)

    def then(one: BodySum) -> Any:
        return one.then.get(key)

    made = [Column(f"{key}{ending}", column.label, now, **said)]
    if has_before:
        made += [
            Column(f"{key}_then{ending}", _("上次"), then, group=column.label, **said),
            Column(
                f"{key}_change{ending}",
                _("增减"),
                lambda one: one.change(key),
                group=column.label,
                is_signed=True,
                **said,
            ),
        ]
    return made
