"""Schemes and the page of one chain: who answers, what was achieved and planned, and the way to everything else."""

from typing import Any

from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from lianzhang.accounts.models import Person
from lianzhang.accounts.rules import Act, Scope, Thing
from lianzhang.briefings import addresses, work
from lianzhang.briefings import city as composition
from lianzhang.briefings import plans as counted
from lianzhang.chains import rules
from lianzhang.chains.actions import schemes as actions
from lianzhang.chains.models import Action, Chain, ChainSuccession, Scheme
from lianzhang.chains.queries import groups, plans
from lianzhang.chains.queries import schemes as queries
from lianzhang.chains.tables import plans as plan_tables
from lianzhang.chains.tables import schemes as tables
from lianzhang.indicators.models import Figure
from lianzhang.resources import queries as resource_queries
from lianzhang.resources import tables as resource_tables
from lianzhang.tables import Light
from lianzhang.web import access, batches, explain, histories, listing
from lianzhang.web.forms.chains import SuccessionsForm

MANUFACTURING, EVERY = "manufacturing", ""
# Tabs of a chain in order: label, page with the chain's own address, else a list filtered by it, which chains, whose.
TABS: tuple[tuple[Any, str, str, str, Thing], ...] = (
    (gettext_lazy("概况"), "chains:chain", "", EVERY, Thing.CHAIN),
    (gettext_lazy("计划"), "chains:chain_plan", "", EVERY, Thing.PLAN),
    (gettext_lazy("图谱"), "maps:chain", "maps:list", MANUFACTURING, Thing.MAP),
    (gettext_lazy("拆零件"), "teardowns:chain", "teardowns:list", MANUFACTURING, Thing.GAP),
    (gettext_lazy("本地配套率"), "teardowns:shares", "", MANUFACTURING, Thing.GAP),
    (gettext_lazy("缺口"), "gaps:chain", "gaps:list", MANUFACTURING, Thing.GAP),
    (gettext_lazy("目标清单"), "targets:chain", "targets:list", MANUFACTURING, Thing.TARGET),
    (gettext_lazy("项目"), "projects:chain", "projects:list", EVERY, Thing.PROJECT),
    (gettext_lazy("活动"), "projects:chain_events", "projects:events", EVERY, Thing.EVENT),
    (gettext_lazy("资源"), "chains:chain_resources", "", EVERY, Thing.RESOURCE),
    (gettext_lazy("督办"), "supervision:chain", "supervision:tasks", EVERY, Thing.TASK),
    (gettext_lazy("会议"), "supervision:chain_meetings", "supervision:meetings", EVERY, Thing.MEETING),
    (gettext_lazy("历史"), "chains:chain_history", "", EVERY, Thing.PLAN),
)


def tabs(chain: Chain, *, person: Person, here: str) -> list[dict[str, Any]]:
    """The tabs of a chain: only pages that exist, that the post may open, and that make sense for the chain."""
    found = []
    for label, own, listed, nature, thing in TABS:
        if (nature == MANUFACTURING and chain.is_service) or not person.reach.may(Act.READ, thing):
            continue
        url = addresses.address(own, chain.code) or (addresses.address(listed, chain=chain.code) if listed else "")
        if url:
            found.append({"label": label, "url": url, "is_here": own == here, "count": None})
    return found


def _chain(person: Person, code: str) -> Chain:
    found = Chain.objects.visible_to(person).select_related("scheme", "scheme__source", "body", "lead_department")
    own = Chain.objects.own_of(person).filter(pk=OuterRef("pk"))
    return found.annotate(is_own=Exists(own)).get_or_404(code=code)


def _frame(chain: Chain, *, person: Person, here: str) -> dict[str, Any]:
    return {
        "chain": chain,
        "tabs": tabs(chain, person=person, here=here),
        "illustrative": chain.is_illustrative,
    }


