"""Coverage of parts, and the suppliers that already serve several anchors."""

import dataclasses
from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext_lazy as _

from lianzhang.chains.models import Chain, Gap, PartCoverage
from lianzhang.chains.queries.disclosure import MIN_CONTRIBUTORS, Disclosure
from lianzhang.tables import RESTRICTED, UNRELEASED, Badge, Column, Empty, Filter, TableSpec
from lianzhang.tables.addresses import address

LIGHT_OF_GAP = {
    Gap.State.PROPOSED: "draft",
    Gap.State.CONFIRMED: "late",
    Gap.State.ASSIGNED: "watch",
    Gap.State.ACTING: "watch",
    Gap.State.CLOSED: "normal",
}


def parts(chain: Chain, disclosure: Disclosure) -> TableSpec:
    """The parts of one chain; amounts only to those who may read every row, and no order or filter by them for others:
    an order tells which of two is larger."""

    def shown(name: str) -> Callable[[PartCoverage], Any]:
        return lambda row: getattr(row, name) if disclosure.sees_rows else RESTRICTED

    def counted(name: str) -> Callable[[PartCoverage], Any]:
        """A count or mark of what one or two firms buy speaks of those."""
        return lambda row: (
            getattr(row, name) if disclosure.sees_rows or row.buyer_count >= MIN_CONTRIBUTORS else UNRELEASED
        )

    def part_url(row: PartCoverage) -> str:
        return address("teardowns:part", chain.code, row.part.code)

    return TableSpec(
        key="teardown_parts",
        invented="snapshot__is_illustrative",
        title=_("零部件覆盖"),
        columns=tuple(
            column if disclosure.sees_rows or column.key not in TELLING else dataclasses.replace(column, sort=None)
            for column in (*_what_is_bought(part_url, counted), *_how_it_is_covered(shown, counted), *_ends(shown))
        ),
        filters=tuple(one for one in _part_filters(chain) if disclosure.sees_rows or one.key not in TELLING),
        search=("part__name", "part__code", "part__category"),
        default_order=("part__category", "part__code"),
        row_url=part_url,
        empty=Empty(_("还没有计算结果。"), "", ""),
        note=_(
            "金额为链主填报的年采购额（万元），不含自制和集团内；给区间的取中值；未填不作 0 计。"
            "分项数字须链主授权可见。"
        ),
    )


# What orders or filters by an amount, or by what one or two firms do.
TELLING = frozenset(
    {
        *("amount_wan", "local_amount_wan", "local_ratio", "reachable_ratio", "unknown_amount_wan", "top_share_ratio"),
        *("hhi", "supplier_count", "is_single_source", "none_local"),
    }
)
Shown = Callable[[str], Callable[[PartCoverage], Any]]


def _what_is_bought(part_url: Callable[[PartCoverage], str], counted: Shown) -> tuple[Column, ...]:
    """The part, and how many buy and supply it."""
    return (
        Column("category", _("类别"), lambda row: row.part.category, sort="part__category"),
        Column("name", _("零部件"), lambda row: row.part.name, link=part_url, sort="part__name"),
        Column("code", _("编码"), lambda row: row.part.code, kind="code", sort="part__code", is_default=False),
        Column("buyer_count", _("采购链主"), lambda row: row.buyer_count, kind="integer", sort="buyer_count"),
        Column("supplier_count", _("供应商"), counted("supplier_count"), kind="integer", sort="supplier_count"),
    )


def _how_it_is_covered(shown: Shown, counted: Shown) -> tuple[Column, ...]:
    """Amounts and shares, each only as far as `shown` lets the reader see it."""
    return (
        Column("amount_wan", _("年采购额"), shown("amount_wan"), kind="wan", sort="amount_wan"),
        Column("local_amount_wan", _("本市供应"), shown("local_amount_wan"), kind="wan", sort="local_amount_wan"),
        Column(
            "local_ratio",
            _("本地配套率（按金额）"),
            shown("local_ratio"),
            kind="ratio",
            sort="local_ratio",
            help=_("本市供应额 ÷（采购额 − 供应商产地不详额）；分母为 0 时不计算。"),
        ),
        Column(
            "local_maker_count",
            _("本市有能力企业"),
            lambda row: row.local_maker_count,
            kind="integer",
            sort="local_maker_count",
            is_default=False,
        ),
        Column(
            "reachable_ratio",
            _("可就地供应率"),
            shown("reachable_ratio"),
            kind="ratio",
            sort="reachable_ratio",
            is_default=False,
            help=_("（本市供应额＋市外采购中本市有能力、有余量可供的部分）÷（采购额 − 供应商产地不详额）。"),
        ),
        Column(
            "unknown_amount_wan",
            _("产地不详"),
            shown("unknown_amount_wan"),
            kind="wan",
            sort="unknown_amount_wan",
            is_default=False,
        ),
        Column("unknown_count", _("金额未填"), lambda row: row.unknown_count, kind="integer", sort="unknown_count"),
        Column("top_share_ratio", _("最大供应商占比"), shown("top_share"), kind="ratio", sort="top_share"),
        Column("hhi", _("集中度 HHI"), shown("hhi"), kind="decimal", sort="hhi", places=2, is_default=False),
        Column(
            "is_single_source",
            _("单一来源"),
            counted("is_single_source"),
            kind="boolean",
            sort="is_single_source",
        ),
        Column("gap", _("缺口"), _gap, kind="badge", link=_gap_url),
    )


