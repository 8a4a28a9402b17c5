"""清单的条件: what was asked of a list, in words, and the firms it speaks of by name."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from lianzhang.chains.models import Chain, TargetLine, TargetList
from lianzhang.chains.queries import targets
from lianzhang.registry.models import Enterprise

LABELS = {
    "max_categories": _("类别上限"),
    "max_suppliers": _("家数上限"),
    "min_anchors": _("至少服务链主"),
    "min_realised_anchors": _("实际服务链主"),
    "min_per_anchor_wan": _("每家链主至少覆盖（万元）"),
    "budget_wan": _("招引成本预算（万元）"),
    "max_certification_months": _("认证时间上限（月）"),
    "chains": _("合并的产业链"),
    "is_group_included": _("计入集团内采购"),
    "must_include": _("必须列入"),
    "must_exclude": _("不予列入"),
    "must_include_categories": _("必须列入的类别"),
    "must_exclude_categories": _("不予列入的类别"),
    "draws": _("试算次数"),
    "seed": _("随机种子"),
}
NARROWING = (
    "min_anchors",
    "min_realised_anchors",
    "budget_wan",
    "max_certification_months",
    "must_exclude",
    "must_exclude_categories",
)
FIRMS = ("must_include", "must_exclude")
FOLDED = ("draws", "seed")  # how sure, not what: told where that is told


def chains(listed: TargetList) -> dict[str, str]:
    """The chains a list pools beside its own, by their code: their names."""
    codes = listed.parameters.get("chains", ())
    return {chain.code: chain.name for chain in Chain.objects.filter(code__in=codes)} if codes else {}


def conditions(listed: TargetList, pooled: Mapping[str, str]) -> list[tuple[Any, Any]]:
    """(label, value) of what was asked; firms and the chains `pooled` by name, what asks for nothing left out."""
    asked = listed.parameters
    codes = {code for name in FIRMS for code in asked.get(name, ())}
    said = dict(Enterprise.objects.filter(code__in=codes).values_list("code", "name")) if codes else {}
    said |= pooled
    found = []
    for key, label in LABELS.items():
        value = asked.get(key)
        is_asked = targets.asks(key, value)
        if isinstance(value, list):
            value = _("、").join(str(said.get(code, code)) for code in value)
        if is_asked and key not in FOLDED:
            found.append((label, value))
    return found


def narrowing(listed: TargetList) -> list[str]:
    """The conditions of a list that keep suppliers out, each in its quotes: what may be loosened where none is left."""
    said = {**listed.parameters, "min_anchors": listed.parameters.get("min_anchors", 1) - 1}
    asked = [name for name in NARROWING if targets.asks(name, said.get(name))]
    return [_now("“%(label)s”") % {"label": LABELS[name]} for name in asked]


def beside(pooled: Mapping[str, str]) -> str:
    """Whose need a list takes in beside its own chain's, for the beginning of its sentence; empty where nobody's."""
    return _now("并入%(chains)s的需求，") % {"chains": _("、").join(pooled.values())} if pooled else ""


def names(*lists: TargetList) -> dict[str, str]:
    """The firms that lists speak of, by their codes."""
    codes: set[str] = set()
    lines = TargetLine.objects.filter(target_list__in=[listed.pk for listed in lists]).order_by()
    for anchors, runner_up in lines.values_list("anchors", "runner_up"):
        codes |= set(anchors) | {runner_up.get("code", "")}
    for listed in lists:
        for entry in listed.open_choices or ():
            codes |= {entry["id"], *(anchor for anchor, _category in entry.get("swayed_by", ()))}
        codes |= {entry["anchor"] for entry in listed.questions or ()}
        codes |= {code for name in FIRMS for code in listed.parameters.get(name, ())}
        if "answers" not in listed.get_deferred_fields():  # read where two lists are compared
            codes |= set(listed.answers)
    return dict(Enterprise.objects.filter(code__in=codes).values_list("code", "name"))
