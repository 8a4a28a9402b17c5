"""The disclosure rule on a page: figures as they went out, each with its day, and the rule with what it holds back."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from lianzhang.accounts.models import Person
from lianzhang.chains.models import Chain, Snapshot, TargetList
from lianzhang.chains.models.releases import Measure
from lianzhang.chains.queries import disclosure, releases
from lianzhang.chains.tables import teardown as tables
from lianzhang.registry.models import Level
from lianzhang.tables import UNRELEASED, values
from lianzhang.web import listing

# What stands above a teardown: measure, page that explains it, filter that opens its rows.
SHOWN = (
    (Measure.LOCAL_RATIO, "local-ratio", ""),
    (Measure.OUTSIDE, "outside", ""),
    (Measure.NAMELESS, "nameless", "?has_unknown=1"),
)
MEASURES = {explained: measure for measure, explained, _url in SHOWN} | {"amount": Measure.AMOUNT}


def rule() -> str:
    """The rule in words."""
    return _(
        "合计须有至少 %(count)s 家企业的数字，并且把所有页面、日期和导出中已经发布的数字放在一起，其中任何一家"
        "（它知道自己的数字）都不能把另一家的数字推算到误差小于 %(percent)s%%，才予发布；"
        "部分与合计、前后两次相减能推出的，不发布。"
    ) % {"count": disclosure.RULE["min_contributors"], "percent": f"{disclosure.RULE['p_percent']:g}"}


def of(found: releases.Figures, *, sees_rows: bool) -> dict[str, Any] | None:
    """The fold below the figures; nothing for who sees the rows."""
    if sees_rows:
        return None
    placed = found[Measure.PLACED]
    return {"rule": rule(), "withheld": found.withheld, "tiers_on": placed.as_of if placed.is_older else None}


def of_list(shown: disclosure.Disclosure) -> dict[str, Any] | None:
    """The fold below a target list's figures, which go out all or none."""
    return None if shown.sees_rows else {"rule": rule(), "withheld": []}


def of_list_explained(shown: disclosure.Disclosure) -> str:
    """What is said about the release of a list's figures where they are explained."""
    if shown.sees_rows:
        return _("您有权查看全部明细，所见为快照原数。")
    words = _("按发布规则发布") if shown.shows_totals else _("按发布规则不显示")
    return _("%(words)s%(reason)s。%(rule)s") % {"words": words, "reason": "", "rule": rule()}


def stats(chain: Chain, found: releases.Figures, *, ends: str = "") -> list[dict[str, str]]:
    """The figures above a teardown, each with its source and, where it is not of the day shown, its own day; `ends` is
    what bands leave open of the local share."""
    made = []
    for measure, explained, url in SHOWN:
        told = found[measure]
        is_ratio = measure == Measure.LOCAL_RATIO
        made.append(
            {
                "label": str(measure.label),
                "value": _value(told, "ratio" if is_ratio else "yi"),
                "unit": "" if is_ratio or told.value is None else _("亿元"),
                "explain": reverse("teardowns:explain", args=[chain.code, explained]),
                "url": url if told.is_told else "",
                "change": (ends if is_ratio else "") if told.state in {"", "released"} else told.words,
            }
        )
    return made


def ends(summary: dict[str, Any], *, sees_rows: bool) -> str:
    """Between which ends the local share lies, to who may read every row; nothing where no amount is a band."""
    low, high = summary.get("local_ratio_low"), summary.get("local_ratio_high")
    if not sees_rows or low is None or high is None or round(low, 3) == round(high, 3):
        return ""
    shown = {"low": values.plain(low, "ratio"), "high": values.plain(high, "ratio")}
    return _("按区间 %(low)s 至 %(high)s") % shown


def levels(summary: dict[str, Any]) -> str:
    """How many anchors speak at each level, what was left out for a finer answer, and what is reckoned by a ceiling."""
    told = [
        _("%(level)s %(count)s 家") % {"level": Level(level).label, "count": count}
        for level, count in summary.get("levels", {}).items()
    ]
    if len(told) < 2 and not summary.get("open_above_count"):
        return ""
    said = [_("数据层级：%(levels)s。") % {"levels": _("、").join(told)}]
    if summary.get("superseded_count"):
        said.append(_("%(count)s 项粗答复因已有更细的数据不重复计算。") % {"count": summary["superseded_count"]})
    if summary.get("open_above_count"):
        said.append(_("%(count)s 项无上限的档按测算上限计算。") % {"count": summary["open_above_count"]})
    return "".join(said)


def doubled(summary: dict[str, Any], *, sees_rows: bool) -> str:
    """What two firms of one group both told, to who may read their rows."""
    found = summary.get("doubled") or []
    if not sees_rows or not found:
        return ""
    listed = _("、").join(found[:MOST_DOUBLED]) + (_("等") if len(found) > MOST_DOUBLED else "")
    return _("%(categories)s：同一集团有两家企业都填报了采购，请核对是不是同一笔，是则只留一家，否则会重复计算。") % {
        "categories": listed
    }


