"""What of a table is asked for: search, filters, order, columns, page; read from the URL and written back to it.

A bad value in an address (old link, typing) never breaks the page: it is left out, and `notices` says so in words.
"""

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from lianzhang.tables import spec, values

SEARCH, ORDER, COLUMNS, PAGE, DENSITY = "q", "order", "columns", "page", "density"
LONGEST_TEXT = 100
# A search of many words is an OR of lookups for each word; more than eight says nothing and costs a table scan each.
MOST_WORDS = 8
FROM, TO = "_from", "_to"
NUMBERED = frozenset({"pk", "position", "seq"})
Params = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Selection:
    """One state of a list; the same URL gives the same Selection for the same person."""

    columns: tuple[spec.Column, ...]
    search: str = ""
    filters: Mapping[str, Any] = field(default_factory=dict)
    order: str = ""
    page: int = 1
    is_compact: bool = True
    notices: tuple[str, ...] = ()
    query: tuple[tuple[str, str], ...] = ()

    @property
    def is_narrowed(self) -> bool:
        """Whether anything was searched or filtered."""
        return bool(self.search or self.filters)

    def url(self, **changes: str | int | None) -> str:
        """The query string with `changes` made (None removes); without a page unless one is given."""
        kept = [(key, value) for key, value in self.query if key not in changes and key != PAGE]
        kept += [(key, str(value)) for key, value in changes.items() if value is not None and value != ""]
        return "?" + urlencode(kept)

    def without(self, key: str) -> str:
        """The query string with the filter `key` (or the search) taken off."""
        gone = {key, key + FROM, key + TO, PAGE}
        return "?" + urlencode([(name, value) for name, value in self.query if name not in gone])


def read(
    table: spec.TableSpec, params: Any, *, person: spec.Viewer, others: Collection[str] | None = None
) -> Selection:
    """The selection that `params` (a QueryDict) asks of `table`, as far as this person may ask it. `others` are the
    names the page itself reads; where they are told, any further name is said to be ignored: of a mistyped condition
    the whole list would be taken for the answer."""
    notices: list[str] = []
    seen = table.for_person(person)
    filters: dict[str, Any] = {}
    for condition in table.filters:
        value = _condition(condition, params, person=person, notices=notices)
        if value is not None:
            filters[condition.key] = value
    kept = {SEARCH, ORDER, COLUMNS, DENSITY}
    kept |= {name for f in table.filters for name in (f.key, f.key + FROM, f.key + TO)}
    unknown = [] if others is None else [name for name in params if name not in {*kept, PAGE, *others}]
    if unknown:
        notices.append(_("没有这些条件，已忽略：{names}").format(names=_("、").join(name[:30] for name in unknown[:5])))
    return Selection(
        columns=_columns(seen, params, notices=notices),
        search=clean(params.get(SEARCH, "")) if table.search else "",
        filters=filters,
        order=_order(seen, params, notices=notices),
        page=_page(params, notices=notices),
        is_compact=params.get(DENSITY) != "roomy",
        notices=tuple(notices),
        query=tuple((key, text) for key in params if key in kept for text in params.getlist(key) if text),
    )


def clean(text: object) -> str:
    """What a person typed, without the NUL that PostgreSQL refuses in any text."""
    return str(text).replace("\x00", "").strip()[:LONGEST_TEXT]


def narrow(table: spec.TableSpec, queryset: QuerySet[Any], chosen: Selection) -> QuerySet[Any]:
    """`queryset` searched, filtered and ordered as chosen; every order ends in the primary key, so that pages
    never overlap."""
    for word in chosen.search.split()[:MOST_WORDS]:
        matching = Q()
        for lookup in table.search:
            matching |= Q(
                **{lookup if "__icontains" in lookup or "__iexact" in lookup else f"{lookup}__icontains": word}
            )
        queryset = queryset.filter(matching)
    for condition in table.filters:
        if condition.key in chosen.filters:
            queryset = _apply(condition, queryset, chosen.filters[condition.key])
    return _ordered(table, queryset, chosen)


