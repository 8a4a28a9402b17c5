"""The tables of the register: enterprises, purchases by right, grants, product lines, shared suppliers."""

from collections.abc import Callable, Iterable
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from chainlab import places
from lianzhang import tables
from lianzhang.registry.models import Enterprise, Level, Purchase, PurchaseGrant
from lianzhang.registry.models.lines import holding, words
from lianzhang.tables.addresses import address

Choices = Callable[[Any], Iterable[tuple[Any, Any]]]


def enterprise_url(record: Enterprise) -> str:
    return address("registry:enterprise", record.code)


def place(region_code: str) -> str:
    """The name of a division, or its code where no name is known; empty for none."""
    return places.names().get(region_code, region_code)


def in_chain(found: QuerySet[Enterprise], chain: str) -> QuerySet[Enterprise]:
    """Enterprises that ledgers, the map or an anchor list put on the chain of this name."""
    on_map = Enterprise.objects.filter(placements__map__chain__name_zh=chain, placements__map__state="published")
    anchors = Enterprise.objects.filter(anchored__chain__name_zh=chain)
    return found.filter(Q(chain_names__contains=chain) | Q(pk__in=on_map.values("pk")) | Q(pk__in=anchors.values("pk")))


def _mark(record: Enterprise) -> tables.Badge | None:
    return tables.Badge(_("示例"), "draft") if record.is_illustrative else None


EDIT = tables.Edit()


def _yes_no(key: str, label: Any, **more: Any) -> tables.Column:
    edit = tables.Edit("choice", stored=lambda e: getattr(e, key))
    return tables.Column(
        key, label, lambda e: getattr(e, key), kind="boolean", edit=edit, **{"is_default": False, **more}
    )


def enterprises(*, chains: Choices, districts: Choices, bodies: Choices, by_body: Callable[[Any, str], Any]) -> Any:
    """The enterprise table; choices come from the page, since chains and bodies lie in other apps."""
    return tables.TableSpec(
        key="enterprises",
        title=_("企业"),
        columns=(
            tables.Column("code", _("编号"), lambda e: e.code, kind="code", sort="code"),
            tables.Column("name", _("企业名称"), lambda e: e.name, sort="name", link=enterprise_url),
            tables.Column("mark", _("数据性质"), _mark, kind="badge"),
            tables.Column("credit_code", _("统一社会信用代码"), lambda e: e.credit_code, kind="code", edit=EDIT),
            tables.Column("region", _("区市"), lambda e: place(e.region_code), sort="region_code"),
            tables.Column("chain_names", _("所属产业链"), lambda e: e.chain_names, sort="chain_names", edit=EDIT),
            tables.Column(
                "chain_role",
                _("链上角色"),
                lambda e: e.get_chain_role_display(),
                sort="chain_role",
                edit=tables.Edit("choice", stored=lambda e: e.chain_role),
            ),
            _yes_no("is_above_scale", _("规上"), is_default=True, sort="is_above_scale"),
            _yes_no("is_specialised", _("专精特新")),
            _yes_no("is_high_tech", _("高新技术")),
            tables.Column("products", _("主要产品"), lambda e: e.products, is_wrapped=True, edit=EDIT),
            tables.Column(
                "revenue_wan",
                _("上年营业收入"),
                lambda e: e.revenue_wan,
                kind="wan",
                sort="revenue_wan",
                is_total=True,
                edit=tables.Edit("number"),
            ),
            tables.Column(
                "data_on",
                _("数据截至"),
                lambda e: e.data_on,
                kind="date",
                sort="data_on",
                edit=tables.Edit("date"),
            ),
            tables.Column(
                "industry_code", _("行业代码"), lambda e: e.industry_code, kind="code", is_default=False, edit=EDIT
            ),
        ),
        filters=(
            tables.Filter("chain", _("产业链"), choices=chains, apply=in_chain),
            tables.Filter("region", _("区市"), choices=districts, path="region_code"),
            tables.Filter("body", _("专班"), choices=bodies, apply=by_body),
            tables.Filter("is_above_scale", _("规上"), kind="boolean"),
            tables.Filter("chain_role", _("链上角色"), choices=Enterprise.ChainRole.choices, is_folded=True),
            tables.Filter("is_illustrative", _("示例数据"), kind="boolean", is_folded=True),
        ),
        search=("name", "name_initials", "code", "credit_code", "alias_names"),
        default_order=("name",),
        row_url=enterprise_url,
        edit_url=lambda e: f"{enterprise_url(e)}cell",
        empty=tables.Empty(_("还没有企业。"), _("导入企业名单"), "intake:list"),
        note=_("营业收入为企业报送数，合计只含已填的企业。"),
    )