def lead(summary: dict[str, Any], found: releases.Figures) -> str:
    """The first sentence of a teardown, with as much of its amounts as the reader may be told."""
    said = {"buyers": summary["buyer_count"], "parts": summary["part_count"]}
    amount, nameless = found[Measure.AMOUNT], found[Measure.NAMELESS]
    if amount.value is None:
        return _("已梳理 %(buyers)s 家链主 %(parts)s 种零部件；金额合计按发布规则不显示。") % said
    said["amount"] = _value(amount, "yi")
    if nameless.value is None or amount.is_older or nameless.is_older:
        on = _("（%(day)s 发布）") % {"day": amount.as_of} if amount.is_older else ""
        return _("已梳理 %(buyers)s 家链主 %(parts)s 种零部件；采购额 %(amount)s 亿元%(on)s。") % {**said, "on": on}
    said["nameless"] = _value(nameless, "yi")
    return (
        _("已梳理 %(buyers)s 家链主 %(parts)s 种零部件；采购额 %(amount)s 亿元中有 %(nameless)s 亿元供应商未填。")
        % said
    )


MOST_DOUBLED = 6
OF_TIER = {
    "city": Measure.LOCAL,
    "ring": Measure.LOCAL,  # no ring is declared (`tiers_of`): it is the city
    "province": Measure.PROVINCE,
    "nation": Measure.NATION,
    "abroad": Measure.PLACED,
}


def tiers(
    request: HttpRequest, summary: dict[str, Any], found: releases.Figures, *, sees_rows: bool
) -> listing.Listing:
    """配套圈层: to others only the amounts that went out, and the shares they make."""
    names = {
        "city": _("本市"),
        "ring": _("都市圈（未设定时同本市）"),
        "province": _("省内"),
        "nation": _("国内"),
        "abroad": _("含境外"),
    }
    columns = ("amount_wan", "amount_ratio", "part_ratio", "supplier_ratio")
    rows = []
    for row in summary["tiers"]:
        shown = {name: row[name] for name in columns}
        if not sees_rows:
            shown = dict.fromkeys(columns, UNRELEASED) | _tier(found, row["tier"])
        rows.append({"tier": row["tier"], "label": names[row["tier"]], **shown})
    return listing.plain(request, tables.TIERS, rows)


def _tier(found: releases.Figures, tier: str) -> dict[str, float]:
    """All tiers of one and the same day, that of the newest total that is out."""
    placed = found[Measure.PLACED]
    amount = found.out.get((placed.snapshot, OF_TIER.get(tier, "")))
    if amount is None:
        return {}
    return {"amount_wan": amount, "amount_ratio": amount / placed.value} if placed.value else {"amount_wan": amount}


def categories(request: HttpRequest, snapshot: Snapshot, *, person: Person) -> listing.Listing:
    """The categories as they went out, for who does not see the parts' amounts."""
    rows = [
        {name: UNRELEASED if value is None else value for name, value in row.items()}
        for row in releases.categories(snapshot, person=person)
    ]
    return listing.plain(request, tables.RELEASED_CATEGORIES, rows)


def explained(told: releases.Told) -> str:
    """What is said about the release of a figure where it is explained."""
    if not told.state:
        return _("您有权查看全部明细，所见为快照原数。")
    reason = _("（%(why)s）") % {"why": told.reason} if told.reason else ""
    return _("%(words)s%(reason)s。%(rule)s") % {"words": told.words, "reason": reason, "rule": rule()}


def _value(told: releases.Told, kind: values.Kind) -> str:
    if not told.is_told:
        return UNRELEASED.sign
    return values.plain(told.value, kind) if told.value is not None else values.Blank.UNFILLED.sign


def dominant(listed: TargetList, shown: disclosure.Disclosure, firm_names: dict[str, str]) -> str:
    """The anchor whose wishes the list mostly is, to who may read its amounts."""
    told = listed.assumptions.get("dominant")
    if not told or not shown.sees_rows:
        return ""
    return _(
        "%(anchor)s一家占市外采购额的 %(ratio)s，清单主要反映它的需求；"
        "要兼顾其他链主，请设“至少服务链主”或各链主最低覆盖额。"
    ) % {
        "anchor": firm_names.get(told["anchor"], told["anchor"]),
        "ratio": values.plain(told["ratio"], "ratio"),
    }


def holding(listed: TargetList) -> str:
    """How many choices hold whatever the unknown amounts are; empty where nothing was unknown, or nobody asked yet."""
    if listed.robust_suppliers is None or listed.robust_categories is None:
        is_tried = listed.parameters.get("draws") and listed.assumptions.get("banded_count") and listed.supplier_count
        return _("限时内没有试算出哪些选择始终成立，不表示都不成立；可另存一份再算。") if is_tried else ""
    return _(
        "把未知和分档的金额试算 %(draws)s 次：%(categories)s 类、%(suppliers)s 家始终入选，"
        "%(open)s 项选择随未知金额而变。"
    ) % {
        "draws": listed.draw_count,
        "categories": len(listed.robust_categories),
        "suppliers": len(listed.robust_suppliers),
        "open": len(listed.open_choices or []),
    }
