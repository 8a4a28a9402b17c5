"""A list page from a TableSpec: URL → rows → page, fragment, print or file. The same three lines in every view:

    def projects(request: HttpRequest) -> HttpResponse:
        found = queries.projects().visible_to(request.user)
        return listing.respond(request, tables.PROJECTS, found, context={"lead": _("…"), "as_of": day})

Two queries whatever the size: one for count and totals, one for the page. `build` gives the same table for use
inside another page (`{% include "parts/table.html" %}`), `plain` a short one without search and pages.

Context keys it understands: `lead` (first sentence, or a function that makes it of the Listing), `as_of` (date of
the data), `chart` and `chart_url` (drawn from the rows, shown by `chart_template` and again with them), `figures` (the
same for paper: makes a list of exports.Figure of all rows), `illustrative` (示例数据; rows that are marked say so
without it), `batch` (a sequence of batches.Action: buttons over the ticked rows), `scope` (what the page already
narrowed to, in words), `actions` (buttons).
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from lianzhang.tables import Column, Filter, TableSpec, about, html, paging, selection, spec, values
from lianzhang.web import access, batches, conditions, exports, navigation, totals, workbooks

Found = QuerySet[Any] | Sequence[Any]
REGION = "table"
# What an address of a list may say besides its conditions: the file, the rows ticked for it, the row opened.
FRAME = ("format", "row", "open")
MOST_TICKED = 1000
OF_ROWS = ("lead", "chart", "chart_url")  # of the context: may be a function of the Listing


@dataclass(frozen=True, kw_only=True)
class Listing:
    """One table as it stands on a page: what was asked, and what was found."""

    spec: TableSpec
    chosen: selection.Selection
    page: Page[Any]
    sums: Mapping[str, Any] = field(default_factory=dict)
    counted: Any = ()  # what the sums were made of
    is_invented: bool = False
    batch: Sequence[batches.Action] = ()
    is_tickable: bool = False
    person: Any = None
    path: str = ""
    is_plain: bool = False
    editable: Collection[Any] = ()  # the rows of the page this person may edit where they stand

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns shown."""
        return self.chosen.columns

    @cached_property
    def rows(self) -> SafeString:
        """The body."""
        found = self.page.object_list
        return html.rows(self.spec, self.columns, found, is_tickable=self.is_tickable, editable=self.editable)

    @cached_property
    def total(self) -> SafeString:
        """The totals over everything found."""
        return html.total_row(self.columns, dict(self.sums), is_tickable=self.is_tickable)

    @cached_property
    def groups(self) -> list[tuple[str, int]]:
        """The upper heading row."""
        return html.groups(self.columns)

    @cached_property
    def headings(self) -> list[html.Heading]:
        """The headings with what a click on each asks for: up, down, as declared."""
        return [self._heading(column) for column in self.columns]

    def _heading(self, column: Column) -> html.Heading:
        label, unit, css = str(column.label), str(column.shown_unit), html.cell_class(column)
        if not column.sort or self.is_plain:
            return html.Heading(column=column, label=label, unit=unit, css_class=css)
        order = self.chosen.order
        state = {column.key: "ascending", f"-{column.key}": "descending"}.get(order, "none")
        following = {"none": column.key, "ascending": f"-{column.key}", "descending": None}[state]
        return html.Heading(
            column=column,
            label=label,
            unit=unit,
            css_class=css,
            sorted_as=state,
            sort_url=self.chosen.url(order=following),
        )

    @cached_property
    def conditions(self) -> list[dict[str, str]]:
        """The conditions in words, each with the address without it."""
        said = selection.words(self.spec, self.chosen, person=self.person)
        return [{"text": text, "url": self.chosen.without(key)} for key, text in said]

    @property
    def heads(self) -> SafeString:
        """The heading cells."""
        return html.heads(self.headings, path=self.path)

    @property
    def column_boxes(self) -> SafeString:
        """A box for every column this person may see, ticked where it is shown."""
        shown, named = {column.key for column in self.columns}, self.spec.headings()
        boxes = self.spec.for_person(self.person)
        return html.column_boxes((column.key, named[column.key], column.key in shown) for column in boxes)

    @cached_property
    def fields(self) -> list[dict[str, Any]]:
        """The search form: one entry per filter that always shows."""
        return [self._field(condition) for condition in self.spec.filters if not condition.is_folded]

    @cached_property
    def folded(self) -> list[dict[str, Any]]:
        """The filters behind 更多条件."""
        return [self._field(condition) for condition in self.spec.filters if condition.is_folded]

    @property
    def folded_used_count(self) -> int:
        """How many folded filters are at work; what they say stands above the table, and no box lies over its rows."""
        return sum(field["value"] is not None for field in self.folded)

    def _field(self, condition: Filter) -> dict[str, Any]:
        value = self.chosen.filters.get(condition.key)
        return {"value": value, "drawn": conditions.field(condition, value, person=self.person)}

    @property
    def carried(self) -> list[tuple[str, str]]:
        """What the search form must hand on: order, columns, row height."""
        own = {selection.ORDER, selection.COLUMNS, selection.DENSITY}
        return [(name, value) for name, value in self.chosen.query if name in own]

    @property
    def kept_for_columns(self) -> list[tuple[str, str]]:
        """What the column chooser must hand on: everything but the columns."""
        return [(name, value) for name, value in self.chosen.query if name != selection.COLUMNS]

    @property
    def usual_columns_url(self) -> str:
        """The address with the columns as declared."""
        return self.chosen.url(columns=None)

    @property
    def densities(self) -> list[tuple[str, str, str, bool]]:
        """(code, word, address, whether chosen) of the two row heights."""
        is_compact, url = self.chosen.is_compact, self.chosen.url
        return [
            ("compact", _("紧凑"), url(density=None), is_compact),
            ("roomy", _("宽松"), url(density="roomy"), not is_compact),
        ]

    @property
    def views_url(self) -> str:
        """Where the saved views of this table are read, with what is asked now."""
        asked = {"table": self.spec.key, "path": self.path, "query": self.chosen.url().removeprefix("?")}
        return f"{navigation.address('look:views')}?{urlencode(asked)}"

    @property
    def figure(self) -> str:
        """The number of rows found."""
        return values.plain(self.page.paginator.count, "integer")

    @property
    def blank(self) -> dict[str, str]:
        """The words for an empty table; the next action only where nothing was searched for."""
        if self.chosen.is_narrowed or self.spec.blank is None:
            return {}
        said = self.spec.blank
        url = access.offered(said.url_name, self.person.reach) if self.person else ""
        return {"text": str(said.text), "action": str(said.action), "url": url}

    @property
    def pages(self) -> list[int | str]:
        """Page numbers with gaps."""
        return list(self.page.paginator.get_elided_page_range(self.page.number, on_each_side=2, on_ends=1))

    def page_url(self, number: int | str) -> str:
        """The address of page `number`."""
        return self.chosen.url(page=number)

    @property
    def previous_url(self) -> str:
        """The address of the page before, or empty."""
        return self.page_url(self.page.number - 1) if self.page.has_previous() else ""

    @property
    def next_url(self) -> str:
        """The address of the page after, or empty."""
        return self.page_url(self.page.number + 1) if self.page.has_next() else ""

    @property
    def page_links(self) -> list[tuple[str, str, bool]]:
        """(text, address, is current) for the pager; a gap has no address."""
        here = self.page.number
        return [(str(n), self.page_url(n) if isinstance(n, int) else "", n == here) for n in self.pages]

    @property
    def exports(self) -> list[tuple[str, str]]:
        """(name, address) of every form this table can be taken away in."""
        names = [("xlsx", "Excel"), ("csv", "CSV"), ("docx", "Word"), ("print", _("打印"))]
        again = workbooks.forms(self.spec, self.person)
        return [(name, self.chosen.url(format=key)) for key, name in (*names, *again)]

    @property
    def exports_of_ticked(self) -> list[tuple[str, str]]:
        """(name, address) of the files that the ticked rows alone can be taken away in."""
        return [(name, self.path + self.chosen.url(format=key)) for key, name in (("xlsx", "Excel"), ("csv", "CSV"))]

    @property
    def ledger_url(self) -> str:
        """Where these rows are handed in as a ledger; empty where that is not this person's."""
        return workbooks.url(self.spec, self.person)


