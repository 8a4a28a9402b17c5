"""A district's month over REST: what is asked of it, its rows as a draft, its workbook, handing in, taking back."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import File, Router, Schema
from ninja.files import UploadedFile
from pydantic import Field

from lianzhang.accounts.models import Person
from lianzhang.api import once, problems, resources, security
from lianzhang.collecting import actions as collecting
from lianzhang.collecting import queries as collecting_queries
from lianzhang.collecting import tables as collecting_tables
from lianzhang.collecting.models import Collection, Submission
from lianzhang.intake import tables as intake_tables
from lianzhang.jobs.models import Job
from lianzhang.projects.models import Project
from lianzhang.projects.monthly import actions, doubts, queries
from lianzhang.projects.monthly.actions import SAID, Said
from lianzhang.projects.monthly.queries import Row

MOST_ROWS = 500
BLOCKAGES = "|".join(Project.Blockage.values)


class Doubt(Schema):
    """Why a figure is doubtful."""

    code: str
    message: str


class RowState(Schema):
    """One project of the district: how its row stands, and what it lacks. `version` is the one to send next."""

    project: str
    name: str
    state: str
    version: int | None
    missing: list[str]
    doubts: list[Doubt]


class Complaint(Schema):
    """One fault of the last workbook."""

    cell: str
    level: str
    message: str


class Workbook(Schema):
    """What became of the last workbook; `state` is that of the job that reads it."""

    name: str
    state: str
    row_count: int | None = None
    error_count: int | None = None
    complaints: list[Complaint] = []
    failure: str = ""


class Answer(Schema):
    """What one district owes a month, and how far it is."""

    month: str
    district: str
    state: str
    due_at: datetime
    first_submitted_at: datetime | None
    is_late: bool
    return_reason: str
    note: str


class AnswerDetail(Answer):
    """The same with its rows and its last workbook."""

    rows: list[RowState]
    workbook: Workbook | None = None


class Answers(Schema):
    """The answers of a month within the sender's reach."""

    items: list[Answer]
    count: int


class MonthRow(Schema):
    """What a district says of one project. What is left out stays; null empties. Amounts in 万元."""

    project: str = Field(max_length=24)
    version: int | None = Field(None, description="of the row that the sender read")
    done_month_wan: Decimal | None = Field(None, max_digits=16, decimal_places=4)
    done_year_wan: Decimal | None = Field(None, max_digits=16, decimal_places=4)
    arrived_wan: Decimal | None = Field(None, max_digits=16, decimal_places=4)
    progress: str | None = Field(None, max_length=2000)
    next_milestone: str | None = Field(None, max_length=120)
    next_due_on: date | None = None
    blockage_kind: str | None = Field(None, pattern=f"^({BLOCKAGES})?$", description=BLOCKAGES)
    blockage: str | None = Field(None, max_length=300)
    explanation: str | None = Field(None, max_length=300)


class MonthRows(Schema):
    """Rows to keep as a draft."""

    rows: list[MonthRow] = Field(max_length=MOST_ROWS)
    note: str | None = Field(None, max_length=300)


class HandIn(Schema):
    """Handing in."""

    note: str = Field("", max_length=300)


def add_answers(router: Router) -> None:
    """Reading and writing of the answers of a month."""

    @router.get("/{code}/answers", response={200: Answers, **resources.PROBLEMS})
    def list_answers(request: HttpRequest, code: str) -> dict[str, Any]:
        """What each district owes this month."""
        found = list(_answers(security.person_of(request), code))
        return {"items": [_head(one) for one in found], "count": len(found)}

    @router.get("/{code}/answers/{district}", response={200: AnswerDetail, **resources.PROBLEMS})
    def get_answer(request: HttpRequest, code: str, district: str) -> dict[str, Any]:
        """One district: its projects, what each row lacks, what became of the last workbook."""
        person = security.person_of(request)
        return _detail(_answer(person, code, district), person)

    answered: Any = {200: AnswerDetail, **resources.UNSAFE_PROBLEMS}

    @router.post("/{code}/answers/{district}/rows", response=answered)
    def save_rows(request: HttpRequest, code: str, district: str, sent: MonthRows) -> dict[str, Any]:
        """Keep rows as a draft."""

        def save(answer: Submission, by: Person) -> None:
            actions.save(answer, said=_said(answer, sent.rows), note=sent.note, by=by)

        return _do(request, code, district, save)

    @router.post("/{code}/answers/{district}/workbook", response=answered)
    def hand_in_workbook(request: HttpRequest, code: str, district: str, file: File[UploadedFile]) -> dict[str, Any]:
        """Take in the month's workbook; it is read in the background, and the answer says what became of it."""

        def receive(answer: Submission, by: Person) -> None:
            url = collecting_tables.answer_page(answer)
            collecting.receive(answer, upload=file, kind="projects.read_month", url=url, by=by)

        return _do(request, code, district, receive)

    @router.post("/{code}/answers/{district}/submit", response=answered)
    def submit_month(request: HttpRequest, code: str, district: str, sent: HandIn) -> dict[str, Any]:
        """报送: every project answered, every doubt explained."""
        return _do(
            request, code, district, lambda one, by: actions.submit(one, note=sent.note, now=timezone.now(), by=by)
        )

    @router.post("/{code}/answers/{district}/recall", response=answered)
    def recall_month(request: HttpRequest, code: str, district: str) -> dict[str, Any]:
        """撤回: rows nobody has checked yet."""
        return _do(request, code, district, lambda one, by: actions.recall(one, by=by))


