"""The reviewed layouts: one TOML file each, Chinese and English, changed only by review with a new version."""

from __future__ import annotations

import functools
from pathlib import Path

from chainlab.sheets import layout

KEYS = (
    "chains",
    "enterprises",
    "plan_actions",
    "key_projects",
    "leads",
    "events",
    "requests",
    "address_list",
    "map_segments",
    "teardown",
    "category_answers",
    "part_answers",
    "supplier_mentions",
    "material_purchases",
    "part_trees",
    "sites",
    "signings",
    "encounters",
    "candidates",
)


@functools.cache
def get(key: str) -> layout.Layout:
    """The layout called `key`; KeyError with the known keys if there is none."""
    import tomllib

    if key not in KEYS:
        raise KeyError(f"{key}: not one of {', '.join(KEYS)}")
    text = Path(__file__).with_name(f"{key}.toml").read_text(encoding="utf-8")
    return layout.from_plain(tomllib.loads(text))


def all() -> tuple[layout.Layout, ...]:  # noqa: A001
    """Every layout, in the order of KEYS."""
    return tuple(get(key) for key in KEYS)
