"""年度计划: every action as a row, one action as a page, and what may be done to it."""

from typing import Any

from django import forms
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lianzhang.accounts.actions import Refused
from lianzhang.accounts.models import Person
from lianzhang.accounts.rules import Act, Thing
from lianzhang.briefings import addresses, work
from lianzhang.briefings import plans as counted
from lianzhang.chains.actions import plans as writing
from lianzhang.chains.models import Action, Chain
from lianzhang.chains.queries import plans
from lianzhang.chains.tables import plans as tables
from lianzhang.supervision.models import Task
from lianzhang.trail import evidence as files
from lianzhang.trail import queries as trail
from lianzhang.web import access, batches, cells, conflict, histories, listing, submitting
from lianzhang.web.forms.gaps import EntrustForm
from lianzhang.web.forms.plans import (
    AdditionForm,
    CompleteForm,
    EvidenceForm,
    LightForm,
    MatterForm,
    ReportForm,
    cell_fields,
)
from lianzhang.web.views.chains import _chain, _frame

FORM = ["GET", "HEAD", "POST"]
FORM_PAGE = "chains/form.html"


@access.reads(Thing.PLAN)
@require_GET
def actions(request: HttpRequest) -> HttpResponse:
    """Every plan action within reach, with its light."""
    person, today = access.person_of(request), timezone.localdate()
    found = counted.actions(person, today=today)
    counts = found.order_by().values("pk")
    late = counts.filter(plans.overdue(today)).count()
    context = {"lead": _lead(counts.count(), late), "as_of": today, "batch": _batch(person)}
    return listing.respond(request, tables.ACTIONS, plans.with_proofs(found), context=context)


def _batch(person: Person) -> list[batches.Action]:
    if not person.reach.may(Act.WRITE, Thing.PLAN):
        return []
    return [batches.Action(label=_("定责任与时限"), url=reverse("chains:entrust_actions"))]


def _lead(count: int, late: int) -> str:
    return _("共%(count)s项计划事项，逾期%(late)s项。") % {"count": count, "late": late}


@access.reads(Thing.PLAN)
@require_GET
def of_chain(request: HttpRequest, code: str) -> HttpResponse:
    """计划 of one chain."""
    person, today = access.person_of(request), timezone.localdate()
    chain = _chain(person, code)
    found = counted.actions(person, today=today).filter(chain=chain)
    late = Count("pk", filter=plans.overdue(today))
    counts = found.order_by().aggregate(count=Count("pk"), late=late)
    lead = _lead(**counts) if counts["count"] else _("来源未列年度计划，可由专班自行补充。")
    context = _frame(chain, person=person, here="chains:chain_plan") | {
        "lead": lead,
        "scope": chain.name,
        "as_of": today,
        "batch": _batch(person),
        "add_url": reverse("chains:add_action", args=[chain.code]) if _may_add(chain, person) else "",
    }
    rows = plans.with_proofs(found)
    return listing.respond(request, tables.ACTIONS, rows, template="chains/tab_list.html", context=context)


@access.reads(Thing.PLAN)
@require_GET
def action(request: HttpRequest, code: str) -> HttpResponse:
    """One action: 事项 / 责任单位 / 时限 / 进展 / 佐证 / 灯, its reports, tasks and history."""
    person, today = access.person_of(request), timezone.localdate()
    found = counted.actions(person, today=today).get(pk=_found(person, code).pk)
    may_write = Action.objects.editable_by(person).filter(pk=found.pk).exists()
    context = {
        "action": found,
        "matter": tables.matter(found),
        "verdict": plans.verdict(found),
        "light": tables.light(plans.verdict(found)),
        "done": tables.progress(found),
        "reports": plans.reports(found),
        "tasks": _tasks(person, found),
        "evidence": _evidence(found),
        "history": histories.of(found, reader=person),
        "may_write": may_write,
        "is_open": found.state == Action.State.OPEN,
        "illustrative": found.chain.is_illustrative,
        "as_of": found.progress_on,
        "events_url": _events_url(found),
    }
    return render(request, "chains/action.html", context)


