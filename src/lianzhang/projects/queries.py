"""Reading projects: what is late, how many stand where, whose claim an investor is, what production has confirmed."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import (
    Case,
    CharField,
    Count,
    DateField,
    Exists,
    Max,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.fields.json import KT
from django.db.models.functions import Cast

from chainlab import places
from lianzhang.accounts import districts
from lianzhang.accounts.models import Body, Person
from lianzhang.chains.models import Chain
from lianzhang.intake.models import LedgerExtra
from lianzhang.projects import investors, performance, stages
from lianzhang.projects.models import (
    Claim,
    Contest,
    Credit,
    Diligence,
    Event,
    FollowUp,
    MonthReport,
    Project,
    Signing,
    StageEntry,
    Supply,
    YearPlan,
)
from lianzhang.projects.stages import Stage, Status
from lianzhang.records.counting import CountOf
from lianzhang.records.scope import ScopedQuerySet
from lianzhang.registry.models import Enterprise
from lianzhang.trail.models import Proof

# Every project stands at a stage of 线索 or later. Where that is said SQLite walks an index that has all it needs: of
# twenty thousand it finds a page in half a millisecond instead of three, and adds up the late ones in four instead of
# thirteen (a column that the database works out itself counts as every column, and no index would cover that).
BY_STAGE = Q(stage__gte=Stage.LEAD)


@dataclass(frozen=True)
class StageCounts:
    """How many open projects stand in each group of stages, 线索 told apart from 在谈; and how many of all are late,
    where that was asked."""

    leads: int = 0
    talks: int = 0
    signed: int = 0
    building: int = 0
    production: int = 0
    late: int = 0

    @classmethod
    def of(cls, counts: Iterable[tuple[int, int]], *, late: int = 0) -> "StageCounts":
        """The groups of what was counted stage by stage."""
        found: dict[str, int] = {}
        for stage, count in counts:
            key = stages.group_of(stage).key
            found[key] = found.get(key, 0) + count
        return cls(**found, late=late)

    @property
    def total(self) -> int:
        """All of them; leads are not projects yet and are left out."""
        return self.talks + self.signed + self.building + self.production


@dataclass(frozen=True)
class ConfirmedCapability:
    """供货能力（已核定）: what a project that reached 投产 now supplies, as its checker confirmed it."""

    project_code: str
    project_name: str
    enterprise_id: int
    part_id: int
    part_code: str
    part_name: str
    capacity_wan: Decimal | None
    confirmed_on: date
    confirmed_by_id: int


def open_projects() -> "QuerySet[Project]":
    """Projects neither lost nor terminated."""
    return Project.objects.filter(status__in=stages.OPEN)


def late_condition(today: date) -> Q:
    """滞后 on `today`: said so by hand, a node overdue, not started, completed or producing by the planned day, nobody
    reported for too long, or the year's investment far behind time. `schedule.light` says the same of one project."""
    return BY_STAGE & (Q(open_due_on__lt=today) | performance.condition(today) | Q(status=Status.LATE))


def judged_on(found: "QuerySet[Project]") -> date:
    """The day the rows of `listed` are judged on."""
    said: Any = found.query.annotations["today"]
    day: date = said.value
    return day


def late(today: date) -> ScopedQuerySet[Project]:
    """滞后项目 on `today`; the caller narrows with `visible_to`. Suspended and ended projects are not late."""
    return Project.objects.filter(late_condition(today))


