"""认定供应商: whom the names in the anchors' rows mean, all in one table, the largest first."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from chainlab import places
from chainlab.sheets import codes
from lianzhang.accounts.actions import Refused
from lianzhang.accounts.models import Person
from lianzhang.accounts.rules import Act, Thing
from lianzhang.chains.models import Chain
from lianzhang.chains.queries import unregistered
from lianzhang.registry import actions
from lianzhang.registry.models import Enterprise
from lianzhang.registry.names import Resolver
from lianzhang.registry.sheets.mentions import TRADER
from lianzhang.web import access, answering
from lianzhang.web.forms import suppliers as forms

LIKELY = 0.8  # a registered name this close is chosen beforehand, for a person to check


@access.writes(Thing.GAP)
@require_http_methods(["GET", "POST"])
def settle(request: HttpRequest, code: str) -> HttpResponse:
    """Say of each name which registered firm it is, or that it is a new one and where."""
    person = access.person_of(request)
    chain = Chain.objects.within(person, act=Act.WRITE, thing=Thing.GAP).get_or_404(code=code)
    listed = unregistered.suppliers(chain, person=person)
    if request.method == "POST":
        _settle(request, {one.key: one for one in listed}, person=person)
        return redirect("teardowns:suppliers", code=code)
    shown = listed[: unregistered.MOST]
    context = {
        "record": chain,
        "rows": _rows(shown),
        "count": len(listed),
        "left": len(listed) - len(shown),
        "amount_wan": sum(one.amount_wan for one in listed),
        "provinces": answering.provinces(),
        "illustrative": chain.is_illustrative,
    }
    return render(request, "teardowns/suppliers.html", context)


def _rows(listed: list[unregistered.Named]) -> list[dict[str, Any]]:
    resolver = Resolver()
    found = []
    for one in listed:
        near = resolver.near(one.name)[:3]
        likely = near[0].subject_id if near and near[0].score >= LIKELY else ""
        place = _("境外") if one.region_code == codes.ABROAD else places.name_of(one.region_code) or ""
        is_trader = bool(TRADER.search(one.name))
        found.append({"named": one, "near": near, "likely": likely, "is_trader": is_trader, "place": place})
    return found


def _settle(request: HttpRequest, known: dict[str, unregistered.Named], *, person: Person) -> None:
    """Each name by itself: what is refused stays in the table, and is said."""
    said = forms.settled(request.POST)
    firms = Enterprise.objects.visible_to(person).in_bulk([one.firm for one in said if one.firm is not None])
    count = 0
    for one in said:
        named = known.get(one.key)
        if named is None or (one.firm is not None and one.firm not in firms):
            continue
        try:
            actions.settle_supplier(
                named.rows,
                name=named.name,
                enterprise=None if one.firm is None else firms[one.firm],
                region_code=one.region_code,
                today=timezone.localdate(),
                by=person,
            )
            count += 1
        except Refused as refused:
            messages.error(request, _("“%(name)s”：%(reason)s") % {"name": named.name, "reason": refused.reason})
    if count:
        told = ngettext("已认定 %(n)d 家供应商，重算后计入。", "已认定 %(n)d 家供应商，重算后计入。", count)
        messages.info(request, told % {"n": count})
    elif not said:
        messages.error(request, _("没有认定：请选定一项。"))
