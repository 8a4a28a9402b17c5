"""The draft of a week or a month: a sentence, then sections; every figure is reckoned from the rows it opens."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import Count as Counting
from django.db.models import QuerySet, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from lianzhang.briefings.figures import Figure
from lianzhang.briefings.period import changes, silence, tables
from lianzhang.briefings.period.scope import MONTH, Period, Whose
from lianzhang.collecting import rules
from lianzhang.projects.stages import Stage, Status
from lianzhang.tables import TableSpec

Rows = Sequence[Any] | QuerySet[Any]
MOST = 200  # rows of a section in the document; all of them are on the page of the figure


@dataclass(frozen=True, kw_only=True)
class Count:
    """One figure with exactly the rows it was reckoned from: their number, or the sum of one amount."""

    key: str
    label: str
    rows: Rows
    spec: TableSpec
    unit: str = ""
    scope: str = ""
    amount: Callable[[Any], Decimal | None] | None = None
    known: int | Decimal | None = None  # what the database added up, where the rows are too many to read
    known_rows: int | None = None
    is_listed: bool = True  # whether its section may list its rows

    @property
    def row_count(self) -> int:
        """How many rows it was reckoned from."""
        return len(self.rows) if self.known_rows is None else self.known_rows

    @property
    def value(self) -> int | Decimal | None:
        """The figure; an amount nobody stated is unknown, not 0."""
        if self.known_rows is not None:
            return self.known
        if self.amount is None:
            return len(self.rows)
        stated = [amount for row in self.rows if (amount := self.amount(row)) is not None]
        return sum(stated, Decimal(0)) if stated else None


@dataclass(frozen=True, kw_only=True)
class Section:
    """一节: what it is about, its figures, and the rows it lists; none where the database added up thousands."""

    title: str
    figures: list[Figure]
    spec: TableSpec
    rows: list[Any]
    count: int
    rows_url: str
    note: str = ""

    @property
    def rest(self) -> int:
        """How many rows it does not list."""
        return self.count - len(self.rows)


@dataclass(frozen=True, kw_only=True)
class Draft:
    """初稿: page, print, Word and the issued document say the same."""

    whose: Whose
    period: Period
    today: date
    counts: list[Count]
    is_cut: bool = False
    notes: Mapping[str, str] = field(default_factory=dict)  # by the first figure of a section
    groups: list[tuple[str, list[str]]] = field(default_factory=list)

    @property
    def title(self) -> str:
        return titled(self.whose, self.period)

    @property
    def figures(self) -> list[Figure]:
        """Every figure in the order of the sections."""
        return [figure for section in self.sections for figure in section.figures]

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all changed."""
        return all(not count.value for count in self.counts)

    @property
    def is_illustrative(self) -> bool:
        """Whether anything in it is invented."""
        return self.whose.is_illustrative or any(
            section.spec.is_invented(row) for section in self.sections for row in section.rows
        )

    @property
    def note(self) -> str:
        """口径 of the whole."""
        return _("按期间首日零时至末日二十四时计，只列编制人能看到的记录。")

    @property
    def lead(self) -> str:
        """The sentence."""
        if self.is_empty:
            return _("%(period)s，%(whose)s没有变化。") % {"period": self.period.title, "whose": self.whose.name}
        said = _(
            "新增线索%(new)s条，阶段推进%(moves)s次，流失和终止%(lost)s个，转为滞后%(red)s个；"
            "销号督办%(closed)s件，逾期%(late)s件。"
        )
        named = {count.key: count.value for count in self.counts}
        keys = {"new": "new", "moves": "moves", "lost": "lost", "red": "red", "closed": "tasks_closed"}
        return said % {**{word: named[key] for word, key in keys.items()}, "late": named["tasks_late"]}

    @cached_property
    def sections(self) -> list[Section]:
        """The sections, each with its figures and the rows of its first one that has any."""
        by_key = {count.key: count for count in self.counts}
        found = []
        for title, keys in self.groups:
            counts = [by_key[key] for key in keys]
            shown = next((count for count in counts if count.value), counts[0])
            found.append(
                Section(
                    title=title,
                    figures=[self._figure(count) for count in counts],
                    spec=shown.spec,
                    rows=_head(shown),
                    count=shown.row_count,
                    rows_url=self.whose.rows_url(self.period, shown.key),
                    note=self._note(keys),
                )
            )
        return found

    def _figure(self, count: Count) -> Figure:
        return Figure(
            key=count.key,
            label=count.label,
            value=count.value,
            kind="wan" if count.amount is not None else "integer",
            unit=count.unit,
            scope=count.scope,
            source=str(count.spec.title),
            as_of=self.period.as_of(self.today),
            url=self.whose.rows_url(self.period, count.key),
        )

    def _note(self, keys: list[str]) -> str:
        if "back" in keys and self.is_cut:
            return _("期间项目变更超过%(most)d条，转回正常的没有逐一核对。") % {"most": changes.MOST_EVENTS}
        apart = _("意向、协议、到位、完成投资口径不同，不能相加。") if "intended" in keys else ""
        return apart + self.notes.get(keys[0], "")