def _ends(shown: Shown) -> tuple[Column, ...]:
    """The ends where amounts are bands; empty where they are exact."""
    return (
        Column("amount_low_wan", _("采购额下限"), shown("amount_low_wan"), kind="wan", is_default=False),
        Column("amount_high_wan", _("采购额上限"), shown("amount_high_wan"), kind="wan", is_default=False),
        Column("low_ratio", _("本地配套率下限"), shown("local_ratio_low"), kind="ratio", is_default=False),
        Column("high_ratio", _("本地配套率上限"), shown("local_ratio_high"), kind="ratio", is_default=False),
    )


def _part_filters(chain: Chain) -> tuple[Filter, ...]:
    return (
        Filter("category", _("类别"), choices=lambda person: _categories(chain, person), path="part__category"),
        Filter("none_local", _("本地无供应"), kind="boolean", apply=_none_local),
        Filter("is_single_source", _("单一来源"), kind="boolean"),
        Filter("has_unknown", _("有未填"), kind="boolean", apply=_has_unknown),
    )


SHARED = TableSpec(
    key="shared_suppliers",
    invented=None,
    title=_("现有共性配套商（市外）"),
    columns=(
        Column("name", _("配套商"), lambda row: row["name"], link=lambda row: row["url"]),
        Column("region", _("所在地"), lambda row: row["region"]),
        Column("anchor_count", _("服务链主"), lambda row: row["anchor_count"], kind="integer"),
        Column("anchors", _("链主"), lambda row: row["anchors"], kind="list"),
        Column("part_count", _("零部件"), lambda row: row["part_count"], kind="integer"),
        Column("amount_wan", _("年供应额"), lambda row: row["amount_wan"], kind="wan"),
        Column("unknown_count", _("金额未填"), lambda row: row["unknown_count"], kind="integer"),
    ),
    row_id=lambda row: row["code"],
    row_url=lambda row: row["url"],
    empty=Empty(_("没有同时供应两家以上链主的市外企业。"), "", ""),
    note=_("未经优化的现状：供应商在市外，且至少向两家链主供货。"),
)

RELEASED_CATEGORIES = TableSpec(
    key="released_categories",
    invented=None,
    title=_("按类别"),
    columns=(
        Column("category", _("类别"), lambda row: row["category"]),
        Column("amount_wan", _("年采购额"), lambda row: row["amount_wan"], kind="wan"),
        Column("placed_wan", _("其中产地明确"), lambda row: row["placed_wan"], kind="wan"),
        Column("local_wan", _("本市供应"), lambda row: row["local_wan"], kind="wan"),
        Column("local_ratio", _("本地配套率（按金额）"), lambda row: row["local_ratio"], kind="ratio"),
    ),
    row_id=lambda row: row["category"],
    note=_("按发布规则发布的合计；◇ 为按发布规则不显示。"),
)

TIERS = TableSpec(
    key="coverage_tiers",
    invented=None,
    title=_("配套圈层"),
    columns=(
        Column("tier", _("圈层（累计）"), lambda row: row["label"]),
        Column("amount_wan", _("供应额"), lambda row: row["amount_wan"], kind="wan"),
        Column("amount_ratio", _("按金额"), lambda row: row["amount_ratio"], kind="ratio"),
        Column("part_ratio", _("按零部件种类"), lambda row: row["part_ratio"], kind="ratio"),
        Column("supplier_ratio", _("按供应商家数"), lambda row: row["supplier_ratio"], kind="ratio"),
    ),
    row_id=lambda row: row["tier"],
    note=_("三种口径分别计算，不可混用；产地不详的不计入分母。"),
)


def _gap(row: Any) -> Badge | None:
    if not row.gap_state:
        return None
    return Badge(Gap.State(row.gap_state).label, LIGHT_OF_GAP.get(Gap.State(row.gap_state), "plain"))


def _gap_url(row: Any) -> str | None:
    return address("gaps:gap", row.gap_code) if row.gap_code else None


def _categories(chain: Chain, person: Any) -> list[tuple[str, str]]:
    rows = PartCoverage.objects.visible_to(person).filter(snapshot__chain=chain)
    names = rows.order_by("part__category").values_list("part__category", flat=True).distinct()
    return [(name, name) for name in names if name]


def _none_local(queryset: Any, value: bool) -> Any:  # noqa: FBT001  (the protocol of Filter.apply)
    return queryset.filter(local_ratio=0) if value else queryset.exclude(local_ratio=0)


def _has_unknown(queryset: Any, value: bool) -> Any:  # noqa: FBT001
    return queryset.filter(unknown_count__gt=0) if value else queryset.filter(unknown_count=0)


CHAINS = TableSpec(
    key="teardown_chains",
    invented="chain__is_illustrative",
    title=_("拆零件"),
    columns=(
        Column(
            "chain",
            _("产业链"),
            lambda row: row["chain"].name,
            link=lambda row: address("teardowns:chain", row["chain"].code),
        ),
        Column("scheme", _("方案"), lambda row: row["chain"].scheme.name),
        Column("buyer_count", _("已填链主"), lambda row: _of(row, "buyer_count"), kind="integer"),
        Column("part_count", _("零部件"), lambda row: _of(row, "part_count"), kind="integer"),
        Column("unknown_count", _("金额未填"), lambda row: _of(row, "unknown_count"), kind="integer"),
        Column(
            "taken_on", _("数据截至"), lambda row: row["snapshot"].taken_on if row["snapshot"] else None, kind="date"
        ),
    ),
    row_id=lambda row: row["chain"].code,
    row_url=lambda row: address("teardowns:chain", row["chain"].code),
    empty=Empty(_("没有制造业链。"), "", ""),
    note=_("服务业链没有零部件，不在此列。"),
)


def _of(row: Any, name: str) -> Any:
    return row["snapshot"].summary[name] if row["snapshot"] else None
