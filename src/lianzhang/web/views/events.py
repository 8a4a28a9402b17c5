"""Events on pages: the ledger, one event with what became of its signings, and tying a signing to its project."""

from datetime import date
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lianzhang.accounts.actions import Refused
from lianzhang.accounts.models import Person
from lianzhang.accounts.rules import Act, Thing
from lianzhang.intake import ledgers
from lianzhang.projects import actions, queries, tables
from lianzhang.projects.events import conversions, encounters
from lianzhang.projects.events import tables as event_tables
from lianzhang.projects.leads import likeness
from lianzhang.projects.models import Event, Project, Signing
from lianzhang.projects.stages import Stage
from lianzhang.tables import values
from lianzhang.web import access, announced, listing, submitting, workbooks
from lianzhang.web.forms import events as forms
from lianzhang.web.views.projects import FORM

VIEWS = ("projects:events", "projects:signings", "projects:met", "projects:conversion")
FIELDS = tuple(name for name in forms.EventForm.base_fields if name != "version")


@access.reads(Thing.EVENT)
@require_GET
def events(request: HttpRequest) -> HttpResponse:
    """会展活动台账."""
    person = access.person_of(request)
    found = queries.events(person)
    totals = queries.event_totals(person)
    lead = _events_lead(totals, conversions.started_within(person, months=12), person=person)
    new_url = reverse("projects:new_event") if person.reach.may(Act.WRITE, Thing.EVENT) else ""
    context = {
        "lead": lead,
        "new_url": new_url,
        "signings_url": workbooks.hand_in("signings", person),
        "announced": announced.totals(person),
        "tabs": tabs(person, "projects:events"),
        "as_of": timezone.localdate(),
    }
    return listing.respond(request, tables.EVENTS, found, template="projects/events.html", context=context)


def tabs(person: Person, here: str) -> list[dict[str, Any]]:
    """The views of events, as far as one may read what they are about."""
    labels = (_("会展活动"), _("签约明细"), _("对接企业"), _("签约转化"))
    seen = VIEWS if person.reach.may(Act.READ, Thing.PROJECT) else VIEWS[:1]
    return [
        {"label": label, "url": reverse(name), "is_here": name == here}
        for name, label in zip(seen, labels, strict=False)
    ]


@access.reads(Thing.PROJECT)
@require_GET
def signings(request: HttpRequest) -> HttpResponse:
    """活动签约明细: every deal with the project it is tied to, and how far that has come."""
    person = access.person_of(request)
    found = event_tables.signings(person)
    context = {
        "lead": lambda listed: _("%(count)s笔签约，每笔对应一个项目。") % {"count": listed.figure},
        "announced": announced.totals(person),
        "tabs": tabs(person, "projects:signings"),
        "as_of": timezone.localdate(),
    }
    return listing.respond(request, event_tables.SIGNINGS, found, template="projects/events.html", context=context)


def _events_lead(totals: dict[str, int], started: int, *, person: Person) -> str:
    """The first sentence; who may not read projects is told what was published and no more."""
    if not person.reach.may(Act.READ, Thing.PROJECT):
        return _("%(events)s场活动，公布签约%(published)s个。") % totals
    lead = _("%(events)s场活动，公布签约%(published)s个；已逐条对应项目%(tied)s个，其中12个月内开工%(within)s个。") % {
        **totals,
        "within": started,
    }
    return lead + (_("其余明细未公布。") if totals["published"] > totals["tied"] else "")


@access.reads(Thing.PROJECT)
@require_GET
def conversion(request: HttpRequest, by: str = "event") -> HttpResponse:
    """活动签约转化: 6, 12 and 24 months, by event, by chain or by year."""
    person, today = access.person_of(request), timezone.localdate()
    words = {"event": _("按活动"), "chain": _("按产业链"), "year": _("按年度")}
    pages = {key: reverse("projects:conversion_by", args=[key]) for key in ("chain", "year")}
    pages["event"] = reverse("projects:conversion")
    context = {
        "tabs": [{"label": words[key], "url": pages[key], "is_here": key == by} for key in conversions.BY],
        "lead": _conversion_lead(person, today=today),
        "announced": announced.totals(person),
        "scope": words[by],
        "as_of": today,
    }
    rows = conversions.table_rows(person, by=by, today=today)
    return listing.respond(request, conversions.TABLE, rows, template="projects/conversion.html", context=context)


def _conversion_lead(person: Person, *, today: date) -> str:
    """The whole in one sentence, at twelve months."""
    found = conversions.deals(Signing.objects.visible_to(person))
    year = next(each for each in conversions.horizons(found, today=today) if each.months == 12)
    if not year.due_count:
        return _("还没有签约满12个月的项目。")
    said = {
        "due": year.due_count,
        "started": year.reached[Stage.STARTED],
        "ratio": values.plain(year.start_ratio, "ratio"),
    }
    return _("签约满12个月的%(due)s个项目，12个月内开工%(started)s个，开工率%(ratio)s。") % said


