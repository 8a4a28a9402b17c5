"""Plan beside actual: the stage table, the plan of a year, the Gantt of key projects."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from lianzhang.accounts.rules import Thing
from lianzhang.chains import rules
from lianzhang.projects import actions, queries, schedule, stages, tables
from lianzhang.projects.models import Project, YearPlan
from lianzhang.projects.monthly import doubts
from lianzhang.web import access, explain, exports, listing, submitting
from lianzhang.web.charts import gantt as chart
from lianzhang.web.forms import projects as forms
from lianzhang.web.views.projects import FORM, tabs

PLANNED = ("investment_wan", "start_on", "completion_on", "production_on", "note")


@access.writes(Thing.PROJECT)
@require_http_methods(FORM)
def plan(request: HttpRequest, code: str) -> HttpResponse:
    """年度计划: the running year's unless another is asked for."""
    person, today = access.person_of(request), timezone.localdate()
    found = Project.objects.editable_by(person).select_related("chain").get_or_404(code=code)
    asked = request.GET.get("year", "")
    year = int(asked) if asked.isascii() and asked.isdigit() and len(asked) == 4 else today.year
    held = YearPlan.objects.filter(project=found, year=year).first()
    initial = {name: getattr(held, name) for name in PLANNED} if held else _proposed(found)
    form = forms.PlanForm(request.POST or None, initial={"version": found.version, "year": year, **initial})

    def act(said: dict[str, Any]) -> str:
        given = {name: said.pop(name) for name in PLANNED}
        actions.set_plan(project=found, said=given, now=timezone.now(), by=person, **said)
        return tables.page(found)

    frame = {
        "title": _("年度计划"),
        "submit": _("保存"),
        "about": _("新增年度计划或调整，原计划和理由留痕。"),
        "back_url": tables.page(found),
        "crumb_url": tables.page(found),
        "crumb": tables.name(found),
        "illustrative": found.is_illustrative,
    }
    return submitting.respond(request, form, act=act, frame=frame)


def _proposed(found: Project) -> dict[str, Any]:
    """What is planned on the project already is where the first plan begins."""
    return {
        "investment_wan": found.plan_year_wan,
        "start_on": found.planned_start_on,
        "completion_on": found.planned_completion_on,
        "production_on": found.planned_production_on,
    }


@access.reads(Thing.PROJECT)
@require_GET
def stage_table(request: HttpRequest) -> HttpResponse:
    """阶段表: what each stage needs, who asks and who checks, straight from the reviewed table."""
    rows = [
        {
            "gate": gate,
            "requires": stages.labels([*gate.requires, *gate.recruited], of=Project),
            "entering": stages.labels(gate.entering, of=Project),
        }
        for gate in stages.table().gates.values()
    ]
    return render(request, "projects/stages.html", {"rows": rows, "diligence": stages.table().diligence})


@access.reads(Thing.PROJECT)
@require_GET
def light(request: HttpRequest, code: str) -> HttpResponse:
    """口径 of a project's light: what it says, by which rule, from which figures."""
    person, today = access.person_of(request), timezone.localdate()
    found = queries.detailed(person, code)
    shown, limits = schedule.light(found, today=today), rules.thresholds()
    explained = explain.Explained(
        label=_("状态灯"),
        value=str(shown) + (f" · {shown.reason}" if shown.reason else ""),
        definition=_("年度投资完成率与时间进度（已过月数÷12）相比，结合节点、填报和数据存疑判定。"),
        formula=_(
            "节点逾期、%(days)d天未更新、完成率落后%(points)s个百分点以上为红；落后不足的为黄；"
            "超计划、单月超此前月均%(factor)s倍、累计下降为存疑；其余为绿。"
        )
        % {
            "days": limits.quiet_days,
            "points": f"{limits.behind_red_ratio * 100:g}",
            "factor": f"{doubts.limits().jump_factor:g}",
        },
        scope=_("正常、滞后状态的项目；未更新只看市级重点项目。暂缓、流转、流失、终止的不评。"),
        source=_("项目进度填报与月度调度；阈值由系统管理员按本市规定设定"),
        as_of=found.done_as_of or found.progress_on,
        rows_url=tables.page(found),
        is_illustrative=found.is_illustrative,
    )
    return explain.respond(request, explained)


@access.reads(Thing.PROJECT)
@require_GET
def gantt(request: HttpRequest) -> HttpResponse:
    """甘特图 of the key projects, drawn from the rows of the page; ?format=svg gives the drawing alone."""
    person, today = access.person_of(request), timezone.localdate()
    found = queries.listed(person, today=today).filter(is_key=True, status__in=stages.OPEN)
    if request.GET.get("format") == "svg":
        listed = listing.build(request, tables.GANTT, found, others=listing.FRAME)
        drawing = chart.draw(list(listed.page.object_list), today=today)
        response = render(request, "projects/gantt.svg", {"drawing": drawing}, content_type="image/svg+xml")
        response.headers["Content-Disposition"] = 'attachment; filename="gantt.svg"'
        return response
    page = request.GET.get("page", "")
    context = {
        "chart": lambda listed: chart.draw(listed.page.object_list, today=today),
        "figures": lambda rows: [
            exports.Figure(template="projects/gantt_sheet.html", drawn=sheet, shapes=chart.shapes(sheet))
            for sheet in chart.pages(rows, today=today)
        ],
        "chart_template": "projects/gantt_chart.html",
        "chart_url": lambda listed: listed.chosen.url(format="svg", page=page if page.isdecimal() else None),
        "as_of": today,
        "tabs": tabs(request, "projects:gantt"),
    }
    return listing.respond(request, tables.GANTT, found, template="projects/list.html", context=context)
