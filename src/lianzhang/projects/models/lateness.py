"""What of a project's own row says since when, and by how much, it is late: columns that the database keeps itself.

They hold what does not hang on the day of asking nor on a city's thresholds, so that counting the late ones of twenty
thousand compares three columns of an index (`queries.late_condition`), whoever wrote the row and in whatever way.
`schedule.light` works out the same of one project in words; the tests hold the two against each other.
"""

from datetime import date
from typing import Any

from django.db.models import Case, DateField, DecimalField, F, Func, IntegerField, Q, Value, When
from django.db.models.functions import Coalesce, Least, NullIf
from django.db.models.lookups import GreaterThanOrEqual

from lianzhang.projects.stages import MOVING, Stage

MONTHS = 12
# A month counts as over on its last day; February on its 28th in every year.
LAST_DAYS = (131, 228, 331, 430, 531, 630, 731, 831, 930, 1031, 1130, 1231)
NEVER = date(9999, 12, 31)
AMOUNT: Any = DecimalField(max_digits=20, decimal_places=4, null=True)


class MonthDay(Func):
    """A day of the year as a number, 1231 for the last; a date alone, so that a column may be made of it."""

    output_field = IntegerField()
    arity = 1

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, Any]:
        """Dates are kept as text."""
        template = "CAST(SUBSTR(%(expressions)s, 6, 2) || SUBSTR(%(expressions)s, 9, 2) AS INTEGER)"
        return self.as_sql(compiler, connection, template=template, **context)

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, Any]:
        """`TO_CHAR` hangs on the session and is refused in a column."""
        template = "CAST(EXTRACT(MONTH FROM %(expressions)s) * 100 + EXTRACT(DAY FROM %(expressions)s) AS INTEGER)"
        return self.as_sql(compiler, connection, template=template, **context)


def open_due_on() -> Case:
    """The earliest planned day whose node is still open: the next node, 开工, 竣工, 投产; of projects under way."""
    nodes = (
        When(stage__lt=Stage.FULL_CAPACITY, then="next_due_on"),
        When(stage__lt=Stage.STARTED, started_on=None, then="planned_start_on"),
        When(stage__lt=Stage.COMPLETED, completed_on=None, then="planned_completion_on"),
        When(stage__lt=Stage.IN_PRODUCTION, produced_on=None, then="planned_production_on"),
    )
    never = Value(NEVER, output_field=DateField())
    earliest = Least(*(Coalesce(Case(node), never) for node in nodes))
    return Case(When(status__in=MOVING, then=NullIf(earliest, never)), output_field=DateField())


def quiet_since() -> Case:
    """The day a key project under way was last reported on."""
    asked = Q(status__in=MOVING, is_key=True, stage__lt=Stage.FULL_CAPACITY)
    return Case(When(asked, then="progress_on"), output_field=DateField())


def behind_by() -> Case:
    """By how much the year's investment was behind time when it was reported, in twelfths of 万元 so that it is exact:
    plan × months over − done × 12. Negative is ahead; of projects under way with a plan and a figure."""
    day = MonthDay("done_as_of")
    steps = [When(GreaterThanOrEqual(day, last), then=number) for number, last in reversed([*enumerate(LAST_DAYS, 1)])]
    over = Case(*steps, default=0, output_field=IntegerField())
    told = Q(status__in=MOVING, plan_year_wan__gt=0, done_year_wan__isnull=False, done_as_of__isnull=False)
    return Case(When(told, then=F("plan_year_wan") * over - F("done_year_wan") * MONTHS), output_field=AMOUNT)
