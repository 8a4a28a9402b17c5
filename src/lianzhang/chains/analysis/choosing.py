"""The target list of one snapshot: the exact choice, its ranges, what is open, what to ask, and the curve."""

import time
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from lianzhang.chains.actions import targets
from lianzhang.chains.analysis import answers, lines, market
from lianzhang.chains.models import Chain

if TYPE_CHECKING:
    import pyarrow as pa

    from chainlab.targets import Choice, Enquiry, Needs, Point

SECONDS_TO_CHOOSE, SECONDS_TO_ENQUIRE = 30.0, 20.0


class Unchoosable(Exception):
    """There is nothing to choose by; `reason` says in words what is missing and what to do."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


def choose(
    chain: Chain,
    tables: "dict[str, pa.Table]",
    parameters: targets.Parameters,
    *,
    tell: Callable[[str], None],
    keep: Callable[[targets.Outcome], None],
) -> targets.Outcome:
    """The target list: the exact choice and each line's reasons. Its curve is drawn after it: see `curve`.

    A first choice stands in a moment and is handed to `keep`; its proof takes longer, and `tell` is told how far it is.
    """
    from chainlab import targets as lab

    asked = market.needs(chain, tables, with_group=parameters.is_group_included)
    _expect_choosable(asked)
    limits = _limits(parameters, tables)
    said = {"answers": answers.told(tables, with_group=parameters.is_group_included)}
    first = _first(asked, limits)
    if first is not None:
        keep(
            targets.Outcome(
                columns=_columns(asked, first) | said,
                lines=lines.of(asked, first, tables, tiers=market.tiers_of(chain), limits=None),
            )
        )
        so_far = {"count": len(first.suppliers), "amount": f"{first.objective_wan / 10_000:,.2f}"}
        tell(_("已有 %(count)s 家、可覆盖 %(amount)s 亿元的组合，正在求更优的组合或证明没有") % so_far)
    begun = time.monotonic()
    choice = lab.choose(
        asked.demand,
        asked.offers,
        draws=parameters.draws,
        seed=parameters.seed,
        time_limit_s=SECONDS_TO_CHOOSE,
        **limits,
    )
    tell(_("整理理由、备选和待问事项"))
    # What choosing has left over goes to the questions: each one more that is tried is one more that can be asked.
    left = max(0.0, SECONDS_TO_CHOOSE - (time.monotonic() - begun))
    enquiry = lab.enquire(
        asked.demand, asked.offers, choice, seed=parameters.seed, time_limit_s=SECONDS_TO_ENQUIRE + left, **limits
    )
    return targets.Outcome(
        columns={**_columns(asked, choice), **_open(enquiry, choice, tables), **said},
        lines=lines.of(asked, choice, tables, tiers=market.tiers_of(chain), limits=limits),
    )


def _first(asked: "Needs", limits: Mapping[str, Any]) -> "Choice | None":
    """The greedy choice; None where it does not keep every condition, and only the search can tell."""
    from chainlab import targets as lab

    try:
        return lab.choose(asked.demand, asked.offers, draws=0, time_limit_s=0, **limits)
    except TimeoutError:
        return None


def curve(
    chain: Chain, tables: "dict[str, pa.Table]", parameters: targets.Parameters, *, after: "Point | None"
) -> "Iterator[Point]":
    """Coverage against the number of suppliers under the list's other conditions, point by point, behind `after`."""
    from chainlab import targets as lab

    asked = market.needs(chain, tables, with_group=parameters.is_group_included)
    limits = {name: value for name, value in _limits(parameters, tables).items() if name != "max_suppliers"}
    return lab.points(asked.demand, asked.offers, after=after, **limits)


def _expect_choosable(asked: "Needs") -> None:
    """Raises Unchoosable where no amount, no purchase from outside or no candidate leaves anything to choose."""
    if not asked.demand.num_rows:
        raise Unchoosable(_("链主没有向市外采购的记录，没有可招引的需求。请核对供应商所在地和“采购方式”。"))
    if asked.demand["amount_wan"].null_count == asked.demand.num_rows:
        raise Unchoosable(
            _("%(count)s 项市外采购都没有金额，无从比较。请链主至少按分档级填报年采购额，或另行提供区间。")
            % {"count": asked.demand.num_rows}
        )
    if not asked.offers.num_rows:
        raise Unchoosable(_("没有候选企业：市外供应商都未具名，也没有企业登记能力或被提名。请先在候选企业中提名。"))


def _limits(parameters: targets.Parameters, tables: "dict[str, pa.Table]") -> dict[str, Any]:
    """The list's conditions as chainlab takes them; costs only where there is a budget to hold to."""
    if parameters.budget_wan is None:
        return parameters.limits()
    return {**parameters.limits(), "budget_wan": parameters.budget_wan, "costs": market.costs(tables)}


