"""A staged row in words: which columns change, from what to what, in the headers the clerk knows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from chainlab import places
from chainlab.sheets import codes, spans
from chainlab.sheets.layout import Field, Kind
from chainlab.sheets.reading import Band, Blank, Span
from lianzhang.intake import ages, merging, packing
from lianzhang.intake.columns import EXTRA, Desk, Named, Shown
from lianzhang.intake.lookups import District
from lianzhang.tables import values

if TYPE_CHECKING:
    from lianzhang.accounts.models import Person
    from lianzhang.intake.declared import DeclaredLedger, Sheet
    from lianzhang.intake.models import StagedRow

HIDDEN = merging.FOLLOWING
MADE = "new:"  # what a record will be made with; the row's own cells and its name already say it


@dataclass(frozen=True)
class Difference:
    """One column of a row: its header, what stands there, what would stand there."""

    header: str
    before: str
    after: str

    def __str__(self) -> str:
        return f"{self.header}：{self.before} → {self.after}" if self.before else f"{self.header}：{self.after}"


def describer(ledger: DeclaredLedger, *, by: Person, language: str) -> Callable[[StagedRow], list[Difference]]:
    """Tells what a row changes. Look-ups are made once, whatever the number of rows."""
    desk = Desk(by, {})
    return lambda row: _differences(ledger, row, desk=desk, language=language)


@dataclass(frozen=True)
class Clashing:
    """One cell that somebody wrote since the sheet was made, in words: what it held then, now, and in the sheet."""

    cell: str
    header: str
    base: str
    now: str
    sheet: str
    is_both: bool
    decided: str
    by: int | None
    at: datetime


def clash_describer(ledger: DeclaredLedger, *, by: Person, language: str) -> Callable[[StagedRow], list[Clashing]]:
    """Tells the cells of a row that others wrote since. Look-ups are made once, whatever the number of rows."""
    desk = Desk(by, {})
    return lambda row: [_clashing(ledger, row, one, desk=desk, language=language) for one in row.clashes]


def _clashing(
    ledger: DeclaredLedger, row: StagedRow, clash: Mapping[str, Any], *, desk: Desk, language: str
) -> Clashing:
    sheet, cell = ledger.sheet(row.sheet), clash["cell"]
    field = next((field for field in ledger.layout.sheet(row.sheet).fields if field.key == cell), None)
    if cell == merging.WHOLE:
        gone = _("已删除") if clash["now"]["removed"] else _("已改名")
        words = {"base": str(_("有此记录")), "now": str(gone), "sheet": row.subject_label}
    else:
        words = {
            end: _together(sheet, clash[end], field=field, desk=desk, language=language)
            for end in ("base", "now", "sheet")
        }
        words["sheet"] = row.raw.get(cell, "") or words["sheet"]
    header = str(_("整行")) if cell == merging.WHOLE else field.header(language) if field else _verbose(sheet, cell)
    told = {end: word or "—" for end, word in words.items()}
    at = datetime.fromisoformat(clash["at"])
    return Clashing(cell, header, **told, is_both=clash["is_both"], decided=clash["decided"], by=clash["by"], at=at)


def _together(sheet: Sheet, attrs: Mapping[str, Any], *, field: Field | None, desk: Desk, language: str) -> str:
    """What a cell holds in all the attributes it is kept in."""
    found = []
    for attr, packed in attrs.items():
        if packed == ages.UNTOLD:
            return str(_("（原值不留痕）"))
        if attr in HIDDEN or (packed is False and len(attrs) > 1):
            continue
        if packed is not None and _is_number(sheet, attr):
            found.append(_named(sheet, attr, packed, desk=desk))
        else:
            own = field if _field_of(sheet, attr) == (field.key if field else "") else None
            found.append(_text(sheet, attr, packed, field=own, desk=desk, language=language))
    return "；".join(word for word in found if word)


def _named(sheet: Sheet, attr: str, pk: Any, *, desk: Desk) -> str:
    """Another record by what it is called."""
    other: Any = sheet.model._meta.get_field(attr).related_model
    if isinstance(pk, dict):
        return str(_("本表新增的一行"))
    return str(desk.once((other, pk), lambda: other._base_manager.filter(pk=pk).first() or pk))


def _differences(ledger: DeclaredLedger, row: StagedRow, *, desk: Desk, language: str) -> list[Difference]:
    if row.sheet not in {sheet.key for sheet in ledger.sheets}:
        return []
    sheet = ledger.sheet(row.sheet)
    fields = {field.key: field for field in ledger.layout.sheet(row.sheet).fields}
    columns: Sequence[Any] = sheet.columns
    found, ends = [], {column.high: column for column in columns if getattr(column, "high", "")}
    for attr, after in row.after.items():
        field = fields.get(_field_of(sheet, attr))
        if attr in HIDDEN or attr.startswith(MADE) or (field is None and _is_relation(sheet, attr)):
            continue
        if field is None and after is False and not row.before:
            continue  # a new record for which this was never in question
        band = ends.get(attr) or next((column for column in ends.values() if column.attr == attr), None)
        if band is not None:
            if attr != band.attr and band.attr in row.after:
                continue  # told with the lower end
            found.append(_band(band, row, field=fields[band.field], language=language))
            continue
        header = field.header(language) if field else _verbose(sheet, attr)
        if field is not None and _is_number(sheet, attr):
            found.append(Difference(header, "", row.raw.get(field.key, "") or "—"))
            continue
        found.append(
            Difference(
                header,
                _text(sheet, attr, row.before.get(attr), field=field, desk=desk, language=language),
                _text(sheet, attr, after, field=field, desk=desk, language=language) or "—",
            )
        )
    return found


def _band(column: Any, row: StagedRow, *, field: Field, language: str) -> Difference:
    """A band kept by its two ends, in one line: as it will be kept, or as the row writes it where one end stays."""
    ends = [packing.unpack(row.after[name]) for name in (column.attr, column.high) if name in row.after]
    is_whole = column.attr in row.after and (len(ends) == 2 or not row.before)
    said = row.raw.get(field.key, "")
    if is_whole and ends[0] is not None:
        low, high = Decimal(ends[0]), Decimal(ends[1]) if len(ends) == 2 and ends[1] is not None else None
        said = spans.words(Span(low, high), field=field, language=language)
    return Difference(field.header(language), "", said or "—")


def _field_of(sheet: Sheet, attr: str) -> str:
    if attr.startswith(EXTRA):
        return attr.removeprefix(EXTRA)
    plain = attr.rpartition(":")[2]
    return next((column.field for column in sheet.columns if column.attr == plain), "")


def _verbose(sheet: Sheet, attr: str) -> str:
    field = next((f for f in sheet.model._meta.concrete_fields if f.attname == attr), None)
    return str(field.verbose_name) if field is not None else attr


def _is_relation(sheet: Sheet, attr: str) -> bool:
    """Whether it is another record's number: which one it is stands in the row's name."""
    return any(field.attname == attr and field.is_relation for field in sheet.model._meta.concrete_fields)


def _is_number(sheet: Sheet, attr: str) -> bool:
    """Whether it is another record's number for which only the row's own cell has words."""
    has_words = any(column.attr == attr and isinstance(column, Named | District) for column in sheet.columns)
    return _is_relation(sheet, attr) and not has_words


def _text(sheet: Sheet, attr: str, packed: Any, *, field: Field | None, desk: Desk, language: str) -> str:
    """A packed value as the clerk would write it."""
    if packed in (None, "", [], {}):
        return ""
    column = next((column for column in sheet.columns if column.attr == attr), None)
    if isinstance(column, Named):
        known = [column.name_of(pk, desk=desk) or "" for pk in (packed if isinstance(packed, list) else [packed])]
        return "；".join(known)
    stored = packing.unpack(packed)
    if column is not None and not isinstance(column, Shown):
        stored = column.said(stored, desk=desk)
    return written(stored, field=field, language=language)


def written(value: Any, *, field: Field | None, language: str) -> str:
    """One typed value in words: the choice's label, the amount in the column's unit."""
    if isinstance(value, Blank):
        return {"withheld": str(values.WITHHELD.meaning), "not_applicable": "/"}.get(value.value, "")
    if isinstance(value, Span):
        return spans.words(value, field=field, language=language) if field is not None else str(value.low)
    if isinstance(value, Band):
        low, high = (values.plain(end, "wan", places=4) for end in value)
        return low if value.is_exact else f"{low}–{high}"
    if field is not None and field.kind is Kind.CHOICE:
        label = next((choice.label(language) for choice in field.choices if choice.code == value), None)
        return label or str(value)
    if field is not None and (field.kind is Kind.YI or field.unit == "元"):
        return _money(value, field)
    if field is not None and field.kind is Kind.REGION:
        return str(_("境外")) if str(value) == codes.ABROAD else places.names().get(str(value), str(value))
    if field is not None and field.key == "year":
        return str(value)
    if isinstance(value, list):
        return "；".join(map(str, value))
    if isinstance(value, bool):
        return values.plain(value, "boolean")
    return values.plain(value, values.kind_of(value), places=4) if not isinstance(value, str) else value


def _money(value: Decimal, field: Field) -> str:
    """An amount in the unit its column is headed by; 万元 is what a column of yuan is kept in."""
    return values.plain(value, "yi", places=4) if field.kind is Kind.YI else values.plain(value * 10_000, "wan")
