"""载体需求 of a project, and the sites that fit it with the reasons."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from lianzhang.accounts.rules import Thing
from lianzhang.projects import actions, tables
from lianzhang.projects.models import Project, SiteNeed
from lianzhang.resources import fit
from lianzhang.resources import queries as resources
from lianzhang.resources import tables as site_tables
from lianzhang.web import access, listing, submitting
from lianzhang.web.forms.needs import NeedForm

FORM = ["GET", "HEAD", "POST"]


@access.writes(Thing.PROJECT)
@require_http_methods(FORM)
def need(request: HttpRequest, code: str) -> HttpResponse:
    """载体需求: stated, changed, or taken back by emptying it."""
    person = access.person_of(request)
    found = Project.objects.editable_by(person).get_or_404(code=code)
    known = SiteNeed.objects.filter(project=found).first()
    initial = {name: getattr(known, name) for name in (*actions.NEED_FIELDS, "version")} if known else {}
    form = NeedForm(request.POST or None, initial=initial)

    def act(said: dict[str, Any]) -> str:
        version = said.pop("version")
        stated = actions.state_need(project=found, version=version, by=person, **said)
        return reverse("projects:sites", args=[found.code]) if stated else tables.page(found)

    frame = {
        "title": _("载体需求"),
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
    found = Project.objects.visible_to(person).select_related("site_need").get_or_404(code=code)
    stated = getattr(found, "site_need", None)
    if stated is None:
        return redirect(tables.page(found))
    context = {
        "project": found,
        "name": tables.name(found),
        "stated": stated,
        "scope": f"{found.code} {tables.name(found)}",  # what a print or a file of this table is about
        "may_write": Project.objects.editable_by(person).filter(pk=found.pk).exists(),
        "illustrative": found.is_illustrative,
    }
    table, all_sites = site_tables.fitting(stated), resources.sites(person)
    rows = fit.ranked(stated, all_sites)
    return listing.respond(request, table, rows, counted=all_sites, template="projects/sites.html", context=context)
