"""Projects brought to a stage by the same actions the product uses."""

import datetime as dt
from decimal import Decimal
from typing import Any

from django.core.files.base import ContentFile

from lianzhang.accounts.models import Person
from lianzhang.projects import actions, stages
from lianzhang.projects.models import Project, StageEntry
from lianzhang.projects.stages import Stage
from lianzhang.registry.models import Part
from lianzhang.trail import actions as trail
from lianzhang.trail import evidence as files
from lianzhang.trail.models import Attachment
from tests.cast import Cast
from tests.kept import kept_upon

# What a truthful clerk fills in so that every field of the table is there.
FILLED: dict[str, Any] = {
    "content": "压缩机生产线",
    "site": "某路 1 号",
    "planned_start_on": dt.date(2026, 3, 1),
    "planned_completion_on": dt.date(2026, 10, 1),
    "plan_year_wan": Decimal(3000),
}
MONEY = {"intended_wan": Decimal(9000), "agreed_wan": Decimal(8000), "arrived_wan": Decimal(500)}
# A day for each stage, in order.
DAYS = {stage: dt.date(2026, 1, 5) + dt.timedelta(days=20 * n) for n, stage in enumerate(Stage)}
EARLIER = dt.datetime(2026, 1, 5, 2, tzinfo=dt.UTC)


def lead(cast: Cast, *, by: Person | None = None, now: dt.datetime = EARLIER, **fields: Any) -> Project:
    """A lead on chain A that the task force reported."""
    given = {"name": "甲压缩机项目", "chain": cast.chain_a, "investor_name": "甲压缩机公司", **fields}
    return actions.report_lead(**given, now=now, by=by or cast.clerk_a)


def paper(kind: str, *, by: Person, dated: bool = True, content: bytes = b"") -> Attachment:
    """A kept file that claims to be evidence of `kind`."""
    said: dict[str, Any] = {"taken_on": dt.date(2026, 6, 1), "place": "某路 1 号"} if dated else {}
    return files.keep(ContentFile(content or kind.encode(), name=f"{kind}.pdf"), kind=kind, by=by, **said)


def papers(stage: Stage, *, by: Person) -> list[Attachment]:
    """Every kind of evidence that entering `stage` needs."""
    return [paper(kind.key, by=by) for kind in stages.gate(stage).evidence]


def complete(project: Project, cast: Cast) -> Project:
    """Fill every field that any stage needs."""
    trail.change(
        project,
        verb="test.completed",
        by=cast.clerk_a,
        changes={**FILLED, **MONEY, "owner": cast.force_a, "district": cast.east, "enterprise": cast.enterprise_sme},
    )
    for item in stages.table().diligence:
        said = {"verdict": "clear", "note": "", "on": EARLIER.date(), "now": EARLIER}
        actions.verify(project=project, item=item.key, by=cast.clerk_a, **said)
    return project


def completed(cast: Cast) -> Project:
    """A lead with every field filled in, upon the cast alone: made once in a process."""
    found: Project = kept_upon("completed project", lambda: complete(lead(cast), cast))
    return found


def ask(project: Project, to: Stage, cast: Cast, *, now: dt.datetime, **given: Any) -> StageEntry:
    """Ask for `to` with all its evidence, as the clerk of chain A."""
    by = given.pop("by", cast.clerk_a)
    given = {"on": DAYS[to], "evidence": papers(to, by=by), **given}
    return actions.advance(project=project, to=to, now=now, by=by, **given)


def bring(project: Project, to: Stage, cast: Cast, *, now: dt.datetime, **checked: Any) -> Project:
    """Bring a completed project to `to` through every stage between, each checked by the head where it must be."""
    project.refresh_from_db()
    for stage in [s for s in Stage if project.stage < s <= to]:
        entry = ask(project, stage, cast, now=now)
        if entry.verdict == StageEntry.Verdict.PENDING:
            more = checked if stage is Stage.IN_PRODUCTION else {}
            actions.check(entry=entry, passes=True, now=now, by=cast.head_a, **more)
    project.refresh_from_db()
    return project


def part(code: str = "compressor", name: str = "压缩机") -> Part:
    """A part of the catalogue."""
    found = Part.objects.filter(code=code).first()
    return found or trail.create(Part(code=code, name=name, category="制冷"), verb="part.made", by=None)
