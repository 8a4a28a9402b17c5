"""对接企业 on pages: everybody one met, entering one or a list, and turning one or many into leads."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lianzhang.accounts.models import Person
from lianzhang.accounts.rules import Act, Thing
from lianzhang.projects import actions, tables
from lianzhang.projects.events import encounters
from lianzhang.projects.models import Encounter, Event, Project
from lianzhang.web import access, batches, conflict, listing, submitting, workbooks
from lianzhang.web.forms import events as forms
from lianzhang.web.views import events
from lianzhang.web.views.projects import FORM

FIELDS = ("name", "place", "note", "body", "version")


@access.reads(Thing.PROJECT)
@require_GET
def met(request: HttpRequest) -> HttpResponse:
    """对接企业 of every event; the ticked ones become leads in one act."""
    person = access.person_of(request)
    may_open = person.reach.may(Act.WRITE, Thing.EVENT) and person.reach.may(Act.WRITE, Thing.PROJECT)
    context = {
        "lead": lambda listed: _("对接%(count)s家。") % {"count": listed.figure},
        "met_url": workbooks.hand_in("encounters", person),
        "batch": [batches.Action(label=_("转为线索"), url=reverse("projects:met_leads"))] if may_open else [],
        "tabs": events.tabs(person, "projects:met"),
        "as_of": timezone.localdate(),
    }
    rows = encounters.listed(person)
    return listing.respond(request, encounters.TABLE, rows, template="projects/events.html", context=context)


@access.writes(Thing.EVENT)
@require_POST
def open_leads(request: HttpRequest) -> HttpResponse:
    """转为线索 of the ticked firms, each for itself; who is somebody's already is named and left to its own page."""
    person = access.person_of(request)
    ticked = [int(pk) for pk in batches.ticked(request) if pk.isdecimal() and len(pk) < 19]
    own = set(Encounter.objects.editable_by(person).filter(pk__in=ticked).values_list("pk", flat=True))
    rows = list(encounters.listed(person).filter(pk__in=ticked).order_by("event__code", "pk"))
    return batches.tell(
        request,
        [_turned(row, person, is_own=row.pk in own) for row in rows],
        title=_("转为线索"),
        back_url=reverse("projects:met"),
        illustrative=any(row.event.is_illustrative for row in rows),
    )


def _turned(row: Encounter, person: Person, *, is_own: bool) -> batches.Outcome:
    said = {
        "code": row.event.code,
        "name": row.name,
        "url": reverse("projects:met_lead", args=[row.event.code, row.pk]),
    }
    if not is_own:
        page = tables.event_page(row.event)
        return batches.Outcome(**{**said, "url": page}, reason=_("不在您可办理的范围，未改动。"))
    if row.project_id is not None:
        return batches.Outcome(
            **said, reason=_("早先已转为线索 %(code)s。") % {"code": getattr(row, "seen_code", None) or ""}
        )
    opened: list[Project] = []

    def turn() -> None:
        name = _("%(firm)s项目") % {"firm": row.name}
        now = timezone.now()
        opened.append(actions.open_from_encounter(encounter=row, name=name, content=row.note, now=now, by=person))

    reason = batches.attempt(turn)
    if reason:
        return batches.Outcome(**said, reason=reason)
    code = opened[0].code
    told = {**said, "url": reverse("projects:project", args=[code])}
    return batches.Outcome(**told, words=_("已转为线索 %(code)s。") % {"code": code})


@access.writes(Thing.EVENT)
@require_http_methods(FORM)
def new(request: HttpRequest, code: str) -> HttpResponse:
    """登记对接企业: one firm."""
    person = access.person_of(request)
    found = _event(person, code)
    form = forms.MetForm(request.POST or None, initial={"body": person.reach.body_id}, person=person)

    def act(said: dict[str, Any]) -> str:
        said.pop("version")
        made = actions.meet(event=found, by=person, **said)
        if made.enterprise_id is not None:
            messages.info(request, _("“%(name)s”是名录中的企业，已关联。") % {"name": made.name})
        return _back(found)

    return submitting.respond(request, form, act=act, frame=_frame(found, title=_("登记对接企业")))


