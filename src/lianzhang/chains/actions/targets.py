"""目标清单: asked for with parameters, computed in the background on an immutable snapshot, kept with its reasons."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from lianzhang.accounts.actions import Refused
from lianzhang.accounts.models import Person
from lianzhang.chains.actions import conditions
from lianzhang.chains.models import Chain, Edition, Snapshot, TargetLine, TargetList
from lianzhang.chains.queries import candidates, editions
from lianzhang.jobs import actions as jobs
from lianzhang.jobs.models import Job
from lianzhang.records import codes
from lianzhang.registry.models import Enterprise, Part, Purchase
from lianzhang.trail import actions as trail

State = TargetList.State
Parameters = conditions.Parameters


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What the computation found: columns of TargetList, and one dict of columns a line with the supplier's code."""

    columns: Mapping[str, Any]
    lines: list[dict[str, Any]]

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> "Outcome":
        """From the JSON of `TargetList.first`."""
        return cls(columns=_amounts(stored["columns"], wan), lines=[_amounts(line, wan) for line in stored["lines"]])

    def stored(self) -> dict[str, Any]:
        """As JSON."""
        return {"columns": _amounts(self.columns, _number), "lines": [_amounts(line, _number) for line in self.lines]}


def ask(
    *,
    chain: Chain,
    title: str,
    parameters: Parameters,
    now: datetime,
    by: Person,
    edition: str = Edition.WORKING,
) -> TargetList:
    """Open a list and start its computation. Raises Refused for parameters that contradict each other."""
    conditions.expect_sound(chain=chain, parameters=parameters, by=by)
    with transaction.atomic():
        listed = trail.create(
            TargetList(
                code=codes.next_code("MB", year=now.year),
                chain=chain,
                title=title,
                edition=edition,
                parameters=parameters.stored(),
                created_by=by,
                created_at=now,
                is_illustrative=chain.is_illustrative,
            ),
            verb="target_list.asked",
            by=by,
        )
        job = jobs.ask(
            "chains.targets",
            {"list_id": listed.pk},
            queue=Job.Queue.LONG,
            subject_url=f"/targets/{listed.code}",
            by=by,
        )
        TargetList.objects.filter(pk=listed.pk).update(job=job)
        listed.job = job
    return listed


def begin(*, listed: TargetList, snapshot: Snapshot, outcome: Outcome, by: Person) -> TargetList:
    """Keep the first choice beside the list, to be read while its proof is sought. It is no list yet: nothing counts,
    exports or follows it up."""
    with transaction.atomic():
        return trail.change(
            listed, verb="target_list.begun", changes={"first": outcome.stored(), "snapshot": snapshot}, by=by
        )


def keep_first(*, listed: TargetList, by: Person) -> TargetList:
    """The proof was broken off: the first choice is the list, and says that it is not proven."""
    found = Outcome.read(listed.first)
    if listed.snapshot is None:
        raise Refused(_("初步结果没有快照，不能成为清单。"))
    columns = found.columns if found.columns["is_proven"] else {**found.columns, "method": BROKEN_OFF}
    return finish(listed=listed, snapshot=listed.snapshot, outcome=Outcome(columns=columns, lines=found.lines), by=by)


# In the words of the analysis, as `chainlab.targets.METHODS` has them; in the reader's language where it is shown.
BROKEN_OFF = "初步结果：贪心解，证明中途停止，未证明最优"


def finish(*, listed: TargetList, snapshot: Snapshot, outcome: Outcome, by: Person) -> TargetList:
    """Keep what was found; all of it or nothing."""
    suppliers = {e.code: e for e in Enterprise.objects.filter(code__in=[line["supplier"] for line in outcome.lines])}
    parts = dict(Part.objects.filter(code__in=_part_codes(outcome)).values_list("code", "pk"))
    facts = candidates.facts(listed.chain)
    lines = [
        TargetLine(
            target_list=listed,
            position=n,
            supplier=suppliers[line["supplier"]],
            region_code=suppliers[line["supplier"]].region_code,
            facts={
                **facts.get(suppliers[line["supplier"]].pk, candidates.Facts()).stored(),
                "tier": line["tier"],
            },
            parts=[{**part, "part_id": parts[part["code"]]} for part in line["parts"]],
            **{name: value for name, value in line.items() if name not in {"supplier", "parts", "tier"}},
        )
        for n, line in enumerate(outcome.lines, start=1)
    ]
    with transaction.atomic():
        assumptions = {
            **outcome.columns["assumptions"],
            "released": editions.released(outcome.lines, outcome.columns["categories"]),
        }
        changes = {
            **outcome.columns,
            "assumptions": assumptions,
            "categories": _with_months(outcome.columns["categories"], snapshot, by=by),
            "state": State.READY,
            "first": {},
            "snapshot": snapshot,
            "map_version": snapshot.map_version,
            "is_illustrative": snapshot.is_illustrative,
        }
        trail.change(listed, verb="target_list.computed", changes=changes, by=by)
        trail.create_many(lines, verb="target_line.listed", by=by)
    return listed


