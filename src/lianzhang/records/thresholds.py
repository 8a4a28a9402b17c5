"""Numbers of a rule: as shipped in `definitions/`, with those that this city changed in its own home laid over them.

The file in the home belongs to whoever runs the installation (the system administrator); it names only what differs.
It is read once in a process, and the installation does not start with one that says what no rule knows.
"""

import tomllib
from decimal import Decimal
from importlib import resources
from pathlib import Path

from django.conf import settings

FILES = ("lights.toml", "months.toml")


def numbers(file: str) -> dict[str, Decimal]:
    """Name → number of the rule in force. Raises ValueError for a city's file that cannot be taken."""
    shipped = _numbers(resources.files("lianzhang").joinpath("definitions", file).read_text(encoding="utf-8"))
    own = path(file)
    if not own.is_file():
        return shipped
    try:
        said = _numbers(own.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, ValueError) as fault:
        raise ValueError(f"{own}: {fault}") from fault
    unknown = sorted(set(said) - set(shipped))
    if unknown:
        raise ValueError(f"{own}: no such number: {', '.join(unknown)}; there are {', '.join(shipped)}")
    days = [name for name in said if name.endswith("_days") and said[name] % 1]
    if days:
        raise ValueError(f"{own}: whole days are asked for: {', '.join(days)}")
    return shipped | said


def path(file: str) -> Path:
    """Where a city's own numbers are looked for."""
    return Path(settings.LIANZHANG_HOME) / "definitions" / file


def _numbers(text: str) -> dict[str, Decimal]:
    said = tomllib.loads(text, parse_float=Decimal)
    wrong = [name for name, value in said.items() if not _is_taken(value)]
    if wrong:
        raise ValueError(f"not a number of 0 or more: {', '.join(wrong)}")
    return {name: Decimal(value) for name, value in said.items()}


def _is_taken(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return False
    return Decimal(value).is_finite() and value >= 0
