"""The annex's industry: four anchors, 120 candidate suppliers, 20 categories of parts, and what is bought from whom.

Drawn from a fixed seed with plausible shapes only (few big parts, many small; some suppliers serve several anchors).
It is not fitted to any published result: "10 categories, 22 suppliers" enters as parameters of the target list alone.
"""

import random
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from chainlab import names
from lianzhang.chains.models import Anchor
from lianzhang.demo.annex import levels
from lianzhang.demo.annex.cast import Town
from lianzhang.records import codes
from lianzhang.registry.models import Capability, Enterprise, Part, Purchase, TreeNode

SEED = 20260227
CANDIDATES = 120
# Category, layer of the map, relative size of one purchase (万元, median).
CATEGORIES: tuple[tuple[str, str, int], ...] = (
    ("压缩机", "midstream", 5200),
    ("电机", "midstream", 2600),
    ("控制芯片", "upstream", 2200),
    ("显示面板", "midstream", 1800),
    ("变频控制板", "midstream", 2400),
    ("换热器", "midstream", 1500),
    ("传感器", "upstream", 700),
    ("电源模块", "midstream", 900),
    ("注塑件", "midstream", 1100),
    ("钣金件", "midstream", 1000),
    ("密封件", "upstream", 260),
    ("线束", "midstream", 620),
    ("阀件", "midstream", 540),
    ("保温材料", "upstream", 760),
    ("门体玻璃", "upstream", 680),
    ("风机", "midstream", 580),
    ("连接器", "upstream", 380),
    ("铜铝管路", "upstream", 940),
    ("轴承", "upstream", 320),
    ("包装材料", "upstream", 300),
)
PRODUCTS = ("示例冰箱", "示例空调", "示例洗衣机", "示例冷柜")
HOME_DISTRICTS = ("990101", "990102", "990103")
# Elsewhere: a neighbouring invented city, then whole provinces; the firms are invented, the places only say how far.
ELSEWHERE = ("990201", "990202", "320000", "330000", "340000", "440000", "310000", "370000")
LETTERS = "甲乙丙丁"


@dataclass(frozen=True)
class Skill:
    """What an invented supplier makes: its categories and how it is placed."""

    firm: Enterprise
    categories: tuple[str, ...]


def load(town: Town, *, today: date) -> None:
    """Firms, parts and their tree, capabilities, purchases and the grants that let the task force read them."""
    dice = random.Random(SEED)  # noqa: S311 - an example, not a secret
    _anchors(town)
    groups = [_group_firm(town, n) for n in range(len(LETTERS))]
    skills = _suppliers(town, dice)
    _parts(town, dice)
    _tree(town, dice)
    makers = _capabilities(town, skills, dice, today=today)
    levels.lines(town, today=today)
    _purchases(town, groups, makers, dice, year=today.year - 1)
    levels.load(town, today=today)


def firm(town: Town, name: str, region: str, *, body: str = "", parent: Enterprise | None = None) -> Enterprise:
    """An invented firm, not yet stored."""
    return Enterprise(
        code=codes.next_code("QY", year=2026),
        name=name,
        name_key=names.normalise(name),
        region_code=region,
        body=town.bodies[body] if body else None,
        parent=parent,
        source=town.scribe.sources["ANNEX"],
        is_illustrative=True,
        note="示例数据，虚构企业",
    )


def _anchors(town: Town) -> None:
    bodies = ("annex-firm-a", "annex-firm-b", "annex-firm-c", "annex-firm-d")
    for letter, body in zip(LETTERS, bodies, strict=True):
        named = firm(town, f"示例链主{letter}", town.bodies[body].region_code, body=body)
        town.anchors.append(town.scribe.put(named, verb="enterprise.entered"))
        anchor = Anchor(chain=town.appliance, enterprise=named, source=town.scribe.sources["ANNEX"])
        town.scribe.put(anchor, verb="anchor.named")


def _group_firm(town: Town, n: int) -> Enterprise:
    own = firm(town, f"示例链主{LETTERS[n]}集团部件厂", "990101", parent=town.anchors[n])
    made: Enterprise = town.scribe.put(own, verb="enterprise.entered")
    return made


def _suppliers(town: Town, dice: random.Random) -> list[Skill]:
    firms = []
    for n in range(1, CANDIDATES + 1):
        is_local = n <= 26
        region = HOME_DISTRICTS[n % 3] if is_local else dice.choice(ELSEWHERE)
        firms.append(firm(town, f"示例配套商{n:03d}", region, body="annex-firm-sme" if n == 1 else ""))
    town.suppliers = town.scribe.put_many(firms, verb="enterprise.entered")
    named = [name for name, _layer, _size in CATEGORIES]
    return [Skill(firm, tuple(dice.sample(named, dice.choice((1, 1, 2, 2, 3))))) for firm in town.suppliers]


def _parts(town: Town, dice: random.Random) -> None:
    parts = [
        Part(
            code=f"SL-{number:02d}-{n:02d}",
            name=f"示例{category}{n:02d}",
            category=category,
            unit="件",
            is_illustrative=True,
        )
        for number, (category, _layer, _size) in enumerate(CATEGORIES, start=1)
        for n in range(1, dice.choice((6, 7, 8, 8, 9)) + 1)
    ]
    products = [
        Part(code=f"SL-P{n}", name=name, category="整机", unit="台", is_illustrative=True)
        for n, name in enumerate(PRODUCTS, start=1)
    ]
    town.parts = town.scribe.put_many(parts, verb="part.entered")
    town.products = town.scribe.put_many(products, verb="part.entered")


