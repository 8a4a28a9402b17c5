"""Projects on pages: the table, the two ledgers, the board, one project in one screen, and a lead in five fields."""

from collections.abc import Collection, Iterable
from typing import Any, cast

from django.db.models import F
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET

from lianzhang.accounts.models import Person
from lianzhang.accounts.rules import ROLE_OF, Act, Post, Thing
from lianzhang.projects import choices, performance, queries, schedule, stages, tables
from lianzhang.projects.leads import clocks
from lianzhang.projects.models import Project, StageEntry
from lianzhang.projects.stages import Stage
from lianzhang.supervision.models import Task
from lianzhang.tables import RESTRICTED, TableSpec
from lianzhang.trail import evidence as files
from lianzhang.trail import queries as trail
from lianzhang.trail.models import Proof
from lianzhang.web import access, batches, contested, listing, navigation, production, timeline, working

FORM = ["GET", "HEAD", "POST"]
CARDS = 15  # of one column of the board; the rest is one click away in the table
VIEWS = (
    "projects:list",
    "projects:leads",
    "projects:contests",
    "projects:key",
    "projects:board",
    "projects:gantt",
    "projects:funnel",
    "projects:districts",
)


@access.reads(Thing.PROJECT)
@require_GET
def projects(request: HttpRequest) -> HttpResponse:
    """Every project within reach."""
    found = queries.listed(access.person_of(request), today=timezone.localdate())
    return _ledger(request, tables.PROJECTS, found, here="projects:list")


@access.reads(Thing.PROJECT)
@require_GET
def leads(request: HttpRequest) -> HttpResponse:
    """线索台账: what is not signed yet."""
    person, today = access.person_of(request), timezone.localdate()
    found = clocks.with_next(queries.leads(person, today=today))
    overdue = clocks.overdue_count(person, today=today)
    late = ngettext("%(count)d条线索时限逾期。", "%(count)d条线索时限逾期。", overdue) % {"count": overdue}
    also = format_html("{} {}", late if overdue else "", contested.within_reach(person))
    return _ledger(request, tables.LEADS, found, here="projects:leads", also=also)


@access.reads(Thing.PROJECT)
@require_GET
def key_projects(request: HttpRequest) -> HttpResponse:
    """重点项目台账: the city's key list, month by month."""
    found = queries.listed(access.person_of(request), today=timezone.localdate()).filter(is_key=True)
    return _ledger(
        request, tables.KEY_PROJECTS, found, here="projects:key", own=_("重点项目%(count)s个。全部项目：%(all)s")
    )


def _ledger(
    request: HttpRequest, table: TableSpec, found: Any, *, here: str, also: str = "", own: str = ""
) -> HttpResponse:
    """`own` is the sentence of a ledger that is a part of all projects: its own count first."""
    person, today = access.person_of(request), timezone.localdate()
    standing = _standing_of_all(person, today=today)
    said: Any = format_html("{} {}", standing["lead"], also) if also.strip() else standing["lead"]
    context = {
        "lead": (lambda listed: own % {"count": listed.figure, "all": said}) if own else said,
        "as_of": today,
        "tabs": tabs(request, here),
        "new_url": navigation.address("projects:new") if person.reach.may(Act.WRITE, Thing.PROJECT) else "",
        "checks_url": navigation.address("projects:checks") if person.reach.may(Act.APPROVE, Thing.PROJECT) else "",
        "batch": _batch(person),
    }
    return listing.respond(request, table, found, template="projects/list.html", context=context)


def _batch(person: Person) -> list[batches.Action]:
    is_writer = person.reach.may(Act.WRITE, Thing.PROJECT)
    return [batches.Action(label=_("添加佐证"), url=navigation.address("projects:evidence_many"))] if is_writer else []


def _standing_of_all(person: Person, *, today: Any) -> dict[str, Any]:
    """The first sentence."""
    counts = queries.standing(person, today=today)
    said = _(
        "在谈%(talks)s个，签约%(signed)s个，在建%(building)s个，投产%(production)s个；"
        "另有线索%(leads)s条。滞后%(late)s个。"
    )
    return {"lead": said % vars(counts)}