# What the project tables and the board show; relations by name only. Reading every column of every relation doubles
# what a row costs; a test reads every column of every table in the one query.
SHOWN = (
    *("version", "code", "name", "name_en", "stage", "status", "status_reason"),
    *("status_on", "lost_to", "is_key", "content"),
    *("progress", "progress_on"),
    *("investor_name", "investor_place", "first_reported_at", "intended_wan", "agreed_wan", "arrived_wan"),
    *("plan_year_wan", "done_year_wan", "done_as_of", "fai_registered_on", "above_scale_on", "next_milestone"),
    *("next_due_on", "blockage", "planned_start_on", "started_on", "planned_completion_on", "completed_on"),
    *(
        "produced_on",
        "planned_production_on",
        "arrived_on",
        "total_wan",
        "chain__name_zh",
        "chain__name_en",
        "district__name_zh",
        "district__name_en",
        "owner__name_zh",
        "owner__name_en",
        "enterprise__name",
    ),
    "is_illustrative",
)
CARD = (
    *("code", "name", "name_en", "stage", "status", "status_reason", "is_key", "progress_on", "plan_year_wan"),
    *("done_year_wan", "done_as_of", "next_milestone", "next_due_on", "planned_start_on", "started_on"),
    *("planned_completion_on", "completed_on", "planned_production_on", "produced_on", "is_illustrative"),
    *("chain__name_zh", "chain__name_en", "district__name_zh", "district__name_en"),
)
REPORTER = ("first_reported_by__name_zh", "first_reported_by__name_en")


def listed(person: Person, *, today: date) -> "QuerySet[Project]":
    """The projects of the tables, as `person` sees them on `today`; rows carry the day they are judged on."""
    rows = Project.objects.visible_to(person).annotate(today=Value(today, output_field=DateField()))
    related = rows.select_related("chain", "district", "owner", "enterprise")
    return related.prefetch_related(performance.months(today=today)).only(*SHOWN)


def cards(person: Person, *, today: date) -> "QuerySet[Project]":
    """The open projects of the board: what a card and its light say, and nothing else."""
    rows = Project.objects.visible_to(person).filter(status__in=stages.OPEN).select_related("chain", "district")
    return rows.prefetch_related(performance.months(today=today)).only(*CARD)


def leads(person: Person, *, today: date) -> "QuerySet[Project]":
    """The leads of the table, each with who reported it first."""
    found = listed(person, today=today).filter(stage__lt=Stage.SIGNED)
    return found.select_related("first_reported_by").only(*SHOWN, *REPORTER)


def detailed(person: Person, code: str) -> Project:
    """One project with everything its page names and what `person` may do with it; raises Http404."""
    rights: dict[str, Any] = {
        "may_write": Exists(Project.objects.editable_by(person).filter(pk=OuterRef("pk"))),
        "may_approve": Exists(Project.objects.approvable_by(person).filter(pk=OuterRef("pk"))),
    }
    # Most projects have few of these; what is not there is not asked for again.
    own: dict[str, Any] = {"credits": Credit, "contests": Contest, "signings": Signing, "diligences": Diligence}
    own |= {"months": MonthReport, "year_plans": YearPlan, "follow_ups": FollowUp}
    rights |= {f"has_{name}": Exists(model.objects.filter(project=OuterRef("pk"))) for name, model in own.items()}
    rights["investor_page"] = _investor_page(person)
    rights["sees_predecessor"] = Exists(Project.objects.visible_to(person).filter(pk=OuterRef("predecessor")))
    supplies = Prefetch("supplies", Supply.objects.select_related("part", "confirmed_by").order_by("pk"))
    found = Project.objects.visible_to(person).annotate(**rights).prefetch_related(supplies)
    related = (
        "chain",
        "district",
        "owner",
        "enterprise",
        "first_reported_by",
        "gap",
        "source",
        "target_line",
        "site_need__site",
        "introducer",
        "predecessor",
    )
    return found.select_related(*related, "target_line__target_list").get_or_404(code=code)


def _investor_page(person: Person) -> Case:
    """The code of the investor in the register: by its credit code, by its name where it has none."""
    firms = Enterprise.objects.visible_to(person).filter(merged_into__isnull=True).order_by("name").values("code")
    by_code = firms.filter(credit_code=OuterRef("investor_code"))[:1]
    by_name = firms.filter(name_key=OuterRef("investor_key")).exclude(name_key="")[:1]
    return Case(When(investor_code="", then=Subquery(by_name)), default=Subquery(by_code))