def words(table: spec.TableSpec, chosen: Selection, *, person: spec.Viewer) -> list[tuple[str, str]]:
    """The conditions in words, as (key, 阶段：在建), for the chips over the table and the scope of an export."""
    said = [(SEARCH, _("搜索：{text}").format(text=chosen.search))] if chosen.search else []
    for condition in table.filters:
        if condition.key in chosen.filters:
            text = _said(condition, chosen.filters[condition.key], person=person)
            said.append((condition.key, f"{condition.label}：{text}"))
    return said


def _said(condition: spec.Filter, value: Any, *, person: spec.Viewer) -> str:
    if condition.kind in {"choice", "multi"}:
        labels = dict(condition.options(person))
        return _("、").join(labels.get(code, code) for code in ([value] if isinstance(value, str) else value))
    if condition.kind == "boolean":
        return str(values.YES if value else values.NO)
    if isinstance(value, tuple):
        kind: values.Kind = "date" if condition.kind == "date_range" else "decimal"
        low, high = (values.plain(end, kind) if end is not None else "" for end in value)
        return f"{low}–{high}" if low and high else f"≥ {low}" if low else f"≤ {high}"
    return str(value)


def _apply(condition: spec.Filter, queryset: QuerySet[Any], value: Any) -> QuerySet[Any]:
    if condition.apply is not None:
        narrowed: QuerySet[Any] = condition.apply(queryset, value)
        return narrowed
    path = condition.path or condition.key
    if condition.kind == "multi":
        return queryset.filter(**{f"{path}__in": value})
    if condition.kind == "text":
        return queryset.filter(**{f"{path}__icontains": value})
    if condition.kind in {"date_range", "number_range"}:
        low, high = value
        limits = {f"{path}__gte": low, f"{path}__lte": high}
        return queryset.filter(**{lookup: end for lookup, end in limits.items() if end is not None})
    return queryset.filter(**{path: value})


def _ordered(table: spec.TableSpec, queryset: QuerySet[Any], chosen: Selection) -> QuerySet[Any]:
    by = {column.key: column.sort for column in table.columns if column.sort}
    descending, key = chosen.order.startswith("-"), chosen.order.removeprefix("-")
    if key not in by:
        return queryset.order_by(*table.default_order, "pk") if table.default_order else queryset
    path = str(by[key])
    opposite = path.removeprefix("-") if path.startswith("-") else f"-{path}"
    return queryset.order_by(opposite if descending else path, "pk")


def _columns(seen: Sequence[spec.Column], params: Params, *, notices: list[str]) -> tuple[spec.Column, ...]:
    usual = tuple(column for column in seen if column.is_default) or tuple(seen[:1])
    asked = [key for key in str(params.get(COLUMNS, "")).split(",") if key]
    if not asked:
        return usual
    by_key = {column.key: column for column in seen}
    unknown = [key for key in asked if key not in by_key]
    if unknown:
        notices.append(_("没有这些列，已忽略：{names}").format(names=_("、").join(key[:30] for key in unknown[:5])))
    # Declared order, not the order asked: the first column is the heading of the row and groups stay together.
    return tuple(column for column in seen if column.key in asked) or usual


def _order(seen: Sequence[spec.Column], params: Params, *, notices: list[str]) -> str:
    asked = str(params.get(ORDER, ""))
    if not asked:
        return ""
    if any(column.key == asked.removeprefix("-") and column.sort for column in seen):
        return asked
    notices.append(_("不能按“{name}”排序，已忽略。").format(name=asked[:30]))
    return ""


def _page(params: Params, *, notices: list[str]) -> int:
    asked = str(params.get(PAGE, "1"))
    if asked.isascii() and asked.isdigit() and int(asked[:9]) > 0:
        return int(asked[:9])
    notices.append(_("页码“{text}”无效，已显示第 1 页。").format(text=asked[:10]))
    return 1


