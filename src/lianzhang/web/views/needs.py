"""载体需求 of a project, the sites that fit it with the reasons, and choosing one."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lianzhang.accounts.rules import Thing
from lianzhang.projects import actions, lead_sheets, tables
from lianzhang.projects.models import Project, SiteNeed
from lianzhang.resources import fit
from lianzhang.resources import queries as resources
from lianzhang.resources import tables as site_tables
from lianzhang.resources.models import Site
from lianzhang.web import access, conflict, listing, submitting
from lianzhang.web.forms.needs import ChoiceForm, NeedForm

FORM = ["GET", "HEAD", "POST"]


@access.writes(Thing.PROJECT)
@require_http_methods(FORM)
def need(request: HttpRequest, code: str) -> HttpResponse:
    """载体需求: stated, changed, or taken back by emptying it."""
    person = access.person_of(request)
    found = Project.objects.editable_by(person).get_or_404(code=code)
    known = SiteNeed.objects.filter(project=found).first()
    stated = {name: getattr(known, name) for name in (*actions.NEED_FIELDS, "version")} if known else {}
    kept = lead_sheets.wanted_of(found) if known is None else None
    form = NeedForm(request.POST or None, initial=stated or kept or {})

    def act(said: dict[str, Any]) -> str:
        version = said.pop("version")
        stated = actions.state_need(project=found, version=version, by=person, **said)
        return reverse("projects:sites", args=[found.code]) if stated else tables.page(found)

    frame = {
        "title": _("载体需求"),
        "about": _("按台账“载体需求”预填，请核对后保存。") if kept else "",
        "back_url": tables.page(found),
        "crumb_url": tables.page(found),
        "crumb": tables.name(found),
        "illustrative": found.is_illustrative,
    }
    return submitting.respond(request, form, act=act, frame=frame)


@access.reads(Thing.PROJECT)
@require_GET
def sites(request: HttpRequest, code: str) -> HttpResponse:
    """合适的载体: every site within reach, best first, each row with its reasons."""
    person = access.person_of(request)
    found = Project.objects.visible_to(person).select_related("site_need__site").get_or_404(code=code)
    stated = getattr(found, "site_need", None)
    if stated is None:
        return redirect(tables.page(found))
    may_write = Project.objects.editable_by(person).filter(pk=found.pk).exists()
    context = {
        "project": found,
        "name": tables.name(found),
        "stated": stated,
        "scope": f"{found.code} {tables.name(found)}",  # what a print or a file of this table is about
        "may_write": may_write,
        "illustrative": found.is_illustrative,
    }

    def choose(site: Site) -> str:
        return reverse("projects:choose_site", args=[found.code, site.code])

    table, all_sites = site_tables.fitting(stated, choose=choose if may_write else None), resources.sites(person)
    rows = fit.ranked(stated, all_sites)
    return listing.respond(request, table, rows, counted=all_sites, template="projects/sites.html", context=context)


@access.writes(Thing.PROJECT)
@require_http_methods(FORM)
def choose(request: HttpRequest, code: str, site: str) -> HttpResponse:
    """选定载体: how this site fits, and the reason where it does not in everything."""
    person = access.person_of(request)
    found = Project.objects.editable_by(person).select_related("site_need").get_or_404(code=code)
    offered = resources.sites(person).get_or_404(code=site)
    stated = getattr(found, "site_need", None)
    if stated is None:
        return redirect("projects:need", code=found.code)
    verdicts = fit.judged(stated, offered)
    unmet = [each.text for each in verdicts if each.mark == fit.UNMET]
    form = ChoiceForm(request.POST or None, initial={"version": stated.version}, is_fitting=not unmet)

    def act(said: dict[str, Any]) -> str:
        actions.choose_site(project=found, site=offered, today=timezone.localdate(), by=person, **said)
        return tables.page(found) + "#need"

    back = reverse("projects:sites", args=[found.code])
    frame = {
        "title": _("选定载体：%(site)s") % {"site": site_tables.name(offered)},
        "submit": _("选定"),
        "back_url": back,
        "crumb_url": back,
        "crumb": tables.name(found),
        "stated": stated,
        "site": offered,
        "unmet": unmet,
        "unknown": [each.text for each in verdicts if each.mark == fit.UNKNOWN],
        "met": [each.text for each in verdicts if each.mark == fit.MET],
        "illustrative": found.is_illustrative or offered.is_illustrative,
    }
    return submitting.respond(request, form, act=act, frame=frame, template="projects/choose_site.html")


@access.writes(Thing.PROJECT)
@require_POST
def drop(request: HttpRequest, code: str) -> HttpResponse:
    """取消选定."""
    person = access.person_of(request)
    found = Project.objects.editable_by(person).select_related("site_need").get_or_404(code=code)
    version = conflict.version_of(request, getattr(found, "site_need", None) or found)
    actions.drop_site(project=found, version=version, by=person)
    return redirect(tables.page(found) + "#need")
