"""Nobody reads what is not theirs: every role × every address × every record, marked by its owner."""

import os
from collections.abc import Iterable

import pytest
from django.db import connection

from tests import rendering
from tests.permission import fillers, oracle, probe
from tests.permission.world import World

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
WANTED = int(os.environ.get("LIANZHANG_PROBES", "5000"))


def test_every_address_has_a_filler(world: World) -> None:
    filled = set(fillers.gather(world))
    served = set(probe.addresses())
    assert served - filled == set(), "fill these in tests/permission/fillers (its docstring says how)"
    assert filled - served == set(), "these addresses are gone"


def test_no_role_is_shown_a_foreign_mark(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    is_night = WANTED > 5000
    with rendering.as_served(rendering.plain if is_night else rendering.refusals_once()):
        findings = probe.walk(world, people=_walkers(is_night=is_night), is_deep=is_night)
    with capsys.disabled():
        print(f"\npermission: {findings.count} probes, {findings.marks_seen} marks seen, {len(findings.leaks)} foreign")
    assert findings.leaks == []
    assert findings.count >= 5000
    # A probe that sees no marks at all would find no leak either.
    assert findings.marks_seen > 1000


def _walkers(*, is_night: bool) -> Iterable[str | None]:
    """All of the day's cast on SQLite; on PostgreSQL, by day, those whose sight ends inside the tables."""
    if is_night:
        return probe.EVERYBODY
    return probe.JOINED if connection.vendor == "postgresql" else probe.PEOPLE


@pytest.mark.parametrize("person", sorted(oracle.ROLE_OF))
def test_the_oracle_knows_every_role_of_the_cast(person: str) -> None:
    assert oracle.ROLE_OF[person] in oracle.ROLES
    assert all(len(row.split()) == len(oracle.ROLES) for row in oracle.TABLE.values())