@access.reads(Thing.EVENT)
@require_GET
def event(request: HttpRequest, code: str) -> HttpResponse:
    """One event: what was announced, and how far each signing has come since."""
    person = access.person_of(request)
    found = Event.objects.visible_to(person).select_related("chain", "host", "source").get_or_404(code=code)
    may_read = person.reach.may(Act.READ, Thing.PROJECT)
    signings = list(queries.signings(found, person=person))
    may_write = Event.objects.editable_by(person).filter(pk=found.pk).exists()
    came = conversions.deals(Signing.objects.filter(pk__in=[signing.pk for signing in signings])) if signings else []
    reached = conversions.so_far(came)
    met = encounters.acquaintances(list(encounters.met(found, person=person)), person=person)
    context = {
        "event": found,
        "name": tables.name(found),
        "table": listing.plain(request, event_tables.OF_EVENT, signings),
        "signings": signings,
        "conversion": [(step.label, count) for step, count in reached.items()],
        "ended_count": sum(deal.is_ended for deal in came),
        "horizons": conversions.horizons(came, today=timezone.localdate()) if came else [],
        "steps": conversions.STEPS,
        "ledger_url": _ledger_url("signings", found, person) if may_write else "",
        "met_url": _ledger_url("encounters", found, person) if may_write else "",
        "lead": _lead(found, reached, tied=len(came)) if may_read else "",
        "may_read": may_read,
        "may_write": may_write,
        "sees_met": may_write or bool(met),
        "met": met,
        "opened": sum(one.encounter.project_id is not None for one in met),
        "illustrative": found.is_illustrative,
        "as_of": found.as_of,
    }
    return render(request, "projects/event.html", context)


def _ledger_url(key: str, found: Event, person: Person) -> str:
    """Where a sheet of this event's signings, or of whom one met there, is handed in."""
    ledger = ledgers.get(key)
    return f"{reverse('intake:ledger', args=[ledger.key])}?event={found.pk}" if ledger.may_use(person) else ""


def _lead(found: Event, reached: dict[Stage, int], *, tied: int) -> str:
    if not tied:
        if found.signing_count:
            return _("公布签约%(published)s个，明细未公布。") % {"published": found.signing_count}
        return _("没有对应到项目的签约。")
    return _("对应项目%(tied)s个：已正式签约%(signed)s个，已开工%(started)s个，已投产%(produced)s个。") % {
        "tied": tied,
        "signed": reached[Stage.SIGNED],
        "started": reached[Stage.STARTED],
        "produced": reached[Stage.IN_PRODUCTION],
    }


@access.writes(Thing.EVENT)
@require_http_methods(FORM)
def new(request: HttpRequest) -> HttpResponse:
    """登记活动."""
    person = access.person_of(request)
    form = forms.EventForm(request.POST or None, person=person)

    def act(said: dict[str, Any]) -> str:
        said.pop("version")
        return tables.event_page(actions.enter_event(now=timezone.now(), by=person, **said))

    back = reverse("projects:events")
    frame = {
        "title": pgettext("page", "登记活动"),
        "submit": _("登记"),
        "back_url": back,
        "crumb_url": back,
        "crumb": _("活动签约"),
    }
    return submitting.respond(request, form, act=act, frame=frame)


@access.writes(Thing.EVENT)
@require_http_methods(FORM)
def edit(request: HttpRequest, code: str) -> HttpResponse:
    """修改活动."""
    person = access.person_of(request)
    found = Event.objects.editable_by(person).get_or_404(code=code)
    initial = {name: getattr(found, name) for name in (*FIELDS, "version")}
    form = forms.EventForm(request.POST or None, initial=initial, person=person)

    def act(said: dict[str, Any]) -> str:
        version = said.pop("version")
        actions.edit_event(event=found, changes=said, version=version, by=person)
        return tables.event_page(found)

    return submitting.respond(request, form, act=act, frame=_frame(found, title=_("修改活动")))


@access.writes(Thing.EVENT)
@require_http_methods(FORM)
def tie(request: HttpRequest, code: str) -> HttpResponse:
    """对应项目: say which project a signing is about."""
    person = access.person_of(request)
    found = Event.objects.editable_by(person).select_related("chain").get_or_404(code=code)
    form = forms.TieForm(request.POST or None, initial={"signed_on": found.held_on}, person=person, event=found)

    frame = _frame(found, title=_("签约对应项目"))

    def act(said: dict[str, Any]) -> str:
        earlier, although, project = said.pop("predecessor"), said.pop("although"), said["project"]
        said["note"] = _("；").join(filter(None, (said["note"], although)))
        try:
            with transaction.atomic():
                actions.tie_signing(event=found, by=person, **said)
                if earlier is not None:
                    changes, now = {"predecessor": earlier}, timezone.now()
                    actions.edit(project=project, changes=changes, version=None, now=now, by=person)
                elif not although:
                    _ask_about_repeats(project, form, frame, person=person)
        except Refused:
            frame["earlier"] = Signing.objects.visible_to(person).filter(project=project).first()
            raise
        return tables.event_page(found)

    return submitting.respond(request, form, act=act, frame=frame, template="projects/tie.html")


def _ask_about_repeats(project: Project, form: forms.TieForm, frame: dict[str, Any], *, person: Person) -> None:
    """Signed before under another code? Then that one is offered as the predecessor."""
    repeats = likeness.signed_before(project)
    if not repeats:
        return
    seen = Project.objects.visible_to(person).filter(pk__in=[one.project.pk for one in repeats])
    form.ask_why(seen)
    own = set(seen.values_list("pk", flat=True))
    frame["repeats"] = [one for one in repeats if one.project.pk in own]
    raise Refused(_("可能是重复签约。是同一个项目或其续建、增资的，选前期项目；不是的写明理由。"))


@access.writes(Thing.EVENT)
@require_POST
def untie(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """Take a signing off again."""
    person = access.person_of(request)
    found = Event.objects.editable_by(person).get_or_404(code=code)
    signing = Signing.objects.visible_to(person).select_related("event").get_or_404(pk=pk, event=found)
    actions.untie_signing(signing=signing, by=person)
    return redirect(tables.event_page(found))


def _frame(found: Event, *, title: str) -> dict[str, Any]:
    page = tables.event_page(found)
    return {
        "title": title,
        "back_url": page,
        "crumb_url": page,
        "crumb": tables.name(found),
        "illustrative": found.is_illustrative,
    }
