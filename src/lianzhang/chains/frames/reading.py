"""The rows of a chain as Arrow tables for chainlab, exactly as far as one person may read them.

Ids are the short codes people know. A supplier's place is where it produces for this buyer: a row with a place of
production of its own gives the supplier the id `code@region`; a trader without one has no known place.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lianzhang.accounts.models import Person
from lianzhang.chains.frames import answered, proposed, rows
from lianzhang.chains.models import Chain
from lianzhang.registry.models import Level

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True, eq=False, kw_only=True)
class Read:
    """The tables, what of the firms is inside, and the answers left out because a finer one says the same."""

    tables: "dict[str, pa.Table]"
    contents: list[list[Any]]
    superseded_count: int


def read(chain: Chain, *, person: Person, also: Sequence[Chain] = ()) -> Read:
    """Everything the analysis of `chain` (pooled with `also`) reads, as far as `person` may read it today.

    purchases: buyer_id, part_id, supplier_id (with its place; see `answered` for suppliers without a name),
    firm_code, make, amount_wan (exact, or the middle of a band), amount_low_wan, amount_high_wan, is_withheld,
    year, level, line_id, plant, supplier_low and supplier_high (how many suppliers stand behind a row without a
    name), is_open_above, is_welcome, is_named (a supplier was written down, registered or not). firms: firm_id,
    firm_code, name, region_code (null = not known). parts: part_id, name, category_id, alternative_group. bom:
    firm_code, parent_id, child_id, quantity. capabilities: firm_id, part_id, is_qualified, capacity_wan.
    candidates: firm_code, part_id (null = what is said of the firm), kind, is_willing, certification_months,
    capacity_wan, cost_wan. All amounts 万元, all times months.
    """
    import pyarrow as pa

    chains = [chain, *also]
    listed = rows.parts()
    categories = {row["part_id"]: row["category_id"] for row in listed}
    bought = rows.purchases(chain, person=person, also=also)
    answers, superseded = answered.rows(chains, bought, categories, person=person)
    every = [*bought, *answers]
    wholes = sorted({row["part_id"] for row in answers if row["part_id"] not in categories})
    listed += [answered.whole_part(code) for code in wholes]
    listed.sort(key=lambda row: str(row["part_id"]))
    categories = {row["part_id"]: row["category_id"] for row in listed}
    makers = rows.capabilities(_makeable(every, categories), person=person)
    lines = rows.bom(chain, person=person, also=also)
    found: dict[str, list[dict[str, Any]]] = {
        "purchases": every,
        "parts": listed,
        "bom": lines,
        "capabilities": answered.for_wholes(makers, every, categories),
        "candidates": proposed.rows(chains, categories),
    }
    found["firms"] = rows.firms(every, found["capabilities"], found["candidates"])
    pieces = {(row["buyer_id"], row["level"], row["line_id"]) for row in every}
    pieces |= {(row["firm_code"], Level.ROWS.value, None) for row in lines if row["firm_code"]}
    tables = {name: pa.Table.from_pylist(found[name], schema=pa.schema(_schemas(pa)[name])) for name in found}
    return Read(
        tables=tables,
        contents=[list(one) for one in sorted(pieces, key=lambda piece: (piece[0], piece[1], piece[2] or 0))],
        superseded_count=superseded,
    )


def complete(tables: "Mapping[str, pa.Table]") -> "dict[str, pa.Table]":
    """Tables of an earlier snapshot with the columns and tables that were not kept then, as not said."""
    import pyarrow as pa

    found = dict(tables)
    for name, columns in _schemas(pa).items():
        table = found.get(name, pa.Table.from_pylist([], schema=pa.schema(columns)))
        for column, kind in columns:
            if column not in table.column_names:
                table = table.append_column(column, pa.nulls(table.num_rows, kind))
        found[name] = table
    return found


def _makeable(every: list[dict[str, Any]], categories: Mapping[str, str]) -> set[str]:
    """Parts whose makers matter: what is bought, and for a category bought as a whole all its parts."""
    bought = {row["part_id"] for row in every}
    whole = {categories[code] for code in bought if answered.is_whole(code)}
    return bought | {code for code, category in categories.items() if category in whole}


def _schemas(pa: Any) -> dict[str, list[tuple[str, Any]]]:
    text, number, flag, whole = pa.string(), pa.float64(), pa.bool_(), pa.int64()
    return {
        "purchases": [
            ("buyer_id", text),
            ("part_id", text),
            ("supplier_id", text),
            ("firm_code", text),
            ("make", text),
            ("amount_wan", number),
            ("amount_low_wan", number),
            ("amount_high_wan", number),
            ("is_withheld", flag),
            ("year", whole),
            ("level", text),
            ("line_id", whole),
            ("plant", text),
            ("supplier_low", whole),
            ("supplier_high", whole),
            ("is_open_above", flag),
            ("is_welcome", flag),
            ("is_named", flag),
        ],
        "firms": [("firm_id", text), ("firm_code", text), ("name", text), ("region_code", text)],
        "parts": [("part_id", text), ("name", text), ("category_id", text), ("alternative_group", text)],
        "bom": [("firm_code", text), ("parent_id", text), ("child_id", text), ("quantity", number)],
        "capabilities": [("firm_id", text), ("part_id", text), ("is_qualified", flag), ("capacity_wan", number)],
        "candidates": [
            ("firm_code", text),
            ("part_id", text),
            ("kind", text),
            ("is_willing", flag),
            ("certification_months", number),
            ("capacity_wan", number),
            ("cost_wan", number),
        ],
    }
