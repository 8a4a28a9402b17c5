"""The teardown: what a chain's anchors buy, part by part, and from where."""

from dataclasses import replace
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from chainlab import places
from lianzhang.accounts.models import Person
from lianzhang.accounts.rules import Act, Thing
from lianzhang.chains import stages
from lianzhang.chains.models import Chain, Gap, Snapshot
from lianzhang.chains.queries import disclosure as disclosures
from lianzhang.chains.queries import grid, releases, unfilled
from lianzhang.chains.queries import teardown as queries
from lianzhang.chains.tables import teardown as tables
from lianzhang.jobs import actions as jobs
from lianzhang.jobs.models import Job
from lianzhang.registry.models import Enterprise, Part
from lianzhang.tables import RESTRICTED, Empty
from lianzhang.web import access, explain, listing, released

STALE_DAYS = 180


@access.reads(Thing.GAP)
@require_GET
def chains(request: HttpRequest) -> HttpResponse:
    """Manufacturing chains with their newest snapshot. One chain only: straight to it."""
    person = access.person_of(request)
    found = list(queries.manufacturing(person))
    newest = queries.newest(found, person=person)
    rows = [{"chain": chain, "snapshot": newest.get(chain.pk)} for chain in found]
    done = sum(1 for row in rows if row["snapshot"])
    lead = _("%(count)s 条制造业链中 %(done)s 条已有拆零件结果。") % {"count": len(rows), "done": done}
    return listing.respond(request, tables.CHAINS, rows, context={"lead": lead})


@access.reads(Thing.GAP)
@require_GET
def chain(request: HttpRequest, code: str, snapshot: str = "") -> HttpResponse:
    """One chain on its newest snapshot, or on an earlier one: the sentence, the tiers, every part with its coverage and
    gap."""
    person = access.person_of(request)
    found = _chain(person, code)
    history = queries.history(found, person=person)
    return _teardown(request, found, history, queries.one_of(history, snapshot, chain=found, person=person))


def _teardown(request: HttpRequest, found: Chain, history: list[Snapshot], snapshot: Snapshot | None) -> HttpResponse:
    person = access.person_of(request)
    context: dict[str, Any] = {
        "record": found,
        "snapshot": snapshot,
        "restricted": RESTRICTED,
        "may_analyse": _may_analyse(found, person),
        "illustrative": found.is_illustrative or bool(snapshot and snapshot.is_illustrative),
    }
    if snapshot is None:
        return render(request, "teardowns/empty.html", context)
    shown = disclosures.of(snapshot, person=person)
    summary = snapshot.summary
    figures = releases.figures(snapshot, shown, person=person)
    context |= {
        "as_of": snapshot.taken_on,
        "scope": found.name,
        "summary": summary,
        "lead": released.lead(summary, figures),
        "stats": released.stats(found, figures, ends=released.ends(summary, sees_rows=shown.sees_rows)),
        "levels": released.levels(summary),
        "may_settle": context["may_analyse"] and shown.sees_rows and bool(summary.get("unregistered_count")),
        "doubled": released.doubled(summary, sees_rows=shown.sees_rows),
        "release": released.of(figures, sees_rows=shown.sees_rows),
        "age_days": (timezone.localdate() - snapshot.taken_on).days,
        "stale_days": STALE_DAYS,
        "tiers": released.tiers(request, summary, figures, sees_rows=shown.sees_rows),
        "categories": None if shown.sees_rows else released.categories(request, snapshot, person=person),
        "newest": history[0] if history and history[0].pk != snapshot.pk else None,
        "history": history,
        "gap_counts": _gap_counts(found, person),
        "gaps_url": f"{reverse('gaps:list')}?chain={found.pk}",
        "unfilled": unfilled.of_chain(found, person=person),
    }
    found_parts = queries.coverage(snapshot, person=person)
    spec = tables.parts(found, shown)
    return listing.respond(request, spec, found_parts, template="teardowns/chain.html", context=context)


@access.writes(Thing.GAP)
@require_POST
def analyse(request: HttpRequest, code: str) -> HttpResponse:
    """Take a new snapshot and compute, in the background."""
    person = access.person_of(request)
    found = Chain.objects.within(person, act=Act.WRITE, thing=Thing.GAP).get_or_404(code=code)
    back = reverse("teardowns:chain", args=[code])
    job = jobs.ask("chains.analyse", {"chain_id": found.pk}, queue=Job.Queue.LONG, subject_url=back, by=person)
    return redirect("jobs:job", pk=job.pk)


@access.reads(Thing.GAP)
@require_GET
def part(request: HttpRequest, code: str, part_code: str) -> HttpResponse:
    """One part: who buys it from whom (by right), who could make it, where it goes."""
    person = access.person_of(request)
    found = _chain(person, code)
    record = Part.objects.all().visible_to(person).get_or_404(code=part_code)
    snapshot = queries.latest(found, person=person)
    coverage = queries.coverage(snapshot, person=person).filter(part=record).first() if snapshot else None
    shown = disclosures.of(snapshot, person=person)
    context = {
        "chain": found,
        "record": record,
        "coverage": coverage,
        "shows": shown.sees_rows,
        "counts": shown.sees_rows or (coverage is not None and coverage.buyer_count >= disclosures.MIN_CONTRIBUTORS),
        "restricted": RESTRICTED,
        "grid": grid.of(queries.matrix(found, record, person=person)),
        "makers": queries.makers(record, person=person),
        "used_in": queries.used_in(record, person=person),
        "gap": Gap.objects.visible_to(person).filter(chain=found, part=record).order_by("-pk").first(),
        "as_of": snapshot.taken_on if snapshot else None,
        "illustrative": record.is_illustrative or found.is_illustrative,
    }
    return render(request, "teardowns/part.html", context)


