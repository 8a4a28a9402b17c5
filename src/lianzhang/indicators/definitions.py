"""指标定义: read from the reviewed table `definitions/indicators.toml`; one that is not there does not exist."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources

from django.utils.translation import get_language
from django.utils.translation import gettext as _

COUNT = "count"
UNITS_EN = {
    "亿元": "100m CNY",
    "个百分点": "points",
    "场/链": "events a chain",
    **dict.fromkeys(("个", "只", "场", "家", "类"), COUNT),
}


@dataclass(frozen=True, kw_only=True)
class Definition:
    """口径: what a figure means, how it is worked out, and what its scope must say."""

    key: str
    zh: str
    en: str
    formula: str
    formula_en: str
    numerator: str
    denominator: str
    unit: str
    scope: str
    scope_en: str
    source: str
    source_en: str

    @property
    def label(self) -> str:
        """The name in the reader's language."""
        return self.en if _is_english() else self.zh

    @property
    def shown_formula(self) -> str:
        """The formula in the reader's language."""
        return self.formula_en if _is_english() else self.formula

    @property
    def is_proposal(self) -> bool:
        """Whether no official formula was found and this one is proposed."""
        return self.source == "proposal"

    @property
    def shown_source(self) -> str:
        """Where the definition comes from, in words."""
        if self.is_proposal:
            return _("本系统拟定，未见官方算法")
        return self.source_en if _is_english() else self.source

    @property
    def shown_scope(self) -> str:
        """What the scope must say, in the reader's language."""
        return self.scope_en if _is_english() else self.scope

    @property
    def shown_unit(self) -> str:
        """The unit in the reader's language; counts are counts in English."""
        return unit_in_words(self.unit)


@cache
def all_definitions() -> dict[str, Definition]:
    """Every definition by its id, in the order of the table."""
    text = resources.files("lianzhang").joinpath("definitions", "indicators.toml").read_text(encoding="utf-8")
    return {key: Definition(key=key, **row) for key, row in tomllib.loads(text).items()}


def of(key: str) -> Definition | None:
    """The definition of an indicator, or None where the table has none."""
    return all_definitions().get(key)


def choices() -> list[tuple[str, str]]:
    """(id, name) of every indicator, for a form."""
    return [(key, found.label) for key, found in all_definitions().items()]


def unit_in_words(unit: str) -> str:
    """A unit in the reader's language."""
    return UNITS_EN.get(unit, unit) if _is_english() else unit


def _is_english() -> bool:
    return (get_language() or "").startswith("en")
