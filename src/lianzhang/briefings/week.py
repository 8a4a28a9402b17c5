"""我的工作: what a task force or department has before it this week, in a fixed number of queries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from lianzhang.accounts.models import Person
from lianzhang.accounts.rules import Act, Role, Scope, Thing
from lianzhang.briefings import tallies, work
from lianzhang.briefings.addresses import address
from lianzhang.chains import stages
from lianzhang.chains.models import Chain, Gap, Snapshot
from lianzhang.chains.queries import releases
from lianzhang.collecting import queries as collecting
from lianzhang.collecting import tables as collecting_tables
from lianzhang.projects.queries import StageCounts
from lianzhang.registry import queries as registry
from lianzhang.tables import values

DAYS, STALE_DAYS = 7, 180


@dataclass(frozen=True, kw_only=True)
class Overview:
    """本链概况: what stands in the chain's analysis, each with the page that shows it."""

    chain: Chain
    gap_count: int = 0
    proposed_count: int = 0
    closed_count: int = 0
    target_list: tallies.ListSize | None = None
    anchor_count: int = 0
    silent_count: int = 0  # anchors of which the reader may see no answer, though they agreed to give some
    taken_on: date | None = None  # the newest snapshot of the purchases
    ratio: float | None = None  # 本地配套率 by amount; None where too few firms make it up
    ratio_before: float | None = None
    ratio_on: date | None = None  # the snapshot the ratio is of: older than the newest where that one is held back
    stages: StageCounts = field(default_factory=StageCounts)

    @property
    def ratio_shown(self) -> str:
        """The ratio as it is written."""
        return values.plain(self.ratio, "ratio") if self.ratio is not None else ""

    @property
    def ratio_change(self) -> str:
        """较上次快照: up or down by so many percentage points; empty where there is no earlier one to tell."""
        if self.ratio is None or self.ratio_before is None:
            return ""
        points = round((self.ratio - self.ratio_before) * 100, 1)
        if not points:
            return _("较上次快照持平")
        said = _("较上次快照提高%(points)s个百分点") if points > 0 else _("较上次快照下降%(points)s个百分点")
        return said % {"points": f"{abs(points):g}"}

    def gaps_url(self, *states: str) -> str:
        """The gap ledger of the chain in these states."""
        return address("gaps:list", chain=str(self.chain.pk), state=states)

    @property
    def gap_counts(self) -> list[tuple[str, int, str]]:
        """缺口 by state: (word, count, where its rows are)."""
        return [
            (_("已确认"), self.gap_count, self.gaps_url(*stages.STANDING)),
            (_("待确认"), self.proposed_count, self.gaps_url(Gap.State.PROPOSED.value)),
            (_("已销号"), self.closed_count, self.gaps_url(Gap.State.CLOSED.value)),
        ]

    def stale_days(self, today: date) -> int:
        """How many days the purchases have not been read anew, where that is long."""
        days = (today - self.taken_on).days if self.taken_on is not None else 0
        return days if days > STALE_DAYS else 0

    @property
    def steps(self) -> list[tuple[str, int, str]]:
        """目标 → 线索 → 项目: (name, count, where its rows are), one number to a line."""
        found = []
        if self.target_list is not None:
            url = address("targets:target", self.target_list.code)
            found.append((_("目标配套商"), self.target_list.supplier_count, url))
        counts = self.stages
        groups = (
            ("leads", _("线索"), counts.leads),
            ("talks", _("在谈"), counts.talks),
            ("signed", _("签约"), counts.signed),
            ("building", _("在建"), counts.building),
            ("production", _("投产"), counts.production),
        )
        return found + [
            (str(label), count, address("projects:list", chain=self.chain.code, group=key))
            for key, label, count in groups
        ]


@dataclass(frozen=True, kw_only=True)
class Week:
    """What the page shows."""

    chains: Sequence[Chain]
    items: list[work.Item] = field(default_factory=list)
    actions: list[work.Item] = field(default_factory=list)
    projects: list[work.Item] = field(default_factory=list)
    requests: list[work.Item] = field(default_factory=list)
    overviews: list[Overview] = field(default_factory=list)

    @property
    def every(self) -> list[work.Item]:
        """All that is shown, of whatever kind."""
        return [*self.items, *self.actions, *self.projects, *self.requests]

    @property
    def is_illustrative(self) -> bool:
        """Whether anything shown is example data."""
        return any(chain.is_illustrative for chain in self.chains) or any(i.is_illustrative for i in self.every)

    def late_count(self) -> int:
        """Everything shown as late."""
        return sum(item.is_late for item in self.every)

    def due_count(self, today: date) -> int:
        """Everything due within the week."""
        return work.due_within(self.every, today=today, days=DAYS)


