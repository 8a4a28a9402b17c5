"""Typed cell values as JSON and back: what is staged is exactly what will be written."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from chainlab.sheets.reading import Band, Blank, Span


def pack(value: Any) -> Any:
    """One value as JSON; decimals without trailing zeros, so that 1.20 and 1.2 are the same."""
    match value:
        case Blank():
            return {"blank": value.value}
        case Band():
            return {"band": [_plain(value.low_wan), _plain(value.high_wan)]}
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
        case {"blank": str(reason)}:
            return Blank(reason)
        case {"band": [str(low), str(high)]}:
            return Band(Decimal(low), Decimal(high))
        case {"span": [str(low), high]}:
            return Span(Decimal(low), None if high is None else Decimal(high))
        case {"decimal": str(number)}:
            return Decimal(number)
        case {"date": str(text)}:
            return dt.date.fromisoformat(text)
        case list():
            return [unpack(item) for item in value]
        case _:
            return value


def pack_all(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: pack(value) for key, value in values.items()}


def unpack_all(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: unpack(value) for key, value in values.items()}


def _plain(number: Decimal) -> str:
    return format(number.normalize(), "f") if number else "0"