def _amount(purchase: Purchase) -> Any:
    if purchase.is_withheld:
        return tables.WITHHELD
    return purchase.amount_wan


def _band(purchase: Purchase) -> str:
    if purchase.amount_low_wan is None:
        return ""
    return f"{purchase.amount_low_wan.normalize():f}–{purchase.amount_high_wan.normalize():f}"  # type: ignore[union-attr]


PURCHASES = tables.TableSpec(
    key="purchases",
    title=_("采购明细"),
    columns=(
        tables.Column("buyer", _("采购企业"), lambda p: p.buyer.name, sort="buyer__name"),
        tables.Column("part_code", _("零部件编码"), lambda p: p.part.code, kind="code", sort="part__code"),
        tables.Column("part", _("零部件"), lambda p: p.part.name, sort="part__name"),
        tables.Column("category", _("类别"), lambda p: p.part.category, sort="part__category"),
        tables.Column(
            "supplier",
            _("供应商"),
            lambda p: p.supplier.name if p.supplier else p.supplier_name,
            sort="supplier__name",
            secrecy="secret",
        ),
        tables.Column("make", _("来源方式"), lambda p: p.get_make_display(), sort="make", secrecy="secret"),
        tables.Column(
            "amount_wan", _("采购额"), _amount, kind="wan", sort="amount_wan", is_total=True, secrecy="secret"
        ),
        tables.Column("band", _("区间（万元）"), _band, secrecy="secret"),
        tables.Column("origin", _("生产地"), lambda p: place(p.production_region), secrecy="secret"),
        tables.Column("plant", _("使用工厂"), lambda p: p.plant, is_default=False, secrecy="secret"),
        tables.Column("is_trader", _("贸易商"), lambda p: p.is_trader, kind="boolean", is_default=False),
        tables.Column("is_import", _("进口"), lambda p: p.is_import, kind="boolean", is_default=False),
        tables.Column("year", _("年度"), lambda p: str(p.year), sort="year"),
    ),
    filters=(
        tables.Filter("buyer", _("采购企业"), kind="text", path="buyer__name"),
        tables.Filter("part", _("零部件"), kind="text", path="part__name"),
        tables.Filter("supplier", _("供应商"), kind="text", path="supplier__name"),
        tables.Filter("year", _("年度"), choices=[(str(year), str(year)) for year in range(2030, 2019, -1)]),
        tables.Filter("is_withheld", _("按约定不提供"), kind="boolean", is_folded=True),
    ),
    search=("buyer__name", "part__name", "part__code", "supplier__name"),
    # Last entered first: sorted by names, a hundred thousand rows were put in order to show fifty.
    default_order=("-pk",),
    empty=tables.Empty(_("没有您有权查看的采购数据。采购数据由企业授权后可见。")),
    note=_("合计只含填报确数的行；区间、未填和按约定不提供的行不计入。"),
)


def grant_light(grant: Any) -> tables.Light:
    """The state of a grant read by `queries.grants`."""
    if grant.withdrawn_at is not None:
        return tables.Light("suspended", _("已收回"))
    if grant.scan_id is not None and grant.confirmed_by_id is None:
        return tables.Light("watch", _("待第二人确认"))
    if grant.is_over:
        return tables.Light("suspended", _("已到期"))
    if grant.is_ahead:
        return tables.Light("watch", _("未到起始日"))
    return tables.Light("normal", _("有效"))


def readers_of(grant: PurchaseGrant) -> str:
    """Who reads rows by the grant; the whole body by those of before people were named."""
    if Level.ROWS not in grant.levels:
        return ""
    return str(_("全单位")) if grant.is_whole_body else _("、").join(person.name for person in grant.readers.all())


