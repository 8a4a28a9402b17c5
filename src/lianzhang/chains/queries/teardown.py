"""Reading a chain's teardown: its snapshots, the coverage of each part, who buys and supplies it by right."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import OuterRef, Subquery

from chainlab import places
from lianzhang.accounts.models import Person
from lianzhang.accounts.rules import Act, Thing
from lianzhang.chains.models import Chain, Gap, PartCoverage, Snapshot
from lianzhang.chains.queries import disclosure
from lianzhang.records.scope import ScopedQuerySet
from lianzhang.registry.models import BomLine, Capability, Enterprise, Part, Purchase, TreeNode


@dataclass(frozen=True)
class Cell:
    """One buyer × supplier of a part: amounts in 万元 as the buyer gave them."""

    buyer: str
    supplier: str
    amount: Decimal | None
    low: Decimal | None
    high: Decimal | None
    is_withheld: bool
    is_home: bool | None
    place: str
    make: str
    year: int
    months: int | None  # what it takes a supplier to be qualified by this buyer


@dataclass(frozen=True)
class Change:
    """A part's coverage on the last snapshot before something happened and on the newest since; either may be None."""

    part: Part
    before: PartCoverage | None
    after: PartCoverage | None


def manufacturing(person: Person) -> ScopedQuerySet[Chain]:
    """Chains that have parts at all, newest scheme first."""
    return (
        Chain.objects.within(person, act=Act.READ, thing=Thing.GAP)
        .filter(nature=Chain.Nature.MANUFACTURING, is_active=True)
        .select_related("scheme")
        .order_by("-scheme__valid_from", "position")
    )


def newest(chains: Iterable[Chain], *, person: Person) -> dict[int, Snapshot]:
    """The newest snapshot of each chain, by the chain's id, in one query."""
    found = Snapshot.objects.visible_to(person).filter(is_pooled=False, chain__in=chains).order_by("taken_at")
    return {snapshot.chain_id: snapshot for snapshot in found}


def taken(chain: Chain, *, person: Person) -> Snapshot | None:
    """The newest snapshot of a chain that `person` may know of, without the 50 KB of its summary."""
    found = Snapshot.objects.visible_to(person).filter(is_pooled=False, chain=chain).order_by("-taken_at")
    return found.only("taken_on", "firm_ids", "contents").first()


def latest(chain: Chain, *, person: Person) -> Snapshot | None:
    """The newest snapshot of a chain that `person` may know of."""
    return next(iter(history(chain, person=person, most=1)), None)


def history(chain: Chain, *, person: Person, most: int = 6) -> list[Snapshot]:
    """The newest snapshots of a chain that `person` may know of, newest first."""
    found = Snapshot.objects.visible_to(person).filter(is_pooled=False, chain=chain).select_related("map_version")
    return list(found.order_by("-taken_at")[:most])


def one_of(history: Sequence[Snapshot], asked: str, *, chain: Chain, person: Person) -> Snapshot | None:
    """The snapshot asked for, which may be older than `history`; else the newest. Another chain's is 404."""
    if not asked:
        return history[0] if history else None
    found = Snapshot.objects.visible_to(person).filter(is_pooled=False, chain=chain).select_related("map_version")
    return next((one for one in history if one.pk == asked), None) or found.get_or_404(pk=asked)


def either_side(
    chain: Chain, parts: Iterable[Part], *, at: datetime, person: Person
) -> tuple[Snapshot | None, Snapshot | None, list[Change]]:
    """The last snapshot before `at`, the newest since, and what each of `parts` shows on the two; three queries."""
    known = Snapshot.objects.visible_to(person).filter(is_pooled=False, chain=chain)
    before = known.filter(taken_at__lt=at).order_by("-taken_at").first()
    after = known.filter(taken_at__gte=at).order_by("-taken_at").first()
    wanted = list(parts)
    rows = PartCoverage.objects.visible_to(person).filter(
        snapshot__in=[s for s in (before, after) if s], part__in=wanted
    )
    found = {(row.snapshot_id, row.part_id): row for row in rows}
    changes = [
        Change(
            part=part,
            before=found.get((before.pk, part.pk)) if before else None,
            after=found.get((after.pk, part.pk)) if after else None,
        )
        for part in wanted
    ]
    return before, after, changes


