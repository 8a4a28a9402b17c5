"""Gaps: the list, one gap with all that hangs on it, and each step that people take about it."""

from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lianzhang.accounts.actions import Refused
from lianzhang.accounts.models import Person
from lianzhang.accounts.rules import Act, Thing
from lianzhang.chains import stages
from lianzhang.chains.actions import gaps as actions
from lianzhang.chains.models import Gap
from lianzhang.chains.queries import disclosure as disclosures
from lianzhang.chains.queries import gaps as queries
from lianzhang.chains.queries import grid, teardown
from lianzhang.chains.tables import gaps as tables
from lianzhang.trail import evidence as files
from lianzhang.web import access, batches, cells, conflict, gap_page, listing, submitting
from lianzhang.web.forms import gaps as asked
from lianzhang.web.forms.plans import EvidenceForm
from lianzhang.web.views.projects import FORM, download


@access.reads(Thing.GAP)
@require_GET
def gaps(request: HttpRequest) -> HttpResponse:
    """Every gap within reach."""
    person = access.person_of(request)
    found = queries.gaps(person)
    states = list(found.values_list("state", flat=True))
    counts = {state: states.count(state) for state in Gap.State.values}
    lead = _("共 %(open)s 个缺口未销号，其中 %(waiting)s 个待确认；已销号 %(closed)s 个。") % {
        "open": sum(counts[state] for state in stages.OPEN),
        "waiting": counts["proposed"],
        "closed": counts["closed"],
    }
    context = {"lead": lead, "batch": _batch(person)}
    return listing.respond(request, tables.GAPS, found, context=context)


def _batch(person: Person) -> list[batches.Action]:
    if not person.reach.may(Act.WRITE, Thing.GAP):
        return []
    return [
        batches.Action(label=_("确认所选缺口"), url=reverse("gaps:confirm_many")),
        batches.Action(label=_("定责任与时限"), url=reverse("gaps:entrust_many")),
    ]


@access.writes(Thing.GAP)
@require_POST
def confirm_many(request: HttpRequest) -> HttpResponse:
    """确认 ticked proposals that are filled by the same path; one that somebody stands for already is left alone."""
    person, now = access.person_of(request), timezone.now()

    def write(gap: Gap, said: dict[str, Any], version: int) -> object:
        if gap.state != Gap.State.PROPOSED:
            raise Refused(_("已%(state)s，未改动。") % {"state": gap.get_state_display()})
        if said["label"] == asked.SUGGESTED:
            said["label"] = gap.evidence.get("suggested") or ""
        return actions.confirm(gap=gap, version=version, now=now, by=person, **said)

    form = asked.ConfirmManyForm(request.POST if "asked" in request.POST else None, person=person)
    return _many(request, form, write=write, title=_("确认所选缺口"))


@access.writes(Thing.GAP)
@require_POST
def entrust_many(request: HttpRequest) -> HttpResponse:
    """定责任与时限 of ticked gaps; what is left empty stays as it is."""
    person = access.person_of(request)

    def write(gap: Gap, said: dict[str, Any], version: int) -> object:
        changes = {name: value for name, value in said.items() if value is not None}
        return actions.entrust(gap=gap, changes=changes, version=version, by=person)

    form = asked.EntrustGapsForm(request.POST if "asked" in request.POST else None, person=person)
    return _many(request, form, write=write, title=_("定责任与时限"))


def _many(request: HttpRequest, form: forms.Form, *, write: Any, title: str) -> HttpResponse:
    found = Gap.objects.editable_by(access.person_of(request)).filter(code__in=batches.ticked(request))
    return batches.respond(
        request,
        form,
        records=list(found.select_related("chain", "part").order_by("code")),
        shown=lambda gap: (gap.title, reverse("gaps:gap", args=[gap.code])),
        write=write,
        title=title,
        back_url=reverse("gaps:list"),
    )


