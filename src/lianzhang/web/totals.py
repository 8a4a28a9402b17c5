"""What stands over or under all rows of a list: how many, how many invented, and the sums of what is added up."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from lianzhang.tables import Column, TableSpec, spec


@dataclass(frozen=True)
class Totals:
    """What stands over or under all rows found, whatever page is shown."""

    count: int
    invented_count: int
    sums: dict[str, Any]


def of(table: TableSpec, columns: Sequence[Column], found: QuerySet[Any] | Sequence[Any]) -> Totals:
    """How many rows, how many of them 示例数据, and the sums, in one query (or in Python for composed rows)."""
    if not isinstance(found, QuerySet):
        return Totals(len(found), sum(map(table.is_invented, found)), spec.totals(columns, found))
    summed = {column.key: Sum(column.total_path) for column in columns if column.is_total and column.total_path}
    # Named apart from any column, so that a column may be called anything.
    wanted = {f"_sum_{key}": total for key, total in summed.items()} | {"_row_count": Count("pk")}
    if table.invented:
        wanted["_invented_count"] = Count("pk", filter=Q(**{table.invented: True}))
    read = found.order_by().aggregate(**wanted)
    sums = {key: read[f"_sum_{key}"] for key in summed if read[f"_sum_{key}"] is not None}
    return Totals(read["_row_count"], read.get("_invented_count", 0), sums)
