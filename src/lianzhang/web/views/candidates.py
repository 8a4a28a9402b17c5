"""Candidates: who could be recruited for a chain, one page each with all its evidence, and people's proposals."""

from typing import Any

from django.contrib import messages
from django.db.models import Exists, OuterRef, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from chainlab import places
from lianzhang.accounts.actions import Refused
from lianzhang.accounts.models import Person
from lianzhang.accounts.rules import Act, Thing
from lianzhang.chains.actions import candidates as actions
from lianzhang.chains.models import CandidateProposal, Chain
from lianzhang.chains.queries import candidates as queries
from lianzhang.chains.tables import candidates as tables
from lianzhang.chains.tables import listed as warned
from lianzhang.projects.models import Project
from lianzhang.registry.models import Enterprise, Purchase
from lianzhang.web import access, listing
from lianzhang.web.forms.candidates import CorrectForm, IdentifyForm, ProposeForm, WithdrawForm

FORM = ["GET", "POST"]
MOST = 10


@access.reads(Thing.TARGET)
@require_GET
def candidates(request: HttpRequest, chain: str) -> HttpResponse:
    """候选企业 of a chain."""
    person = access.person_of(request)
    record = _chain(person, chain)
    found = queries.firms(record, person=person)
    waiting = list(queries.unidentified(record, person=person))

    def lead(listed: Any) -> str:
        words = _("共 %(count)s 家候选企业。") % {"count": listed.figure}
        return words + (_("另有 %(count)s 项提名待认定，列在表前。") % {"count": len(waiting)} if waiting else "")

    context = {
        "record": record,
        "may_write": record.may_write,
        "waiting": waiting,
        "lead": lead,
        "scope": record.name,
        "illustrative": record.is_illustrative,
    }
    spec = tables.candidates(record)
    return listing.respond(request, spec, found, template="targets/candidates.html", context=context)


@access.reads(Thing.TARGET)
@require_GET
def candidate(request: HttpRequest, chain: str, code: str) -> HttpResponse:
    """One candidate with every piece of evidence, as far as the reader may see it."""
    person = access.person_of(request)
    record = _chain(person, chain)
    firm = Enterprise.objects.visible_to(person).get_or_404(code=code)
    found = queries.evidence(firm, record, person=person)
    leads = Project.objects.visible_to(person).order_by().filter(target_line=OuterRef("pk"))
    context = {
        "record": record,
        "firm": firm,
        "found": found,
        "facts": _facts(found.facts),
        "certified": _certified(found.facts, person),
        "place": places.name_of(firm.region_code),
        "warning": warned.WARNING if found.facts.is_relocation else "",
        "lines": found.lines.annotate(lead_code=Subquery(leads.values("code")[:1]))[:MOST],
        "may_write": record.may_write,
        "illustrative": record.is_illustrative or firm.is_illustrative,
        "lead": _lead(found),
    }
    return render(request, "targets/candidate.html", context)


@access.writes(Thing.TARGET)
@require_http_methods(FORM)
def propose(request: HttpRequest, chain: str) -> HttpResponse:
    """提名候选企业."""
    person = access.person_of(request)
    record = _editable(person, chain)
    known = Enterprise.objects.visible_to(person).filter(code=request.GET.get("firm", "")).first()
    initial = {"name": known.name if known else "", "origin": CandidateProposal.Origin.PERSON}
    form = ProposeForm(request.POST if request.method == "POST" else None, chain=record, initial=initial)
    if form.is_valid():
        try:
            made = _proposed(record, form, person)
        except actions.Doubtful as doubt:
            form.ask(doubt.alike)
            form.add_error("meant", doubt.reason)
        except Refused as refused:
            form.add_error(None, refused.reason)
        else:
            messages.info(request, _("已提名 %(name)s。") % {"name": made.name})
            return redirect(_url(made))
    title = _("提名候选企业")
    return _page(
        request, form, of=record, title=title, submit=_("提名"), back_url=reverse("targets:candidates", args=[chain])
    )


@access.writes(Thing.TARGET)
@require_http_methods(FORM)
def correct(request: HttpRequest, code: str) -> HttpResponse:
    """更正提名."""
    person = access.person_of(request)
    proposal = _proposal(person, code)
    form = CorrectForm(request.POST if request.method == "POST" else None, chain=proposal.chain, proposal=proposal)
    if form.is_valid():
        version, today = form.cleaned_data["version"], timezone.localdate()
        try:
            actions.correct(proposal=proposal, facts=form.facts, version=version, today=today, by=person)
        except Refused as refused:
            form.add_error(None, refused.reason)
        else:
            return redirect(_url(proposal))
    title = _("更正提名：%(name)s") % {"name": proposal.name}
    return _page(request, form, of=proposal, title=title, submit=_("保存"), back_url=_url(proposal))


