"""Plan beside actual: the stage table, the plan of a year, the Gantt of key projects, evidence for many at once."""

import zipfile
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lianzhang.accounts.actions import Refused
from lianzhang.accounts.rules import Thing
from lianzhang.chains import rules
from lianzhang.projects import actions, queries, schedule, stages, tables
from lianzhang.projects.models import Project, YearPlan
from lianzhang.trail import evidence as files
from lianzhang.web import access, batches, explain, listing, submitting
from lianzhang.web.charts import gantt as chart
from lianzhang.web.forms import projects as forms
from lianzhang.web.views.projects import FORM, tabs

PLANNED = ("investment_wan", "start_on", "completion_on", "production_on", "note")
MOST_UNPACKED = 200 * 1024 * 1024


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
            "超计划、单月超此前月均三倍、累计下降为存疑；其余为绿。"
        )
        % {"days": limits.quiet_days, "points": f"{limits.behind_red_ratio * 100:g}"},
        scope=_("正常、滞后状态的项目；未更新只看市级重点项目。暂缓、流转、流失、终止的不评。"),
        source=_("项目进度填报与月度调度"),
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
        "chart_template": "projects/gantt_chart.html",
        "chart_url": lambda listed: listed.chosen.url(format="svg", page=page if page.isdecimal() else None),
        "as_of": today,
        "tabs": tabs(request, "projects:gantt"),
    }
    return listing.respond(request, tables.GANTT, found, template="projects/list.html", context=context)


@access.writes(Thing.PROJECT)
@require_POST
def add_evidence(request: HttpRequest) -> HttpResponse:
    """为所选项目添加佐证: one file for all ticked rows, or a zip whose names begin with the project's code."""
    person = access.person_of(request)
    is_asked = "asked" in request.POST
    form = forms.EvidenceManyForm(request.POST if is_asked else None, request.FILES if is_asked else None)
    records = Project.objects.editable_by(person).filter(code__in=batches.ticked(request)).select_related("chain")

    def write(project: Project, said: dict[str, Any], version: int) -> object:  # noqa: ARG001 - no field of it changes
        upload, kind = said.pop("file"), said.pop("kind")
        given = _own(upload, project.code) if upload.name.lower().endswith(".zip") else [(upload.name, None)]
        with transaction.atomic():
            for name, data in given:
                upload.seek(0)
                one = upload if data is None else ContentFile(data, name=name)
                kept = _keep(one, kind=kind, by=person, **said)
                actions.add_evidence(project=project, attachment=kept, kind=kind, by=person)
        return project

    return batches.respond(
        request,
        form,
        records=list(records.order_by("code")),
        shown=lambda project: (tables.name(project), tables.page(project)),
        write=write,
        title=_("为所选项目添加佐证"),
        back_url=reverse("projects:list"),
    )


def _keep(upload: Any, **said: Any) -> Any:
    try:
        return files.keep(upload, **said)
    except files.RefusedFile as refused:
        raise Refused(refused.reason) from refused


def _own(upload: Any, code: str) -> list[tuple[str, Any]]:
    """The files of a zip whose names begin with a project's code; a longer number is another project's."""
    upload.seek(0)
    try:
        with zipfile.ZipFile(upload) as archive:
            names = {info.filename: info for info in archive.infolist() if not info.is_dir()}
            if sum(info.file_size for info in names.values()) > MOST_UNPACKED:
                raise Refused(_("zip 文件损坏或过大，不能读取。"))
            mine = [name for name in names if _begins(name.replace("\\", "/").rpartition("/")[2], code)]
            found = [(name, archive.read(name)) for name in mine]
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as broken:
        raise Refused(_("zip 文件损坏或过大，不能读取。")) from broken
    if not found:
        raise Refused(_("zip 中没有以 %(code)s 开头的文件。") % {"code": code})
    return found


def _begins(name: str, code: str) -> bool:
    return name.startswith(code) and not name[len(code) : len(code) + 1].isdigit()