def _found(person: Person, code: str) -> Action:
    return Action.objects.visible_to(person).get_or_404(code=code)


def _editable(person: Person, code: str) -> Action:
    return Action.objects.editable_by(person).select_related("chain").get_or_404(code=code)


def _tasks(person: Person, found: Action) -> list[work.Item]:
    rows = Task.objects.visible_to(person).filter(action=found).select_related("chain", "responsible")
    return work.task_items(rows, today=timezone.localdate())


def _evidence(found: Action) -> list[dict[str, Any]]:
    proofs = trail.proofs(found)
    return [
        {
            "name": proof.attachment.name,
            "url": addresses.address("trail:file", str(proof.pk)) or "#",
            "added_at": proof.attached_at,
            "size": proof.attachment.size,
        }
        for proof in proofs
    ]


def _events_url(found: Action) -> str:
    if found.counted_from != Action.Counted.EVENTS:
        return ""
    return addresses.address("projects:events", chain=found.chain.code, year=found.year)


def _may_add(chain: Chain, person: Person) -> bool:
    return Chain.objects.within(person, act=Act.WRITE, thing=Thing.PLAN).filter(pk=chain.pk).exists()


@access.writes(Thing.PLAN)
@require_http_methods(FORM)
def add(request: HttpRequest, code: str) -> HttpResponse:
    """自行补充 an action to a chain's plan."""
    person, today = access.person_of(request), timezone.localdate()
    chain = Chain.objects.within(person, act=Act.WRITE, thing=Thing.PLAN).get_or_404(code=code)
    initial = {"year": today.year, "responsible": chain.body_id}
    form = AdditionForm(request.POST or None, person=person, initial=initial)

    def act(said: dict[str, Any]) -> str:
        said.pop("version")
        return _page_of(writing.add(chain=chain, by=person, **said))

    frame = {
        "title": _("自行补充计划事项"),
        "back_url": reverse("chains:chain_plan", args=[chain.code]),
        "chain": chain,
        "illustrative": chain.is_illustrative,
    }
    return submitting.respond(request, form, act=act, frame=frame, template=FORM_PAGE)


@access.writes(Thing.PLAN)
@require_http_methods(FORM)
def edit(request: HttpRequest, code: str) -> HttpResponse:
    """Change what is to be done, by whom and until when."""
    person = access.person_of(request)
    found = _editable(person, code)
    initial = {name: getattr(found, name) for name in writing.EDITABLE} | {"version": found.version}
    form = MatterForm(request.POST or None, person=person, initial=initial)

    def act(said: dict[str, Any]) -> str:
        version = said.pop("version")
        return _page_of(writing.edit(action=found, version=version, changes=said, by=person))

    return _respond(request, form, found, act=act, title=_("修改计划事项"))


@access.writes(Thing.PLAN)
@require_http_methods(cells.METHODS)
def cell(request: HttpRequest, code: str) -> HttpResponse:
    """One field of an action typed in the list: who, until when, how far it has come, why its light."""
    person, today = access.person_of(request), timezone.localdate()
    found = _editable(person, code)

    def write(changes: dict[str, Any], version: int) -> object:
        ((name, value),) = changes.items()
        if name == "light_reason":
            return writing.set_light(action=found, light=found.light, reason=value, version=version, by=person)
        if name in {"progress", "done_value"}:
            said = {"text": found.progress, "done_value": None, ("text" if name == "progress" else name): value}
            return writing.report(action=found, on=today, version=version, today=today, by=person, **said)
        return writing.edit(action=found, version=version, changes=changes, by=person)

    return cells.respond(
        request,
        found,
        among=(tables.ACTIONS,),
        fields=cell_fields(found, today=today, person=person),
        write=write,
        take_back=lambda version: writing.take_back(action=found, version=version, today=today, by=person),
        reread=lambda: plans.with_proofs(counted.actions(person, today=today)).get(pk=found.pk),
    )


