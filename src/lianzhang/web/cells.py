"""A cell typed in where it stands in its list: one field, one action, the row again as it now stands.

Asked with GET it gives what a cell of choices is filled with; the list stays with the server until somebody opens it.
Posted to: 200 is the row after the change; 409 the row as another editor left it, nothing written; 422 why not, in
words.
"""

import unicodedata
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse

from lianzhang.accounts.actions import Refused
from lianzhang.records.models import Stale, Versioned
from lianzhang.tables import Column, Edit, TableSpec
from lianzhang.web import conflict, listing

METHODS = ["GET", "POST"]


def respond(
    request: HttpRequest,
    record: Versioned,
    *,
    among: Iterable[TableSpec],
    fields: Mapping[str, Any],
    write: Callable[[dict[str, Any], int], object],
    reread: Callable[[], Any],
    take_back: Callable[[int], object] | None = None,
    lock: Versioned | None = None,
) -> HttpResponse:
    """Take the cell the form names, of one of the tables `among`. `fields` are those of the record's own form, which
    check what was typed as that form does (the model's own where it has none); `write` gets the change and the version
    it was made on, `take_back` the version a report was left at, `reread` reads the record again as its list does.
    `lock` is the record whose version it is, where that is not the row's own."""
    table, column, edit = _asked(request, among)
    name = edit.field or column.key
    field = fields[name] if name in fields else _own(record, name)
    if request.method != "POST":
        shown = field.prepare_value(getattr(record, name))
        return HttpResponse(
            field.widget.render("value", shown, {"id": "cell-value", **field.widget_attrs(field.widget)})
        )
    status = 200
    try:
        version = conflict.version_of(request, lock or record)
        if edit.is_report and take_back is not None and request.POST.get("undo"):
            take_back(version)
        else:
            write({name: field.clean(_said(request, edit))}, version)
    except ValidationError as wrong:
        return _why("；".join(wrong.messages))
    except Refused as refused:
        return _why(str(refused.reason))
    except Stale:
        status = 409
    return HttpResponse(listing.row(request, table, reread()), status=status)


def _asked(request: HttpRequest, among: Iterable[TableSpec]) -> tuple[TableSpec, Column, Edit]:
    asked = request.POST if request.method == "POST" else request.GET
    said = (asked.get("table"), asked.get("field"))
    for table in among:
        for column in table.for_person(request.user):
            if column.edit is not None and said == (table.key, column.key):
                return table, column, column.edit
    raise Http404


def _own(record: Versioned, name: str) -> Any:
    field: Any = record._meta.get_field(name)
    return field.formfield()


def _said(request: HttpRequest, edit: Edit) -> str:
    """What was typed; a figure may come as it stands in a paper: 1,200 or １２００."""
    typed = request.POST.get("value", "")
    return unicodedata.normalize("NFKC", typed).replace(",", "") if edit.kind == "number" else typed


def _why(reason: str) -> HttpResponse:
    return HttpResponse(reason, status=422, content_type="text/plain; charset=utf-8")