def tabs(request: HttpRequest, here: str) -> list[dict[str, Any]]:
    """The views of projects, each for the chain that is asked for."""
    labels = (
        _("全部项目"),
        _("线索台账"),
        _("首报争议"),
        _("重点项目台账"),
        _("看板"),
        _("甘特图"),
        _("漏斗"),
        _("区市"),
    )
    asked = request.GET.get("chain", "")
    query = f"?chain={asked}" if asked.replace("-", "").isalnum() else ""
    return [
        {"label": label, "url": navigation.address(name) + query, "is_here": name == here}
        for name, label in zip(VIEWS, labels, strict=True)
    ]


@access.reads(Thing.PROJECT)
@require_GET
def board(request: HttpRequest) -> HttpResponse:
    """看板: one column for each group of stages, the late ones first; a card opens its project."""
    person, today = access.person_of(request), timezone.localdate()
    chains = choices.chains(person)
    chosen = next((code for code, _name in chains if code == request.GET.get("chain")), "")
    found = queries.cards(person, today=today)
    if chosen:
        found = found.filter(chain__code=chosen)
    labels = {stage.value: str(stage.label) for stage in Stage}
    groups = _cards(found)
    columns = [_column(g, rows, chain=chosen, today=today, labels=labels) for g, rows in groups.items()]
    context = {
        "illustrative": any(column["is_illustrative"] for column in columns),
        "columns": columns,
        "chains": chains,
        "chosen": chosen,
        **_standing_of_all(person, today=today),
        "tabs": tabs(request, "projects:board"),
        "as_of": today,
    }
    return render(request, "projects/board.html", context)


def _cards(found: Any) -> dict[stages.Group, list[Project]]:
    """The first of each column and one more, found by their keys: sorting thousands of whole records is dear. Rows and
    the months their lights look at are read for all columns at once."""
    order = (F("next_due_on").asc(nulls_last=True), "-stage", "code")
    keys = {
        group: list(
            found.filter(stage__in=stages.stages_of(group.key))
            .order_by(*order)
            .values_list("pk", flat=True)[: CARDS + 1]
        )
        for group in stages.table().groups
    }
    rows = {row.pk: row for row in found.order_by().filter(pk__in=[pk for column in keys.values() for pk in column])}
    return {group: [rows[pk] for pk in column if pk in rows] for group, column in keys.items()}


def _column(
    group: stages.Group, rows: list[Project], *, chain: str, today: Any, labels: dict[int, str]
) -> dict[str, Any]:
    query = f"?group={group.key}" + (f"&chain={chain}" if chain else "")
    cards = [_card(row, today=today, labels=labels) for row in rows[:CARDS]]
    return {
        "group": group,
        "cards": cards,
        "url": navigation.address("projects:list") + query,
        "has_more": len(rows) > CARDS,
        "is_illustrative": any(row.is_illustrative for row in rows),
    }


def _card(row: Project, *, today: Any, labels: dict[int, str]) -> dict[str, Any]:
    """What a card says, worked out here: a template that looks up eight names a card costs more than its query."""
    due = row.next_due_on.strftime("%m-%d") if row.next_due_on else ""
    place = (row.chain.name, row.district.name if row.district else "", f"{row.next_milestone} {due}".strip())
    return {
        "url": tables.page(row),
        "name": tables.name(row),
        "light": schedule.light(row, today=today),
        "stage": labels[row.stage],
        "about": " · ".join(part for part in place if part),
    }