@access.reads(Thing.CHAIN)
@require_GET
def schemes(request: HttpRequest) -> HttpResponse:
    """Every scheme: how many chains, from when, confirmed or not."""
    person = access.person_of(request)
    found = list(queries.schemes(person).select_related("source"))
    waiting = sum(1 for scheme in found if not scheme.is_confirmed)
    lead = _("共%(count)s个方案，%(waiting)s个待确认。") % {"count": len(found), "waiting": waiting}
    context = {"lead": lead, "may_write": person.reach.scope(Act.WRITE, Thing.CHAIN) is Scope.ALL}
    return listing.respond(request, tables.SCHEMES, found, template="chains/schemes.html", context=context)


@access.reads(Thing.CHAIN)
@require_GET
def scheme(request: HttpRequest, code: str) -> HttpResponse:
    """One scheme: its chains by group with who answers for each, and what is said about it."""
    person, today = access.person_of(request), timezone.localdate()
    found = Scheme.objects.visible_to(person).select_related("source").get_or_404(code=code)
    chains = list(queries.chains(person, found))
    answering = queries.answering(chains, on=today)
    vacant = composition.vacancy_word(found)
    groups = [
        {
            "label": group.label,
            "chains": [{"chain": chain, "answering": answering[chain.pk]} for chain in group.chains],
        }
        for group in queries.groups(found, chains, language=request.LANGUAGE_CODE or "")
    ]
    context = {
        "scheme": found,
        "groups": groups,
        "vacant": vacant,
        "lead": _("%(count)s条链，分%(groups)s组。") % {"count": len(chains), "groups": len(groups)},
        "has_mapping": found.successions.exists(),
        "newer": Scheme.objects.filter(successions__old__scheme=found).distinct(),
        "illustrative": found.is_illustrative,
        "as_of": found.valid_from if found.source_id is None else found.source.published_on if found.source else None,
        "sees_plan": person.reach.may(Act.READ, Thing.PLAN),
        "may_write": Scheme.objects.editable_by(person).filter(pk=found.pk).exists(),
        "may_confirm": not found.is_confirmed and person.reach.may(Act.APPROVE, Thing.CHAIN),
    }
    return render(request, "chains/scheme.html", context)


@access.reads(Thing.CHAIN)
@require_GET
def mapping(request: HttpRequest, code: str) -> HttpResponse:
    """新旧对应: where each chain of the older scheme went; what is only proposed says so."""
    person = access.person_of(request)
    found = Scheme.objects.visible_to(person).get_or_404(code=code)
    rows = queries.successions(person, found)
    kept = sum(1 for row in rows if row.new_id is None)
    waiting = sum(1 for row in rows if not row.is_confirmed)
    lead = _("%(count)s条原链，%(kept)s条没有新归属、存档并继续统计；%(waiting)s条待确认。") % {
        "count": len(rows),
        "kept": kept,
        "waiting": waiting,
    }
    may_confirm = person.reach.may(Act.APPROVE, Thing.CHAIN)
    context = {"scheme": found, "lead": lead, "may_confirm": may_confirm and waiting, "scope": found.name}
    context["may_propose"] = person.reach.scope(Act.WRITE, Thing.CHAIN) is Scope.ALL
    return listing.respond(request, tables.SUCCESSIONS, rows, template="chains/mapping.html", context=context)


