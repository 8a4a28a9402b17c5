"""What of a snapshot or a target list may go out to people without a grant, in view of everything that is out already.

Runs in a job, never in a page: pages read `Release`. The rule is `definitions/disclosure.toml`, the method
`chainlab.disclosure`. Contributors are the buying firms, items what a firm buys of a part from a supplier: a purchase
that is the same on two dates is the same unknown, wherever its supplier produces meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from lianzhang.chains import analysis
from lianzhang.chains.models import Chain, Release, Snapshot, TargetLine, TargetList
from lianzhang.chains.models.releases import CATEGORY, LIST, TOTAL, Measure, State
from lianzhang.chains.queries import bands, disclosure
from lianzhang.registry import queries as registry

if TYPE_CHECKING:
    import pyarrow as pa

    from chainlab.disclosure import Rule

Row = dict[str, Any]
Told = tuple[float | None, State]
Amounts = dict[tuple[str, str], float]  # (anchor, part) → 万元
NOBODY: Told = (None, State.THRESHOLD)  # a sum to which nobody contributes
CROWDED: Told = (None, State.DIFFERENCING)  # too much is out to weigh it

# In the order of their weight: what comes first goes out where both cannot.
OF_A_TOTAL = (
    Measure.PLACED,
    Measure.LOCAL,
    Measure.AMOUNT,
    Measure.OUTSIDE,
    Measure.NAMELESS,
    Measure.PROVINCE,
    Measure.NATION,
)
OF_A_CATEGORY = (Measure.PLACED, Measure.LOCAL, Measure.AMOUNT)
OF_A_LIST = (Measure.PLACED, Measure.LOCAL, Measure.OUTSIDE, Measure.COVERED)
CELL_LENGTH = 120
# Figures out that share an amount with the new ones, directly or through others; with more of them only totals are
# weighed. What shares none, such as a year in which every firm told new amounts, costs next to nothing.
MOST_CELLS = 600
MOST_EARLIER = 150  # publications; with more of them out nothing new goes out until old ones are shown no more


def rule() -> Rule:
    """The rule in force."""
    from chainlab import disclosure as lab

    return lab.Rule(**disclosure.RULE)


def of_snapshot(snapshot: Snapshot, tables: Mapping[str, pa.Table]) -> list[Release]:
    """The figures of a snapshot that is no target list's own, released or withheld."""
    bought = _bought(snapshot.chain, tables)
    rows = list(_cells(bought, TOTAL, OF_A_TOTAL))
    asked: dict[str, Iterable[Measure]] = {TOTAL: OF_A_TOTAL}
    for category in sorted({row["category"] for row in bought}):
        cell = f"{CATEGORY}{category}"[:CELL_LENGTH]
        rows += _cells([row for row in bought if row["category"] == category], cell, OF_A_CATEGORY)
        asked[cell] = OF_A_CATEGORY
    return _decided(snapshot, None, rows, asked)


def of_list(listed: TargetList, snapshot: Snapshot, tables: Mapping[str, pa.Table]) -> list[Release]:
    """What a target list says in total: the demand it starts from and what it covers."""
    asked = {f"{LIST}{listed.code}": OF_A_LIST}
    return _decided(snapshot, listed, _of_list(listed, tables, OF_A_LIST), asked)


def banded(listed: TargetList, tables: Mapping[str, pa.Table]) -> dict[str, list[str]]:
    """Which of the sums that keep the rule by themselves (`released` of the list's assumptions) may stand on its papers
    as bands, beside everything that is out, the list's own totals included: an attacker knows of each its two ends."""
    from chainlab import disclosure as lab

    asked: Mapping[str, list[str]] = listed.assumptions.get("released", {})
    rows = _in_bands(listed, _bought(listed.chain, tables), asked)
    out, drawn = _earlier({row["contributor"] for row in rows}), bands.Bands()
    if out is None:
        return {kind: [] for kind in asked}
    heads = registry.group_heads({row["contributor"] for some in (rows, *out) for row in some})
    earlier = [_table(one, heads) for one in out]
    given = _table(rows, heads)
    ends = {str(cell): drawn.ends(amount) for cell, amount in _sums(given).items()}
    found = lab.release(given, rule=rule(), released=earlier, bands=ends).to_pylist()
    may = {str(row["cell"]) for row in found if row["state"] == State.RELEASED}
    return {kind: [cell for cell in cells if f"{kind}{SEPARATOR}{cell}" in may] for kind, cells in asked.items()}


