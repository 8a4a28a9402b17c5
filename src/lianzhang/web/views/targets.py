"""Target lists: ask for one, read it with its proof and reasons, compare two, and turn a line into a lead."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from chainlab import places
from lianzhang.accounts.actions import Refused
from lianzhang.accounts.models import Person
from lianzhang.accounts.rules import Act, Thing
from lianzhang.chains.actions import targets as actions
from lianzhang.chains.models import Edition, TargetLine, TargetList
from lianzhang.chains.queries import comparison
from lianzhang.chains.queries import disclosure as disclosures
from lianzhang.chains.queries import targets as queries
from lianzhang.chains.tables import asked
from lianzhang.chains.tables import comparison as compared
from lianzhang.chains.tables import listed as shown_as
from lianzhang.chains.tables import questions as open_questions
from lianzhang.chains.tables import targets as tables
from lianzhang.jobs import queries as job_queries
from lianzhang.jobs.models import Job
from lianzhang.projects.actions import opening, reporting
from lianzhang.projects.models import Project
from lianzhang.registry.models import Enterprise
from lianzhang.tables import RESTRICTED
from lianzhang.web import access, batches, conflict, explain, listing, recruited, released, target_figures, workbooks
from lianzhang.web.charts import frontier
from lianzhang.web.forms import target_lists
from lianzhang.web.forms.target_lists import TargetForm
from lianzhang.web.views import editions

MOST_ASKED = 10


@access.reads(Thing.TARGET)
@require_GET
def lists(request: HttpRequest) -> HttpResponse:
    """Target lists within reach, newest first."""
    person = access.person_of(request)
    found = queries.lists(person)
    context = {
        "may_write": target_lists.writable(person).exists(),
        "candidates_url": workbooks.hand_in("candidates", person),
        "lead": _("共 %(count)s 份目标清单。") % {"count": found.count()},
    }
    return listing.respond(request, tables.LISTS, found, template="targets/lists.html", context=context)


@access.writes(Thing.TARGET)
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Ask for a list; the computation runs in the background."""
    person = access.person_of(request)
    initial = TargetForm.values(actions.Parameters()) | {"chain": request.GET.get("chain", "")}
    if again := request.GET.get("again", ""):
        initial = _again(queries.lists(person).get_or_404(code=again))
    form = TargetForm(request.POST if request.method == "POST" else None, initial=initial, person=person)
    if not form.is_valid():
        status = 422 if form.is_bound else 200
        return render(request, "targets/new.html", {"form": form, "back_url": reverse("targets:list")}, status=status)
    try:
        listed = actions.ask(
            chain=form.cleaned_data["chain"],
            title=form.cleaned_data["title"] or _("目标清单 %(day)s") % {"day": timezone.localdate()},
            parameters=form.parameters,
            edition=form.cleaned_data["edition"] or Edition.WORKING,
            now=timezone.now(),
            by=person,
        )
    except Refused as refused:
        form.add_error(None, refused.reason)
        return render(request, "targets/new.html", {"form": form, "back_url": reverse("targets:list")}, status=422)
    return redirect("targets:target", code=listed.code)


