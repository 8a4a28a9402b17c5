"""Purchases by right, and the grants that give the right: by the firm online, or on paper by two secretaries."""

import functools
from dataclasses import replace

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lianzhang.accounts.actions import Refused
from lianzhang.accounts.models import Body, Person
from lianzhang.accounts.rules import Act, Role, Thing
from lianzhang.registry import actions, queries, tables
from lianzhang.registry.models import Enterprise, Level, ProductLine, Purchase, PurchaseGrant
from lianzhang.registry.models.lines import MEANING, words
from lianzhang.registry.models.purchases import told_to
from lianzhang.tables import Empty, values
from lianzhang.trail import evidence
from lianzhang.web import access, listing
from lianzhang.web.forms.registry import GrantForm, GrantStartForm


@access.reads(Thing.PURCHASE)
@require_GET
def purchases(request: HttpRequest) -> HttpResponse:
    """The purchases one may see: the own firm's, and those of firms that granted the own body."""
    person = access.person_of(request)
    found = Purchase.objects.visible_to(person).select_related("buyer", "part", "supplier")
    told = told_to(person)
    counted = Purchase.objects.all().counted_for(told)
    context = {"lead": functools.partial(_purchases_lead, buyers=told.buyers), "scope": _("商业秘密（授权可见）")}
    context["shared_url"] = access.offered("registry:shared", person.reach)
    return listing.respond(
        request, tables.PURCHASES, found, counted=counted, template="registry/purchases.html", context=context
    )


def _purchases_lead(listed: listing.Listing, *, buyers: set[int]) -> str:
    """What is in the sum and what is not, of the rows found."""
    sums = queries.purchase_sums(listed.counted, buyers=buyers)
    return _(
        "%(firms)s 家企业 %(count)s 行采购，填报确数合计 %(amount)s 万元；"
        "区间 %(band)s 行，按约定不提供 %(withheld)s 行，未填 %(unfilled)s 行。"
    ) % {
        "firms": sums.firm_count,
        "count": values.plain(listed.page.paginator.count, "integer"),
        "amount": values.plain(listed.sums.get("amount_wan"), "wan"),
        "band": sums.band_count,
        "withheld": sums.withheld_count,
        "unfilled": sums.unfilled_count,
    }


@access.signed_in
@require_GET
def grants(request: HttpRequest) -> HttpResponse:
    """Grants given by or to the own body; all of them for the secretariat that files the paper ones."""
    person = _concerned(access.person_of(request))
    found = queries.grants(person, on=timezone.localdate())
    holding = PurchaseGrant.objects.in_force(timezone.localdate()).filter(pk__in=found.values("pk")).count()
    lead = ngettext("有效授权 %(n)s 项。", "有效授权 %(n)s 项。", holding) % {"n": holding}
    may_grant = _firms(person).exists()
    spec = tables.GRANTS if may_grant else replace(tables.GRANTS, empty=Empty(_("还没有授权。")))
    context = {"lead": lead, "may_grant": may_grant}
    return listing.respond(request, spec, found, template="registry/grants.html", context=context)


@access.signed_in
@require_http_methods(["GET", "POST"])
def new_grant(request: HttpRequest) -> HttpResponse:
    """Grant as the firm, or file a paper grant with its scan: first whose and to whom, then what and how long."""
    person = _concerned(access.person_of(request))
    firms, is_paper = _firms(person), person.reach.role is Role.SECRETARIAT
    if not firms.exists():
        raise Http404
    start = GrantStartForm(request.POST or request.GET or None, firms=firms, bodies=_bodies(person))
    if not start.is_bound or not start.is_valid():
        if not is_paper and not start.is_bound:
            start.initial["firm"] = firms[0].code
        return render(request, "registry/new_grant.html", {"start": start}, status=422 if start.is_bound else 200)
    firm, body = start.cleaned_data["firm"], start.cleaned_data["body"]
    lines = ProductLine.objects.filter(firm=firm, is_active=True)
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    form = GrantForm(*sent, to=body, lines=lines, is_paper=is_paper, today=timezone.localdate())
    made = _granted(form, firm, body, person) if form.is_bound and form.is_valid() else None
    if made is not None:
        _say_overlaps(request, made)
        return redirect("registry:grant", pk=made.pk)
    context = {"form": form, "firm": firm, "body": body}
    return render(request, "registry/new_grant.html", context, status=422 if form.is_bound else 200)


