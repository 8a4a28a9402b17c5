"""What the page of an answer shows whatever it answers, a form or a monthly round: its state, its moves, its upload."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from lianzhang.accounts.models import Appointment, Person
from lianzhang.collecting import actions, queries, rules, sheets, tables
from lianzhang.collecting.models import Collection, Submission
from lianzhang.intake import tables as intake_tables
from lianzhang.jobs import queries as job_queries
from lianzhang.jobs.models import Job
from lianzhang.tables import values
from lianzhang.web import workbooks
from lianzhang.web.forms.collecting import HandInForm


def sentence(stands: queries.Standing) -> str:
    """应报, 已报, 按时, in one sentence."""
    ratio = values.plain(stands.received_ratio, "ratio") if stands.expected else "—"
    on_time = values.plain(stands.on_time_ratio, "ratio") if stands.expected else "—"
    return _(
        "应报%(expected)d，已报%(received)d（%(ratio)s），按时%(on_time)d（%(on_time_ratio)s），退回%(returned)d。"
    ) % {
        "expected": stands.expected,
        "received": stands.received,
        "ratio": ratio,
        "on_time": stands.on_time,
        "on_time_ratio": on_time,
        "returned": stands.returned,
    }


def rows(found: Sequence[Submission], *, now: datetime) -> list[dict[str, Any]]:
    """Every expected answer with its light, when it came, and whether its body can sign in at all."""
    current = Appointment.objects.current(timezone.localdate(now))
    held = set(current.filter(body__in=[one.body_id for one in found]).values_list("body_id", flat=True))
    return [
        {
            "answer": one,
            "url": tables.answer_page(one),
            "light": tables.answer_light(one, is_late=queries.is_late(one, now=now)),
            "is_late": one.first_submitted_at is not None and queries.is_late(one, now=now),
            "has_account": one.body_id in held,
        }
        for one in found
    ]


def handing_in(found: Collection, answers: Sequence[Submission], *, may_ask: bool) -> dict[str, Any]:
    """Where the workbooks of those who are waited for are taken and handed in; nothing for who does not ask."""
    waiting = queries.not_answered(answers) if may_ask and found.state == Collection.State.OPEN else []
    place = "rounds" if found.kind == Collection.Kind.MONTH else "collecting"
    return {
        "waiting_count": len(waiting),
        "workbooks_url": reverse(f"{place}:workbooks", args=[found.code]),
        "hand_in_url": reverse(f"{place}:hand_in", args=[found.code]),
    }


def may_write(found: Submission, person: Person) -> bool:
    """Whether the person may type in this answer now."""
    return rules.may("save", found) and Submission.objects.editable_by(person).filter(pk=found.pk).exists()


def context(found: Submission, person: Person) -> dict[str, Any]:
    """What every answer's page says: state, due, moves, what became of the last upload."""
    now = timezone.now()
    is_answerer = Submission.objects.editable_by(person).filter(pk=found.pk).exists()
    is_asker = Collection.objects.editable_by(person).filter(pk=found.collection_id).exists()
    asked = found.upload.get("job")
    job = Job.objects.visible_to(person).filter(pk=asked).first() if asked else None
    is_running = job is not None and not job.is_over
    language = "en" if intake_tables.language() == "en" else "zh"
    is_late = queries.is_late(found, now=now)
    # What was wrong with a workbook is told until the answer is handed in; after that it is not about the answer.
    upload = found.upload if not is_running and found.state in rules.OPEN else {}
    return {
        "answer": found,
        "asked": found.collection,
        "light": tables.answer_light(found, is_late=is_late),
        "is_late": is_late,
        "is_own": found.body_id == person.reach.body_id,
        "may_write": is_answerer and rules.may("save", found) and not is_running,
        "may_recall": is_answerer and rules.may("recall", found),
        "may_return": is_asker and rules.may("return", found),
        "may_accept": is_asker and rules.may("accept", found) and found.submitted_by_id != person.pk,
        "upload": upload,
        "unread": job.failure if job is not None and job.state == Job.State.FAILED and rules.may("save", found) else "",
        "complaints": [(one["cell"], one[language], one["level"]) for one in upload.get("complaints", ())],
        "hand_in": HandInForm(),
        "illustrative": found.collection.is_illustrative or found.body.is_illustrative,
        **(_running(job, now=now) if is_running and job is not None else {}),
    }


def _running(job: Job, *, now: datetime) -> dict[str, Any]:
    return {
        "job": job_queries.standing(job, now=now),
        "poll_url": reverse("jobs:job", args=[job.pk]),
        "stop_url": reverse("jobs:stop", args=[job.pk]),
    }


def take_in(request: HttpRequest, found: Submission, person: Person, *, kind: str) -> HttpResponse:
    """Take in a workbook and show the answer's page while it is read."""
    url = tables.answer_page(found)
    form = HandInForm(request.POST, request.FILES)
    if not form.is_valid():
        for said in form.errors.get("file", []):
            messages.error(request, str(said))
        return redirect(url)
    actions.receive(found, upload=form.cleaned_data["file"], kind=kind, url=url, by=person)
    return redirect(url)


def marked(found: Submission) -> HttpResponse:
    """The last uploaded workbook of an answer with its faults marked."""
    sha256 = found.upload.get("sha256", "")
    path = sheets.marked_path(found, sha256=sha256, language=intake_tables.language()) if sha256 else None
    if path is None or not path.exists():
        raise Http404
    return workbooks.file(path.read_bytes(), _("标注_%(name)s") % {"name": found.file_name or "报送.xlsx"})


def told(found: Submission) -> str:
    """What is said after handing in: that it came, and whether late."""
    if queries.is_late(found, now=timezone.now()):
        return _("已报送。晚于截止时间，记为逾期报送。")
    return _("已报送。")