@access.reads(Thing.GAP)
@require_GET
def gap(request: HttpRequest, code: str) -> HttpResponse:
    """One gap: what is known, what the next step needs, what is being done and said."""
    person = access.person_of(request)
    found = queries.with_rights(person).get_or_404(code=code)
    return render(request, "gaps/gap.html", gap_page.context(found, person))


@access.reads(Thing.GAP)
@require_GET
def supply(request: HttpRequest, code: str) -> HttpResponse:
    """谁向谁采购、谁能生产、用在哪里: read when the fold of the page is opened."""
    person = access.person_of(request)
    found = queries.gaps(person).select_related("chain__scheme").get_or_404(code=code)
    if found.part is None:
        raise Http404
    shows = disclosures.of(found.snapshot, person=person).sees_rows
    context = {
        "gap": found,
        "chain": found.chain,
        "rows": gap_page.evidence_rows(found) if shows else [],
        "grid": grid.of(teardown.matrix(found.chain, found.part, person=person)),
        "makers": teardown.makers(found.part, person=person),
        "used_in": teardown.used_in(found.part, person=person),
        "illustrative": found.is_illustrative,
    }
    is_fold = request.headers.get("HX-Request") == "true" and request.headers.get("HX-Target") != "panel"
    return render(request, "gaps/supply.html" if is_fold else "gaps/supply_page.html", context)


@access.writes(Thing.GAP)
@require_POST
def confirm(request: HttpRequest, code: str) -> HttpResponse:
    """A person stands for the gap."""
    person, found = _editable(request, code)
    form = asked.ConfirmGapForm(request.POST, instance=Gap.objects.get(pk=found.pk), person=person)
    if form.is_valid():
        try:
            actions.confirm(gap=found, now=timezone.now(), by=person, **form.cleaned_data)
            return redirect("gaps:gap", code=code)
        except Refused as refused:
            form.add_error(None, refused.reason)
    return render(request, "gaps/gap.html", gap_page.context(found, person) | {"form": form}, status=422)


@access.writes(Thing.GAP)
@require_http_methods(FORM)
def revise(request: HttpRequest, code: str) -> HttpResponse:
    """修改类型、路径、责任、时限和复核日期."""
    person, found = _editable(request, code)
    instance = Gap.objects.get(pk=found.pk)
    form = asked.ReviseGapForm(request.POST or None, instance=instance, person=person)

    def act(said: dict[str, Any]) -> str:
        reason, version = said.pop("reason"), said.pop("version")
        actions.revise(gap=found, changes=said, reason=reason, version=version, by=person)
        return gap_page.address(found)

    return submitting.respond(request, form, act=act, frame=gap_page.frame(found, title=_("修改缺口")))


@access.writes(Thing.GAP)
@require_http_methods(cells.METHODS)
def cell(request: HttpRequest, code: str) -> HttpResponse:
    """Who answers for a confirmed gap, until when and when it is looked at again, typed in the list."""
    person, found = _editable(request, code)

    def write(changes: dict[str, Any], version: int) -> object:
        return actions.entrust(gap=found, changes=changes, version=version, by=person)

    return cells.respond(
        request,
        found,
        among=(tables.GAPS,),
        fields=asked.ConfirmGapForm(instance=found, person=person).fields,
        write=write,
        reread=lambda: queries.gaps(person).get(pk=found.pk),
    )


@access.writes(Thing.GAP)
@require_http_methods(FORM)
def dismiss(request: HttpRequest, code: str) -> HttpResponse:
    """The gap does not hold."""
    person, found = _editable(request, code)
    form = asked.GapReasonForm(request.POST or None, initial={"version": found.version})

    def act(said: dict[str, Any]) -> str:
        return gap_page.address(actions.dismiss(gap=found, by=person, **said))

    return submitting.respond(
        request, form, act=act, frame=gap_page.frame(found, title=_("判为不成立"), move="dismiss")
    )


