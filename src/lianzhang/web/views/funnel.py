"""漏斗: how many came, how far they got, where they stall, how the year will end. Read from what was kept."""

from dataclasses import replace
from functools import partial
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from lianzhang.accounts.rules import Role, Thing
from lianzhang.chains.models import Chain
from lianzhang.indicators import definitions
from lianzhang.jobs.models import Job
from lianzhang.projects import choices, queries, tables
from lianzhang.projects.actions import readings
from lianzhang.projects.funnel import tables as funnel_tables
from lianzhang.projects.models import StageEntry
from lianzhang.projects.stages import Stage
from lianzhang.tables import TableSpec, values
from lianzhang.web import access, explain, funnels, listing
from lianzhang.web.charts.funnel import outlook_option, staying_option
from lianzhang.web.views.chains import tabs as chain_tabs
from lianzhang.web.views.projects import tabs

ON_PAPER: dict[str, TableSpec] = {
    "by_year": funnel_tables.YEARS_IN_FIGURES,
    "cohorts": funnel_tables.COHORTS_IN_FIGURES,
    "stays": funnel_tables.STAYS,
    "outlook": funnel_tables.OUTLOOK,
    "record": funnel_tables.RECORD,
    "record_months": funnel_tables.RECORD_MONTHS,
}
# The chain is said by the page: it is no condition of its table.
OF_CHAIN = replace(tables.PROJECTS, filters=tuple(one for one in tables.FILTERS if one.key != "chain"))
ENTERED = {"signed": Stage.SIGNED, "started": Stage.STARTED, "produced": Stage.IN_PRODUCTION}


@access.reads(Thing.PROJECT)
@require_GET
def funnel(request: HttpRequest) -> HttpResponse:
    """The funnel of a scope: the sentence, the rates, cohorts, time in stages, the year's end."""
    person, today = access.person_of(request), timezone.localdate()
    asked = funnels.asked(request, person=person, today=today)
    reading = funnels.reading(person, asked)
    context: dict[str, Any] = {
        "asked": asked,
        "scope": asked.words,
        "tabs": tabs(request, "projects:funnel"),
        "chains": choices.chains(person),
        "districts": [] if person.reach.role is Role.DISTRICT else choices.districts(person),
        "job": _running(request),
        "reading": reading,
    }
    if reading is None:
        context |= {"years": [asked.year], "lead": _("这个范围还没有计算过。")}
        return render(request, "projects/funnel.html", context)
    data = reading.data
    found = _rows(data, asked, as_of=reading.as_of)
    context |= {"as_of": reading.as_of, "illustrative": reading.is_illustrative}
    name = request.GET.get("table", "")
    if name in found and "format" in request.GET:
        return listing.respond(request, ON_PAPER[name], found[name], context=context)
    year = data["years"].get(str(asked.year), {})
    shown = _stage(request, data)
    context |= {
        "years": sorted(map(int, data["years"]), reverse=True),
        "lead": funnels.sentence(data, asked),
        "undated_count": data["undated_count"],
        "project_count": data["count"],
        "rates": funnels.rates(data, asked),
        "by_year": listing.plain(request, funnel_tables.YEARS, found["by_year"]),
        "cohorts": listing.plain(request, funnel_tables.COHORTS, found["cohorts"]),
        "stays": listing.plain(request, funnel_tables.STAYS, found["stays"]),
        "curve": staying_option(shown["curve"]) if shown else None,
        "curve_stage": Stage(shown["stage"]).label if shown else "",
        "outlook": listing.plain(request, funnel_tables.OUTLOOK, found["outlook"]),
        "record": listing.plain(request, funnel_tables.RECORD, found["record"]),
        "record_months": listing.plain(request, funnel_tables.RECORD_MONTHS, found["record_months"]),
        "judged": funnels.judged(found["record"]) + funnels.nearest_since(found["record_months"]),
        "chart": outlook_option(year.get("outlook", ()), planned_wan=year.get("planned_wan")),
        "end": _end(year),
        "files": {each: asked.query(table=each, format="xlsx") for each in ON_PAPER},
    }
    return render(request, "projects/funnel.html", context)


