"""三种版别: each edition of a target list as a page, a print, a workbook and a Word document of the same paper."""

import io
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from chainlab import places
from lianzhang.accounts.models import Person
from lianzhang.accounts.rules import Thing
from lianzhang.chains.models import Edition, TargetList
from lianzhang.chains.queries import disclosure as disclosures
from lianzhang.chains.queries import targets as queries
from lianzhang.chains.tables import asked, editions
from lianzhang.chains.tables.editions import Paper
from lianzhang.resources.models import Resource
from lianzhang.tables import ExportHeader
from lianzhang.trail import actions as trail
from lianzhang.web import access, exports, listing

OFFERED = (Resource.Kind.PARK, Resource.Kind.FUND, Resource.Kind.PLATFORM, Resource.Kind.TALENT)
FORMS = ("xlsx", "docx", "print")


@access.reads(Thing.TARGET)
@require_GET
def edition(request: HttpRequest, code: str, edition: str) -> HttpResponse:
    """One edition of a list; ?format= takes it away."""
    person = access.person_of(request)
    if edition not in Edition.values:
        raise Http404(edition)
    listed = queries.lists(person).select_related("chain__scheme", "chain__body").get_or_404(code=code)
    if listed.state not in {TargetList.State.READY, TargetList.State.APPROVED}:
        raise Http404(code)
    paper = _paper(listed, Edition(edition), person)
    form = request.GET.get("format", "")
    if form in FORMS:
        return taken(request, paper, listed, form=form, back_url=url_of(listed, edition))
    context = {
        "record": listed,
        "paper": paper,
        "parts": [(spec, listing.plain(request, spec, rows)) for spec, rows in paper.parts],
        "editions": tabs(listed, here=edition),
        "as_of": paper.as_of,
        "illustrative": paper.is_illustrative,
    }
    return render(request, "targets/edition.html", context)


def url_of(listed: TargetList, edition: str) -> str:
    """The page of one edition."""
    return reverse("targets:edition", args=[listed.code, edition])


def tabs(listed: TargetList, *, here: str = "") -> list[dict[str, Any]]:
    """The editions of a list as links."""
    return [{"label": label, "url": url_of(listed, code), "is_here": code == here} for code, label in Edition.choices]


def _paper(listed: TargetList, edition: Edition, person: Person) -> Paper:
    lines = list(queries.lines(listed, person=person).order_by("position"))
    pooled = asked.chains(listed)
    if edition is Edition.OUTREACH:
        offers, is_invented = _offers(listed, person)
        city = _("、").join(places.name_of(str(code)) or "" for code in listed.chain.scheme.home_regions)
        contact = listed.chain.body.name if listed.chain.body else ""
        made = editions.outreach(listed, lines, offers=offers, contact=contact, city=city, pooled=pooled)
        return made if not is_invented else editions.marked(made)
    names = asked.names(listed)
    facts = asked.conditions(listed, pooled)
    if edition is Edition.MEETING:
        return editions.meeting(listed, lines, names, facts=facts, pooled=pooled)
    shown = disclosures.of_list(listed, person=person)
    return editions.working(listed, lines, names, shown=shown, facts=facts, pooled=pooled)


def _offers(listed: TargetList, person: Person) -> tuple[list[tuple[Any, str, str]], bool]:
    """What the city has for the chain; what a firm keeps is the firm's and stays off."""
    found = Resource.objects.visible_to(person).filter(
        chains=listed.chain, kind__in=OFFERED, keeper_enterprise__isnull=True
    )
    rows = [(r.get_kind_display(), r.name, r.state_note, r.is_illustrative) for r in found.order_by("kind", "code")]
    return [row[:3] for row in rows], any(row[3] for row in rows)


def taken(request: HttpRequest, paper: Paper, listed: TargetList, *, form: str, back_url: str) -> HttpResponse:
    """The paper as a file or a print; its number is that of its event in the trail."""
    person = access.person_of(request)
    detail = {"title": paper.title, "edition": paper.edition.value, "format": form}
    event = trail.note(listed, verb="document.exported", detail=detail, by=person)
    header = ExportHeader(
        title=paper.title,
        scope=str(paper.edition.label),
        as_of=paper.as_of,
        who=exports.who(person),
        is_illustrative=paper.is_illustrative,
        made_at=timezone.now(),
        export_id=f"DC-{event.seq:06d}",
    )
    if form == "print":
        return _print(request, paper, header, back_url=back_url)
    from lianzhang.chains.sheets import papers

    out = io.BytesIO()
    (papers.write_xlsx if form == "xlsx" else papers.write_docx)(paper, out=out, header=header)
    response = HttpResponse(out.getvalue(), content_type=exports.TYPES[form])
    name = f"{paper.title}_{paper.edition.label}_{timezone.localdate():%Y%m%d}.{form}"
    response.headers["Content-Disposition"] = str(content_disposition_header(as_attachment=True, filename=name))
    return response


def _print(request: HttpRequest, paper: Paper, header: ExportHeader, *, back_url: str) -> HttpResponse:
    widest = max(len(spec.shown_by_default()) for spec, _rows in paper.parts)
    context = {
        "paper": "a4" if widest <= 6 else "a4-landscape",
        "written": paper,
        "parts": [(spec, listing.plain(request, spec, rows)) for spec, rows in paper.parts],
        "header": header,
        "about": [(_("版别"), paper.edition.label), (_("导出人"), header.who), (_("导出编号"), header.export_id)],
        "illustrative": paper.is_illustrative,
        "back_url": back_url,
    }
    return render(request, "targets/edition_print.html", context)
