"""以商招商 on pages: the table, and saying who introduced a project's investor."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from lianzhang.accounts.rules import Thing
from lianzhang.projects import actions, tables
from lianzhang.projects.events import introductions
from lianzhang.projects.models import Project
from lianzhang.web import access, listing, submitting
from lianzhang.web.forms.introductions import IntroductionForm
from lianzhang.web.views.projects import FORM


@access.reads(Thing.PROJECT)
@require_GET
def introduced(request: HttpRequest) -> HttpResponse:
    """Who introduced whom, by introducing firm."""
    person = access.person_of(request)
    said = introductions.totals(person)
    lead = _("%(firms)s家企业引荐%(projects)s个项目，已签约%(signed)s个，已开工%(started)s个。") % said
    context = {"lead": lead if said["projects"] else "", "as_of": timezone.localdate()}
    return listing.respond(request, introductions.TABLE, introductions.introduced(person), context=context)


@access.writes(Thing.PROJECT)
@require_http_methods(FORM)
def introduce(request: HttpRequest, code: str) -> HttpResponse:
    """引荐企业 of a project."""
    person = access.person_of(request)
    found = Project.objects.editable_by(person).get_or_404(code=code)
    initial = {
        "introducer": found.introducer_id,
        "introduced_note": found.introduced_note,
        "version": found.version,
    }
    form = IntroductionForm(request.POST or None, initial=initial, person=person)

    def act(said: dict[str, Any]) -> str:
        actions.introduce(
            project=found,
            introducer=said["introducer"],
            note=said["introduced_note"],
            version=said["version"],
            by=person,
        )
        return tables.page(found)

    page = tables.page(found)
    frame = {
        "title": _("引荐企业"),
        "back_url": page,
        "crumb_url": page,
        "crumb": tables.name(found),
        "illustrative": found.is_illustrative,
    }
    return submitting.respond(request, form, act=act, frame=frame)