def compose(person: Person, *, today: date) -> Week:
    """The week of `person` in the post held now."""
    chains = list(_own(person))
    ids = [chain.pk for chain in chains]
    reach = person.reach
    told, pieces = {}, set()
    if chains and reach.may(Act.READ, Thing.GAP):
        pieces = registry.readable(person, firm="code")
        told = tallies.read(person, chains, pieces=pieces, today=today)
    return Week(
        chains=chains,
        items=[
            *_asked(person, today=today),
            *work.tasks_awaiting(person, today=today),
            *_months(chains, told),
            *_moves(person),
            *_questions(person, chains, told, today=today),
        ],
        actions=work.actions_behind(person, today=today, chain_ids=ids) if ids else [],
        projects=_projects(person, ids, today=today) if reach.may(Act.READ, Thing.PROJECT) else [],
        requests=work.requests_of(person, chain_ids=ids, today=today),
        overviews=[
            _overview(chain, told[chain.pk], pieces=pieces)
            for chain in chains
            if chain.pk in told and not chain.is_service
        ],
    )


def _asked(person: Person, *, today: date) -> list[work.Item]:
    """待填: forms and monthly rounds that the own body still owes."""
    if person.reach.scope(Act.WRITE, Thing.COLLECTION) is not Scope.OWN:
        return []
    found = []
    for owed in collecting.asked_of(person).select_related("body")[: work.MOST]:
        due = timezone.localdate(owed.collection.due_at)
        is_back = owed.state == owed.State.RETURNED
        found.append(
            work.Item(
                title=owed.collection.name,
                url=collecting_tables.answer_page(owed),
                light="late" if due < today or is_back else "watch",
                word=str(owed.get_state_display()) if is_back else _("待填"),
                note=owed.return_reason if is_back else owed.collection.request[:60],
                due_on=due,
                is_illustrative=owed.collection.is_illustrative,
            )
        )
    return found


def _months(chains: list[Chain], told: Mapping[int, tallies.Tally]) -> list[work.Item]:
    """待核: rows of the month that districts handed in and this task force has not passed yet, the oldest first."""
    by_month: dict[date, list[Chain]] = {}
    for chain in chains:
        for month in told[chain.pk].months if chain.pk in told else ():
            by_month.setdefault(month, []).append(chain)
    return [
        work.month_rows(month, own, count=sum(told[chain.pk].months[month] for chain in own))
        for month, own in sorted(by_month.items())
    ]


def _moves(person: Person) -> list[work.Item]:
    """Projects on which the next word is this person's: an ask to check, for a district one handed to it; and what the
    own body contests or is contested in."""
    if not person.reach.may(Act.READ, Thing.PROJECT):
        return []
    handed_over = work.projects_handed_over(person) if person.reach.role is Role.DISTRICT else []
    return [*work.moves_awaiting(person), *handed_over]


def _questions(
    person: Person, chains: list[Chain], told: Mapping[int, tallies.Tally], *, today: date
) -> list[work.Item]:
    """缺口 of the own chains that are due to be looked at again; for an expert what was asked."""
    if person.reach.role is Role.EXPERT:
        return work.consultations_awaiting(person, today=today)
    due = [(chain, told[chain.pk]) for chain in chains if chain.pk in told and told[chain.pk].review_count]
    return [work.review(chain, one.review_count, first=one.review_on, today=today) for chain, one in due]


def _projects(person: Person, chain_ids: list[int], *, today: date) -> list[work.Item]:
    """Late projects: of the own chains; a district's own, to which its scope narrows already; a department reads all
    of them, and is told of those it answers for."""
    if chain_ids or person.reach.role is Role.DISTRICT:
        return work.projects_late(person, today=today, chain_ids=chain_ids or None)
    return work.projects_late(person, today=today, owner_id=person.reach.body_id or 0)


def _own(person: Person) -> "QuerySet[Chain]":
    """The chains the post serves, each with the day its purchases were last read and what came out."""
    own: QuerySet[Chain] = Chain.objects.own_of(person).visible_to(person).select_related("scheme")
    if not person.reach.may(Act.READ, Thing.GAP):
        return own
    taken = Snapshot.objects.visible_to(person).filter(is_pooled=False, chain=OuterRef("pk")).order_by("-taken_at")
    told: QuerySet[Chain] = releases.with_newest(own, person=person)
    return told.annotate(taken_on=Subquery(taken.values("taken_on")[:1]))


def _overview(chain: Any, told: tallies.Tally, *, pieces: set[registry.Piece]) -> Overview:
    """The card of one manufacturing chain."""
    newest, before = (*told.ratios[:2], None, None)[:2]
    # As it went out; where the newest did not, to who may read the rows as it is.
    ratio = newest.value if newest is not None else None
    as_of = newest.on if newest is not None else None
    if as_of != chain.taken_on and (own := releases.own_ratio(chain, pieces=pieces)) is not None:
        ratio, before, as_of = own, None, chain.taken_on
    return Overview(
        chain=chain,
        gap_count=told.gap_count(stages.STANDING),
        proposed_count=told.gap_count({Gap.State.PROPOSED}),
        closed_count=told.gap_count({Gap.State.CLOSED}),
        target_list=told.target_list,
        anchor_count=told.anchor_count,
        silent_count=told.anchor_count - told.speaking_count,
        taken_on=chain.taken_on,
        ratio=ratio,
        ratio_before=before.value if before is not None else None,
        ratio_on=as_of,
        stages=told.stages,
    )
