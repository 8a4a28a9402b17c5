"""What a project's production has changed: the coverage of each part it supplies, before and since."""

from collections.abc import Iterable
from dataclasses import dataclass

from lianzhang.accounts.models import Person
from lianzhang.accounts.rules import Act, Thing
from lianzhang.chains.models import Snapshot
from lianzhang.chains.queries import disclosure
from lianzhang.chains.queries import teardown as queries
from lianzhang.projects.models import Project, StageEntry
from lianzhang.projects.stages import Stage


@dataclass(frozen=True)
class Effect:
    """投产带来的变化: the two snapshots (the later may not be taken yet) and each part on both."""

    before: Snapshot | None
    after: Snapshot | None
    changes: list[queries.Change]
    sees_rows: bool


def effect(project: Project, *, entries: Iterable[StageEntry], person: Person) -> Effect | None:
    """What changed on the day the 投产 entry was passed; None before it and for who reads no coverage. `entries` are
    those of the project."""
    parts = [supply.part for supply in project.supplies.all() if supply.is_confirmed]
    if not parts or not person.reach.may(Act.READ, Thing.GAP):
        return None
    passed = [e for e in entries if e.stage == Stage.IN_PRODUCTION and e.verdict == StageEntry.Verdict.PASSED]
    days = [entry.checked_at for entry in passed if not entry.is_void and entry.checked_at is not None]
    if not days:
        return None
    passed_at = max(days)
    before, after, changes = queries.either_side(project.chain, parts, at=passed_at, person=person)
    shown = [disclosure.of(snapshot, person=person).sees_rows for snapshot in (before, after) if snapshot is not None]
    return Effect(before=before, after=after, changes=changes, sees_rows=all(shown))
