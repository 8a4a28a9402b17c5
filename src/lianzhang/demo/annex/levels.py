"""What the annex's anchors disclose: product lines with levels of their own, a few names, and who may read what."""

from datetime import date

from django.utils import timezone

from lianzhang.demo.annex.cast import Town
from lianzhang.registry.models import (
    Enterprise,
    Level,
    PartTree,
    ProductLine,
    Purchase,
    PurchaseGrant,
    SupplierMention,
    TreeVersion,
)

CONTACTS = ("example-anchor", "example-anchor-2", "example-anchor-3", "example-anchor-4")
READERS = ("example-clerk", "example-head")
# What each anchor says of its product line; all of them also hand over rows of the whole firm.
LEVELS = (
    (Level.TICKS, Level.NAMES, Level.ROWS),
    (Level.BANDS, Level.NAMES, Level.ROWS),
    (Level.TICKS, Level.BANDS, Level.ROWS),
    (Level.BANDS, Level.ROWS),
)
MENTIONED = 12  # names each of the anchors that speak in names gives


def tree(town: Town) -> TreeVersion:
    """Version 1 of the annex's part tree, drafted by the innovation centre and published by the task force."""
    kept_by = town.bodies["annex-centre"]
    kept = PartTree(code="SL-T1", name="示例家电标准零部件树", keeper=kept_by, is_illustrative=True)
    town.scribe.put(kept, verb="tree.made")
    version = TreeVersion(
        tree=kept,
        number=1,
        state=TreeVersion.State.PUBLISHED,
        drafted_by=town.people["example-innovator"],
        drafted_at=timezone.now(),
        published_by=town.people["example-head"],
        published_at=timezone.now(),
        is_illustrative=True,
    )
    town.scribe.put(version, verb="tree_version.published")
    return version


def load(town: Town, *, today: date) -> None:
    """One product line of each anchor, its grants, and the suppliers that two of them name."""
    for number, firm in enumerate(town.anchors):
        line = ProductLine(
            firm=firm,
            name=f"{town.products[number].name}线",
            product=town.products[number],
            levels=[level.value for level in LEVELS[number]],
            levels_by=town.people[CONTACTS[number]],
            levels_on=date(today.year - 1, 1, 2),
            is_illustrative=True,
        )
        town.scribe.put(line, verb="line.entered")
        _grants(town, firm, number, today=today)
        if Level.NAMES in LEVELS[number]:
            _mentions(town, line, today=today)


def _grants(town: Town, firm: Enterprise, number: int, *, today: date) -> None:
    """Rows to two named people of the task force; names to the innovation centre alone."""
    force = [level.value for level in LEVELS[number] if level != Level.NAMES]
    wanted: list[tuple[str, list[str], tuple[str, ...]]] = [("annex-force-appliance", force, READERS)]
    if Level.NAMES in LEVELS[number]:
        wanted.append(("annex-centre", [Level.NAMES.value], ()))
    for body, levels, readers in wanted:
        grant = PurchaseGrant(
            firm=firm,
            body=town.bodies[body],
            levels=levels,
            purpose="示例：拆零件与目标清单",
            starts_on=date(today.year - 1, 1, 2),
            ends_on=date(today.year + 1, 12, 31),
            entered_by=town.people[CONTACTS[number]],
        )
        town.scribe.put(grant, verb="grant.given")
        grant.readers.set([town.people[name] for name in readers])


def _mentions(town: Town, line: ProductLine, *, today: date) -> None:
    """The first suppliers of the anchor by name, each in one category: some of them both anchors name."""
    bought = Purchase.objects.filter(buyer=line.firm, supplier__isnull=False, make=Purchase.Make.BOUGHT)
    rows: dict[int, SupplierMention] = {}
    for purchase in bought.select_related("supplier", "part").order_by("supplier__name", "part__code"):
        supplier = purchase.supplier
        if supplier is None or supplier.pk in rows or len(rows) >= MENTIONED:
            continue
        rows[supplier.pk] = SupplierMention(
            line=line,
            supplier=supplier,
            supplier_name=supplier.name,
            name_key=supplier.name_key,
            category=purchase.part.category,
            answered_on=today,
            answered_by=line.levels_by,
            is_illustrative=True,
        )
    town.scribe.put_many([*rows.values()], verb="mention.entered")