GRANTS = tables.TableSpec(
    key="grants",
    invented="firm__is_illustrative",
    title=_("采购数据授权"),
    columns=(
        tables.Column(
            "firm", _("授权企业"), lambda g: g.firm.name, sort="firm__name", link=lambda g: enterprise_url(g.firm)
        ),
        tables.Column("body", _("被授权单位"), lambda g: g.body.name, sort="body__name_zh"),
        tables.Column("levels", _("披露层级"), lambda g: words(g.levels)),
        tables.Column("line", _("产品线"), lambda g: g.line.name if g.line else _("全部")),
        tables.Column("readers", _("查阅人"), readers_of),
        tables.Column("purpose", _("用途"), lambda g: g.purpose),
        tables.Column("starts_on", _("自"), lambda g: g.starts_on, kind="date", sort="starts_on"),
        tables.Column("ends_on", _("至"), lambda g: g.ends_on, kind="date", sort="ends_on"),
        tables.Column("way", _("方式"), lambda g: _("纸质") if g.scan_id else _("企业在线"), is_default=False),
        tables.Column("state", _("状态"), grant_light, kind="light"),
    ),
    filters=(tables.Filter("firm", _("授权企业"), kind="text", path="firm__name"),),
    default_order=("-starts_on",),
    row_url=lambda g: address("registry:grant", g.pk),
    empty=tables.Empty(_("还没有授权。"), _("新增授权"), "registry:new_grant"),
)


LINES = tables.TableSpec(
    key="lines",
    title=_("产品线与披露层级"),
    invented="firm__is_illustrative",
    columns=(
        tables.Column(
            "firm", _("企业"), lambda line: line.firm.name, sort="firm__name", link=lambda x: enterprise_url(x.firm)
        ),
        tables.Column("name", _("产品线"), lambda line: line.name, sort="name"),
        tables.Column("product", _("对应整机"), lambda line: line.product.name if line.product else ""),
        tables.Column("levels", _("披露层级"), lambda line: words(line.levels)),
        tables.Column("levels_on", _("选定日期"), lambda line: line.levels_on, kind="date", sort="levels_on"),
        tables.Column("levels_by", _("选定人"), lambda line: line.levels_by.name if line.levels_by else ""),
        tables.Column("is_active", _("在用"), lambda line: line.is_active, kind="boolean"),
    ),
    filters=(
        tables.Filter("firm", _("企业"), kind="text", path="firm__name"),
        tables.Filter("level", _("披露层级"), choices=Level.choices, apply=holding),
    ),
    search=("firm__name", "name"),
    default_order=("firm__name", "name"),
    empty=tables.Empty(_("还没有企业登记产品线。")),
)

SHARED = tables.TableSpec(
    key="shared_suppliers",
    title=_("共性配套商"),
    invented="is_illustrative",
    columns=(
        tables.Column(
            "name",
            _("供应商"),
            lambda one: one.name,
            sort="name",
            link=lambda one: enterprise_url(one.supplier) if one.supplier else "",
        ),
        tables.Column("region", _("所在地"), lambda one: place(one.supplier.region_code) if one.supplier else ""),
        tables.Column("categories", _("共有类别"), lambda one: one.categories, kind="list"),
        tables.Column("anchors", _("提及链主"), lambda one: one.consenting_count, kind="integer"),
        tables.Column("released_on", _("发布日期"), lambda one: one.released_on, kind="date", sort="released_on"),
        tables.Column("body", _("发布单位"), lambda one: one.body.name),
    ),
    search=("name",),
    default_order=("-released_on", "name"),
    empty=tables.Empty(_("创新中心还没有发布共性配套商。")),
    note=_("须两家以上链主同意比对且都提及；集团企业合计一家；有链主收回同意而不足两家的，即时不再列出。"),
)

# In the columns of the outline that a draft is pasted in: what leaves here comes back as the next version.
TREE = tables.TableSpec(
    key="part_tree",
    title=_("标准零部件树"),
    columns=(
        tables.Column("level", _("层级"), lambda one: one.level, kind="integer"),
        tables.Column("part", _("零部件"), lambda one: "　" * (one.level - 1) + one.part.name),
        tables.Column("category", _("类别"), lambda one: one.part.category),
        tables.Column("quantity", _("用量"), lambda one: one.quantity, kind="decimal", unit=_("每个上级")),
        tables.Column("code", _("编码"), lambda one: one.part.code),
        tables.Column("unit", _("单位"), lambda one: one.part.unit),
        tables.Column("segment", _("环节"), lambda one: one.node.segment),
    ),
    row_id=lambda one: one.node.pk,
    is_ticked=False,
    page_size=500,
    empty=tables.Empty(_("这个版本还没有零部件。")),
)
