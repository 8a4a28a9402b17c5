"""What may be done to one project: edit, money, progress, evidence, status, flags, supplies."""

from collections.abc import Callable, Mapping
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from lianzhang.accounts.actions import Refused
from lianzhang.accounts.models import Person
from lianzhang.accounts.rules import Thing
from lianzhang.projects import actions, queries, stages, tables
from lianzhang.projects.models import Project
from lianzhang.trail import evidence as files
from lianzhang.web import access, cells, submitting
from lianzhang.web.forms import projects as forms
from lianzhang.web.views.projects import FORM, WORDS

EDITED = (
    *("name", "investor_name", "investor_code", "investor_place", "enterprise", "owner", "site", "content", "gap"),
    *("plan_year_wan", "planned_start_on", "planned_completion_on", "planned_production_on", "predecessor"),
)


def editable(person: Person, code: str) -> Project:
    return Project.objects.editable_by(person).select_related("chain").get_or_404(code=code)


def approvable(person: Person, code: str) -> Project:
    return Project.objects.approvable_by(person).select_related("chain").get_or_404(code=code)


def answer(
    request: HttpRequest,
    form: Any,
    found: Project,
    *,
    title: str,
    submit: str = "",
    about: str = "",
    write: Callable[[dict[str, Any]], Any],
    template: str = "parts/form_page.html",
    more: Mapping[str, Any] | None = None,
) -> HttpResponse:
    page = tables.page(found)

    def act(said: dict[str, Any]) -> str:
        write(said)
        return page

    frame = {
        "title": title,
        "submit": submit or _("保存"),
        "about": about,
        "back_url": page,
        "crumb_url": page,
        "crumb": tables.name(found),
        "illustrative": found.is_illustrative,
        **(more or {}),
    }
    return submitting.respond(request, form, act=act, frame=frame, template=template)


@access.writes(Thing.PROJECT)
@require_http_methods(FORM)
def edit(request: HttpRequest, code: str) -> HttpResponse:
    """Change what the project is, who answers for it, where and when."""
    person = access.person_of(request)
    found = editable(person, code)
    initial = {name: getattr(found, name) for name in EDITED} | {"version": found.version}
    form = forms.EditForm(request.POST or None, initial=initial, person=person, project=found)

    def write(said: dict[str, Any]) -> object:
        version = said.pop("version")
        return actions.edit(project=found, changes=said, version=version, now=timezone.now(), by=person)

    return answer(request, form, found, title=_("修改项目"), write=write)


@access.writes(Thing.PROJECT)
@require_http_methods(cells.METHODS)
def cell(request: HttpRequest, code: str) -> HttpResponse:
    """One field typed in the list: what needs no day of its own, and progress as of today."""
    person, now = access.person_of(request), timezone.now()
    found = editable(person, code)
    today = timezone.localdate(now)

    def write(changes: dict[str, Any], version: int) -> object:
        with_day: dict[str, Any] = {"project": found, "version": version, "now": now, "by": person}
        ((name, value),) = changes.items()
        if name in actions.MONEY:
            return actions.record_money(amounts=changes, **with_day)
        if name in actions.FLAGS:
            return actions.set_flag(flag=name, on=value, **with_day)
        if name == "progress":
            return actions.record_progress(text=value, on=today, **with_day)
        if name == "done_year_wan":
            return actions.record_progress(text=found.progress, on=today, done_year_wan=value, **with_day)
        return actions.edit(changes=changes, **with_day)

    return cells.respond(
        request,
        found,
        among=(tables.PROJECTS, tables.LEADS, tables.KEY_PROJECTS),
        fields=forms.cell_fields(found, person=person),
        write=write,
        take_back=lambda version: actions.take_back(project=found, version=version, now=now, by=person),
        reread=lambda: queries.listed(person, today=today).get(pk=found.pk),
    )


@access.approves(Thing.PROJECT)
@require_http_methods(FORM)
def place(request: HttpRequest, code: str) -> HttpResponse:
    """区市 and 市级重点: by whoever may approve."""
    person = access.person_of(request)
    found = approvable(person, code)
    initial = {"district": found.district, "is_key": found.is_key, "version": found.version}
    form = forms.PlaceForm(request.POST or None, initial=initial, person=person)

    def write(said: dict[str, Any]) -> object:
        version = said.pop("version")
        return actions.edit(project=found, changes=said, version=version, now=timezone.now(), by=person)

    return answer(request, form, found, title=_("区市与市级重点"), write=write)


@access.writes(Thing.PROJECT)
@require_http_methods(FORM)
def money(request: HttpRequest, code: str) -> HttpResponse:
    """意向、协议、到位, each for itself."""
    person = access.person_of(request)
    found = editable(person, code)
    initial = {name: getattr(found, name) for name in (*actions.MONEY, "arrived_on", "version")}
    form = forms.MoneyForm(request.POST or None, initial=initial)

    def write(said: dict[str, Any]) -> object:
        amounts = {name: said.pop(name) for name in actions.MONEY}
        return actions.record_money(project=found, amounts=amounts, now=timezone.now(), by=person, **said)

    return answer(request, form, found, title=_("登记投资"), about=str(tables.APART), write=write)