@access.writes(Thing.TARGET)
@require_http_methods(FORM)
def identify(request: HttpRequest, code: str) -> HttpResponse:
    """认定 which registered firm a proposed name means."""
    person = access.person_of(request)
    proposal = _proposal(person, code)
    form = IdentifyForm(
        request.POST if request.method == "POST" else None, person=person, initial={"version": proposal.version}
    )
    if form.is_valid():
        cleaned = form.cleaned_data
        try:
            made = actions.identify(
                proposal=proposal, enterprise=cleaned["enterprise"], version=cleaned["version"], by=person
            )
        except Refused as refused:
            form.add_error(None, refused.reason)
        else:
            return redirect(_url(made))
    title = _("认定“%(name)s”是哪家企业") % {"name": proposal.name}
    return _page(request, form, of=proposal, title=title, submit=_("认定"), back_url=_url(proposal))


@access.writes(Thing.TARGET)
@require_http_methods(FORM)
def withdraw(request: HttpRequest, code: str) -> HttpResponse:
    """撤回提名."""
    person = access.person_of(request)
    proposal = _proposal(person, code)
    form = WithdrawForm(request.POST if request.method == "POST" else None, initial={"version": proposal.version})
    if form.is_valid():
        cleaned = form.cleaned_data
        try:
            actions.withdraw(
                proposal=proposal,
                reason=cleaned["reason"],
                version=cleaned["version"],
                now=timezone.now(),
                by=person,
            )
        except Refused as refused:
            form.add_error(None, refused.reason)
        else:
            return redirect(_url(proposal))
    title = _("撤回提名：%(name)s") % {"name": proposal.name}
    return _page(request, form, of=proposal, title=title, submit=_("撤回"), back_url=_url(proposal))


def _proposed(chain: Chain, form: ProposeForm, person: Person) -> CandidateProposal:
    return actions.propose(
        chain=chain,
        name=form.cleaned_data["name"],
        meant=form.cleaned_data["meant"],
        facts=form.facts,
        today=timezone.localdate(),
        now=timezone.now(),
        by=person,
    )


def _page(
    request: HttpRequest, form: Any, *, of: Chain | CandidateProposal, title: str, submit: str, back_url: str
) -> HttpResponse:
    context = {"form": form, "title": title, "submit": submit, "back_url": back_url}
    context |= {"crumb": _("候选企业"), "crumb_url": back_url, "illustrative": of.is_illustrative}
    return render(request, "parts/form_page.html", context, status=422 if form.errors else 200)


def _lead(found: queries.Evidence) -> str:
    counted = {
        "supplies": len({supply.buyer for supply in found.supplies}),
        "able": len(found.capabilities),
        "proposed": sum(proposal.withdrawn_at is None for proposal in found.proposals),
    }
    return _("可见证据：现供应 %(supplies)s 家链主，登记供给能力 %(able)s 项，有效提名 %(proposed)s 次。") % counted


def _facts(facts: queries.Facts) -> list[tuple[str, Any]]:
    """What the proposals say together, in words."""
    field = CandidateProposal._meta.get_field
    said = [
        ("kind", tables.Kind(facts.kind).label if facts.kind else ""),
        ("willingness", tables.Willingness(facts.willingness).label if facts.willingness else ""),
        ("certification", warned.certification(facts.stored())),
        ("capacity_wan", facts.capacity_wan),
        ("cost_wan", facts.cost_wan),
        ("categories", list(facts.categories)),
    ]
    units = {"capacity_wan": _("（万元/年）"), "cost_wan": _("（万元）")}
    return [(f"{field(name).verbose_name}{units.get(name, '')}", value) for name, value in said]  # type: ignore[union-attr]


def _certified(facts: queries.Facts, person: Person) -> list[str]:
    """The anchors that certified it, by name to who reads their answers: it is theirs to say whom they certified."""
    if not facts.certified_at:
        return []
    told = Purchase.objects.visible_to(person).filter(buyer=OuterRef("pk"))
    found = Enterprise.objects.filter(Exists(told), code__in=facts.certified_at)
    return list(found.values_list("name", flat=True))


def _url(proposal: CandidateProposal) -> str:
    if proposal.enterprise is None:
        return reverse("targets:candidates", args=[proposal.chain.code])
    return reverse("targets:candidate", args=[proposal.chain.code, proposal.enterprise.code])


def _chain(person: Person, code: str) -> Any:
    """The chain, annotated with may_write: whether the person makes its lists."""
    writing = Chain.objects.within(person, act=Act.WRITE, thing=Thing.TARGET).filter(pk=OuterRef("pk"))
    found = Chain.objects.within(person, act=Act.READ, thing=Thing.TARGET).select_related("scheme")
    return found.filter(nature=Chain.Nature.MANUFACTURING).annotate(may_write=Exists(writing)).get_or_404(code=code)


def _editable(person: Person, code: str) -> Chain:
    found = Chain.objects.within(person, act=Act.WRITE, thing=Thing.TARGET).select_related("scheme")
    return found.filter(nature=Chain.Nature.MANUFACTURING).get_or_404(code=code)


def _proposal(person: Person, code: str) -> CandidateProposal:
    found = CandidateProposal.objects.all().editable_by(person)
    return found.select_related("chain__scheme", "enterprise").get_or_404(code=code)
