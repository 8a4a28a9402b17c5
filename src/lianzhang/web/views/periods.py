"""周报 and 月报 drafts as page, print and Word; the rows of each figure; what is issued stays as issued."""

import io
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from lianzhang.accounts.models import Body, Person
from lianzhang.accounts.rules import Act, BodyKind, Role, Scope, Thing
from lianzhang.briefings import actions
from lianzhang.briefings.models import Briefing
from lianzhang.briefings.period import draft as drafts
from lianzhang.briefings.period import scope
from lianzhang.chains.models import Chain
from lianzhang.web import access, listing, papers

MOST_ON_PAGE = 10  # rows of a section; the others are on the page of the figure


@access.reads(Thing.PROJECT)
@require_GET
def draft(request: HttpRequest, kind: str) -> HttpResponse:
    """The draft: ?chain= or ?district= chooses whose, ?on= the period of a day; ?format=docx takes it away."""
    made = _compose(request, kind)
    if request.GET.get("format") == "docx":
        return papers.response(_word(request, made), made.title, "docx")
    person = access.person_of(request)
    context = {
        "draft": made,
        "title": made.title,
        "illustrative": made.is_illustrative,
        "as_of": made.period.as_of(made.today),
        "parts": [(one, listing.plain(request, one.spec, one.rows[:MOST_ON_PAGE])) for one in made.sections],
        "most": MOST_ON_PAGE,
        "may_issue": _may_issue(person, made.whose),
        "papers_url": access.offered("briefings:list", person.reach),
    }
    return render(request, "briefings/period.html", context)


@access.reads(Thing.PROJECT)
@require_GET
def rows(request: HttpRequest, kind: str, key: str) -> HttpResponse:
    """Exactly the rows one figure was reckoned from."""
    whose, period, today = _asked_for(request, kind)
    found = drafts.count(whose, period, key, today=today)
    if found is None:
        raise Http404
    context = {
        "title": f"{drafts.titled(whose, period)} · {found.label}",
        "lead": found.scope,
        "illustrative": whose.is_illustrative,
        "as_of": period.as_of(today),
    }
    return listing.respond(request, found.spec, found.rows, context=context)


@access.writes(Thing.BRIEFING)
@require_POST
def issue(request: HttpRequest, kind: str) -> HttpResponse:
    """定稿: freeze the figures with their rows, and keep the Word document."""
    made = _compose(request, kind)
    person = access.person_of(request)
    if not _may_issue(person, made.whose):
        raise Http404
    from lianzhang.briefings.period import documents as words

    issued = actions.issue(
        kind=Briefing.Kind(kind),
        title=made.title,
        figures=words.frozen(made),
        content=_word(request, made),
        as_of=made.period.as_of(made.today),
        since=made.period.first,
        chain=made.whose.chain,
        district=made.whose.district,
        is_illustrative=made.is_illustrative,
        now=timezone.now(),
        by=person,
    )
    return redirect("briefings:briefing", code=issued.code)


def _word(request: HttpRequest, made: drafts.Draft) -> bytes:
    from lianzhang.briefings.period import documents as words

    header = papers.header(
        request,
        made.title,
        as_of=made.period.as_of(made.today),
        illustrative=made.is_illustrative,
        what=f"{made.period.kind} {made.period.first} {made.whose.asked or '*'}",
    )
    out = io.BytesIO()
    words.write(made, out=out, header=header)
    return out.getvalue()


def _compose(request: HttpRequest, kind: str) -> drafts.Draft:
    whose, period, today = _asked_for(request, kind)
    return drafts.compose(whose, period, today=today)


def _asked_for(request: HttpRequest, kind: str) -> tuple[scope.Whose, scope.Period, date]:
    today = timezone.localdate()
    return _whose(request), scope.period(kind, _day(request), today=today), today


def _day(request: HttpRequest) -> date | None:
    """The day whose period is asked for; none where it is no day or still to come."""
    try:
        day = date.fromisoformat(_asked(request, "on"))
    except ValueError:
        return None
    return day if day <= timezone.localdate() else None


def _asked(request: HttpRequest, name: str) -> str:
    return request.GET.get(name) or request.POST.get(name) or ""


def _whose(request: HttpRequest) -> scope.Whose:
    """A district's draft is its own, whatever is asked for."""
    person = access.person_of(request)
    if person.reach.role is Role.DISTRICT:
        return scope.Whose(person, district=Body.objects.filter(pk=person.reach.body_id or 0).first())
    chain, district = _asked(request, "chain"), _asked(request, "district")
    if chain:
        own = Chain.objects.within(person, act=Act.WRITE, thing=Thing.BRIEFING).filter(pk=OuterRef("pk"))
        seen: Any = Chain.objects.visible_to(person).annotate(may_issue=Exists(own))
        return scope.Whose(person, chain=seen.get_or_404(code=chain))
    if district:
        found = Body.objects.filter(kind=BodyKind.DISTRICT, is_active=True, code=district).first()
        if found is None:
            raise Http404
        return scope.Whose(person, district=found)
    return scope.Whose(person)


def _may_issue(person: Person, whose: scope.Whose) -> bool:
    """A task force issues its chain's; a district's and the city's belong to who writes every paper."""
    if person.reach.scope(Act.WRITE, Thing.BRIEFING) is Scope.ALL:
        return True
    return bool(getattr(whose.chain, "may_issue", False))