@access.reads(Thing.PROJECT)
@require_GET
def project(request: HttpRequest, code: str) -> HttpResponse:
    """One project in one screen: stage bar, what is missing, money apart, plan beside actual, evidence, origin."""
    person, today = access.person_of(request), timezone.localdate()
    found = queries.detailed(person, code)
    entries = list(found.entries.select_related("asked_by", "checked_by").order_by("stage", "asked_at"))
    proofs, plans = trail.proofs(found), _held(found, "year_plans", "set_by", order="-year")
    tasks = list(Task.objects.visible_to(person).filter(project=found).select_related("responsible"))
    months = [row for row in _held(found, "months", order="-month") if row.state in performance.HANDED_IN]
    setattr(found, "recent_months", months)  # noqa: B010 - the light reads them here instead of asking again
    context: dict[str, Any] = {
        "project": found,
        "name": tables.name(found),
        "light": schedule.light(found, today=today),
        "bar": _bar(found, entries),
        "entries": entries,
        "milestones": schedule.milestones(found, plans=plans),
        "plans": plans,
        "predecessor": found.predecessor if getattr(found, "sees_predecessor", False) else None,
        "evidence": [proof_of(found, proof) for proof in proofs],
        "supplies": list(found.supplies.all()),
        "signings": _held(found, "signings", "event"),
        "tasks": tasks,
        "illustrative": found.is_illustrative,
        "as_of": found.as_of or found.progress_on,
        "moves": _moves(found),
        "is_ended": found.status in stages.ENDED,
        "origin_reasons": _reasons(found),
        "done_ratio": tables.done_ratio(found),
        "effect": production.effect(found, entries=entries, person=person),
        **working.shown(found, today=today),
        "restricted": RESTRICTED,
        **_next_step(found, entries, proofs, person=person),
    }
    context["lead"] = _standing(context)
    worked = context["follow"]["records"] if context["follow"] else ()
    context["happenings"] = timeline.of(
        found, entries=entries, follow_ups=worked, months=months, tasks=tasks, proofs=proofs
    )
    return render(request, "projects/project.html", context)


def _held(found: Any, name: str, *related: str, order: str = "pk") -> list[Any]:
    """The rows of a project's own table; not asked for where `queries.detailed` found none."""
    rows = getattr(found, name).order_by(order)
    return list(rows.select_related(*related) if related else rows) if getattr(found, f"has_{name}") else []


def _next_step(found: Any, entries: list[StageEntry], proofs: list[Proof], *, person: Person) -> dict[str, Any]:
    """What the next stage needs and lacks, what waits for a check, and whose move it is."""
    pending = next((entry for entry in entries if entry.verdict == StageEntry.Verdict.PENDING), None)
    following = stages.following(found.stage)
    if following is None:
        return {"following": None, "pending": None}
    held = {proof.purpose for proof in queries.fresh(proofs, entries=entries, stage=following)}
    gate = stages.gate(following)
    may_check = pending is not None and pending.asked_by_id != person.pk and found.may_approve
    return {
        "following": following,
        "gate": gate,
        **lacks(found, following, held),
        "pending": pending,
        "may_check": may_check
        and person.reach.role.value in stages.gate(pending.stage if pending else following).checks,
        "may_ask": found.may_write and person.reach.role.value in gate.asks and found.status in stages.MOVING,
        "is_own_ask": pending is not None and pending.asked_by_id == person.pk,
        "checkers": _posts(stages.gate(pending.stage).checks) if pending else "",
        "returned": _returned(entries, following),
    }


# Where a field of the stage table is filled in; the rest is on the edit page.
FILLED_ON = {
    **dict.fromkeys(("intended_wan", "agreed_wan", "arrived_wan"), "projects:money"),
    "district": "projects:place",
    "parts": "projects:supply",
    "diligences": "projects:diligence",
}


def lacks(found: Any, following: Stage, held: Collection[str]) -> dict[str, Any]:
    """What the next stage still needs: each field with the page to fill it in where the reader may, and evidence."""
    names = stages.missing(found, following)
    missing = []
    for name, label in zip(names, stages.labels(names, of=Project), strict=True):
        on = FILLED_ON.get(name, "projects:edit")
        may_fill = found.may_approve if on == "projects:place" else found.may_write
        missing.append((label, reverse(on, args=[found.code]) if may_fill else ""))
    return {"missing": missing, "missing_evidence": stages.missing_evidence(following, held)}


def _posts(roles: Iterable[str]) -> str:
    return _("、").join(str(post.label) for post in Post if post in ROLE_OF and ROLE_OF[post].value in roles)


def _returned(entries: list[StageEntry], following: Stage) -> StageEntry | None:
    """The last ask for the next stage, where a checker sent it back."""
    asks = sorted((e for e in entries if e.stage == following), key=lambda entry: entry.asked_at)
    last = asks[-1] if asks else None
    is_sent_back = last is not None and last.verdict == StageEntry.Verdict.RETURNED and last.checked_by_id is not None
    return last if is_sent_back else None


