"""Meetings on pages: the list, one meeting with its decisions and what became of the last one's, tasks in one click."""

from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lianzhang.accounts.actions import Refused
from lianzhang.accounts.rules import Act, Thing
from lianzhang.supervision import actions, queries, states, tables
from lianzhang.supervision.models import Decision, Meeting, Task
from lianzhang.web import access, listing, submitting
from lianzhang.web.forms import supervision as forms
from lianzhang.web.views.projects import FORM
from lianzhang.web.views.supervision import decision_of
from lianzhang.workdays import clock
from lianzhang.workdays import queries as workdays

FIELDS = ("title", "kind", "chain", "held_on", "place", "chaired_by", "summary")


@access.reads(Thing.MEETING)
@require_GET
def meetings(request: HttpRequest) -> HttpResponse:
    """Every meeting within reach, with how many of its decisions are still open."""
    person = access.person_of(request)
    still_open = Q(decisions__tasks__state__in=states.OPEN)
    found = (
        Meeting.objects.visible_to(person)
        .select_related("chain")
        .annotate(
            decision_count=Count("decisions", distinct=True),
            open_count=Count("decisions__tasks", filter=still_open, distinct=True),
        )
    )
    mine = Task.objects.visible_to(person).filter(decision__isnull=False, state__in=states.OPEN).count()
    context = {
        "lead": _("会议议定事项中未销号%(count)s项。") % {"count": mine},
        "new_url": reverse("supervision:new_meeting") if person.reach.may(Act.WRITE, Thing.MEETING) else "",
    }
    return listing.respond(request, tables.MEETINGS, found, template="supervision/meetings.html", context=context)


@access.reads(Thing.MEETING)
@require_GET
def meeting(request: HttpRequest, code: str) -> HttpResponse:
    """One meeting; its decisions print and go out as Word and Excel like every table."""
    person, today = access.person_of(request), timezone.localdate()
    related = ("chain", "host", "chaired_by__person", "chaired_by__body")
    found = Meeting.objects.visible_to(person).select_related(*related).get_or_404(code=code)
    calendar = workdays.calendar()
    became = queries.became_of(found, person=person)
    before = queries.last_meeting(found, person=person)
    earlier = queries.became_of(before, person=person) if before is not None else []
    told = {decision.pk: _became(tasks, today=today, calendar=calendar) for decision, tasks in became}
    may_write = Meeting.objects.editable_by(person).filter(pk=found.pk).exists()
    context = {
        "meeting": found,
        "title": found.title,
        "lead": _lead(became),
        "rows": [(decision, tasks, _is_ready(decision) and not tasks) for decision, tasks in became],
        "before": before,
        "earlier": [(d, _became(tasks, today=today, calendar=calendar), tasks) for d, tasks in earlier],
        "attendees": list(found.attendees.all()),
        "may_write": may_write,
        "form": forms.DecisionForm(person=person) if may_write else None,
        "ready_count": sum(1 for decision, tasks in became if _is_ready(decision) and not tasks),
        "illustrative": found.is_illustrative,
        "as_of": today,
        "scope": f"{found.get_kind_display()} {found.held_on}",
    }
    spec = tables.decisions(lambda decision: told[decision.pk])
    rows = [decision for decision, _tasks in became]
    return listing.respond(request, spec, rows, template="supervision/meeting.html", context=context)


def _is_ready(decision: Decision) -> bool:
    return decision.responsible_id is not None and decision.working_days is not None


def _lead(became: list[tuple[Decision, list[Task]]]) -> str:
    tasks = [task for _decision, found in became for task in found]
    still_open = sum(1 for task in tasks if task.state in states.OPEN)
    said = ngettext("议定%(count)d项", "议定%(count)d项", len(became)) % {"count": len(became)}
    return said + _("，转督办%(tasks)s项，未销号%(open)s项。") % {"tasks": len(tasks), "open": still_open}


def _became(tasks: list[Task], *, today: Any, calendar: clock.WorkingCalendar) -> str:
    """What became of a decision, in words."""
    if not tasks:
        return _("未转督办")
    words = []
    for task in tasks:
        late = queries.lateness(task, today=today, calendar=calendar).days
        told = f"{task.responsible.name} {task.get_state_display()}"
        words.append(told + (_("，逾期%(days)s个工作日") % {"days": late} if late else ""))
    return "；".join(words)


