"""Working a lead on pages: its entry, a follow-up, the due-diligence list, contests of a first report."""

from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lianzhang.accounts.models import Person
from lianzhang.accounts.rules import Act, Scope, Thing
from lianzhang.projects import actions, stages, tables
from lianzhang.projects import contests as contest_rows
from lianzhang.projects.events import encounters
from lianzhang.projects.leads import clocks
from lianzhang.projects.models import Contest, FollowUp, Project
from lianzhang.web import access, contested, histories, listing, submitting
from lianzhang.web.forms import leads as forms
from lianzhang.web.forms.projects import LeadForm
from lianzhang.web.views.projects import FORM, tabs


def _editable(person: Person, code: str) -> Project:
    return Project.objects.editable_by(person).select_related("chain").get_or_404(code=code)


def _frame(found: Project, *, title: str, **more: Any) -> dict[str, Any]:
    page = tables.page(found)
    crumb = {"crumb_url": page, "crumb": tables.name(found), "back_url": page}
    return {"title": title, "illustrative": found.is_illustrative, **crumb, **more}


@access.writes(Thing.PROJECT)
@require_http_methods(FORM)
def new(request: HttpRequest) -> HttpResponse:
    """登记线索: five fields; a known investor is shown with who reported it first."""
    person = access.person_of(request)
    form = LeadForm(request.POST or None, person=person, initial=_after(request, person))
    frame: dict[str, Any] = {"title": _("登记线索"), "submit": _("登记"), "back_url": reverse("projects:list")}

    def act(said: dict[str, Any]) -> str:
        earlier, now = said.pop("predecessor"), timezone.now()
        if earlier is not None and not said["although"]:
            said["although"] = _("%(code)s的续建或增资") % {"code": earlier.code}
        try:
            with transaction.atomic():
                made = actions.report_lead(now=now, by=person, **said)
                if earlier is not None:
                    changes = {"predecessor": earlier}
                    made = actions.edit(project=made, changes=changes, version=None, now=now, by=person)
        except actions.Duplicate as duplicate:
            known = [found.pk for found in duplicate.found]
            seen = Project.objects.visible_to(person).filter(pk__in=known).select_related("first_reported_by")
            frame["found"] = list(seen.order_by("first_reported_at"))
            form.ask_why(seen)
            frame["contest_url"] = f"{reverse('projects:new_contest')}?code={duplicate.found[0].code}"
            raise
        return tables.page(made)

    return submitting.respond(request, form, act=act, template="projects/new.html", frame=frame)


def _after(request: HttpRequest, person: Person) -> dict[str, Any]:
    """What a successor has of the project it follows (?after=XM-…)."""
    earlier = Project.objects.visible_to(person).filter(code=request.GET.get("after", "")).first()
    if earlier is None:
        return {}
    carried = ("investor_name", "investor_code", "chain", "site")
    return {"predecessor": earlier.pk} | {name: getattr(earlier, name) for name in carried}


@access.writes(Thing.PROJECT)
@require_http_methods(FORM)
def follow(request: HttpRequest, code: str) -> HttpResponse:
    """登记跟进: the clocks that run stand above the form."""
    person, today = access.person_of(request), timezone.localdate()
    found = _editable(person, code)
    running = list(found.clocks.filter(met_on__isnull=True))
    initial = {"done_on": today, "kind": _first_kind(request.GET.get("kind", ""), running)}
    form = forms.FollowUpForm(request.POST or None, initial=initial)

    def act(said: dict[str, Any]) -> str:
        kind = FollowUp.Kind(said.pop("kind"))
        actions.follow_up(project=found, kind=kind, now=timezone.now(), by=person, **said)
        return tables.page(found)

    lights = [clocks.told(clock.kind, clock.due_on, today=today) for clock in running]
    frame = _frame(found, title=_("登记跟进"), submit=_("登记"), clocks=lights)
    return submitting.respond(request, form, act=act, frame=frame, template="projects/follow.html")


def _first_kind(asked: str, running: list[Any]) -> str:
    """The deed asked for in the address, else the one whose clock ends first."""
    if asked in FollowUp.Kind.values:
        return asked
    return running[0].kind if running else FollowUp.Kind.FOLLOW.value


