"""要素资源: the list, one resource, entering and changing it."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from lianzhang.accounts.models import Person
from lianzhang.accounts.rules import Act, Thing
from lianzhang.resources import actions, queries, tables
from lianzhang.resources.models import Resource
from lianzhang.web import access, histories, listing, submitting
from lianzhang.web.forms.resources import ResourceForm

FORM = ["GET", "HEAD", "POST"]
FORM_PAGE = "resources/form.html"


@access.reads(Thing.RESOURCE)
@require_GET
def listed(request: HttpRequest) -> HttpResponse:
    """Every resource within reach, with how many of each kind."""
    person = access.person_of(request)
    counts = queries.by_kind(person)
    said = [f"{Resource.Kind(kind).label}{count}" for kind, count in counts.items() if count]
    context = {
        "lead": _("共%(count)s项：%(kinds)s。") % {"count": sum(counts.values()), "kinds": _("、").join(said)}
        if said
        else "",
        "may_write": person.reach.may(Act.WRITE, Thing.RESOURCE),
    }
    return listing.respond(
        request, tables.RESOURCES, queries.resources(person), template="resources/list.html", context=context
    )


@access.reads(Thing.RESOURCE)
@require_GET
def resource(request: HttpRequest, code: str) -> HttpResponse:
    """One resource with its source and history."""
    person = access.person_of(request)
    found = queries.resources(person).get_or_404(code=code)
    context = {
        "resource": found,
        "name": tables.name(found),
        "amount": tables.amount(found),
        "may_write": Resource.objects.editable_by(person).filter(pk=found.pk).exists(),
        "history": histories.of(found, reader=person) if person.reach.may(Act.READ, Thing.PLAN) else None,
        "illustrative": found.is_illustrative,
        "as_of": found.as_of,
    }
    return render(request, "resources/resource.html", context)


@access.writes(Thing.RESOURCE)
@require_http_methods(FORM)
def new(request: HttpRequest) -> HttpResponse:
    """登记资源."""
    person, today = access.person_of(request), timezone.localdate()
    form = ResourceForm(request.POST or None, person=person)

    def act(said: dict[str, Any]) -> str:
        said.pop("version")
        return _page_of(actions.enter(chains=said.pop("chains"), year=today.year, by=person, **said))

    frame = {"title": _("登记资源"), "back_url": reverse("resources:list")}
    return submitting.respond(request, form, act=act, frame=frame, template=FORM_PAGE)


@access.writes(Thing.RESOURCE)
@require_http_methods(FORM)
def edit(request: HttpRequest, code: str) -> HttpResponse:
    """Change a resource."""
    person = access.person_of(request)
    found = _editable(person, code)
    # The form writes what was typed onto its own copy, so that the action still sees what stood before.
    form = ResourceForm(request.POST or None, instance=_editable(person, code), person=person)

    def act(said: dict[str, Any]) -> str:
        version = said.pop("version") or found.version
        return _page_of(
            actions.edit(resource=found, chains=said.pop("chains"), changes=said, version=version, by=person)
        )

    frame = {"title": tables.name(found), "back_url": _page_of(found)}
    return submitting.respond(request, form, act=act, frame=frame, template=FORM_PAGE)


def _editable(person: Person, code: str) -> Resource:
    return Resource.objects.editable_by(person).get_or_404(code=code)


def _page_of(found: Resource) -> str:
    return reverse("resources:resource", args=[found.code])
