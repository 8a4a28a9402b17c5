"""走访 on pages: planned, made, and what was promised, which is a task like any other."""

from typing import Any

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_http_methods

from lianzhang.accounts.rules import Act, Thing
from lianzhang.supervision import actions, states, tables
from lianzhang.supervision.models import Request, Task, Visit
from lianzhang.web import access, listing, submitting
from lianzhang.web.forms import supervision as forms
from lianzhang.web.views.projects import FORM


@access.reads(Thing.PLAN)
@require_GET
def visits(request: HttpRequest) -> HttpResponse:
    """走访台账: what was promised and what of it is still open."""
    person, today = access.person_of(request), timezone.localdate()
    found = (
        Visit.objects.visible_to(person)
        .select_related("chain", "enterprise", "visitor__person")
        .annotate(promise_count=Count("tasks"), open_count=Count("tasks", filter=Q(tasks__state__in=states.OPEN)))
    )
    made = Q(visited_on__isnull=False)
    counts = Visit.objects.visible_to(person).aggregate(
        made=Count("pk", filter=made, distinct=True),
        bare=Count("pk", filter=made & Q(tasks__isnull=True), distinct=True),
        planned=Count("pk", filter=Q(visited_on__isnull=True), distinct=True),
    )
    context = {
        "lead": _("已走访%(made)s次，其中%(bare)s次未形成承诺；已安排%(planned)s次。") % counts,
        "new_url": reverse("supervision:new_visit") if person.reach.may(Act.WRITE, Thing.PLAN) else "",
        "as_of": today,
    }
    return listing.respond(request, tables.VISITS, found, template="supervision/visits.html", context=context)


@access.reads(Thing.PLAN)
@require_GET
def visit(request: HttpRequest, pk: int) -> HttpResponse:
    """One visit: why, what was found, what was promised, and the firm's open requests before going."""
    person = access.person_of(request)
    related = ("chain", "enterprise", "visitor__person", "visitor__body")
    found = Visit.objects.visible_to(person).select_related(*related).get_or_404(pk=pk)
    requests = Request.objects.visible_to(person).filter(enterprise=found.enterprise).exclude(state="closed")
    context = {
        "visit": found,
        "tasks": list(Task.objects.visible_to(person).filter(visit=found).select_related("responsible")),
        "requests": list(requests.order_by("due_on")[:10]),
        "may_write": Visit.objects.editable_by(person).filter(pk=found.pk).exists(),
        "illustrative": found.is_illustrative,
    }
    return render(request, "supervision/visit.html", context)


@access.writes(Thing.PLAN)
@require_http_methods(FORM)
def new(request: HttpRequest) -> HttpResponse:
    """安排走访."""
    person = access.person_of(request)
    form = forms.VisitForm(request.POST or None, person=person)

    def act(said: dict[str, Any]) -> str:
        return tables.visit_page(actions.plan_visit(by=person, **said))

    back = reverse("supervision:visits")
    frame = {
        "title": pgettext("page", "安排走访"),
        "submit": _("安排"),
        "back_url": back,
        "crumb_url": back,
        "crumb": _("走访"),
    }
    return submitting.respond(request, form, act=act, frame=frame)


@access.writes(Thing.PLAN)
@require_http_methods(FORM)
def record(request: HttpRequest, pk: int) -> HttpResponse:
    """记录走访情况."""
    person, today = access.person_of(request), timezone.localdate()
    found = Visit.objects.editable_by(person).select_related("enterprise").get_or_404(pk=pk)
    initial = {"version": found.version, "visited_on": found.visited_on or today, "findings": found.findings}
    form = forms.FindingsForm(request.POST or None, initial=initial)

    def act(said: dict[str, Any]) -> str:
        return tables.visit_page(actions.record_visit(visit=found, now=timezone.now(), by=person, **said))

    return submitting.respond(request, form, act=act, frame=_frame(found, title=_("记录走访情况")))


@access.writes(Thing.PLAN)
@require_http_methods(FORM)
def promise(request: HttpRequest, pk: int) -> HttpResponse:
    """登记承诺事项."""
    person = access.person_of(request)
    found = Visit.objects.editable_by(person).select_related("enterprise", "chain").get_or_404(pk=pk)
    form = forms.PromiseForm(request.POST or None, person=person)

    def act(said: dict[str, Any]) -> str:
        actions.promise(visit=found, now=timezone.now(), by=person, **said)
        return tables.visit_page(found)

    return submitting.respond(request, form, act=act, frame=_frame(found, title=_("登记承诺事项")))


def _frame(found: Visit, *, title: str) -> dict[str, Any]:
    page = tables.visit_page(found)
    return {
        "title": title,
        "back_url": page,
        "crumb_url": page,
        "crumb": found.enterprise.name,
        "illustrative": found.is_illustrative,
    }