def _do(request: HttpRequest, code: str, district: str, move: Any) -> dict[str, Any]:
    person = security.person_of(request)

    def work() -> dict[str, Any]:
        move(_answer(person, code, district), person)
        told = AnswerDetail.model_validate(_detail(_answer(person, code, district), person))
        return told.model_dump(mode="json")

    return once.once(request, work)


def _answers(person: Person, code: str) -> Any:
    found = Submission.objects.visible_to(person).filter(collection__code=code, collection__kind=Collection.Kind.MONTH)
    return found.select_related("collection__closed_by", "body").order_by("body__name_zh")


def _answer(person: Person, code: str, district: str) -> Submission:
    found: Submission = _answers(person, code).get_or_404(body__code=district)
    return found


def _said(answer: Submission, sent: list[MonthRow]) -> list[Said]:
    known = dict(queries.due(answer.body_id).values_list("code", "pk"))
    wrong = [
        (f"rows.{n}.project", _("不在本区市的重点项目之列。")) for n, row in enumerate(sent) if row.project not in known
    ]
    codes = [row.project for row in sent]
    wrong += [(f"rows.{n}.project", _("写了多次")) for n, code in enumerate(codes) if code in codes[:n]]
    if wrong:
        raise problems.BadRequest("", errors=wrong)
    return [Said(known[row.project], _values(row), row.version) for row in sent]


def _values(row: MonthRow) -> Mapping[str, Any]:
    empty: dict[str, Any] = dict.fromkeys((*queries.FIGURES, "next_due_on"))
    said = row.model_dump(exclude_unset=True, include=set(SAID))
    return {name: value if value is not None else empty.get(name, "") for name, value in said.items()}


def _head(answer: Submission) -> dict[str, Any]:
    return {
        "month": answer.collection.code,
        "district": answer.body.code,
        "state": answer.state,
        "due_at": answer.collection.due_at,
        "first_submitted_at": answer.first_submitted_at,
        "is_late": collecting_queries.is_late(answer, now=timezone.now()),
        "return_reason": answer.return_reason,
        "note": answer.note,
    }


def _detail(answer: Submission, person: Person) -> dict[str, Any]:
    return {
        **_head(answer),
        "rows": [_row(row) for row in queries.rows(answer)],
        "workbook": _workbook(answer, person) if answer.upload.get("sha256") else None,
    }


def _row(row: Row) -> dict[str, Any]:
    return {
        "project": row.project.code,
        "name": row.project.name,
        "state": row.state,
        "version": row.report.version if row.report is not None else None,
        "missing": queries.missing(row) if row.is_writable else [],
        "doubts": [{"code": one["code"], "message": doubts.words(one)} for one in row.doubts],
    }


def _workbook(answer: Submission, person: Person) -> dict[str, Any]:
    upload = answer.upload
    job = Job.objects.visible_to(person).filter(pk=upload.get("job")).only("state", "failure").first()
    language = "en" if intake_tables.language() == "en" else "zh"
    return {
        "name": answer.file_name,
        "state": job.state if job is not None else Job.State.DONE,
        "row_count": upload.get("row_count"),
        "error_count": upload.get("error_count"),
        "complaints": [
            {"cell": one["cell"], "level": one["level"], "message": one[language]}
            for one in upload.get("complaints", ())
        ],
        "failure": job.failure if job is not None else "",
    }
