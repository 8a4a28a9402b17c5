"""全市总表: one row per chain — who answers, last year's result, this year's plan, projects, what is late, as of when.

Composed from chains, projects and supervision in a fixed number of queries, whatever the size of the city; a chain
without recorded projects shows a blank, not a zero, because "none recorded" is not "none".
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from django.db.models import F, QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from lianzhang.accounts.models import Person
from lianzhang.briefings import plans as counted
from lianzhang.chains import rules
from lianzhang.chains.models import Action, Chain, Result, Scheme
from lianzhang.chains.queries import plans, schemes
from lianzhang.projects import queries as projects
from lianzhang.supervision import queries as supervision


@dataclass(frozen=True, kw_only=True)
class Plan:
    """今年计划 of one chain, counted by light."""

    actions: tuple[Action, ...] = ()
    verdicts: tuple[rules.Verdict, ...] = ()

    def count(self, *lights: rules.Light) -> int:
        """How many actions show one of these lights."""
        return sum(self._counts[light] for light in lights)

    @cached_property
    def _counts(self) -> Counter[rules.Light]:
        return Counter(verdict.light for verdict in self.verdicts)

    @cached_property
    def overdue_count(self) -> int:
        """Open actions past their day."""
        return sum(1 for verdict in self.verdicts if verdict.is_overdue)

    @property
    def unreported_count(self) -> int:
        """Overdue actions nobody ever reported on."""
        return sum(1 for verdict in self.verdicts if verdict.is_overdue and verdict.is_unreported)


@dataclass(frozen=True, kw_only=True)
class Row:
    """One chain of the table."""

    chain: Chain
    group: str
    answering: schemes.Answering
    vacant: str
    results: tuple[Result, ...] = ()
    plan: Plan = field(default_factory=Plan)
    stages: projects.StageCounts | None = None
    late_tasks: int = 0
    late_projects: int = 0
    year: int = 0
    is_kept: bool = False  # of an older scheme, without a home in this one

    @property
    def pk(self) -> int:
        """The chain's id: a row is a chain."""
        return self.chain.pk

    @cached_property
    def as_of(self) -> date | None:
        """数据截至: the newest day any of the row's words is from."""
        return as_of(self.results, self.plan.actions)


@dataclass(frozen=True, kw_only=True)
class Summary:
    """The sentence over the table, as numbers."""

    chain_count: int
    kept_count: int
    planned_chain_count: int
    action_count: int
    overdue_count: int
    overdue_chain_count: int
    unreported_count: int


@dataclass(frozen=True, kw_only=True)
class City:
    """The whole table for a scheme and a year."""

    scheme: Scheme
    year: int
    years: list[int]
    rows: list[Row]

    @property
    def summary(self) -> Summary:
        """The sentence's numbers: of the scheme's own chains, and how many older ones are reported on beside them."""
        own = [row for row in self.rows if not row.is_kept]
        planned = [row.plan for row in own if row.plan.actions]
        return Summary(
            chain_count=len(own),
            kept_count=len(self.rows) - len(own),
            planned_chain_count=len(planned),
            action_count=sum(len(plan.actions) for plan in planned),
            overdue_count=sum(plan.overdue_count for plan in planned),
            overdue_chain_count=sum(1 for plan in planned if plan.overdue_count),
            unreported_count=sum(plan.unreported_count for plan in planned),
        )

    @property
    def as_of(self) -> date | None:
        """The newest day in the table."""
        return max((row.as_of for row in self.rows if row.as_of is not None), default=None)


def compose(person: Person, scheme: Scheme, *, year: int | None, today: date) -> City:
    """The table of `scheme` for plan year `year` (default: the newest year with plans), as far as `person` sees."""
    chains = list(schemes.reported(person, scheme))
    years = plans.years(scheme, person)
    chosen = year if year is not None else next(iter(years), today.year)
    by_chain: dict[int, list[Action]] = {}
    for action in _slim(counted.actions(person, today=today).filter(chain__in=chains, year=chosen)):
        by_chain.setdefault(action.chain_id, []).append(action)
    return City(
        scheme=scheme,
        year=chosen,
        years=years,
        rows=_rows(person, scheme, chains, by_chain, year=chosen, today=today),
    )


