"""我的工作: the first page after sign-in, by the post acted in."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from lianzhang.accounts.models import Person
from lianzhang.accounts.rules import Act, BodyKind, Role, Thing
from lianzhang.briefings import addresses, chief, week, work
from lianzhang.chains.models import Anchor
from lianzhang.registry.models import Enterprise, ProductLine, Purchase, PurchaseGrant
from lianzhang.registry.models.lines import words
from lianzhang.supervision import states
from lianzhang.supervision.models import Request
from lianzhang.web import access

# Where a post's day begins when it is not this page.
ELSEWHERE: dict[Role, str] = {
    Role.SECRETARIAT: "chains:city",
    Role.GENERAL_CHIEF: "chains:city",
    Role.AUDITOR: "trail:events",
    Role.ADMINISTRATOR: "accounts:people",
}


@access.signed_in
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """The page of the post acted in; leaders and the secretariat begin at the city table."""
    person = access.person_of(request)
    role = person.reach.role
    url = addresses.address(ELSEWHERE[role]) if role in ELSEWHERE else ""
    if url:
        return redirect(url)
    page: Callable[[HttpRequest, Person], HttpResponse] = PAGES.get(role, _week)
    return page(request, person)


def _week(request: HttpRequest, person: Person) -> HttpResponse:
    """The week of a task force, a department, a district, an association or an expert."""
    today = timezone.localdate()
    found = week.compose(person, today=today)
    late, due = found.late_count(), found.due_count(today)
    silent = sum(overview.silent_count for overview in found.overviews)
    lead = _("%(days)d天内%(due)d件到期，%(late)d件已逾期。") % {"days": week.DAYS, "due": due, "late": late}
    if silent:
        lead += _("%(count)d家链主还没有可查看的采购数据。") % {"count": silent}
    stale = max((overview.stale_days(today) for overview in found.overviews), default=0)
    if stale:
        lead += _("采购数据已%(days)d天未更新。") % {"days": stale}
    context = {
        "title": _title(person, found.chains[0].name if len(found.chains) == 1 else ""),
        "lead": lead,
        "week": found,
        "shared_url": access.offered("registry:shared", person.reach) if _compares_names(person) else "",
        "district_url": access.offered("projects:districts", person.reach) if _is_district(person) else "",
        "may": _rights(person),
        "today": today,
        "illustrative": found.is_illustrative,
    }
    return render(request, "home/week.html", context)


def _is_district(person: Person) -> bool:
    return person.reach.role is Role.DISTRICT


def _compares_names(person: Person) -> bool:
    return person.reach.body_kind == BodyKind.INNOVATION_CENTRE


def _chief(request: HttpRequest, person: Person) -> HttpResponse:
    """Six numbers, five things that need the chief, what was asked for, the next visit, what moved on the map."""
    page = chief.compose(person, today=timezone.localdate(), asked=request.GET.get("chain", ""))
    if page is None:
        lead = _("您任职的单位没有负责的产业链。")
        return render(request, "home/nobody.html", {"title": _title(person, ""), "lead": lead})
    may_assign = person.reach.role in states.ASSIGNERS
    context = {
        "title": _title(person, page.chain.name),
        "lead": page.lead,
        "page": page,
        "assign_url": addresses.address("supervision:new_task") if may_assign else "",
        "illustrative": page.chain.is_illustrative,
        "as_of": page.today,
    }
    return render(request, "home/chief.html", context)


def _firm(request: HttpRequest, person: Person) -> HttpResponse:
    """A firm's own page: its record, its requests, what is asked of it, who may read its purchases."""
    today = timezone.localdate()
    firm = Enterprise.objects.visible_to(person).filter(body=person.reach.body_id).first()
    tasks = work.tasks_awaiting(person, today=today)
    requests = work.requests_of(person, chain_ids=(), today=today)
    context: dict[str, Any] = {
        "title": firm.name if firm else _title(person, ""),
        "lead": _("%(requests)d件诉求在办，%(tasks)d件事项待办。") % {"requests": len(requests), "tasks": len(tasks)},
        "firm": firm,
        "firm_url": addresses.address("registry:enterprise", firm.code) if firm else "",
        "requests": requests,
        "closed_count": Request.objects.visible_to(person).filter(state=Request.State.CLOSED).count(),
        "new_request_url": addresses.address("supervision:new_request"),
        "tasks": tasks,
        "illustrative": bool(firm and firm.is_illustrative),
    }
    if person.reach.role is Role.ANCHOR and firm is not None:
        standing = PurchaseGrant.objects.in_force(today).filter(firm=firm).select_related("body")
        context |= {
            "anchored": Anchor.objects.standing().filter(enterprise=firm).select_related("chain"),
            "purchase_count": Purchase.objects.visible_to(person).filter(buyer=firm).count(),
            "grants": [(grant, words(grant.levels)) for grant in standing],
            "lines": [(line, words(line.levels)) for line in ProductLine.objects.filter(firm=firm, is_active=True)],
            "grants_url": addresses.address("registry:grants"),
        }
    return render(request, "home/firm.html", context)


def _nobody(request: HttpRequest, person: Person) -> HttpResponse:
    """Signed in, but without a post today."""
    return render(request, "home/nobody.html", {"title": person.name, "lead": _("您目前没有任职，不能查看业务数据。")})


def _title(person: Person, chain: str) -> str:
    acting = person.acting
    post = str(acting.label) if acting is not None else person.name
    return f"{chain} · {acting.get_post_display()}" if chain and acting is not None else post


def _rights(person: Person) -> dict[str, bool]:
    return {thing.value: person.reach.may(Act.READ, thing) for thing in Thing}


PAGES: dict[Role, Callable[[HttpRequest, Person], HttpResponse]] = {
    Role.CHIEF: _chief,
    Role.DEPUTY: _chief,
    Role.ANCHOR: _firm,
    Role.SME: _firm,
    Role.NOBODY: _nobody,
}
