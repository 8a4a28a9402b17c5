"""Reading results and plans: actions as they stand on a day, their reports, and which years have a plan."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from django.db.models import Case, CharField, DateField, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Cast

from lianzhang.accounts.models import Person
from lianzhang.chains import rules
from lianzhang.chains.models import Action, ActionReport, Chain, Result, Scheme
from lianzhang.chains.models.plans import OfPlanQuerySet
from lianzhang.records.counting import CountOf
from lianzhang.trail.models import Proof


def actions(person: Person, *, today: date) -> "QuerySet[Action]":
    """The plan actions a person sees, each knowing the day it is judged on and what was reported before the last."""
    return as_of(Action.objects.visible_to(person), today=today).select_related(
        "chain", "responsible__parent", "source"
    )


def as_of(found: "QuerySet[Action]", *, today: date) -> "QuerySet[Action]":
    """`found` with the day of judgement and the last but one reported value on every row."""
    reports = ActionReport.objects.filter(action=OuterRef("pk"), done_value__isnull=False)
    before = reports.order_by("-reported_on", "-pk").values("done_value")[1:2]
    previous = Case(When(target_value__isnull=False, then=Subquery(before)), default=None)
    return found.annotate(today=Value(today, output_field=DateField()), previous_done=previous)


def with_proofs(found: "QuerySet[Action]") -> "QuerySet[Action]":
    """`found` with `proof_count`: how many pieces of evidence 佐证 lie with each action."""
    own = Cast(OuterRef("pk"), CharField())
    lying = Proof.objects.filter(subject_type=Action._meta.label_lower, subject_id=own)
    return found.annotate(proof_count=CountOf(lying))


def done_value(action: Action) -> Decimal | None:
    """完成值: counted rows of the events ledger where the action is counted there, else what was reported last."""
    if action.counted_from == Action.Counted.EVENTS:
        counted = getattr(action, "event_count", None)
        return Decimal(counted) if counted else None
    return action.done_value


def facts(action: Action) -> rules.Facts:
    """What the light rule needs to know of an action."""
    return rules.Facts(
        year=action.year,
        due_on=action.due_on,
        reported_on=action.progress_on,
        target=action.target_value,
        done=done_value(action),
        previous_done=getattr(action, "previous_done", None),
        is_done=action.state == Action.State.DONE,
        is_dropped=action.state == Action.State.DROPPED,
        by_hand=action.light,
        reason_by_hand=action.light_reason,
    )


def verdict(action: Action, *, today: date | None = None) -> rules.Verdict:
    """How an action stands on a day (default: the day its query was asked for)."""
    day = today if today is not None else getattr(action, "today", None)
    if day is None:
        raise ValueError("ask for the action as of a day")
    return rules.verdict(facts(action), today=day)


def overdue(today: date) -> Q:
    """Open actions whose day has passed."""
    return Q(state=Action.State.OPEN, due_on__lt=today)


def years(scheme: Scheme, person: Person) -> list[int]:
    """The years for which the scheme has plans, newest first."""
    found = Action.objects.visible_to(person).filter(chain__scheme=scheme)
    return sorted(set(found.order_by().values_list("year", flat=True)), reverse=True)


def results(person: Person, *, chains: Iterable[Chain], year: int) -> "OfPlanQuerySet[Result]":
    """Published results of a year, in the order given."""
    found = Result.objects.visible_to(person).filter(chain__in=[chain.pk for chain in chains], year=year)
    return found.select_related("source").order_by("chain", "position")


def reports(action: Action) -> "QuerySet[ActionReport]":
    """What was reported on an action, newest first."""
    return action.reports.select_related("by", "body")


def situation(found: "QuerySet[Action]", code: str) -> "QuerySet[Action]":
    """Actions in a situation that takes a day or a judgement to tell; `found` must be `as_of` a day.

    Lights are judged in Python, row by row, because they follow one table of rules; a scheme has some hundred actions.
    """
    if code == "overdue":
        return found.filter(state=Action.State.OPEN, due_on__lt=F("today"))
    kept = [action.pk for action in found if _is_in(verdict(action), code)]
    return found.filter(pk__in=kept)


def _is_in(judged: rules.Verdict, code: str) -> bool:
    if code == "unreported":
        return judged.is_unreported
    return judged.is_behind if code == "behind" else judged.light == code
