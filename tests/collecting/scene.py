"""A form that went out to two districts, and workbooks handed in as the background job reads them."""

import datetime as dt
import io
from decimal import Decimal
from typing import Any

import openpyxl
from django.core.files.base import ContentFile

from lianzhang.accounts.models import Person
from lianzhang.collecting import actions, columns, jobs
from lianzhang.collecting.models import Collection, Submission
from lianzhang.jobs.progress import Progress
from tests.cast import Cast

NOON = dt.datetime(2026, 11, 23, 4, tzinfo=dt.UTC)
DUE = NOON + dt.timedelta(days=2)
FORM = columns.numbered(
    [
        {"label": "园区名称", "is_required": True},
        {"label": "停产企业", "kind": "integer", "unit": "家", "is_total": True},
        {"label": "损失", "kind": "wan", "is_total": True, "is_required": True},
        {"label": "恢复", "kind": "choice", "choices": ("已恢复", "部分恢复")},
        {"label": "预计恢复日期", "kind": "date"},
    ]
)


def opened(cast: Cast, *, previous: Collection | None = None, **said: Any) -> Collection:
    """台风受灾情况: asked at noon of both districts."""
    given: dict[str, Any] = {
        "title": "受灾情况",
        "request": "今日必报",
        "has_many_rows": True,
        "by": cast.secretary,
        **said,
    }
    bodies, form = given.pop("bodies", [cast.east, cast.west]), given.pop("form", FORM)
    return actions.open_form(form=form, bodies=bodies, due_at=DUE, previous=previous, now=NOON, **given)


def answer(collection: Collection, cast: Cast, body: str = "east") -> Submission:
    """What a body owes, read afresh."""
    related = ("collection", "collection__previous", "collection__closed_by", "body")
    return Submission.objects.select_related(*related).get(collection=collection, body=cast.bodies[body])


def row(name: str, firms: int, loss: str) -> dict[str, Any]:
    """One row as it is kept."""
    return {"c1": name, "c2": firms, "c3": {"decimal": loss}}


def sent(collection: Collection, cast: Cast, body: str, rows: list[dict[str, Any]], **said: Any) -> Submission:
    """Written and handed in by the body's own liaison."""
    by = cast.people[f"district_{body}"]
    actions.save(answer(collection, cast, body), rows=rows, version=None, by=by)
    return actions.submit(answer(collection, cast, body), now=said.pop("now", NOON), by=by, **said)


def hand_in(submission: Submission, content: bytes, *, by: Person) -> Submission:
    """Upload a workbook and read it as the background job does."""
    job = actions.receive(
        submission, upload=ContentFile(content, name="表.xlsx"), kind="collecting.read", url="/", by=by
    )
    jobs.read(Progress(job.pk, by), **job.arguments)
    return Submission.objects.select_related("collection", "body").get(pk=submission.pk)


def edited(content: bytes, cells: dict[str, Any]) -> bytes:
    """The workbook with some cells of its first sheet typed over."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    for place, value in cells.items():
        book.worksheets[0][place] = value
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def loss(wan: str) -> Decimal:
    return Decimal(wan)
