"""Every complaint said once, in both languages: what is wrong and what to do (the words are in messages.toml)."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from chainlab.sheets import reading
from chainlab.sheets.layout import Field, Level


class Text(NamedTuple):
    """The usual level of a complaint and its words; `{field}` and others are filled in by `complaint`."""

    level: Level
    zh: str
    en: str


@functools.cache
def texts() -> dict[str, Text]:
    """All complaints by code."""
    import tomllib

    source = Path(__file__).with_name("messages.toml").read_text(encoding="utf-8")
    return {code: Text(**text) for code, text in tomllib.loads(source).items()}


def complaint(
    code: str,
    *,
    sheet: str | None = None,
    cell: str | None = None,
    row_number: int | None = None,
    field: Field | None = None,
    level: Level | None = None,
    words: Mapping[str, object] | None = None,
    **more: object,
) -> reading.Complaint:
    """A complaint in both languages. A word (in `words` or by name) given as a pair is (Chinese, English)."""
    usual, zh, en = texts()[code]
    pairs = {
        key: value if isinstance(value, tuple) else (value, value) for key, value in {**(words or {}), **more}.items()
    }
    if field is not None:
        pairs["field"] = (field.header_zh, field.header_en)
    if sheet is not None:
        pairs.setdefault("sheet", (sheet, sheet))
    return reading.Complaint(
        sheet=sheet,
        cell=cell,
        row_number=row_number,
        field=field.key if field is not None else None,
        level=level or usual,
        code=code,
        message_zh=zh.format_map({key: _shown(key, pair[0]) for key, pair in pairs.items()}),
        message_en=en.format_map({key: _shown(key, pair[1]) for key, pair in pairs.items()}),
    )


def hint(near: tuple[str, str] | None) -> tuple[str, str]:
    """What an unknown name may mean, where anything is like it: a hint that leads astray is worse than none."""
    if near is None:
        return "", ""
    return f"最接近的是“{near[0]}”，如是请改名。", f" The nearest is “{near[1]}”: rename it if that is meant."


def _shown(key: str, word: object) -> str:
    """A word inside a message, on one line; a user's text not over 60 characters."""
    text = str(word) if key == "hint" else " ".join(str(word).split())
    limit = 60 if key in ("text", "header", "sheet", "value") else 400
    return text if len(text) <= limit else f"{text[: limit - 1]}…"
