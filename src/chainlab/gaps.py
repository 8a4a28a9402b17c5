"""缺口: missing, unqualified, short, single-source and weak parts, proposed with evidence for a person to confirm.

Amounts are 万元 a year. A table that does not fit raises engines.BadTable.

Nothing here is a finding. A part gets the most serious class its rows support, the other classes that hold besides, and
where the rows support it a suggestion of 断点 / 堵点 / 卡点 with the reason in words. What is not known is said.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

import pyarrow as pa

from chainlab import coverage, engines

# From the most serious; `unknown` means the rows do not say who supplies the part.
CLASSES = {
    "no_local_supplier": "本地没有供应商",
    "local_unqualified": "本地有企业但未认证",
    "capacity_short": "本地产能不足",
    "single_source": "单一来源",
    "weak": "本地占比低",
    "unknown": "供应来源未填",
}
SUGGESTIONS = {"break_point": "断点", "blockage": "堵点", "choke_point": "卡点"}

PURCHASES = (engines.Column(name="buyer_id"), *coverage.PURCHASES)
CAPABILITIES = coverage.CAPABILITIES


@dataclass(frozen=True, kw_only=True)
class Thresholds:
    """What counts as what; shown beside every result.

    weak_ratio: a part is weak when its local share by amount is below it. single_source_ratio: as in coverage.
    few_suppliers: no more named suppliers than this are few alternatives (断点).
    """

    weak_ratio: float = 0.3
    single_source_ratio: float = coverage.SINGLE_SOURCE_RATIO
    few_suppliers: int = 1


@dataclass(frozen=True, eq=False)
class Proposal:
    """Gaps, one row a part, and the rows behind them; `covered` are the ids of the parts with nothing to propose."""

    gaps: pa.Table
    evidence: pa.Table
    covered: tuple[Any, ...]


def propose(
    purchases: object,
    firms: object,
    *,
    tiers: coverage.Tiers,
    capabilities: object = None,
    anchors: Iterable[Any] | None = None,
    thresholds: Thresholds | None = None,
) -> Proposal:
    """What the anchors (None: every buyer) buy and home does not, or hardly, supply. Home is `tiers.city`.

    purchases: buyer_id, part_id, supplier_id, amount_wan; firms: firm_id, region_code; capabilities: firm_id, part_id,
    optional is_qualified (null = not known, taken as not unqualified) and capacity_wan a year (null = not known).

    gaps: part_id, gap (key of CLASSES), also (other classes that hold), anchor_count, amount_wan, local_amount_wan,
    unknown_amount_wan, unknown_count, local_ratio, supplier_count, top_share, local_supplier_count (bought from),
    local_capable_count, local_qualified_count, local_capacity_wan (null unless known for all of them), nearest_tier,
    suggested (key of SUGGESTIONS or null), reason_zh, reason_en; largest amount first, then by id.
    evidence: part_id, kind (purchase or capability), anchor_id, firm_id, tier, amount_wan, unknown_count, is_qualified,
    capacity_wan. The thresholds stand in the metadata of `gaps`.
    """
    rule = thresholds or Thresholds()
    bought, listed, able = _tables(purchases, firms, capabilities, anchors)
    covered_by = coverage.by_part(bought, listed, home=tiers.city, single_source_ratio=rule.single_source_ratio)
    facts = _facts(bought, listed, able, tiers)
    rows, fine = [], []
    for figures in covered_by.to_pylist():
        known = facts[figures["part_id"]]
        held = _classes(figures, known, rule)
        if held:
            rows.append(_row(figures, known, held, rule))
        else:
            fine.append(figures["part_id"])
    kept = {row["part_id"] for row in rows}
    part_type = bought.schema.field("part_id").type
    firm_type, anchor_type = bought.schema.field("supplier_id").type, bought.schema.field("buyer_id").type
    gap_schema = pa.schema([("part_id", part_type), *_GAP]).with_metadata({"chainlab": _settings(rule, tiers)})
    evidence_keys = {"part_id": part_type, "kind": pa.string(), "anchor_id": anchor_type, "firm_id": firm_type}
    evidence_schema = pa.schema([*evidence_keys.items(), *_EVIDENCE])
    rows.sort(key=lambda row: -row["amount_wan"])  # stable: equal amounts stay in the order of their ids
    return Proposal(
        gaps=pa.Table.from_pylist(rows, schema=gap_schema),
        evidence=pa.Table.from_pylist(
            [line for part in sorted(kept) for line in facts[part].lines], schema=evidence_schema
        ),
        covered=tuple(fine),
    )


@dataclass(eq=False)
class _Facts:
    """The rows about one part."""

    lines: list[dict[str, Any]] = field(default_factory=list)

    def purchases(self) -> list[dict[str, Any]]:
        return [line for line in self.lines if line["kind"] == "purchase"]

    def anchors(self) -> set[Any]:
        return {line["anchor_id"] for line in self.purchases()}

    def tiers(self) -> set[str]:
        """The tiers the part is bought from, as far as they are known."""
        return {line["tier"] for line in self.purchases() if line["tier"] is not None}

    def local_suppliers(self) -> set[Any]:
        return {line["firm_id"] for line in self.purchases() if line["tier"] == "city"}

    def capable(self, *, is_local: bool = True) -> dict[Any, dict[str, Any]]:
        """Firms at home (or anywhere in the country) with a capability, one line a firm."""
        near = {"city"} if is_local else {"city", "ring", "province", "nation"}
        lines = [line for line in self.lines if line["kind"] == "capability" and line["tier"] in near]
        return {line["firm_id"]: line for line in lines}

    def qualified(self) -> dict[Any, dict[str, Any]]:
        return {firm: line for firm, line in self.capable().items() if line["is_qualified"] is not False}

    def capacity_wan(self) -> float | None:
        """What qualified firms at home can make a year; null unless every one of them, and every current one, says."""
        qualified = self.qualified()
        capacities = [line["capacity_wan"] for line in qualified.values()]
        if not capacities or None in capacities or not self.local_suppliers() <= qualified.keys():
            return None
        return float(sum(capacities))


def _classes(figures: dict[str, Any], known: _Facts, rule: Thresholds) -> list[str]:
    """The classes that hold, most serious first; none: the part is covered."""
    if not (known.local_suppliers() or known.capable()):
        return ["no_local_supplier"] if known.tiers() else ["unknown"]
    held = []
    if not known.local_suppliers() and not known.qualified():
        held.append("local_unqualified")
    capacity = known.capacity_wan()
    if capacity is not None and capacity < figures["amount_wan"]:
        held.append("capacity_short")
    if figures["is_single_source"]:
        held.append("single_source")
    if figures["local_ratio"] is not None and figures["local_ratio"] < rule.weak_ratio:
        held.append("weak")
    return held


def _row(figures: dict[str, Any], known: _Facts, held: list[str], rule: Thresholds) -> dict[str, Any]:
    suggested, zh, en = _suggestion(figures, known, held[0], rule)
    order = [tier for tier in coverage.TIER_NAMES if tier in known.tiers()]
    return {
        **figures,
        "gap": held[0],
        "also": held[1:],
        "anchor_count": len(known.anchors()),
        "local_supplier_count": len(known.local_suppliers()),
        "local_capable_count": len(known.capable()),
        "local_qualified_count": len(known.qualified()),
        "local_capacity_wan": known.capacity_wan(),
        "nearest_tier": order[0] if order else None,
        "suggested": suggested,
        "reason_zh": zh,
        "reason_en": en,
    }


def _suggestion(
    figures: dict[str, Any], known: _Facts, gap: str, rule: Thresholds
) -> tuple[str | None, str | None, str | None]:
    """断点, 堵点 or 卡点 with its reason, where the rows support one; a person confirms it."""
    if gap == "no_local_supplier":
        if known.tiers() == {"abroad"} and not known.capable(is_local=False) and not figures["unknown_amount_wan"]:
            return "choke_point", "已知供应商均在境外，国内无供应或能力记录", "every known supplier is abroad"
        if figures["supplier_count"] <= rule.few_suppliers or figures["is_single_source"]:
            count = figures["supplier_count"]
            return (
                "break_point",
                f"本地无供应商，可选来源少（已知 {count} 家）",
                f"none at home, {count} known elsewhere",
            )
    if gap == "local_unqualified":
        count = len(known.capable())
        return "blockage", f"本地 {count} 家有能力但未认证", f"{count} at home can make it, none is qualified"
    idle = known.qualified().keys() - known.local_suppliers()
    if gap == "weak" and idle:
        return (
            "blockage",
            f"本地 {len(idle)} 家有能力但链主未采购",
            f"{len(idle)} at home can make it and are not bought from",
        )
    return None, None, None


def _facts(bought: pa.Table, listed: pa.Table, able: pa.Table, tiers: coverage.Tiers) -> defaultdict[Any, _Facts]:
    place = _places(listed, tiers)
    facts: defaultdict[Any, _Facts] = defaultdict(_Facts)
    keys = ["part_id", "buyer_id", "supplier_id"]
    summed = bought.append_column("is_unknown", bought["amount_wan"].is_null().cast(pa.int64()))
    summed = summed.group_by(keys, use_threads=False).aggregate([("amount_wan", "sum"), ("is_unknown", "sum")])
    for row in summed.sort_by([(key, "ascending") for key in keys]).to_pylist():
        line = {
            "kind": "purchase",
            "part_id": row["part_id"],
            "anchor_id": row["buyer_id"],
            "firm_id": row["supplier_id"],
            "tier": place.get(row["supplier_id"]),
            "amount_wan": row["amount_wan_sum"],
            "unknown_count": row["is_unknown_sum"],
        }
        facts[row["part_id"]].lines.append(line)
    for row in able.sort_by([("part_id", "ascending"), ("firm_id", "ascending")]).to_pylist():
        line = {**row, "kind": "capability", "tier": place.get(row["firm_id"])}
        facts[row["part_id"]].lines.append(line)
    return facts


def _places(listed: pa.Table, tiers: coverage.Tiers) -> dict[Any, str]:
    """Tier of each firm whose place is known; the nearest if it has several."""
    place: dict[Any, str] = {}
    for row in listed.to_pylist():
        tier = coverage.tier_of(row["region_code"], tiers=tiers)
        if row["firm_id"] is None or tier is None:
            continue
        before = place.get(row["firm_id"], tier)
        place[row["firm_id"]] = min(before, tier, key=coverage.TIER_NAMES.index)
    return place


def _tables(
    purchases: object, firms: object, capabilities: object, anchors: Iterable[Any] | None
) -> tuple[pa.Table, pa.Table, pa.Table]:
    nobody: dict[str, list[Any]] = {"firm_id": [], "part_id": []}
    bought = engines.arrow(purchases, name="purchases", columns=PURCHASES)
    listed = engines.arrow(firms, name="firms", columns=coverage.FIRMS)
    able = engines.arrow(nobody if capabilities is None else capabilities, name="capabilities", columns=CAPABILITIES)
    bought, listed, able = engines.agree(
        {"purchases": (bought, ["supplier_id"]), "firms": (listed, ["firm_id"]), "capabilities": (able, ["firm_id"])}
    )
    bought, able = engines.agree({"purchases": (bought, ["part_id"]), "capabilities": (able, ["part_id"])})
    return engines.rows_of(bought, column="buyer_id", among=anchors), listed, able


def _settings(rule: Thresholds, tiers: coverage.Tiers) -> str:
    return json.dumps({**asdict(rule), "tiers": asdict(tiers)}, ensure_ascii=False)


_GAP = (
    ("gap", pa.string()),
    ("also", pa.list_(pa.string())),
    ("anchor_count", pa.int64()),
    ("amount_wan", pa.float64()),
    ("local_amount_wan", pa.float64()),
    ("unknown_amount_wan", pa.float64()),
    ("unknown_count", pa.int64()),
    ("local_ratio", pa.float64()),
    ("supplier_count", pa.int64()),
    ("top_share", pa.float64()),
    ("local_supplier_count", pa.int64()),
    ("local_capable_count", pa.int64()),
    ("local_qualified_count", pa.int64()),
    ("local_capacity_wan", pa.float64()),
    ("nearest_tier", pa.string()),
    ("suggested", pa.string()),
    ("reason_zh", pa.string()),
    ("reason_en", pa.string()),
)
_EVIDENCE = (
    ("tier", pa.string()),
    ("amount_wan", pa.float64()),
    ("unknown_count", pa.int64()),
    ("is_qualified", pa.bool_()),
    ("capacity_wan", pa.float64()),
)