@access.writes(Thing.EVENT)
@require_http_methods(FORM)
def new_list(request: HttpRequest, code: str) -> HttpResponse:
    """粘贴对接企业名单: one a line; who is there already is told."""
    person = access.person_of(request)
    found = _event(person, code)
    form = forms.MetListForm(request.POST or None, initial={"body": person.reach.body_id}, person=person)

    def act(said: dict[str, Any]) -> str:
        came = actions.meet_many(event=found, by=person, **said)
        known = sum(one.enterprise_id is not None for one in came.made)
        told = ngettext(
            "登记%(count)d家，其中%(known)d家在名录中。", "登记%(count)d家，其中%(known)d家在名录中。", len(came.made)
        )
        messages.info(request, told % {"count": len(came.made), "known": known})
        if came.repeated:
            messages.warning(request, _("已有，未重复登记：%(names)s。") % {"names": _("、").join(came.repeated[:20])})
        return _back(found)

    return submitting.respond(request, form, act=act, frame=_frame(found, title=_("粘贴对接企业名单")))


@access.writes(Thing.EVENT)
@require_http_methods(FORM)
def edit(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """修改对接企业."""
    person = access.person_of(request)
    met = _met(person, code, pk)
    initial = {name: getattr(met, name) for name in FIELDS}
    form = forms.MetForm(request.POST or None, initial=initial, person=person)

    def act(said: dict[str, Any]) -> str:
        version = said.pop("version")
        actions.edit_met(encounter=met, changes=said, version=version, by=person)
        return _back(met.event)

    return submitting.respond(request, form, act=act, frame=_frame(met.event, title=_("修改对接企业")))


@access.writes(Thing.EVENT)
@require_POST
def drop(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """Take off a firm entered by mistake."""
    person = access.person_of(request)
    met = _met(person, code, pk)
    actions.drop_met(encounter=met, by=person)
    return redirect(_back(met.event))


@access.writes(Thing.EVENT)
@require_http_methods(FORM)
def lead(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """转为线索; where the investor is known, its projects stand above the form, to link to instead."""
    person = access.person_of(request)
    met = _met(person, code, pk)
    initial = {"name": _("%(firm)s项目") % {"firm": met.name}, "content": met.note}
    form = forms.MetLeadForm(request.POST or None, initial=initial, person=person)
    frame = _frame(met.event, title=_("转为线索"), submit=_("登记线索"), met=met)

    def act(said: dict[str, Any]) -> str:
        try:
            made = actions.open_from_encounter(encounter=met, now=timezone.now(), by=person, **said)
        except actions.Duplicate as duplicate:
            form.ask_why()
            known = [found.pk for found in duplicate.found]
            frame["found"] = list(
                Project.objects.editable_by(person).filter(pk__in=known).order_by("first_reported_at")
            )
            raise
        return tables.page(made) if Project.objects.visible_to(person).filter(pk=made.pk).exists() else _back(met.event)

    return submitting.respond(request, form, act=act, template="projects/met_lead.html", frame=frame)


@access.writes(Thing.EVENT)
@require_POST
def link(request: HttpRequest, code: str, pk: int, project: str) -> HttpResponse:
    """关联已有项目."""
    person = access.person_of(request)
    met = _met(person, code, pk)
    found = Project.objects.editable_by(person).get_or_404(code=project)
    version = conflict.version_of(request, met)
    actions.link_met(encounter=met, project=found, version=version, by=person)
    return redirect(_back(met.event))


def _event(person: Person, code: str) -> Event:
    return Event.objects.editable_by(person).select_related("chain").get_or_404(code=code)


def _met(person: Person, code: str, pk: int) -> Encounter:
    return Encounter.objects.editable_by(person).select_related("event__chain").get_or_404(pk=pk, event__code=code)


def _back(event: Event) -> str:
    return f"{tables.event_page(event)}#met"


def _frame(event: Event, *, title: str, **more: Any) -> dict[str, Any]:
    page = tables.event_page(event)
    crumb = {"crumb_url": page, "crumb": tables.name(event), "back_url": _back(event)}
    return {"title": title, "illustrative": event.is_illustrative, **crumb, **more}