def coverage(snapshot: Snapshot, *, person: Person) -> ScopedQuerySet[PartCoverage]:
    """Every part of the snapshot with its open gap's code and state, where there is one."""
    gap = (
        Gap.objects.visible_to(person)
        .filter(chain=snapshot.chain_id, part=OuterRef("part"))
        .exclude(state=Gap.State.INVALID)
        .order_by("-pk")
    )
    return (
        PartCoverage.objects.visible_to(person)
        .filter(snapshot=snapshot)
        .select_related("part")
        .annotate(gap_code=Subquery(gap.values("code")[:1]), gap_state=Subquery(gap.values("state")[:1]))
    )


def matrix(chain: Chain, part: Part, *, person: Person) -> list[Cell]:
    """Who buys the part from whom, only rows `person` may read today."""
    home = tuple(str(code) for code in chain.scheme.home_regions)
    rows = (
        Purchase.objects.visible_to(person)
        .filter(part=part, buyer__in=chain.anchors.standing().values("enterprise_id"))
        .select_related("buyer", "supplier")
        .order_by("buyer__name", "pk")
    )
    return [_cell(row, home) for row in rows]


@dataclass(frozen=True)
class Use:
    """One place a part goes: `quantity` of it into one `parent`; `firm` is None in the standard tree."""

    parent: Part
    firm: Enterprise | None
    quantity: Decimal | None
    unit: str


def used_in(part: Part, *, person: Person) -> list[Use]:
    """Where the part goes: places in the standard tree, and lines of bills of materials the person may read."""
    nodes = TreeNode.objects.visible_to(person).standing().filter(part=part, parent__isnull=False)
    found = [
        Use(node.parent.part, None, node.quantity, part.unit)
        for node in nodes.select_related("parent__part").order_by("parent__part__code", "pk")[:200]
        if node.parent is not None
    ]
    standard = {use.parent.pk: use for use in reversed(found)}
    lines = BomLine.objects.visible_to(person).filter(child=part).select_related("parent", "firm")[:200]
    return [*standard.values(), *(Use(line.parent, line.firm, line.quantity, line.unit) for line in lines)]


def makers(part: Part, *, person: Person) -> list[tuple[Capability, str]]:
    """Who says it can make the part, and the name of the place where."""
    found = (
        Capability.objects.visible_to(person)
        .filter(part=part)
        .select_related("enterprise")
        .order_by("enterprise__name")
    )
    return [(one, places.name_of(one.production_region or one.enterprise.region_code) or "") for one in found]


def sees_rows(snapshot: Snapshot | None, *, person: Person) -> disclosure.Disclosure:
    """How much of the snapshot may be shown to `person`."""
    return disclosure.of(snapshot, person=person)


def summary(snapshot: Snapshot) -> dict[str, Any]:
    """The chain's figures of the snapshot."""
    return dict(snapshot.summary)


def _cell(row: Purchase, home: tuple[str, ...]) -> Cell:
    supplier = row.supplier
    place = row.production_region or (supplier.region_code if supplier and not row.is_trader else "")
    return Cell(
        buyer=row.buyer.name,
        supplier=supplier.name if supplier else row.supplier_name,
        amount=row.amount_wan,
        low=row.amount_low_wan,
        high=row.amount_high_wan,
        is_withheld=row.is_withheld,
        is_home=place.startswith(home) if place else None,
        place=places.name_of(place) or "",
        make=row.get_make_display(),
        year=row.year,
        months=row.certification_months,
    )
