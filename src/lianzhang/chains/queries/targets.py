"""Reading target lists, and comparing two lists."""

from dataclasses import dataclass
from typing import Any

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


@dataclass(frozen=True)
class Comparison:
    """What differs between two lists and, from their parameters and snapshots, why."""

    only_first: list[str]
    only_second: list[str]
    both: list[str]
    categories_only_first: list[str]
    categories_only_second: list[str]
    why: list[tuple[str, Any, Any]]  # what, in the first, in the second


def compare(first: TargetList, second: TargetList, *, person: Person) -> Comparison:
    """Suppliers and categories in one list only, with the parameters and data that differ."""
    names = [
        {line.supplier.code: line.supplier.name for line in lines(listed, person=person)} for listed in (first, second)
    ]
    categories = [{entry["name"] for entry in listed.categories} for listed in (first, second)]
    return Comparison(
        only_first=[names[0][code] for code in sorted(set(names[0]) - set(names[1]))],
        only_second=[names[1][code] for code in sorted(set(names[1]) - set(names[0]))],
        both=[names[0][code] for code in sorted(set(names[0]) & set(names[1]))],
        categories_only_first=sorted(categories[0] - categories[1]),
        categories_only_second=sorted(categories[1] - categories[0]),
        why=_why(first, second),
    )


def _why(first: TargetList, second: TargetList) -> list[tuple[str, Any, Any]]:
    keys = sorted(set(first.parameters) | set(second.parameters))
    found = [(key, first.parameters.get(key), second.parameters.get(key)) for key in keys]
    found.append(("snapshot", first.snapshot_id, second.snapshot_id))
    found.append(("map_version", str(first.map_version or ""), str(second.map_version or "")))
    return [entry for entry in found if entry[1] != entry[2]]
