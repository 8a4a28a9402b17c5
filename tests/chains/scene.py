"""A small teardown, by hand: what three anchors of 链A buy, from whom, and who else could make it.

    part      链主一            链主二            链主三           local
    压缩机    乙 outside 900    乙 outside 600    丙 outside 300    nobody
    电机      丁 local 400      乙 outside 200    —                 丁
    芯片      nobody named 100  丙 outside 250    no amount told    nobody
    ABS       in-group 50       —                 戊 outside 80     nobody

Money is 万元. 己 offers compressors and motors but supplies nobody yet.
"""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from lianzhang.accounts.models import Person
from lianzhang.chains import jobs
from lianzhang.jobs.progress import Progress
from lianzhang.registry.models import Capability, Enterprise, Part, Purchase, PurchaseGrant
from lianzhang.registry.models.lines import all_levels
from tests.cast import SINCE, Cast
from tests.kept import kept_upon

FIRMS = [
    ("QY-乙", "外地乙有限公司", "320500"),
    ("QY-丙", "外地丙有限公司", "440300"),
    ("QY-丁", "本地丁有限公司", "370211"),
    ("QY-戊", "外地戊有限公司", "310000"),
    ("QY-己", "外地己有限公司", "330100"),
]
PARTS = [("P1", "压缩机", "制冷"), ("P2", "电机", "电机"), ("P3", "芯片", "芯片"), ("P4", "ABS", "材料")]
ROWS = [
    (1, "P1", "QY-乙", 900, "bought"),
    (2, "P1", "QY-乙", 600, "bought"),
    (3, "P1", "QY-丙", 300, "bought"),
    (1, "P2", "QY-丁", 400, "bought"),
    (2, "P2", "QY-乙", 200, "bought"),
    (1, "P3", None, 100, "bought"),
    (2, "P3", "QY-丙", 250, "bought"),
    (3, "P3", "QY-丙", None, "bought"),
    (1, "P4", "QY-戊", 50, "group"),
    (3, "P4", "QY-戊", 80, "bought"),
]


@dataclass
class Scene:
    """The firms and parts by code; the grants of the three anchors."""

    firms: dict[str, Enterprise] = field(default_factory=dict)
    parts: dict[str, Part] = field(default_factory=dict)
    grants: list[PurchaseGrant] = field(default_factory=list)


def build(cast: Cast, *, granted: tuple[int, ...] = (1, 2, 3)) -> Scene:
    """Enter the scene; the named anchors grant their purchases to 链A专班."""
    scene = Scene()
    for code, name, region in FIRMS:
        scene.firms[code] = Enterprise.objects.create(code=code, name=name, name_key=name, region_code=region)
    for code, name, category in PARTS:
        scene.parts[code] = Part.objects.create(code=code, name=name, category=category)
    for anchor, part, supplier, amount, make in ROWS:
        Purchase.objects.create(
            buyer=cast.firms[f"enterprise_{anchor}"],
            part=scene.parts[part],
            supplier=scene.firms[supplier] if supplier else None,
            amount_wan=None if amount is None else Decimal(amount),
            make=make,
            year=2025,
        )
    for part in ("P1", "P2"):
        Capability.objects.create(enterprise=scene.firms["QY-己"], part=scene.parts[part])
    scene.grants = [grant(cast, anchor, by=cast.people[f"anchor_{anchor}"]) for anchor in granted]
    return scene


def analysed(cast: Cast) -> Scene:
    """The scene with its first snapshot and the gaps that it proposes, upon the cast alone: made once in a process."""

    def make() -> Scene:
        scene = build(cast)
        jobs.analyse(Progress(0, cast.clerk_a), chain_id=cast.chain_a.pk)
        return scene

    found: Scene = kept_upon("analysed scene", make)
    return found


def grant(cast: Cast, anchor: int, *, by: Person, starts_on: date = SINCE) -> PurchaseGrant:
    """链主 `anchor` lets 链A专班 read all it says, as grants did before people were named."""
    return PurchaseGrant.objects.create(
        firm=cast.firms[f"enterprise_{anchor}"],
        body=cast.bodies["force_a"],
        levels=all_levels(),
        is_whole_body=True,
        starts_on=starts_on,
        entered_by=by,
    )
