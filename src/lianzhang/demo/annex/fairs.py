"""The annex's fairs and sites: whom one met at an event, what was signed there, and where a project could go."""

from datetime import date, timedelta
from decimal import Decimal

from lianzhang.demo.annex.cast import COMMERCE, Town
from lianzhang.demo.annex.portfolio import DISTRICTS
from lianzhang.projects.models import Encounter, Event, Project, Signing, SiteNeed, StageEntry
from lianzhang.projects.stages import Stage
from lianzhang.records import codes
from lianzhang.resources import fit
from lianzhang.resources.models import Resource, Site
from lianzhang.trail import actions as trail

# Kind, floor area, vacant, land in mu, load, height, rent, power, use, progress.
SITES = (
    (Site.Kind.PLANT, 12000, 8000, None, 2000, "8.1", 18, 3150, Site.LandUse.INDUSTRY_1, Site.Progress.READY),
    (Site.Kind.PLANT, 6500, 0, None, 1500, "6.0", 15, 1600, Site.LandUse.INDUSTRY_1, Site.Progress.FULL),
    (Site.Kind.LAND, None, None, 120, None, None, None, 8000, Site.LandUse.INDUSTRY_2, Site.Progress.READY),
    (Site.Kind.LAND, None, None, 45, None, None, None, None, Site.LandUse.STORAGE, Site.Progress.PLANNED),
    (Site.Kind.BUILDING, 9000, 5200, None, 500, "4.2", 32, 2000, Site.LandUse.RESEARCH, Site.Progress.READY),
    (Site.Kind.PLANT, 20000, 20000, None, 3000, "10.5", None, 6300, Site.LandUse.INDUSTRY_2, Site.Progress.BUILDING),
)


def load(town: Town, projects: list[Project], *, earlier: list[Project], today: date) -> None:
    """Two fairs with firms met and signings, the ceremonies of earlier signings, six sites, what four projects need."""
    for n, code in enumerate(("annex-appliance", "annex-vehicle")):
        if code in town.chains:
            _fair(town, projects, code, held_on=today - timedelta(days=40 + 130 * n), position=n)
    _ceremonies(town, [*projects, *earlier])
    _sites(town, today=today)
    _needs(town, projects, today=today)


def _fair(town: Town, projects: list[Project], code: str, *, held_on: date, position: int) -> None:
    chain = town.chains[code]
    own = [project for project in projects if project.chain_id == chain.pk]
    signed = [project for project in own if project.stage >= Stage.NEGOTIATING][:3]
    event = town.scribe.put(
        Event(
            code=codes.next_code("HD", year=held_on.year),
            name=f"示例产业对接展{position + 1}",
            chain=chain,
            kind=Event.Kind.EXHIBITION,
            held_on=held_on,
            ended_on=held_on + timedelta(days=2),
            host=town.bodies[DISTRICTS[position]],
            place="示例会展中心",
            firm_count=60 + position,
            signing_count=len(signed),
            source=town.scribe.sources["ANNEX"],
            as_of=held_on,
            is_illustrative=True,
        ),
        verb="event.entered",
    )
    met = [
        Encounter(event=event, name=project.investor_name, place=project.investor_place, body=project.district,
                  note="示例：现场洽谈", project=project)
        for project in own[:4]
    ]  # fmt: skip
    met += [
        Encounter(event=event, name=f"示例参展商{position}{n}", place="示例省外市", note="示例：留资料")
        for n in range(4)
    ]
    town.scribe.put_many(met, verb="encounter.entered")
    town.scribe.put_many(
        [
            Signing(event=event, project=p, intended_wan=p.intended_wan, signed_on=held_on, note="示例：意向签约")
            for p in signed
        ],
        verb="signing.tied",
    )