def _rows(data: dict[str, Any], asked: funnels.Asked, *, as_of: Any) -> dict[str, list[Any]]:
    """The rows of the tables."""
    year = data["years"].get(str(asked.year))
    signed = partial(asked.rows, "signed")
    return {
        "by_year": funnel_tables.year_rows(data["cohorts"], as_of=as_of, url=signed),
        "cohorts": funnel_tables.cohort_rows(data["cohorts"], year=asked.year, as_of=as_of, url=signed),
        "stays": funnel_tables.stay_rows(data["stays"], url=lambda stage: asked.query(stage=stage) + "#stays"),
        "outlook": funnel_tables.month_rows(asked.year, year) if year and year["outlook"] else [],
        "record": funnel_tables.looked(year) if year else [],
        "record_months": funnel_tables.looked_months(year) if year else [],
    }


def _stage(request: HttpRequest, data: dict[str, Any]) -> dict[str, Any] | None:
    """The stage whose curve is drawn: the one asked for, else the one with the longest median."""
    drawn = [row for row in data["stays"] if row["curve"]]
    wanted = [row for row in drawn if str(row["stage"]) == request.GET.get("stage", "")]
    before = [row for row in drawn if row["stage"] < Stage.IN_PRODUCTION] or drawn
    return next(iter(wanted), None) or max(before, key=lambda row: row["quartiles"][1] or 0, default=None)


def _end(year: dict[str, Any]) -> dict[str, Any]:
    """What the year's end is held against, in words."""
    if not year.get("outlook"):
        return {}
    last = year["outlook"][-1]
    written = {
        name: values.plain(value, "yi") if value is not None else ""
        for name, value in zip(("low", "middle", "high", "naive"), last[2:], strict=True)
    }
    done = year["outlook"][year["through"] - 1][1]
    planned = year["planned_wan"]
    return {
        **written,
        "done": values.plain(done, "yi"),
        "through": year["through"],
        "planned": values.plain(planned, "yi") if planned is not None else "",
        "unplanned_count": year["plan_count"] - year["planned_count"],
        "reporting_count": year["reporting_count"],
        "is_over": year["through"] == 12,
        "whole_years": year.get("whole_years", 0),
    }


def _running(request: HttpRequest) -> Job | None:
    """What this person asked for and is not done."""
    found = Job.objects.visible_to(access.person_of(request)).filter(kind=readings.KIND)
    running: Job | None = found.filter(state__in=(Job.State.WAITING, Job.State.RUNNING)).first()
    return running


@access.reads(Thing.PROJECT)
@require_POST
def recompute(request: HttpRequest) -> HttpResponse:
    """重算: the funnel of the scope that is shown, in the background."""
    person = access.person_of(request)
    asked = funnels.asked(request, person=person, today=timezone.localdate())
    back = reverse("projects:funnel") + asked.query()
    job = readings.ask(chain=asked.chain, district=asked.district, url=back, by=person)
    messages.info(request, _("已开始重算，可以离开本页。"))
    return redirect("jobs:job", pk=job.pk)


@access.reads(Thing.PROJECT)
@require_GET
def rows(request: HttpRequest, what: str, when: str) -> HttpResponse:
    """The projects behind a number of the funnel: first reported, signed, started or in production in a year or month.
    Chain and district are conditions of the table itself."""
    person, today = access.person_of(request), timezone.localdate()
    year, _dash, month = when.partition("-")
    listed = queries.listed(person, today=today)
    if what == "came-in":
        found = listed.filter(first_reported_at__year=int(year))
    elif what in ENTERED:
        found = listed.filter(pk__in=_entering(ENTERED[what], int(year), int(month) if month else None))
    else:
        raise Http404(what)
    words = {"came-in": _("新增线索"), "signed": _("签约"), "started": _("开工"), "produced": _("投产")}
    said = _("%(when)s%(what)s") % {"when": when, "what": words[what]}
    context = {
        "lead": lambda listed: _("%(said)s的项目%(count)s个。") % {"said": said, "count": listed.figure},
        "as_of": today,
        "scope": said,
        "tabs": tabs(request, "projects:funnel"),
    }
    return listing.respond(request, tables.PROJECTS, found, template="projects/list.html", context=context)


