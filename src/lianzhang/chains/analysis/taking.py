"""Freezing what one person may read of a chain: coverage and totals on it, and the gaps it proposes."""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from lianzhang.accounts.models import Person
from lianzhang.chains import frames
from lianzhang.chains.actions import snapshots
from lianzhang.chains.analysis import market
from lianzhang.chains.models import Chain, Snapshot
from lianzhang.registry import queries as registry

if TYPE_CHECKING:
    import pyarrow as pa


def take(chain: Chain, *, person: Person, on: date, also: Sequence[Chain] = ()) -> snapshots.Analysis:
    """Freeze what `person` may read of `chain` (pooled with `also`) and compute its coverage and totals."""
    from chainlab import snapshot

    read = frames.read(chain, person=person, also=also)
    meta = {"chain": chain.code, "also": [one.code for one in also]}
    ends = _ends(chain, read.tables)
    snapshot_id = snapshot.write(read.tables, directory=snapshots.directory(chain), on=on, meta=meta)
    return snapshots.Analysis(
        snapshot_id=snapshot_id,
        tables=read.tables,
        contents=read.contents,
        coverage=_coverage(chain, read.tables, ends),
        summary=_summary(chain, read, ends),
        is_pooled=bool(also),
    )


def reopen(snapshot: Snapshot) -> "dict[str, pa.Table]":
    """The frozen tables of a snapshot; raises chainlab's error where a file was changed or lost."""
    from chainlab import snapshot as snapshots_on_disk

    return frames.complete(snapshots_on_disk.read(snapshot.pk, directory=snapshots.directory(snapshot.chain)).tables)


def is_same(first: Snapshot, second: Snapshot) -> bool:
    """Whether two snapshots of a chain hold the same rows."""
    from chainlab import snapshot as snapshots_on_disk

    return snapshots_on_disk.is_same(first.pk, second.pk, directory=snapshots.directory(second.chain))


def _coverage(chain: Chain, tables: "dict[str, pa.Table]", ranged: "pa.Table") -> list[dict[str, Any]]:
    """Each part's coverage, columns of PartCoverage with `part_id`. Where suppliers are not named, how much each of
    them has is not known: no concentration is said."""
    from chainlab import coverage

    home = market.home_of(chain)
    bought = market.from_market(tables)
    covered = coverage.by_part(*market.by_shares(tables), home=home)
    reach = coverage.within_reach(covered, tables["capabilities"], tables["firms"], home=home)
    by_part = [{**row, **could} for row, could in zip(covered.to_pylist(), reach.to_pylist(), strict=True)]
    buyers, contributors = _buyers(bought), _buyers(_told(bought))
    ends = {row["part_id"]: row for row in ranged.to_pylist()}
    unnamed = set(bought.filter(_is_unnamed(bought))["part_id"].to_pylist())
    unknown = _counted(bought.filter(bought["amount_wan"].is_null()))
    for row in by_part:
        part = row["part_id"]
        row |= {"buyer_count": buyers[part], "contributor_count": contributors.get(part, 0)}
        row["unknown_count"] = unknown.get(part, 0)
        if ends[part]["amount_low_wan"] != ends[part]["amount_high_wan"]:
            row |= {name: ends[part][name] for name in ENDS}
        if part in unnamed:
            row |= {"hhi": None, "top_share": None}
    return by_part


def proposals(chain: Chain, tables: "dict[str, pa.Table]") -> list[dict[str, Any]]:
    """Gaps to propose: part_id, kind, evidence (figures and the rows behind them). See `chainlab.gaps.propose`.

    A part whose suppliers nobody filled in is a question to the anchors, not a gap, and is left out.
    """
    from chainlab import gaps

    found = gaps.propose(*market.by_shares(tables), tiers=market.tiers_of(chain), capabilities=tables["capabilities"])
    lines: dict[str, list[dict[str, Any]]] = {}
    for line in found.evidence.to_pylist():
        lines.setdefault(line.pop("part_id"), []).append(line)
    rows = [row for row in found.gaps.to_pylist() if row["gap"] != "unknown"]
    return [_proposal(row, lines.get(row["part_id"], [])) for row in rows]