@access.approves(Thing.CHAIN)
@require_http_methods(["GET", "HEAD", "POST"])
def confirm_mappings(request: HttpRequest, code: str) -> HttpResponse:
    """Say at once where the ticked old chains went; a row somebody settled meanwhile is named and left."""
    person = access.person_of(request)
    found = Scheme.objects.visible_to(person).get_or_404(code=code)
    may = set(ChainSuccession.objects.approvable_by(person).filter(scheme=found).values_list("pk", flat=True))
    known = queries.successions(person, found)
    rows = [row for row in known if not row.is_confirmed and row.pk in may]
    form = SuccessionsForm(request.POST if request.method == "POST" else None, rows=rows, scheme=found)
    back = reverse("chains:mapping", args=[found.code])
    if not form.is_valid():
        context = {"form": form, "scheme": found, "back_url": back, "illustrative": found.is_illustrative}
        return render(request, "chains/confirm_mappings.html", context, status=422 if form.is_bound else 200)
    ticked = batches.ticked(request)
    settled = [row for row in known if row not in rows and str(row.pk) in ticked]
    done = [batches.Outcome(**_shown(row), reason=_("不在待确认之列，未改动。")) for row in settled]
    done += [_confirmed(row, form, by=person) for row in rows if str(row.pk) in ticked]
    return batches.tell(request, done, title=_("确认归属"), back_url=back, illustrative=found.is_illustrative)


def _shown(row: ChainSuccession) -> dict[str, str]:
    return {"code": row.old.code, "name": row.old.name, "url": reverse("chains:chain", args=[row.old.code])}


def _confirmed(row: ChainSuccession, form: SuccessionsForm, *, by: Person) -> batches.Outcome:
    said = form.said(row)
    reason = batches.attempt(lambda: actions.confirm_succession(succession=row, by=by, **said))
    return batches.Outcome(**_shown(row), reason=reason, words=said["new"].name if said["new"] else _("存档并继续统计"))


@access.reads(Thing.CHAIN)
@require_GET
def chain(request: HttpRequest, code: str) -> HttpResponse:
    """概况: who answers, anchors, last year's results with their source, the plan in short, what is late."""
    person, today = access.person_of(request), timezone.localdate()
    found = _chain(person, code)
    context = _frame(found, person=person, here="chains:chain") | queries.across_schemes(found)
    context |= {
        "answering": queries.answering([found], on=today)[found.pk],
        "vacant": composition.vacancy_word(found.scheme),
        "anchors": queries.anchors(found),
        "groups": groups.of_chain(found, person=person, on=today),
        "may_brief": person.reach.may(Act.READ, Thing.BRIEFING),
        "may_edit": _writes(found, Thing.CHAIN, person),
        "may_add_results": _writes(found, Thing.PLAN, person),
    }
    if person.reach.may(Act.READ, Thing.PLAN):
        context |= _achievements(found, person=person)
        context["late_projects"] = work.projects_late(person, today=today, chain_ids=[found.pk])
    if person.reach.may(Act.READ, Thing.INDICATOR):
        context["figures"] = Figure.objects.visible_to(person).filter(chain=found).select_related("source")
    return render(request, "chains/chain.html", context)


def _writes(chain: Any, thing: Thing, person: Person) -> bool:
    """Whether `person` may write `thing` on this chain, which says itself whether it is the person's own."""
    width = person.reach.scope(Act.WRITE, thing)
    return width is Scope.ALL or (width is Scope.OWN and chain.is_own)


def _achievements(chain: Chain, *, person: Person) -> dict[str, Any]:
    """The newest year with results, the newest with plans, and the sentence that says so."""
    results = list(chain.results.select_related("source").order_by("-year", "position"))
    newest = results[0].year if results else None
    every = list(counted.actions(person, today=timezone.localdate()).filter(chain=chain).order_by("-year", "position"))
    plan_year = every[0].year if every else None
    judged = [(action, plans.verdict(action)) for action in every if action.year == plan_year]
    late = sum(1 for _action, verdict in judged if verdict.is_overdue)
    if plan_year is None:
        listed_nowhere = _("来源未列年度计划，可由专班自行补充。")
        lead = format_html("{}", listed_nowhere if chain.scheme.source_id else _("还没有年度计划，可由专班填报。"))
    else:
        url = addresses.address("chains:chain_plan", chain.code)
        counts = format_html('<a href="{}"><strong class="fig">{}</strong></a>', url, len(judged))
        lead = format_html(_("{}年计划{}项，逾期{}项。"), plan_year, counts, late)
    return {
        "results": [r for r in results if r.year == newest],
        "result_year": newest,
        "judged": judged,
        "actions": [{"action": a, "matter": plan_tables.matter(a), "light": _light(a, v)} for a, v in judged],
        "plan_year": plan_year,
        "lead": lead,
        "as_of": composition.as_of(results, [action for action, _verdict in judged]),
    }


