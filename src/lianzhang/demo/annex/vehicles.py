"""A second chain with two anchors that answer in bands, and a third without any: 示例·集成电路 has the pooled need of
the others to recruit for. Both anchors buy in categories that the first chain buys too, from some of the same firms.
"""

from datetime import date

from lianzhang.chains.models import Anchor
from lianzhang.demo.annex import industry, levels
from lianzhang.demo.annex.cast import Town
from lianzhang.registry.models import (
    Enterprise,
    Level,
    Part,
    PartAnswer,
    ProductLine,
    Purchase,
    PurchaseGrant,
    SupplierMention,
    TreeNode,
)

# Each anchor: its letter, its body, who speaks for it, the levels of its line.
ANCHORS = (
    ("戊", "annex-firm-e", "example-anchor-5", (Level.BANDS, Level.NAMES)),
    ("己", "annex-firm-f", "example-anchor-6", (Level.TICKS, Level.BANDS, Level.NAMES)),
)
# What each buys: category, band of the yearly amount (number from the lowest), province it comes from, suppliers.
BANDS = (
    (
        ("控制芯片", 3, "310000", 3),
        ("电机", 2, "320000", 2),
        ("传感器", 2, "440000", 4),
        ("电源模块", 1, "320000", 2),
        ("线束", 1, "370000", 3),
    ),
    (
        ("控制芯片", 2, "310000", 2),
        ("电机", 3, "330000", 2),
        ("传感器", 1, "440000", 2),
        ("连接器", 1, "440000", 3),
        ("显示面板", 2, "340000", 1),
    ),
)
# Who may read the bands: the vehicle task force, and those that pool the need of both chains.
FORCES = ("annex-force-vehicle", "annex-force-appliance", "annex-force-chips")


def load(town: Town, *, today: date) -> None:
    """The anchors with their lines, answers and grants; the first chain's bands are opened to the pooling force."""
    for number, (letter, body, contact, chosen) in enumerate(ANCHORS):
        firm = industry.firm(town, f"示例链主{letter}", town.bodies[body].region_code, body=body)
        town.scribe.put(firm, verb="enterprise.entered")
        anchor = Anchor(chain=town.vehicle, enterprise=firm, source=town.scribe.sources["ANNEX"])
        town.scribe.put(anchor, verb="anchor.named")
        line = _line(town, firm, f"示例电动车线{number + 1}", contact, chosen, today=today)
        levels.tell_bands(town, line, BANDS[number], plant=f"{line.firm.name}总厂", today=today)
        if Level.TICKS in chosen:
            _ticks(town, line, today=today)
        _mentions(town, line, {category for category, *_rest in BANDS[number]}, today=today)
        told = [level.value for level in chosen if level != Level.NAMES]
        for force in FORCES:
            _grant(town, firm, force, told, contact, today=today)
        _grant(town, firm, "annex-centre", [Level.NAMES.value], contact, today=today)
    for firm, said, contact in zip(town.anchors, levels.LEVELS, levels.CONTACTS, strict=True):
        if Level.BANDS in said:
            _grant(town, firm, "annex-force-chips", [Level.BANDS.value], contact, today=today)
    levels.releases(town, today=today)


def _line(
    town: Town, firm: Enterprise, name: str, contact: str, chosen: tuple[Level, ...], *, today: date
) -> ProductLine:
    product = Part(
        code=f"SL-V{name[-1]}", name=name.replace("线", ""), category="整机", unit="台", is_illustrative=True
    )
    line = ProductLine(
        firm=firm,
        name=name,
        product=town.scribe.put(product, verb="part.entered"),
        levels=[level.value for level in chosen],
        levels_by=town.people[contact],
        levels_on=date(today.year - 1, 1, 2),
        is_illustrative=True,
    )
    made: ProductLine = town.scribe.put(line, verb="line.entered")
    return made


def _ticks(town: Town, line: ProductLine, *, today: date) -> None:
    """The chips it buys, part by part: from elsewhere, and it would welcome a maker."""
    nodes = TreeNode.objects.filter(part__category="控制芯片").select_related("part", "tree_version").order_by("pk")
    ticked = {node.part_id: node for node in reversed(nodes)}
    answers = [
        PartAnswer(
            line=line,
            part=node.part,
            tree_version=node.tree_version,
            make=Purchase.Make.BOUGHT,
            is_supplier_local=False,
            is_welcome=True,
            answered_on=today,
            answered_by=line.levels_by,
            is_illustrative=True,
        )
        for node in ticked.values()
    ]
    town.scribe.put_many(answers, verb="part_answer.entered")


def _mentions(town: Town, line: ProductLine, categories: set[str], *, today: date) -> None:
    """The first suppliers from elsewhere that can make what it buys: the same that the first chain knows."""
    home = str(town.vehicle.scheme.home_regions[0])
    elsewhere = [firm for firm in town.suppliers if not firm.region_code.startswith(home)]
    able = dict(
        Purchase.objects.filter(supplier__in=elsewhere, part__category__in=categories)
        .order_by("-supplier__name")
        .values_list("supplier_id", "part__category")
    )
    known = [firm for firm in elsewhere if firm.pk in able][: levels.MENTIONED]
    rows = [
        SupplierMention(
            line=line,
            supplier=firm,
            supplier_name=firm.name,
            name_key=firm.name_key,
            category=able[firm.pk],
            answered_on=today,
            answered_by=line.levels_by,
            is_illustrative=True,
        )
        for firm in known
    ]
    town.scribe.put_many(rows, verb="mention.entered")


def _grant(town: Town, firm: Enterprise, body: str, told: list[str], contact: str, *, today: date) -> None:
    grant = PurchaseGrant(
        firm=firm,
        body=town.bodies[body],
        levels=told,
        purpose="示例：合并各链需求，编制目标清单",
        starts_on=date(today.year - 1, 1, 2),
        ends_on=date(today.year + 1, 12, 31),
        entered_by=town.people[contact],
    )
    town.scribe.put(grant, verb="grant.given")
