"""我要填的: what a firm is asked for at each level, a page and a workbook for each; nothing here is asked twice."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lianzhang.accounts.actions import Refused
from lianzhang.accounts.models import Person
from lianzhang.accounts.rules import Thing
from lianzhang.intake import tables as intake_tables
from lianzhang.records.models import Stale
from lianzhang.registry import asking, materials
from lianzhang.registry import bands as drawn_bands
from lianzhang.registry.actions import answers as actions
from lianzhang.registry.models import CategoryAnswer, Level, MaterialGroup, PartAnswer, ProductLine, SupplierMention
from lianzhang.registry.models.lines import MEANING
from lianzhang.registry.sheets import prefilled
from lianzhang.web import access, answering, conflict, workbooks
from lianzhang.web.forms.answers import BandTable, NamesForm, TickRows

PAGES = {Level.TICKS: "answers:ticks", Level.BANDS: "answers:bands", Level.NAMES: "answers:names"}
YEARS_BACK = 4


@access.writes(Thing.PURCHASE)
@require_GET
def asked(request: HttpRequest) -> HttpResponse:
    """Everything asked of the own firm, by product line and level: how much is answered, how long the rest takes."""
    person, today = access.person_of(request), timezone.localdate()
    found = asking.work(person, today=today)
    minutes = sum(one.minutes for one in found)
    lead = _("%(lines)d 条产品线，还有 %(open)d 行待答，约需 %(minutes)d 分钟（按行数估算）。") % {
        "lines": len({one.line.pk for one in found}),
        "open": sum(one.open_count for one in found),
        "minutes": minutes,
    }
    rows = [(one, reverse(PAGES[one.level], args=[one.line.pk]) if one.level in PAGES else "") for one in found]
    levels = [level for level in Level if any(one.level == level for one in found)]
    context = {
        "rows": rows,
        "lead": lead,
        "levels": [(level, level.label, MEANING[level]) for level in levels],
        "year": asking.year_asked(today) if Level.BANDS in levels else None,
        "may_hand_in": bool(access.offered("intake:list", person.reach)),
        "illustrative": any(one.line.is_illustrative for one in found),
    }
    return render(request, "answers/asked.html", context)


@access.writes(Thing.PURCHASE)
@require_http_methods(["GET", "POST"])
def bands(request: HttpRequest, pk: int) -> HttpResponse:
    """分档级 of one line and year: saved as a whole, only what changed is written."""
    person, today = access.person_of(request), timezone.localdate()
    line = _line(person, pk, Level.BANDS)
    years = [asking.year_asked(today) - back for back in range(YEARS_BACK)]
    year = next((one for one in years if str(one) == request.GET.get("year", "")), years[0])
    offered = drawn_bands.drawn()
    table, status = (BandTable(request.POST), 422) if request.method == "POST" else (None, 200)
    if table is not None:
        said = table.bands(offered)
        if not table.errors:
            status = _saved(request, lambda: actions.answer_bands(line, year=year, rows=said, today=today, by=person))
        if status == 302:
            return redirect(f"{reverse('answers:bands', args=[pk])}?year={year}")
    outline = asking.outlines([line])[line.pk]
    answers = CategoryAnswer.objects.visible_to(person).filter(line=line)
    rows = asking.band_rows(outline, answers, asking.bought_pairs(line.firm_id), year=year)
    shown, row_count = answering.band_rows(rows, offered, table=table)
    context = {
        "line": line,
        "year": year,
        "years": years,
        "rows": shown,
        "row_count": row_count,
        "categories": outline.categories,
        "provinces": answering.provinces(),
        "standing": asking.bands_asked(line, rows),
        "illustrative": line.is_illustrative,
    }
    return render(request, "answers/bands.html", context, status=status)


@access.writes(Thing.PURCHASE)
@require_http_methods(["GET", "POST"])
def ticks(request: HttpRequest, pk: int) -> HttpResponse:
    """目录级 of one line: the published tree with ticks; what came and went since the last answers is told."""
    person, today = access.person_of(request), timezone.localdate()
    line = _line(person, pk, Level.TICKS)
    outline = asking.outlines([line])[line.pk]
    table, status = (TickRows(request.POST), 422) if request.method == "POST" else (None, 200)
    if table is not None:
        said = table.ticks(outline.parts)
        status = _saved(
            request,
            lambda: actions.answer_ticks(line, ticks=said, tree_version=outline.version, today=today, by=person),
        )
        if status == 302:
            return redirect("answers:ticks", pk=pk)
    found = PartAnswer.objects.visible_to(person).filter(line=line).select_related("part", "tree_version")
    answers = {one.part_id: one for one in found}
    context = {
        "line": line,
        "outline": outline,
        "rows": answering.tick_rows(outline.places, answers, table=table),
        "row_count": len(outline.places),
        "open": answering.unticked(outline.places, answers),
        "standing": asking.ticks_asked(line, outline, list(answers.values())),
        "moves": asking.tree_moves(outline, list(answers.values())),
        "illustrative": line.is_illustrative,
    }
    return render(request, "answers/ticks.html", context, status=status)


@access.writes(Thing.PURCHASE)
@require_http_methods(["GET", "POST"])
def names(request: HttpRequest, pk: int) -> HttpResponse:
    """盲比级 of one line: names of suppliers, one a line, with a category or without."""
    person, today = access.person_of(request), timezone.localdate()
    line = _line(person, pk, Level.NAMES)
    form = NamesForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data["names"]
        if _saved(request, lambda: actions.name_suppliers(line, named=said, today=today, by=person)) == 302:
            return redirect("answers:names", pk=pk)
    outline = asking.outlines([line])[line.pk]
    found = SupplierMention.objects.visible_to(person).filter(line=line).select_related("supplier")
    context = {
        "line": line,
        "form": form,
        "mentions": list(found.order_by("category", "supplier_name")),
        "categories": outline.categories,
        "illustrative": line.is_illustrative,
    }
    return render(request, "answers/names.html", context, status=422 if request.method == "POST" else 200)


@access.writes(Thing.PURCHASE)
@require_POST
def withdraw_name(request: HttpRequest, pk: int) -> HttpResponse:
    """Take one supplier's name back."""
    person = access.person_of(request)
    mention = SupplierMention.objects.editable_by(person).select_related("line").get_or_404(pk=pk)
    actions.withdraw_mention(mention, by=person)
    messages.info(request, _("已撤回“%(name)s”。") % {"name": mention.supplier_name})
    return redirect("answers:names", pk=mention.line_id)