def _sums(given: pa.Table) -> dict[str, float]:
    sums = given.group_by("cell").aggregate([("amount_wan", "sum")])
    return dict(zip(sums["cell"].to_pylist(), sums["amount_wan_sum"].to_pylist(), strict=True))


def _in_bands(listed: TargetList, bought: list[Row], asked: Mapping[str, list[str]]) -> list[Row]:
    """The sums of a list's papers: covered in all, by category and by supplier; demand in all and by category."""
    covered: dict[str, Amounts] = {}
    lines = TargetLine.objects.filter(target_list=listed).select_related("supplier").order_by("position")
    for line in lines:
        for part in line.parts:
            for anchor in part["anchors"]:
                for cell in ("", part["category"], line.supplier.code):
                    sums, key = covered.setdefault(cell, {}), (anchor["code"], part["code"])
                    sums[key] = sums.get(key, 0.0) + float(anchor["amount_wan"])
    rows: list[Row] = []
    for cell in asked.get("covered", ()):
        rows += _purchases(
            covered.get(cell, {}), bought, name=f"covered{SEPARATOR}{cell}", other=f"{listed.code}|{cell}"
        )
    for cell in asked.get("demand", ()):
        wanted = {
            entry["name"]: entry.get("by_anchor", {}) for entry in listed.categories if cell in ("", entry["name"])
        }
        for category, by_anchor in wanted.items():
            rows += _demanded(category, by_anchor, bought, name=f"demand{SEPARATOR}{cell}", other=listed.code)
    return rows


def _demanded(
    category: str, by_anchor: Mapping[str, float], bought: list[Row], *, name: str, other: str
) -> Iterator[Row]:
    """What each anchor wants of a category: its purchases outside the city, where they come to the same."""
    for anchor, amount in by_anchor.items():
        whole = [
            row for row in bought
            if row["contributor"] == anchor and row["category"] == category and _counts(row, Measure.OUTSIDE)
        ]  # fmt: skip
        if abs(sum(row["amount_wan"] for row in whole) - amount) > 1e-3:
            whole = [{"contributor": anchor, "item": f"{category}|{other}", "amount_wan": amount}]
        yield from ({**row, "cell": name} for row in whole)


def _of_list(listed: TargetList, tables: Mapping[str, pa.Table], measures: Iterable[str]) -> list[Row]:
    bought = _bought(listed.chain, tables)
    cell = f"{LIST}{listed.code}"
    rows = list(_cells(bought, cell, [measure for measure in measures if measure != Measure.COVERED]))
    return rows + (_covered(listed, bought, cell) if Measure.COVERED in measures else [])


def _decided(
    snapshot: Snapshot, listed: TargetList | None, rows: list[Row], asked: Mapping[str, Iterable[Measure]]
) -> list[Release]:
    """Every cell with its state; a ratio goes out where both its sums do."""
    from chainlab import disclosure as lab

    out = _earlier({row["contributor"] for row in rows})
    # A firm's group is looked up once a run, for everything that is weighed in it.
    heads = registry.group_heads({row["contributor"] for some in (rows, *(out or ())) for row in some})
    earlier = None if out is None else lab.near(_table(rows, heads), [_table(one, heads) for one in out], rule=rule())
    # Every publication makes the next dearer to weigh; totals are worth more than the tenth set of categories.
    is_crowded = earlier is not None and sum(len(set(one["cell"].to_pylist())) for one in earlier) > MOST_CELLS
    rows = [row for row in rows if not (is_crowded and row["cell"].startswith(CATEGORY))]
    if earlier is None:
        found: list[Row] = [{"cell": c, "value_wan": None, "state": State.DIFFERENCING} for c in _names(rows)]
    else:
        found = lab.release(_table(rows, heads), rule=rule(), released=earlier).to_pylist()
    told: dict[tuple[str, str], Told] = {}
    for row in found:
        cell, _, measure = str(row["cell"]).partition(SEPARATOR)
        value = row["value_wan"]
        told[cell, measure] = (None if value is None else round(value, 4), State(row["state"]))
    for cell, measures in asked.items():
        missing = CROWDED if is_crowded and cell.startswith(CATEGORY) else NOBODY
        told |= {(cell, measure): missing for measure in measures if (cell, measure) not in told}
        told[cell, Measure.LOCAL_RATIO.value] = _ratio(told[cell, Measure.PLACED], told[cell, Measure.LOCAL])
    return [
        Release(
            chain=snapshot.chain,
            snapshot=snapshot,
            target_list=listed,
            cell=cell,
            measure=measure,
            value=value,
            state=state,
            rule=rule().stored(),
            is_illustrative=snapshot.is_illustrative,
        )
        for (cell, measure), (value, state) in told.items()
    ]


