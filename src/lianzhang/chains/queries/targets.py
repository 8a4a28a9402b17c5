"""Reading target lists."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Exists, OuterRef

from lianzhang.accounts.models import Person
from lianzhang.chains.models import CandidateProposal, TargetLine, TargetList
from lianzhang.chains.queries import disclosure
from lianzhang.records.scope import ScopedQuerySet


def lists(person: Person) -> ScopedQuerySet[TargetList]:
    """Target lists within reach, newest first."""
    found = TargetList.objects.visible_to(person).select_related(
        "chain", "snapshot", "map_version", "created_by", "job"
    )
    found = found.defer("answers", "snapshot__summary")  # read where two lists are compared, and on the teardown
    released: ScopedQuerySet[TargetList] = disclosure.released(found)
    return released


def asks(name: str, value: Any) -> bool:
    """Whether a condition kept with a list asks for anything: a budget of 0 does, 0 anchors to be served do not."""
    return bool(value) or (value == 0 and value is not False and name in MEANT)


MEANT = ("budget_wan", "max_certification_months")  # 0 is a limit like any other


def with_relocation(found: ScopedQuerySet[TargetList]) -> Any:
    """`found` with `has_relocation`: whether somebody on the list would be moved here as a whole."""
    moved = TargetLine.objects.filter(target_list=OuterRef("pk"), facts__kind=CandidateProposal.Kind.RELOCATION)
    return found.annotate(has_relocation=Exists(moved))


def lines(listed: TargetList, *, person: Person) -> ScopedQuerySet[TargetLine]:
    """The lines of one list with their supplier."""
    return lines_of([listed], person=person)


def lines_of(lists: Iterable[TargetList], *, person: Person) -> ScopedQuerySet[TargetLine]:
    """The lines of several lists; of the lists themselves only what a line speaks of, not 50 KB for each line."""
    found = TargetLine.objects.visible_to(person).filter(target_list__in=[each.pk for each in lists])
    return found.select_related("supplier", "target_list").defer(*(f"target_list__{name}" for name in HEAVY))


HEAVY = (
    "parameters",
    "categories",
    "frontier",
    "assumptions",
    "open_choices",
    "questions",
    "first",
    "answers",
    "failure",
)