@access.reads(Thing.TARGET)
@require_GET
def target(request: HttpRequest, code: str) -> HttpResponse:
    """The list: its sentence, parameters, categories, lines; or its progress while it is being computed."""
    person = access.person_of(request)
    listed = recruited.with_leads(queries.with_relocation(queries.lists(person)), person=person).get_or_404(code=code)
    if listed.state in {TargetList.State.RUNNING, TargetList.State.FAILED}:
        return _waiting(request, listed, person)
    if request.headers.get("HX-Target") == "job":  # the waiting page asks again and finds the list
        return HttpResponse(headers={"HX-Redirect": request.path})
    shown = disclosures.of_list(listed, person=person)
    firms, pooled = asked.names(listed), asked.chains(listed)
    lines = queries.lines(listed, person=person)
    context = {
        "record": listed,
        "shows": shown.shows_totals,
        "release": released.of_list(shown),
        "statement": shown_as.statement(listed, shown, pooled),
        "holding": released.holding(listed),
        "questions": open_questions.questions(listed, shown, firms)[:MOST_ASKED],
        "open_choices": open_questions.open_choices(listed, shown, firms),
        "editions": editions.tabs(listed, here=listed.edition),
        "warning": shown_as.WARNING if listed.has_relocation else "",
        "sees_rows": shown.sees_rows,
        "dominant": released.dominant(listed, shown, firms),
        "method": tables.method(listed),
        "gap_words": shown_as.gap_to_bound(listed),
        "restricted": RESTRICTED,
        "categories": [(entry, shown.sees_rows) for entry in listed.categories],
        "purchases_url": target_figures.purchases_url(listed),
        "chart": _chart(listed) if shown.sees_rows else None,
        "plotting": _plotting(listed, person),
        "parameters": asked.conditions(listed, pooled),
        "may_write": TargetList.objects.editable_by(person).filter(pk=listed.pk).exists(),
        "may_approve": _may_approve(listed, person),
        "others": queries.lists(person)
        .filter(chain=listed.chain, state__in=["ready", "approved"])
        .exclude(pk=listed.pk),
        "as_of": listed.snapshot.taken_on if listed.snapshot else None,
        "scope": listed.chain.name,
        "illustrative": listed.is_illustrative,
    }
    if context["may_write"] and person.reach.may(Act.WRITE, Thing.PROJECT):
        url = reverse("targets:open_leads", args=[listed.code])
        context["batch"] = [batches.Action(label=_("转线索"), url=url)]
    return listing.respond(
        request, shown_as.lines(listed, shown, firms), lines, template="targets/target.html", context=context
    )


@access.reads(Thing.TARGET)
@require_GET
def became(request: HttpRequest, code: str) -> HttpResponse:
    """招引成效: what a list has led to; its own address, so that the list itself opens without waiting for it."""
    person = access.person_of(request)
    listed = queries.lists(person).get_or_404(code=code)
    context = {
        "record": listed,
        "recruited": recruited.shown(listed, person=person),
        "illustrative": listed.is_illustrative,
        "as_of": timezone.localdate(),
    }
    return render(request, "targets/became.html", context)


@access.reads(Thing.TARGET)
@require_GET
def line(request: HttpRequest, code: str, position: int) -> HttpResponse:
    """One supplier of the list: the parts it would cover, for whom, and who comes next."""
    person = access.person_of(request)
    found = _line(person, code, position)
    shown = disclosures.of(found.target_list.snapshot, person=person)
    firms = asked.names(found.target_list)
    context = {
        "record": found,
        "listed": found.target_list,
        "shows": shown.sees_rows,
        "sees_rows": shown.sees_rows,
        "restricted": RESTRICTED,
        "parts": [
            (part, [(firms.get(a["code"], a["code"]), a["amount_wan"]) for a in part["anchors"]])
            for part in found.parts
        ],
        "place": places.name_of(found.region_code),
        "facts": shown_as.facts(found, shown),
        "warning": shown_as.WARNING if shown_as.is_warned([found]) else "",
        "reasons": shown_as.reasons(found, shown, firms),
        "runner_up": firms.get(found.runner_up.get("code", ""), ""),
        "project": Project.objects.visible_to(person).filter(target_line=found).first(),
        "may_open": person.reach.may(Act.WRITE, Thing.PROJECT),
        "illustrative": found.target_list.is_illustrative,
        "as_of": found.target_list.snapshot.taken_on if found.target_list.snapshot else None,
    }
    return render(request, "targets/line.html", context)


@access.writes(Thing.PROJECT)
@require_POST
def open_lead(request: HttpRequest, code: str, position: int) -> HttpResponse:
    """转线索: the line becomes a lead with its reasons; asked twice it is still one lead."""
    person = access.person_of(request)
    found = _line(person, code, position)
    if not TargetList.objects.editable_by(person).filter(pk=found.target_list_id).exists():
        raise Http404(code)
    try:
        project = _opened(found, person, although=request.POST.get("although", ""))
    except reporting.Duplicate as known:
        context = {"record": found, "known": known.found, "reason": known.reason}
        return render(request, "targets/known.html", context, status=409)
    messages.info(request, _("%(name)s 已转为线索 %(code)s。") % {"name": found.supplier.name, "code": project.code})
    return redirect("projects:project", code=project.code)