def stage_counts(person: Person) -> "QuerySet[Any, Any]":
    """Open projects counted by chain and stage (`chain_id`, `stage`, `count`), as far as `person` sees them."""
    found = Project.objects.visible_to(person).filter(status__in=stages.OPEN).order_by()
    return found.values("chain_id", "stage").annotate(count=Count("pk"))


def standing(person: Person, *, today: date) -> StageCounts:
    """How the open projects that `person` sees stand on `today`; one pass of an index."""
    counted = _standing(person, "stage", today=today)
    return StageCounts.of(((stage, n) for stage, n, _late in counted), late=sum(late for _stage, _n, late in counted))


def standing_by_chain(person: Person, *, today: date) -> dict[int, StageCounts]:
    """The same for each chain that has any; one query."""
    found: dict[int, list[tuple[int, int, int]]] = {}
    for chain_id, *counted in _standing(person, "chain_id", "stage", today=today):
        found.setdefault(chain_id, []).append((counted[0], counted[1], counted[2]))
    return {
        chain_id: StageCounts.of(((stage, n) for stage, n, _late in rows), late=sum(late for _stage, _n, late in rows))
        for chain_id, rows in found.items()
    }


def _standing(person: Person, *by: str, today: date) -> list[tuple[int, ...]]:
    """Open projects and the late ones among them, counted `by` columns, which come first."""
    found = Project.objects.visible_to(person).filter(status__in=stages.OPEN).order_by().values(*by)
    counted = found.annotate(n=Count("pk"), late=Count("pk", filter=late_condition(today)))
    return list(counted.values_list(*by, "n", "late"))


def confirmed_capabilities(chain: Chain) -> list[ConfirmedCapability]:
    """What production of the chain's projects has added to supply, oldest confirmation first."""
    rows = (
        Supply.objects.filter(project__chain=chain, is_confirmed=True, project__enterprise__isnull=False)
        .select_related("project", "part")
        .order_by("confirmed_on", "pk")
    )
    return [
        ConfirmedCapability(
            project_code=row.project.code,
            project_name=row.project.name,
            enterprise_id=row.project.enterprise_id or 0,
            part_id=row.part_id,
            part_code=row.part.code,
            part_name=row.part.name,
            capacity_wan=row.confirmed_wan,
            confirmed_on=row.confirmed_on or date.min,
            confirmed_by_id=row.confirmed_by_id or 0,
        )
        for row in rows
    ]


def event_count(chain: Chain, year: int) -> int:
    """Events of the chain that were held in `year`: the done value of a countable plan such as ≥ 1,000 活动."""
    return Event.objects.filter(chain=chain, held_on__year=year).count()


def claims_on(keys: Collection[str]) -> list[Claim]:
    """Who first reported an investor called by one of `keys`, with project and body."""
    return list(Claim.objects.filter(key__in=keys).select_related("project", "body").order_by("claimed_at"))


def of_investor(keys: Collection[str]) -> Q:
    """Projects whose investor, or whose own firm, is known by one of `keys`."""
    codes = investors.codes(keys)
    by_name = Q(investor_key__in=keys) | Q(enterprise__name_key__in=keys)
    return by_name | Q(investor_code__in=codes) | Q(enterprise__credit_code__in=codes)


def same_investor(keys: Collection[str]) -> list[Project]:
    """Open projects of one investor, earliest report first: what a new lead is offered as possible duplicates."""
    if not keys:
        return []
    found = open_projects().filter(of_investor(keys))
    rows = found.select_related("chain", "district", "first_reported_by")
    return list(rows.order_by("first_reported_at", "pk")[:20])


def proofs_for(project: Project, stage: int) -> list[Proof]:
    """Evidence the project has for entering `stage`. What a returned ask rested on counts no more."""
    return fresh(Proof.objects.about(project).order_by("pk"), entries=project.entries.all(), stage=stage)


def fresh(proofs: Iterable[Proof], *, entries: Iterable[StageEntry], stage: int) -> list[Proof]:
    """Of the evidence of one project, what counts for entering `stage`."""
    wanted = {kind.key for kind in stages.gate(stage).evidence}
    returned = [e for e in entries if e.stage == stage and e.verdict == StageEntry.Verdict.RETURNED]
    spent = {proof_id for entry in returned for proof_id in entry.proof_ids}
    return [proof for proof in proofs if proof.purpose in wanted and proof.pk not in spent]


