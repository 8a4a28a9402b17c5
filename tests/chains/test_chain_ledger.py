"""重点产业链名录: a city's list of chains handed in as one workbook."""

from pathlib import Path
from typing import Any

import pytest

from lianzhang.chains.actions import schemes
from lianzhang.chains.models import Chain, Scheme
from lianzhang.intake import actions, ledgers
from tests.cast import TODAY, Cast
from tests.intake.handing_in import NOON, hand_in, workbook

pytestmark = pytest.mark.django_db
GROUPS = [["g1", "优势产业", "Strong"], ["g2", "服务业", ""]]


@pytest.fixture
def scheme(cast: Cast) -> Scheme:
    return schemes.found_scheme(
        code="city-2027", name_zh="2027 方案", valid_from=TODAY, home_regions=["3702"], groups=GROUPS, by=cast.secretary
    )


def row(name: str, **fields: Any) -> dict[str, Any]:
    return {"name": name, "nature": "manufacturing", "group": "优势产业", **fields}


def handed(rows: list[dict[str, Any]], scheme: Scheme, cast: Cast, folder: Path) -> Any:
    content = workbook("chains", {"chains": rows}, folder)
    return hand_in(content, ledger="chains", by=cast.secretary, context={"scheme": str(scheme.pk)})


def complaints(batch: Any) -> str:
    return str([row.complaints for row in batch.rows.filter(kind="error")])


def test_the_whole_list_of_a_city_comes_in_as_one_workbook(cast: Cast, scheme: Scheme, tmp_path: Path) -> None:
    rows = [row("泵阀", task_force="链A专班"), row("现代商贸", nature="service", group="服务业"), row("泵伐")]
    batch = handed(rows, scheme, cast, tmp_path)
    assert batch.counts["new"] == 3, complaints(batch)
    actions.apply(batch, plan=batch.plan, by=cast.secretary, now=NOON)
    found = {c.name_zh: c for c in Chain.objects.filter(scheme=scheme)}
    assert found["泵阀"].code == "city-2027-bengfa"
    assert found["泵伐"].code == "city-2027-bengfa-2", "two names that sound alike have addresses of their own"
    assert found["泵阀"].body == cast.force_a
    assert (found["现代商贸"].nature, found["现代商贸"].group) == ("service", "g2")
    assert found["泵阀"].position < found["现代商贸"].position, "in the order of the rows"


def test_an_unknown_group_is_told_which_groups_there_are(cast: Cast, scheme: Scheme, tmp_path: Path) -> None:
    batch = handed([row("泵阀", group="未来产业")], scheme, cast, tmp_path)
    assert "方案中没有分组“未来产业”；现有：优势产业、服务业。" in complaints(batch)


def test_without_a_scheme_chosen_nobody_guesses_which(cast: Cast, scheme: Scheme, tmp_path: Path) -> None:
    content = workbook("chains", {"chains": [row("泵阀")]}, tmp_path)
    batch = hand_in(content, ledger="chains", by=cast.secretary)
    assert "请在上传时选定方案。" in complaints(batch)


def test_a_chain_keeps_its_own_scheme_when_it_is_named_by_its_code(cast: Cast, scheme: Scheme, tmp_path: Path) -> None:
    known = row("链A", code=cast.chain_a.code, group="优势", remark="改过的说明")
    batch = handed([known], scheme, cast, tmp_path)
    assert batch.counts["changed"] == 1, complaints(batch)
    actions.apply(batch, plan=batch.plan, by=cast.secretary, now=NOON)
    cast.chain_a.refresh_from_db()
    assert (cast.chain_a.scheme, cast.chain_a.note) == (cast.scheme, "改过的说明")


def test_only_who_founds_chains_may_hand_in_the_list(cast: Cast) -> None:
    ledger = ledgers.get("chains")
    assert ledger.may_use(cast.secretary)
    assert not any(ledger.may_use(cast.people[who]) for who in ("clerk_a", "lead_officer", "chief", "district_east"))
