"""Plan actions with what the events ledger counts for them: a countable target is counted, not typed."""

from datetime import date
from typing import Any

from django.db.models import Case, DecimalField, OuterRef, QuerySet, Subquery, When
from django.db.models.functions import Cast

from lianzhang.accounts.models import Person
from lianzhang.chains.models import Action, ActionReport
from lianzhang.chains.queries import plans
from lianzhang.projects.models import Event
from lianzhang.records.counting import CountOf


def actions(person: Person, *, today: date) -> "QuerySet[Action]":
    """The plan actions a person sees, judged on a day, each with the events its chain held in the plan's year."""
    return with_counts(plans.actions(person, today=today))


def with_counts(found: "QuerySet[Action]") -> "QuerySet[Action]":
    """`found` with `event_count`: rows of the events ledger in the plan's year, read in the same query."""
    held = CountOf(Event.objects.filter(chain=OuterRef("chain"), held_on__year=OuterRef("year")))
    # Only actions that are counted there ask for it: a subquery for every row is a third of the city table's time.
    return found.annotate(event_count=Case(When(counted_from=Action.Counted.EVENTS, then=held), default=0))


def with_values_on(found: "QuerySet[Action]", day: date) -> "QuerySet[Action]":
    """`found` with `value_before`: how far a countable target had come by `day`; null where nothing was reported."""
    held = Event.objects.filter(chain=OuterRef("chain"), held_on__year=OuterRef("year"), held_on__lte=day)
    reports = ActionReport.objects.filter(action=OuterRef("pk"), reported_on__lte=day, done_value__isnull=False)
    number: DecimalField[Any, Any] = DecimalField(max_digits=16, decimal_places=2)
    counting = When(counted_from=Action.Counted.EVENTS, then=Cast(CountOf(held), number))
    reported = When(target_value__isnull=False, then=Subquery(reports.values("done_value")[:1], output_field=number))
    return found.annotate(value_before=Case(counting, reported, default=None, output_field=number))