@access.writes(Thing.PLAN)
@require_POST
def entrust(request: HttpRequest) -> HttpResponse:
    """定责任与时限 of ticked actions; what is left empty stays as it is."""
    person = access.person_of(request)
    found = Action.objects.editable_by(person).filter(code__in=batches.ticked(request))

    def write(action: Action, said: dict[str, Any], version: int) -> object:
        changes = {"responsible": said["owner"], "due_on": said["due_on"]}
        given = {name: value for name, value in changes.items() if value is not None}
        return writing.edit(action=action, version=version, changes=given, by=person)

    return batches.respond(
        request,
        EntrustForm(request.POST if "asked" in request.POST else None, person=person),
        records=list(found.select_related("chain").order_by("code")),
        shown=lambda action: (tables.matter(action), _page_of(action)),
        write=write,
        title=_("定责任与时限"),
        back_url=reverse("chains:plan_actions"),
    )


@access.writes(Thing.PLAN)
@require_http_methods(FORM)
def report(request: HttpRequest, code: str) -> HttpResponse:
    """填报进展."""
    person, today = access.person_of(request), timezone.localdate()
    found = _editable(person, code)
    form = ReportForm(request.POST or None, action=found, today=today)

    def act(said: dict[str, Any]) -> str:
        writing.report(action=found, today=today, by=person, **{"done_value": None, **said})
        return _page_of(found)

    return _respond(request, form, found, act=act, title=_("填报进展"))


@access.writes(Thing.PLAN)
@require_http_methods(FORM)
def evidence(request: HttpRequest, code: str) -> HttpResponse:
    """添加佐证."""
    person = access.person_of(request)
    found = _editable(person, code)
    form = EvidenceForm(request.POST or None, request.FILES or None)

    def act(said: dict[str, Any]) -> str:
        try:
            kept = files.keep(said["file"], kind="plan", by=person)
        except files.RefusedFile as refused:
            raise Refused(refused.reason) from refused
        files.attach(kept, to=found, purpose="plan", by=person)
        return _page_of(found)

    return _respond(request, form, found, act=act, title=_("添加佐证"))


@access.writes(Thing.PLAN)
@require_http_methods(FORM)
def light(request: HttpRequest, code: str) -> HttpResponse:
    """评灯 by hand with a reason, or back to the rule."""
    person = access.person_of(request)
    found = _editable(person, code)
    initial = {"light": found.light, "reason": found.light_reason, "version": found.version}
    form = LightForm(request.POST or None, initial=initial)

    def act(said: dict[str, Any]) -> str:
        return _page_of(writing.set_light(action=found, by=person, **said))

    return _respond(request, form, found, act=act, title=_("人工评灯"))


@access.writes(Thing.PLAN)
@require_http_methods(FORM)
def complete(request: HttpRequest, code: str) -> HttpResponse:
    """办结; evidence has to be there first."""
    person, today = access.person_of(request), timezone.localdate()
    found = _editable(person, code)
    form = CompleteForm(request.POST or None, initial={"version": found.version, "on": today})

    def act(said: dict[str, Any]) -> str:
        return _page_of(writing.complete(action=found, today=today, by=person, **said))

    return _respond(request, form, found, act=act, title=_("办结"))


@access.writes(Thing.PLAN)
@require_POST
def reopen(request: HttpRequest, code: str) -> HttpResponse:
    """恢复推进, with the reason."""
    person = access.person_of(request)
    found = _editable(person, code)
    version = conflict.version_of(request, found)
    writing.reopen(action=found, reason=request.POST.get("reason", ""), version=version, by=person)
    return redirect("chains:action", found.code)


def _page_of(found: Action) -> str:
    return reverse("chains:action", args=[found.code])


def _respond(request: HttpRequest, form: forms.Form, found: Action, *, act: submitting.Act, title: str) -> HttpResponse:
    frame = {
        "title": title,
        "back_url": _page_of(found),
        "chain": found.chain,
        "about": tables.matter(found),
        "illustrative": found.chain.is_illustrative,
    }
    return submitting.respond(request, form, act=act, frame=frame, template=FORM_PAGE)
