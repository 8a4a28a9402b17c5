"""Twenty value chains an exchange keeps, as workbooks: each goes into a draft and reads in simplified Chinese."""

import csv
import gzip
from pathlib import Path

import pytest

from chainlab import names
from lianzhang.chains.actions import atlas as actions
from lianzhang.chains.models import Chain, MapVersion, Placement, Segment
from lianzhang.chains.queries import atlas as queries
from lianzhang.intake import actions as intake
from lianzhang.intake.models import Batch
from lianzhang.registry.models import Enterprise
from tests.cast import TODAY, Cast
from tests.intake import handing_in

pytestmark = [pytest.mark.django_db, pytest.mark.shared_data]
LAYERS = {"上游": "upstream", "中游": "midstream", "下游": "downstream"}
FEW = 60
# Words a mainland office does not use.
OVERSEAS = (
    "记忆体",
    "伺服",
    "软体",
    "硬体",
    "资讯",
    "网路",
    "晶片",
    "塑胶",
    "感测",
    "主机板",
    "数位",
    "光碟",
    "硬碟",
    "视讯",
    "笔记型",
)
CSV = Path(__file__).resolve().parents[3] / "shared" / "data" / "tw-value-chain" / "chains.csv.gz"
Row = dict[str, str]


def chains() -> dict[str, list[Row]]:
    """The rows of each chain by its code; none where the data does not lie beside the checkout."""
    found: dict[str, list[Row]] = {}
    if not CSV.exists():
        return found
    with gzip.open(CSV, "rt", encoding="utf-8") as source:
        for row in csv.DictReader(source):
            found.setdefault(row["chain_code"], []).append(row)
    return found


CHAINS = chains()


def place_of(row: Row) -> tuple[str, str, str]:
    """(layer, group, segment) of a row: its layer reads 上游 · 石灰石."""
    layer, _dot, group = row["layer"].partition(" · ")
    return LAYERS[layer], group, row["segment"]


def segments(rows: list[Row]) -> list[tuple[str, str, str]]:
    """The segments in the order of the source, each once."""
    return list(dict.fromkeys(place_of(row) for row in rows))


def firms(rows: list[Row]) -> set[tuple[tuple[str, str, str], str]]:
    """(segment, firm) as the office would write it: a firm with several listings in one segment stands there once."""
    return {(place_of(row), names.normalise(row["company"])) for row in rows if row["company"]}


def register(rows: list[Row]) -> None:
    """Every firm under the name it is registered by."""
    found = {names.normalise(row["company"]): row["company"] for row in rows if row["company"]}
    Enterprise.objects.bulk_create(
        Enterprise(code=f"QY-R-{number:04d}", name=name, name_key=key)
        for number, (key, name) in enumerate(sorted(found.items()))
    )


def workbook(rows: list[Row], folder: Path) -> bytes:
    """The chain in the layout's headers, in the words of the source."""
    codes = {place: f"S{number:03d}" for number, place in enumerate(segments(rows), start=1)}
    taken: dict[tuple[str, str], dict[str, object]] = {}
    for row in rows:
        if row["company"]:
            key = (codes[place_of(row)], names.normalise(row["company"]))
            taken.setdefault(key, {"segment": key[0], "name": row["company"], "role": "supplier"})
    sheet = [
        {"chain": "链A", "code": code, "name": name, "layer": layer, "group_name": group, "order": number}
        for number, ((layer, group, name), code) in enumerate(codes.items(), start=1)
    ]
    return handing_in.workbook("map_segments", {"segments": sheet, "enterprises": list(taken.values())}, folder)


@pytest.fixture
def draft(cast: Cast) -> MapVersion:
    return actions.draft(chain=cast.chain_a, now=handing_in.NOON, by=cast.clerk_a)


@pytest.mark.parametrize("code", sorted(CHAINS))
def test_a_real_chain_becomes_a_draft_that_holds_all_of_it(
    cast: Cast, draft: MapVersion, tmp_path: Path, code: str
) -> None:
    rows = CHAINS[code]
    register(rows)
    batch = handing_in.hand_in(workbook(rows, tmp_path), ledger="map_segments", by=cast.clerk_a)
    assert batch.state == Batch.State.PREVIEW, batch.complaints
    assert batch.counts.get("error", 0) == 0
    intake.write(batch, by=cast.clerk_a, now=handing_in.NOON)
    written = list(Segment.objects.filter(map=draft).order_by("position"))
    wanted = segments(rows)
    assert [(s.layer, s.group, s.name) for s in written] == [
        (layer, names.mainland(group), names.mainland(name)) for layer, group, name in wanted
    ]
    read = "".join(s.group + s.name for s in written)
    assert names.simplified(read) == read
    assert not [word for word in OVERSEAS if word in read]
    assert Placement.objects.filter(map=draft).count() == len(firms(rows))
    assert set(Enterprise.objects.filter(placements__map=draft).values_list("name", flat=True)) <= {
        row["company"] for row in rows
    }
    shown = queries.board(draft, person=cast.clerk_a, today=TODAY)
    assert [column.layer for column in shown.columns] == [
        layer for layer in LAYERS.values() if layer in {place[0] for place in wanted}
    ]
    assert sum(len(group.chips) for column in shown.columns for group in column.groups) == len(wanted)
    assert Chain.objects.filter(maps=draft).exists()


def test_the_batch_says_that_names_were_turned_into_simplified_signs(
    cast: Cast, draft: MapVersion, tmp_path: Path
) -> None:
    rows = CHAINS["1000"][:FEW]
    register(rows)
    batch = handing_in.hand_in(workbook(rows, tmp_path), ledger="map_segments", by=cast.clerk_a)
    said = [c["message_zh"] for row in batch.rows.all() for c in row.complaints] + [
        c["message_zh"] for c in batch.complaints
    ]
    assert any("简体" in text for text in said), said