@access.writes(Thing.PROJECT)
@require_http_methods(FORM)
def progress(request: HttpRequest, code: str) -> HttpResponse:
    """填报进度."""
    person, today = access.person_of(request), timezone.localdate()
    found = editable(person, code)
    held = ("text:progress", "next_milestone", "next_due_on", "blockage_kind", "blockage")
    initial = {pair.partition(":")[0]: getattr(found, pair.rpartition(":")[2]) for pair in held}
    form = forms.ProgressForm(request.POST or None, initial=forms.today_and(found, today=today, **initial))

    def write(said: dict[str, Any]) -> object:
        return actions.record_progress(project=found, now=timezone.now(), by=person, **said)

    return answer(request, form, found, title=_("填报进度"), write=write)


@access.writes(Thing.PROJECT)
@require_http_methods(FORM)
def evidence(request: HttpRequest, code: str) -> HttpResponse:
    """添加佐证: kept at once, so that a refused ask loses no file."""
    person = access.person_of(request)
    found = editable(person, code)
    following = stages.following(found.stage)
    kinds = [(kind.key, kind.label) for kind in stages.gate(following).evidence] if following else []
    kinds += [
        (kind.key, kind.label) for kind in stages.table().evidence.values() if (kind.key, kind.label) not in kinds
    ]
    initial = {"kind": request.GET.get("kind", "")}
    form = forms.EvidenceForm(request.POST or None, request.FILES or None, kinds=kinds, initial=initial)

    def write(said: dict[str, Any]) -> object:
        upload, kind = said.pop("file"), said.pop("kind")
        try:
            with transaction.atomic():  # a file that may not serve as this evidence leaves no record
                kept = files.keep(upload, kind=kind, by=person, **said)
                return actions.add_evidence(project=found, attachment=kept, kind=kind, by=person)
        except files.RefusedFile as refused:
            raise Refused(refused.reason) from refused

    return answer(request, form, found, title=_("添加佐证"), submit=_("上传"), write=write)


STATUS = {
    "resume": actions.resume,
    "mark_late": actions.mark_late,
    "hold": actions.hold,
    "lose": actions.lose,
    "terminate": actions.terminate,
}
# What a status does, said before it is chosen.
EFFECTS = {
    "hold": gettext_lazy("暂缓期间不推进阶段，不计逾期。"),
    "lose": gettext_lazy("投资方已另选他处。首报权释放，项目不再推进。"),
    "terminate": gettext_lazy("项目不再推进。首报权释放。"),
}


@access.reads(Thing.PROJECT)
@require_http_methods(FORM)
def status(request: HttpRequest, code: str, verb: str) -> HttpResponse:
    """暂缓、滞后、流失、终止、恢复, with reason and day."""
    person, today = access.person_of(request), timezone.localdate()
    # The right is the move's: a chief, who does not write projects, may end one.
    move = next(move for move in stages.table().moves.values() if move.verb == verb)
    found = (approvable if move.right == "approve" else editable)(person, code)
    asked = forms.LoseForm if verb == "lose" else forms.StatusForm
    form = asked(request.POST or None, initial={"on": today})

    def write(said: dict[str, Any]) -> object:
        return STATUS[verb](project=found, now=timezone.now(), by=person, **said)

    word, about = str(WORDS[verb]), str(EFFECTS.get(verb, ""))
    return answer(request, form, found, title=word, submit=word, about=about, write=write)


@access.approves(Thing.PROJECT)
@require_http_methods(FORM)
def transfer(request: HttpRequest, code: str) -> HttpResponse:
    """流转 to another district."""
    person, today = access.person_of(request), timezone.localdate()
    found = approvable(person, code)
    form = forms.TransferForm(request.POST or None, initial={"on": today}, person=person)

    def write(said: dict[str, Any]) -> object:
        return actions.transfer(project=found, now=timezone.now(), by=person, **said)

    return answer(
        request, form, found, title=_("流转项目"), submit=_("流转"), about=_("首报单位和时间不变。"), write=write
    )


@access.writes(Thing.PROJECT)
@require_http_methods(FORM)
def flag(request: HttpRequest, code: str, name: str) -> HttpResponse:
    """固投入库 or 入规."""
    person = access.person_of(request)
    found = editable(person, code)
    form = forms.FlagForm(request.POST or None, initial={"on": getattr(found, name), "version": found.version})

    def write(said: dict[str, Any]) -> object:
        return actions.set_flag(project=found, flag=name, now=timezone.now(), by=person, **said)

    title = stages.labels([name], of=Project)[0]
    return answer(request, form, found, title=title, about=_("以统计部门认定日期为准。"), write=write)


@access.writes(Thing.PROJECT)
@require_http_methods(FORM)
def supply(request: HttpRequest, code: str) -> HttpResponse:
    """拟供零部件: one part at a time."""
    person = access.person_of(request)
    found = editable(person, code)
    form = forms.SupplyForm(request.POST or None, person=person)

    def write(said: dict[str, Any]) -> None:
        held = {s.part: s.capacity_wan for s in found.supplies.select_related("part")}
        actions.set_supplies(project=found, capacities={**held, said["part"]: said["capacity_wan"]}, by=person)

    return answer(request, form, found, title=_("拟供零部件"), write=write)


@access.writes(Thing.PROJECT)
@require_POST
def drop_supply(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """Take a planned part off again."""
    person = access.person_of(request)
    found = editable(person, code)
    held = {s.part: s.capacity_wan for s in found.supplies.select_related("part") if s.pk != pk}
    actions.set_supplies(project=found, capacities=held, by=person)
    return redirect(reverse("projects:project", args=[found.code]))
