"""The auditor's pages: the trail as a table, one event, and how far checkpoints cover it."""

import json
from typing import Any

from django.conf import settings
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from lianzhang.accounts.models import Person
from lianzhang.accounts.rules import Thing
from lianzhang.trail import checkpoints, tables, verbs
from lianzhang.trail.models import Event
from lianzhang.web import access, listing

# Of these records the auditor reads values too: they are about who may do what, not the office's business.
OPEN_SUBJECTS = ("accounts.",)


@access.reads(Thing.TRAIL)
@require_GET
def events(request: HttpRequest) -> HttpResponse:
    """Who did what to which record; the first line says how far signed checkpoints cover it."""
    found = _named(Event.objects.visible_to(access.person_of(request)))
    last = found.order_by("-seq").values_list("seq", flat=True).first() or 0
    newest = checkpoints.newest(settings.TRAIL_CHECKPOINT_DIRS[0])
    covered = int(newest["seq"]) if newest else 0
    lead = _("共 {last} 条记录，签名检查点覆盖至第 {covered} 条").format(last=last, covered=covered)
    signed_at = parse_datetime(newest["at"]) if newest else None
    context = {"lead": lead, "covered": covered, "signed_at": signed_at}
    return listing.respond(request, tables.EVENTS, found, template="trail/events.html", context=context)


@access.reads(Thing.TRAIL)
@require_GET
def event(request: HttpRequest, seq: int) -> HttpResponse:
    """One event with its authentication codes; values are shown for people and posts, fields alone for the rest."""
    found = _named(Event.objects.visible_to(access.person_of(request))).get_or_404(seq=seq)
    content = json.loads(bytes(found.body))
    is_open = found.subject_type.startswith(OPEN_SUBJECTS)
    context = {
        "event": found,
        "what": verbs.label(found.verb),
        "subject": tables.subject_name(found.subject_type),
        "fields": _fields(content) if is_open else [],
        "names": [] if is_open else tables.changed_fields(found),
        "detail": sorted(content["detail"].items()) if is_open else [],
    }
    return render(request, "trail/event.html", context)


def _fields(content: dict[str, Any]) -> list[tuple[str, Any, Any]]:
    names = [name for name in {**content["before"], **content["after"]} if name not in {"id", "version"}]
    return [(name, content["before"].get(name), content["after"].get(name)) for name in names]


def _named(found: Any) -> Any:
    """Events with the name of who acted, in the same query."""
    people: QuerySet[Any, Any] = Person.objects.filter(pk=OuterRef("actor_id")).values("name")[:1]
    return found.annotate(actor_name=Subquery(people))
