"""目标清单各数的口径: definition, formula, scope, source and rows of every figure on the page of a target list."""

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lianzhang.chains.models import TargetList
from lianzhang.chains.queries import disclosure
from lianzhang.tables import values
from lianzhang.web import explain, released

# figure → label, definition, formula
DEFINED: Mapping[str, tuple[Any, Any, Any]] = {
    "covered": (
        gettext_lazy("覆盖额"),
        gettext_lazy("清单上的企业能承担的链主市外采购额；同一笔需求只计一次，受企业年供货能力限制。"),
        gettext_lazy("Σ 各链主 × 各零部件由清单企业承担的金额"),
    ),
    "marginal": (
        gettext_lazy("新增覆盖额"),
        gettext_lazy("清单中只有这一家能覆盖的金额：少了它，其余各家补不上，少覆盖这么多。"),
        gettext_lazy("全部各家的覆盖额 − 去掉这一家后其余各家的覆盖额"),
    ),
    "demand": (
        gettext_lazy("市外采购额"),
        gettext_lazy("供应商产地明确在市外的年采购额，不含链主写明不欢迎新供应商的；集团内采购只在条件要求时计入。"),
        gettext_lazy("Σ 各链主 × 各零部件向市外供应商采购的金额"),
    ),
    "served": (
        gettext_lazy("服务链主"),
        gettext_lazy("在清单中由这家企业（或这一类各家企业）承担需求的链主数，不是只有可能供应的。"),
        "",
    ),
    "ratio": (
        gettext_lazy("本地配套率（清单全部落地后）"),
        gettext_lazy("假定清单上的企业全部在本市投产并承接，本地配套率可达到的水平；是上限，不是预测。"),
        gettext_lazy("（本市供应额 + 覆盖额）÷ 产地明确的采购额"),
    ),
    "ratio-now": (
        gettext_lazy("本地配套率（现在）"),
        gettext_lazy("清单所据快照中，由本市企业供应的比重。只作观察，不作为任何扶持的条件。"),
        gettext_lazy("本市供应额 ÷ 产地明确的采购额"),
    ),
    "candidates": (
        gettext_lazy("候选企业"),
        gettext_lazy("现有市外供应商、登记有供应能力的市外企业和各方提名，合并重复后计；无意向的不计。"),
        "",
    ),
    "unknown": (
        gettext_lazy("未知额"),
        gettext_lazy("这家链主在这一类中金额只知区间的部分，上限与下限之差；金额全未填的行没有区间，不在其中。"),
        gettext_lazy("Σ（区间上限 − 区间下限）"),
    ),
    "share": (
        gettext_lazy("试算入选比例"),
        gettext_lazy("把未知和分档的金额在各自区间内随机取值（含全取低、全取高），在最优组合中出现的次数占比。"),
        gettext_lazy("入选次数 ÷ 试算次数"),
    ),
}


def explained(listed: TargetList, figure: str, shown: disclosure.Disclosure) -> explain.Explained | None:
    """What is to be said of `figure` of a list; None where there is no such figure, or the list is not computed."""
    if figure not in DEFINED or listed.snapshot is None:
        return None
    label, definition, formula = DEFINED[figure]
    said = listed.assumptions
    missing = _("金额未填 %(unknown)s 行未计入；给区间的 %(banded)s 行取中值。") % {
        "unknown": said["unknown_count"],
        "banded": said["banded_count"],
    }
    return explain.Explained(
        label=label,
        value=_value(listed, figure) if shown.shows_totals else "",
        definition=definition,
        formula=formula,
        scope=_("%(chain)s，%(anchors)s 家链主，%(candidates)s 家候选企业")
        % {
            "chain": listed.chain.name,
            "anchors": said["anchor_count"],
            "candidates": said["candidate_count"],
        },
        source=_("链主拆零件填报与登记的供给能力"),
        as_of=listed.snapshot.taken_on,
        snapshot=listed.snapshot.pk,
        missing=missing,
        release=released.of_list_explained(shown),
        rows_url=_rows(listed, figure),
        is_illustrative=listed.is_illustrative,
    )


def _value(listed: TargetList, figure: str) -> str:
    """The list's own figure; nothing for what stands in many rows."""
    amounts = {"covered": listed.objective_wan, "demand": listed.demand_wan}
    if figure in amounts:
        return _("%(amount)s 亿元") % {"amount": values.plain(amounts[figure], "yi")}
    ratios = {"ratio": listed.local_ratio_after, "ratio-now": listed.local_ratio_before}
    return values.plain(ratios[figure], "ratio") if figure in ratios else ""


def _rows(listed: TargetList, figure: str) -> str:
    """Where the rows behind a figure stand: the purchases of the snapshot, who could supply, or the list itself."""
    if figure in {"demand", "ratio-now", "unknown"} and (bought := purchases_url(listed)):
        return bought
    if figure == "candidates":
        return reverse("targets:candidates", args=[listed.chain.code])
    return reverse("targets:target", args=[listed.code])


def purchases_url(listed: TargetList) -> str:
    """The teardown of the snapshot a list was made of; empty where it pools chains, and so is the teardown of none."""
    if listed.snapshot is None or listed.snapshot.is_pooled:
        return ""
    return reverse("teardowns:snapshot", args=[listed.chain.code, listed.snapshot.pk])
