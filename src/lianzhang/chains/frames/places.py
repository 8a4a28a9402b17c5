"""Ids of suppliers with the place where they produce, and the places of those whose names were not given."""

from typing import Any

PLACE_MARK = "@"
# A supplier that an answer counts but does not name.
UNNAMED = "?"
# Places of those: somewhere outside the city; abroad. No region code begins with a letter.
ELSEWHERE, ABROAD = "N0", "A0"


def firm_code(supplier_id: str) -> str:
    """The firm behind a supplier id, without its place."""
    return supplier_id.partition(PLACE_MARK)[0]


def number(value: Any) -> float | None:
    """A decimal of the database as the frames keep it."""
    return None if value is None else float(value)
