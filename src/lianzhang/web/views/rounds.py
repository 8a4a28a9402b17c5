"""月度调度 on pages: the months, opening one, how one stands by district and chain, its rows, close, corrections."""

from typing import Any

from django.contrib import messages
from django.db.models import Exists, OuterRef
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lianzhang.accounts.models import Person
from lianzhang.accounts.reach import Reach
from lianzhang.accounts.rules import Act, Role, Scope, Thing
from lianzhang.chains.models import Chain
from lianzhang.collecting import actions as collecting
from lianzhang.collecting import queries as collecting_queries
from lianzhang.collecting import tables as collecting_tables
from lianzhang.collecting import urging
from lianzhang.collecting.models import Collection
from lianzhang.jobs import queries as job_queries
from lianzhang.jobs.models import Job
from lianzhang.projects import tables as project_tables
from lianzhang.projects.models import Project
from lianzhang.projects.monthly import actions, queries, tables
from lianzhang.web import access, answerpage, batches, listing, submitting
from lianzhang.web.forms import collecting as collecting_forms
from lianzhang.web.forms import rounds as forms

FORM = ["GET", "POST"]
MINE = "?is_mine=1"


def _closes(reach: Reach) -> bool:
    return reach.scope(Act.APPROVE, Thing.COLLECTION) is Scope.ALL


closer = access.opens("opens and closes months", _closes)
reader = access.opens(
    "reads a month", lambda reach: reach.may(Act.READ, Thing.COLLECTION) and reach.may(Act.READ, Thing.PROJECT)
)


@reader
@require_GET
def rounds(request: HttpRequest) -> HttpResponse:
    """Every month that was opened, with how many districts answered and how many in time."""
    person = access.person_of(request)
    newest = queries.newest(person)
    context = {
        "lead": _("最近一期：%(title)s，%(state)s。") % {"title": newest.name, "state": newest.get_state_display()}
        if newest
        else "",
        "new_url": reverse("rounds:new") if _closes(person.reach) else "",
        "without_district": queries.without_district() if _closes(person.reach) else 0,
    }
    found = collecting_queries.listed(person, kind=Collection.Kind.MONTH)
    return listing.respond(request, tables.ROUNDS, found, template="rounds/list.html", context=context)


@closer
@require_http_methods(FORM)
def new(request: HttpRequest) -> HttpResponse:
    """发起月度调度."""
    person, today = access.person_of(request), timezone.localdate()
    initial = {"month": f"{today:%Y-%m}", "due_at": collecting_forms.default_due()}
    form = forms.RoundForm(request.POST or None, initial=initial)

    def act(said: dict[str, Any]) -> str:
        return collecting_tables.page(actions.open_round(now=timezone.now(), by=person, **said))

    back = reverse("rounds:list")
    about = _("有在推进重点项目的区市各应报一份，工作簿已按上月预填。")
    frame = {"title": _("发起月度调度"), "submit": _("发起"), "about": about, "back_url": back, "crumb_url": back}
    return submitting.respond(request, form, act=act, frame={**frame, "crumb": _("月度调度")})


@reader
@require_GET
def one(request: HttpRequest, code: str) -> HttpResponse:
    """One month: who has answered, what waits for which task force, the text to urge them, the close."""
    person, now = access.person_of(request), timezone.now()
    found = _round(person, code)
    answers = collecting_queries.submissions(found)
    if person.reach.role is Role.DISTRICT:
        mine = next((each for each in answers if each.body_id == person.reach.body_id), None)
        if mine is None:
            raise Http404
        return redirect(collecting_tables.answer_page(mine))
    reports = queries.of_round(person, found)
    by_body, by_chain = queries.tallies(reports, by="body"), queries.tallies(reports, by="project__chain")
    is_open, may_close = found.state == Collection.State.OPEN, _closes(person.reach)
    rows = answerpage.rows(answers, now=now)
    due = queries.due_counts() if is_open else {}
    then, fixed = _before(person, found), {} if is_open else queries.corrected_sums(reports)
    for row in rows:
        row.update(_of_district(row["answer"].body_id, by_body=by_body, then=then, fixed=fixed))
        row["due"] = due.get(row["answer"].body_id)
    stands = collecting_queries.standing(answers)
    unchecked = sum(tally.submitted + tally.returned for tally in by_body.values())
    context = {
        "asked": found,
        "state": collecting_tables.state(found),
        "closing": collecting_tables.closing(found, answers),
        "lead": answerpage.sentence(stands) + _sentence(by_body),
        "rows": rows,
        "total": _whole(by_body, then=then, fixed=fixed),
        "has_before": bool(then),
        "is_corrected": bool(fixed),
        "chains": _chains(by_chain, code=found.code),
        "to_check": queries.to_check(person, found).count() if is_open and not may_close else 0,
        "urging": urging.text(found, answers, now=now) if may_close and is_open else "",
        "may_close": may_close and is_open,
        "unchecked": unchecked,
        "silent": len(collecting_queries.not_answered(answers)),
        "illustrative": found.is_illustrative,
        **answerpage.handing_in(found, answers, may_ask=may_close),
        **_writing(found, person, may_close=may_close),
    }
    return render(request, "rounds/one.html", context)