@access.writes(Thing.MEETING)
@require_http_methods(FORM)
def new(request: HttpRequest) -> HttpResponse:
    """登记会议."""
    person = access.person_of(request)
    initial = {
        "held_on": timezone.localdate(),
        "chain": request.GET.get("chain"),
        "attendees": request.GET.getlist("attendees"),
    }
    form = forms.MeetingForm(request.POST or None, initial=initial, person=person)

    def act(said: dict[str, Any]) -> str:
        said.pop("version")
        return tables.meeting_page(actions.hold_meeting(now=timezone.now(), by=person, **said))

    back = reverse("supervision:meetings")
    frame = {
        "title": pgettext("page", "登记会议"),
        "submit": _("登记"),
        "back_url": back,
        "crumb_url": back,
        "crumb": _("会议"),
    }
    return submitting.respond(request, form, act=act, frame=frame)


@access.writes(Thing.MEETING)
@require_http_methods(FORM)
def edit(request: HttpRequest, code: str) -> HttpResponse:
    """修改会议."""
    person = access.person_of(request)
    found = Meeting.objects.editable_by(person).get_or_404(code=code)
    initial = {name: getattr(found, name) for name in (*FIELDS, "version")} | {"attendees": found.attendees.all()}
    form = forms.MeetingForm(request.POST or None, initial=initial, person=person)

    def act(said: dict[str, Any]) -> str:
        version, attendees = said.pop("version"), said.pop("attendees")
        actions.edit_meeting(meeting=found, changes=said, attendees=attendees, version=version, by=person)
        return tables.meeting_page(found)

    return submitting.respond(request, form, act=act, frame=_frame(found, title=_("修改会议")))


@access.writes(Thing.MEETING)
@require_http_methods(FORM)
def add_decision(request: HttpRequest, code: str) -> HttpResponse:
    """记录议定事项."""
    person = access.person_of(request)
    found = Meeting.objects.editable_by(person).get_or_404(code=code)
    form = forms.DecisionForm(request.POST or None, person=person)

    def act(said: dict[str, Any]) -> str:
        said.pop("version")
        actions.add_decision(meeting=found, by=person, **said)
        return tables.meeting_page(found)

    return submitting.respond(request, form, act=act, frame=_frame(found, title=_("记录议定事项")))


@access.writes(Thing.MEETING)
@require_http_methods(FORM)
def edit_decision(request: HttpRequest, pk: int) -> HttpResponse:
    """修改议定事项, while no task was made of it."""
    person = access.person_of(request)
    found = decision_of(person, pk)
    initial = {name: getattr(found, name) for name in ("text", "responsible", "working_days", "version")}
    form = forms.DecisionForm(request.POST or None, initial=initial, person=person)

    def act(said: dict[str, Any]) -> str:
        version = said.pop("version")
        actions.edit_decision(decision=found, changes=said, version=version, by=person)
        return tables.meeting_page(found.meeting)

    return submitting.respond(request, form, act=act, frame=_frame(found.meeting, title=_("修改议定事项")))


@access.writes(Thing.MEETING)
@require_POST
def decide(request: HttpRequest, code: str) -> HttpResponse:
    """全部转督办: every decision with a body and a deadline becomes a task, in one click; what lacks one is named."""
    person, now = access.person_of(request), timezone.now()
    found = Meeting.objects.editable_by(person).get_or_404(code=code)
    asked = request.POST.get("decision")
    decisions = found.decisions.select_related("meeting", "responsible")
    if asked:
        decisions = decisions.filter(pk=int(asked[:18])) if asked.isascii() and asked.isdigit() else decisions.none()
    made, lacking = 0, []
    for decision in decisions:
        try:
            made += len(actions.decide(decision=decision, now=now, by=person))
        except Refused as refused:
            lacking.append(refused.reason)
    messages.info(request, ngettext("已转督办%(made)s项。", "已转督办%(made)s项。", made) % {"made": made})
    for reason in lacking:
        messages.warning(request, reason)
    return redirect(tables.meeting_page(found))


def _frame(found: Meeting, *, title: str) -> dict[str, Any]:
    page = tables.meeting_page(found)
    return {
        "title": title,
        "back_url": page,
        "crumb_url": page,
        "crumb": found.title,
        "illustrative": found.is_illustrative,
    }
