"""要素资源 as a table: funds, parks, platforms, alliances, talent bases, scenarios, innovation records; and 载体."""

from collections.abc import Callable, Iterable
from typing import Any

from django.db.models import Q
from django.utils.translation import get_language, ngettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from lianzhang.accounts import districts
from lianzhang.accounts.models import Person
from lianzhang.chains.models import Chain
from lianzhang.resources import fit
from lianzhang.resources.models import Resource, Site
from lianzhang.tables import Badge, Column, Empty, Filter, TableSpec
from lianzhang.tables.addresses import address


def name(resource: Resource | Site) -> str:
    """The resource or site in the reader's language."""
    english = resource.name_en and (get_language() or "").startswith("en")
    return resource.name_en if english else resource.name


def amount(resource: Resource) -> str:
    """10 亿元, or nothing."""
    if resource.amount is None:
        return ""
    number = f"{resource.amount:,.2f}".rstrip("0").rstrip(".")
    return f"{number} {resource.amount_unit}"


def _chains(person: Person) -> Iterable[tuple[str, str]]:
    return [(c.code, c.name) for c in Chain.objects.visible_to(person).order_by("scheme", "position")]


RESOURCES = TableSpec(
    key="resources",
    title=_("要素资源"),
    columns=(
        Column("name", _("名称"), name, link=lambda r: address("resources:resource", r.code), sort="name"),
        Column("kind", _("种类"), lambda r: r.get_kind_display(), sort="kind"),
        Column("chains", _("产业链"), lambda r: [chain.name for chain in r.chains.all()], kind="list"),
        Column("amount", _("数量"), amount, sort="amount"),
        Column("amount_scope", _("口径"), lambda r: r.amount_scope, is_wrapped=True),
        Column("keeper", _("单位"), lambda r: str(r.keeper_enterprise or r.kept_by or "")),
        Column("state_note", _("现状"), lambda r: r.state_note, is_wrapped=True),
        Column("source", _("来源"), lambda r: r.source and str(r.source), is_wrapped=True),
        Column("as_of_on", _("数据截至"), lambda r: r.as_of, kind="date", sort="as_of"),
        Column(
            "illustrative",
            _("数据性质"),
            lambda r: Badge(_("示例"), "draft") if r.is_illustrative else None,
            kind="badge",
        ),
        Column("code", _("编号"), lambda r: r.code, kind="code", sort="code", is_default=False),
    ),
    filters=(
        Filter("kind", _("种类"), choices=Resource.Kind.choices),
        Filter("chain", _("产业链"), choices=_chains, path="chains__code"),
        Filter("is_illustrative", _("示例数据"), kind="boolean", is_folded=True),
    ),
    search=("name", "name_en", "code", "state_note", "keeper_enterprise__name"),
    default_order=("kind", "is_illustrative", "code"),
    row_id="code",
    row_url=lambda r: address("resources:resource", r.code),
    empty=Empty(_("还没有登记资源。"), _("登记资源"), "resources:new"),
)


PROGRESS_TONES = {
    Site.Progress.PLANNED: "draft",
    Site.Progress.BUILDING: "watch",
    Site.Progress.READY: "normal",
    Site.Progress.FULL: "plain",
}


def site_page(site: Site) -> str:
    """The address of a site."""
    return address("resources:site", site.code)


def progress(site: Site) -> Badge:
    """规划, 在建, 可用, 已满."""
    return Badge(Site.Progress(site.progress).label, PROGRESS_TONES[Site.Progress(site.progress)])


def _has_room(found: Any, is_vacant: bool) -> Any:  # noqa: FBT001 - called by the table
    room = Q(vacant_m2__gt=0) | Q(kind=Site.Kind.LAND, land_mu__gt=0)
    return found.filter(room) if is_vacant else found.exclude(room)


def _measure(key: str, label: Any, unit: Any, *, places: int = 0, **more: Any) -> Column:
    return Column(key, label, lambda s: getattr(s, key), kind="decimal", unit=unit, sort=key, places=places, **more)


