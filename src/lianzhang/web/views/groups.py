"""工作小组 on pages: who sits in it and from where, its meetings and its tasks."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from lianzhang.accounts.models import Person
from lianzhang.accounts.rules import Act, BodyKind, Thing
from lianzhang.briefings import work
from lianzhang.chains.actions import groups as actions
from lianzhang.chains.models import Chain, WorkingGroup
from lianzhang.chains.queries import groups as queries
from lianzhang.supervision import states
from lianzhang.supervision.models import Meeting, Task
from lianzhang.web import access, submitting
from lianzhang.web.forms import groups as forms
from lianzhang.web.views.projects import FORM

MOST = 12


@access.reads(Thing.CHAIN)
@require_GET
def group(request: HttpRequest, pk: int) -> HttpResponse:
    """One working group."""
    person, today = access.person_of(request), timezone.localdate()
    found = queries.groups(person).get_or_404(pk=pk)
    members = queries.members(found, person=person, on=today)
    tasks = Task.objects.visible_to(person).filter(responsible=found.body_id, state__in=states.OPEN)
    meetings = Meeting.objects.visible_to(person).filter(attendees=found.body_id)
    missing = [BodyKind(kind).label for kind, count in queries.composition(members) if not count]
    standing = found.ended_on is None
    context = {
        "group": found,
        "members": members,
        "composition": [(BodyKind(kind).label, count) for kind, count in queries.composition(members)],
        "missing": missing,
        "tasks": work.task_items(tasks.select_related("responsible").order_by("due_on", "pk")[:MOST], today=today),
        "meetings": meetings.order_by("-held_on", "-pk")[:MOST],
        "may_edit": standing and WorkingGroup.objects.editable_by(person).filter(pk=pk).exists(),
        "appoint_url": _query("accounts:appoint", person, Thing.PEOPLE, body=found.body_id) if standing else "",
        "meet_url": _query(
            "supervision:new_meeting", person, Thing.MEETING, chain=found.chain_id, attendees=found.body_id
        ) if standing else "",
        "assign_url": _assign(found, person) if standing else "",
        "illustrative": found.body.is_illustrative,
    }  # fmt: skip
    return render(request, "chains/group.html", context)


def _query(name: str, person: Person, thing: Thing, **said: int) -> str:
    """A page that opens with what is known filled in, to whoever may write there; empty for others."""
    if not person.reach.may(Act.WRITE, thing):
        return ""
    return f"{reverse(name)}?{'&'.join(f'{key}={value}' for key, value in said.items())}"


def _assign(found: WorkingGroup, person: Person) -> str:
    if person.reach.role not in states.ASSIGNERS:
        return ""
    return _query("supervision:new_task", person, Thing.TASK, chain=found.chain_id, responsible=found.body_id)


@access.writes(Thing.CHAIN)
@require_http_methods(FORM)
def new(request: HttpRequest, code: str) -> HttpResponse:
    """成立工作小组 of a chain."""
    person = access.person_of(request)
    chain = Chain.objects.editable_by(person).get_or_404(code=code)
    initial = {"founded_on": timezone.localdate(), "name_zh": _("%(chain)s工作小组") % {"chain": chain.name_zh}}
    form = forms.FoundGroupForm(request.POST or None, initial=initial)

    def act(said: dict[str, Any]) -> str:
        return _page(actions.found(chain=chain, by=person, **said))

    back = reverse("chains:chain", args=[code])
    frame = {
        "title": _("成立工作小组"),
        "submit": _("成立"),
        "about": _("成员由秘书处任职；成员只看到本组的会议和任务。"),
        "back_url": back,
        "crumb_url": back,
        "crumb": chain.name,
        "illustrative": chain.is_illustrative,
    }
    return submitting.respond(request, form, act=act, frame=frame)


@access.writes(Thing.CHAIN)
@require_http_methods(FORM)
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """修改职责、依据和成立日期."""
    person, found = _editable(request, pk)
    initial = {name: getattr(found, name) for name in (*actions.EDITED, "version")}
    form = forms.GroupForm(request.POST or None, initial=initial)

    def act(said: dict[str, Any]) -> str:
        version = said.pop("version")
        return _page(actions.edit(group=found, changes=said, version=version, by=person))

    return submitting.respond(request, form, act=act, frame=_frame(found, title=_("修改工作小组")))


@access.writes(Thing.CHAIN)
@require_http_methods(FORM)
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """撤销."""
    person, found = _editable(request, pk)
    form = forms.EndGroupForm(request.POST or None, initial={"version": found.version, "on": timezone.localdate()})

    def act(said: dict[str, Any]) -> str:
        return _page(actions.end(group=found, by=person, **said))

    return submitting.respond(request, form, act=act, frame=_frame(found, title=_("撤销工作小组")))


def _editable(request: HttpRequest, pk: int) -> tuple[Person, WorkingGroup]:
    person = access.person_of(request)
    return person, WorkingGroup.objects.editable_by(person).select_related("chain", "body").get_or_404(pk=pk)


def _page(found: WorkingGroup) -> str:
    return reverse("chains:group", args=[found.pk])


def _frame(found: WorkingGroup, *, title: str) -> dict[str, Any]:
    return {
        "title": title,
        "back_url": _page(found),
        "crumb_url": _page(found),
        "crumb": found.body.name,
        "illustrative": found.body.is_illustrative,
    }