def _light(action: Action, verdict: rules.Verdict) -> Light:
    """The light of a planned action; one past its day says by how much, whatever was reported."""
    if not verdict.is_overdue:
        return plan_tables.light(verdict)
    return Light("late", work.when(action.due_on, today=timezone.localdate())[1], verdict.reason)


@access.reads(Thing.RESOURCE)
@require_GET
def resources(request: HttpRequest, code: str) -> HttpResponse:
    """资源 of one chain."""
    person = access.person_of(request)
    found = _chain(person, code)
    rows = resource_queries.resources(person).filter(chains=found)
    context = _frame(found, person=person, here="chains:chain_resources") | {"scope": found.name}
    return listing.respond(request, resource_tables.RESOURCES, rows, template="chains/tab_list.html", context=context)


@access.reads(Thing.PLAN)
@require_GET
def history(request: HttpRequest, code: str) -> HttpResponse:
    """历史: what was changed about the chain itself, and what it was in other schemes."""
    person = access.person_of(request)
    found = _chain(person, code)
    context = _frame(found, person=person, here="chains:chain_history") | {
        "history": histories.of(found, reader=person),
        **queries.across_schemes(found),
    }
    return render(request, "chains/history.html", context)


@access.reads(Thing.PLAN)
@require_GET
def explain_results(request: HttpRequest, code: str, year: int) -> HttpResponse:
    """Where last year's results come from: each with scope, source, and date."""
    person = access.person_of(request)
    found = _chain(person, code)
    rows = list(plans.results(person, chains=[found], year=year))
    scopes = [f"{composition.statement(r)}：{r.scope}" for r in rows if r.scope]
    explained = explain.Explained(
        label=_("%(chain)s · %(year)s年结果") % {"chain": found.name, "year": year},
        definition="；".join(composition.statement(r) for r in rows),
        scope="；".join(scopes),
        source=_sources(rows),
        as_of=max((r.as_of for r in rows if r.as_of), default=None),
        rows_url=addresses.address("chains:chain", found.code),
        is_illustrative=found.is_illustrative,
    )
    return explain.respond(request, explained)


@access.reads(Thing.PLAN)
@require_GET
def explain_plan(request: HttpRequest, code: str, year: int) -> HttpResponse:
    """Where this year's plan comes from, and how its deadlines are read."""
    person, today = access.person_of(request), timezone.localdate()
    found = _chain(person, code)
    rows = list(counted.actions(person, today=today).filter(chain=found, year=year))
    explained = explain.Explained(
        label=_("%(chain)s · %(year)s年计划") % {"chain": found.name, "year": year},
        definition="；".join(composition.statement(a) for a in rows),
        scope="；".join(sorted({a.due_note for a in rows if a.due_note})),
        source=_sources(rows),
        as_of=max((a.source.published_on for a in rows if a.source and a.source.published_on), default=None),
        rows_url=addresses.address("chains:plan_actions", chain=found.code, year=year),
        is_illustrative=found.is_illustrative,
    )
    return explain.respond(request, explained)


def _sources(rows: list[Any]) -> str:
    """Titles with publisher and day, each once, and where in them."""
    found: dict[str, list[str]] = {}
    for row in rows:
        if row.source is None:
            continue
        day = f" {row.source.published_on:%Y-%m-%d}" if row.source.published_on else ""
        found.setdefault(f"{row.source.publisher}《{row.source.title}》{day}", []).append(row.source_note)
    return "；".join(found)