def _granted(form: GrantForm, firm: Enterprise, body: Body, person: Person) -> PurchaseGrant | None:
    """The grant as asked for, or what is wrong with it on the form."""
    said = form.cleaned_data
    try:
        scan = evidence.keep(said["scan"], kind="paper_grant", by=person) if said.get("scan") else None
        return actions.grant(
            firm=firm,
            body=body,
            scope=form.scope,
            purpose=said["purpose"],
            starts_on=said["starts_on"],
            ends_on=said["ends_on"],
            today=timezone.localdate(),
            scan=scan,
            by=person,
        )
    except evidence.RefusedFile as refused:
        form.add_error("scan", refused.reason)
    except Refused as refused:
        form.add_error(None, refused.reason)
    return None


def _say_overlaps(request: HttpRequest, made: PurchaseGrant) -> None:
    """Allowed, and said: who later withdraws one of them should know that the other stands."""
    for other in actions.overlapping(made, on=timezone.localdate()):
        messages.warning(
            request,
            _("与 %(date)s 起的授权（%(levels)s）有重叠：收回其中一项，另一项仍然有效。")
            % {"date": other.starts_on.isoformat(), "levels": words(other.levels)},
        )


@access.signed_in
@require_GET
def grant(request: HttpRequest, pk: int) -> HttpResponse:
    """One grant with its scan and who entered and confirmed it."""
    person = _concerned(access.person_of(request))
    found = _grant(person, pk)
    may_edit = PurchaseGrant.objects.editable_by(person).filter(pk=pk).exists()
    is_second = person.reach.role is Role.SECRETARIAT and found.entered_by_id != person.pk
    context = {
        "record": found,
        "levels": [(level.label, MEANING[level]) for level in Level if level in found.levels],
        "opened": words(found.levels),
        "illustrative": found.firm.is_illustrative,
        "readers": tables.readers_of(found),
        "others": [(other, words(other.levels)) for other in _beside(found, person)],
        "state": tables.grant_light(found),
        "may_withdraw": may_edit and found.withdrawn_at is None,
        "may_confirm": may_edit and is_second and found.withdrawn_at is None and _is_unconfirmed(found),
    }
    return render(request, "registry/grant.html", context)


@access.signed_in
@require_POST
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """The second secretary confirms a paper grant."""
    person = _concerned(access.person_of(request))
    found = PurchaseGrant.objects.editable_by(person).get_or_404(pk=pk)
    actions.confirm_grant(found, version=found.version, by=person)
    return redirect("registry:grant", pk=pk)


@access.signed_in
@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """End a grant at once."""
    person = _concerned(access.person_of(request))
    found = PurchaseGrant.objects.editable_by(person).select_related("firm").get_or_404(pk=pk)
    actions.withdraw_grant(found, version=found.version, now=timezone.now(), by=person)
    messages.info(request, _("授权已收回，即时生效。"))
    return redirect("registry:grant", pk=pk)


@access.signed_in
@require_GET
def scan(request: HttpRequest, pk: int) -> HttpResponse:
    """The scanned paper of a grant, for those who see the grant."""
    person = _concerned(access.person_of(request))
    found = _grant(person, pk)
    if found.scan is None:
        raise Http404
    path = evidence.path_of(found.scan)
    response = HttpResponse(path.read_bytes(), content_type="application/octet-stream")
    response.headers["Content-Disposition"] = str(
        content_disposition_header(as_attachment=True, filename=found.scan.name)
    )
    return response


def _grant(person: Person, pk: int) -> PurchaseGrant:
    found = queries.grants(person, on=timezone.localdate()).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _beside(found: PurchaseGrant, person: Person) -> list[PurchaseGrant]:
    """Grants that stand beside this one and open some of the same: withdrawing it leaves them."""
    if found.withdrawn_at is not None:
        return []
    seen = PurchaseGrant.objects.visible_to(person)
    return [other for other in actions.overlapping(found, on=timezone.localdate()) if seen.contains(other)]


def _is_unconfirmed(grant: PurchaseGrant) -> bool:
    return grant.scan_id is not None and grant.confirmed_by_id is None


def _concerned(person: Person) -> Person:
    """Whoever serves a body that grants, is granted, or files grants; nobody else learns that there are any."""
    reach = person.reach
    if reach.role is Role.SECRETARIAT or reach.may(Act.READ, Thing.PURCHASE):
        return person
    raise Http404


def _firms(person: Person) -> QuerySet[Enterprise]:
    """Firms for which the person may enter a grant."""
    if person.reach.role is Role.SECRETARIAT:
        return Enterprise.objects.visible_to(person)
    return Enterprise.objects.visible_to(person).filter(body_id=person.reach.body_id or 0)


def _bodies(person: Person) -> QuerySet[Body]:
    """Bodies to which a grant opens anything: those with a post that reads purchases."""
    found = Body.objects.filter(is_active=True, kind__in=actions.granted_kinds())
    return found.exclude(pk=person.reach.body_id or 0)
