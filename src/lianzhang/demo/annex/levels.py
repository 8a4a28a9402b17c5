"""What the annex's anchors disclose: product lines with levels of their own, a few names, and who may read what."""

from collections.abc import Callable
from datetime import date

from django.db.models import Count, Max, Sum
from django.utils import timezone

from lianzhang.demo.annex.cast import Town
from lianzhang.registry import actions, parts, sharing
from lianzhang.registry.models import (
    Banding,
    CategoryAnswer,
    Enterprise,
    Level,
    MaterialGroup,
    Part,
    PartAnswer,
    PartTree,
    ProductLine,
    Purchase,
    PurchaseGrant,
    SupplierMention,
    TreeNode,
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
# A second line of the last anchor, of which it says nothing finer than bands: category, band of the amount (number from
# the lowest), province it comes from, how many suppliers.
SECOND = "示例商用冷柜线"
SECOND_BANDS = (
    ("压缩机", 1, "440000", 2),
    ("电机", 1, "320000", 3),
    ("控制芯片", 2, "310000", 2),
    ("保温材料", 1, "370000", 2),
    ("连接器", 0, "440000", 4),
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


def lines(town: Town, *, today: date) -> None:
    """The product lines the anchors speak of: one each, a second of the last."""
    for number, firm in enumerate(town.anchors):
        town.lines.append(_line(town, firm, number, f"{town.products[number].name}线", LEVELS[number], today=today))
    last = len(town.anchors) - 1
    town.lines.append(_line(town, town.anchors[last], last, SECOND, (Level.BANDS,), today=today))


def _line(
    town: Town, firm: Enterprise, number: int, name: str, levels: tuple[Level, ...], *, today: date
) -> ProductLine:
    line = ProductLine(
        firm=firm,
        name=name,
        product=town.products[number] if name != SECOND else None,
        levels=[level.value for level in levels],
        levels_by=town.people[CONTACTS[number]],
        levels_on=date(today.year - 1, 1, 2),
        is_illustrative=True,
    )
    made: ProductLine = town.scribe.put(line, verb="line.entered")
    return made


def load(town: Town, *, today: date) -> None:
    """What the anchors answer on their lines, their grants, and the suppliers that two of them name."""
    for number, (firm, line) in enumerate(zip(town.anchors, town.lines, strict=False)):
        _grants(town, firm, number, today=today)
        for level in LEVELS[number]:
            ANSWERS[level](town, line, today)
    # The line of which only bands are told: here amounts are intervals, and the suppliers have no names.
    second = town.lines[-1]
    tell_bands(town, second, SECOND_BANDS, plant=f"{second.firm.name}二厂", today=today)
    _material_groups(town)
    releases(town, today=today)


def tell_bands(
    town: Town, line: ProductLine, told: tuple[tuple[str, int, str, int], ...], *, plant: str, today: date
) -> None:
    """What a line tells in bands: (category, number of the band, province of the suppliers, how many)."""
    bands = list(Banding.objects.filter(kind=Banding.Kind.AMOUNT).order_by("low"))
    answers = [
        CategoryAnswer(
            line=line,
            category=category,
            plant=plant,
            year=today.year - 1,
            make=Purchase.Make.BOUGHT,
            amount_low_wan=bands[band].low,
            amount_high_wan=bands[band].high,
            supplier_low=suppliers,
            supplier_high=suppliers,
            source_region=province,
            is_abroad=False,
            answered_on=today,
            answered_by=line.levels_by,
            is_illustrative=True,
        )
        for category, band, province, suppliers in told
    ]
    town.scribe.put_many(answers, verb="category_answer.entered")


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


def _ticks(town: Town, line: ProductLine, today: date) -> None:
    """Every part of the line's own product: as the rows have it, or made by the firm itself."""
    home = tuple(str(code) for code in town.appliance.scheme.home_regions)
    nodes = TreeNode.objects.filter(parent__parent__part=line.product).select_related("part", "tree_version")
    rows = {row.part_id: row for row in Purchase.objects.filter(buyer=line.firm).order_by("pk")}
    answers = []
    for node in nodes.order_by("pk"):
        row = rows.get(node.part_id)
        place = row.production_region if row is not None else ""
        is_withheld = row is not None and row.is_withheld  # then nothing else is said of the part
        make = Purchase.Make.OWN if row is None else "" if is_withheld else row.make
        answers.append(
            PartAnswer(
                line=line,
                part=node.part,
                tree_version=node.tree_version,
                make=make,
                is_supplier_local=place.startswith(home) if place else None,
                is_welcome=not place.startswith(home) if place else None,
                is_withheld=is_withheld,
                answered_on=today,
                answered_by=line.levels_by,
                is_illustrative=True,
            )
        )
    town.scribe.put_many(answers, verb="part_answer.entered")


def _bands(town: Town, line: ProductLine, today: date) -> None:
    """Every category in the band its rows add up to, for one plant."""
    bands = list(Banding.objects.filter(kind=Banding.Kind.AMOUNT).order_by("low"))
    rows = Purchase.objects.filter(buyer=line.firm, make=Purchase.Make.BOUGHT, is_withheld=False)
    summed = rows.order_by("part__category").values("part__category").annotate(
        amount=Sum("amount_wan"), suppliers=Count("supplier", distinct=True), months=Max("certification_months")
    )  # fmt: skip
    places = {row.part.category: row.production_region for row in rows.order_by("amount_wan").select_related("part")}
    answers = []
    for row in summed:
        band = next(one for one in reversed(bands) if one.low <= (row["amount"] or 0))
        answers.append(
            CategoryAnswer(
                line=line,
                category=row["part__category"],
                plant=f"{line.firm.name}一厂",
                year=today.year - 1,
                make=Purchase.Make.BOUGHT,
                amount_low_wan=band.low,
                amount_high_wan=band.high,
                supplier_low=row["suppliers"] or None,
                supplier_high=row["suppliers"] or None,
                source_region=places[row["part__category"]],  # of its largest purchase
                is_abroad=False if places[row["part__category"]] else None,
                certification_low_months=row["months"],
                certification_high_months=row["months"],
                answered_on=today,
                answered_by=line.levels_by,
                is_illustrative=True,
            )
        )
    town.scribe.put_many(answers, verb="category_answer.entered")


def _nothing(_town: Town, _line: ProductLine, _today: date) -> None:
    """Rows are the firm's as a whole: they stand already."""


def _mentions(town: Town, line: ProductLine, today: date) -> None:
    """The anchor's first suppliers from elsewhere by name, each in one category: some of them both anchors name."""
    home = str(town.appliance.scheme.home_regions[0])
    bought = Purchase.objects.filter(buyer=line.firm, supplier__isnull=False, make=Purchase.Make.BOUGHT)
    bought = bought.exclude(supplier__region_code__startswith=home)
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


ANSWERS: dict[Level, Callable[[Town, ProductLine, date], None]] = {
    Level.TICKS: _ticks,
    Level.BANDS: _bands,
    Level.NAMES: _mentions,
    Level.ROWS: _nothing,
}


def _material_groups(town: Town) -> None:
    """What the first anchor's own system calls the categories: each group is one category as a whole."""
    categories = dict.fromkeys(part.category for part in town.parts)
    wholes = [
        Part(code=parts.whole_code(name), name=parts.whole_name(name), category=name, is_illustrative=True)
        for name in categories
    ]
    town.scribe.put_many(wholes, verb="part.entered")
    groups = [
        MaterialGroup(
            firm=town.anchors[0], code=f"M{n:03d}", name=f"{whole.category}类", part=whole, category=whole.category,
            is_illustrative=True,
        )
        for n, whole in enumerate(wholes, start=1)
    ]  # fmt: skip
    town.scribe.put_many(groups, verb="material_group.kept")


def releases(town: Town, *, today: date) -> None:
    """The innovation centre lets go what two of the anchors that speak in names gave."""
    innovator = town.people["example-innovator"]
    for shared in sharing.named(innovator):
        if shared.may_go:
            actions.release_shared(shared, today=today, by=innovator)
