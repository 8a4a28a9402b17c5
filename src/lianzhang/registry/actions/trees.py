"""标准零部件树: drafted by whoever keeps it, published by another person; what is published is never changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from lianzhang.accounts.actions import Refused
from lianzhang.accounts.models import Body, Person
from lianzhang.accounts.rules import Act, BodyKind, Thing
from lianzhang.records import codes
from lianzhang.registry.models import Part, PartTree, TreeNode, TreeVersion
from lianzhang.trail import actions as trail


@dataclass(frozen=True)
class Place:
    """A part at its place: `above` is the position of its parent in the same list, None for a product."""

    part: Part
    above: int | None = None
    quantity: Decimal | None = None
    segment: str = ""


def found_tree(*, name: str, keeper: Body, today: date, by: Person) -> PartTree:
    """Begin a tree, kept by the own task force or innovation centre."""
    is_centre = by.reach.body_kind == BodyKind.INNOVATION_CENTRE and by.reach.may(Act.READ, Thing.PURCHASE)
    if keeper.pk != by.reach.body_id or not (is_centre or by.reach.may(Act.WRITE, Thing.GAP)):
        raise Refused(_("标准零部件树由创新中心或产业链专班维护。"))
    if not name.strip():
        raise Refused(_("请填写名称。"))
    with transaction.atomic():
        code = codes.next_code("BZ", year=today.year)
        return trail.create(PartTree(code=code, name=name.strip(), keeper=keeper), verb="tree.made", by=by)


def draft_version(
    tree: PartTree, *, places: Sequence[Place], note: str, now: datetime, by: Person, batch_code: str = ""
) -> TreeVersion:
    """Lay down the next version as a draft, in place of a draft that stands already. Raises Refused for a circle."""
    _expect_keeper(tree, by)
    _expect_tree(places)
    with transaction.atomic():
        last = tree.versions.order_by("-number").first()
        if last is not None and last.state == TreeVersion.State.DRAFT:
            trail.remove(last, verb="tree_version.dropped", by=by)
            number = last.number
        else:
            number = last.number + 1 if last is not None else 1
        version = trail.create(
            TreeVersion(
                tree=tree, number=number, note=note.strip(), drafted_by=by, drafted_at=now, batch_code=batch_code,
                is_illustrative=tree.is_illustrative,
            ),
            verb="tree_version.drafted", by=by, detail={"places": len(places)},
        )  # fmt: skip
        _plant(version, places)
        return version


def publish_version(draft: TreeVersion, *, version: int, now: datetime, by: Person) -> TreeVersion:
    """Publish a draft: another person than who drafted it; the version before it becomes history."""
    _expect_keeper(draft.tree, by)
    if draft.state != TreeVersion.State.DRAFT:
        raise Refused(_("只有草稿可以发布；已发布的版本不再改动。"))
    if draft.drafted_by_id == by.pk:
        raise Refused(_("须由起草人以外的人员核对后发布。"))
    with transaction.atomic():
        for old in draft.tree.versions.filter(state=TreeVersion.State.PUBLISHED):
            trail.change(old, verb="tree_version.retired", changes={"state": TreeVersion.State.RETIRED}, by=by)
        changes = {"state": TreeVersion.State.PUBLISHED, "published_by": by, "published_at": now}
        return trail.change(draft, verb="tree_version.published", changes=changes, version=version, by=by)


def _expect_keeper(tree: PartTree, by: Person) -> None:
    if not PartTree.objects.editable_by(by).filter(pk=tree.pk).exists():
        raise Refused(_("标准零部件树由创新中心或产业链专班维护。"))


def _expect_tree(places: Sequence[Place]) -> None:
    if not places:
        raise Refused(_("零部件树里还没有零部件。"))
    said: set[tuple[int | None, int]] = set()
    edges: dict[int, set[int]] = {}
    for number, place in enumerate(places):
        if place.above is not None and not 0 <= place.above < number:
            raise Refused(_("第 %(row)s 行的上级须在它之前。") % {"row": number + 1})
        if place.quantity is not None and place.quantity <= 0:
            raise Refused(_("第 %(row)s 行“%(part)s”的用量须大于 0。") % {"row": number + 1, "part": place.part.name})
        if (place.above, place.part.pk) in said:
            raise Refused(_("“%(part)s”在同一上级下出现两次。") % {"part": place.part.name})
        said.add((place.above, place.part.pk))
        if place.above is not None:
            edges.setdefault(places[place.above].part.pk, set()).add(place.part.pk)
    found = circle(edges)
    if found:
        names = {place.part.pk: place.part.name for place in places}
        raise Refused(_("零部件互相包含：%(names)s。") % {"names": " → ".join(names[pk] for pk in found)})


def circle(edges: Mapping[int, set[int]]) -> list[int]:
    """Parts that contain one another, in turn; empty where none do."""
    done: set[int] = set()
    for start in edges:
        path: list[int] = []
        waiting = [(start, False)]
        while waiting:
            part, is_left = waiting.pop()
            if is_left:
                path.pop()
                done.add(part)
            elif part in path:
                return [*path[path.index(part) :], part]
            elif part not in done:
                path.append(part)
                waiting.append((part, True))
                waiting += [(below, False) for below in sorted(edges.get(part, ()))]
    return []


def _plant(version: TreeVersion, places: Sequence[Place]) -> None:
    """Level by level, because a parent has its number only when it is written."""
    nodes: dict[int, TreeNode] = {}
    below: dict[int, list[int]] = {}
    for number, place in enumerate(places):
        if place.above is not None:
            below.setdefault(place.above, []).append(number)
    level = [number for number, place in enumerate(places) if place.above is None]
    while level:
        made = [
            TreeNode(
                tree_version=version, part=places[n].part, quantity=places[n].quantity, position=n,
                segment=places[n].segment,
                parent=nodes[above] if (above := places[n].above) is not None else None,
            )
            for n in level
        ]  # fmt: skip
        nodes |= dict(zip(level, TreeNode.objects.bulk_create(made, batch_size=500), strict=True))
        level = [n for parent in level for n in below.get(parent, ())]
