"""Target lists as tables."""

from collections import Counter
from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from lianzhang.chains.models import Chain, Edition, TargetList
from lianzhang.tables import Badge, Column, Empty, Filter, TableSpec
from lianzhang.tables.addresses import address
from lianzhang.tables.spec import in_brackets

# How a list was computed: kept in the words of the analysis, shown in the reader's language.
METHODS = (
    _("没有符合条件的供应商"),
    _("贪心解达到上界，已证明最优（就这些候选和假设而言）"),
    _("HiGHS 整数规划，已证明最优（就这些候选和假设而言）"),
    _("限时内的最好解，未证明最优"),
    _("限时内整数规划未得更好的解，采用贪心解，未证明最优"),
    _("初步结果：贪心解，证明中途停止，未证明最优"),
)
LIST_TONES = {
    TargetList.State.RUNNING: "draft",
    TargetList.State.READY: "accent",
    TargetList.State.FAILED: "late",
    TargetList.State.APPROVED: "normal",
}


def manufacturing(person: Any) -> list[tuple[str, str]]:
    """The chains a list may be narrowed to, those of the newest scheme first; one named like another says whose it
    is."""
    found = Chain.objects.visible_to(person).filter(nature=Chain.Nature.MANUFACTURING).select_related("scheme")
    columns = ("name_zh", "name_en", "scheme__name_zh", "scheme__name_en")
    chains = list(found.only(*columns).order_by("-scheme__valid_from", "scheme", "position"))
    count = Counter(chain.name for chain in chains)
    return [
        (str(chain.pk), chain.name if count[chain.name] == 1 else f"{chain.name}{in_brackets(chain.scheme.name)}")
        for chain in chains
    ]


def method(listed: TargetList) -> str:
    """How the list was computed, in the reader's language."""
    return _now(listed.method) if listed.method else ""


def list_url(listed: TargetList) -> str:
    """The page of a list."""
    return address("targets:target", listed.code)


def _standing(listed: TargetList) -> Badge:
    """A list whose computation was stopped says so: nobody is computing it any more."""
    if listed.state == TargetList.State.RUNNING and listed.first and listed.job and not listed.job.is_over:
        return Badge(_now("初步结果，正在证明"), LIST_TONES[TargetList.State.RUNNING])
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
        Column("edition", _("版别"), lambda t: t.get_edition_display(), sort="edition"),
        Column("category_count", _("类别"), lambda t: t.category_count, kind="integer", sort="category_count"),
        Column("supplier_count", _("配套商"), lambda t: t.supplier_count, kind="integer", sort="supplier_count"),
        Column("as_of_on", _("数据截至"), lambda t: t.snapshot.taken_on if t.snapshot else None, kind="date"),
        Column("created_by", _("编制"), lambda t: t.created_by.name, sort="created_by__name"),
        Column("created_at", _("时间"), lambda t: t.created_at, kind="datetime", sort="created_at"),
    ),
    filters=(
        Filter("chain", _("产业链"), choices=manufacturing),
        Filter("state", _("状态"), choices=TargetList.State.choices),
        Filter("edition", _("版别"), choices=Edition.choices),
    ),
    search=("code", "title"),
    default_order=("-created_at",),
    row_id="code",
    row_url=list_url,
    empty=Empty(_("还没有目标清单。"), _("新建目标清单"), "targets:new"),
)