def _ceremonies(town: Town, projects: list[Project]) -> None:
    """What was signed before, at one ceremony a chain and year: old enough for 6, 12 and 24 months to have passed."""
    tied = set(Signing.objects.values_list("project_id", flat=True))
    signed = StageEntry.objects.filter(project__in=projects, stage=Stage.SIGNED, entered_on__isnull=False)
    dated = signed.exclude(project__in=tied).order_by("entered_on").values_list("project_id", "entered_on")
    days = {pk: on for pk, on in dated if on is not None}
    own = {project.pk: project for project in projects if project.chain_id != town.chains[COMMERCE].pk}
    groups: dict[tuple[int, int], list[Project]] = {}
    for pk, on in days.items():
        if pk in own:
            groups.setdefault((own[pk].chain_id, on.year), []).append(own[pk])
    for number, group in enumerate(groups.values()):
        _ceremony(town, group, days, number=number)


def _ceremony(town: Town, group: list[Project], days: dict[int, date], *, number: int) -> None:
    held_on = days[group[0].pk]
    event = town.scribe.put(
        Event(
            code=codes.next_code("HD", year=held_on.year),
            name=f"示例集中签约{number + 1}",
            chain=group[0].chain,
            kind=Event.Kind.PROMOTION,
            held_on=held_on,
            host=town.bodies[DISTRICTS[number % 3]],
            place="示例会议中心",
            signing_count=len(group) + number % 3,
            source=town.scribe.sources["ANNEX"],
            as_of=held_on,
            is_illustrative=True,
        ),
        verb="event.entered",
    )
    signings = [
        Signing(event=event, project=one, intended_wan=one.intended_wan, signed_on=days[one.pk], note="示例：集中签约")
        for one in group
    ]
    town.scribe.put_many(signings, verb="signing.tied")


def _sites(town: Town, *, today: date) -> None:
    # The park is entered later in the year's works; sites stand on their district.
    rows = []
    for n, (kind, area, vacant, mu, load, height, rent, power, use, progress) in enumerate(SITES):
        rows.append(
            Site(
                code=codes.next_code("ZT", year=today.year),
                name=f"示例{kind.label}{n + 1}号",
                kind=kind,
                park=Resource.objects.filter(kind=Resource.Kind.PARK, is_illustrative=True).first(),
                district=town.bodies[DISTRICTS[n % 3]],
                address=f"示例路{n + 1}号",
                area_m2=area,
                vacant_m2=vacant,
                land_mu=mu,
                floor_load_kg=load,
                clear_height_m=None if height is None else Decimal(height),
                rent_yuan=rent,
                power_kva=power,
                land_use=use,
                progress=progress,
                has_title=n % 3 != 1,
                source=town.scribe.sources["ANNEX"],
                as_of=today - timedelta(days=20),
                is_illustrative=True,
            )
        )
    town.scribe.put_many(rows, verb="site.entered")


def _needs(town: Town, projects: list[Project], *, today: date) -> None:
    talks = [project for project in projects if project.stage in (Stage.EVALUATING, Stage.NEGOTIATING)][:4]
    needs = [
        SiteNeed(
            project=project,
            kind=Site.Kind.LAND if n == 3 else Site.Kind.PLANT,
            area_m2=None if n == 3 else Decimal(3000 + 2000 * n),
            land_mu=Decimal(60) if n == 3 else None,
            floor_load_kg=None if n == 3 else 1500,
            rent_most_yuan=None if n == 3 else Decimal(20),
            needed_by=today + timedelta(days=120),
            note="示例需求，虚构",
        )
        for n, project in enumerate(talks)
    ]
    _choose(needs[0], Site.objects.get(is_illustrative=True, name="示例厂房1号"), on=today - timedelta(days=7))
    town.scribe.put_many(needs, verb="need.stated")


def _choose(need: SiteNeed, site: Site, *, on: date) -> None:
    """One of them has chosen its site."""
    need.site, need.chosen_on, need.chosen_fit = site, on, fit.told(fit.judged(need, site))
    need.chosen_note = "示例：已看现场，承重满足"
    trail.change(need.project, verb="project.sited", changes={"site": f"{site.name} {site.address}"}, by=None)
