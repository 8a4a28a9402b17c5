"""The history of one record, fetched when its fold is opened: a page does not pay for what nobody unfolds."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from lianzhang.chains.models import Gap, MapVersion, Scheme, TargetList, WorkingGroup
from lianzhang.collecting import tables as collecting
from lianzhang.collecting.models import Collection, Submission
from lianzhang.projects.models import Event, Project
from lianzhang.supervision.models import Meeting, Request, Task, Visit
from lianzhang.web import access, histories


def _page(name: str) -> Callable[[Any], str]:
    return lambda record: reverse(name, args=[getattr(record, "code", record.pk)])


@dataclass(frozen=True)
class Kind:
    """One kind of record with a history here: its model, the field in the address, its page, and the fields whose
    values are told only where the record's own page weighs who may read them."""

    model: Any
    field: str
    page: Callable[[Any], str]
    withheld: frozenset[str] = frozenset()


# The result of a computation: the page of the list tells it, amounts only to those whom the anchors granted them.
RESULT = frozenset(
    {
        "objective_wan",
        "objective_low_wan",
        "objective_high_wan",
        "draw_count",
        "robust_categories",
        "robust_suppliers",
        "open_choices",
        "questions",
        "bound_wan",
        "demand_wan",
        "local_ratio_before",
        "local_ratio_after",
        "category_count",
        "supplier_count",
        "is_proven",
        "method",
        "snapshot",
        "map_version",
        "job",
        "assumptions",
        "categories",
        "frontier",
        "answers",
        "failure",
    }
)
KINDS = {
    "project": Kind(Project, "code", _page("projects:project")),
    "event": Kind(Event, "code", _page("projects:event")),
    "task": Kind(Task, "code", _page("supervision:task")),
    "meeting": Kind(Meeting, "code", _page("supervision:meeting")),
    "request": Kind(Request, "code", _page("supervision:request")),
    "visit": Kind(Visit, "pk", _page("supervision:visit")),
    "scheme": Kind(Scheme, "code", _page("chains:scheme")),
    "group": Kind(WorkingGroup, "pk", _page("chains:group")),
    "collection": Kind(Collection, "code", collecting.page),
    "submission": Kind(Submission, "pk", collecting.answer_page, frozenset({"upload"})),
    "gap": Kind(Gap, "code", _page("gaps:gap")),
    "target": Kind(TargetList, "code", _page("targets:target"), RESULT),
    "map": Kind(MapVersion, "pk", lambda found: reverse("maps:version", args=[found.chain.code, found.number])),
}


@access.signed_in
@require_GET
def of(request: HttpRequest, kind: str, key: str) -> HttpResponse:
    """变更记录 of a record the reader sees; the list alone where a fold asked for it."""
    person = access.person_of(request)
    asked = KINDS.get(kind)
    if asked is None or not key.replace("-", "").isalnum() or (asked.field == "pk" and not key.isdigit()):
        raise Http404
    found = asked.model.objects.all().visible_to(person).get_or_404(**{asked.field: key})
    context = {
        "history": histories.of(found, reader=person, withheld=asked.withheld),
        "crumb": str(found),
        "crumb_url": asked.page(found),
    }
    is_fold = request.headers.get("HX-Request") == "true" and request.headers.get("HX-Target") != "panel"
    return render(request, "parts/history.html" if is_fold else "parts/history_page.html", context)
