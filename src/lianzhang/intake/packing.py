"""Typed cell values as JSON and back: what is staged is exactly what will be written."""

from collections.abc import Mapping
from typing import Any

from chainlab.sheets.packing import pack, unpack

__all__ = ["comparable", "pack", "pack_all", "unpack", "unpack_all"]


def pack_all(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: pack(value) for key, value in values.items()}


def unpack_all(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: unpack(value) for key, value in values.items()}


def comparable(value: Any) -> Any:
    """A value, packed or not, as it is compared: empty text, an empty list and nothing are the same statement."""
    packed = pack(value)
    if packed in ("", [], {}):
        return None
    if isinstance(packed, list):
        return tuple(packed)
    if isinstance(packed, dict):
        return ("made", *packed["made"]) if "made" in packed else tuple(sorted(packed.items(), key=str))
    return packed