def titled(whose: Whose, period: Period) -> str:
    """What a draft is called."""
    return f"{whose.name} · {period.title}"


def _head(count: Count) -> list[Any]:
    return list(count.rows[:MOST]) if count.is_listed and count.row_count else []


def count(whose: Whose, period: Period, key: str, *, today: date) -> Count | None:
    """One figure alone with its rows, as the draft has it."""
    parts = {"expected": _answers, "received": _answers, "on_time": _answers, "requests": _service, "tasks": _tasks}
    part = parts.get(key) or parts.get(key.partition("_")[0])
    found = part(whose, period, today=today) if part else _of_projects(whose, period, today=today)[0]
    return next((one for one in found if one.key == key), None)


def _of_projects(whose: Whose, period: Period, *, today: date) -> tuple[list[Count], bool]:
    """What projects did and what came in for them, and whether more changed than was looked through."""
    moved = changes.moved(whose, period, today=today)
    entries = list(changes.entries(whose, period))
    leads, money = _leads(whose, period, moved, entries, today=today), _money(whose, period, moved, entries)
    return [*leads, *money], moved.is_cut


def compose(whose: Whose, period: Period, *, today: date) -> Draft:
    """The draft as its reader may know it, in a fixed number of queries."""
    of_projects, is_cut = _of_projects(whose, period, today=today)
    answers = _answers(whose, period, today=today)
    counts = [
        *of_projects,
        *answers,
        *_service(whose, period, today=today),
        *_tasks(whose, period, today=today),
    ]
    groups = [
        (_("线索和项目"), ["new", "moves"]),
        (_("流失、终止、暂缓和流转"), ["lost", "paused"]),
        (_("转灯"), ["red", "back"]),
        (_("线索时限"), ["clocks"]),
        (_("资金"), ["intended", "agreed", *(["arrived", "done"] if period.kind == MONTH else [])]),
        (_("调度和收表"), ["expected", "received", "on_time"]),
        (_("企业诉求"), ["requests_new", "requests_closed", "requests_late"]),
        (_("督办"), ["tasks_closed", "tasks_new", "tasks_late"]),
    ]
    of_month = silence.of_month(whose, period) if period.kind == MONTH else ""
    notes = {"intended": of_month, "expected": silence.closings(answers[0].rows)}
    return Draft(whose=whose, period=period, today=today, counts=counts, groups=groups, is_cut=is_cut, notes=notes)


def _leads(whose: Whose, period: Period, moved: changes.Moved, entries: list[Any], *, today: date) -> list[Count]:
    lost = [project for project in moved.ended if project.status in (Status.LOST, Status.TERMINATED)]
    paused = [project for project in moved.ended if project.status not in (Status.LOST, Status.TERMINATED)]
    red = [turn for turn in moved.turns if turn.is_red]
    back = [turn for turn in moved.turns if not turn.is_red]
    clocks = list(changes.overdue_clocks(whose, period, today=today))
    item, time, one = _("条"), _("次"), _("个")
    return [
        Count(key="new", label=_("新增线索"), rows=moved.new, spec=tables.NEW, unit=item, scope=_("首报时间在期间内")),
        Count(key="moves", label=_("阶段推进"), rows=entries, spec=tables.MOVES, unit=time, scope=_("期间内核验通过")),
        Count(key="lost", label=_("流失和终止"), rows=lost, spec=tables.ENDED, unit=one, scope=_("状态日期在期间内")),
        Count(
            key="paused", label=_("暂缓和流转"), rows=paused, spec=tables.ENDED, unit=one, scope=_("状态日期在期间内")
        ),
        Count(key="red", label=_("转为滞后"), rows=red, spec=tables.TURNS, unit=one, scope=_("期初未滞后、期末滞后")),
        Count(key="back", label=_("转回正常"), rows=back, spec=tables.TURNS, unit=one, scope=_("期初滞后、期末不滞后")),
        Count(
            key="clocks",
            label=_("时限逾期"),
            rows=clocks,
            spec=tables.CLOCKS,
            unit=item,
            scope=_("期末未完成且已过时限的线索事项"),
        ),
    ]