def _condition(condition: spec.Filter, params: Any, *, person: spec.Viewer, notices: list[str]) -> Any:
    """The value asked of one filter, or None when nothing (valid) was asked."""

    def ignored(text: str) -> None:
        notices.append(_("“{label}”没有“{text}”这个取值，已忽略。").format(label=condition.label, text=text[:30]))

    if condition.kind == "multi":
        return _several(condition, params, person=person, ignored=ignored)
    if condition.kind == "date_range":
        return _range(condition, params, parse=dt.date.fromisoformat, ignored=ignored)
    if condition.kind == "number_range":
        return _range(condition, params, parse=_number, ignored=ignored)
    asked = clean(params.get(condition.key, ""))
    if not asked:
        return None
    if condition.kind == "text":
        return asked
    known = (
        {"1": True, "0": False} if condition.kind == "boolean" else {c: c for c, _label in condition.options(person)}
    )
    if asked not in known:
        ignored(asked)
    return known.get(asked)


def _several(
    condition: spec.Filter, params: Any, *, person: spec.Viewer, ignored: Callable[[str], None]
) -> tuple[str, ...] | None:
    asked = [text for text in params.getlist(condition.key) if text]
    if not asked:
        return None
    known = {code for code, _label in condition.options(person)}
    for text in asked:
        if text not in known:
            ignored(text)
    return tuple(text for text in asked if text in known) or None


def _range(
    condition: spec.Filter, params: Params, *, parse: Callable[[str], Any], ignored: Callable[[str], None]
) -> tuple[Any, Any] | None:
    ends: list[Any] = []
    for ending in (FROM, TO):
        asked = str(params.get(condition.key + ending, "")).strip()
        try:
            ends.append(parse(asked) if asked else None)
        except ValueError:
            ignored(asked)
            ends.append(None)
    return (ends[0], ends[1]) if any(end is not None for end in ends) else None


def _number(text: str) -> Decimal:
    try:
        number = Decimal(text.replace(",", ""))
    except InvalidOperation as wrong:
        raise ValueError(text) from wrong
    if not number.is_finite() or abs(number) >= Decimal(10) ** 15:
        raise ValueError(text)
    return number


def ticked(table: spec.TableSpec, found: Any, keys: Sequence[str]) -> Any:
    """The rows among `found` that were ticked; all of them where none was."""
    if not keys:
        return found
    if not isinstance(found, QuerySet) or not isinstance(table.row_id, str):
        return [row for row in found if str(table.identity(row)) in keys]
    # A number that is none would be refused by the database, not just match nothing.
    known = [key for key in keys if key.isdecimal() and len(key) < 19] if table.row_id in NUMBERED else list(keys)
    return found.filter(**{f"{table.row_id}__in": known})


def narrow_rows(table: spec.TableSpec, rows: Sequence[Any], chosen: Selection) -> list[Any]:
    """The same for rows that were composed in Python: search looks in every shown text, blanks sort last.

    A filter needs its own `apply(rows, value)`, or compares the row's attribute `path` (default: `key`).
    """
    found = list(rows)
    for word in chosen.search.casefold().split()[:MOST_WORDS]:
        found = [row for row in found if any(word in text for text in _texts(table.columns, row))]
    for condition in table.filters:
        if condition.key in chosen.filters:
            value = chosen.filters[condition.key]
            found = list(condition.apply(found, value)) if condition.apply else _kept(condition, found, value)
    key = chosen.order.removeprefix("-")
    column = next((c for c in table.columns if c.key == key and c.sort), None)
    if column is None:
        return found
    empty = [row for row in found if values.blank_of(column.value(row)) is not None]
    filled = [row for row in found if values.blank_of(column.value(row)) is None]
    return sorted(filled, key=column.value, reverse=chosen.order.startswith("-")) + empty


def _texts(columns: Sequence[spec.Column], row: Any) -> list[str]:
    return [values.plain(column.value(row), column.kind).casefold() for column in columns]


def _kept(condition: spec.Filter, rows: list[Any], value: Any) -> list[Any]:
    name = condition.path or condition.key
    if condition.kind == "multi":
        return [row for row in rows if str(getattr(row, name)) in value]
    if condition.kind in {"date_range", "number_range"}:
        low, high = value
        held = [(row, getattr(row, name)) for row in rows]
        return [r for r, v in held if v is not None and (low is None or v >= low) and (high is None or v <= high)]
    if condition.kind == "text":
        return [row for row in rows if value.casefold() in str(getattr(row, name)).casefold()]
    if condition.kind == "boolean":
        return [row for row in rows if bool(getattr(row, name)) is value]
    return [row for row in rows if str(getattr(row, name)) == value]