def band(*, listed: TargetList, released: Mapping[str, list[str]], by: Person) -> TargetList:
    """Keep which sums may stand on the list's papers as bands, in view of everything that is out."""
    with transaction.atomic():
        changes = {"assumptions": {**listed.assumptions, "released": dict(released)}}
        return trail.change(listed, verb="target_list.banded", changes=changes, by=by)


def plot(*, listed: TargetList, points: list[list[Any]]) -> None:
    """Keep the curve as far as it is known: [suppliers, covered 万元, whether proven] a point.

    The list keeps its version: the curve is no edit, and who reads the list meanwhile may still approve it. Nor is a
    point an event: thirty of them say nothing that the last does not. `plotted` follows, also where work broke off.
    """
    TargetList.objects.filter(pk=listed.pk).update(frontier=points)
    listed.frontier = points


def plotted(*, listed: TargetList, by: Person) -> None:
    """The curve ends here: all of it, or where its computation was stopped or died."""
    trail.note(listed, verb="target_list.plotted", detail={"supplier_count": listed.frontier[-1][0]}, by=by)


def fail(*, listed: TargetList, reason: str, snapshot: Snapshot | None = None, by: Person) -> TargetList:
    """The computation ended without a list; the reason stays with it, and the snapshot whose amounts it names."""
    with transaction.atomic():
        changes: dict[str, object] = {"state": State.FAILED, "failure": reason, "first": {}}
        changes["snapshot"] = snapshot or listed.snapshot
        return trail.change(listed, verb="target_list.failed", changes=changes, by=by)


def approve(*, listed: TargetList, version: int, now: datetime, by: Person) -> TargetList:
    """The chief stands for the list; not the person who made it."""
    if listed.state != State.READY:
        raise Refused(_("清单%(state)s，不能审定。") % {"state": listed.get_state_display()})
    if listed.created_by_id == by.pk:
        raise Refused(_("编制人不能审定自己的清单。"))
    changes = {"state": State.APPROVED, "approved_by": by, "approved_at": now}
    with transaction.atomic():
        return trail.change(listed, verb="target_list.approved", changes=changes, version=version, by=by)


def by_name(text: str, codes_said: Iterable[str]) -> str:
    """A sentence about firms by the names people know them by."""
    for code, name in Enterprise.objects.filter(code__in=list(codes_said)).values_list("code", "name"):
        text = text.replace(code, name)
    return text


def _with_months(categories: list[dict[str, Any]], snapshot: Snapshot, *, by: Person) -> list[dict[str, Any]]:
    """The categories with how long certification takes, where enough anchors say so."""
    told = Purchase.objects.visible_to(by).filter(buyer__code__in=snapshot.firm_ids, certification_months__gt=0)
    bought = told.order_by().values_list("part__code", "buyer__code", "certification_months")
    months = editions.certification_months(categories, bought)
    return [{**entry, "certification_months": months.get(entry["name"])} for entry in categories]


def _part_codes(outcome: Outcome) -> set[str]:
    return {part["code"] for line in outcome.lines for part in line["parts"]}


def _amounts(said: Mapping[str, Any], convert: Callable[[Any], Any]) -> dict[str, Any]:
    return {name: convert(value) if name.endswith("_wan") else value for name, value in said.items()}


def _number(value: Decimal | None) -> float | None:
    return None if value is None else float(value)


def wan(value: float | None) -> Decimal | None:
    """万元 as the database keeps them."""
    return None if value is None else Decimal(str(round(value, 4)))
