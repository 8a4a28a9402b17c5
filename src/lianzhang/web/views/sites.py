"""载体: the list, one site with what it offers, entering and changing it, its month."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from lianzhang.accounts.models import Person
from lianzhang.accounts.rules import Act, Thing
from lianzhang.projects.models import SiteNeed
from lianzhang.resources import actions, queries, tables
from lianzhang.resources.models import Site
from lianzhang.tables import values
from lianzhang.web import access, histories, listing, submitting
from lianzhang.web.forms import sites as forms

FORM = ["GET", "HEAD", "POST"]
FIELDS = tuple(name for name in forms.SiteForm.base_fields if name != "version")


@access.reads(Thing.RESOURCE)
@require_GET
def listed(request: HttpRequest) -> HttpResponse:
    """Every site, with what is free on them."""
    person = access.person_of(request)
    context = {
        "lead": _lead(queries.site_totals(person)),
        "may_write": person.reach.may(Act.WRITE, Thing.RESOURCE),
    }
    return listing.respond(
        request, tables.SITES, queries.sites(person), template="resources/sites.html", context=context
    )


def _lead(totals: dict[str, Any]) -> str:
    if not totals["sites"]:
        return ""
    said = {name: values.plain(totals[name] or 0, "decimal") for name in ("vacant", "land")}
    lead = _("共%(sites)s处，可用%(ready)s处；空置%(vacant)s㎡，可供地%(land)s亩。") % {**totals, **said}
    if totals["unfilled"]:
        lead += _("另有%(unfilled)s处未填空置面积。") % totals
    return lead


@access.reads(Thing.RESOURCE)
@require_GET
def site(request: HttpRequest, code: str) -> HttpResponse:
    """One site: what it offers, how far it is, its source and history."""
    person = access.person_of(request)
    found = queries.sites(person).get_or_404(code=code)
    context = {
        "site": found,
        "name": tables.name(found),
        "park": tables.name(found.park) if found.park else "",
        "progress": tables.progress(found),
        "may_write": Site.objects.editable_by(person).filter(pk=found.pk).exists(),
        "chosen_by": _chosen_by(found, person),
        "history": histories.of(found, reader=person) if person.reach.may(Act.READ, Thing.PLAN) else None,
        "illustrative": found.is_illustrative,
        "as_of": found.as_of,
    }
    return render(request, "resources/site.html", context)


def _chosen_by(found: Site, person: Person) -> list[SiteNeed]:
    """The projects that chose a site, as far as the reader sees them."""
    if not person.reach.may(Act.READ, Thing.PROJECT):
        return []
    return list(SiteNeed.objects.visible_to(person).filter(site=found).select_related("project").order_by("chosen_on"))


@access.writes(Thing.RESOURCE)
@require_http_methods(FORM)
def new(request: HttpRequest) -> HttpResponse:
    """登记载体."""
    person, today = access.person_of(request), timezone.localdate()
    form = forms.SiteForm(request.POST or None, initial={"as_of": today}, person=person)

    def act(said: dict[str, Any]) -> str:
        said.pop("version")
        return tables.site_page(actions.enter_site(year=today.year, by=person, **said))

    return submitting.respond(request, form, act=act, frame=_frame(_("登记载体"), back=reverse("resources:sites")))


@access.writes(Thing.RESOURCE)
@require_http_methods(FORM)
def edit(request: HttpRequest, code: str) -> HttpResponse:
    """修改载体."""
    person = access.person_of(request)
    found = _editable(person, code)
    initial = {name: getattr(found, name) for name in (*FIELDS, "version")}
    form = forms.SiteForm(request.POST or None, initial=initial, person=person)

    def act(said: dict[str, Any]) -> str:
        version = said.pop("version")
        return tables.site_page(actions.edit_site(site=found, changes=said, version=version, by=person))

    return submitting.respond(request, form, act=act, frame=_frame(_("修改载体"), found=found))


@access.writes(Thing.RESOURCE)
@require_http_methods(FORM)
def report(request: HttpRequest, code: str) -> HttpResponse:
    """更新进度与空置."""
    person, today = access.person_of(request), timezone.localdate()
    found = _editable(person, code)
    initial = {
        **{name: getattr(found, name) for name in ("version", "progress", "vacant_m2")},
        "note": found.progress_note,
        "as_of": today,
    }
    form = forms.SiteMonthForm(request.POST or None, initial=initial)

    def act(said: dict[str, Any]) -> str:
        return tables.site_page(actions.report_site(site=found, today=today, by=person, **said))

    return submitting.respond(request, form, act=act, frame=_frame(_("更新进度与空置"), found=found))


def _editable(person: Person, code: str) -> Site:
    return Site.objects.editable_by(person).select_related("park").get_or_404(code=code)


def _frame(title: str, *, back: str = "", found: Site | None = None) -> dict[str, Any]:
    """Where a form stands: under the list, or under its site."""
    page = tables.site_page(found) if found else back
    return {
        "title": title,
        "back_url": page,
        "crumb_url": page,
        "crumb": tables.name(found) if found else _("载体"),
        "illustrative": found.is_illustrative if found else False,
    }