SITES = TableSpec(
    key="sites",
    title=pgettext_lazy("menu", "载体"),
    columns=(
        Column("name", _("名称"), name, link=site_page, sort="name", is_wrapped=True),
        Column("code", _("编号"), lambda s: s.code, kind="code", sort="code", is_default=False),
        Column("kind", _("种类"), lambda s: Site.Kind(s.kind).label, sort="kind"),
        Column("district", _("区市"), lambda s: s.district and s.district.name, sort="district__name_zh"),
        Column(
            "park",
            _("所属园区"),
            lambda s: s.park and name(s.park),
            link=lambda s: s.park and address("resources:resource", s.park.code),
            sort="park__name",
            is_wrapped=True,
        ),
        Column("progress", _("建设状态"), progress, kind="badge", sort="progress"),
        _measure("area_m2", _("建筑面积"), "㎡", is_total=True, is_default=False),
        _measure("vacant_m2", _("空置面积"), "㎡", is_total=True),
        _measure("land_mu", _("可供用地"), _("亩"), places=1, is_total=True),
        Column("floor_load_kg", _("承重"), lambda s: s.floor_load_kg, kind="integer", unit="kg/㎡"),
        _measure("clear_height_m", _("层高"), _("米"), places=1),
        _measure("rent_yuan", _("租金"), _("元/㎡·月"), places=1),
        Column("power_kva", _("可供用电"), lambda s: s.power_kva, kind="integer", unit="kVA", is_default=False),
        _measure("energy_tce", _("可供能耗"), _("吨标准煤/年"), is_default=False),
        Column(
            "land_use", _("用地性质"), lambda s: s.get_land_use_display() or None, sort="land_use", is_default=False
        ),
        Column("available_on", _("可用时间"), lambda s: s.available_on, kind="date", sort="available_on"),
        Column("progress_note", _("建设进度"), lambda s: s.progress_note, is_wrapped=True, is_default=False),
        Column("has_title", _("有产证"), lambda s: s.has_title, kind="boolean", is_default=False),
        Column("address", _("地址"), lambda s: s.address, is_wrapped=True, is_default=False),
        Column("as_of", _("数据截至"), lambda s: s.as_of, kind="date", sort="as_of"),
    ),
    filters=(
        Filter("kind", _("种类"), choices=Site.Kind.choices),
        Filter(
            "district",
            _("区市"),
            choices=districts.choices,
            apply=lambda found, code: districts.narrow(found, code, path="district"),
        ),
        Filter("vacant", _("有空置"), kind="boolean", apply=_has_room),
        Filter("progress", _("建设状态"), choices=Site.Progress.choices),
        Filter("park", _("所属园区"), kind="text", path="park__name", is_folded=True),
        Filter("land_use", _("用地性质"), choices=Site.LandUse.choices, is_folded=True),
        Filter("free", _("空置面积（㎡）"), kind="number_range", path="vacant_m2", is_folded=True),
        Filter("mu", _("可供用地（亩）"), kind="number_range", path="land_mu", is_folded=True),
        Filter("is_illustrative", _("示例数据"), kind="boolean", is_folded=True),
    ),
    search=("name", "name_en", "code", "address", "park__name", "conditions"),
    default_order=("district__name_zh", "code"),
    row_id="code",
    row_url=site_page,
    empty=Empty(_("还没有登记载体。"), _("登记载体"), "resources:new_site"),
    note=_("空置面积按建筑面积计，可供用地按亩计，二者不相加；未填的不计入合计。"),
)


def fitting(need: Any, *, choose: Callable[[Site], str] | None = None) -> TableSpec:
    """The sites for one need, best first, each with its reasons; `need` is closed over, since a table is declared once
    and a need is one project's. `choose` gives the address at which a site is chosen, for whoever may choose."""

    conditions, judged = fit.asked(need), dict[int, list[fit.Verdict]]()

    def told(mark: str) -> Any:
        def texts(site: Any) -> list[str]:
            if site.pk not in judged:
                judged[site.pk] = fit.judge(conditions, site)
            return [each.text for each in judged[site.pk] if each.mark == mark]

        return texts

    def verdict(site: Any) -> Badge:
        unmet = len(told(fit.UNMET)(site))
        if unmet:
            return Badge(ngettext("%(n)d项不满足", "%(n)d项不满足", unmet) % {"n": unmet}, "late")
        if site.unknown_count:
            n = site.unknown_count
            return Badge(ngettext("%(n)d项待核实", "%(n)d项待核实", n) % {"n": n}, "watch")
        return Badge(_("全部满足"), "normal")

    def choice(site: Any) -> str:
        return str(_("已选定") if site.pk == need.site_id else _("选此处") if choose else "")

    base = {column.key: column for column in SITES.columns}
    return TableSpec(
        key="fitting_sites",
        title=_("合适的载体"),
        columns=(
            base["name"],
            Column("verdict", _("符合情况"), verdict, kind="badge"),
            Column("choice", _("选定"), choice, link=choose),
            Column("unmet", _("不满足"), told(fit.UNMET), kind="list", is_wrapped=True),
            Column("unknown", _("待核实"), told(fit.UNKNOWN), kind="list", is_wrapped=True),
            Column("met", _("满足"), told(fit.MET), kind="list", is_wrapped=True),
            base["district"],
            base["kind"],
            base["as_of"],
            base["code"],
        ),
        filters=tuple(each for each in SITES.filters if each.key in {"district", "kind", "progress", "park"}),
        search=SITES.search,
        row_id="code",
        row_url=site_page,
        empty=Empty(_("还没有登记载体。"), _("登记载体"), "resources:new_site"),
        note=_("先列全部满足的，再列有待核实的，最后按相差多少排列；载体未填的条件待核实，不算满足也不算不满足。"),
    )