def _slim(found: "QuerySet[Action]") -> "QuerySet[Action]":
    """Only what a row says: whole records of some hundred actions with their bodies and sources cost half the page."""
    slim = found.select_related(None).only(
        "chain",
        "year",
        "matter",
        "matter_en",
        "due_on",
        "progress_on",
        "state",
        "light",
        "light_reason",
        "target_value",
        "done_value",
        "counted_from",
    )
    return slim.annotate(published_on=F("source__published_on")).order_by("position", "code")


def _rows(
    person: Person, scheme: Scheme, chains: list[Chain], actions: dict[int, list[Action]], *, year: int, today: date
) -> list[Row]:
    answering = schemes.answering(chains, on=today)
    results: dict[int, list[Result]] = {}
    said = plans.results(person, chains=chains, year=year - 1).select_related(None)
    for result in said.only("chain", "statement", "statement_en", "as_of"):
        results.setdefault(result.chain_id, []).append(result)
    stages = projects.standing_by_chain(person, today=today)
    late_tasks = supervision.overdue_by_chain(person, today)
    vacant = vacancy_word(scheme)
    return [
        Row(
            chain=chain,
            group=label,
            is_kept=chain.scheme_id != scheme.pk,
            answering=answering[chain.pk],
            vacant=vacant,
            results=tuple(results.get(chain.pk, ())),
            plan=_plan(actions.get(chain.pk, []), today=today),
            stages=stages.get(chain.pk),
            late_tasks=late_tasks.get(chain.pk, 0),
            late_projects=stages[chain.pk].late if chain.pk in stages else 0,
            year=year,
        )
        for label, chain in _banded(scheme, chains)
    ]


def _banded(scheme: Scheme, chains: list[Any]) -> list[tuple[str, Chain]]:
    """The chains under the names of the scheme's groups; those kept from an older scheme come last."""
    own = [chain for chain in chains if chain.scheme_id == scheme.pk]
    groups = schemes.groups(scheme, own, language=get_language() or "")
    found: list[tuple[str, Chain]] = [(str(group.label), chain) for group in groups for chain in group.chains]
    settled, proposed = _("存档并继续统计"), _("存档并继续统计（待确认）")
    kept = [(settled if chain.is_settled else proposed, chain) for chain in chains if chain.scheme_id != scheme.pk]
    return found + sorted(kept, key=lambda pair: pair[0] != settled)


def _plan(actions: list[Action], *, today: date) -> Plan:
    return Plan(actions=tuple(actions), verdicts=tuple(plans.verdict(action, today=today) for action in actions))


def as_of(results: Iterable[Result], actions: Iterable[Action]) -> date | None:
    """数据截至 of a chain: the newest day of its results, of what was reported on its plan, or of the plan's source."""
    days = [result.as_of for result in results]
    for action in actions:
        days.append(action.progress_on)
        # A table of many actions brings the day along instead of the whole source.
        days.append(action.published_on if hasattr(action, "published_on") else _published_on(action))
    return max((day for day in days if day is not None), default=None)


def _published_on(action: Action) -> date | None:
    return action.source.published_on if action.source is not None else None


def vacancy_word(scheme: Scheme) -> str:
    """What an unfilled post says: a scheme taken from a publication did not publish it, one's own has it vacant."""
    return _("未公布") if scheme.source_id is not None and not scheme.is_illustrative else _("空缺")


def statement(record: Result | Action) -> str:
    """A result or an action in the reader's language."""
    chinese, english = (
        (record.statement, record.statement_en) if isinstance(record, Result) else (record.matter, record.matter_en)
    )
    return english if english and (get_language() or "").startswith("en") else chinese