@access.writes(Thing.PURCHASE)
@require_GET
def material_groups(request: HttpRequest) -> HttpResponse:
    """物料组对照 of the own firm: what each group was said to mean."""
    person = access.person_of(request)
    found = list(MaterialGroup.objects.visible_to(person).select_related("part").order_by("code"))
    context = {"groups": found, "illustrative": any(group.is_illustrative for group in found)}
    return render(request, "answers/materials.html", context)


@access.writes(Thing.PURCHASE)
@require_POST
def forget_group(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back what a group means; it is asked again with the next export."""
    person = access.person_of(request)
    group = MaterialGroup.objects.editable_by(person).get_or_404(pk=pk)
    materials.forget(group, by=person)
    messages.info(request, _("物料组“%(code)s”的对照已撤回，下次导入时再问。") % {"code": group.code})
    return redirect("answers:materials")


@access.writes(Thing.PURCHASE)
@require_GET
def workbook(request: HttpRequest, level: str) -> HttpResponse:
    """The workbook of one level for the own firm: every line that answers at it, filled in as far as it is known."""
    person, today = access.person_of(request), timezone.localdate()
    if level not in prefilled.LEDGERS:
        raise Http404
    language = intake_tables.language()
    found = prefilled.write(Level(level), person=person, year=asking.year_asked(today), language=language)
    if found is None:
        raise Http404
    name = _("%(level)s_%(firm)s_%(year)s.xlsx") % {
        "level": Level(level).label, "firm": found.firm, "year": asking.year_asked(today),
    }  # fmt: skip
    return workbooks.file(found.content, name)


def _line(person: Person, pk: int, level: Level) -> ProductLine:
    found = ProductLine.objects.editable_by(person).select_related("firm", "product").get_or_404(pk=pk, is_active=True)
    if level.value not in found.levels:
        raise Http404
    return found


def _saved(request: HttpRequest, act: Any) -> int:
    """The status to answer with: 302 where it was kept; what the office's rules refuse is said on the page, and so is
    what somebody else answered since the page was opened (409), where everything typed stands again."""
    try:
        count = act()
    except Refused as refused:
        messages.error(request, str(refused.reason))
        return 422
    except Stale as stale:
        messages.error(request, _overtaken(stale))
        return 409
    messages.info(request, _("已保存，%(count)d 项有改动。") % {"count": count} if count else _("没有改动。"))
    return 302


def _overtaken(stale: Stale) -> str:
    who, at = conflict.last_change(stale.record)
    return _("您打开之后，%(who)s已于 %(at)s 改过“%(record)s”。还没有写入；您填的都在下表，请核对后再保存。") % {
        "who": who or _("系统"),
        "at": timezone.localtime(at).strftime("%Y-%m-%d %H:%M") if at else "—",
        "record": stale.record,
    }
