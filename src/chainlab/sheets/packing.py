"""A reading, and any typed value, as JSON can carry it: from the child to its parent, and into what is staged.

Rows of a reading go by columns: what a column says again and again is packed once, and numbered.
"""

from __future__ import annotations

import base64
import dataclasses
import datetime as dt
from array import array
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from chainlab.sheets.reading import CODE, Band, Blank, Block, Coded, Column, Complaint, Reading, Rows, Span


def to_plain(reading: Reading) -> dict[str, Any]:
    """The reading in plain values."""
    return {
        "layout_key": reading.layout_key,
        "layout_version": reading.layout_version,
        "sha256": reading.sha256,
        "stamp": reading.stamp,
        "sheets_seen": list(reading.sheets_seen),
        "complaints": [dataclasses.astuple(complaint) for complaint in reading.complaints],
        "columns": [dataclasses.astuple(column) for column in reading.columns],
        "blocks": [_from_block(block) for block in reading.rows.blocks],
    }


def from_plain(plain: Mapping[str, Any]) -> Reading:
    """The reading that `to_plain` packed."""
    complaints = tuple(Complaint(*complaint) for complaint in plain["complaints"])
    return Reading(
        layout_key=plain["layout_key"],
        layout_version=plain["layout_version"],
        sha256=plain["sha256"],
        stamp=plain["stamp"],
        sheets_seen=tuple(plain["sheets_seen"]),
        complaints=complaints,
        notes=tuple(complaint for complaint in complaints if complaint.level == "note"),
        columns=tuple(Column(*column) for column in plain["columns"]),
        rows=Rows(_to_block(**block) for block in plain["blocks"]),
    )


def _from_block(block: Block) -> dict[str, Any]:
    orders: dict[int, int] = {}
    packed: list[str] = []

    def place(order: array[int]) -> int:
        if id(order) not in orders:
            orders[id(order)] = len(packed)
            packed.append(base64.b64encode(order.tobytes()).decode())
        return orders[id(order)]

    values = {key: ([*map(pack, column.table)], place(column.order)) for key, column in block.values.items()}
    return {
        "sheet": block.sheet,
        "sheet_name": block.sheet_name,
        "numbers": place(block.numbers),
        "values": values,
        "raw": {key: _said(column, block.values.get(key), place) for key, column in block.raw.items()},
        "blanks": ([{**reasons} for reasons in block.blanks.table], place(block.blanks.order)),
        "orders": packed,
    }


def _said(raw: Coded, values: Coded | None, place: Any) -> tuple[list[Any], int] | None:
    """What the cells of a column said; None where that is what they were read as, as with most ids and names."""
    if values is not None and values.order is raw.order and values.table == raw.table:
        return None
    return raw.table, place(raw.order)


def _to_block(
    sheet: str,
    sheet_name: str,
    numbers: int,
    values: dict[str, tuple[list[Any], int]],
    raw: dict[str, tuple[list[Any], int] | None],
    blanks: tuple[list[dict[str, str]], int],
    orders: list[str],
) -> Block:
    told = [array(CODE, base64.b64decode(order)) for order in orders]
    typed = {key: Coded([*map(unpack, table)], told[order]) for key, (table, order) in values.items()}
    reasons = [{key: Blank(reason) for key, reason in one.items()} for one in blanks[0]]
    return Block(
        sheet,
        sheet_name,
        told[numbers],
        typed,
        {key: typed[key] if one is None else Coded(one[0], told[one[1]]) for key, one in raw.items()},
        Coded(reasons, told[blanks[1]]),
    )


def pack(value: object) -> Any:
    """One value; decimals without trailing zeros, so that 1.20 and 1.2 are the same."""
    match value:
        case Blank():
            return {"blank": value.value}
        case None | str():
            return value
        case Band():
            low = _plain(value.low_wan)
            return {"band": [low, low if value.is_exact else _plain(value.high_wan)]}
        case Span():
            return {"span": [_plain(value.low), None if value.high is None else _plain(value.high)]}
        case Decimal():
            return {"decimal": _plain(value)}
        case dt.date():
            return {"date": value.isoformat()}
        case tuple() | list():
            return [pack(item) for item in value]
        case _:
            return value


def unpack(value: Any) -> Any:
    """The value that `pack` packed."""
    match value:
        case None | str():
            return value
        case {"band": [str(low), str(high)]}:
            least = Decimal(low)
            return Band(least, least if high == low else Decimal(high))
        case {"span": [str(low), high]}:
            return Span(Decimal(low), None if high is None else Decimal(high))
        case {"decimal": str(number)}:
            return Decimal(number)
        case {"date": str(text)}:
            return dt.date.fromisoformat(text)
        case {"blank": str(reason)}:
            return Blank(reason)
        case list():
            return [unpack(item) for item in value]
        case _:
            return value


def _plain(number: Decimal) -> str:
    return format(number.normalize(), "f") if number else "0"