@access.writes(Thing.PROJECT)
@require_http_methods(FORM)
def diligence(request: HttpRequest, code: str) -> HttpResponse:
    """尽职调查: the whole list on one page."""
    person, today = access.person_of(request), timezone.localdate()
    found = _editable(person, code)
    held = {row.item: row for row in found.diligences.select_related("by")}
    form = forms.DiligenceForm(request.POST or None, held=held, initial={"on": today})

    def act(said: dict[str, Any]) -> str:
        with transaction.atomic():
            for item, verdict, note in form.changed:
                actions.verify(
                    project=found, item=item, verdict=verdict, note=note, on=said["on"], now=timezone.now(), by=person
                )
        return f"{tables.page(found)}#diligence"

    left = len(stages.open_diligence(found))
    about = ngettext(
        "签约前逐项核实，还有%(left)d项未核实或有疑点。", "签约前逐项核实，还有%(left)d项未核实或有疑点。", left
    )
    rows = [
        {
            "item": item,
            "verdict": form[f"verdict_{item.key}"],
            "note": form[f"note_{item.key}"],
            "known": held.get(item.key),
        }
        for item in stages.table().diligence
    ]
    frame = _frame(found, title=_("尽职调查"), about=about % {"left": left} if left else _("已逐项核实。"), rows=rows)
    return submitting.respond(request, form, act=act, frame=frame, template="projects/diligence.html")


@access.reads(Thing.PROJECT)
@require_GET
def contests(request: HttpRequest) -> HttpResponse:
    """首报争议: what is to be decided, and what was."""
    person, today = access.person_of(request), timezone.localdate()
    context = {
        "lead": contested.sentence(contest_rows.standing(person), today=today),
        "new_url": reverse("projects:new_contest") if person.reach.may(Act.WRITE, Thing.PROJECT) else "",
        "tabs": tabs(request, "projects:contests"),
        "as_of": today,
    }
    found = contest_rows.listed(person, today=today)
    return listing.respond(request, contest_rows.TABLE, found, template="projects/contests.html", context=context)


@access.writes(Thing.PROJECT)
@require_http_methods(FORM)
def new_contest(request: HttpRequest) -> HttpResponse:
    """提出首报争议, by the code one was told."""
    person = access.person_of(request)
    form = forms.ContestForm(request.POST or None, initial={"code": request.GET.get("code", "")})

    def act(said: dict[str, Any]) -> str:
        made = actions.contest(now=timezone.now(), by=person, **said)
        return reverse("projects:contest", args=[made.code])

    back = reverse("projects:contests")
    frame = {"title": _("提出首报争议"), "submit": _("提交秘书处"), "back_url": back, "crumb_url": back}
    frame |= {"crumb": _("首报争议"), "about": _("首报时间由系统记录，不能修改；由秘书处对照双方记录裁定。")}
    return submitting.respond(request, form, act=act, frame=frame)


@access.reads(Thing.PROJECT)
@require_http_methods(FORM)
def contest(request: HttpRequest, code: str) -> HttpResponse:
    """One contest: both histories as far as the reader sees them, and the decision."""
    person = access.person_of(request)
    rows = Contest.objects.visible_to(person).select_related(
        "project", "claimant", "challenger", "challenger_project", "raised_by", "decided_by"
    )
    found = rows.get_or_404(code=code)
    may_decide = found.state == Contest.State.OPEN and person.reach.scope(Act.APPROVE, Thing.PROJECT) is Scope.ALL
    form = forms.DecideForm(request.POST or None)

    def act(said: dict[str, Any]) -> str:
        actions.decide_contest(contest=found, now=timezone.now(), by=person, **said)
        return reverse("projects:contest", args=[found.code])

    frame = {
        "contest": found,
        "illustrative": found.project.is_illustrative,
        "sides": _sides(found, person=person),
        "credit": contest_rows.credit(found),
        "may_decide": may_decide,
        "may_withdraw": found.state == Contest.State.OPEN and found.challenger_id == person.reach.body_id,
        "title": found.code,
        "submit": _("裁定"),
    }
    if request.method == "POST":
        return submitting.respond(request, form, act=act, frame=frame, template="projects/contest.html")
    return render(request, "projects/contest.html", {"form": form, **frame})


def _sides(found: Contest, *, person: Person) -> list[dict[str, Any]]:
    """What each body recorded, oldest first. A district reads its own side only."""
    pair: list[tuple[str, Project | None, Any]] = [
        (_("首报"), found.project, found.claimant),
        (_("提出争议"), found.challenger_project, found.challenger),
    ]
    wanted = [project.pk for _word, project, _body in pair if project is not None]
    seen = set(Project.objects.visible_to(person).filter(pk__in=wanted).values_list("pk", flat=True))
    sides = []
    for word, project, body in pair:
        is_seen = project is not None and project.pk in seen
        lines = histories.of(project, reader=person, limit=60)[::-1] if is_seen and project is not None else []
        talks = encounters.talks(found.project, body=body, person=person)
        shown = project if is_seen else None
        sides.append({"word": word, "project": shown, "body": body, "lines": lines, "talks": talks})
    return sides


@access.writes(Thing.PROJECT)
@require_POST
def withdraw_contest(request: HttpRequest, code: str) -> HttpResponse:
    """撤回 one's own contest."""
    person = access.person_of(request)
    found = Contest.objects.visible_to(person).get_or_404(code=code)
    actions.withdraw_contest(contest=found, by=person)
    return redirect("projects:contests")
