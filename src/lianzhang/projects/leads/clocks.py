"""Reading the clocks of leads: which runs out first, what is overdue, how the deeds were done in time."""

from datetime import date, timedelta

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lianzhang.accounts.models import Person
from lianzhang.projects import stages
from lianzhang.projects.models import FollowUp, LeadClock, Project
from lianzhang.projects.stages import Stage
from lianzhang.tables import Light

NEAR_DAYS = 2  # a deadline this close is shown as near


def is_worked() -> Q:
    """A project that is still worked as a lead: not signed, and going on."""
    return Q(stage__lt=Stage.SIGNED, status__in=stages.MOVING)


def running(project: str = "pk") -> "QuerySet[LeadClock]":
    """The clocks of an outer row that have not been met, the one that ends first before the others."""
    return LeadClock.objects.filter(project=OuterRef(project), met_on__isnull=True).order_by("due_on", "pk")


def overdue(today: date) -> Q:
    """Leads with a clock that has run out on `today`."""
    return is_worked() & Q(pk__in=LeadClock.objects.filter(met_on__isnull=True, due_on__lt=today).values("project"))


def with_next(rows: "QuerySet[Project]") -> "QuerySet[Project]":
    """The rows with the kind and due day of the clock that ends first."""
    return rows.annotate(
        clock_kind=Subquery(running().values("kind")[:1]), clock_due_on=Subquery(running().values("due_on")[:1])
    )


def light(project: Project, *, today: date) -> Light | None:
    """时限 of a row read by `with_next`: what must be done by when; nothing once signed, held or ended."""
    due = getattr(project, "clock_due_on", None)
    if due is None or project.stage >= Stage.SIGNED or project.status not in stages.MOVING:
        return None
    return told(str(project.clock_kind), due, today=today)  # type: ignore[attr-defined]


def told(kind: str, due: date, *, today: date) -> Light:
    """A running clock as a light with words."""
    label = str(FollowUp.Kind(kind).label)
    days = (today - due).days
    if days > 0:
        late = ngettext("%(what)s逾期%(days)d天", "%(what)s逾期%(days)d天", days) % {"what": label, "days": days}
        return Light("late", late, _("时限 %(on)s") % {"on": due})
    near = due - today <= timedelta(days=NEAR_DAYS)
    return Light("watch" if near else "normal", _("%(what)s %(on)s前") % {"what": label, "on": due.strftime("%m-%d")})


def overdue_count(person: Person, *, today: date) -> int:
    """How many leads within reach have let a clock run out; one query."""
    return Project.objects.visible_to(person).filter(overdue(today)).count()
