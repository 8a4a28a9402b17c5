"""Who must act next when a task is late: the reviewed table `definitions/escalation.toml`, read once."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources

from django.utils.translation import get_language


@dataclass(frozen=True)
class Level:
    """一级: from so many working days late on, this post must act."""

    from_days: int
    key: str
    post: str
    zh: str
    en: str

    @property
    def label(self) -> str:
        """The post in the reader's language."""
        return self.en if (get_language() or "").startswith("en") else self.zh


@cache
def levels() -> tuple[Level, ...]:
    """Every level, lowest first."""
    text = resources.files("lianzhang").joinpath("definitions/escalation.toml").read_text(encoding="utf-8")
    rows = tomllib.loads(text)["level"]
    return tuple(sorted((Level(**row) for row in rows), key=lambda level: level.from_days))


def level(days_late: int) -> Level | None:
    """The level that must act on something `days_late` working days late; None while it is not late."""
    return next((found for found in reversed(levels()) if found.from_days <= days_late), None)


def next_above(key: str) -> Level | None:
    """The level above the one called `key`; the lowest one for an unknown key, None above the highest."""
    keys = [found.key for found in levels()]
    position = keys.index(key) + 1 if key in keys else 0
    return levels()[position] if position < len(keys) else None
