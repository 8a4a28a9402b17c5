"""Typed cell values as JSON and back: what is staged is exactly what will be written."""

from collections.abc import Mapping
from typing import Any

from chainlab.sheets.packing import pack, unpack

__all__ = ["pack", "pack_all", "unpack", "unpack_all"]


def pack_all(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: pack(value) for key, value in values.items()}


def unpack_all(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: unpack(value) for key, value in values.items()}