def _ratio(placed: Told, local: Told) -> Told:
    if placed[0] is None or local[0] is None:
        return None, placed[1] if placed[0] is None else local[1]
    return local[0] / placed[0], State.RELEASED


def _earlier(firms: set[str]) -> list[list[Row]] | None:
    """Everything that is out about these firms, or about firms that stand in one figure with them, rows for each
    publication. None where it cannot be reckoned with any more: a file is lost, or there is too much of it."""
    from chainlab import snapshot as snapshots_on_disk

    out: dict[tuple[str, int | None], list[tuple[str, str]]] = {}
    found = Release.objects.filter(state__in=(State.RELEASED, State.EARLIER)).exclude(measure=Measure.LOCAL_RATIO)
    for pk, listed, cell, measure in found.order_by("pk").values_list("snapshot", "target_list", "cell", "measure"):
        out.setdefault((pk, listed), []).append((cell, measure))
    snapshots = Snapshot.objects.select_related("chain__scheme").in_bulk({pk for pk, _ in out})
    linked = _linked(firms, {pk: set(one.firm_ids) for pk, one in snapshots.items()})
    wanted = [key for key in out if key[0] in linked]
    if len(wanted) > MOST_EARLIER:
        return None
    lists = TargetList.objects.select_related("chain__scheme").in_bulk([n for _, n in wanted if n is not None])
    try:
        return [
            _again(snapshots[pk], lists[listed] if listed is not None else None, out[(pk, listed)])
            for pk, listed in wanted
        ]
    except (snapshots_on_disk.Damaged, OSError):
        return None


def _linked(firms: set[str], inside: dict[str, set[str]]) -> set[str]:
    """The snapshots that say something about these firms, directly or through a firm they share with one that does."""
    known, linked = set(firms), set[str]()
    while more := {pk for pk, has in inside.items() if pk not in linked and has & known}:
        linked |= more
        known |= set().union(*(inside[pk] for pk in more))
    return linked


def _again(snapshot: Snapshot, listed: TargetList | None, out: list[tuple[str, str]]) -> list[Row]:
    """The contributions behind what went out, from the frozen tables."""
    tables = analysis.reopen(snapshot)
    if listed is not None:
        return _of_list(listed, tables, [measure for _, measure in out])
    bought = _bought(snapshot.chain, tables)
    rows: list[Row] = []
    for cell, measure in out:
        of_cell = [row for row in bought if f"{CATEGORY}{row['category']}"[:CELL_LENGTH] == cell]
        inside = bought if cell == TOTAL else of_cell
        rows += _cells(inside, cell, [measure])
    return rows


SEPARATOR = "\x1f"
WRITTEN = "*"  # a supplier that was written down and is not in the register
TIERS = {Measure.LOCAL: 0, Measure.PROVINCE: 1, Measure.NATION: 2, Measure.PLACED: 3}


