"""认定供应商: a table of names, `row-<n>-key`, `row-<n>-choice` (a firm's id, `new`, or nothing), `row-<n>-place`."""

from collections.abc import Mapping
from dataclasses import dataclass

from chainlab.sheets import codes

NEW = "new"
MOST = 200


@dataclass(frozen=True)
class Settled:
    """What is said of one name: a firm's id, or a new firm of a place (its region code, empty where it is none)."""

    key: str
    firm: int | None
    place: str
    region_code: str


def settled(data: Mapping[str, str]) -> list[Settled]:
    """The rows of a posted table in which something was chosen."""
    count = data.get("rows", "")
    wanted = min(int(count), MOST) if count.isascii() and count.isdigit() and len(count) < 6 else 0
    found = (_settled(data, n) for n in range(wanted))
    return [one for one in found if one is not None]


def _settled(data: Mapping[str, str], n: int) -> Settled | None:
    key, choice = data.get(f"row-{n}-key", ""), data.get(f"row-{n}-choice", "")
    place = data.get(f"row-{n}-place", "").strip()
    if choice != NEW and not (choice.isascii() and choice.isdigit()):
        return None
    try:
        code = codes.region(place) if place else ""
    except codes.Wrong:
        code = ""
    return Settled(key, None if choice == NEW else int(choice), place, code)