def _open(enquiry: "Enquiry", choice: "Choice", tables: "dict[str, pa.Table]") -> dict[str, Any]:
    """What does not hold throughout, by whose unknown, and what to ask next."""
    names = dict(zip(*(tables["firms"][column].to_pylist() for column in ("firm_code", "name")), strict=True))
    return {
        # None where the time allowed did not do: that nothing holds would be another thing.
        "draw_count": choice.draw_count or None,
        "robust_categories": list(choice.robust_categories) if choice.draw_count else None,
        "robust_suppliers": list(choice.robust_suppliers) if choice.draw_count else None,
        "open_choices": [
            {
                "kind": row["kind"],
                "id": row["id"],
                "name": names.get(row["id"], row["id"]) if row["kind"] == "supplier" else row["id"],
                "share": row["share"],
                "is_chosen": True,
                "swayed_by": [[by["anchor_id"], by["category_id"]] for by in row["swayed_by"]],
            }
            for row in enquiry.open_choices.to_pylist()
        ],
        "questions": [
            {
                "anchor": row["anchor_id"],
                "category": row["category_id"],
                **{name: row[name] for name in ASKED},
            }
            for row in enquiry.questions.to_pylist()[:MOST_QUESTIONS]
        ],
    }


MOST_QUESTIONS = 20
ASKED = (
    "unknown_wan",
    "unfilled_count",
    "sway",
    "settled_count",
    "together_count",
    "open_count",
    "suppliers",
    "categories",
)


def _columns(asked: "Needs", choice: "Choice") -> dict[str, Any]:
    from chainlab import targets as lab

    return {
        "objective_wan": targets.wan(choice.objective_wan),
        "objective_low_wan": targets.wan(choice.objective_low_wan),
        "objective_high_wan": targets.wan(choice.objective_high_wan),
        "bound_wan": targets.wan(choice.bound_wan),
        "is_proven": choice.is_proven,
        "demand_wan": targets.wan(asked.outside_amount_wan),
        "local_ratio_before": lab.local_ratio(asked),
        "local_ratio_after": lab.local_ratio(asked, covered_wan=choice.objective_wan),
        "category_count": len(choice.categories),
        "supplier_count": len(choice.suppliers),
        "categories": _categories(asked, choice),
        "assumptions": {
            "banded_count": asked.banded_count,
            "unknown_count": asked.unknown_count,
            "unplaced_wan": asked.unplaced_amount_wan,
            "demand_low_wan": asked.demand_low_wan,
            "demand_high_wan": asked.demand_high_wan,
            "candidate_count": len(set(asked.offers["supplier_id"].to_pylist())),
            "part_count": len(set(asked.demand["part_id"].to_pylist())),
            "anchor_count": len(set(asked.demand["anchor_id"].to_pylist())),
            "dominant": _dominant(asked),
            "capacity_count": asked.offers.num_rows - asked.offers["capacity_wan"].null_count,
        },
        "method": lab.METHODS[choice.method],
    }


DOMINANT_RATIO = 0.6


def _dominant(asked: "Needs") -> dict[str, Any] | None:
    """The anchor that wants most of what is bought outside, where the list would be little else than its wishes."""
    wanted: dict[str, float] = {}
    for row in asked.demand.to_pylist():
        wanted[row["anchor_id"]] = wanted.get(row["anchor_id"], 0.0) + (row["amount_wan"] or 0.0)
    total, most = sum(wanted.values()), max(wanted, key=lambda anchor: wanted[anchor], default="")
    if len(wanted) < 2 or not total or wanted[most] < DOMINANT_RATIO * total:
        return None
    return {"anchor": most, "ratio": wanted[most] / total}


def _categories(asked: "Needs", choice: "Choice") -> list[dict[str, Any]]:
    """Each chosen category: what is wanted, what the list covers, by how many suppliers and for how many anchors."""
    category_of = {row["part_id"]: row["category_id"] for row in asked.demand.to_pylist()}
    wanted: dict[str, dict[str, float]] = {}
    for row in asked.demand.to_pylist():
        by_anchor = wanted.setdefault(row["category_id"], {})
        by_anchor[row["anchor_id"]] = by_anchor.get(row["anchor_id"], 0.0) + (row["amount_wan"] or 0.0)
    found: dict[str, dict[str, Any]] = {
        name: {
            "name": name,
            "demand_wan": sum(wanted.get(name, {}).values()),
            "by_anchor": wanted.get(name, {}),
            "covered_wan": 0.0,
            "suppliers": set(),
            "anchors": set(),
        }
        for name in choice.categories
    }
    for row in choice.covered.to_pylist():
        entry = found[category_of[row["part_id"]]]
        entry["covered_wan"] += row["amount_wan"]
        entry["suppliers"].add(row["supplier_id"])
        if row["amount_wan"] > 0:
            entry["anchors"].add(row["anchor_id"])
    ordered = sorted(found.values(), key=lambda entry: (-entry["covered_wan"], entry["name"]))
    return [{**e, "suppliers": sorted(e["suppliers"]), "anchors": sorted(e["anchors"])} for e in ordered]
