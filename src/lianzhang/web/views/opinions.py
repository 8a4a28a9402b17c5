"""Expert opinions: filed from paper, asked of an expert, answered by the expert."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from lianzhang.accounts.rules import Act, Thing
from lianzhang.chains.actions import opinions as actions
from lianzhang.chains.models import Consultation, Gap
from lianzhang.chains.queries import gaps as queries
from lianzhang.web import access, conflict, gap_page, submitting
from lianzhang.web.forms import gaps as asked
from lianzhang.web.views.gaps import kept
from lianzhang.web.views.projects import FORM


@access.writes(Thing.GAP)
@require_http_methods(FORM)
def file(request: HttpRequest, code: str) -> HttpResponse:
    """录入专家意见 given on paper, with its scan."""
    person = access.person_of(request)
    found = Gap.objects.editable_by(person).select_related("chain").get_or_404(code=code)
    initial = {"given_on": timezone.localdate(), "supersedes": request.GET.get("supersedes")}
    form = asked.OpinionForm(request.POST or None, request.FILES or None, initial=initial, gap=found, person=person)

    def act(said: dict[str, Any]) -> str:
        scan = kept(said.pop("file"), by=person)
        actions.file(gap=found, scan=scan, now=timezone.now(), by=person, **said)
        return f"{gap_page.address(found)}#opinions"

    return submitting.respond(request, form, act=act, frame=gap_page.frame(found, title=_("录入专家意见")))


@access.writes(Thing.GAP)
@require_http_methods(FORM)
def ask(request: HttpRequest, code: str) -> HttpResponse:
    """征询专家."""
    person = access.person_of(request)
    found = Gap.objects.editable_by(person).select_related("chain", "part").get_or_404(code=code)
    initial = {"title": _("%(gap)s：%(kind)s") % {"gap": found.title, "kind": found.get_kind_display()}}
    form = asked.ConsultForm(request.POST or None, initial=initial, person=person)

    def act(said: dict[str, Any]) -> str:
        actions.ask(gap=found, now=timezone.now(), by=person, **said)
        return f"{gap_page.address(found)}#opinions"

    return submitting.respond(
        request, form, act=act, frame=gap_page.frame(found, title=_("征询专家"), submit=_("征询"))
    )


@access.signed_in
@require_http_methods(FORM)
def consultation(request: HttpRequest, pk: int) -> HttpResponse:
    """One question: the expert answers it here; whoever reads the gap sees what was asked and said."""
    person = access.person_of(request)
    found = queries.consultations(person).get_or_404(pk=pk)
    is_asked = found.expert_id == person.pk
    form = asked.AnswerForm(request.POST or None, initial={"version": found.version}) if is_asked else None
    if request.method == "POST" and form is None:
        raise Http404

    def act(said: dict[str, Any]) -> str:
        actions.answer(consultation=found, now=timezone.now(), by=person, **said)
        return reverse("gaps:consultation", args=[pk])

    reads_gap = person.reach.may(Act.READ, Thing.GAP)
    context = {
        "record": found,
        "gap_url": gap_page.address(found.gap) if reads_gap else "",
        "illustrative": found.gap.is_illustrative,
    }
    if form is None:
        return render(request, "gaps/consultation.html", context)
    return submitting.respond(request, form, act=act, frame=context, template="gaps/consultation.html")


@access.writes(Thing.GAP)
@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """撤回征询 that nobody answered."""
    person = access.person_of(request)
    found = Consultation.objects.editable_by(person).select_related("gap").get_or_404(pk=pk)
    actions.withdraw(consultation=found, version=conflict.version_of(request, found), now=timezone.now(), by=person)
    return redirect(f"{gap_page.address(found.gap)}#opinions")
