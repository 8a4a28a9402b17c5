"""指标: figures with scope, source and date; their definitions; where one comes from; entering and correcting one."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from lianzhang.accounts.rules import Act, Thing
from lianzhang.indicators import actions, definitions, queries, tables
from lianzhang.indicators.models import Figure
from lianzhang.web import access, explain, histories, listing, submitting
from lianzhang.web.forms.indicators import FigureForm, NewFigureForm

FORM = ["GET", "HEAD", "POST"]


@access.reads(Thing.INDICATOR)
@require_GET
def listed(request: HttpRequest) -> HttpResponse:
    """Every figure within reach; how many stand beside a contradicting one."""
    person = access.person_of(request)
    found = queries.figures(person)
    rows = list(found)
    conflicting = queries.conflicts(rows)
    lead = _("共%(count)s个指标值，其中%(conflicts)s个同指标有不同口径的数，并列列出。") % {
        "count": len(rows),
        "conflicts": len(conflicting),
    }
    context = {"lead": lead, "may_write": person.reach.may(Act.WRITE, Thing.INDICATOR)}
    return listing.respond(request, tables.FIGURES, found, template="indicators/list.html", context=context)


@access.reads(Thing.INDICATOR)
@require_GET
def definitions_page(request: HttpRequest) -> HttpResponse:
    """What every indicator means."""
    found = definitions.all_definitions().values()
    proposals = sum(1 for row in found if row.is_proposal)
    lead = _("共%(count)s项定义，其中%(proposals)s项未见官方算法，为本系统拟定。") % {
        "count": len(found),
        "proposals": proposals,
    }
    return render(request, "indicators/definitions.html", {"definitions": found, "lead": lead})


@access.reads(Thing.INDICATOR)
@require_GET
def figure(request: HttpRequest, pk: int) -> HttpResponse:
    """One figure beside those that say something else."""
    person = access.person_of(request)
    found = queries.figures(person).get_or_404(pk=pk)
    context = {
        "figure": found,
        "definition": definitions.of(found.indicator),
        "beside": queries.beside(found, person),
        "history": histories.of(found, reader=person),
        "illustrative": found.is_illustrative,
        "may_write": Figure.objects.editable_by(person).filter(pk=found.pk).exists(),
        "as_of": found.as_of,
    }
    return render(request, "indicators/figure.html", context)


@access.writes(Thing.INDICATOR)
@require_http_methods(FORM)
def new(request: HttpRequest) -> HttpResponse:
    """录入指标值."""
    person = access.person_of(request)
    form = NewFigureForm(request.POST or None, person=person, initial={"year": timezone.localdate().year})

    def act(said: dict[str, Any]) -> str:
        said.pop("version")
        made = actions.enter(source=said.pop("cited"), **said, by=person)
        return reverse("indicators:figure", args=[made.pk])

    back = reverse("indicators:list")
    frame = {"title": _("录入指标值"), "back_url": back, "crumb_url": back, "crumb": _("指标")}
    return submitting.respond(request, form, act=act, frame=frame)


@access.writes(Thing.INDICATOR)
@require_http_methods(FORM)
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """更正指标值."""
    person = access.person_of(request)
    found = Figure.objects.editable_by(person).get_or_404(pk=pk)
    form = FigureForm(request.POST or None, person=person, figure=found)
    back = reverse("indicators:figure", args=[found.pk])

    def act(said: dict[str, Any]) -> str:
        version = said.pop("version")
        actions.correct(figure=found, source=said.pop("cited"), changes=said, version=version, by=person)
        return back

    frame = {"title": _("更正指标值"), "back_url": back, "crumb_url": back, "crumb": found.label, "record": found}
    return submitting.respond(request, form, act=act, frame=frame)


@access.reads(Thing.INDICATOR)
@require_GET
def explain_figure(request: HttpRequest, pk: int) -> HttpResponse:
    """口径: definition, formula, scope, source and date of one figure."""
    person = access.person_of(request)
    found = queries.figures(person).get_or_404(pk=pk)
    definition = definitions.of(found.indicator)
    others = [f"{other.shown}（{other.scope}）" for other in queries.beside(found, person)]
    explained = explain.Explained(
        label=f"{found.label} · {found.chain.name if found.chain else _('全市')}",
        value=found.shown,
        definition=definition.label if definition else "",
        formula=definition.shown_formula if definition else "",
        scope=found.scope,
        source=_source(found),
        as_of=found.as_of,
        snapshot=found.snapshot_id or "",
        missing="；".join(
            [found.rows_note] * bool(found.rows_note) + [_("另有不同口径：%(n)s") % {"n": o} for o in others]
        ),
        rows_url=reverse("indicators:figure", args=[found.pk]),
        is_illustrative=found.is_illustrative,
    )
    return explain.respond(request, explained)


def _source(found: Figure) -> str:
    source = found.source
    day = f" {source.published_on:%Y-%m-%d}" if source.published_on else ""
    return f"{source.publisher}《{source.title}》{day} {found.source_note}".strip()
