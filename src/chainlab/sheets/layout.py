"""What a workbook should look like: sheets, columns, kinds, choices and the rules between rows."""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Mapping
from typing import Any, Literal

Level = Literal["error", "warning", "note"]
LANGUAGES = ("zh-hans", "en")

INVENTED = "@invented"  # of a row to be written: whether it is 示例数据
INVENTED_HEADS = ("数据性质", "Nature of the data")
INVENTED_WORDS = ("示例数据", "Illustrative")
INVENTED_NOTICE = ("示例数据，不得作为实际数据引用", "Illustrative data: not to be quoted as real")


class Kind(enum.StrEnum):
    """How the cells of a column are read. Money is always handed on in 万元."""

    TEXT = "text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    WAN = "wan"  # money, header in 万元
    YI = "yi"  # money, header in 亿元; the value is still 万元
    RATIO = "ratio"  # a fraction: 97.2 % is Decimal("0.972")
    DATE = "date"
    MONTH = "month"  # the first day of the month
    BOOLEAN = "boolean"
    CHOICE = "choice"  # the code of the choice
    BAND_WAN = "band_wan"  # reading.Band: one amount, or low–high
    SPAN_WAN = "span_wan"  # reading.Span: a band of money that is answered instead of an amount; may be open
    SPAN = "span"  # reading.Span of whole numbers: firms, months
    USCC = "uscc"
    REGION = "region"  # division code (GB/T 2260), digits
    CODE = "code"

    @property
    def is_money(self) -> bool:
        return self in (Kind.WAN, Kind.YI, Kind.BAND_WAN, Kind.SPAN_WAN)

    @property
    def is_number(self) -> bool:
        return self.is_money or self in (Kind.INTEGER, Kind.DECIMAL, Kind.RATIO)


@dataclasses.dataclass(frozen=True, slots=True)
class Choice:
    """One admissible value of a choice column: its code, its labels and what people also write."""

    code: str
    zh: str
    en: str
    synonyms: tuple[str, ...] = ()

    def label(self, language: str) -> str:
        return self.en if language == "en" else self.zh


@dataclasses.dataclass(frozen=True, slots=True)
class Field:
    """One column. `patterns` are regular expressions for other ways offices head it (unit in brackets taken off)."""

    key: str
    header_zh: str
    header_en: str
    kind: Kind = Kind.TEXT
    patterns: tuple[str, ...] = ()
    unit: str = ""  # 万元, 亿元, %, 个 …; what a bare number means when the header names no unit
    is_required: bool = False
    is_key: bool = False  # filled down in merged cells; amounts never are
    is_signed: bool = False  # negative numbers are expected
    is_hidden: bool = False  # written out of sight: what the form is known by when it comes back
    choices: tuple[Choice, ...] = ()
    month_means: str = ""  # date columns: "2024年6月" is the "last" or the "first" day of it; empty: not enough
    falls_back_to: tuple[str, ...] = ()  # fields that stand in when this one is blank
    max_length: int = 2000
    likely_wan: tuple[float, float] = (1, 50_000_000)  # money: what a bare number means lies between, in 万元
    help_zh: str = ""
    help_en: str = ""
    example: str = ""

    def header(self, language: str = "zh-hans") -> str:
        """The header as the template prints it, unit included: 总投资（亿元）."""
        text = self.header_en if language == "en" else self.header_zh
        if not self.unit:
            return text
        return f"{text} ({UNITS_EN.get(self.unit, self.unit)})" if language == "en" else f"{text}（{self.unit}）"

    def help(self, language: str = "zh-hans") -> str:
        return self.help_en if language == "en" else self.help_zh


UNITS_EN = {
    "万元": "10k yuan",
    "亿元": "100m yuan",
    "元": "yuan",
    "%": "%",
    "个": "count",
    "个月": "months",
    "亩": "mu",
    "平方米": "sqm",
    "人": "persons",
    "家": "firms",
    "场": "events",
    "天": "days",
}


