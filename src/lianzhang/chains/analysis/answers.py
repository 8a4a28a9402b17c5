"""What each anchor had said of each category when a list was made: kept with it, to say later why another differs."""

from typing import TYPE_CHECKING, Any

from lianzhang.chains.analysis import market

if TYPE_CHECKING:
    import pyarrow as pa


def told(tables: "dict[str, pa.Table]", *, with_group: bool = False) -> dict[str, dict[str, list[Any]]]:
    """{anchor: {category: [low 万元, high 万元, rows without an amount, finest level]}}."""
    import pyarrow as pa
    import pyarrow.compute as pc

    bought, parts = market.from_market(tables, with_group=with_group), tables["parts"]
    at = pc.index_in(bought["part_id"], value_set=parts["part_id"].combine_chunks())
    columns = {
        "anchor": bought["buyer_id"],
        "category": pc.take(parts["category_id"], at),
        "low": pc.coalesce(bought["amount_low_wan"], bought["amount_wan"]),
        "high": pc.coalesce(bought["amount_high_wan"], bought["amount_wan"]),
        "unknown": pc.cast(pc.is_null(bought["amount_wan"]), pa.int64()),
        "level": bought["level"],
    }
    sums = [("low", "sum"), ("high", "sum"), ("unknown", "sum"), ("level", "max")]
    found: dict[str, dict[str, list[Any]]] = {}
    for row in pa.table(columns).group_by(["anchor", "category"]).aggregate(sums).to_pylist():
        entry = [row["low_sum"] or 0.0, row["high_sum"] or 0.0, row["unknown_sum"], row["level_max"] or ""]
        found.setdefault(row["anchor"], {})[row["category"] or ""] = entry
    return {anchor: dict(sorted(said.items())) for anchor, said in sorted(found.items())}
