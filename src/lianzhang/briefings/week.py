"""我的工作: what a task force or department has before it this week, in a fixed number of queries."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q
from django.utils.translation import gettext as _

from lianzhang.accounts.models import Person
from lianzhang.accounts.rules import Act, Role, Thing
from lianzhang.briefings import work
from lianzhang.briefings.addresses import address
from lianzhang.chains.models import Anchor, Chain, Gap, TargetList
from lianzhang.projects import queries as projects
from lianzhang.projects.queries import StageCounts
from lianzhang.registry.models import Purchase

DAYS = 7


@dataclass(frozen=True, kw_only=True)
class Overview:
    """本链概况: what stands in the chain's analysis, each with the page that shows it."""

    chain: Chain
    gap_count: int = 0
    proposed_count: int = 0
    closed_count: int = 0
    target_list: TargetList | None = None
    anchor_count: int = 0
    silent_count: int = 0  # anchors without purchase data that the reader may see
    stages: StageCounts | None = None

    @property
    def steps(self) -> list[tuple[str, int, str]]:
        """目标 → 线索 → 项目: (name, count, where its rows are), one number to a line."""
        found = []
        if self.target_list is not None:
            url = address("targets:target", self.target_list.code)
            found.append((_("目标配套商"), self.target_list.supplier_count, url))
        counts = self.stages or StageCounts()
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
    chains = list(Chain.objects.own_of(person).visible_to(person).select_related("scheme"))
    ids = [chain.pk for chain in chains]
    reach = person.reach
    return Week(
        chains=chains,
        items=[*work.tasks_awaiting(person, today=today), *_moves(person)],
        actions=work.actions_behind(person, today=today, chain_ids=ids) if ids else [],
        projects=_projects(person, ids, today=today) if reach.may(Act.READ, Thing.PROJECT) else [],
        requests=work.requests_of(person, chain_ids=ids, today=today),
        overviews=_overviews(person, [chain for chain in chains if not chain.is_service]),
    )


def _moves(person: Person) -> list[work.Item]:
    """Projects on which the next word is this person's: an ask to check, for a district one handed to it."""
    if not person.reach.may(Act.READ, Thing.PROJECT):
        return []
    handed_over = work.projects_handed_over(person) if person.reach.role is Role.DISTRICT else []
    return [*work.checks_awaiting(person), *handed_over]


def _projects(person: Person, chain_ids: list[int], *, today: date) -> list[work.Item]:
    """Late projects: of the own chains, or what the scope already narrows to (a district's own)."""
    return work.projects_late(person, today=today, chain_ids=chain_ids or None)


def _overviews(person: Person, chains: list[Chain]) -> list[Overview]:
    """Four queries for all the manufacturing chains together, none for a service chain."""
    if not chains or not person.reach.may(Act.READ, Thing.GAP):
        return []
    ids = [chain.pk for chain in chains]
    counted = (
        Gap.objects.visible_to(person)
        .filter(chain__in=ids)
        .order_by()
        .values("chain")
        .annotate(
            proposed=Count("pk", filter=Q(state=Gap.State.PROPOSED)),
            closed=Count("pk", filter=Q(state=Gap.State.CLOSED)),
            standing=Count("pk", filter=Q(state__in=[Gap.State.CONFIRMED, Gap.State.ACTING])),
        )
    )
    gaps: dict[int, Any] = {row["chain"]: row for row in counted}
    # The list the chief stands for; a trial computed since does not take its place. Without one, the newest.
    lists: dict[int, TargetList] = {}
    ready = (TargetList.State.READY, TargetList.State.APPROVED)
    found = TargetList.objects.visible_to(person).filter(chain__in=ids, state__in=ready)
    for listed in found.order_by(F("approved_at").asc(nulls_first=True), "created_at"):
        lists[listed.chain_id] = listed
    # Asked anchor by anchor: a list of the buyers would read all purchases of the city.
    speaking = Exists(Purchase.objects.visible_to(person).filter(buyer=OuterRef("enterprise")))
    anchors = (
        Anchor.objects.standing()
        .filter(chain__in=ids)
        .order_by()
        .values("chain")
        .annotate(count=Count("pk"), speaking=Count("pk", filter=speaking))
    )
    spoken: dict[int, Any] = {row["chain"]: row for row in anchors}
    stages = projects.stage_counts_by_chain(person)
    return [
        _overview(chain, gaps.get(chain.pk, {}), spoken.get(chain.pk, {}), lists.get(chain.pk), stages.get(chain.pk))
        for chain in chains
    ]


def _overview(
    chain: Chain,
    gaps: dict[str, int],
    spoken: dict[str, int],
    listed: TargetList | None,
    stages: StageCounts | None,
) -> Overview:
    return Overview(
        chain=chain,
        gap_count=gaps.get("standing", 0),
        proposed_count=gaps.get("proposed", 0),
        closed_count=gaps.get("closed", 0),
        target_list=listed,
        anchor_count=spoken.get("count", 0),
        silent_count=spoken.get("count", 0) - spoken.get("speaking", 0),
        stages=stages,
    )
