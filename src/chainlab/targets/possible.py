"""Why a question cannot be met at all, where that is plain: every reason, in both languages."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from chainlab.targets.problem import Infeasible

if TYPE_CHECKING:
    from chainlab.targets.problem import Limits, Problem


def expect(problem: Problem) -> None:
    """Raises Infeasible, with every reason, for limits that plainly contradict each other."""
    reasons = [*_contradictions(problem), *_unreachable(problem)]
    if reasons:
        raise Infeasible(reasons)


def expect_open(limits: Limits, everyone: Collection[Any], anchors: Collection[Any]) -> None:
    """Raises Infeasible where all that an anchor demands lies in categories that must be out, and some must be covered.

    `everyone` demands something; `anchors` do so in a category that is open.
    """
    shut = [name for name in everyone if name not in set(anchors)]
    least = limits.minimums(shut)
    reasons = [
        (
            f"{name} 要求至少覆盖 {_wan(least[name])} 万元，但它的需求都在“不予列入”的类别中",
            f"at least {_wan(least[name])} must be covered of {name}, all of whose demand is in categories to be out",
        )
        for name in sorted(shut, key=str)
        if least.get(name, 0) > 0
    ]
    if reasons:
        raise Infeasible(reasons)


def _contradictions(problem: Problem) -> Iterable[tuple[str, str]]:
    """Why the suppliers that must be in cannot be, each in both languages."""
    limits = problem.limits
    names = dict.fromkeys(limits.must_include)
    yield from _named_reasons(problem, names)
    yield from _category_reasons(problem)
    if limits.max_suppliers is not None and len(names) > limits.max_suppliers:
        count = len(names)
        yield (
            f"必须列入的有 {count} 家，超过家数上限 {limits.max_suppliers} 家",
            f"{count} suppliers must be in, only {limits.max_suppliers} may be chosen",
        )
    is_required = np.zeros(len(problem.suppliers), dtype=bool)
    is_required[problem.required] = True
    if not np.isnan(problem.cost[problem.required]).any() and not problem.within_budget(is_required):
        cost, budget = _wan(problem.cost[is_required].sum()), _wan(limits.budget_wan)
        yield (
            f"必须列入的各家成本合计 {cost} 万元，超过预算 {budget} 万元",
            f"those that must be in cost {cost}, the budget is {budget}",
        )


def _named_reasons(problem: Problem, names: Collection[Any]) -> Iterable[tuple[str, str]]:
    place = {name: number for number, name in enumerate(problem.suppliers)}
    every_category = np.ones(len(problem.categories), dtype=bool)
    is_eligible = problem.eligible(every_category)
    for name in names:
        number = place.get(name)
        if name in problem.limits.must_exclude:
            yield f"{name} 同时在“必须列入”和“不予列入”中", f"{name} is both in must_include and in must_exclude"
        elif number is None:
            yield f"必须列入的 {name} 没有供应能力记录", f"{name} must be in but offers nothing"
        elif np.isnan(problem.cost[number]):
            yield (
                f"必须列入的 {name} 的成本未填，无法核对预算",
                f"{name} must be in but has no cost to hold to the budget",
            )
        elif not is_eligible[number]:
            least = max(1, problem.limits.min_anchors, problem.limits.min_realised_anchors)
            yield (
                f"必须列入的 {name} 在可选的类别中覆盖不到有金额的需求，或需要它的链主不足 {least} 家",
                f"{name} must be in but covers no demand of known amount, or fewer than {least} anchors want its parts",
            )


def _category_reasons(problem: Problem) -> Iterable[tuple[str, str]]:
    limits = problem.limits
    names = dict.fromkeys(limits.must_include_categories)
    coverable = {problem.categories[one] for one in problem.group_category[problem.link_group]}
    for name in names:
        if name in limits.must_exclude_categories:
            yield f"类别“{name}”同时在“必须列入”和“不予列入”中", f"category {name} is both to be in and to be out"
        elif name not in coverable:
            yield (
                f"必须列入的类别“{name}”没有候选供应商能覆盖的需求",
                f"category {name} must be in but no candidate can cover anything in it",
            )
    if limits.max_categories is not None and len(names) > limits.max_categories:
        yield (
            f"必须列入的类别有 {len(names)} 类，超过类别上限 {limits.max_categories} 类",
            f"{len(names)} categories must be in, only {limits.max_categories} may be chosen",
        )


def _unreachable(problem: Problem) -> Iterable[tuple[str, str]]:
    """Anchors of whom even all suppliers together, in all categories, cover less than must be covered."""
    if not problem.minimum_wan.any():
        return
    capacity = np.zeros(len(problem.group_amount))
    np.add.at(capacity, problem.link_group, problem.link_capacity)
    most = np.minimum(capacity, problem.group_amount)
    reach = np.bincount(problem.group_anchor, most, len(problem.minimum_wan))
    for number in np.flatnonzero(problem.minimum_wan > reach * (1 + 1e-9)):
        name, least = problem.anchors[int(number)], problem.minimum_wan[number]
        yield (
            f"{name} 要求至少覆盖 {_wan(least)} 万元，候选企业最多能覆盖 {_wan(reach[number])} 万元",
            f"at least {_wan(least)} must be covered of {name}, the candidates can cover {_wan(reach[number])}",
        )


def _wan(amount: float | None) -> str:
    """万元 as people write them: no digits lost, none invented."""
    return f"{amount or 0.0:,.4f}".rstrip("0").rstrip(".")
