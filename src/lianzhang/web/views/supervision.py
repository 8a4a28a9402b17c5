"""Tasks on pages: the table with who must act now, one task and its moves, assigning, urging."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lianzhang.accounts.actions import Refused
from lianzhang.accounts.models import Person
from lianzhang.accounts.rules import Thing
from lianzhang.chains.models import Action, Gap
from lianzhang.projects.models import Project
from lianzhang.supervision import actions, queries, states, tables, urging
from lianzhang.supervision.models import Decision, Request, Task
from lianzhang.supervision.states import Move
from lianzhang.trail import evidence as files
from lianzhang.trail import queries as trail
from lianzhang.trail.models import Attachment, Proof
from lianzhang.web import access, batches, listing, submitting
from lianzhang.web.forms import supervision as forms
from lianzhang.web.views.projects import FORM, download
from lianzhang.workdays import clock
from lianzhang.workdays import queries as workdays

# What a task may be assigned about from its own page: the parameter, the records, the sentence it starts with.
ABOUT: dict[str, Any] = {
    "action": (Action, lambda record: record.matter),
    "project": (Project, lambda record: record.name),
    "gap": (Gap, lambda record: record.title),
    "request": (Request, lambda record: record.text[:120]),
}


@access.reads(Thing.TASK)
@require_GET
def tasks(request: HttpRequest) -> HttpResponse:
    """督办台账: every task within reach, what is overdue and which level must act."""
    person, today = access.person_of(request), timezone.localdate()
    calendar = workdays.calendar()
    levels = queries.late_by_level(person, today=today, calendar=calendar)
    late = sum(count for _level, count in levels)
    here = reverse("supervision:tasks")
    context = {
        "lead": _("逾期%(late)s项。") % {"late": late} if late else _("没有逾期事项。"),
        "levels": [(level, count, f"{here}?level={level.key}") for level, count in levels],
        "late": late,
        "as_of": today,
        "may_assign": person.reach.role in states.ASSIGNERS,
        "batch": [batches.Action(label=_("生成催办文字"), url=reverse("supervision:urge"))],
    }
    spec = tables.tasks(today=today, calendar=calendar)
    return listing.respond(request, spec, queries.listed(person), template="supervision/tasks.html", context=context)


@access.reads(Thing.TASK)
@require_POST
def urge(request: HttpRequest) -> HttpResponse:
    """催办文字: the ticked tasks by body, to be pasted into a chat."""
    person, today = access.person_of(request), timezone.localdate()
    codes = request.POST.getlist("row")[:500]
    found = queries.listed(person).filter(code__in=codes, state__in=states.OPEN)
    letters = urging.letters(found.order_by("due_on", "code"), today=today, calendar=workdays.calendar())
    return render(request, "supervision/urge.html", {"letters": letters, "back_url": reverse("supervision:tasks")})


@access.reads(Thing.TASK)
@require_GET
def task(request: HttpRequest, code: str) -> HttpResponse:
    """One task: what, by when, where it stands, whose move it is, its evidence and history."""
    person, today = access.person_of(request), timezone.localdate()
    related = (
        "chain",
        "responsible",
        "assigned_by",
        "assigned_by_body",
        "decision__meeting",
        "action",
        "project",
        "gap",
    )
    people = (
        "request",
        "visit",
        "signed_by",
        "submitted_by",
        "closed_by",
        "instructed_by__person",
        "instructed_by__body",
    )
    found = Task.objects.visible_to(person).select_related(*related, *people).get_or_404(code=code)
    calendar = workdays.calendar()
    moves = states.moves(found, by=person)
    context = {
        "task": found,
        "light": tables.task_light(found, today=today, calendar=calendar),
        "state": tables.state(found),
        "must_act": tables.must_act(found, today=today, calendar=calendar),
        "is_estimated": clock.is_estimated(found.due_on.year),
        "moves": [(move.value, states.label(move), move is Move.CANCEL) for move in moves],
        "may_prove": bool(moves),
        "evidence": [_file(found, proof) for proof in trail.proofs(found)],
        "about": dict(zip(("kind", "words", "url"), _about(found, person) or (), strict=False)),
        "illustrative": found.is_illustrative,
    }
    return render(request, "supervision/task.html", context)


def _file(found: Task, proof: Proof) -> dict[str, Any]:
    return {
        "name": proof.attachment.name,
        "url": reverse("supervision:task_file", args=[found.code, proof.pk]),
        "added_at": proof.attached_at,
        "size": proof.attachment.size,
    }


def _about(found: Task, person: Person) -> tuple[str, str, str] | None:
    """What the task is about, as (kind, words, address); without an address where the reader may not open it."""
    if found.decision is not None:
        meeting = found.decision.meeting
        return _("会议"), f"{meeting.title} {found.decision.number}", _to(meeting, tables.meeting_page(meeting), person)
    if found.action is not None:
        url = reverse("chains:action", args=[found.action.code])
        return _("计划事项"), found.action.matter, _to(found.action, url, person)
    if found.project is not None:
        url = reverse("projects:project", args=[found.project.code])
        return _("项目"), found.project.name, _to(found.project, url, person)
    if found.gap is not None:
        return _("缺口"), found.gap.title, _to(found.gap, reverse("gaps:gap", args=[found.gap.code]), person)
    if found.request is not None:
        return _("企业诉求"), found.request.code, _to(found.request, tables.request_page(found.request), person)
    if found.visit is not None:
        return _("走访"), str(found.visit.planned_on), _to(found.visit, tables.visit_page(found.visit), person)
    return None


def _to(record: Any, url: str, person: Person) -> str:
    return url if type(record).objects.all().visible_to(person).filter(pk=record.pk).exists() else ""


@access.reads(Thing.TASK)
@require_GET
def task_file(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """A piece of evidence, to whoever sees the task it proves."""
    found = Task.objects.visible_to(access.person_of(request)).get_or_404(code=code)
    return download(Proof.objects.about(found).get_or_404(pk=pk))


@access.writes(Thing.TASK)
@require_http_methods(FORM)
def new_task(request: HttpRequest) -> HttpResponse:
    """交办, by hand or about an action, a project, a gap or a request."""
    person = access.person_of(request)
    if person.reach.role not in states.ASSIGNERS:
        raise Http404
    name, record = _subject(request, person)
    initial: dict[str, Any] = {name: request.GET.get(name) for name in ("chain", "responsible")}
    if record is not None:
        initial = {"chain": record.chain_id, "title": ABOUT[name][1](record), "working_days": 5}
    form = forms.AssignForm(request.POST or None, initial=initial, person=person)

    def act(said: dict[str, Any]) -> str:
        subject = {name: record} if record is not None else {}
        return tables.task_page(actions.assign(now=timezone.now(), by=person, **said, **subject))

    frame = {
        "title": _("交办事项"),
        "submit": _("交办"),
        "about": str(record) if record is not None else "",
        "back_url": reverse("supervision:tasks"),
        "illustrative": bool(record and record.chain and record.chain.is_illustrative),
    }
    return submitting.respond(request, form, act=act, frame=frame)


def _subject(request: HttpRequest, person: Person) -> tuple[str, Any]:
    for name, (model, _words) in ABOUT.items():
        code = request.GET.get(name)
        if code:
            return name, model.objects.all().visible_to(person).get_or_404(code=code)
    return "", None


@access.writes(Thing.TASK)
@require_http_methods(FORM)
def move(request: HttpRequest, code: str, verb: str) -> HttpResponse:
    """签收、报结、销号、退回、撤销."""
    person = access.person_of(request)
    found = Task.objects.visible_to(person).get_or_404(code=code)
    wanted = Move(verb)
    initial = {"version": found.version, "reply": found.reply}
    kinds = {Move.SUBMIT: forms.SubmitForm, Move.RETURN: forms.ReasonForm, Move.CANCEL: forms.ReasonForm}
    form = kinds.get(wanted, forms.VersionOnly)(request.POST or None, request.FILES or None, initial=initial)

    def act(said: dict[str, Any]) -> str:
        _move(found, wanted, said, person=person)
        return tables.task_page(found)

    page = tables.task_page(found)
    word = states.label(wanted)
    frame = {
        "title": _("%(move)s：%(title)s") % {"move": word, "title": found.title},
        "submit": word,
        "back_url": page,
        "crumb_url": page,
        "crumb": found.code,
        "illustrative": found.is_illustrative,
    }
    return submitting.respond(request, form, act=act, frame=frame)


def _move(found: Task, wanted: Move, said: dict[str, Any], *, person: Person) -> None:
    now, version = timezone.now(), said["version"]
    if wanted is Move.SIGN:
        actions.sign(task=found, now=now, version=version, by=person)
    elif wanted is Move.CLOSE:
        actions.close(task=found, now=now, version=version, by=person)
    elif wanted is Move.RETURN:
        actions.send_back(task=found, reason=said["reason"], version=version, by=person)
    elif wanted is Move.CANCEL:
        actions.cancel(task=found, reason=said["reason"], version=version, by=person)
    else:
        # The file is kept and attached first: a refused report loses nothing that was uploaded.
        if said["file"]:
            actions.add_evidence(task=found, attachment=kept(said["file"], by=person), by=person)
        actions.submit(task=found, reply=said["reply"], now=now, version=version, by=person)


def kept(upload: Any, *, by: Person) -> Attachment:
    """The upload as a kept file; Refused with the reason where it cannot serve as evidence."""
    try:
        return files.keep(upload, kind="task", by=by)
    except files.RefusedFile as refused:
        raise Refused(refused.reason) from refused


@access.writes(Thing.TASK)
@require_http_methods(FORM)
def prove(request: HttpRequest, code: str) -> HttpResponse:
    """添加佐证 to a task."""
    person = access.person_of(request)
    found = Task.objects.visible_to(person).get_or_404(code=code)
    form = forms.FileForm(request.POST or None, request.FILES or None)

    def act(said: dict[str, Any]) -> str:
        actions.add_evidence(task=found, attachment=kept(said["file"], by=person), by=person)
        return tables.task_page(found)

    page = tables.task_page(found)
    frame = {
        "title": _("添加佐证"),
        "submit": _("上传"),
        "back_url": page,
        "crumb_url": page,
        "crumb": found.code,
        "illustrative": found.is_illustrative,
    }
    return submitting.respond(request, form, act=act, frame=frame)


def decision_of(person: Person, pk: int) -> Decision:
    """A decision of a meeting this person may change; raises Http404."""
    return Decision.objects.editable_by(person).select_related("meeting", "responsible").get_or_404(pk=pk)
