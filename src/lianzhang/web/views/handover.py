"""移交清单 on screen: what a post leaves open, who takes it over, and the successor's signature."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from lianzhang.accounts.models import Person
from lianzhang.accounts.rules import Act, Thing
from lianzhang.supervision import handover_tables, handovers
from lianzhang.supervision.models import Handover
from lianzhang.web import access, listing
from lianzhang.web.forms.accounts import SuccessorForm


@access.signed_in
@require_GET
def all_handovers(request: HttpRequest) -> HttpResponse:
    """The lists I give or take; all of them for the secretariat."""
    found = Handover.objects.visible_to(access.person_of(request)).select_related(
        "outgoing__person", "outgoing__body", "incoming__person"
    )
    waiting = found.filter(accepted_at__isnull=True).count()
    lead = _("{n} 份移交清单待签收。").format(n=waiting) if waiting else _("没有待签收的移交清单。")
    return listing.respond(request, handover_tables.HANDOVERS, found, context={"lead": lead})


@access.signed_in
@require_GET
def handover(request: HttpRequest, pk: int) -> HttpResponse:
    """One list, as far as the reader's own post may see its items; Excel and print like every table."""
    reader = access.person_of(request)
    found = _found(reader, pk)
    items = handovers.readable(found.items, viewer=reader)
    is_successor = found.incoming is not None and found.incoming.person_id == reader.pk
    hidden = len(found.items) - len(items)
    lead = _("{who} 移交 {n} 项。").format(who=found.outgoing.person.name, n=len(found.items))
    context = {
        "record": found,
        "title": _("移交清单"),
        "lead": lead + (_("其中 {n} 项不在您的职务范围内，未列出。").format(n=hidden) if hidden else ""),
        "as_of": found.drawn_up_on,
        "scope": _between(found),
        "signers": (_("移交人"), _("接收人"), _("监交人")),
        "illustrative": found.outgoing.person.is_illustrative,
        "may_accept": is_successor and found.accepted_at is None,
        "form": _successor_form(None, found) if may_name(found, reader) else None,
    }
    return listing.respond(
        request, handover_tables.HANDOVER_ITEMS, items, template="handover/handover.html", context=context
    )


@access.signed_in
@require_POST
def accept(request: HttpRequest, pk: int) -> HttpResponse:
    """Take over."""
    person = access.person_of(request)
    handovers.accept(_found(person, pk), now=timezone.now(), by=person)
    messages.info(request, _("已签收。"))
    return redirect("handovers:handover", pk=pk)


@access.signed_in
@require_POST
def name_successor(request: HttpRequest, pk: int) -> HttpResponse:
    """Say, or change, who takes over."""
    person = access.person_of(request)
    found = _found(person, pk)
    form = _successor_form(request.POST, found)
    if may_name(found, person) and form.is_valid():
        handovers.name_successor(found, successor=form.cleaned_data["successor"], by=person)
    else:
        messages.error(request, _("请从本机构在任人员中选定继任者。"))
    return redirect("handovers:handover", pk=pk)


def _between(found: Handover) -> str:
    """Who hands over to whom, as the paper says it."""
    taker = found.incoming.person.name if found.incoming is not None else _("待定")
    said = _("移交人 {giver}（{post}）；接收人 {taker}").format(
        giver=found.outgoing.person.name, post=found.outgoing.label, taker=taker
    )
    if found.accepted_at is None:
        return said
    day = timezone.localtime(found.accepted_at).strftime("%Y-%m-%d")
    return said + _("；{day} 已在系统中签收").format(day=day)


def may_name(found: Handover, person: Person) -> bool:
    """Whoever keeps the address list names the successor, until the list is accepted."""
    return found.accepted_at is None and person.reach.may(Act.WRITE, Thing.PEOPLE)


def _found(person: Person, pk: int) -> Handover:
    related = ("outgoing__person", "outgoing__body", "incoming__person")
    found: Handover = Handover.objects.visible_to(person).select_related(*related).get_or_404(pk=pk)
    return found


def _successor_form(data: Any, found: Handover) -> SuccessorForm:
    return SuccessorForm(
        data, appointment=found.outgoing, today=timezone.localdate(), initial={"successor": found.incoming_id}
    )