def respond(
    request: HttpRequest,
    table: TableSpec,
    queryset: Found,
    *,
    counted: Found | None = None,
    template: str = "list.html",
    context: Mapping[str, Any] | None = None,
) -> HttpResponse:
    """The list page of `table` over `queryset` (already `visible_to` the person), or the file that `?format=` asks
    for. `counted` are the same rows asked for in a way that is cheaper to add up."""
    said = dict(context or {})
    form = request.GET.get("format", "")
    if form in exports.FORMS or form in dict(workbooks.forms(table, request.user)):
        return _take_away(request, table, queryset, form=form, said=said)
    boxes = {"batch": said.get("batch", ()), "is_tickable": table.is_ticked}
    listed = build(request, table, queryset, counted=counted, others=FRAME, **boxes)
    said |= {key: said[key](listed) for key in OF_ROWS if callable(said.get(key))}
    said |= {"table": listed, "spec": table, "illustrative": said.get("illustrative") or listed.is_invented}
    partial = request.headers.get("HX-Target") == REGION
    response = render(request, "parts/table.html" if partial else template, said)
    patch_vary_headers(response, ["HX-Target"])
    return response


def build(
    request: HttpRequest,
    table: TableSpec,
    found: Found,
    *,
    counted: Found | None = None,
    batch: Sequence[batches.Action] = (),
    is_tickable: bool = False,
    others: Collection[str] | None = None,
) -> Listing:
    """The table as the request's URL asks for it, one page of it read."""
    person = request.user
    chosen = selection.read(table, request.GET, person=person, others=others)
    narrowed = _narrow(table, found, chosen)
    counted = narrowed if counted is None else _narrow(table, counted, chosen)
    read = totals.of(table, chosen.columns, counted)
    page = _Counted(narrowed, table.page_size, count=read.count).get_page(chosen.page)
    page.object_list = paging.read(table, page.object_list, found, count=read.count)
    return Listing(
        spec=table,
        chosen=chosen,
        page=page,
        sums=read.sums,
        counted=counted,
        is_invented=read.invented_count > 0,
        batch=batch,
        is_tickable=is_tickable,
        person=person,
        path=request.path,
        editable=_editable(chosen.columns, page.object_list, person=person),
    )