def entered_on(project: Project) -> date | None:
    """The latest day on which the project is known to have entered a stage; corrections and what they undid aside."""
    passed = project.entries.filter(verdict=StageEntry.Verdict.PASSED, is_void=False, is_correction=False)
    found: date | None = passed.aggregate(on=Max("entered_on"))["on"]
    return found


def awaiting_check(person: Person) -> QuerySet[StageEntry]:
    """Stage entries this person may pass or return: asked for by somebody else, within reach."""
    role = person.reach.role
    checkable = [row.stage for row in stages.table().gates.values() if role in row.checks]
    return (
        StageEntry.objects.approvable_by(person)
        .filter(verdict=StageEntry.Verdict.PENDING, stage__in=checkable)
        .exclude(asked_by_id=person.pk)
        .select_related("project", "project__chain", "asked_by")
        .order_by("asked_at")
    )


def events(person: Person) -> "QuerySet[Event]":
    """The events `person` sees, with how many signings are tied to a project and how many of those have started,
    whatever became of them since: as `events.conversions` counts."""
    tied = Signing.objects.filter(event=OuterRef("pk"))
    started = tied.filter(project__stage__gte=Stage.STARTED)
    beside = LedgerExtra.objects.filter(ledger="events", subject_id=Cast(OuterRef("pk"), CharField()))
    stated = beside.annotate(region=KT("values__region_code")).values("region")[:1]
    return (
        Event.objects.visible_to(person)
        .select_related("chain", "host")
        .annotate(tied_count=CountOf(tied), started_count=CountOf(started), stated_region=Subquery(stated))
        # The code only for a condition, and each said at once: one made of the other was a page's whole cost.
        .alias(district=_district(person, said={code: code for code, _label in districts.choices(person)}))
        .annotate(district_name=_district(person, said=dict(districts.choices(person))))
    )


def _district(person: Person, *, said: Mapping[str, Any]) -> Case:
    """区市 of an event, each code as it is `said`: the one its ledger states, else the district its place names, else
    that of its host; 全市 where none is of a district."""
    bodies = [(body, Value(str(said[body.code]))) for body in districts.known(person)]
    return Case(
        *(When(stated_region=body.region_code, then=word) for body, word in bodies if body.region_code),
        *(When(_names("place", body), then=word) for body, word in bodies),
        *(When(_hosts(body), then=word) for body, word in bodies),
        When(place="", host=None, host_name="", then=Value(str(said[districts.UNSAID]))),
        default=Value(str(said[districts.CITY])),
        output_field=CharField(),
    )


def _hosts(district: Body) -> Q:
    """Whether an event is held by a district, by a body under it, or by somebody who bears its name."""
    by_division = Q(host__region_code=district.region_code) if district.region_code else Q()
    return Q(host=district) | Q(host__parent=district) | by_division | _names("host_name", district)


def _names(field: str, district: Body) -> Q:
    """Whether a text names a district, by the body's own name or by that of its division."""
    name = Q(**{f"{field}__contains": district.name_zh})
    division = places.names().get(district.region_code)
    return name | Q(**{f"{field}__contains": division}) if division else name


def signings(event: Event, *, person: Person) -> "QuerySet[Signing]":
    """The signings of an event with their projects, as far as `person` sees the projects."""
    found = Signing.objects.visible_to(person).filter(event=event).select_related("project")
    return found.order_by("-project__stage", "pk")


def event_totals(person: Person) -> dict[str, int]:
    """Over all events `person` sees: how many, signings announced, and signings tied to projects."""
    announced = Event.objects.visible_to(person).aggregate(
        events=Count("pk"),
        published=Sum("signing_count"),
    )
    tied = Signing.objects.visible_to(person).aggregate(tied=Count("pk"))
    return {name: value or 0 for name, value in {**announced, **tied}.items()}