@access.writes(Thing.GAP)
@require_http_methods(FORM)
def reopen(request: HttpRequest, code: str) -> HttpResponse:
    """重新打开, with the reason."""
    person, found = _editable(request, code)
    form = asked.GapReasonForm(request.POST or None, initial={"version": found.version})

    def act(said: dict[str, Any]) -> str:
        return gap_page.address(actions.reopen(gap=found, now=timezone.now(), by=person, **said))

    key = "restore" if found.state == Gap.State.INVALID else "reopen"
    frame = gap_page.frame(found, title=str(stages.move(key).label), move=key)
    return submitting.respond(request, form, act=act, frame=frame)


@access.writes(Thing.GAP)
@require_http_methods(FORM)
def review(request: HttpRequest, code: str) -> HttpResponse:
    """复核: looked at again."""
    person, found = _editable(request, code)
    today = timezone.localdate()
    initial = {"version": found.version, "next_on": stages.review_on(today)}
    form = asked.ReviewForm(request.POST or None, initial=initial)

    def act(said: dict[str, Any]) -> str:
        return gap_page.address(actions.review(gap=found, today=today, by=person, **said))

    return submitting.respond(request, form, act=act, frame=gap_page.frame(found, title=_("复核缺口")))


@access.writes(Thing.GAP)
@require_POST
def start(request: HttpRequest, code: str) -> HttpResponse:
    """开始推进, by hand."""
    person, found = _editable(request, code)
    actions.start(gap=found, version=conflict.version_of(request, found), by=person)
    return redirect("gaps:gap", code=code)


@access.reads(Thing.GAP)
@require_POST
def close(request: HttpRequest, code: str) -> HttpResponse:
    """销号: by somebody other than who confirmed it, on a newer snapshot."""
    person = access.person_of(request)
    found = queries.with_rights(person).get_or_404(code=code)
    if not (found.may_write or found.may_approve):
        raise Http404
    actions.close(gap=found, version=conflict.version_of(request, found), now=timezone.now(), by=person)
    return redirect("gaps:gap", code=code)


@access.writes(Thing.GAP)
@require_http_methods(FORM)
def prove(request: HttpRequest, code: str) -> HttpResponse:
    """添加佐证 to a gap."""
    person, found = _editable(request, code)
    form = EvidenceForm(request.POST or None, request.FILES or None)

    def act(said: dict[str, Any]) -> str:
        actions.add_evidence(gap=found, attachment=kept(said["file"], by=person), by=person)
        return f"{gap_page.address(found)}#evidence"

    return submitting.respond(
        request, form, act=act, frame=gap_page.frame(found, title=_("添加佐证"), submit=_("上传"))
    )


@access.reads(Thing.GAP)
@require_GET
def gap_file(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """A piece of evidence of a gap or of an opinion on it, to whoever sees the gap."""
    person = access.person_of(request)
    found = queries.gaps(person).get_or_404(code=code)
    proof = queries.proofs(found, queries.opinions(found, person=person)).filter(pk=pk).first()
    if proof is None:
        raise Http404
    return download(proof)


@access.reads(Thing.GAP)
@require_GET
def stage_table(request: HttpRequest) -> HttpResponse:
    """缺口各步所需: straight from the reviewed table."""
    rows = [
        {
            "move": one,
            "origins": [state.label for state in one.origins],
            "needs": stages.labels(one),
        }
        for one in stages.table().moves.values()
    ]
    closings = [(Gap.Kind(kind).label, rule.words) for kind, rule in stages.table().closings.items()]
    return render(request, "gaps/stages.html", {"rows": rows, "closings": closings})


def kept(upload: Any, *, by: Person) -> Any:
    """The upload as a kept file; Refused with the reason where it cannot serve as evidence."""
    try:
        return files.keep(upload, kind="gap", by=by)
    except files.RefusedFile as refused:
        raise Refused(refused.reason) from refused


def _editable(request: HttpRequest, code: str) -> tuple[Person, Gap]:
    person = access.person_of(request)
    return person, Gap.objects.editable_by(person).select_related("chain").get_or_404(code=code)
