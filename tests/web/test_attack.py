"""The attacker over the real system: whoever has no grant collects every figure that pages, exports and the API show on
two dates, one of the three anchors adds what it knows of itself, and reckons as `chainlab.disclosure.audit` does."""

import io
import re
import zipfile
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any
from xml.etree import ElementTree as ET

import pyarrow as pa
import pytest
from django.test import Client
from django.utils import timezone

from chainlab import disclosure as lab
from lianzhang.chains import analysis
from lianzhang.chains.models import Snapshot, TargetList
from lianzhang.chains.queries.disclosure import RULE
from lianzhang.projects.actions import opening
from lianzhang.projects.models import Project
from lianzhang.registry.models import Part, Purchase
from tests.cast import Cast
from tests.chains import scene as scenes
from tests.web.analysed import ask

pytestmark = pytest.mark.django_db

SignIn = Callable[[str], Client]
Cells = dict[str, list[tuple[str, str, float]]]  # what a figure sums: (firm, item, 万元)
MARGIN = RULE["p_percent"] / 100
# Amounts of nine digits: what stands on a page is no other number, in 万元, in 亿元 or plain.
AMOUNTS = {
    ("1", "P1"): 21_034_567, ("2", "P1"): 16_245_183, ("3", "P1"): 13_912_741,
    ("1", "P2"): 14_487_329, ("2", "P2"): 12_618_457, ("3", "P2"): 11_873_211,
    ("1", "P3"): 15_529_873, ("2", "P3"): 13_364_719, ("3", "P3"): 12_791_633,
}  # fmt: skip
HERE = {"P2"}
FILES = (
    "/teardowns/test-a?format=xlsx", "/teardowns/test-a/shared?format=xlsx", "/gaps/?format=xlsx",
    "/targets/?format=xlsx", "/targets/{list}?format=xlsx", "/targets/{list}/editions/working?format=xlsx",
    "/targets/{list}/editions/working?format=docx", "/targets/{list}/editions/meeting?format=xlsx",
    "/targets/{list}/editions/meeting?format=docx", "/targets/{list}/editions/outreach?format=xlsx",
    "/targets/{list}/editions/outreach?format=docx",
)  # fmt: skip
PAGES = {
    "chief": (
        "/", "/chains/city/", "/chains/test-a/", "/maps/test-a", "/teardowns/", "/teardowns/test-a",
        "/teardowns/test-a?format=csv", "/teardowns/test-a?sort=-amount_wan", "/teardowns/test-a/tree",
        "/teardowns/test-a/shared", "/teardowns/test-a/shares", "/teardowns/test-a/part/P1",
        "/teardowns/test-a/part/P2", "/teardowns/test-a/explain/local-ratio", "/teardowns/test-a/explain/outside",
        "/gaps/", "/gaps/?format=csv", "/targets/", "/targets/{list}", "/targets/{list}?format=csv",
        "/targets/{list}?q=压缩机", "/targets/{list}?q=外地乙", "/targets/{list}/1",
        "/targets/{list}/explain/covered", "/targets/{list}/editions/meeting", "/targets/{list}/editions/outreach",
        "/briefings/", "/briefings/chain/test-a", "/briefings/firm/QY-2024-001", "/api/v1/gaps",
        "/api/v1/target-lists", "/api/v1/target-lists/{list}",
    ),
    # What the list led to, for who recruits: the reasons travel along, the amounts do not.
    "deputy": (
        "/", "/targets/{list}", "/targets/{list}/became", "/targets/candidates/test-a", "/projects/",
        "/projects/leads/", "/projects/leads/?format=csv", "/projects/{lead}/", "/projects/board/", "/projects/gantt/",
        "/projects/funnel/", "/projects/chain/test-a/", "/projects/districts/", "/history/project/{lead}",
        "/history/target/{list}", "/briefings/week/", "/briefings/month/", "/briefings/inspection/",
        "/api/v1/projects", "/api/v1/leads", "/api/v1/projects/{lead}", "/_/palette.json?q=外地乙",
    ),
    "district_west": ("/", "/projects/", "/projects/leads/", "/projects/{lead}/", "/maps/test-a"),
    "auditor": ("/trail/", "/trail/?format=csv"),
    "secretary": FILES,
    "district_east": ("/", "/teardowns/test-a", "/gaps/"),
    "anchor_3": ("/", "/maps/test-a", "/chains/test-a/", "/teardowns/test-a", "/targets/{list}"),
}  # fmt: skip


@pytest.fixture
def anchors(cast: Cast) -> scenes.Scene:
    """Three anchors who buy compressors and chips outside and motors here, and have granted it to their task force."""
    scene = scenes.build(cast)
    Purchase.objects.all().delete()
    for (anchor, part), amount in AMOUNTS.items():
        Purchase.objects.create(
            buyer=cast.firms[f"enterprise_{anchor}"],
            part=scene.parts[part],
            supplier=scene.firms["QY-丁" if part in HERE else "QY-乙"],
            amount_wan=Decimal(amount),
            year=2025,
        )
    return scene


