"""共性配套商: compared and released by the innovation centre, read by those who choose targets."""

import dataclasses
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from lianzhang.accounts.models import Person
from lianzhang.accounts.reach import Reach
from lianzhang.accounts.rules import Act, BodyKind, Thing
from lianzhang.chains.models import Chain
from lianzhang.registry import actions, sharing, tables
from lianzhang.registry.models import SharedSupplier
from lianzhang.tables import Column, TableSpec
from lianzhang.web import access, listing


def _is_centre(reach: Reach) -> bool:
    return reach.body_kind == BodyKind.INNOVATION_CENTRE and reach.may(Act.READ, Thing.PURCHASE)


@access.opens("read target, or compare names", lambda reach: _is_centre(reach) or reach.may(Act.READ, Thing.TARGET))
@require_GET
def shared(request: HttpRequest) -> HttpResponse:
    """What may be released and what is out, for the centre; what is out and still stands, for the others."""
    person = access.person_of(request)
    if _is_centre(person.reach):
        found = sharing.named(person)
        is_invented = any(one.supplier is not None and one.supplier.is_illustrative for one in found)
        context = {"rows": found, "counts": sharing.count(found), "illustrative": is_invented}
        return render(request, "registry/sharing.html", context)
    released = SharedSupplier.objects.visible_to(person).select_related("supplier", "body")
    lead = _("创新中心比对各链主自愿提供的供应商名称，发布 %(count)d 家共性配套商；哪家链主提及不公开。") % {
        "count": released.count()
    }
    return listing.respond(request, _spec(person), released, context={"lead": lead})


def _spec(person: Person) -> TableSpec:
    """The table; whoever draws up the lists of one chain proposes a released supplier for it from its row."""
    chains = Chain.objects.within(person, act=Act.WRITE, thing=Thing.TARGET)
    chains = chains.filter(is_active=True, nature=Chain.Nature.MANUFACTURING)
    codes = list(chains.order_by("position").values_list("code", flat=True)[:2])
    if len(codes) != 1:
        return tables.SHARED
    address = reverse("targets:propose", args=codes)

    def link(one: SharedSupplier) -> str:
        return f"{address}?{urlencode({'firm': one.supplier.code})}" if one.supplier else ""

    word = Column("propose", _("候选"), lambda one: _("提名为候选") if one.supplier else "", link=link)
    return dataclasses.replace(tables.SHARED, columns=(*tables.SHARED.columns, word))


@access.opens("compare names", _is_centre)
@require_POST
def release(request: HttpRequest) -> HttpResponse:
    """Release one name."""
    person = access.person_of(request)
    found = sharing.one(person, request.POST.get("key", ""))
    if found is None:
        raise Http404
    actions.release_shared(found, today=timezone.localdate(), by=person)
    messages.info(request, _("已发布“%(name)s”。") % {"name": found.name})
    return redirect("registry:shared")


@access.opens("compare names", _is_centre)
@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a released name back."""
    person = access.person_of(request)
    found = SharedSupplier.objects.editable_by(person).get_or_404(pk=pk)
    actions.withdraw_shared(found, version=found.version, now=timezone.now(), by=person)
    messages.info(request, _("已撤回“%(name)s”，即时生效。") % {"name": found.name})
    return redirect("registry:shared")
