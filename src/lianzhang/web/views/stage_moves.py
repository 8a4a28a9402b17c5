"""Moving one project on: the ask for the next stage, the check, taking an ask back, the correction."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from lianzhang.accounts.actions import Refused
from lianzhang.accounts.models import Person
from lianzhang.accounts.rules import Thing
from lianzhang.projects import actions, queries, stages, tables
from lianzhang.projects.leads import likeness
from lianzhang.projects.models import Project, StageEntry
from lianzhang.projects.stages import Stage
from lianzhang.trail import queries as trail
from lianzhang.web import access, conflict
from lianzhang.web.forms import projects as forms
from lianzhang.web.views import project_changes
from lianzhang.web.views.projects import FORM, lacks, proof_of


@access.writes(Thing.PROJECT)
@require_http_methods(FORM)
def advance(request: HttpRequest, code: str) -> HttpResponse:
    """报请下一阶段."""
    person, today = access.person_of(request), timezone.localdate()
    found = project_changes.editable(person, code)
    to = stages.following(found.stage)
    if to is None:
        raise Refused(_("已是最后一个阶段。"))
    form = forms.AdvanceForm(request.POST or None, initial=forms.today_and(found, today=today))

    def write(said: dict[str, Any]) -> object:
        return actions.advance(project=found, to=to, now=timezone.now(), by=person, **said)

    gate = stages.gate(to)
    words = {"stage": to.label}
    title = (_("报请进入“%(stage)s”") if gate.is_checked else _("进入“%(stage)s”")) % words
    return project_changes.answer(
        request,
        form,
        found,
        title=title,
        submit=title,
        about=gate.help.label,
        write=write,
        template="projects/advance.html",
        more=_lacks(person, code, to),
    )


def _lacks(person: Person, code: str, to: Stage) -> dict[str, Any]:
    """What is lacking is said before the day is asked for, each thing with the page where it is filled in."""
    found = queries.detailed(person, code)
    held = {proof.purpose for proof in queries.proofs_for(found, to)}
    return {"project": found, "repeats": _repeats(found, to, person=person), **lacks(found, to, held)}


def _repeats(found: Project, to: int, *, person: Person) -> list[likeness.Likeness]:
    """Before 签约: projects signed already that this one may be again, as far as the reader sees them."""
    if to != Stage.SIGNED:
        return []
    repeats = likeness.signed_before(found)
    seen = Project.objects.visible_to(person).filter(pk__in=[one.project.pk for one in repeats])
    own = set(seen.values_list("pk", flat=True))
    return [one for one in repeats if one.project.pk in own]


@access.writes(Thing.PROJECT)
@require_POST
def precede(request: HttpRequest, code: str) -> HttpResponse:
    """设为前期项目: the project named comes first; the one at hand is its extension or its second signing."""
    person = access.person_of(request)
    found = project_changes.editable(person, code)
    earlier = Project.objects.visible_to(person).exclude(pk=found.pk).get_or_404(code=request.POST.get("earlier", ""))
    version = conflict.version_of(request, found)
    actions.edit(project=found, changes={"predecessor": earlier}, version=version, now=timezone.now(), by=person)
    return redirect(tables.page(found))


@access.writes(Thing.PROJECT)
@require_POST
def withdraw(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """撤回 one's own ask."""
    person = access.person_of(request)
    found = project_changes.editable(person, code)
    entry = StageEntry.objects.editable_by(person).get_or_404(pk=pk, project=found)
    actions.withdraw(entry=entry, now=timezone.now(), by=person)
    return redirect(tables.page(found))


@access.approves(Thing.PROJECT)
@require_http_methods(FORM)
def check(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """核验 an ask: the evidence in front, pass or return; on 投产 the capacity of each part."""
    person = access.person_of(request)
    found = project_changes.approvable(person, code)
    entry = StageEntry.objects.approvable_by(person).get_or_404(pk=pk, project=found)
    is_production = entry.stage == Stage.IN_PRODUCTION
    supplies = list(found.supplies.select_related("part")) if is_production else []
    form = forms.CheckForm(request.POST or None, supplies=supplies)

    def write(said: dict[str, Any]) -> object:
        return actions.check(
            entry=entry,
            passes=said["verdict"] == "pass",
            note=said["note"],
            capacities=form.capacities,
            now=timezone.now(),
            by=person,
        )

    about = stages.gate(entry.stage).help.label
    title = _("核验“%(stage)s”") % {"stage": entry.get_stage_display()}
    basis = {"entry": entry, "project": found, "evidence": _basis(found, entry)}
    basis["repeats"] = _repeats(found, entry.stage, person=person)
    return project_changes.answer(
        request,
        form,
        found,
        title=title,
        submit=_("确定"),
        about=about,
        write=write,
        template="projects/check.html",
        more=basis,
    )


def _basis(found: Project, entry: StageEntry) -> list[dict[str, Any]]:
    """The evidence an ask rested on, to be opened before it is judged."""
    proofs = trail.proofs(found)
    return [proof_of(found, proof) for proof in proofs if proof.pk in entry.proof_ids]


@access.approves(Thing.PROJECT)
@require_http_methods(FORM)
def correct(request: HttpRequest, code: str) -> HttpResponse:
    """更正 to an earlier stage."""
    person, today = access.person_of(request), timezone.localdate()
    found = project_changes.approvable(person, code)
    initial = forms.today_and(found, today=today)
    form = forms.CorrectForm(request.POST or None, initial=initial, project=found)

    def write(said: dict[str, Any]) -> object:
        return actions.correct(project=found, now=timezone.now(), by=person, **said)

    about = _("较晚阶段的记录保留并标记作废；投产时核定的供货能力一并撤回。")
    return project_changes.answer(request, form, found, title=_("更正阶段"), submit=_("更正"), about=about, write=write)