def _tree(town: Town, dice: random.Random) -> None:
    """Product → assembly → part; the assemblies are parts of the annex's own."""
    assemblies = [
        Part(code=f"SL-A{p}{n}", name=f"{product.name}总成{n}", category="总成", unit="套", is_illustrative=True)
        for p, product in enumerate(town.products, start=1)
        for n in range(1, 4)
    ]
    town.scribe.put_many(assemblies, verb="part.entered")
    version = levels.tree(town)
    roots = [TreeNode(tree_version=version, part=product, position=n) for n, product in enumerate(town.products)]
    town.scribe.put_many(roots, verb="tree_node.entered")
    middle = [
        TreeNode(tree_version=version, part=assembly, parent=roots[n // 3], quantity=1, position=n)
        for n, assembly in enumerate(assemblies)
    ]
    town.scribe.put_many(middle, verb="tree_node.entered")
    leaves = []
    for p, _product in enumerate(town.products):
        own = middle[p * 3 : p * 3 + 3]
        for n, part in enumerate(dice.sample(town.parts, 60)):
            quantity = dice.choice((1, 1, 1, 2, 2, 4, 6))
            parent = dice.choice(own)
            leaves.append(TreeNode(tree_version=version, part=part, parent=parent, quantity=quantity, position=n))
    town.scribe.put_many(leaves, verb="tree_node.entered")


def _capabilities(town: Town, skills: list[Skill], dice: random.Random, *, today: date) -> dict[int, list[Enterprise]]:
    """Who can make which part; returns the makers of each part."""
    makers: dict[int, list[Enterprise]] = {part.pk: [] for part in town.parts}
    rows = []
    for skill in skills:
        for part in (p for p in town.parts if p.category in skill.categories):
            if dice.random() > 0.62:
                continue
            makers[part.pk].append(skill.firm)
            rows.append(
                Capability(
                    enterprise=skill.firm,
                    part=part,
                    is_qualified=dice.choice((True, True, True, False, None)),
                    capacity_wan=Decimal(dice.randrange(100, 2500, 50)) if dice.random() < 0.85 else None,
                    production_region=skill.firm.region_code,
                    confirmed_on=date(today.year - 1, dice.randint(1, 12), dice.randint(1, 28)),
                    evidence_note="示例",
                    is_illustrative=True,
                )
            )
    town.scribe.put_many(rows, verb="capability.entered")
    return makers


def _purchases(
    town: Town, groups: list[Enterprise], makers: dict[int, list[Enterprise]], dice: random.Random, *, year: int
) -> None:
    sizes = {category: size for category, _layer, size in CATEGORIES}
    rows = []
    for anchor, group in zip(town.anchors, groups, strict=True):
        weight = dice.uniform(0.6, 1.6)
        for part in town.parts:
            if dice.random() > 0.72:
                continue
            amount = sizes[part.category] * weight * dice.lognormvariate(0, 0.7) / 6
            rows += _bought(anchor, part, makers[part.pk], group, amount, dice, year=year)
    # The last anchor says of which line its rows are: of the other it answers in bands only.
    for row in rows:
        row.line = town.lines[len(town.anchors) - 1] if row.buyer == town.anchors[-1] else None
    town.scribe.put_many(rows, verb="purchase.entered")


def _bought(
    anchor: Enterprise,
    part: Part,
    makers: list[Enterprise],
    group: Enterprise,
    amount: float,
    dice: random.Random,
    *,
    year: int,
) -> list[Purchase]:
    """The rows of one anchor's purchase of one part: one to three suppliers, or why there is none."""
    row = Purchase(buyer=anchor, part=part, year=year, is_illustrative=True, make=Purchase.Make.BOUGHT)
    fate = dice.random()
    if fate < 0.03:
        row.make, row.amount_wan = Purchase.Make.OWN, _wan(amount)
    elif fate < 0.07:
        row.make, row.supplier, row.amount_wan = Purchase.Make.GROUP, group, _wan(amount)
    elif fate < 0.11:
        row.is_withheld = True
    elif fate < 0.19 or not makers:
        row.amount_wan = _wan(amount)  # the supplier was not filled in
    else:
        return _from_makers(row, dice.sample(makers, min(len(makers), dice.choice((1, 1, 1, 2, 2, 3)))), amount, dice)
    return [row]


def _from_makers(row: Purchase, chosen: list[Enterprise], amount: float, dice: random.Random) -> list[Purchase]:
    shares = [dice.uniform(0.3, 1) for _maker in chosen]
    rows = []
    for maker, share in zip(chosen, shares, strict=True):
        own = Purchase(buyer=row.buyer, part=row.part, year=row.year, is_illustrative=True, make=row.make)
        own.supplier, own.production_region = maker, maker.region_code
        own.is_trader = dice.random() < 0.04
        own.certification_months = dice.choice((None, 3, 6, 9, 12, 18))
        worth = amount * share / sum(shares)
        fate = dice.random()
        if fate < 0.06:
            own.amount_low_wan, own.amount_high_wan = _wan(worth * 0.6), _wan(worth * 1.5)
        elif fate >= 0.11:  # in between the amount was not filled in
            own.amount_wan = _wan(worth)
        if own.is_trader:
            own.production_region = ""
        rows.append(own)
    return rows


def _wan(amount: float) -> Decimal:
    return Decimal(f"{amount:.1f}")
