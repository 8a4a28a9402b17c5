"""Plan actions with what the events ledger counts for them: a countable target is counted, not typed."""

from datetime import date
from typing import Any

from django.db.models import Case, Count, IntegerField, OuterRef, QuerySet, Subquery, When
from django.db.models.functions import Coalesce

from lianzhang.accounts.models import Person
from lianzhang.chains.models import Action
from lianzhang.chains.queries import plans
from lianzhang.projects.models import Event


def actions(person: Person, *, today: date) -> "QuerySet[Action]":
    """The plan actions a person sees, judged on a day, each with the events its chain held in the plan's year."""
    return with_counts(plans.actions(person, today=today))


def with_counts(found: "QuerySet[Action]") -> "QuerySet[Action]":
    """`found` with `event_count`: rows of the events ledger in the plan's year, read in the same query."""
    held: Any = (
        Event.objects.filter(chain=OuterRef("chain"), held_on__year=OuterRef("year"))
        .order_by()
        .values("chain")
        .annotate(count=Count("pk"))
        .values("count")
    )
    # Only actions that are counted there ask for it: a subquery for every row is a third of the city table's time.
    counting = When(counted_from=Action.Counted.EVENTS, then=Subquery(held, output_field=IntegerField()))
    return found.annotate(event_count=Coalesce(Case(counting, default=None), 0, output_field=IntegerField()))