@access.reads(Thing.GAP)
@require_GET
def shared(request: HttpRequest, code: str) -> HttpResponse:
    """现有共性配套商: suppliers outside that already serve at least two anchors, before any optimisation."""
    person = access.person_of(request)
    found = _chain(person, code)
    snapshot = queries.latest(found, person=person)
    shown = disclosures.of(snapshot, person=person)
    rows = _shared_rows(snapshot, shows=shown.sees_rows)
    if not shown.sees_rows and snapshot is not None:
        lead = _("共 %(count)s 家；名单由链主授权可见。") % {"count": len(snapshot.summary["shared_suppliers"])}
    else:
        lead = _("市外企业中有 %(count)s 家已同时供应两家以上链主，不必优化即可接触。") % {"count": len(rows)}
    context = {
        "lead": lead,
        "as_of": snapshot.taken_on if snapshot else None,
        "scope": found.name,
        "illustrative": found.is_illustrative,
        "title": _("%(chain)s · 现有共性配套商") % {"chain": found.name},
    }
    spec = tables.SHARED if shown.sees_rows else replace(tables.SHARED, empty=Empty(_("名单由链主授权可见。")))
    return listing.respond(request, spec, rows, context=context)


@access.reads(Thing.GAP)
@require_GET
def explain_figure(request: HttpRequest, code: str, figure: str) -> HttpResponse:
    """Definition, scope, source and date of one figure of the teardown."""
    person = access.person_of(request)
    found = _chain(person, code)
    snapshot = queries.latest(found, person=person)
    definitions = _definitions()
    if snapshot is None or figure not in definitions:
        raise Http404(figure)
    label, definition, formula = definitions[figure]
    summary = snapshot.summary
    shown = disclosures.of(snapshot, person=person)
    told = releases.figures(snapshot, shown, person=person)[released.MEASURES[figure]]
    missing = _("金额未填 %(unknown)s 行，供应商未填 %(nameless)s 行，按约定不提供 %(withheld)s 行，均未作 0 计。")
    explained = explain.Explained(
        label=label,
        definition=definition,
        formula=formula,
        scope=_("%(chain)s，%(count)s 家链主最新一年的填报") % {"chain": found.name, "count": summary["buyer_count"]},
        source=_("链主拆零件填报"),
        as_of=told.as_of or snapshot.taken_on,
        snapshot=told.snapshot or snapshot.pk,
        release=released.explained(told),
        missing=missing
        % {
            "unknown": summary["unknown_count"],
            "nameless": summary["nameless_count"],
            "withheld": summary["withheld_count"],
        },
        rows_url=reverse("teardowns:chain", args=[code]),
        is_illustrative=snapshot.is_illustrative,
    )
    return explain.respond(request, explained)


def _definitions() -> dict[str, tuple[str, str, str]]:
    return {
        "local-ratio": (
            _("本地配套率（按金额）"),
            _("链主对外采购额（不含自制和集团内）中由本市企业供应的比重。只作观察，不作为任何扶持的条件。"),
            _("本市供应额 ÷（采购额 − 供应商产地不详额）"),
        ),
        "amount": (_("采购额"), _("链主填报的年采购额合计，不含自制和集团内；给区间的取中值。"), ""),
        "nameless": (_("供应商未填"), _("填了金额、没有填供应商的采购额。"), ""),
        "outside": (_("市外采购额"), _("供应商产地明确在市外的采购额，不含集团内。"), ""),
    }


def _chain(person: Person, code: str) -> Chain:
    return queries.manufacturing(person).get_or_404(code=code)


def _may_analyse(found: Chain, person: Person) -> bool:
    return Chain.objects.within(person, act=Act.WRITE, thing=Thing.GAP).filter(pk=found.pk).exists()


def _gap_counts(found: Chain, person: Person) -> dict[str, int]:
    counts = {"total": 0, "confirmed": 0, "closed": 0}
    for state in Gap.objects.visible_to(person).filter(chain=found).values_list("state", flat=True):
        counts["total"] += state != Gap.State.INVALID
        counts["confirmed"] += state in stages.STANDING
        counts["closed"] += state == Gap.State.CLOSED
    return counts


def _shared_rows(snapshot: Snapshot | None, *, shows: bool) -> list[dict[str, Any]]:
    if snapshot is None or not shows:
        return []
    found = snapshot.summary["shared_suppliers"]
    codes = {row["firm_code"] for row in found} | {code for row in found for code in row["anchor_ids"]}
    firms = {e.code: e for e in Enterprise.objects.filter(code__in=codes)}
    return [
        {
            **row,
            "code": row["firm_code"],
            "name": firms[row["firm_code"]].name,
            "region": places.name_of(row["supplier_id"].partition("@")[2] or firms[row["firm_code"]].region_code),
            "url": reverse("registry:enterprise", args=[row["firm_code"]]),
            "anchors": [firms[code].name for code in row["anchor_ids"]],
        }
        for row in found
    ]