def _standing(context: dict[str, Any]) -> str:
    found, following, pending = context["project"], context["following"], context["pending"]
    if found.status not in stages.MOVING:
        said = _("%(status)s：%(reason)s") % {"status": found.get_status_display(), "reason": found.status_reason}
        return said + timeline.beside(found)
    if following is None:
        return _("已达产。")
    if pending is not None:
        return _("已报请“%(stage)s”，待核验。") % {"stage": pending.get_stage_display()}
    lacks = len(context["missing"]) + len(context["missing_evidence"])
    if not lacks:
        words = {"now": found.get_stage_display(), "next": following.label}
        if context["gate"].is_checked:
            return _("现为“%(now)s”，可报请“%(next)s”。") % words
        return _("现为“%(now)s”，可进入“%(next)s”。") % words
    said = ngettext("进入“%(next)s”还差%(lacks)d项。", "进入“%(next)s”还差%(lacks)d项。", lacks)
    return said % {"next": following.label, "lacks": lacks}


def _bar(found: Project, entries: list[StageEntry]) -> list[dict[str, Any]]:
    days = {entry.stage: entry.entered_on for entry in entries if entry.verdict == "passed" and not entry.is_void}
    asked = {entry.stage for entry in entries if entry.verdict == "pending"}
    return [
        {
            "label": stage.label,
            "on": days.get(stage) if stage <= found.stage else None,
            "state": "pending"
            if stage in asked
            else "now"
            if stage == found.stage
            else "past"
            if stage < found.stage
            else "ahead",
        }
        for stage in Stage
    ]


# The moves between statuses, in the office's words.
WORDS = {
    "resume": gettext_lazy("恢复"),
    "mark_late": gettext_lazy("标记滞后"),
    "hold": gettext_lazy("暂缓"),
    "transfer": gettext_lazy("流转"),
    "lose": gettext_lazy("流失"),
    "terminate": gettext_lazy("终止"),
}


def _moves(found: Any) -> list[tuple[str, str]]:
    """The status moves open from here, to whoever has the right: (verb, word)."""
    rights = {"write": found.may_write, "approve": found.may_approve}
    moves = stages.table().moves.values()
    return [(m.verb, str(WORDS[m.verb])) for m in moves if found.status in m.origins and rights[m.right]]


def _reasons(found: Project) -> list[str]:
    """Why the target list named this supplier, in the reader's language; the amounts stay with the list."""
    words = {"supplies": _("现已供应%(count)s家链主"), "could_supply": _("能供应%(count)s家链主所需零部件")}
    told = [(words.get(r["code"]), r["anchor_count"]) for r in found.origin.get("reasons", [])]
    return [word % {"count": count} for word, count in told if word]


def proof_of(found: Project, proof: Proof) -> dict[str, Any]:
    known = stages.table().evidence.get(proof.purpose)
    return {
        "name": proof.attachment.name,
        "kind": known.label if known else "",
        "url": reverse("projects:file", args=[found.code, proof.pk]),
        "added_at": proof.attached_at,
        "taken_on": proof.attachment.taken_on,
        "place": proof.attachment.place,
        "size": proof.attachment.size,
    }


@access.reads(Thing.PROJECT)
@require_GET
def file(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """A piece of evidence, to whoever sees the project it proves."""
    found = Project.objects.visible_to(access.person_of(request)).get_or_404(code=code)
    return download(Proof.objects.about(found).get_or_404(pk=pk))


def download(proof: Proof) -> HttpResponse:
    """The bytes of a proof whose subject the reader has been shown; always as a download, never run in the page."""
    kept = proof.attachment
    answer: Any = FileResponse(
        files.path_of(kept).open("rb"), as_attachment=True, filename=kept.name, content_type="application/octet-stream"
    )
    return cast(HttpResponse, answer)


@access.approves(Thing.PROJECT)
@require_GET
def checks(request: HttpRequest) -> HttpResponse:
    """待核验: every ask this person may pass or return."""
    waiting = list(queries.awaiting_check(access.person_of(request))[:200])
    lead = ngettext("%(count)d条阶段申请待核验。", "%(count)d条阶段申请待核验。", len(waiting)) % {
        "count": len(waiting)
    }
    return render(request, "projects/checks.html", {"entries": waiting, "lead": lead})