@access.writes(Thing.PROJECT)
@require_POST
def open_leads(request: HttpRequest, code: str) -> HttpResponse:
    """转线索 of the ticked lines, each for itself; a supplier already talked to is named and left to its own page."""
    person = access.person_of(request)
    listed = TargetList.objects.editable_by(person).select_related("chain").get_or_404(code=code)
    ticked = [int(key) for key in batches.ticked(request) if key.isdecimal() and len(key) < 6]
    lines = _lines(person).filter(target_list=listed, position__in=ticked).order_by("position")
    return batches.tell(
        request,
        [_turned(line, person) for line in lines],
        title=_("转线索"),
        back_url=tables.list_url(listed),
        illustrative=listed.is_illustrative,
    )


def _turned(line: TargetLine, person: Person) -> batches.Outcome:
    row = {"code": str(line.position), "name": line.supplier.name, "url": shown_as.line_url(line)}
    known = Project.objects.filter(target_line=line).first()
    if known is not None:
        return batches.Outcome(**row, reason=_("早先已转为线索 %(code)s。") % {"code": known.code})
    try:
        project = _opened(line, person)
    except Refused as refused:
        return batches.Outcome(**row, reason=str(refused.reason))
    opened = {**row, "url": reverse("projects:project", args=[project.code])}
    return batches.Outcome(**opened, words=_("已转为线索 %(code)s。") % {"code": project.code})


def _opened(line: TargetLine, person: Person, *, although: str = "") -> Project:
    return opening.open_from_target(target_line=line, now=timezone.now(), by=person, although=although)


@access.approves(Thing.TARGET)
@require_POST
def approve(request: HttpRequest, code: str) -> HttpResponse:
    """审定: the chief stands for the list."""
    person = access.person_of(request)
    listed = TargetList.objects.all().approvable_by(person).get_or_404(code=code)
    version = conflict.version_of(request, listed)
    actions.approve(listed=listed, version=version, now=timezone.now(), by=person)
    return redirect("targets:target", code=code)


@access.reads(Thing.TARGET)
@require_GET
def compare(request: HttpRequest, code: str) -> HttpResponse:
    """Two lists side by side: what differs and why."""
    person = access.person_of(request)
    standing = queries.lists(person).filter(state__in=[TargetList.State.READY, TargetList.State.APPROVED])
    wanted = [code, request.GET.get("with", "")]
    found = standing.defer(None).defer("snapshot__summary").filter(code__in=wanted)
    pair = {listed.code: listed for listed in found}
    if not pair.keys() >= set(wanted):
        raise Http404(code)
    # The earlier one first, whichever was open: what changed is told in the order in which it did.
    first, second = sorted((pair[code] for code in wanted), key=lambda listed: (listed.created_at, listed.pk))
    shown = [disclosures.of_list(listed, person=person) for listed in (first, second)]
    firms = asked.names(first, second)
    for listed in (first, second):
        firms |= asked.chains(listed)
    paper = compared.paper(
        first,
        second,
        comparison.compare(first, second, person=person, names=firms),
        names=firms,
        shows=(shown[0].shows_totals, shown[1].shows_totals),
        sees_rows=all(each.sees_rows for each in shown),
    )
    if (form := request.GET.get("format", "")) in editions.FORMS:
        back_url = f"{reverse('targets:compare', args=[first.code])}?with={second.code}"
        return editions.taken(request, paper, first, form=form, back_url=back_url)
    context = {
        "first": first,
        "second": second,
        "paper": paper,
        "parts": [(spec, listing.plain(request, spec, rows)) for spec, rows in paper.parts],
        "illustrative": paper.is_illustrative,
    }
    return render(request, "targets/compare.html", context)


@access.reads(Thing.TARGET)
@require_GET
def explain_figure(request: HttpRequest, code: str, figure: str) -> HttpResponse:
    """Definition, scope, source and date of the list's figures."""
    person = access.person_of(request)
    listed = queries.lists(person).get_or_404(code=code)
    explained = target_figures.explained(listed, figure, disclosures.of_list(listed, person=person))
    if explained is None:
        raise Http404(figure)
    return explain.respond(request, explained)