def _entering(stage: Stage, year: int, month: int | None) -> "QuerySet[Any]":
    """Keys of the projects that entered a stage in a year, or in one month of it."""
    passed = StageEntry.objects.filter(
        stage=stage, verdict=StageEntry.Verdict.PASSED, is_void=False, is_correction=False, entered_on__year=year
    )
    if month is not None:
        passed = passed.filter(entered_on__month=month)
    return passed.values("project_id")


@access.reads(Thing.PROJECT)
@require_GET
def of_chain(request: HttpRequest, code: str) -> HttpResponse:
    """项目 of one chain in one table, under the sentence of its funnel."""
    person, today = access.person_of(request), timezone.localdate()
    chain = Chain.objects.visible_to(person).select_related("scheme").get_or_404(code=code)
    asked = funnels.asked(request, person=person, today=today, chain=chain)
    reading = funnels.reading(person, asked)
    context = {
        "chain": chain,
        "tabs": chain_tabs(chain, person=person, here="projects:chain"),
        "lead": funnels.sentence(reading.data, asked) if reading else _("漏斗还没有计算过。"),
        "scope": chain.name,
        "as_of": reading.as_of if reading else today,
        "illustrative": chain.is_illustrative,
        "funnel_url": reverse("projects:funnel") + asked.query(),
    }
    found = queries.listed(person, today=today).filter(chain=chain)
    return listing.respond(request, OF_CHAIN, found, template="projects/chain.html", context=context)


@access.reads(Thing.PROJECT)
@require_GET
def explain_rate(request: HttpRequest, key: str) -> HttpResponse:
    """口径 of one rate: definition, formula, this scope, source, date."""
    person = access.person_of(request)
    asked = funnels.asked(request, person=person, today=timezone.localdate())
    reading = funnels.reading(person, asked)
    if key not in funnels.RATES or reading is None:
        raise Http404(key)
    told = next((rate for rate in funnels.rates(reading.data, asked) if rate["key"] == key), None)
    definition = definitions.all_definitions()[key]
    what = "started" if key == "start_rate_plan" else "signed"
    explained = explain.Explained(
        label=f"{definition.label} · {asked.words}",
        value=told["value"] if told else "",
        definition=_meaning(key),
        formula=told["of"] if told else definition.shown_formula,
        scope=f"{asked.words}；{definition.shown_scope}",
        source=_("本系统项目台账、阶段记录和年度计划；算法出自：%(source)s") % {"source": definition.shown_source},
        as_of=reading.as_of,
        rows_url=asked.rows(what, str(asked.year)),
        is_illustrative=reading.is_illustrative,
    )
    return explain.respond(request, explained)


def _meaning(key: str) -> str:
    """What this system counts above and below the line."""
    words = {
        "start_rate_plan": _("年度计划定在当年开工的项目中，截至日期已实际开工的。计划外开工的不计入。"),
        "start_rate_signed": _("当年签约的项目中，截至日期已进入“开工”的。签约后流失、终止的仍在分母。"),
        "fulfil_rate": _(
            "当年签约的项目中，已注册项目公司或走到更后阶段，且没有流失、终止的。来源没有写明“履约”如何认定，此为本系统拟定。"
        ),
        "funds_in_rate": _("当年签约的项目，到位资金合计÷协议投资合计；两项有一项未填的，两边都不计。"),
    }
    return words[key]
