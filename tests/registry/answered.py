"""Answers of every level by three anchors, the way firms give them: one product line each, two of firm 1."""

from dataclasses import dataclass, field
from typing import Any

from lianzhang.registry.models import (
    CategoryAnswer,
    Level,
    MaterialGroup,
    Part,
    PartAnswer,
    ProductLine,
    Purchase,
    PurchaseGrant,
    SupplierMention,
)
from tests.cast import SINCE, Cast

ALL = [level.value for level in Level]
MODELS: dict[Level, Any] = {
    Level.TICKS: PartAnswer,
    Level.BANDS: CategoryAnswer,
    Level.NAMES: SupplierMention,
    Level.ROWS: Purchase,
}


@dataclass
class Answered:
    """Lines by (firm's number, name)."""

    part: Part
    lines: dict[tuple[int, str], ProductLine] = field(default_factory=dict)


def build(cast: Cast) -> Answered:
    """Every line answers at every level; firm 1 also has rows of no line in particular."""
    made = Answered(Part.objects.create(code="P1", name="压缩机", category="制冷"))
    for number, name in ((1, "冰箱"), (1, "空调"), (2, "冰箱"), (3, "冷柜")):
        firm = cast.firms[f"enterprise_{number}"]
        line = ProductLine.objects.create(firm=firm, name=name, levels=ALL)
        made.lines[number, name] = line
        PartAnswer.objects.create(line=line, part=made.part, make="bought", is_supplier_local=False)
        CategoryAnswer.objects.create(line=line, category="制冷", year=2025, amount_low_wan=1000, amount_high_wan=5000)
        mention(line, "外地乙有限公司")
        Purchase.objects.create(buyer=firm, line=line, part=made.part, year=2025, amount_wan=9)
    Purchase.objects.create(buyer=cast.enterprise_1, part=made.part, year=2025, amount_wan=7)
    MaterialGroup.objects.create(firm=cast.enterprise_1, code="MG01", name="压缩机类", part=made.part)
    return made


def mention(line: ProductLine, name: str, *, category: str = "制冷", key: str = "") -> SupplierMention:
    return SupplierMention.objects.create(line=line, supplier_name=name, name_key=key or name, category=category)


def granted(
    cast: Cast, number: int, body: str, levels: list[str], *, readers: tuple[str, ...] = (), **more: Any
) -> PurchaseGrant:
    """Firm `number` grants `levels` to a body since long ago."""
    grant = PurchaseGrant.objects.create(
        firm=cast.firms[f"enterprise_{number}"],
        body=cast.bodies[body],
        levels=levels,
        starts_on=SINCE,
        entered_by=cast.people[f"anchor_{number}"],
        **more,
    )
    grant.readers.set([cast.people[name] for name in readers])
    return grant