def _failure(listed: TargetList, person: Person) -> str:
    """Why there is no list; the words are of the amounts of its snapshot."""
    if listed.created_by_id != person.pk:
        return _("所列条件下没有算出清单；原因由编制人查看。")
    # A list that failed before its snapshot was kept with it: words with an amount are of nobody knows whose rows.
    is_about_amounts = listed.snapshot is not None or "万元" in listed.failure
    if is_about_amounts and not disclosures.of(listed.snapshot, person=person).sees_rows:
        return _("所列条件下没有算出清单；其中有企业已收回授权或授权到期，原因不再显示。")
    return listed.failure


def _waiting(request: HttpRequest, listed: TargetList, person: Person) -> HttpResponse:
    """How far the computation is, or why there will be no list; asked again by the page every second.

    The words of the computation may name an anchor and an amount: they are for who asked and may read the rows still,
    others learn that it is over.
    The first choice is shown to who may read the rows it was made of.
    """
    job, is_own = listed.job, listed.created_by_id == person.pk
    context = {
        "record": listed,
        "job": job_queries.standing(job, now=timezone.now()) if job and is_own else None,
        "failure": _failure(listed, person),
        "is_own": is_own,
        "stop_url": reverse("jobs:stop", args=[job.pk]) if job and is_own and not job.is_over else "",
        "is_over": listed.state == TargetList.State.FAILED or job is None or job.is_over,
        "illustrative": listed.is_illustrative,
    }
    is_told = "told" in request.GET  # what asks again has the first choice on its page already
    if request.headers.get("HX-Target") != "job":
        context |= _first(request, listed, person)
        context["poll_url"] = request.path + ("?told" if listed.first else "")
        return render(request, "targets/waiting.html", context)
    if listed.first and not is_told:
        return HttpResponse(headers={"HX-Refresh": "true"})
    context["poll_url"] = request.path + ("?told" if is_told else "")
    if context["is_over"]:
        return HttpResponse(headers={"HX-Redirect": request.path})
    return render(request, "parts/job.html", context)


def _first(request: HttpRequest, listed: TargetList, person: Person) -> dict[str, Any]:
    if not listed.first or not disclosures.of(listed.snapshot, person=person).sees_rows:
        return {}
    codes = [line["supplier"] for line in listed.first["lines"]]
    firms = {firm.code: firm for firm in Enterprise.objects.filter(code__in=codes)}
    spec, rows = shown_as.first(listed, firms)
    return {"sentence": shown_as.first_sentence(listed), "first": (spec, listing.plain(request, spec, rows))}


def _chart(listed: TargetList) -> dict[str, Any] | None:
    chosen = (listed.supplier_count, float(listed.objective_wan or 0), listed.is_proven)
    return frontier.chart(listed.frontier, chosen=chosen)


def _plotting(listed: TargetList, person: Person) -> dict[str, Any] | None:
    """The curve's computation where it has not ended well: under way (who asked sees how far), or cut short."""
    job = listed.job
    if job is None or job.state == Job.State.DONE:
        return None
    return {"is_over": job.is_over, "job": job.pk if job.asked_by_id == person.pk else None}


def _lines(person: Person) -> Any:
    related = ("supplier", "target_list__chain__body", "target_list__snapshot", "target_list__map_version")
    return TargetLine.objects.visible_to(person).select_related(*related)


def _line(person: Person, code: str, position: int) -> TargetLine:
    found: TargetLine = _lines(person).get_or_404(target_list__code=code, position=position)
    return found


def _may_approve(listed: TargetList, person: Person) -> bool:
    is_ready = listed.state == TargetList.State.READY and listed.created_by_id != person.pk
    return is_ready and TargetList.objects.all().approvable_by(person).filter(pk=listed.pk).exists()


def _again(listed: TargetList) -> dict[str, Any]:
    values = TargetForm.values(actions.Parameters.read(listed.parameters))
    return values | {"chain": listed.chain.code, "title": listed.title, "edition": listed.edition}