def _money(whose: Whose, period: Period, moved: changes.Moved, entries: list[Any]) -> list[Count]:
    """意向, 协议, 到位, 完成投资: each of its own rows, never added up."""
    intended = [project for project in moved.new if project.intended_wan is not None]
    signed = [e for e in entries if e.stage == Stage.SIGNED and e.project.agreed_wan is not None]
    unit = _("万元")
    found = [
        Count(
            key="intended",
            label=_("新增线索意向投资"),
            rows=intended,
            spec=tables.NEW,
            unit=unit,
            scope=_("新增线索中填报了意向投资的"),
            amount=lambda p: p.intended_wan,
        ),
        Count(
            key="agreed",
            label=_("新签约协议投资"),
            rows=signed,
            spec=tables.MOVES,
            unit=unit,
            scope=_("期间内签约核验通过的项目"),
            amount=lambda e: e.project.agreed_wan,
        ),
    ]
    return [*found, *_of_month(whose, period)] if period.kind == MONTH else found


def _of_month(whose: Whose, period: Period) -> list[Count]:
    rows = changes.reports(whose, period)
    added = rows.order_by().aggregate(
        done=Sum("right_month_wan"),
        done_rows=Counting("right_month_wan"),
        arrived=Sum("arrived_month_wan"),
        arrived_rows=Counting("arrived_month_wan"),
    )
    unit = _("万元")
    return [
        Count(
            key="arrived",
            label=_("当月到位资金"),
            rows=rows.filter(arrived_month_wan__isnull=False),
            spec=tables.MONTHS,
            unit=unit,
            scope=_("月度调度累计到位与上月之差，上月未报的不计"),
            amount=lambda r: r.arrived_month_wan,
            known=added["arrived"],
            known_rows=added["arrived_rows"],
            is_listed=False,
        ),
        Count(
            key="done",
            label=_("当月完成投资"),
            rows=rows.filter(right_month_wan__isnull=False),
            spec=tables.MONTHS,
            unit=unit,
            scope=_("月度调度已报和已核的当月完成投资，关账后有更正的按更正数"),
            amount=lambda r: r.right_month_wan,
            known=added["done"],
            known_rows=added["done_rows"],
            is_listed=False,
        ),
    ]


def _answers(whose: Whose, period: Period, *, today: date) -> list[Count]:
    rows: list[Any] = list(changes.submissions(whose, period))
    for row in rows:  # what is not due yet is not missing
        row.was_due = timezone.localdate(row.collection.due_at) < today
    received = [row for row in rows if row.state in rules.RECEIVED]
    on_time = [row for row in received if row.first_submitted_at and row.first_submitted_at <= row.collection.due_at]
    said: dict[str, Any] = {"spec": tables.ANSWERS, "unit": _("份"), "scope": _("截止时间在期间内的调度和收表")}
    return [
        Count(key="expected", label=_("应报"), rows=rows, **said),
        Count(key="received", label=_("已报"), rows=received, **said),
        Count(key="on_time", label=_("按时"), rows=on_time, **said),
    ]


def _service(whose: Whose, period: Period, *, today: date) -> list[Count]:
    rows = list(changes.requests(whose, period, today=today))
    day = period.as_of(today)
    late = [
        row
        for row in rows
        if row.due_on is not None and row.due_on < day and (row.closed_on is None or row.closed_on > period.last)
    ]
    said: dict[str, Any] = {"spec": tables.REQUESTS, "unit": _("件")}
    new = changes.within(rows, "received_on", period)
    closed = changes.within(rows, "closed_on", period)
    return [
        Count(key="requests_new", label=_("收到诉求"), rows=new, scope=_("收到日期在期间内"), **said),
        Count(key="requests_closed", label=_("办结诉求"), rows=closed, scope=_("办结日期在期间内"), **said),
        Count(key="requests_late", label=_("诉求逾期"), rows=late, scope=_("期末未办结且已过时限"), **said),
    ]


def _tasks(whose: Whose, period: Period, *, today: date) -> list[Count]:
    found, conditions = changes.tasks(whose, period, today=today)
    counts = changes.counted(found, conditions)
    labels = {
        "closed": (_("销号"), _("销号时间在期间内")),
        "new": (_("新交办"), _("交办时间在期间内")),
        "late": (_("督办逾期"), _("期末未销号且已过办结期限")),
    }
    return [
        Count(
            key=f"tasks_{key}",
            label=label,
            rows=found.filter(conditions[key]),
            spec=tables.TASKS,
            unit=_("件"),
            scope=said,
            known=counts[key],
            known_rows=counts[key],
        )
        for key, (label, said) in labels.items()
    ]
