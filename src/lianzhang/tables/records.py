"""Rows as plain records for the REST resource: the keys say the unit, the values are JSON's own."""

import datetime as dt
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from lianzhang.tables import spec, values

WITHHELD = "withheld"
NOT_APPLICABLE = "not_applicable"


def scalar(value: Any) -> Any:
    """One value for JSON: dates as ISO 8601, decimals as strings (no figure is bent by binary), lights by code."""
    if isinstance(value, dt.date | dt.datetime):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, values.Light):
        return value.code
    if isinstance(value, list | tuple):
        return [scalar(item) for item in value]
    if value is None or isinstance(value, bool | int | float | str):
        return value
    return str(value)


def record(columns: Sequence[spec.Column], row: Any) -> dict[str, Any]:
    """One row; a blank is null, and a withheld or inapplicable one is named under `_blanks`."""
    result: dict[str, Any] = {}
    reasons: dict[str, str] = {}
    for column in columns:
        value = column.value(row)
        if isinstance(value, values.Blank):
            if value is not values.Blank.UNFILLED:
                reasons[column.key] = value.value
            value = None
        result[column.key] = scalar(value)
    if reasons:
        result["_blanks"] = reasons
    return result


def records(
    table: spec.TableSpec, rows: Iterable[Any], *, columns: Sequence[spec.Column] | None = None
) -> list[dict[str, Any]]:
    """`rows` as records with the keys of the declared columns, in order."""
    chosen = tuple(columns or table.columns)
    return [record(chosen, row) for row in rows]
