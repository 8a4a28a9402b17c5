"""Target lists as tables."""

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from chainlab import places
from lianzhang.chains.models import Chain, TargetLine, TargetList
from lianzhang.chains.queries.disclosure import Disclosure
from lianzhang.tables import RESTRICTED, Badge, Column, Empty, Filter, TableSpec
from lianzhang.tables.addresses import address

# How a list was computed: kept in the words of the analysis, shown in the reader's language.
METHODS = (
    _("没有符合条件的供应商"),
    _("贪心解达到上界，已证明最优（就这些候选和假设而言）"),
    _("HiGHS 整数规划，已证明最优（就这些候选和假设而言）"),
    _("限时内的最好解，未证明最优"),
    _("限时内整数规划未得更好的解，采用贪心解，未证明最优"),
)
LIST_TONES = {
    TargetList.State.RUNNING: "draft",
    TargetList.State.READY: "accent",
    TargetList.State.FAILED: "late",
    TargetList.State.APPROVED: "normal",
}


def manufacturing(person: Any) -> list[tuple[str, str]]:
    found = Chain.objects.visible_to(person).filter(nature=Chain.Nature.MANUFACTURING)
    return [(str(pk), name) for pk, name in found.values_list("pk", "name_zh")]


def method(listed: TargetList) -> str:
    """How the list was computed, in the reader's language."""
    return _now(listed.method) if listed.method else ""


def list_url(listed: TargetList) -> str:
    """The page of a list."""
    return address("targets:target", listed.code)


def _standing(listed: TargetList) -> Badge:
    """A list whose computation was stopped says so: nobody is computing it any more."""
    is_stopped = listed.state == TargetList.State.RUNNING and (listed.job is None or listed.job.is_over)
    state = TargetList.State.FAILED if is_stopped else TargetList.State(listed.state)
    return Badge(str(state.label), LIST_TONES[state])


LISTS = TableSpec(
    key="target_lists",
    title=pgettext_lazy("menu", "目标清单"),
    columns=(
        Column("code", _("编号"), lambda t: t.code, kind="code", sort="code", link=list_url),
        Column("title", _("名称"), lambda t: t.title, sort="title", link=list_url),
        Column("chain", _("产业链"), lambda t: t.chain.name, sort="chain__position"),
        Column("state", _("状态"), _standing, kind="badge", sort="state"),
        Column("category_count", _("类别"), lambda t: t.category_count, kind="integer", sort="category_count"),
        Column("supplier_count", _("配套商"), lambda t: t.supplier_count, kind="integer", sort="supplier_count"),
        Column("as_of_on", _("数据截至"), lambda t: t.snapshot.taken_on if t.snapshot else None, kind="date"),
        Column("created_by", _("编制"), lambda t: t.created_by.name, sort="created_by__name"),
        Column("created_at", _("时间"), lambda t: t.created_at, kind="datetime", sort="created_at"),
    ),
    filters=(
        Filter("chain", _("产业链"), choices=manufacturing),
        Filter("state", _("状态"), choices=TargetList.State.choices),
    ),
    search=("code", "title"),
    default_order=("-created_at",),
    row_id="code",
    row_url=list_url,
    empty=Empty(_("还没有目标清单。"), _("新建目标清单"), "targets:new"),
)


def lines(listed: TargetList, disclosure: Disclosure, firm_names: dict[str, str]) -> TableSpec:
    """The suppliers of one list. Anchors are named only to those who may read their purchases; others see how many."""
    total = len(listed.assumptions) and int(listed.assumptions.get("anchor_count", 0))

    def amount(name: str) -> Callable[[TargetLine], Any]:
        return lambda line: getattr(line, name) if disclosure.sees_rows else RESTRICTED

    def served(line: TargetLine) -> str:
        count = len(line.anchors)
        return "●" * count + "○" * max(total - count, 0)

    def anchors(line: TargetLine) -> Any:
        return [firm_names.get(code, code) for code in line.anchors] if disclosure.sees_rows else RESTRICTED

    return TableSpec(
        key="target_lines",
        invented="target_list__is_illustrative",
        title=_("目标清单"),
        columns=(
            Column("position", _("序"), lambda line: line.position, kind="integer", sort="position"),
            Column("categories", _("类别"), lambda line: line.categories, kind="list"),
            Column("supplier", _("配套商"), lambda line: line.supplier.name, link=line_url, sort="supplier__name"),
            Column("region_code", _("所在地"), lambda line: places.name_of(line.region_code), sort="region_code"),
            Column("served", _("服务链主"), served),
            Column("anchors", _("链主"), anchors, kind="list", is_default=False),
            Column(
                "parts", _("零部件"), lambda line: [part["name"] for part in line.parts], kind="list", is_wrapped=True
            ),
            Column("covered_wan", _("覆盖额"), amount("covered_wan"), kind="wan", sort="covered_wan", is_total=True),
            Column(
                "marginal_wan",
                _("新增覆盖额"),
                lambda line: line.marginal_wan if disclosure.sees_rows else RESTRICTED,
                kind="wan",
                sort="marginal_wan",
                help=_("清单中只有这一家能覆盖的金额：少了它，少覆盖这么多。"),
            ),
            Column("runner_up", _("备选企业"), lambda line: _runner_up(line, firm_names)),
            Column("reasons", _("理由"), lambda line: reasons(line, disclosure, firm_names), is_wrapped=True),
        ),
        default_order=("position",),
        row_id="position",
        row_url=line_url,
        note=_("覆盖额为各链主市外采购额中由该企业承担的部分（万元/年），同一笔需求只计一次。"),
        page_size=100,
    )


def line_url(line: TargetLine) -> str:
    """The page of one line: its evidence, purchase by purchase."""
    return address("targets:line", line.target_list.code, line.position)


def reasons(line: TargetLine, disclosure: Disclosure, firm_names: dict[str, str]) -> str:
    """Why the supplier is on the list, in words."""
    said = []
    for reason in line.reasons:
        who = (
            "、".join(firm_names.get(code, code) for code in reason["anchors"])
            if disclosure.sees_rows
            else _now("%(count)s 家链主") % {"count": len(reason["anchors"])}
        )
        words = _now("现已供应 %(who)s") if reason["code"] == "supplies" else _now("能供应 %(who)s 所需零部件")
        said.append(words % {"who": who})
    return "；".join(said)


def _runner_up(line: TargetLine, firm_names: dict[str, str]) -> str | None:
    code = line.runner_up.get("code")
    return firm_names.get(code, code) if code else None
