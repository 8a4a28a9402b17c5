"""A REST resource from a TableSpec: list with filters, order and pages; one record by its code; the same columns."""

import types
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from django.core.paginator import Paginator
from django.http import HttpRequest
from django.utils import translation
from django.utils.translation import gettext as _
from ninja import Query, Router, Schema
from pydantic import Field, create_model

from lianzhang.api import problems, security
from lianzhang.tables import TableSpec, paging, records, selection, spec

PAGE_SIZE = 100
TYPES: dict[str, Any] = {
    "integer": int,
    "boolean": bool,
    "date": date,
    "datetime": datetime,
    "list": list[str],
}
PROBLEMS = dict.fromkeys((400, 401, 404, 422), problems.Problem)
UNSAFE_PROBLEMS = {**PROBLEMS, 403: problems.Problem, 409: problems.Problem}


@dataclass(frozen=True, kw_only=True)
class Resource:
    """What `/api/v1/<key>` serves. `rows(person)`: what the person may see, with what the columns need loaded."""

    key: str
    table: TableSpec
    rows: Callable[[Any], Any]
    lookup: str = "code"
    more: Callable[[Any, Any], dict[str, Any]] | None = None  # what one record says beyond its columns
    more_schema: type[Schema] = Schema


def router(resource: Resource) -> Router:
    """List and detail of a resource."""
    made = Router(tags=[resource.key])
    record = record_schema(resource.table)
    listed = {200: page_schema(resource.table, record), **PROBLEMS}
    # A record without blanks says nothing of blanks: what is not set is left out, under the name programs know.
    made.get("", response=listed, by_alias=True, exclude_unset=True, **_named(resource, "list"))(_list(resource))
    one = create_model(f"{_camel(resource.table.key)}Detail", __base__=(record, resource.more_schema))
    detailed: Any = {200: one, **PROBLEMS}
    made.get("/{code}", response=detailed, by_alias=True, exclude_unset=True, **_named(resource, "get"))(
        _detail(resource)
    )
    return made


def shown(resource: Resource, row: Any) -> dict[str, Any]:
    """One row as the resource's record."""
    return records.record(resource.table.columns, row)


def found(resource: Resource, person: Any, code: str) -> Any:
    """The row with this code within the person's reach; raises Http404."""
    lookup: Any = code
    if resource.lookup == "pk":
        lookup = int(code) if code.isascii() and code.isdigit() and len(code) < 19 else 0
    return resource.rows(person).get_or_404(**{resource.lookup: lookup})


def record_schema(table: TableSpec) -> type[Schema]:
    """The OpenAPI schema of one record: every value may be null, `_blanks` says why."""
    with translation.override("en"):
        fields: dict[str, Any] = {
            column.key: (_type(column) | None, Field(None, description=str(column.label))) for column in table.columns
        }
    fields["blanks"] = (dict[str, str] | None, Field(None, alias="_blanks"))
    return create_model(_camel(table.key), __base__=Schema, **fields)


def page_schema(table: TableSpec, record: type[Schema]) -> type[Schema]:
    """One page of records and how many there are."""
    items: Any = types.GenericAlias(list, (record,))
    fields: dict[str, Any] = {"items": (items, ...), "count": (int, ...), "page": (int, ...), "pages": (int, ...)}
    return create_model(f"{_camel(table.key)}Page", __base__=Schema, **fields)


def asked_schema(table: TableSpec) -> type[Schema]:
    """The query parameters of a list: search, order, page and the table's filters."""
    fields: dict[str, Any] = {
        "page": (int, Field(1, ge=1, le=1_000_000)),
        "order": (_one_of(order for c in table.columns if c.sort for order in (c.key, f"-{c.key}")) | None, None),
    }
    if table.search:
        fields["q"] = (str | None, Field(None, max_length=selection.LONGEST_TEXT))
    for condition in table.filters:
        said, limits = _asked(condition)
        for name in names_of(condition):
            fields[name] = (said | None, Field(None, description=str(condition.label), **limits))
    return create_model(f"{_camel(table.key)}Asked", __base__=Schema, **fields)


def _asked(condition: spec.Filter) -> tuple[Any, dict[str, Any]]:
    """The type of one filter's values and its limits, as narrow as what is accepted."""
    if condition.kind == "date_range":
        return date, {}
    if condition.kind == "number_range":
        return str, {"pattern": r"^-?[0-9]{1,14}(\.[0-9]{1,4})?$"}
    if condition.kind == "boolean":
        return Literal["0", "1"], {}
    if condition.kind == "choice" and not callable(condition.choices):
        return _one_of(str(code) for code, _label in condition.choices), {}
    return str, {"max_length": 200}


def _one_of(words: Iterable[str]) -> Any:
    return Literal[tuple(words)]


def names_of(condition: spec.Filter) -> tuple[str, ...]:
    """The parameters one filter reads."""
    if condition.kind in {"date_range", "number_range"}:
        return condition.key + selection.FROM, condition.key + selection.TO
    return (condition.key,)


def _list(resource: Resource) -> Callable[..., Any]:
    table = resource.table
    asked_type = asked_schema(table)
    known = set(asked_type.model_fields)

    def listed(request: HttpRequest, asked: Any) -> dict[str, Any]:
        person = security.person_of(request)
        unknown = sorted(set(request.GET) - known)
        if unknown:
            raise problems.BadRequest(_("没有这些参数。"), errors=[(name, _("不认识")) for name in unknown])
        # Of two values for one parameter the last would win unsaid: the answer would be to another question.
        twice = sorted(name for name, said in request.GET.lists() if len(said) > 1)
        if twice:
            raise problems.BadRequest(_("参数只能写一次。"), errors=[(name, _("写了多次")) for name in twice])
        chosen = selection.read(table, request.GET, person=person)
        if chosen.notices:
            raise problems.BadRequest("".join(chosen.notices))
        found = resource.rows(person)
        pages = Paginator(paging.narrow(table, found, chosen), PAGE_SIZE)
        page = pages.page(asked.page).object_list if asked.page <= pages.num_pages else []
        items = records.records(table, paging.read(table, page, found, count=pages.count))
        return {"items": items, "count": pages.count, "page": asked.page, "pages": pages.num_pages}

    from_query: Any = Query  # a schema made at run time is no type to the checker
    listed.__annotations__["asked"] = from_query[asked_type]
    return listed


def _detail(resource: Resource) -> Callable[..., Any]:
    def detail(request: HttpRequest, code: str) -> dict[str, Any]:
        person = security.person_of(request)
        row = found(resource, person, code)
        extra = resource.more(row, person) if resource.more else {}
        return {**shown(resource, row), **extra}

    return detail


def _named(resource: Resource, verb: str) -> dict[str, Any]:
    operation = f"{verb}_{resource.key.replace('-', '_')}"
    with translation.override("en"):
        summary = f"{resource.table.title} ({verb})"
    return {"operation_id": operation, "url_name": operation, "summary": summary}


def _type(column: spec.Column) -> Any:
    return TYPES.get(column.kind, str)


def _camel(key: str) -> str:
    return "".join(part.capitalize() for part in key.replace("-", "_").split("_"))