def _before(person: Person, found: Collection) -> dict[Any, queries.Tally]:
    """What was reported in the month before, by district; nothing where that is not the last one opened."""
    if found.previous is None:
        return {}
    return queries.tallies(queries.of_round(person, found.previous), by="body")


def _of_district(
    body_id: int,
    *,
    by_body: dict[Any, queries.Tally],
    then: dict[Any, queries.Tally],
    fixed: dict[Any, tuple[int, Any]],
) -> dict[str, Any]:
    """One district's tally, how the month differs from the one before, what was put right since the close."""
    tally, before = by_body.get(body_id, queries.Tally()), then.get(body_id, queries.Tally())
    known = tally.month_wan is not None and before.month_wan is not None
    count, moved = fixed.get(body_id, (0, 0))
    return {
        "tally": tally,
        "change_wan": tally.month_wan - before.month_wan if known else None,  # type: ignore[operator]
        "corrected_count": count,
        "right_wan": (tally.year_wan or 0) + moved if count else None,
    }


def _whole(
    by_body: dict[Any, queries.Tally], *, then: dict[Any, queries.Tally], fixed: dict[Any, tuple[int, Any]]
) -> dict[str, Any]:
    """全市合计. The change is over districts that reported both months: one that is silent has not fallen to nought."""
    rows = [_of_district(body_id, by_body=by_body, then=then, fixed=fixed) for body_id in {*by_body, *fixed}]
    total, changes = _added(by_body), [row["change_wan"] for row in rows if row["change_wan"] is not None]
    count, moved = (sum(one[n] for one in fixed.values()) for n in (0, 1))
    return {
        "tally": total,
        "change_wan": sum(changes) if changes else None,
        "corrected_count": count,
        "right_wan": (total.year_wan or 0) + moved if count else None,
    }


def _sentence(by_body: dict[Any, queries.Tally]) -> str:
    rows, doubtful = sum(one.count for one in by_body.values()), sum(one.doubtful for one in by_body.values())
    checked = sum(one.checked for one in by_body.values())
    if not rows:
        return ""
    return _("已填%(rows)d个项目，已核%(checked)d，存疑%(doubtful)d。") % {
        "rows": rows, "checked": checked, "doubtful": doubtful,
    }  # fmt: skip


def _added(by_body: dict[Any, queries.Tally]) -> queries.Tally:
    def total(name: str) -> Any:
        known = [value for one in by_body.values() if (value := getattr(one, name)) is not None]
        return sum(known) if known or not name.endswith("_wan") else None

    names = ("count", "submitted", "checked", "returned", "doubtful", "month_wan", "year_wan")
    return queries.Tally(**{name: total(name) for name in names})


def _chains(by_chain: dict[Any, queries.Tally], *, code: str) -> list[dict[str, Any]]:
    """Chains with rows of the month, those that wait for their task force first."""
    found = Chain.objects.filter(pk__in=by_chain).only("code", "name_zh", "name_en")
    rows = [
        {
            "name": chain.name,
            "tally": by_chain[chain.pk],
            "url": f"{reverse('rounds:rows', args=[code])}?chain={chain.code}",
        }
        for chain in found
    ]
    return sorted(rows, key=lambda row: (-row["tally"].submitted, row["name"]))


def _writing(found: Collection, person: Person, *, may_close: bool) -> dict[str, Any]:
    """The job that carries a closed month onto the projects, and whether something is still left to write."""
    if found.state == Collection.State.OPEN or not may_close:
        return {}
    url = collecting_tables.page(found)
    job = Job.objects.filter(kind="projects.write_month", subject_url=url).order_by("-pk").first()
    if job is not None and not job.is_over:
        poll = {"job": job_queries.standing(job, now=timezone.now()), "poll_url": reverse("jobs:job", args=[job.pk])}
        return poll if job.asked_by_id == person.pk else {"is_writing": True}
    return {"unwritten": queries.unwritten(found).count()}


