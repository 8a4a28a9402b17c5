"""Reading target lists."""

from lianzhang.accounts.models import Person
from lianzhang.chains.models import TargetLine, TargetList
from lianzhang.chains.queries import disclosure
from lianzhang.records.scope import ScopedQuerySet


def lists(person: Person) -> ScopedQuerySet[TargetList]:
    """Target lists within reach, newest first."""
    found = TargetList.objects.visible_to(person).select_related(
        "chain", "snapshot", "map_version", "created_by", "job"
    )
    released: ScopedQuerySet[TargetList] = disclosure.released(found)
    return released


def lines(listed: TargetList, *, person: Person) -> ScopedQuerySet[TargetLine]:
    """The lines of one list with their supplier."""
    return TargetLine.objects.visible_to(person).filter(target_list=listed).select_related("supplier", "target_list")