def _summary(chain: Chain, read: frames.Read, ranged: "pa.Table") -> dict[str, Any]:
    import pyarrow.compute as pc

    from chainlab import coverage, ranges
    from chainlab import targets as lab

    tables = read.tables
    purchases, firms = market.from_market(tables), tables["firms"]
    asked = market.needs(chain, tables)
    total = sum(amount for amount in purchases["amount_wan"].to_pylist() if amount is not None)
    written = pc.fill_null(purchases["is_named"], False)
    unplaced = purchases["supplier_id"].is_null()
    nameless = purchases.filter(pc.and_not(unplaced, written))
    withheld = sum(1 for flag in purchases["is_withheld"].to_pylist() if flag)
    ends = ranges.whole(ranged)
    named = purchases.filter(pc.invert(_is_unnamed(purchases)))
    shared = lab.shared_suppliers(named, firms, home=market.home_of(chain), min_anchors=2).to_pylist()
    return {
        "part_count": len(set(purchases["part_id"].to_pylist())),
        "buyer_count": len(set(purchases["buyer_id"].to_pylist())),
        "contributor_count": len(set(_told(purchases)["buyer_id"].to_pylist())),
        "product_count": len(set(tables["bom"]["parent_id"].to_pylist()) - set(tables["bom"]["child_id"].to_pylist())),
        "amount_wan": total,
        "nameless_wan": sum(amount for amount in nameless["amount_wan"].to_pylist() if amount is not None),
        "nameless_count": nameless.num_rows,
        "unregistered_count": purchases.filter(pc.and_(written, pc.or_(unplaced, _is_unnamed(purchases)))).num_rows,
        "unknown_count": purchases["amount_wan"].null_count,
        "withheld_count": withheld,
        "group_count": tables["purchases"].num_rows - purchases.num_rows,
        "banded_count": asked.banded_count,
        "open_above_count": sum(1 for flag in purchases["is_open_above"].to_pylist() if flag),
        "superseded_count": read.superseded_count,
        "levels": _levels(read),
        "doubled": doubled(tables),
        "local_wan": asked.local_amount_wan,
        "outside_wan": asked.outside_amount_wan,
        "unplaced_wan": asked.unplaced_amount_wan,
        "local_ratio": lab.local_ratio(asked),
        **{name: ends[name] for name in ("local_ratio_low", "local_ratio_high")},
        "tiers": coverage.by_tier(purchases, firms, tiers=market.tiers_of(chain)).to_pylist(),
        "shared_suppliers": _by_firm(shared),
    }


ENDS = ("amount_low_wan", "amount_high_wan", "local_ratio_low", "local_ratio_high")


def _ends(chain: Chain, tables: "dict[str, pa.Table]") -> "pa.Table":
    """The ends of each part's amount and local share."""
    from chainlab import ranges

    columns = ["buyer_id", "part_id", "supplier_id", "amount_low_wan", "amount_high_wan"]
    return ranges.by_part(market.from_market(tables).select(columns), tables["firms"], home=market.home_of(chain))


def _levels(read: frames.Read) -> dict[str, int]:
    """How many firms are inside at each level of disclosure."""
    firms: dict[str, set[str]] = {}
    for firm, level, _line in read.contents:
        firms.setdefault(level, set()).add(firm)
    return {level: len(found) for level, found in sorted(firms.items())}


def doubled(tables: "dict[str, pa.Table]") -> list[str]:
    """Categories that two firms of one group both say they buy: it may be the same purchase told twice."""
    bought = market.from_market(tables)
    heads = registry.group_heads(set(bought["buyer_id"].to_pylist()))
    categories = dict(zip(*(tables["parts"][name].to_pylist() for name in ("part_id", "category_id")), strict=True))
    told: dict[tuple[str, str], set[str]] = {}
    for buyer, part in zip(bought["buyer_id"].to_pylist(), bought["part_id"].to_pylist(), strict=True):
        told.setdefault((heads.get(buyer, buyer), categories.get(part) or ""), set()).add(buyer)
    return sorted({category for (_head, category), firms in told.items() if category and len(firms) > 1})


def _is_unnamed(purchases: "pa.Table") -> "pa.ChunkedArray":
    import pyarrow.compute as pc

    return pc.fill_null(pc.equal(purchases["firm_code"], frames.UNNAMED), False)


def _counted(purchases: "pa.Table") -> dict[str, int]:
    counts: dict[str, int] = {}
    for part in purchases["part_id"].to_pylist():
        counts[part] = counts.get(part, 0) + 1
    return counts


def _by_firm(shared: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Without their parts: the purchases tell those, and every page that reads the summary would carry the list."""
    columns = ("supplier_id", "anchor_count", "part_count", "amount_wan", "unknown_count", "anchor_ids")
    return [
        {**{name: row[name] for name in columns}, "firm_code": frames.firm_code(row["supplier_id"])} for row in shared
    ]


def _told(purchases: "pa.Table") -> "pa.Table":
    """The rows with an amount; who gave none adds nothing to a sum and hides nobody in it."""
    return purchases.filter(purchases["amount_wan"].is_valid())


def _buyers(purchases: "pa.Table") -> dict[str, int]:
    pairs = set(zip(purchases["part_id"].to_pylist(), purchases["buyer_id"].to_pylist(), strict=True))
    counts: dict[str, int] = {}
    for part, _buyer in pairs:
        counts[part] = counts.get(part, 0) + 1
    return counts


def _proposal(row: dict[str, Any], lines: list[dict[str, Any]]) -> dict[str, Any]:
    figures = {name: value for name, value in row.items() if name not in {"part_id", "gap"}}
    return {"part_id": row["part_id"], "kind": row["gap"], "evidence": {**figures, "rows": lines}}