@reader
@require_GET
def rows(request: HttpRequest, code: str) -> HttpResponse:
    """The rows of a month: a task force ticks and passes its chain's, everybody else reads; Excel of the whole."""
    person = access.person_of(request)
    found = _round(person, code)
    reports, waiting = queries.of_round(person, found), queries.to_check(person, found)
    closing = collecting_tables.closing(found, collecting_queries.seen(person, found)) if found.close_reason else ""
    may_check = found.state == Collection.State.OPEN and waiting.exists()
    reports = reports.annotate(is_mine=Exists(waiting.filter(pk=OuterRef("pk"))))
    context: dict[str, Any] = {
        "asked": found,
        "title": found.name,
        "state": collecting_tables.state(found),
        "mine_url": MINE if may_check and "is_mine" not in request.GET else "",
        "scope": closing or found.name,
        "closing": closing,
    }
    if may_check:
        passes, returns = (reverse("rounds:check", args=[code, verdict]) for verdict in ("pass", "return"))
        context["batch"] = (
            batches.Action(label=_("核验通过"), url=passes),
            batches.Action(label=_("退回"), url=returns, asks_reason=True, confirm=_("退回所选行给区市修改？")),
        )
    return listing.respond(request, tables.REPORTS, reports, template="rounds/rows.html", context=context)


@access.approves(Thing.PROJECT)
@require_POST
def check(request: HttpRequest, code: str, verdict: str) -> HttpResponse:
    """核验: the ticked rows pass or go back with a reason."""
    person = access.person_of(request)
    found = _round(person, code)
    ids = [int(pk) for pk in batches.ticked(request) if pk.isdecimal() and len(pk) < 19]
    form = forms.CheckForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    passes = verdict == "pass"
    count = actions.check(found, reports=ids, passes=passes, reason=reason, now=timezone.now(), by=person)
    left = len(ids) - count
    said = (_("已核验%(count)d行。") if passes else _("已退回%(count)d行。")) % {"count": count}
    messages.info(request, said + (_("另有%(left)d行不由您核验，未改动。") % {"left": left} if left else ""))
    return redirect(f"{reverse('rounds:rows', args=[code])}{MINE}")


@closer
@require_http_methods(FORM)
def extend(request: HttpRequest, code: str) -> HttpResponse:
    """调整截止时间."""
    person = access.person_of(request)
    found = _round(person, code)
    form = collecting_forms.DueForm(request.POST or None, initial={"due_at": timezone.localtime(found.due_at)})
    back = collecting_tables.page(found)

    def act(said: dict[str, Any]) -> str:
        collecting.extend(found, due_at=said["due_at"], now=timezone.now(), by=person)
        return back

    frame = {"title": _("调整截止时间"), "back_url": back, "crumb_url": back, "crumb": found.name}
    return submitting.respond(request, form, act=act, frame=frame)


@closer
@require_POST
def close(request: HttpRequest, code: str) -> HttpResponse:
    """关账: the month is locked; the figures go onto the projects in the background."""
    person = access.person_of(request)
    found = _round(person, code)
    actions.close(found, although=request.POST.get("reason", ""), now=timezone.now(), by=person)
    messages.info(request, _("已关账，正在写入项目。"))
    return redirect("rounds:one", code=code)


@closer
@require_POST
def write(request: HttpRequest, code: str) -> HttpResponse:
    """Write again what an interrupted job left."""
    person = access.person_of(request)
    actions.ask_to_write(_round(person, code), by=person)
    return redirect("rounds:one", code=code)


@closer
@require_http_methods(FORM)
def correct(request: HttpRequest, code: str, project: str) -> HttpResponse:
    """更正: a dated record beside what was reported."""
    person = access.person_of(request)
    found = _round(person, code)
    subject = Project.objects.visible_to(person).select_related("district").get_or_404(code=project, is_key=True)
    form = forms.CorrectionForm(request.POST or None)
    back = reverse("rounds:row", args=[code, project])

    def act(said: dict[str, Any]) -> str:
        actions.correct(collection=found, project=subject, now=timezone.now(), by=person, **said)
        return back

    about = _("%(month)s原报保留，更正另记日期和理由。") % {"month": actions.said_month(queries.month_of(found))}
    frame: dict[str, Any] = {
        "title": _("更正：%(name)s") % {"name": project_tables.name(subject)},
        "about": about,
        "back_url": back,
    }
    frame |= {"crumb_url": back, "crumb": found.name, "illustrative": subject.is_illustrative}
    return submitting.respond(request, form, act=act, frame=frame)


def _round(person: Person, code: str) -> Collection:
    found = Collection.objects.visible_to(person).filter(kind=Collection.Kind.MONTH)
    return found.select_related("owner", "closed_by", "opened_by", "previous").get_or_404(code=code)
