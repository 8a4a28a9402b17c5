"""A cell typed in where it stands in its list: one field, one action, the row again as it now stands.

200 is the row after the change; 409 the row as another editor left it, nothing written; 422 why not, in words.
"""

from collections.abc import Callable, Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse

from lianzhang.accounts.actions import Refused
from lianzhang.records.models import Stale, Versioned
from lianzhang.tables import Column, TableSpec
from lianzhang.web import conflict, listing


def respond(
    request: HttpRequest,
    record: Versioned,
    *,
    among: Iterable[TableSpec],
    write: Callable[[dict[str, Any], int], object],
    reread: Callable[[], Any],
) -> HttpResponse:
    """Take the cell the form names, of one of the tables `among`; `write` gets the change and the version it was made
    on, `reread` reads the record again as its list does."""
    table, column = _asked(request, among)
    status = 200
    try:
        value = _clean(record, column, request.POST.get("value", ""))
        write({column.key: value}, conflict.version_of(request, record))
    except ValidationError as wrong:
        return _why("；".join(wrong.messages))
    except Refused as refused:
        return _why(str(refused.reason))
    except Stale:
        status = 409
    return HttpResponse(listing.row(request, table, reread()), status=status)


def _asked(request: HttpRequest, among: Iterable[TableSpec]) -> tuple[TableSpec, Column]:
    said = (request.POST.get("table"), request.POST.get("field"))
    for table in among:
        for column in table.for_person(request.user):
            if column.edit is not None and said == (table.key, column.key):
                return table, column
    raise Http404


def _clean(record: Versioned, column: Column, typed: str) -> Any:
    field: Any = record._meta.get_field(column.key)
    return field.formfield().clean(typed)


def _why(reason: str) -> HttpResponse:
    return HttpResponse(reason, status=422, content_type="text/plain; charset=utf-8")
