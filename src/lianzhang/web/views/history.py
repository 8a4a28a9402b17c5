"""The history of one record, fetched when its fold is opened: a page does not pay for what nobody unfolds."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from lianzhang.projects.models import Event, Project
from lianzhang.supervision.models import Meeting, Request, Task, Visit
from lianzhang.web import access, histories

# What has a history here: its records, the field in the address, and the page it belongs to.
KINDS: dict[str, tuple[Any, str, str]] = {
    "project": (Project, "code", "projects:project"),
    "event": (Event, "code", "projects:event"),
    "task": (Task, "code", "supervision:task"),
    "meeting": (Meeting, "code", "supervision:meeting"),
    "request": (Request, "code", "supervision:request"),
    "visit": (Visit, "pk", "supervision:visit"),
}


@access.signed_in
@require_GET
def of(request: HttpRequest, kind: str, key: str) -> HttpResponse:
    """变更记录 of a record the reader sees; the list alone where a fold asked for it."""
    person = access.person_of(request)
    if kind not in KINDS or not key.replace("-", "").isalnum():
        raise Http404
    model, field, page = KINDS[kind]
    if field == "pk" and not key.isdigit():
        raise Http404
    found = model.objects.all().visible_to(person).get_or_404(**{field: key})
    context = {
        "history": histories.of(found, reader=person),
        "crumb": str(found),
        "crumb_url": reverse(page, args=[key]),
    }
    is_fold = request.headers.get("HX-Request") == "true" and request.headers.get("HX-Target") != "panel"
    return render(request, "parts/history.html" if is_fold else "parts/history_page.html", context)