def row(request: HttpRequest, table: TableSpec, found: Any) -> SafeString:
    """One row again, in the columns the list shows, after a cell of it was typed in."""
    columns = selection.read(table, request.GET, person=request.user).columns
    return html.rows(table, columns, [found], editable=_editable(columns, [found], person=request.user))


def _editable(columns: Sequence[Column], rows: Sequence[Any], *, person: Any) -> Collection[Any]:
    """Which of `rows` this person may edit, asked once for the page; nothing is asked where no column is edited."""
    if not rows or not any(column.edit for column in columns):
        return ()
    own, keys = type(rows[0])._default_manager.editable_by(person), [each.pk for each in rows]
    if not own.query.where:  # everything is theirs
        return frozenset(keys)
    return frozenset(own.filter(pk__in=keys).order_by().values_list("pk", flat=True))


def plain(request: HttpRequest, table: TableSpec, found: Iterable[Any]) -> Listing:
    """A short table for inside a page: all rows, default columns, no search, nothing read from the URL."""
    rows, person = list(found), request.user
    columns = tuple(column for column in table.for_person(person) if column.is_default)
    chosen = selection.Selection(columns=columns)
    return Listing(
        spec=table,
        chosen=chosen,
        page=_one_page(rows),
        sums=spec.totals(columns, rows),
        person=person,
        path=request.path,
        is_plain=True,
    )


class _Counted(Paginator[Any]):
    """A paginator that was told the count, since the totals were read in the same query."""

    def __init__(self, found: Any, per_page: int, *, count: int) -> None:
        super().__init__(found, per_page)
        self._count = count

    @property
    def count(self) -> int:
        return self._count


def _narrow(table: TableSpec, found: Found, chosen: selection.Selection) -> Found:
    if isinstance(found, QuerySet):
        return paging.narrow(table, found, chosen)
    return selection.narrow_rows(table, found, chosen)


def _take_away(
    request: HttpRequest, table: TableSpec, found: Found, *, form: str, said: Mapping[str, Any]
) -> HttpResponse:
    """Every row found, as a file or a print; refused above the limit."""
    chosen = selection.read(table, request.GET, person=request.user)
    ticked = request.GET.getlist("row")[:MOST_TICKED]
    narrowed = selection.ticked(table, _narrow(table, found, chosen), ticked)
    limit = int(settings.EXPORT_ROW_LIMIT)
    rows = list(narrowed[: limit + 1])
    if len(rows) > limit:
        return exports.refuse(request, table, chosen, limit=limit)
    ledger = workbooks.ledger_of(table, request.user) if form in workbooks.FORMS else None
    if ledger is not None:
        return workbooks.take_away(ledger, narrowed, form=form, by=access.person_of(request))
    said = {**said, "illustrative": said.get("illustrative") or any(map(table.is_invented, rows))}
    if ticked:
        scope = _("所选 {count} 行").format(count=len(rows))
        said["scope"] = "；".join(str(part) for part in (said.get("scope"), scope) if part)
    header = exports.header(request, table, chosen, said=said, form=form, row_count=len(rows))
    figures = said["figures"](rows) if "figures" in said and form in exports.DRAWN else ()
    if form != "print":
        return exports.file(table, rows, columns=chosen.columns, header=header, form=form, figures=figures)
    sums = spec.totals(chosen.columns, rows)
    listed = Listing(spec=table, chosen=chosen, page=_one_page(rows), sums=sums, person=request.user)
    about_lines = about.lines(table, header, row_count=len(rows), sums={}, columns=chosen.columns)[1:]
    context = {
        "table": listed,
        "figures": figures,
        "header": header,
        "about": about_lines,
        "paper": table.sheet_paper(chosen.columns),
        "illustrative": header.is_illustrative,
        "back_url": request.path + chosen.url(),
    }
    return render(request, "print.html", context)


def _one_page(rows: Sequence[Any]) -> Page[Any]:
    return Paginator(rows, max(len(rows), 1)).get_page(1)