@dataclasses.dataclass(frozen=True, slots=True)
class Reference:
    """A column whose value must be found in another sheet, in any of the columns `to` (the first gives the value)."""

    field: str
    sheet: str
    to: tuple[str, ...]
    level: Level = "error"


@dataclasses.dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet of the workbook and what must hold between its rows."""

    key: str
    title_zh: str
    title_en: str
    fields: tuple[Field, ...]
    patterns: tuple[str, ...] = ()
    is_optional: bool = False
    help_zh: str = ""
    help_en: str = ""
    unique: tuple[tuple[str, ...], ...] = ()
    differs: tuple[tuple[str, str], ...] = ()  # pairs of columns that must not be equal
    acyclic: tuple[tuple[str, str], ...] = ()  # pairs of columns, above and below, whose rows lead nowhere twice
    one_of: tuple[tuple[str, ...], ...] = ()  # at least one of the columns is filled
    references: tuple[Reference, ...] = ()
    refused: tuple[str, ...] = ()  # patterns of headers that are never taken: by agreement these are not asked for
    period_field: str = ""  # takes the month named in the headers when the row names none
    district_field: str = ""  # takes the district a sheet is named after when the row names none

    def title(self, language: str = "zh-hans") -> str:
        return self.title_en if language == "en" else self.title_zh

    def field(self, key: str) -> Field:
        """The field called `key`; KeyError if there is none."""
        for field in self.fields:
            if field.key == key:
                return field
        raise KeyError(key)


@dataclasses.dataclass(frozen=True, slots=True)
class Layout:
    """A workbook an office keeps or hands in."""

    key: str
    version: int
    title_zh: str
    title_en: str
    sheets: tuple[Sheet, ...]
    help_zh: str = ""
    help_en: str = ""

    def title(self, language: str = "zh-hans") -> str:
        return self.title_en if language == "en" else self.title_zh

    def sheet(self, key: str) -> Sheet:
        """The sheet called `key`; KeyError if there is none."""
        for sheet in self.sheets:
            if sheet.key == key:
                return sheet
        raise KeyError(key)


def to_plain(layout: Layout) -> dict[str, Any]:
    """The layout as plain values for JSON: how the reading child receives it."""
    return dataclasses.asdict(layout)


def from_plain(plain: Mapping[str, Any]) -> Layout:
    """A layout from the plain values of a TOML file or of `to_plain`. An unknown word is a TypeError."""
    return Layout(**{**plain, "sheets": tuple(_sheet(sheet) for sheet in plain["sheets"])})


def _sheet(plain: Mapping[str, Any]) -> Sheet:
    nested = {
        "fields": tuple(_field(field) for field in plain["fields"]),
        "patterns": tuple(plain.get("patterns", ())),
        "unique": tuple(tuple(keys) for keys in plain.get("unique", ())),
        "differs": tuple((left, right) for left, right in plain.get("differs", ())),
        "acyclic": tuple((above, below) for above, below in plain.get("acyclic", ())),
        "refused": tuple(plain.get("refused", ())),
        "one_of": tuple(tuple(keys) for keys in plain.get("one_of", ())),
        "references": tuple(
            Reference(**{**reference, "to": tuple(reference["to"])}) for reference in plain.get("references", ())
        ),
    }
    return Sheet(**{**plain, **nested})


def _field(plain: Mapping[str, Any]) -> Field:
    nested = {
        "kind": Kind(plain.get("kind", "text")),
        "patterns": tuple(plain.get("patterns", ())),
        "falls_back_to": tuple(plain.get("falls_back_to", ())),
        **({"likely_wan": tuple(plain["likely_wan"])} if "likely_wan" in plain else {}),
        "choices": tuple(
            Choice(**{**choice, "synonyms": tuple(choice.get("synonyms", ()))}) for choice in plain.get("choices", ())
        ),
    }
    return Field(**{**plain, **nested})
