"""产品线 and their levels: chosen by the firm's own contact; those who analyse know which level was chosen."""

from typing import Any

from django.contrib import messages
from django.db.models import OuterRef
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lianzhang.accounts.models import Person
from lianzhang.accounts.rules import Act, Thing
from lianzhang.records.counting import CountOf
from lianzhang.registry import actions, tables
from lianzhang.registry.models import (
    CategoryAnswer,
    Enterprise,
    Level,
    PartAnswer,
    ProductLine,
    Purchase,
    SupplierMention,
)
from lianzhang.registry.models.lines import MEANING, words
from lianzhang.web import access, listing, submitting
from lianzhang.web.forms.registry import LevelsForm, LineForm

# What counts as an answer of a level.
ANSWERS: dict[Level, Any] = {
    Level.TICKS: PartAnswer,
    Level.BANDS: CategoryAnswer,
    Level.NAMES: SupplierMention,
    Level.ROWS: Purchase,
}


@access.reads(Thing.PURCHASE)
@require_GET
def lines(request: HttpRequest) -> HttpResponse:
    """The own firm's product lines with ticks; for others the levels each anchor chose, without any answer."""
    person = access.person_of(request)
    firm = _own_firm(person)
    if firm is not None:
        return _own_lines(request, person, firm)
    found = ProductLine.objects.visible_to(person).select_related("firm", "product", "levels_by")
    count = found.order_by().values("firm").distinct().count()
    lead = _("%(firms)d 家企业按产品线选定了披露层级；这里只列层级，不列答复。") % {"firms": count}
    return listing.respond(request, tables.LINES, found, template="registry/line_list.html", context={"lead": lead})


def _own_lines(request: HttpRequest, person: Person, firm: Enterprise) -> HttpResponse:
    found = ProductLine.objects.visible_to(person).filter(firm=firm).select_related("product", "levels_by")
    counts = {
        f"{level.value}_count": CountOf(model.objects.filter(line=OuterRef("pk"))) for level, model in ANSWERS.items()
    }
    rows = [
        {
            "line": line,
            "levels": [
                {
                    "code": level.value,
                    "label": level.label,
                    "is_chosen": level in line.levels,
                    "count": getattr(line, f"{level.value}_count"),
                }
                for level in Level
            ],
        }
        for line in found.annotate(**counts).order_by("-is_active", "name")
    ]
    context = {
        "rows": rows,
        "levels": [(level.label, MEANING[level]) for level in Level],
        "may_edit": person.reach.may(Act.WRITE, Thing.PURCHASE),
        "illustrative": firm.is_illustrative,
    }
    return render(request, "registry/lines.html", context)


@access.writes(Thing.PURCHASE)
@require_http_methods(["GET", "POST"])
def new_line(request: HttpRequest) -> HttpResponse:
    """Enter a product line of the own firm."""
    person = access.person_of(request)
    firm = _own_firm(person)
    if firm is None:
        raise Http404
    form = LineForm(request.POST or None)

    def act(said: dict[str, Any]) -> str:
        actions.enter_line(firm=firm, today=timezone.localdate(), by=person, **said)
        return "registry:lines"

    frame = {"title": _("新增产品线"), "back": ("registry:lines", _("产品线与披露层级"))}
    return submitting.respond(request, form, act=act, frame=frame, template="registry/new_line.html")


@access.writes(Thing.PURCHASE)
@require_POST
def choose_levels(request: HttpRequest, pk: int) -> HttpResponse:
    """Choose the levels of one line."""
    person = access.person_of(request)
    line = ProductLine.objects.editable_by(person).select_related("firm").get_or_404(pk=pk)
    form = LevelsForm(request.POST)
    if not form.is_valid():
        raise Http404
    before, was_active = set(line.levels), line.is_active
    made = actions.choose_levels(line, **form.cleaned_data, today=timezone.localdate(), by=person)
    messages.info(request, _levels_said(made, before=before, was_active=was_active))
    return redirect("registry:lines")


def _levels_said(line: ProductLine, *, before: set[str], was_active: bool) -> str:
    """What choosing did, for whom: the firm must not have to guess whether others still see what it took off."""
    if was_active and not line.is_active:
        return _("“%(line)s”已停用，不再填报。") % {"line": line.name}
    gone = before - set(line.levels)
    if gone:
        return _("“%(line)s”不再公开%(levels)s：已填内容保留在本企业，其他单位即时看不到。") % {
            "line": line.name, "levels": words(gone),
        }  # fmt: skip
    return _("“%(line)s”的披露层级：%(levels)s。") % {"line": line.name, "levels": words(line.levels)}


def _own_firm(person: Person) -> Enterprise | None:
    if person.reach.body_id is None or not person.reach.may(Act.WRITE, Thing.PURCHASE):
        return None
    return Enterprise.objects.visible_to(person).filter(body_id=person.reach.body_id).first()