def collected(signed_in: SignIn, listed: TargetList, pages: dict[str, tuple[str, ...]]) -> list[pa.Table]:
    """What is shown of everything that could be: the sums a reader without a grant has seen, with what is in them."""
    snapshot = listed.snapshot
    assert snapshot is not None
    seen: set[str] = set()
    lead = Project.objects.order_by("pk").values_list("code", flat=True).last()
    for who, addresses in pages.items():
        client = signed_in(who)
        for address in addresses:
            answer = client.get(address.format(list=listed.code, lead=lead))
            content = answer.content
            assert answer.status_code in {200, 404}, (who, address)  # a redirect shows nothing to look at
            assert content.startswith(b"PK") == (address in FILES), address
            seen |= told(content)
    cells = everything(snapshot)
    shown: Cells = {name: rows for name, rows in cells.items() if written(sum(r[2] for r in rows)) & seen}
    ratio = snapshot.summary["local_ratio"]
    if f"{ratio * 100:.1f}%" in seen:  # as good as both its sums
        shown |= {name: cells[name] for name in ("all/placed", "all/local")}
    return [table(shown)]


def told(content: bytes) -> set[str]:
    """The numbers of a page, or of every cell and paragraph of a workbook or document, also as a reader rounds them."""
    if not content.startswith(b"PK"):
        return numbers(content.decode("utf-8-sig"))
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        parts = [ET.fromstring(packed.read(name)) for name in packed.namelist() if name.endswith(".xml")]
    places = (one for part in parts for one in part.iter() if one.tag.rpartition("}")[2] in ("c", "si", "p", "f"))
    found = set().union(*(numbers("".join(one.itertext())) for one in places))
    return found | set().union(*(written(float(one)) for one in found if not one.endswith("%")))


def numbers(text: str) -> set[str]:
    return {found.replace(",", "") for found in re.findall(r"\d[\d,]*(?:\.\d+)?%?", text)}


def written(amount: float) -> set[str]:
    """An amount as pages, workbooks and the API write it."""
    wan, yi = f"{amount:.2f}", f"{amount / 10_000:.2f}"
    return {wan, wan.rstrip("0").rstrip("."), yi, yi.rstrip("0").rstrip("."), str(amount)}


def everything(snapshot: Snapshot) -> Cells:
    """Every sum of the purchases that a page could think of: of all, a part, a category, a firm; here or outside."""
    categories = dict(Part.objects.values_list("code", "category"))
    cells: Cells = {}
    for row in analysis.reopen(snapshot)["purchases"].to_pylist():
        place = "local" if row["part_id"] in HERE else "outside"
        item = (row["buyer_id"], f"{row['part_id']}|{row['firm_code']}", float(row["amount_wan"]))
        groups = (
            "all",
            row["part_id"],
            categories[row["part_id"]],
            row["buyer_id"],
            f"{row['buyer_id']}·{row['part_id']}",
        )
        for group in groups:
            for measure in ("placed", place):
                cells.setdefault(f"{group}/{measure}", []).append(item)
    return cells


def table(cells: Cells) -> pa.Table:
    rows = [(name, *item) for name, items in sorted(cells.items()) for item in items]
    names = ("cell", "contributor", "item", "amount_wan")
    return pa.Table.from_pylist([dict(zip(names, row, strict=True)) for row in rows])


def nearest(tables: Iterable[pa.Table]) -> dict[str, Any]:
    found: dict[str, Any] = lab.audit(list(tables)).to_pylist()[0]
    return found


def changed(cast: Cast) -> None:
    """The third anchor alone buys more compressors."""
    Purchase.objects.filter(buyer=cast.enterprise_3, part__code="P1").update(amount_wan=Decimal(15_777_233))


def test_nobody_is_told_by_everything_shown_on_two_dates(cast: Cast, signed_in: SignIn, anchors: scenes.Scene) -> None:
    listed = ask(cast, max_suppliers=9)
    for line in listed.lines.all():
        opening.open_from_target(target_line=line, now=timezone.now(), by=cast.clerk_a)
    first = collected(signed_in, listed, PAGES)
    assert {"all/placed", "all/local"} <= set(first[0]["cell"].to_pylist()), "the sums of three go out"
    changed(cast)
    second = collected(signed_in, ask(cast, max_suppliers=9), PAGES)
    found = nearest([*first, *second])
    assert found["margin_ratio"] >= MARGIN * (1 - 1e-6), found


def test_the_attacker_reads_every_cell_and_paragraph_of_a_file(
    cast: Cast, signed_in: SignIn, anchors: scenes.Scene
) -> None:
    """Who may read the rows finds the whole demand in workbook and document; who may not, no firm's own amount."""
    listed = ask(cast, max_suppliers=9)
    whole = written(float(sum(amount for (_anchor, part), amount in AMOUNTS.items() if part not in HERE)))
    own = {sign for amount in AMOUNTS.values() for sign in written(float(amount))}
    for form in ("xlsx", "docx"):
        address = f"/targets/{listed.code}/editions/working?format={form}"
        assert whole & told(signed_in("clerk_a").get(address).content), form
        found = told(signed_in("secretary").get(address).content)
        assert found, form
        assert not own & found, form


def test_the_attacker_finds_the_one_that_changed_where_each_date_is_weighed_alone(
    cast: Cast, signed_in: SignIn, anchors: scenes.Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The seeded leak: a rule without differencing."""
    weighed = lab.release
    monkeypatch.setattr(lab, "release", lambda rows, *, rule, released, **more: weighed(rows, rule=rule, **more))
    pages = {"chief": ("/teardowns/test-a",)}
    first = collected(signed_in, ask(cast, max_suppliers=9), pages)
    changed(cast)
    found = nearest([*first, *collected(signed_in, ask(cast, max_suppliers=9), pages)])
    assert (found["contributor"], found["margin_ratio"]) == (cast.enterprise_3.code, 0)
