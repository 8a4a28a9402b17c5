"""One-pagers as page, print and Word; the 推进会 lists as workbook and Word; what was issued stays as issued."""

import io
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from lianzhang.accounts.models import Body
from lianzhang.accounts.rules import Act, BodyKind, Thing
from lianzhang.briefings import actions, onepager, pack
from lianzhang.briefings import firm as firms
from lianzhang.briefings.models import Briefing
from lianzhang.briefings.tables import issued as tables
from lianzhang.chains.models import Chain, Scheme
from lianzhang.registry.models import Enterprise
from lianzhang.trail import actions as trail
from lianzhang.trail import evidence
from lianzhang.web import access, listing, papers

MOST_ON_PAGE = 20  # rows of a list of the 推进会 papers; all of them are in the workbook and the Word document


@access.reads(Thing.BRIEFING)
@require_GET
def issued(request: HttpRequest) -> HttpResponse:
    """Documents issued so far, and the door to what can be drafted."""
    person = access.person_of(request)
    found = Briefing.objects.visible_to(person).select_related("chain", "issued_by")
    schemes = Scheme.objects.visible_to(person)
    chains = Chain.objects.visible_to(person).filter(is_active=True).select_related("scheme")
    context = {
        "schemes": schemes,
        "chains": chains.order_by("-scheme__valid_from", "position"),
        "districts": Body.objects.filter(kind=BodyKind.DISTRICT, is_active=True).order_by("name_zh"),
        "lead": _("共 %(count)s 份定稿材料。") % {"count": found.count()},
    }
    return listing.respond(request, tables.ISSUED, found, template="briefings/list.html", context=context)


@access.reads(Thing.BRIEFING)
@require_GET
def chain(request: HttpRequest, code: str) -> HttpResponse:
    """链长一页纸: as a page, or with ?format=docx as Word; ?since= chooses the day of comparison."""
    person = access.person_of(request)
    issuing = Chain.objects.within(person, act=Act.WRITE, thing=Thing.BRIEFING).filter(pk=OuterRef("pk"))
    today = timezone.localdate()
    found: Any = onepager.chains(person, today=today).annotate(may_issue=Exists(issuing)).get_or_404(code=code)
    page = onepager.compose(found, person=person, today=today, since=_day(request))
    title = _("%(chain)s · 链长一页纸") % {"chain": found.name}
    if request.GET.get("format") == "docx":
        header = papers.header(request, title, as_of=page.today, illustrative=page.is_illustrative, what=found.code)
        out = io.BytesIO()
        from lianzhang.briefings import documents

        documents.chain_page(page, out=out, header=header)
        return papers.response(out.getvalue(), title, "docx")
    context = {"page": page, "title": title, "illustrative": page.is_illustrative, "may_issue": found.may_issue}
    return render(request, "briefings/chain.html", context)


@access.writes(Thing.BRIEFING)
@require_POST
def issue_chain(request: HttpRequest, code: str) -> HttpResponse:
    """定稿: freeze the one-pager's figures and keep its Word document."""
    person = access.person_of(request)
    today = timezone.localdate()
    found = (
        onepager.chains(person, today=today).within(person, act=Act.WRITE, thing=Thing.BRIEFING).get_or_404(code=code)
    )
    page = onepager.compose(found, person=person, today=today, since=_day(request))
    title = _("%(chain)s · 链长一页纸") % {"chain": found.name}
    header = papers.header(request, title, as_of=page.today, illustrative=page.is_illustrative, what=found.code)
    out = io.BytesIO()
    from lianzhang.briefings import documents

    documents.chain_page(page, out=out, header=header)
    made = actions.issue(
        kind=Briefing.Kind.CHAIN,
        title=f"{title} {page.today.isoformat()}",
        figures={"lead": page.lead, "figures": [figure.frozen() for figure in page.figures]},
        content=out.getvalue(),
        as_of=page.today,
        since=page.since,
        chain=found,
        snapshot=page.snapshot,
        is_illustrative=page.is_illustrative,
        now=timezone.now(),
        by=person,
    )
    return redirect("briefings:briefing", code=made.code)


@access.reads(Thing.BRIEFING)
@require_GET
def firm(request: HttpRequest, code: str) -> HttpResponse:
    """企业一页纸: what the office knows of a firm before a visit."""
    person = access.person_of(request)
    found = Enterprise.objects.visible_to(person).get_or_404(code=code)
    page = firms.compose(found, person=person, today=timezone.localdate(), since=_day(request))
    title = _("%(firm)s · 企业一页纸") % {"firm": found.name}
    if request.GET.get("format") == "docx":
        header = papers.header(request, title, as_of=page.today, illustrative=found.is_illustrative, what=found.code)
        out = io.BytesIO()
        from lianzhang.briefings import documents

        documents.firm_page(page, out=out, header=header)
        return papers.response(out.getvalue(), title, "docx")
    context = {"page": page, "title": title, "illustrative": found.is_illustrative}
    return render(request, "briefings/firm.html", context)


@access.reads(Thing.BRIEFING)
@require_GET
def meeting(request: HttpRequest, scheme: str) -> HttpResponse:
    """推进会清单: all chains' plan actions, late tasks and projects; ?format=xlsx or docx takes it away."""
    person = access.person_of(request)
    found = Scheme.objects.visible_to(person).get_or_404(code=scheme)
    year = request.GET.get("year", "")
    form = request.GET.get("format", "")
    is_file = form in {"xlsx", "docx"}
    made = pack.compose(
        found,
        person=person,
        year=int(year) if year.isdecimal() else None,
        today=timezone.localdate(),
        most=None if is_file else MOST_ON_PAGE,
    )
    title = _("%(scheme)s · 推进会清单") % {"scheme": found.name}
    if is_file:
        header = papers.header(request, title, as_of=made.today, illustrative=found.is_illustrative, what=found.code)
        out = io.BytesIO()
        (pack.write_xlsx if form == "xlsx" else pack.write_docx)(made, out=out, header=header)
        return papers.response(out.getvalue(), title, form)
    context = {
        "pack": made,
        "title": title,
        "illustrative": found.is_illustrative,
        "parts": [
            (spec, listing.plain(request, spec, rows), count, count - len(rows))
            for (spec, rows), count in zip(made.parts, made.counts, strict=True)
        ],
        "as_of": made.today,
    }
    return render(request, "briefings/meeting.html", context)


@access.reads(Thing.BRIEFING)
@require_GET
def briefing(request: HttpRequest, code: str) -> HttpResponse:
    """An issued document as it was issued."""
    person = access.person_of(request)
    found = Briefing.objects.visible_to(person).select_related("chain", "issued_by").get_or_404(code=code)
    return render(
        request,
        "briefings/briefing.html",
        {"record": found, "illustrative": found.is_illustrative, "as_of": found.as_of},
    )


@access.reads(Thing.BRIEFING)
@require_GET
def download(request: HttpRequest, code: str) -> HttpResponse:
    """The Word document that was signed, byte for byte."""
    person = access.person_of(request)
    found = Briefing.objects.visible_to(person).select_related("file").exclude(file=None).get_or_404(code=code)
    trail.note(found, verb="briefing.downloaded", detail={"file": found.file.sha256 if found.file else ""}, by=person)
    content = evidence.path_of(found.file).read_bytes() if found.file else b""
    return papers.response(content, found.title, "docx")


def _day(request: HttpRequest) -> date | None:
    """The day of comparison asked for; none where it is no day or not over yet."""
    asked = request.GET.get("since") or request.POST.get("since") or ""
    try:
        day = date.fromisoformat(asked)
    except ValueError:
        return None
    return day if day < timezone.localdate() else None
