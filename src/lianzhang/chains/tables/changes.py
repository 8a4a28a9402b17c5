"""The history of 本地配套率 and the comparison of two snapshots, as tables."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from lianzhang.chains.models import Chain, Gap
from lianzhang.chains.queries.changes import Changes, Firm, Share
from lianzhang.chains.queries.shares import By, Point
from lianzhang.tables import UNRELEASED, Badge, Column, Empty, TableSpec
from lianzhang.tables.addresses import address


def shares(chain: Chain, *, could: Mapping[str, float]) -> TableSpec:
    """历次快照 of one chain, newest first; `could` is what could be had at home, by snapshot, where it may be told."""

    def share(by: By) -> Column:
        return Column(
            f"{by.value}_ratio",
            _("本地配套率（%(by)s）") % {"by": by.label},
            lambda one: one.shares.get(by.value) if by.value in one.shares else UNRELEASED,
            kind="ratio",
        )

    def url(one: Point) -> str:
        return address("teardowns:snapshot", chain.code, one.snapshot)

    return TableSpec(
        key="local_shares",
        title=_("本地配套率历史"),
        columns=(
            Column("taken_at", _("快照时间"), lambda one: one.taken_at, kind="datetime", link=url),
            Column("taken_on", _("数据截至"), lambda one: one.taken_on, kind="date", is_default=False),
            *(share(by) for by in By),
            Column(
                "reachable_ratio",
                _("可就地供应率"),
                lambda one: could.get(one.snapshot, UNRELEASED),
                kind="ratio",
                help=_("另计本市已核定、尚未被采购的供货能力"),
            ),
            Column("buyer_count", _("已填链主"), lambda one: one.buyer_count, kind="integer"),
            Column("map", _("图谱"), lambda one: f"v{one.map_number}" if one.map_number else None),
        ),
        row_id=lambda one: one.snapshot,
        row_url=url,
        note=_(
            "本市企业供应的比重，只作观察，不作为任何扶持的条件。三种口径分别计算，不可互相比较；不同快照的链主和数据可能不同。"
            "可就地供应率另计本市已核定、尚未被采购的供货能力，项目投产核验后随下一次快照上升。"
        ),
        empty=Empty(_("还没有数据快照。"), _("去拆零件"), "teardowns:list"),
    )


@dataclass(frozen=True, kw_only=True)
class Line:
    """One difference between two snapshots."""

    kind: Badge
    code: str
    what: str
    url: str
    category: str = ""
    before: Any = None
    after: Any = None
    points: float | None = None
    amount_wan: float | None = None
    note: str = ""
    is_illustrative: bool = False


NOTHING = Empty(_("两次快照之间没有变化。"), "", "")
NOTHING_SEEN = Empty(_("缺口没有变化；各零部件的变化须链主授权可见。"), "", "")


def changes(*, reads_both: bool) -> TableSpec:
    """The comparison; where nothing is listed it says whether there is nothing or nothing to be seen."""
    return replace(CHANGES, empty=NOTHING if reads_both else NOTHING_SEEN)


CHANGES = TableSpec(
    key="snapshot_changes",
    title=_("两次快照比较"),
    columns=(
        Column("kind", _("事项"), lambda line: line.kind, kind="badge"),
        Column("what", _("零部件 / 环节"), lambda line: line.what, link=lambda line: line.url or None),
        Column("code", _("编号"), lambda line: line.code, kind="code", is_default=False),
        Column("category", _("类别"), lambda line: line.category or None),
        Column("before_ratio", _("之前"), lambda line: line.before, kind="ratio"),
        Column("after_ratio", _("之后"), lambda line: line.after, kind="ratio"),
        Column("points", _("变化"), lambda line: line.points, kind="decimal", places=1, unit=_("百分点")),
        Column("amount_wan", _("年采购额"), lambda line: line.amount_wan, kind="wan"),
        Column("note", _("说明"), lambda line: line.note or None, is_wrapped=True),
    ),
    row_id=lambda line: line.code,
    row_url=lambda line: line.url,
    empty=NOTHING,
    note=_("之前、之后为本地配套率（按金额）；变化不足半个百分点的不列。"),
    page_size=500,
)


def lines(chain: Chain, found: Changes, *, is_illustrative: bool) -> list[Line]:
    """Every difference as a line: gaps first, then shares, then data."""
    every = [*_gaps(found), *(_share(chain, one) for one in found.shares), *map(_firm, found.firms)]
    return [replace(line, is_illustrative=is_illustrative) for line in every]


def _gaps(found: Changes) -> Iterator[Line]:
    kinds = (
        (found.opened, Badge(_now("缺口新增"), "late")),
        (found.closed, Badge(_now("缺口销号"), "normal")),
        (found.gone, Badge(_now("情形已消除，待销号"), "watch")),
    )
    for gaps, badge in kinds:
        for gap in gaps:
            yield _gap(gap, badge)


def _gap(gap: Gap, badge: Badge) -> Line:
    return Line(
        kind=badge,
        code=gap.code,
        what=gap.title,
        url=address("gaps:gap", gap.code),
        category=gap.part.category if gap.part else "",
        note=_now("%(kind)s，现为%(state)s") % {"kind": gap.get_kind_display(), "state": gap.get_state_display()},
    )


def _share(chain: Chain, one: Share) -> Line:
    if one.before is None:
        note = _now("此前没有采购")
    elif one.after is None:
        note = _now("不再有采购")
    else:
        note = ""
    return Line(
        kind=Badge(_now("配套率变化"), "accent"),
        code=one.part.part__code,
        what=one.part.part__name,
        url=address("teardowns:part", chain.code, one.part.part__code),
        category=one.part.part__category,
        before=one.before.local_ratio if one.before else None,
        after=one.after.local_ratio if one.after else None,
        points=None if one.points is None else round(one.points * 100, 1),
        amount_wan=(one.after or one.before).amount_wan,
        note=note,
    )


def _firm(one: Firm) -> Line:
    said = []
    if one.came:
        said.append(_now("新增%(levels)s") % {"levels": _("、").join(one.came)})
    if one.went:
        said.append(_now("不再有%(levels)s") % {"levels": _("、").join(one.went)})
    return Line(
        kind=Badge(_now("数据进出"), "plain"),
        code=one.code,
        what=one.name,
        url=address("registry:enterprise", one.code),
        note="；".join(said),
    )
