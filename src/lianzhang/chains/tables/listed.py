"""What stands on one target list: its sentence and its suppliers, and which of them hold."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from chainlab import places
from lianzhang.chains.models import CandidateProposal, TargetLine, TargetList
from lianzhang.chains.queries.disclosure import Disclosure
from lianzhang.chains.tables import asked
from lianzhang.registry.models import Enterprise
from lianzhang.tables import RESTRICTED, Badge, Column, TableSpec, values
from lianzhang.tables.addresses import address

Kind = CandidateProposal.Kind
# How a list was computed that its sentence must say: the search was stopped, or brought nothing better than greedy.
SAID_WHOLE = re.compile("中途停止|采用贪心解")
WARNING = _("整体迁移须经公平竞争审查（《公平竞争审查条例》，2024年8月1日起施行）。")


def statement(listed: TargetList, shown: Disclosure, pooled: Mapping[str, str]) -> str:
    """The sentence of a list for a reader: whose need beside the chain's own, what is chosen, what it covers, from …
    to …, and what is proven."""
    said: dict[str, Any] = {
        "categories": listed.category_count,
        "suppliers": listed.supplier_count,
        "anchors": _anchors(listed),
    }
    if not listed.supplier_count:
        count = values.plain(listed.assumptions.get("candidate_count"), "integer")
        return _now("%(count)s 家候选企业中没有一家符合所列条件；可放宽%(conditions)s后另存一份。") % {
            "count": count,
            "conditions": _now("、").join(asked.narrowing(listed)) or _now("条件"),
        }
    if not shown.shows_totals:
        words = _now(
            "选 %(categories)s 类零部件、%(suppliers)s 家配套商，服务 %(anchors)s 家链主；金额按发布规则不显示。"
        )
    else:
        words = _now(
            "选 %(categories)s 类零部件、%(suppliers)s 家配套商，可覆盖 %(anchors)s 家链主市外采购 %(demand)s 亿元中的"
            " %(covered)s 亿元（%(share)s）。"
        )
        said |= {"demand": _yi(listed.demand_wan), "covered": _yi(listed.objective_wan), "share": _share(listed)}
        words += _between(listed) if shown.sees_rows else ""  # the ends are further sums, which did not go out
    proven = _now("所列候选和条件下没有更优组合。") if listed.is_proven else _now("限时内的最好组合，未证明最优。")
    if not listed.is_proven and SAID_WHOLE.search(listed.method):  # the method is kept in the words of the analysis
        proven = _now(listed.method) + _now("。")
    return asked.beside(pooled) + words % said + _by_category(listed) + proven


def _by_category(listed: TargetList) -> str:
    """Which categories were settled beforehand: by wish, not by what they cover."""
    said = (
        (_now("按要求列入类别：%(names)s。"), listed.parameters.get("must_include_categories")),
        (_now("按要求不列类别：%(names)s。"), listed.parameters.get("must_exclude_categories")),
    )
    return "".join(words % {"names": _now("、").join(names)} for words, names in said if names)


def kind(facts: Any) -> Badge | None:
    """How the supplier would come; a relocation is warned of wherever it stands."""
    code = facts.get("kind", "")
    if not code:
        return None
    return Badge(str(Kind(code).label), "watch" if code == Kind.RELOCATION else "plain")


def certification(facts: Any) -> str | None:
    """The state of certification in words."""
    state, months = facts.get("certification", ""), facts.get("certification_months")
    said = str(CandidateProposal.Certification(state).label) if state else ""
    left = _now("还需%(count)s个月") % {"count": months} if months else ""
    return _now("，").join(part for part in (said, left) if part) or None


def is_warned(lines: Sequence[TargetLine]) -> bool:
    """Whether somebody on the list would be relocated."""
    return any(line.facts.get("kind") == Kind.RELOCATION for line in lines)


def facts(line: TargetLine, disclosure: Disclosure) -> list[tuple[Any, Any]]:
    """(label, words) of what is known of the supplier as a recruit; nothing for what nobody said."""
    coming, plants = kind(line.facts), plants_of(line) if disclosure.sees_rows else []
    said = [
        (_("落地方式"), coming.word if coming else ""),
        (_("圈层"), TIERS.get(line.facts.get("tier", ""), "")),
        (_("使用工厂"), _now("、").join(plants)),
        (_("认证状态"), certification(line.facts)),
        (_("意愿"), willingness(line.facts)),
    ]
    return [(label, words) for label, words in said if words]


def plants_of(line: TargetLine) -> list[str]:
    """The plants of the anchors that use what the supplier would supply."""
    named = {plant for part in line.parts for anchor in part["anchors"] for plant in anchor.get("plants", ())}
    return sorted(named)


def firmness(is_firm: bool | None) -> Badge | None:  # noqa: FBT001 - a cell's value
    """Whether a choice holds whatever the unknown amounts are."""
    if is_firm is None:
        return None
    return Badge(str(_("始终入选")), "normal") if is_firm else Badge(str(_("待定")), "draft")


def line_url(line: TargetLine) -> str:
    """The page of one line: its evidence, purchase by purchase."""
    return address("targets:line", line.target_list.code, line.position)


def reasons(line: TargetLine, disclosure: Disclosure, firm_names: dict[str, str]) -> str:
    """Why the supplier is on the list, in words."""
    said = []
    for reason in line.reasons:
        who = (
            _now("、").join(firm_names.get(code, code) for code in reason["anchors"])
            if disclosure.sees_rows
            else anchor_firms(len(reason["anchors"]))
        )
        words = _now("现已供应%(who)s") if reason["code"] == "supplies" else _now("能供应%(who)s所需零部件")
        said.append(words % {"who": who})
    return _now("；").join(said)


def anchor_firms(count: int) -> str:
    """So many anchors, without their names."""
    return ngettext("%(count)s家链主", "%(count)s家链主", count) % {"count": count}


def lines(listed: TargetList, disclosure: Disclosure, firm_names: dict[str, str]) -> TableSpec:
    """The suppliers of one list. Anchors are named only to those who may read their purchases; others see how many."""
    total, firm = _anchors(listed), listed.robust_suppliers

    def served(line: TargetLine) -> str:
        count = len(line.anchors)
        return "●" * count + "○" * max(total - count, 0)

    def anchors(line: TargetLine) -> Any:
        return [firm_names.get(code, code) for code in line.anchors] if disclosure.sees_rows else RESTRICTED

    def holds(line: TargetLine) -> Any:
        return firmness(None if firm is None else line.supplier.code in firm)

    return TableSpec(
        key="target_lines",
        invented="target_list__is_illustrative",
        title=_("目标清单"),
        columns=(
            # First, because on a phone it is what stays in sight.
            Column("supplier", _("配套商"), lambda line: line.supplier.name, link=line_url, sort="supplier__name"),
            Column("position", _("序"), lambda line: line.position, kind="integer", sort="position"),
            Column("categories", _("类别"), lambda line: line.categories, kind="list"),
            Column("region_code", _("所在地"), lambda line: places.name_of(line.region_code), sort="region_code"),
            *_reach(disclosure),
            Column("served", _("服务链主"), served, defined_at=address("targets:explain", listed.code, "served")),
            Column("anchors", _("链主"), anchors, kind="list", is_default=False),
            Column(
                "parts", _("零部件"), lambda line: [part["name"] for part in line.parts], kind="list", is_wrapped=True
            ),
            *_amounts(disclosure, listed),
            Column(
                "firmness",
                _("是否始终入选"),
                holds,
                kind="badge",
                is_default=firm is not None,
                help=_("未知和分档的金额无论怎样取值都入选的，为始终入选。"),
            ),
            Column("kind", _("落地方式"), lambda line: kind(line.facts), kind="badge"),
            Column("certification", _("认证状态"), lambda line: certification(line.facts), is_default=False),
            Column("willingness", _("意愿"), lambda line: willingness(line.facts), is_default=False),
            Column("runner_up", _("备选企业"), lambda line: _runner_up(line, firm_names)),
            Column("reasons", _("理由"), lambda line: reasons(line, disclosure, firm_names), is_wrapped=True),
        ),
        default_order=("position",),
        row_id="position",
        row_url=line_url,
        note=_("覆盖额为各链主市外采购额中由该企业承担的部分（万元/年），同一笔需求只计一次。"),
        page_size=100,
    )


def first(listed: TargetList, firms: dict[str, Enterprise]) -> tuple[TableSpec, list[dict[str, Any]]]:
    """初步结果: the first choice while its proof is sought, for who may read all its rows. Its lines open nothing yet:
    they may be others in a moment."""

    def supplier(line: dict[str, Any]) -> Enterprise:
        return firms[line["supplier"]]

    spec = TableSpec(
        key="target_first",
        invented=None,
        title=_("初步结果，正在证明"),
        columns=(
            Column("supplier", _("配套商"), lambda line: supplier(line).name),
            Column("position", _("序"), lambda line: line["position"], kind="integer"),
            Column("categories", _("类别"), lambda line: line["categories"], kind="list"),
            Column("region_code", _("所在地"), lambda line: places.name_of(supplier(line).region_code)),
            Column("served", _("服务链主"), lambda line: len(line["anchors"]), kind="integer", unit=_("家")),
            Column(
                "parts",
                _("零部件"),
                lambda line: [part["name"] for part in line["parts"]],
                kind="list",
                is_wrapped=True,
            ),
            Column("covered_wan", _("覆盖额"), lambda line: line["covered_wan"], kind="wan", is_total=True),
        ),
        is_ticked=False,
        row_id=lambda line: line["position"],
        note=_("先算出的组合，还没有证明最优，证明结束后由最终清单替换；停止计算则保留为清单。"),
    )
    rows = [{**line, "position": n} for n, line in enumerate(listed.first["lines"], start=1)]
    return spec, rows


def first_sentence(listed: TargetList) -> str:
    """What the first choice would cover."""
    said = listed.first["columns"]
    return _now(
        "初步结果：%(categories)s 类零部件、%(suppliers)s 家配套商，可覆盖市外采购 %(demand)s 亿元中的 %(covered)s 亿元"
        "；正在求更优的组合或证明没有，可以离开本页。"
    ) % {
        "categories": said["category_count"],
        "suppliers": said["supplier_count"],
        "demand": _yi(said["demand_wan"]),
        "covered": _yi(said["objective_wan"]),
    }


TIERS = {"city": _("本市"), "ring": _("都市圈"), "province": _("省内"), "nation": _("国内"), "abroad": _("境外")}


def _reach(disclosure: Disclosure) -> tuple[Column, Column]:
    """How far the supplier is, and to those who may read the rows which plants use what it would supply."""

    def plants(line: TargetLine) -> Any:
        return plants_of(line) if disclosure.sees_rows else RESTRICTED

    return (
        Column("tier", _("圈层"), lambda line: TIERS.get(line.facts.get("tier", "")), is_default=False),
        Column("plants", _("使用工厂"), plants, kind="list", is_default=False),
    )


def _amounts(disclosure: Disclosure, listed: TargetList) -> tuple[Column, Column]:
    """What a supplier covers; to others neither the amounts nor an order or a sum by them."""
    shows = disclosure.sees_rows

    def amount(name: str) -> Callable[[TargetLine], Any]:
        return lambda line: getattr(line, name) if shows else RESTRICTED

    return (
        Column(
            "covered_wan",
            _("覆盖额"),
            amount("covered_wan"),
            kind="wan",
            sort="covered_wan" if shows else None,
            is_total=shows,
            defined_at=address("targets:explain", listed.code, "covered"),
        ),
        Column(
            "marginal_wan",
            _("新增覆盖额"),
            amount("marginal_wan"),
            kind="wan",
            sort="marginal_wan" if shows else None,
            help=_("清单中只有这一家能覆盖的金额：少了它，少覆盖这么多。"),
            defined_at=address("targets:explain", listed.code, "marginal"),
        ),
    )


def willingness(facts: Any) -> str | None:
    """What the supplier is known to want."""
    code = facts.get("willingness", "")
    return str(CandidateProposal.Willingness(code).label) if code else None


def _between(listed: TargetList) -> str:
    low, high = listed.objective_low_wan, listed.objective_high_wan
    if low is None or high is None or _yi(low) == _yi(high):
        return ""
    return _now("未知金额取低取高时，覆盖额在 %(low)s–%(high)s 亿元之间。") % {"low": _yi(low), "high": _yi(high)}


def _runner_up(line: TargetLine, firm_names: dict[str, str]) -> str | None:
    code = line.runner_up.get("code")
    return firm_names.get(code, code) if code else None


def gap_to_bound(listed: TargetList) -> str:
    """How much more than the list any other could cover at most, as a share of what the list covers."""
    bound, found = listed.bound_wan, listed.objective_wan
    if listed.is_proven or bound is None or not found:
        return _now("无，已证明最优") if listed.is_proven else _now("未知")
    return _now("至多还可提高 %(ratio)s") % {"ratio": values.plain((bound - found) / found, "ratio")}


def _anchors(listed: TargetList) -> int:
    return int(listed.assumptions.get("anchor_count", 0))


def _share(listed: TargetList) -> str:
    whole, part = listed.demand_wan, listed.objective_wan
    return values.plain(part / whole if whole and part is not None else None, "ratio")


def _yi(wan: Any) -> str:
    return values.plain(wan, "yi")
