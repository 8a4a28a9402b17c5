"""The published half: bodies, schemes, chains, results, plans, firms, projects, events, resources, figures, meeting."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from chainlab import names
from lianzhang.accounts.models import Body
from lianzhang.accounts.rules import BodyKind
from lianzhang.chains.models import Action, Anchor, Chain, ChainSuccession, Result, Scheme
from lianzhang.demo import provenance
from lianzhang.indicators.models import Figure
from lianzhang.projects.models import Event, Project
from lianzhang.projects.stages import Stage
from lianzhang.records import codes
from lianzhang.registry.models import Enterprise
from lianzhang.resources.models import Resource
from lianzhang.supervision.models import Meeting

RESULT_YEAR, PLAN_YEAR = 2023, 2024
AS_OF = date(2023, 12, 31)
PUBLISHED = date(2024, 2, 27)


@dataclass
class City:
    """What the annex builds on: the writer, and the published chains and bodies by code."""

    scribe: provenance.Scribe
    bodies: dict[str, Body] = field(default_factory=dict)
    chains: dict[str, Chain] = field(default_factory=dict)
    firms: dict[str, Enterprise] = field(default_factory=dict)


def load(*, say: Callable[[str], object]) -> City:
    """Write every published record; returns what the annex needs."""
    city = City(provenance.Scribe())
    say("published: bodies and schemes")
    _bodies(city)
    for row in provenance.data("schemes")["scheme"]:
        _scheme(city, row)
    _successions(city)
    say("published: results and plans")
    _results(city)
    _plans(city)
    say("published: firms, projects, events, resources, figures, the meeting")
    _firms(city)
    _projects(city)
    _events(city)
    _resources(city)
    _figures(city)
    _meetings(city)
    return city


def _bodies(city: City) -> None:
    rows: list[tuple[str, BodyKind, str, str, provenance.Fact]] = [
        ("leading-group", BodyKind.LEADING_GROUP, "实体经济振兴发展领导小组", "Leading group", "CE22"),
        ("secretariat", BodyKind.SECRETARIAT, "链长制秘书处", "Secretariat", 7),
        ("industry-bureau", BodyKind.DEPARTMENT, "市工业和信息化局", "Industry and IT bureau", "QDYB"),
        ("appliance-centre", BodyKind.INNOVATION_CENTRE, "国家高端智能化家用电器创新中心", "Appliance centre", 13),
    ]
    for code, kind, name, english, fact in rows:
        _body(city, code=code, kind=kind, name=name, english=english, fact=fact)


def _body(city: City, *, code: str, kind: BodyKind, name: str, english: str, fact: provenance.Fact) -> Body:
    body: Body = city.scribe.put(
        Body(code=code, kind=kind, name_zh=name, name_en=english), verb="body.founded", fact=fact
    )
    city.bodies[code] = body
    return body


def _scheme(city: City, row: dict[str, Any]) -> None:
    fact = row["source"]
    fields = {name: row[name] for name in row if name not in {"chains", "source"}}
    scheme = city.scribe.put(Scheme(**fields, source=city.scribe.sources[fact]), verb="scheme.made", fact=fact)
    for position, (slug, zh, en, group, nature) in enumerate(row["chains"], start=1):
        is_running = scheme.is_confirmed  # the newer list has no task forces yet: nobody published any
        body = _task_force(city, slug, zh, en) if is_running else None
        city.chains[f"{scheme.code}/{slug}"] = city.scribe.put(
            Chain(
                code=f"{scheme.code}-{slug}",
                scheme=scheme,
                slug=slug,
                name_zh=zh,
                name_en=en,
                group=group,
                position=position,
                nature=nature,
                body=body,
                lead_department=city.bodies["industry-bureau"] if is_running and slug == "smart_appliance" else None,
            ),
            verb="chain.made",
            fact=fact,
        )


def _task_force(city: City, slug: str, zh: str, en: str) -> Body:
    code = f"force-{slug.replace('_', '-')}"
    return _body(city, code=code, kind=BodyKind.TASK_FORCE, name=f"{zh}产业链专班", english=f"{en} task force", fact=6)


def _successions(city: City) -> None:
    rows = provenance.data("schemes")["succession"]
    old, new = rows["old"], rows["new"]
    scheme = Scheme.objects.get(code=new)
    for before, after, mark in rows["pairs"]:
        city.scribe.put(
            ChainSuccession(
                old=city.chains[f"{old}/{before}"],
                new=city.chains[f"{new}/{after}"] if after else None,
                scheme=scheme,
                note=mark,
            ),
            verb="succession.proposed",
            fact="QDRB25",
        )


def _chain(city: City, slug: str) -> Chain:
    return city.chains[f"qingdao-2022/{slug}"]


def _results(city: City) -> None:
    for position, row in enumerate(provenance.data("plans")["result"], start=1):
        fact = row["fact"]
        city.scribe.put(
            Result(
                chain=_chain(city, row["chain"]),
                year=RESULT_YEAR,
                statement=row["zh"],
                statement_en=row["en"],
                value=row.get("value"),
                comparison=row.get("comparison", ""),
                unit=row.get("unit", ""),
                scope=row.get("scope", ""),
                source=city.scribe.source(fact, row),
                source_note=provenance.note(fact),
                as_of=AS_OF,
                position=position,
            ),
            verb="result.entered",
            fact=fact,
        )


def _plans(city: City) -> None:
    rows = provenance.data("plans")
    for position, row in enumerate(rows["action"], start=1):
        chain, fact = _chain(city, row["chain"]), row["fact"]
        city.scribe.put(
            Action(
                code=codes.next_code("JH", year=PLAN_YEAR),
                chain=chain,
                year=PLAN_YEAR,
                matter=row["zh"],
                matter_en=row["en"],
                responsible=chain.body,
                due_on=date(PLAN_YEAR, 12, 31),
                due_note=rows["due_note"],
                target_value=row.get("target"),
                unit=row.get("unit", ""),
                counted_from=Action.Counted.EVENTS if "target" in row else Action.Counted.REPORTS,
                source=city.scribe.source(fact, row),
                source_note=provenance.note(fact),
                position=position,
            ),
            verb="action.planned",
            fact=fact,
        )


def _firms(city: City) -> None:
    rows = provenance.data("works")
    for row in rows["firm"]:
        fact = row["facts"][0]
        firm = city.scribe.put(
            Enterprise(
                code=codes.next_code("QY", year=PLAN_YEAR),
                name=row["name"],
                name_key=names.normalise(row["name"]),
                source=city.scribe.source(fact, row),
                note=f"{rows['firm_note']}。{provenance.note(fact)}",
            ),
            verb="enterprise.entered",
            fact=fact,
        )
        city.firms[row["name"]] = firm
        for slug in row.get("anchors", ()):
            anchor = Anchor(chain=_chain(city, slug), enterprise=firm, source=city.scribe.source(fact, row))
            city.scribe.put(anchor, verb="anchor.named", fact=fact)


def _projects(city: City) -> None:
    for row in provenance.data("works")["project"]:
        chain = _chain(city, row["chain"])
        city.scribe.put(
            Project(
                code=codes.next_code("XM", year=PLAN_YEAR),
                name=row["name"],
                name_en=row["name_en"],
                chain=chain,
                enterprise=city.firms[row["firm"]],
                investor_name=row["firm"],
                owner=chain.body,
                stage=Stage[row["stage"]],
                stage_note=row["stage_note"],
                content=row.get("content", ""),
                duration_note=row.get("duration_note", ""),
                source=city.scribe.source(row["fact"], row),
                as_of=PUBLISHED,
            ),
            verb="project.entered",
            fact=row["fact"],
        )


def _events(city: City) -> None:
    for row in provenance.data("works")["event"]:
        city.scribe.put(
            Event(
                code=codes.next_code("HD", year=RESULT_YEAR),
                name=row["name"],
                name_en=row["name_en"],
                chain=_chain(city, row["chain"]),
                kind=row["kind"],
                note=row["note"],
                source=city.scribe.source(row["fact"], row),
                as_of=PUBLISHED,
            ),
            verb="event.entered",
            fact=row["fact"],
        )


def _resources(city: City) -> None:
    for row in provenance.data("works")["resource"]:
        fact = row["fact"]
        plain = ("kind", "name", "name_en", "amount", "amount_unit", "amount_scope", "state_note")
        resource = city.scribe.put(
            Resource(
                code=codes.next_code("ZY", year=PLAN_YEAR),
                **{name: row[name] for name in plain if name in row},
                keeper_enterprise=city.firms[row["firm"]] if "firm" in row else None,
                source=city.scribe.source(fact, row),
                source_note=provenance.note(fact),
                as_of=PUBLISHED,
            ),
            verb="resource.entered",
            fact=fact,
        )
        resource.chains.set([_chain(city, slug) for slug in row["chains"]])


def _figures(city: City) -> None:
    plain = ("indicator", "year", "value", "comparison", "unit", "scope", "rows_note", "is_target")
    for row in provenance.data("figures")["figure"]:
        fact = row["fact"]
        city.scribe.put(
            Figure(
                **{name: row[name] for name in plain if name in row},
                chain=_chain(city, row["chain"]) if "chain" in row else None,
                statement=provenance.note(fact),
                source=city.scribe.source(fact, row),
                source_note=provenance.note(fact),
                as_of=AS_OF if row["year"] == RESULT_YEAR else PUBLISHED,
            ),
            verb="figure.entered",
            fact=fact,
        )


def _meetings(city: City) -> None:
    for row in provenance.data("works")["meeting"]:
        told = "\n".join(provenance.note(fact) for fact in row["told"])
        source = city.scribe.source(row["fact"], row)
        city.scribe.put(
            Meeting(
                code=codes.next_code("HY", year=row["held_on"].year),
                title=row["title"],
                kind=Meeting.Kind.PROMOTION,
                held_on=row["held_on"],
                summary=f"{told}\n{row['note']}。来源：{source.publisher}《{source.title}》{source.published_on}",
            ),
            verb="meeting.entered",
            fact=row["fact"],
        )
