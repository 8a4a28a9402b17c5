"""A table taken away: refused above the limit, written into the trail before it leaves, and saying where it came
from."""

import datetime as dt
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from lianzhang.tables import TableSpec, csv, drawing, selection, spec, values
from lianzhang.trail import actions as trail


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A chart that goes with its table on paper: drawn by `template` from `drawn` in print, as `shapes` in Word."""

    template: str
    drawn: Mapping[str, Any]
    shapes: drawing.Drawing


Writer = Callable[
    [TableSpec, Sequence[Any], io.BytesIO, spec.ExportHeader, Sequence[spec.Column], Sequence[Figure]], Any
]


def file(
    table: TableSpec,
    rows: Sequence[Any],
    *,
    columns: Sequence[spec.Column],
    header: spec.ExportHeader,
    form: str,
    figures: Sequence[Figure] = (),
) -> HttpResponse:
    """`rows` as a download in `form`; the name says the table and the day. In Word the `figures` stand before them."""
    out = io.BytesIO()
    WRITERS[form](table, rows, out, header, columns, figures)
    made_at = header.made_at or timezone.now()
    response = HttpResponse(out.getvalue(), content_type=TYPES[form])
    name = f"{header.title}_{timezone.localtime(made_at):%Y%m%d}.{form}"
    response.headers["Content-Disposition"] = str(content_disposition_header(as_attachment=True, filename=name))
    return response


def refuse(request: HttpRequest, table: TableSpec, chosen: selection.Selection, *, limit: int) -> HttpResponse:
    reason = _("“{title}”超过 {limit} 行，一次不能导出。请先筛选，缩小范围后再导出。").format(
        title=table.title, limit=values.plain(limit, "integer")
    )
    return render(request, "422.html", {"reason": reason, "back_url": request.path + chosen.url()}, status=422)


def header(
    request: HttpRequest,
    table: TableSpec,
    chosen: selection.Selection,
    *,
    said: Mapping[str, Any],
    form: str,
    row_count: int,
) -> spec.ExportHeader:
    """What the export says about itself; the event's number is its export id."""
    person = request.user
    conditions = [text for _key, text in selection.words(table, chosen, person=person)]
    scope = "；".join([str(part) for part in (said.get("scope"),) if part] + conditions)
    detail = {
        "table": table.key,
        "format": form,
        "rows": row_count,
        "scope": scope,
        "columns": [column.key for column in chosen.columns],
    }
    event = trail.note(None, verb="table.exported", detail=detail, by=person)
    return spec.ExportHeader(
        title=said.get("title") or table.title,
        scope=scope,
        # A page that names no day shows what stands now.
        as_of=cast(dt.date | None, said.get("as_of")) or timezone.localdate(),
        who=who(person),
        is_illustrative=bool(said.get("illustrative")),
        made_at=timezone.now(),
        export_id=f"DC-{event.seq:06d}",
        signers=tuple(said.get("signers", ())),
    )


def who(person: Any) -> str:
    """The name an export carries: the person and the body acted for."""
    acting = getattr(person, "acting", None)
    return " ".join(str(part) for part in (acting.label if acting else "", person) if part)


def _write_csv(
    table: TableSpec,
    rows: Sequence[Any],
    out: io.BytesIO,
    header: spec.ExportHeader,
    columns: Sequence[spec.Column],
    _figures: Sequence[Figure],
) -> None:
    text = io.StringIO(newline="")
    csv.write(table, rows, out=text, header=header, columns=columns)
    out.write(text.getvalue().encode("utf-8"))


# The writers of Excel and Word are fetched by whoever exports: the server starts without them.
def _write_xlsx(
    table: TableSpec,
    rows: Sequence[Any],
    out: io.BytesIO,
    header: spec.ExportHeader,
    columns: Sequence[spec.Column],
    _figures: Sequence[Figure],
) -> None:
    from lianzhang.tables import xlsx

    xlsx.write(table, rows, out=out, header=header, columns=columns)


def _write_docx(
    table: TableSpec,
    rows: Sequence[Any],
    out: io.BytesIO,
    header: spec.ExportHeader,
    columns: Sequence[spec.Column],
    figures: Sequence[Figure],
) -> None:
    from lianzhang.tables import docx

    shapes = [figure.shapes for figure in figures]
    docx.write(table, rows, out=out, header=header, columns=columns, drawings=shapes)


WRITERS: dict[str, Writer] = {
    "xlsx": _write_xlsx,
    "docx": _write_docx,
    "csv": _write_csv,
}
OFFICE = "application/vnd.openxmlformats-officedocument"
TYPES = {
    "xlsx": f"{OFFICE}.spreadsheetml.sheet",
    "docx": f"{OFFICE}.wordprocessingml.document",
    "csv": "text/csv; charset=utf-8",
}
FORMS = frozenset(WRITERS) | {"print"}
DRAWN = frozenset({"docx", "print"})  # forms with room for a chart
