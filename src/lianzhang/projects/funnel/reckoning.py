"""漏斗: how many came, how far each month's signings have got, how long a stage takes, how the year will end.

`read` fetches what one person may read once; `reading` makes of it the figures of a scope as plain JSON, which is kept
(`FunnelReading`) and shown. Nothing is computed while a page is served.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from lianzhang.accounts.models import Person
from lianzhang.accounts.rules import Act, Role, Scope, Thing
from lianzhang.collecting.models import Collection
from lianzhang.projects import stages
from lianzhang.projects.funnel import frames
from lianzhang.projects.models import Project, YearPlan
from lianzhang.projects.stages import Stage

if TYPE_CHECKING:
    import pyarrow as pa

WITHIN = (6, 12, 24)  # months after signing
STEPS = (Stage.REGISTERED, Stage.STARTED, Stage.IN_PRODUCTION)
YEARS_BACK = 4
POINTS = 60  # of a curve: more than a picture of that width shows
RECORDED = ("actual_wan", "low_wan", "middle_wan", "high_wan", "naive_wan", "run_rate_wan")
JUDGED = ("middle_wan", "naive_wan", "run_rate_wan")
DRAWS_BACK = 200  # of each month looked back at: the median needs no more
WAYS = (frames.ADVANCED, "lost", "terminated")
Key = tuple[int | None, int | None]  # chain, district; None: every one


@dataclass(frozen=True, kw_only=True)
class Fact:
    """What a scope needs of one project beside its stays and months. Money in 万元, null = not filled."""

    chain: int
    district: int | None
    came_in: int | None  # the year of its first report
    is_ended: bool
    started_on: date | None
    agreed_wan: float | None
    arrived_wan: float | None
    is_illustrative: bool


@dataclass(frozen=True, kw_only=True)
class Plan:
    """年度计划 of one project."""

    project: int
    year: int
    investment_wan: float | None
    starts_within: bool


@dataclass(frozen=True, eq=False, kw_only=True)
class Material:
    """Everything a person may read of it, fetched once for all scopes."""

    facts: dict[int, Fact]
    plans: list[Plan]
    log: "pa.Table"
    months: "pa.Table"
    open_months: frozenset[date] = frozenset()  # the round is not closed: what is checked of them is not all


def read(person: Person, key: Key = (None, None)) -> Material:
    """The projects, plans, stays and months within reach, of one scope where one is asked for."""
    scope = {name: pk for name, pk in zip(("chain", "district"), key, strict=True) if pk is not None}
    wanted = ("pk", "chain_id", "district_id", "first_reported_at", "status", "started_on", "agreed_wan")
    rows = (
        Project.objects.visible_to(person)
        .filter(**scope)
        .order_by()
        .values_list(*wanted, "arrived_wan", "is_illustrative")
    )
    plans = (
        YearPlan.objects.visible_to(person).order_by().values_list("project_id", "year", "investment_wan", "start_on")
    )
    return Material(
        facts={
            pk: Fact(
                chain=chain,
                district=district,
                came_in=timezone.localtime(at).year if at else None,
                is_ended=status in stages.ENDED,
                started_on=started,
                agreed_wan=_float(agreed),
                arrived_wan=_float(arrived),
                is_illustrative=invented,
            )
            for pk, chain, district, at, status, started, agreed, arrived, invented in rows.iterator(5000)
        },
        plans=[
            Plan(project=pk, year=year, investment_wan=_float(wan), starts_within=on is not None and on.year == year)
            for pk, year, wan, on in plans.iterator(5000)
        ],
        log=frames.log(person, **scope),
        months=frames.months(person, **scope),
        open_months=_open_months(person),
    )


def _open_months(person: Person) -> frozenset[date]:
    rounds = Collection.objects.visible_to(person).filter(kind=Collection.Kind.MONTH, state=Collection.State.OPEN)
    return frozenset(period for period in rounds.values_list("period", flat=True) if period is not None)


def keys(person: Person, material: Material) -> list[Key]:
    """The scopes whose projects the person reads whole, and in which there are any; the widest first."""
    found: set[Key] = set()
    pairs = {(fact.chain, fact.district) for fact in material.facts.values()}
    is_whole = person.reach.scope(Act.READ, Thing.PROJECT) is Scope.ALL
    is_district = person.reach.role is Role.DISTRICT
    for chain, district in pairs:
        if is_whole or not is_district:
            found.add((chain, None))
        if is_whole or is_district:
            found.add((None, district))
        found.add((chain, district))
    if is_whole:
        found.add((None, None))
    return sorted(found, key=lambda key: (key[0] is not None, key[1] is not None, key[0] or 0, key[1] or 0))


def reading(material: Material, key: Key, *, today: date) -> dict[str, Any]:
    """The figures of one scope on `today`, as JSON."""
    import pyarrow as pa
    import pyarrow.compute as pc

    chain, district = key
    facts = {
        pk: fact
        for pk, fact in material.facts.items()
        if chain in (None, fact.chain) and district in (None, fact.district)
    }
    log, months = material.log, material.months
    if len(facts) < len(material.facts):
        ids = pa.array(facts, pa.int64())
        log, months = (table.filter(pc.is_in(table["item_id"], value_set=ids)) for table in (log, months))
    plans = [plan for plan in material.plans if plan.project in facts]
    entered = _entered(log)
    seen = {fact.came_in for fact in facts.values()} | {on.year for days in entered.values() for on in days.values()}
    years = [year for year in range(today.year - YEARS_BACK, today.year + 1) if year in seen or year == today.year]
    return {
        "count": len(facts),
        "undated_count": _undated(log, facts),
        "is_illustrative": any(fact.is_illustrative for fact in facts.values()),
        "cohorts": cohorts(log),
        "stays": stays(log, today=today),
        "years": {
            str(year): {
                **_year(facts, plans, entered, year=year, today=today),
                **_outlook(months, year=year, today=today, open_months=material.open_months),
            }
            for year in years
        },
    }


def cohorts(log: "pa.Table") -> list[list[Any]]:
    """Month of signing, how many, and for 6, 12, 24 months how many reached 注册, 开工, 投产; newest month first."""
    import pyarrow.compute as pc

    from chainlab import funnel

    signed = {
        item: on
        for item, stage, on in zip(*(log[name].to_pylist() for name in ("item_id", "stage", "entered_on")), strict=True)
        if stage == Stage.SIGNED
    }
    if not signed:
        return []
    from_signing = log.filter(pc.greater_equal(log["stage"], int(Stage.SIGNED)))
    since = [
        item in signed and on >= signed[item]
        for item, on in zip(from_signing["item_id"].to_pylist(), from_signing["entered_on"].to_pylist(), strict=True)
    ]
    from_signing = from_signing.filter(since)
    found: dict[str, list[Any]] = {}
    for place, months in enumerate(WITHIN):
        for row in funnel.conversion(from_signing, months=months).to_pylist():
            line = found.setdefault(row["cohort"], [row["item_count"], [[0] * len(STEPS) for _within in WITHIN]])
            if row["stage"] in STEPS:
                line[1][place][STEPS.index(row["stage"])] = row["reached_count"]
    return [[month, *line] for month, line in sorted(found.items(), reverse=True)]


def stays(log: "pa.Table", *, today: date) -> list[dict[str, Any]]:
    """For each stage how long: stays, of those left, quartiles of days (null: not that many have left), who left how,
    the curve of staying. Who left on an unknown day is not counted."""
    import pyarrow.compute as pc

    from chainlab import funnel

    known = log.filter(pc.not_equal(pc.fill_null(log["exit"], ""), frames.UNDATED))
    counts = Counter(known["stage"].to_pylist())
    curves = _by_stage(funnel.survival(known, as_of=today))
    ways = _by_stage(funnel.exits(known, as_of=today))
    found = []
    for stage in sorted(counts):
        curve = [(row["days"], row["survival"]) for row in curves.get(stage, ())]
        last = {row["exit"]: row["incidence"] for row in ways.get(stage, ())}
        found.append(
            {
                "stage": stage,
                "count": counts[stage],
                "left_count": sum(row["left_count"] for row in curves.get(stage, ())),
                "quartiles": [_days_until(curve, share) for share in (0.75, 0.5, 0.25)],
                "ways": [round(last.get(way, 0.0), 4) for way in WAYS],
                "curve": _thinned(curve),
            }
        )
    return found


def _year(
    facts: dict[int, Fact],
    plans: list[Plan],
    entered: dict[int, dict[int, date]],
    *,
    year: int,
    today: date,
) -> dict[str, Any]:
    """What came in the year and got how far, and the rates of its plan and of its signings."""
    batch = [pk for pk, days in entered.items() if Stage.SIGNED in days and days[Stage.SIGNED].year == year]
    mine = [plan for plan in plans if plan.year == year]
    to_start = [plan.project for plan in mine if plan.starts_within]
    end = min(today, date(year, 12, 31))
    paid = [facts[pk] for pk in batch if facts[pk].agreed_wan and facts[pk].arrived_wan is not None]
    planned = [plan.investment_wan for plan in mine if plan.investment_wan is not None]
    return {
        "came_in": sum(fact.came_in == year for fact in facts.values()),
        "entered": {
            str(int(stage)): sum(stage in days and days[stage].year == year for days in entered.values())
            for stage in (Stage.SIGNED, Stage.STARTED, Stage.IN_PRODUCTION)
        },
        "plan_count": len(mine),
        "start_rate_plan": [sum(_has_started(facts[pk], by=end) for pk in to_start), len(to_start)],
        "start_rate_signed": [sum(Stage.STARTED in entered[pk] for pk in batch), len(batch)],
        "fulfil_rate": [sum(_is_kept(entered[pk], facts[pk]) for pk in batch), len(batch)],
        "funds_in_rate": [sum(f.arrived_wan or 0 for f in paid), sum(f.agreed_wan or 0 for f in paid)],
        "funds_known_count": len(paid),
        "planned_wan": sum(planned) if planned else None,
        "planned_count": len(planned),
    }


def _outlook(months: "pa.Table", *, year: int, today: date, open_months: frozenset[date]) -> dict[str, Any]:
    """Investment month by month: done, for this year how it will end, and how that would have come true in earlier
    years; nothing where nobody reported. A month whose round is still open is not known yet."""
    import pyarrow.compute as pc

    from chainlab import funnel

    now = months.filter(pc.and_(pc.equal(months["year"], year), pc.is_valid(months["done_wan"])))
    told = [month for month in set(now["month"].to_pylist()) if date(year, month, 1) not in open_months]
    told = [month for month in told if year < today.year or month <= today.month]
    if not told:
        return {"through": None, "outlook": [], "has_past": False, "reporting_count": 0}
    through = 12 if year < today.year else max(told)
    rows = funnel.forecast(months.filter(pc.less_equal(months["year"], year)), year=year, through=through).to_pylist()
    names = ("month", "done_wan", "low_wan", "middle_wan", "high_wan", "naive_wan")
    past = months.filter(pc.less(months["year"], year))
    record = funnel.backtest(past, through=through).to_pylist()
    return {
        "through": through,
        "outlook": [[_whole(row[name]) for name in names] for row in rows],
        "has_past": rows[-1]["middle_wan"] is not None,
        "whole_years": sum(one < year for one in _whole_years(months)),
        "record": [[row["year"], *(_whole(row[name]) for name in RECORDED)] for row in record],
        "record_months": _by_month(past, record) if record else [],
        "reporting_count": len(set(now["item_id"].to_pylist())),
    }


def _by_month(past: "pa.Table", known: list[dict[str, Any]]) -> list[list[Any]]:
    """For each month a forecast could have been asked after: the month, years that can be looked back at, in how many
    of them the year ended within the band, and the mean error of the middle, of last year's months and of the average
    (null: not known). `known` is told already, from more draws."""
    from chainlab import funnel

    told = {row["through"] for row in known}
    rest = [month for month in range(1, 12) if month not in told]
    rows = [*known, *funnel.backtest(past, through=rest, draws=DRAWS_BACK).to_pylist()]
    found: list[list[Any]] = []
    for through, mine in groupby(sorted(rows, key=itemgetter("through")), key=itemgetter("through")):
        ended = [row for row in mine if row["actual_wan"]]
        within = sum(round(row["low_wan"]) <= round(row["actual_wan"]) <= round(row["high_wan"]) for row in ended)
        found.append([through, len(ended), within, *(_off(ended, name) for name in JUDGED)])
    return found


def _off(rows: list[dict[str, Any]], name: str) -> float | None:
    """How far what was said was off what came, on average, as a ratio."""
    errors = [abs(row[name] / row["actual_wan"] - 1) for row in rows if row[name] is not None]
    return round(sum(errors) / len(errors), 4) if errors else None


def _whole_years(months: "pa.Table") -> list[int]:
    """The years in each of whose months somebody reported: what a forecast is made of."""
    told: dict[int, set[int]] = {}
    for year, month, done in zip(*(months[name].to_pylist() for name in ("year", "month", "done_wan")), strict=True):
        if done is not None:
            told.setdefault(year, set()).add(month)
    return [year for year, found in told.items() if len(found) == 12]


def _entered(log: "pa.Table") -> dict[int, dict[int, date]]:
    """The day each project entered each stage."""
    found: dict[int, dict[int, date]] = {}
    for item, stage, on in zip(*(log[name].to_pylist() for name in ("item_id", "stage", "entered_on")), strict=True):
        found.setdefault(item, {})[stage] = on
    return found


def _undated(log: "pa.Table", facts: dict[int, Fact]) -> int:
    """Projects of which some day is not known: they left a stage undated, or have no dated entry at all."""
    ways = zip(log["item_id"].to_pylist(), log["exit"].to_pylist(), strict=True)
    undated = {item for item, way in ways if way == frames.UNDATED}
    return len(undated) + len(set(facts) - set(log["item_id"].to_pylist()))


def _has_started(fact: Fact, *, by: date) -> bool:
    return fact.started_on is not None and fact.started_on <= by


def _is_kept(days: dict[int, date], fact: Fact) -> bool:
    """履约: the project company is registered, or it is further on, and the project is neither lost nor terminated."""
    return not fact.is_ended and max(days) >= Stage.REGISTERED


def _by_stage(table: "pa.Table") -> dict[int, list[dict[str, Any]]]:
    return {stage: list(rows) for stage, rows in groupby(table.to_pylist(), key=lambda row: row["stage"])}


def _days_until(curve: Iterable[tuple[int, float]], share: float) -> int | None:
    """After how many days no more than `share` are still there; None where more still are."""
    return next((days for days, staying in curve if staying <= share + 1e-9), None)


def _thinned(curve: list[tuple[int, float]]) -> list[list[float]]:
    """At most so many points, the last among them."""
    step = max(1, -(-len(curve) // POINTS))
    kept = curve[::step]
    if curve and kept[-1] != curve[-1]:
        kept.append(curve[-1])
    return [[days, round(staying, 4)] for days, staying in kept]


def _float(value: Any) -> float | None:
    return None if value is None else float(value)


def _whole(value: float | None) -> float | None:
    """万元 without a fraction: nobody forecasts a year to the yuan."""
    return None if value is None else round(value)
