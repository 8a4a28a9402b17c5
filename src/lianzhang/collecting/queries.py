"""Reading collections: expected, received, on time; who has not answered; the whole with totals and last time's."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Q, QuerySet

from lianzhang.accounts.models import Body, Person
from lianzhang.accounts.rules import BodyKind
from lianzhang.collecting import columns, rules
from lianzhang.collecting.models import Collection, Submission, SubmissionRow

NEVER_ASKED = (BodyKind.OFFICE, BodyKind.LEADING_GROUP, BodyKind.FIRM)
COUNTS = {
    "expected_count": Count("submissions"),
    "received_count": Count("submissions", filter=Q(submissions__state__in=rules.RECEIVED)),
    "on_time_count": Count(
        "submissions",
        filter=Q(submissions__state__in=rules.RECEIVED, submissions__first_submitted_at__lte=F("due_at")),
    ),
    "accepted_count": Count("submissions", filter=Q(submissions__state=Submission.State.ACCEPTED)),
}


def listed(person: Person, *, kind: str) -> "QuerySet[Collection]":
    """The collections of one kind as `person` sees them, each with how many answers it expects and has."""
    return Collection.objects.visible_to(person).filter(kind=kind).select_related("owner").annotate(**COUNTS)


def asked_of(person: Person) -> "QuerySet[Submission]":
    """待填: what the person's own body still owes, nearest due first."""
    own = Submission.objects.visible_to(person).filter(body_id=person.reach.body_id or 0)
    waiting = own.filter(collection__state=Collection.State.OPEN, state__in=rules.OPEN)
    return waiting.select_related("collection").order_by("collection__due_at", "pk")


def submissions(collection: Collection) -> list[Submission]:
    """Every answer a collection expects, with body and people, in the order of the bodies."""
    people = ("body", "submitted_by", "returned_by", "accepted_by")
    found = (
        Submission.objects.filter(collection=collection).select_related(*people).order_by("body__kind", "body__name_zh")
    )
    for one in (rows := list(found)):
        one.collection = collection
    return rows


def seen(person: Person, collection: Collection) -> list[Submission]:
    """Those of a collection's answers that `person` may read."""
    visible = Submission.objects.visible_to(person).filter(collection=collection).values_list("pk", flat=True)
    pks = set(visible)
    return [one for one in submissions(collection) if one.pk in pks]


def is_late(submission: Submission, *, now: datetime) -> bool:
    """Whether an answer came after the due moment, or is not there and the moment has passed."""
    due = submission.collection.due_at
    first = submission.first_submitted_at
    return first > due if first is not None else now > due


@dataclass(frozen=True)
class Standing:
    """应报, 已报, 按时: counts, and ratios over what is expected."""

    expected: int
    received: int
    on_time: int
    returned: int
    accepted: int

    @property
    def received_ratio(self) -> Decimal | None:
        return Decimal(self.received) / self.expected if self.expected else None

    @property
    def on_time_ratio(self) -> Decimal | None:
        return Decimal(self.on_time) / self.expected if self.expected else None


def standing(found: Iterable[Submission]) -> Standing:
    """The counts over answers already read with their collection."""
    rows = list(found)
    received = [one for one in rows if one.state in rules.RECEIVED]
    return Standing(
        expected=len(rows),
        received=len(received),
        on_time=sum(
            1 for one in received if one.first_submitted_at and one.first_submitted_at <= one.collection.due_at
        ),
        returned=sum(1 for one in rows if one.state == Submission.State.RETURNED),
        accepted=sum(1 for one in rows if one.state == Submission.State.ACCEPTED),
    )


def not_answered(found: Iterable[Submission]) -> list[Submission]:
    """Whose move it is: nothing handed in, or sent back and not handed in again."""
    return [one for one in found if one.state in rules.OPEN]


def bodies() -> "QuerySet[Body]":
    """The bodies a form may go to."""
    return Body.objects.filter(is_active=True).exclude(kind__in=NEVER_ASKED).order_by("kind", "name_zh")


@dataclass(frozen=True)
class Line:
    """One row of the whole: whose it is and what it says."""

    body: Body
    row: SubmissionRow | None
    submission: Submission
    before: dict[str, Any] = field(default_factory=dict)  # by key of this form: the body's figures last time

    @property
    def pk(self) -> str:
        return f"{self.submission.pk}-{self.row.position if self.row else 0}"

    def value(self, key: str) -> Any:
        return columns.shown(self.row.values.get(key)) if self.row is not None else None

    def number(self, key: str) -> Decimal | None:
        return columns.number(self.row.values.get(key)) if self.row is not None else None


def whole(collection: Collection, found: Sequence[Submission]) -> list[Line]:
    """汇总: every row of what was handed in, by body; a nil report is a line without figures."""
    received = [one for one in found if one.state in rules.RECEIVED]
    by_submission: dict[int, list[SubmissionRow]] = {}
    for row in SubmissionRow.objects.filter(submission__in=received).order_by("submission_id", "position"):
        by_submission.setdefault(row.submission_id, []).append(row)
    before = last_time(collection)
    lines: list[Line] = []
    for one in received:
        then = before.get(one.body_id, {})
        rows: list[SubmissionRow | None] = [*by_submission.get(one.pk, [])]
        lines += [Line(one.body, row, one, then) for row in rows or [None]]
    return lines


def last_time(collection: Collection) -> dict[int, dict[str, Any]]:
    """Body → key of this form → the sum of the body's figures last time, for the columns both forms have."""
    if collection.previous is None:
        return {}
    same = columns.same_as(columns.of(collection), collection.previous)
    rows = SubmissionRow.objects.filter(
        submission__collection=collection.previous, submission__state__in=rules.RECEIVED
    ).values_list("submission__body_id", "values")
    found: dict[int, dict[str, Any]] = {}
    for body_id, values in rows:
        held = found.setdefault(body_id, {})
        for key, then in same.items():
            figure = columns.number(values.get(then))
            if figure is not None:
                held[key] = held.get(key, Decimal(0)) + figure
    return found


@dataclass(frozen=True)
class BodySum:
    """One body's figures beside those of last time, for the columns that are added up."""

    body: Body
    row_count: int
    now: dict[str, Decimal]
    then: dict[str, Decimal]

    @property
    def pk(self) -> int:
        return self.body.pk

    def change(self, key: str) -> Decimal | None:
        """More or less than last time; None where one of the two is not known."""
        if key not in self.now or key not in self.then:
            return None
        return self.now[key] - self.then[key]


def by_body(collection: Collection, lines: Sequence[Line]) -> list[BodySum]:
    """分单位小计, in the order of the whole."""
    summed = [column.key for column in columns.of(collection) if column.is_total]
    grouped: dict[int, list[Line]] = {}
    for line in lines:
        grouped.setdefault(line.body.pk, []).append(line)
    found = []
    for own in grouped.values():
        now: dict[str, Decimal] = {}
        for key in summed:
            figures = [figure for line in own if (figure := line.number(key)) is not None]
            if figures:
                now[key] = sum(figures, Decimal(0))
        then = {key: value for key, value in own[0].before.items() if key in summed}
        found.append(BodySum(own[0].body, sum(1 for line in own if line.row is not None), now, then))
    return found
