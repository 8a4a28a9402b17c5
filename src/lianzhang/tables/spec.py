"""The declaration of a table: its columns, filters, search and the words around it.

Everything shown to a person is a lazy translation; everything computed is a callable on one row, so that a row may
be a model instance, a dataclass or a dict.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Literal

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from lianzhang.tables import values

Row = Any
Viewer = Any
Text = values.Text
FilterKind = Literal["choice", "multi", "text", "boolean", "date_range", "number_range"]
SECRECIES = ("public", "internal", "sensitive", "secret")
# The REST resource says the unit in the key, so a figure can never be read in the wrong one.
KEY_ENDINGS: dict[str, tuple[str, ...]] = {
    "wan": ("_wan",),
    "yi": ("_wan",),
    "ratio": ("_ratio",),
    "date": ("_on", "as_of"),
    "datetime": ("_at",),
}


class BadSpec(ValueError):
    """The declaration contradicts itself; raised when the module is imported, never while serving."""


@dataclass(frozen=True)
class Edit:
    """就地修改: the column is typed in where it stands. `when(row)` says which rows are still open to it at all; whose
    they are is asked of `editable_by`.

    What is written is `field` of the record (default: the column's key). `stored(row)` is what stands there where the
    cell shows it in other words: the key of a body, the code of a choice. A `choice` is fetched when the cell is
    opened: fifty bodies in fifty rows would be in nobody's way but the network's. `is_report` says that typing reports
    as of today, so that undoing takes the report back with its day.
    """

    kind: Literal["text", "lines", "date", "number", "choice"] = "text"
    when: Callable[[Row], bool] = lambda row: True  # noqa: ARG005
    field: str = ""
    stored: Callable[[Row], Any] | None = None
    is_report: bool = False


@dataclass(frozen=True)
class Column:
    """列: one column. `value(row)` gives a plain value (see `values`), never markup.

    `sort` is the ORM path ordered by (no path, no sorting); `total_of` the path summed for the totals row (default
    `sort`).
    `link(row)` gives a site-relative address; `explain(row)` the address of definition, scope, source and date of
    this figure.
    `group` puts neighbouring columns of one group under a common heading. `header` is the Excel heading when it
    must differ
    from label（unit）to be read back. `may_see(person)` hides the column, in every rendering, from whom it is not for.
    `edit` lets whoever may edit the row type in the cell; the table then names an `edit_url`. `defined_at` is the
    address that explains the whole column, opened from its heading.
    """

    key: str
    label: Text
    value: Callable[[Row], Any]
    kind: values.Kind = "text"
    unit: Text | None = None
    link: Callable[[Row], str | None] | None = None
    explain: Callable[[Row], str | None] | None = None
    help: Text = ""
    is_default: bool = True
    sort: str | None = None
    is_total: bool = False
    total_of: str | None = None
    secrecy: Literal["public", "internal", "sensitive", "secret"] = "internal"
    group: Text = ""
    header: Text | None = None
    places: int | None = None
    is_signed: bool = False
    is_wrapped: bool = False
    may_see: Callable[[Viewer], bool] | None = None
    edit: Edit | None = None
    defined_at: str = ""

    def __post_init__(self) -> None:
        if not self.key.isidentifier():
            raise BadSpec(f"column key {self.key!r} is not an identifier")
        if self.secrecy not in SECRECIES:
            raise BadSpec(f"column {self.key}: secrecy {self.secrecy!r}")
        endings = KEY_ENDINGS.get(self.kind, ("",))
        if not self.key.endswith(endings):
            raise BadSpec(
                f"column {self.key}: a {self.kind} column's key ends in {' or '.join(endings)}; programs read it"
            )
        if self.is_total and self.kind not in {"integer", "decimal", "wan", "yi"}:
            raise BadSpec(f"column {self.key}: a {self.kind} cannot be summed")

    @property
    def shown_unit(self) -> Text:
        """The unit said once in the heading: 万元, 亿元, 家 …"""
        if self.unit is not None:
            return self.unit
        return "" if self.kind == "ratio" else values.UNITS.get(self.kind, "")

    @property
    def is_number(self) -> bool:
        """Whether the column is right-aligned figures."""
        return self.kind in values.NUMBERS

    @property
    def total_path(self) -> str | None:
        """The ORM path whose sum is the total."""
        return self.total_of or self.sort


@dataclass(frozen=True)
class Filter:
    """筛选: one condition of the search form, kept in the URL under `key`.

    `choices` are (code, label) pairs or a callable on the person asking. `apply(queryset, value)` narrows; without
    it the value
    is compared with the ORM path `path` (default: `key`). `value` is a str (choice, text), a tuple of str (multi),
    a bool, or a
    (from, to) pair of dates or Decimals with either end None. A range reads `<key>_from`/`<key>_to` from the URL.
    """

    key: str
    label: Text
    kind: FilterKind = "choice"
    choices: Callable[[Viewer], Iterable[tuple[Any, Any]]] | Iterable[tuple[Any, Any]] = ()
    apply: Callable[[Any, Any], Any] | None = None
    path: str | None = None
    help: Text = ""
    is_folded: bool = False

    def options(self, person: Viewer) -> list[tuple[str, str]]:
        """The choices this person may pick, as text; those of a list that never changes are spelt once a language."""
        if callable(self.choices):
            return [(str(code), str(label)) for code, label in self.choices(person)]
        spelt: dict[Any, list[tuple[str, str]]] = self.__dict__.setdefault("_spelt", {})
        language = get_language()
        if language not in spelt:
            spelt[language] = [(str(code), str(label)) for code, label in self.choices]
        return spelt[language]


@dataclass(frozen=True)
class Empty:
    """空表: what to say and the next thing to do when there are no rows at all."""

    text: Text
    action: Text = ""
    url_name: str = ""


@dataclass(frozen=True)
class TableSpec:
    """表: a table declared once. `key` names it in saved views and in the trail; `note` is the 口径 printed under it.

    `row_id` identifies a row for ticking: the name of its field, or a function on rows composed in Python; `is_ticked`
    says whether rows have a box at all. `row_url` opens a row in the side panel. `paper` auto means A4
    portrait up to six columns, A4 landscape up to fourteen, A3 landscape above. `invented` is the path to the row's
    示例数据 mark: a table that holds one such row says so on screen and in every file; None where no row can be one.
    `is_long`: thousands of rows in one table, of which a page is found by its keys; `walk` is a condition that holds of
    all of them, and where it is said the database walks an index: nothing is searched for in texts then.
    `edit_url(row)` takes what is typed in a cell of an `edit` column. `edit_lock(row)` is the record whose version
    guards it where that is not the row: one draft for all segments of a map.
    """

    key: str
    title: Text
    columns: Sequence[Column]
    filters: Sequence[Filter] = ()
    search: Sequence[str] = ()
    default_order: Sequence[str] = ()
    row_id: Callable[[Row], Any] | str = "pk"
    is_ticked: bool = True
    is_long: bool = False
    walk: Any = None
    row_url: Callable[[Row], str | None] | None = None
    empty: Empty | tuple[Text, Text, str] | None = None
    note: Text = ""
    page_size: int = 50
    sends_totals: bool = False  # 合计 below the rows in Excel too: a sheet that is passed on as it is, not read back
    paper: Literal["auto", "a4", "a4-landscape", "a3"] = "auto"
    invented: str | None = "is_illustrative"
    edit_url: Callable[[Row], str] | None = None
    edit_lock: Callable[[Row], Any] | None = None

    def __post_init__(self) -> None:
        for what, keys in (("column", [c.key for c in self.columns]), ("filter", [f.key for f in self.filters])):
            doubled = {key for key in keys if keys.count(key) > 1}
            if doubled:
                raise BadSpec(f"table {self.key}: {what} {', '.join(sorted(doubled))} declared twice")
        if self.edit_url is None and any(column.edit for column in self.columns):
            raise BadSpec(f"table {self.key}: a column is edited in place and no address takes it")
        if not any(column.is_default for column in self.columns):
            raise BadSpec(f"table {self.key}: no column is shown by default")

    @property
    def blank(self) -> Empty | None:
        """The words for an empty table."""
        return Empty(*self.empty) if isinstance(self.empty, tuple) else self.empty

    @property
    def identity(self) -> Callable[[Row], Any]:
        """The function that tells one row from another."""
        return attrgetter(self.row_id) if isinstance(self.row_id, str) else self.row_id

    def for_person(self, person: Viewer) -> tuple[Column, ...]:
        """The columns this person may see, in declared order."""
        return tuple(c for c in self.columns if c.may_see is None or c.may_see(person))

    def headings(self) -> dict[str, str]:
        """The headings of all columns by their keys, spelt once a language."""
        spelt: dict[Any, dict[str, str]] = self.__dict__.setdefault("_spelt", {})
        language = get_language()
        if language not in spelt:
            spelt[language] = {column.key: heading(column) for column in self.columns}
        return spelt[language]

    def shown_by_default(self) -> tuple[Column, ...]:
        """The columns of a table nobody has asked anything of."""
        return tuple(column for column in self.columns if column.is_default)

    def is_invented(self, row: Row) -> bool:
        """Whether this row is 示例数据; a row that lacks what `invented` names is a mistake in the declaration."""
        found: Any = row
        for name in (self.invented or "").split("__") if self.invented else ():
            if found is None:
                return False
            found = found[name] if isinstance(found, dict) else getattr(found, name)
        return found is True

    def sheet_paper(self, columns: Sequence[Column]) -> str:
        """The paper for `columns`: a4, a4-landscape or a3."""
        if self.paper != "auto":
            return self.paper
        return "a4" if len(columns) <= 6 else "a4-landscape" if len(columns) <= 14 else "a3"


@dataclass(frozen=True, kw_only=True)
class ExportHeader:
    """导出说明: what a printed or saved table must say about itself, whoever it reaches.

    `scope` is what was asked (filters, in words), `as_of` the date of the data, `who` the person and body exporting,
    `signers` who signs the paper by hand.
    """

    title: Text
    scope: Text = ""
    as_of: dt.date | None = None
    who: Text = ""
    is_illustrative: bool = False
    made_at: dt.datetime | None = None
    export_id: str = ""
    signers: Sequence[Text] = ()


def heading(column: Column) -> str:
    """The heading of `column` in a sheet: 总投资（万元）; read back unchanged by the layout that has this heading."""
    if column.header is not None:
        return str(column.header)
    group = f"{column.group}-" if column.group else ""
    unit = str(column.shown_unit)
    return f"{group}{column.label}{in_brackets(unit)}" if unit else f"{group}{column.label}"


def in_brackets(unit: str) -> str:
    """A unit after what it measures, with the brackets of the reader's language."""
    return _("（%(unit)s）") % {"unit": unit}


def totals(columns: Sequence[Column], rows: Iterable[Row]) -> dict[str, Any]:
    """The sum of every `is_total` column over `rows` (blanks add nothing; a column of blanks only has no total)."""
    summed = [column for column in columns if column.is_total]
    result: dict[str, Any] = {}
    if not summed:
        return result
    for row in rows:
        for column in summed:
            value = column.value(row)
            if values.blank_of(value) is None:
                result[column.key] = value + result[column.key] if column.key in result else value
    return result
