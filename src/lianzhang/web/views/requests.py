"""企业诉求 on pages: a firm sees its own and who has it; officers hand over, answer, close, take a level up."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from lianzhang.accounts.models import Person
from lianzhang.accounts.rules import SERVING, Act, Role, Thing
from lianzhang.supervision import actions, escalation, queries, tables
from lianzhang.supervision.actions.requests import FIRMS
from lianzhang.supervision.models import Request, Task
from lianzhang.web import access, listing, submitting
from lianzhang.web.forms import supervision as forms
from lianzhang.web.views.projects import FORM
from lianzhang.workdays import queries as workdays

State = Request.State


@access.reads(Thing.REQUEST)
@require_GET
def requests(request: HttpRequest) -> HttpResponse:
    """企业诉求清单."""
    person, today = access.person_of(request), timezone.localdate()
    counts = queries.request_counts(person, today=today)
    context = {
        "lead": _("未办结%(open)s件，逾期%(late)s件；已办结%(closed)s件。") % counts,
        "new_url": reverse("supervision:new_request") if person.reach.may(Act.WRITE, Thing.REQUEST) else "",
        "visits_url": reverse("supervision:visits") if person.reach.may(Act.READ, Thing.PLAN) else "",
        "as_of": today,
    }
    found = Request.objects.visible_to(person).select_related("enterprise", "chain__body", "handler")
    spec = tables.requests(today=today, calendar=workdays.calendar())
    return listing.respond(request, spec, found, template="supervision/requests.html", context=context)


@access.reads(Thing.REQUEST)
@require_GET
def one(request: HttpRequest, code: str) -> HttpResponse:
    """One request: what is asked, who has it, until when, what was answered."""
    person, today = access.person_of(request), timezone.localdate()
    related = ("enterprise", "chain__body", "handler", "gap", "raised_by_body")
    found = Request.objects.visible_to(person).select_related(*related).get_or_404(code=code)
    level = next((level for level in escalation.levels() if level.key == found.escalated_to), None)
    context = {
        "record": found,
        "light": tables.request_light(found, today=today, calendar=workdays.calendar()),
        "holder": tables.holder(found),
        "satisfaction": tables.satisfaction(found),
        "level": level.label if level else found.escalated_to,
        "steps": _steps(found, person),
        "tasks": list(Task.objects.visible_to(person).filter(request=found).select_related("responsible")),
        "illustrative": found.is_illustrative,
        "may_read_gap": person.reach.may(Act.READ, Thing.GAP),
    }
    return render(request, "supervision/request.html", context)


def _steps(found: Request, person: Person) -> list[tuple[str, str]]:
    """What this person may do now, as (address name, word)."""
    is_firm = found.enterprise.body_id is not None and found.enterprise.body_id == person.reach.body_id
    may_write = Request.objects.editable_by(person).filter(pk=found.pk).exists()
    is_officer = may_write and person.reach.role not in FIRMS | SERVING
    handles = found.handler_id is not None and found.handler_id == person.reach.body_id
    answers = handles or (is_officer and person.reach.role is Role.SECRETARIAT)
    judges = is_firm or (is_officer and not handles)
    offered = [
        ("hand_over", _("交办"), is_officer, {State.RECEIVED, State.ASSIGNED, State.ESCALATED}),
        ("answer", _("答复"), answers, {State.ASSIGNED, State.ESCALATED, State.ANSWERED}),
        ("close_request", _("办结"), judges, {State.ANSWERED}),
        ("reject", _("不接受答复"), judges, {State.ANSWERED}),
        ("escalate", _("提级"), is_officer, {State.RECEIVED, State.ASSIGNED, State.ANSWERED, State.ESCALATED}),
        ("link_gap", _("关联缺口"), is_officer, set(State)),
    ]
    return [(name, word) for name, word, may, states in offered if may and found.state in states]


@access.writes(Thing.REQUEST)
@require_http_methods(FORM)
def new(request: HttpRequest) -> HttpResponse:
    """提出诉求 or 登记诉求."""
    person = access.person_of(request)
    form = forms.RequestForm(request.POST or None, person=person)

    def act(said: dict[str, Any]) -> str:
        return tables.request_page(actions.raise_request(now=timezone.now(), by=person, **said))

    back = reverse("supervision:requests")
    frame = {"title": _("登记诉求"), "submit": _("提交"), "back_url": back, "crumb_url": back, "crumb": _("企业诉求")}
    return submitting.respond(request, form, act=act, frame=frame)


def _answer(
    request: HttpRequest, found: Request, form: Any, *, title: str, write: Callable[[dict[str, Any]], Any]
) -> HttpResponse:
    page = tables.request_page(found)

    def act(said: dict[str, Any]) -> str:
        write(said)
        return page

    about = f"{found.enterprise.name}：{found.text}"
    frame = {
        "title": title,
        "submit": title,
        "about": about,
        "back_url": page,
        "crumb_url": page,
        "crumb": found.code,
        "illustrative": found.is_illustrative,
    }
    return submitting.respond(request, form, act=act, frame=frame)


def _visible(person: Person, code: str) -> Request:
    found = Request.objects.visible_to(person).select_related("enterprise", "chain", "handler")
    return found.get_or_404(code=code)


@access.writes(Thing.REQUEST)
@require_http_methods(FORM)
def hand_over(request: HttpRequest, code: str) -> HttpResponse:
    """交办."""
    person = access.person_of(request)
    found = _visible(person, code)
    initial = {"version": found.version, "handler": found.handler, "working_days": 5}
    form = forms.HandOverForm(request.POST or None, initial=initial, person=person)
    return _answer(
        request,
        found,
        form,
        title=_("交办"),
        write=lambda said: actions.hand_over(request=found, now=timezone.now(), by=person, **said),
    )


@access.writes(Thing.REQUEST)
@require_http_methods(FORM)
def answer(request: HttpRequest, code: str) -> HttpResponse:
    """答复."""
    person = access.person_of(request)
    found = _visible(person, code)
    form = forms.AnswerForm(request.POST or None, initial={"version": found.version, "text": found.answer})
    return _answer(
        request,
        found,
        form,
        title=_("答复"),
        write=lambda said: actions.answer(request=found, now=timezone.now(), by=person, **said),
    )


@access.writes(Thing.REQUEST)
@require_http_methods(FORM)
def close(request: HttpRequest, code: str) -> HttpResponse:
    """办结."""
    person = access.person_of(request)
    found = _visible(person, code)
    form = forms.CloseForm(request.POST or None, initial={"version": found.version})
    return _answer(
        request,
        found,
        form,
        title=_("办结"),
        write=lambda said: actions.close_request(request=found, now=timezone.now(), by=person, **said),
    )


@access.writes(Thing.REQUEST)
@require_http_methods(FORM)
def reject(request: HttpRequest, code: str) -> HttpResponse:
    """不接受答复."""
    person = access.person_of(request)
    found = _visible(person, code)
    form = forms.RejectForm(request.POST or None, initial={"version": found.version})
    return _answer(
        request,
        found,
        form,
        title=_("不接受答复"),
        write=lambda said: actions.reject_answer(request=found, by=person, **said),
    )


@access.writes(Thing.REQUEST)
@require_http_methods(FORM)
def escalate(request: HttpRequest, code: str) -> HttpResponse:
    """提级."""
    person = access.person_of(request)
    found = _visible(person, code)
    form = forms.ReasonForm(request.POST or None, initial={"version": found.version})
    return _answer(
        request,
        found,
        form,
        title=_("提级"),
        write=lambda said: actions.escalate(request=found, by=person, **said),
    )


@access.writes(Thing.REQUEST)
@require_http_methods(FORM)
def link_gap(request: HttpRequest, code: str) -> HttpResponse:
    """关联缺口."""
    person = access.person_of(request)
    found = _visible(person, code)
    initial = {"version": found.version, "gap": found.gap_id}
    form = forms.GapForm(request.POST or None, initial=initial, person=person, request=found)
    return _answer(
        request,
        found,
        form,
        title=_("关联缺口"),
        write=lambda said: actions.link_gap(request=found, by=person, **said),
    )
