"""Gaps: the list, one gap with its evidence, and the three things people decide about it."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lianzhang.accounts.actions import Refused
from lianzhang.accounts.models import Person
from lianzhang.accounts.rules import Act, Thing
from lianzhang.chains.actions import gaps as actions
from lianzhang.chains.models import Gap, PartCoverage
from lianzhang.chains.queries import disclosure as disclosures
from lianzhang.chains.queries import targets as queries
from lianzhang.chains.tables import targets as tables
from lianzhang.projects.models import Project
from lianzhang.registry.models import Enterprise
from lianzhang.supervision.models import Task
from lianzhang.tables import RESTRICTED
from lianzhang.web import access, batches, cells, conflict, listing
from lianzhang.web.forms.targets import SUGGESTED, ConfirmGapForm, ConfirmManyForm, DismissGapForm, EntrustForm


@access.reads(Thing.GAP)
@require_GET
def gaps(request: HttpRequest) -> HttpResponse:
    """Every gap within reach."""
    person = access.person_of(request)
    found = queries.gaps(person)
    states = list(found.values_list("state", flat=True))
    counts = {state: states.count(state) for state in Gap.State.values}
    lead = _("共 %(open)s 个缺口未销号，其中 %(waiting)s 个待确认；已销号 %(closed)s 个。") % {
        "open": counts["proposed"] + counts["confirmed"] + counts["acting"],
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
        if said["label"] == SUGGESTED:
            said["label"] = gap.evidence.get("suggested") or ""
        return actions.confirm(gap=gap, version=version, now=now, by=person, **said)

    form = ConfirmManyForm(request.POST if "asked" in request.POST else None, person=person)
    return _many(request, form, write=write, title=_("确认所选缺口"))


@access.writes(Thing.GAP)
@require_POST
def entrust_many(request: HttpRequest) -> HttpResponse:
    """定责任与时限 of ticked gaps; what is left empty stays as it is."""
    person = access.person_of(request)

    def write(gap: Gap, said: dict[str, Any], version: int) -> object:
        changes = {name: value for name, value in said.items() if value is not None}
        return actions.entrust(gap=gap, changes=changes, version=version, by=person)

    form = EntrustForm(request.POST if "asked" in request.POST else None, person=person)
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
    """One gap: what is known, why it was proposed, what is being done."""
    person = access.person_of(request)
    found = queries.gaps(person).get_or_404(code=code)
    return render(request, "gaps/gap.html", _context(found, person))


@access.writes(Thing.GAP)
@require_POST
def confirm(request: HttpRequest, code: str) -> HttpResponse:
    """A person stands for the gap."""
    person = access.person_of(request)
    found = _editable(person, code)
    form = ConfirmGapForm(request.POST, instance=Gap.objects.get(pk=found.pk), person=person)
    if not form.is_valid():
        return render(request, "gaps/gap.html", _context(found, person) | {"form": form}, status=422)
    actions.confirm(gap=found, now=timezone.now(), by=person, **form.cleaned_data)
    return redirect("gaps:gap", code=code)


@access.writes(Thing.GAP)
@require_http_methods(cells.METHODS)
def cell(request: HttpRequest, code: str) -> HttpResponse:
    """Who answers for a confirmed gap and until when, typed in the list."""
    person = access.person_of(request)
    found = _editable(person, code)

    def write(changes: dict[str, Any], version: int) -> object:
        return actions.entrust(gap=found, changes=changes, version=version, by=person)

    return cells.respond(
        request,
        found,
        among=(tables.GAPS,),
        fields=ConfirmGapForm(instance=found, person=person).fields,
        write=write,
        reread=lambda: queries.gaps(person).get(pk=found.pk),
    )


@access.writes(Thing.GAP)
@require_POST
def dismiss(request: HttpRequest, code: str) -> HttpResponse:
    """The proposal does not hold."""
    person = access.person_of(request)
    found = _editable(person, code)
    form = DismissGapForm(request.POST)
    if not form.is_valid():
        return render(request, "gaps/gap.html", _context(found, person) | {"dismiss_form": form}, status=422)
    actions.dismiss(gap=found, by=person, **form.cleaned_data)
    return redirect("gaps:gap", code=code)


@access.reads(Thing.GAP)
@require_POST
def close(request: HttpRequest, code: str) -> HttpResponse:
    """销号: by somebody other than who confirmed it, on a newer snapshot."""
    person = access.person_of(request)
    visible = Gap.objects.visible_to(person)
    allowed = Gap.objects.editable_by(person) | Gap.objects.all().approvable_by(person)
    found = visible.filter(pk__in=allowed.values("pk")).get_or_404(code=code)
    actions.close(gap=found, version=conflict.version_of(request, found), now=timezone.now(), by=person)
    return redirect("gaps:gap", code=code)


def _editable(person: Person, code: str) -> Gap:
    return Gap.objects.editable_by(person).get_or_404(code=code)


def _context(found: Gap, person: Person) -> dict[str, Any]:
    shown = disclosures.of(found.snapshot, person=person)
    coverage = _coverages(found)
    may_edit = Gap.objects.editable_by(person).filter(pk=found.pk).exists()
    may_close = may_edit or Gap.objects.all().approvable_by(person).filter(pk=found.pk).exists()
    return {
        "record": found,
        "coverage": coverage,
        "shows": [(row, shown.sees_rows) for row in coverage],
        "rows": _rows(found) if shown.sees_rows else [],
        "restricted": RESTRICTED,
        "suggested": found.evidence.get("suggested"),
        "suggested_label": dict(Gap.Label.choices).get(found.evidence.get("suggested") or "", ""),
        "reason_zh": found.evidence.get("reason_zh", ""),
        "reason_en": found.evidence.get("reason_en", ""),
        "form": ConfirmGapForm(instance=found, person=person),
        "dismiss_form": DismissGapForm(initial={"version": found.version}),
        "may_edit": may_edit and found.state not in actions.SETTLED,
        "may_close": may_close and found.state in {Gap.State.CONFIRMED, Gap.State.ACTING},
        "projects": Project.objects.visible_to(person).filter(gap=found).order_by("-stage"),
        "tasks": Task.objects.visible_to(person).filter(gap=found).select_related("responsible"),
        "confirmed_by": found.confirmed_by.name if found.confirmed_by else "",
        "as_of": found.snapshot.taken_on if found.snapshot else None,
        "illustrative": found.is_illustrative,
    }


def _coverages(found: Gap) -> list[PartCoverage]:
    """The part's coverage at the evidence and now: before and after."""
    if found.part_id is None:
        return []
    rows = PartCoverage.objects.filter(snapshot__chain=found.chain_id, part=found.part_id).select_related("snapshot")
    ordered = list(rows.order_by("snapshot__taken_at"))
    return ordered if len(ordered) < 3 else [ordered[0], ordered[-1]]


def _rows(found: Gap) -> list[dict[str, Any]]:
    rows = found.evidence.get("rows", [])
    codes = {str(row[key]).partition("@")[0] for row in rows for key in ("anchor_id", "firm_id") if row.get(key)}
    names = dict(Enterprise.objects.filter(code__in=codes).values_list("code", "name"))
    return [
        {
            **row,
            "anchor": names.get(str(row.get("anchor_id") or ""), ""),
            "firm": names.get(str(row.get("firm_id") or "").partition("@")[0], ""),
        }
        for row in rows
    ]
