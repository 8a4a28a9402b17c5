"""收表: the workbooks of all firms a task force collects from, and handing them in for a firm without an account."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from lianzhang.accounts.models import Person
from lianzhang.chains.models import Anchor, Chain
from lianzhang.intake import tables as intake_tables
from lianzhang.registry import asking, gathering
from lianzhang.registry.actions.lines import PAPER_LEVELS, enter_line_on_paper
from lianzhang.registry.gathering import Collected
from lianzhang.registry.sheets.prefilled import LEDGERS
from lianzhang.web import access, submitting, workbooks
from lianzhang.web.forms.gathering import PaperLineForm

ZIP = "application/zip"
collector = access.opens("collects answers of firms", gathering.collects)


@collector
@require_GET
def gathered(request: HttpRequest) -> HttpResponse:
    """Every firm the own task force collects from, level by level: answered, owed, its workbook."""
    person, today = access.person_of(request), timezone.localdate()
    found = _collected(person)
    levels = [owed for one in found for owed in one.levels]
    lead = _("向 %(firms)d 家企业收表，%(open)d 份待填，其中 %(closed)d 份未获授权，看不到进度。") % {
        "firms": len(found),
        "open": sum(not owed.is_done for owed in levels),
        "closed": sum(not owed.is_open for owed in levels),
    }
    context = {
        "rows": found,
        "lead": lead,
        "year": asking.year_asked(today),
        "handed_in": [(LEDGERS[level].key, level.label) for level in PAPER_LEVELS if LEDGERS[level].may_use(person)],
        "illustrative": any(one.firm.is_illustrative for one in found),
        "most": gathering.MOST_FIRMS,
    }
    return render(request, "answers/gathered.html", context)


@collector
@require_GET
def workbook(request: HttpRequest, code: str, level: str) -> HttpResponse:
    """The workbook of one firm and level, filled in with what the task force may read."""
    person, year = access.person_of(request), asking.year_asked(timezone.localdate())
    one = _one(person, code)
    owed = next((owed for owed in one.levels if owed.level.value == level), None)
    if owed is None:
        raise Http404
    made = gathering.workbook(owed, person=person, year=year, language=intake_tables.language())
    return workbooks.file(made.content, gathering.file_name(owed, firm=one.firm.name, year=year))


@collector
@require_GET
def package(request: HttpRequest) -> HttpResponse:
    """All workbooks still open, in one file."""
    person, today = access.person_of(request), timezone.localdate()
    found = [one for one in _collected(person) if any(not owed.is_done for owed in one.levels)]
    if not found:
        raise Http404
    content = gathering.package(found, person=person, year=asking.year_asked(today), language=intake_tables.language())
    return workbooks.file(content, _("收表_%(day)s.zip") % {"day": f"{today:%Y%m%d}"}, media_type=ZIP)


@collector
@require_http_methods(["GET", "POST"])
def line_on_paper(request: HttpRequest, code: str) -> HttpResponse:
    """Enter a product line for a firm without an account, as its paper grant says."""
    person = access.person_of(request)
    one = _one(person, code)
    if one.has_account or not one.is_on_paper:
        raise Http404
    form = PaperLineForm(request.POST or None)

    def act(said: dict[str, Any]) -> str:
        enter_line_on_paper(firm=one.firm, today=timezone.localdate(), by=person, **said)
        return reverse("answers:gathered")

    frame = {"title": _("登记产品线：%(firm)s") % {"firm": one.firm.name}, "back": ("answers:gathered", _("链主填报"))}
    return submitting.respond(request, form, act=act, frame=frame)


def _collected(person: Person) -> list[Collected]:
    anchors = Anchor.objects.standing().filter(chain__in=Chain.objects.own_of(person).values("pk"))
    found = gathering.firms(person, anchors=anchors.values_list("enterprise_id", flat=True))
    return gathering.collected(found, person=person, today=timezone.localdate())


def _one(person: Person, code: str) -> Collected:
    """The firm of this code among those collected from; a foreign one is not there."""
    found = next((one for one in _collected(person) if one.firm.code == code), None)
    if found is None:
        raise Http404
    return found