def _bought(chain: Chain, tables: Mapping[str, pa.Table]) -> list[Row]:
    """What is bought from outside the own group, a row for each buyer, part and supplier: contributor, item, part,
    category, tier (0 here, 1 province, 2 nation, 3 abroad, None not known), is_nameless, amount_wan."""
    import pyarrow.compute as pc

    bought = analysis.from_market(dict(tables))
    bought = bought.filter(pc.is_valid(bought["amount_wan"]))
    told_apart = ["buyer_id", "part_id", "supplier_id", "firm_code", "is_named"]
    sums = bought.group_by(told_apart).aggregate([("amount_wan", "sum")])
    regions = dict(zip(*(tables["firms"][name].to_pylist() for name in ("firm_id", "region_code")), strict=True))
    categories = dict(zip(*(tables["parts"][name].to_pylist() for name in ("part_id", "category_id")), strict=True))
    tiers = analysis.tiers_of(chain)
    rows = [
        {
            "contributor": row["buyer_id"],
            "item": f"{row['part_id']}|{row['firm_code'] or (WRITTEN if row['is_named'] else '')}",
            "part": row["part_id"],
            "category": categories.get(row["part_id"], ""),
            "tier": _tier(regions.get(row["supplier_id"]), tiers),
            "is_nameless": row["supplier_id"] is None and not row["is_named"],
            "amount_wan": float(row["amount_wan_sum"]),
        }
        for row in sums.to_pylist()
    ]
    return sorted(rows, key=lambda row: (row["contributor"], row["item"], row["amount_wan"]))


def _tier(region: str | None, tiers: Any) -> int | None:
    if not region:
        return None
    within = ((*tiers.city, *tiers.ring), tiers.province, tiers.nation)
    return next((n for n, prefixes in enumerate(within) if region.startswith(tuple(prefixes))), 3)


def _cells(bought: list[Row], cell: str, measures: Iterable[str]) -> Iterator[Row]:
    for measure in measures:
        for row in bought:
            if _counts(row, measure):
                yield {**row, "cell": f"{cell}{SEPARATOR}{measure}"}


def _counts(row: Row, measure: str) -> bool:
    """Whether a purchase is part of a measure."""
    tier = row["tier"]
    if measure == Measure.AMOUNT:
        return True
    if measure == Measure.NAMELESS:
        return bool(row["is_nameless"])
    if measure == Measure.OUTSIDE:
        return tier is not None and tier > 0
    return tier is not None and tier <= TIERS[Measure(measure)]


def _covered(listed: TargetList, bought: list[Row], cell: str) -> list[Row]:
    """What the list covers of each anchor's part: the purchases themselves where it covers all of them."""
    covered: Amounts = {}
    for parts in TargetLine.objects.filter(target_list=listed).order_by("position").values_list("parts", flat=True):
        for part in parts:
            for anchor in part["anchors"]:
                key = (anchor["code"], part["code"])
                covered[key] = covered.get(key, 0.0) + float(anchor["amount_wan"])
    return _purchases(covered, bought, name=f"{cell}{SEPARATOR}{Measure.COVERED}", other=listed.code)


def _purchases(amounts: Amounts, bought: list[Row], *, name: str, other: str) -> list[Row]:
    """Of each anchor's part the purchases outside the city, where they come to the amount; else an item of its own."""
    outside: dict[tuple[str, str], list[Row]] = {}
    for row in bought:
        if _counts(row, Measure.OUTSIDE):
            outside.setdefault((row["contributor"], row["part"]), []).append(row)
    rows: list[Row] = []
    for (anchor, part), amount in amounts.items():
        whole = outside.get((anchor, part), [])
        if abs(sum(row["amount_wan"] for row in whole) - amount) > 1e-3:
            whole = [{"contributor": anchor, "item": f"{part}|{other}", "amount_wan": amount}]
        rows += [{**row, "cell": name} for row in whole]
    return rows


def _names(rows: list[Row]) -> list[str]:
    return list(dict.fromkeys(row["cell"] for row in rows))


def _table(rows: list[Row], heads: Mapping[str, str]) -> pa.Table:
    """The contributions; firms of one group are one contributor, for they know each other's amounts."""
    import pyarrow as pa

    told = [
        {**row, "contributor": heads[firm], "item": f"{firm}|{row['item']}"}
        if (firm := row["contributor"]) in heads
        else row
        for row in rows
    ]
    text = pa.string()
    schema = pa.schema([("cell", text), ("contributor", text), ("item", text), ("amount_wan", pa.float64())])
    return pa.table({name: [row[name] for row in told] for name in schema.names}, schema=schema)
