"""The board as a drawing that travels alone: what its marks mean stands on it, names fit, links go beside boxes."""

import re
from collections.abc import Callable

import pytest
from django.test import Client

from lianzhang.chains.models import Link, MapVersion, Placement, Segment
from lianzhang.web.charts import board
from tests.cast import Cast
from tests.web import analysed

SignIn = Callable[[str], Client]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("压缩机", "压缩机"),
        ("一二三四五六七八九十", "一二三四五六七八九十"),
        ("一二三四五六七八九十一", "一二三四五六七八九…"),
        ("Compressor assembly unit", "Compressor assembl…"),
    ],
)
def test_a_name_is_cut_where_its_chip_ends(name: str, shown: str) -> None:
    assert board.shortened(name) == shown


@pytest.mark.django_db
def test_the_drawing_says_what_it_shows_of_which_version_and_links_within_a_layer_run_beside_it(
    signed_in: SignIn, cast: Cast
) -> None:
    world = analysed.build(cast)
    draft = MapVersion.objects.get(pk=world.draft.pk)
    both = [
        Segment.objects.create(map=draft, key=key, name=key, layer=Segment.Layer.UPSTREAM, group="甲") for key in "ab"
    ]
    Link.objects.create(map=draft, upstream=both[0], downstream=both[1])
    answer = signed_in("clerk_a").get(f"/maps/test-a/v{draft.number}?format=svg")
    drawing = answer.content.decode()
    assert f"v{draft.number} · 草稿" in drawing
    for word in ("▢ 缺", "▥ 弱或单一来源", "▣ 有", "▧ 超过180天未核实", "家</text>"):
        assert word in drawing
    edge = board.PAD * 2 + board.CHIP_WIDTH
    assert f"C{edge + board.PAD + board.COLUMN_GAP // 2}," in drawing


@pytest.mark.django_db
def test_an_edit_leads_back_to_the_board_with_its_segment_beside_it_and_is_told_in_words(
    signed_in: SignIn, cast: Cast
) -> None:
    world = analysed.build(cast)
    address, client = f"/maps/test-a/v{world.draft.number}", signed_in("clerk_a")
    begun = client.get(address).content.decode()
    assert begun.count('class="btn" disabled') == 2, "nothing to take back yet, nothing to do again"
    version = MapVersion.objects.get(pk=world.draft.pk).version
    said = {"version": version, "name": "热泵", "layer": "midstream", "group": "制冷", "position": "9"}
    answer = client.post(f"{address}/segment/new", said)
    key = Segment.objects.get(map=world.draft, name="热泵").key
    assert answer.headers["Location"] == f"{address}?open={key}"
    firm = {"version": version + 1, "enterprise": f"QY-丙 {cast.firms['enterprise_1'].name}", "part": "supplier"}
    assert client.post(f"{address}/segment/{key}/place", firm).headers["Location"] == f"{address}?open={key}"
    assert Placement.objects.get(segment__key=key).enterprise.code == "QY-丙", "what the list of candidates puts in"
    page = client.get(address).content.decode()
    assert "最近编辑：放入或移出企业、新增环节 热泵" in page
    assert "新增环节 热泵" in client.get(f"{address}/segment/{key}").content.decode()


@pytest.mark.django_db
def test_a_link_that_skips_a_layer_crosses_it_between_the_boxes(signed_in: SignIn, cast: Cast) -> None:
    """Beneath the boxes only two short strokes were seen of it."""
    draft = MapVersion.objects.get(pk=analysed.build(cast).draft.pk)
    Segment.objects.filter(map=draft).delete()
    layer = Segment.Layer

    def segment(key: str, at: Segment.Layer, group: str) -> Segment:
        return Segment.objects.create(map=draft, key=key, name=key, layer=at, group=group)

    material, product = segment("steel", layer.UPSTREAM, "金属"), segment("fridge", layer.DOWNSTREAM, "整机")
    for number in range(8):
        segment(f"part-{number}", layer.MIDSTREAM, "部件" if number < 4 else "总成")
    for upstream, downstream in ((material, product), (product, material)):  # a recycled material goes back
        Link.objects.create(map=draft, upstream=upstream, downstream=downstream)
    drawing = signed_in("clerk_a").get(f"/maps/test-a/v{draft.number}?format=svg").content.decode()
    boxes = [
        tuple(map(int, box)) for box in re.findall(r'<rect x="(\d+)" y="(\d+)" width="(\d+)" height="(\d+)"', drawing)
    ]
    crossings = re.findall(r"C\S+ \S+ (\d+),(\d+) L(\d+),(\d+) C", drawing)
    assert len(crossings) == 2
    for x1, y1, x2, y2 in (map(int, found) for found in crossings):
        assert y1 == y2
        left, right = sorted((x1, x2))
        touched = [
            box for box in boxes if box[0] < right and box[0] + box[2] > left and box[1] <= y1 <= box[1] + box[3]
        ]
        assert touched == []


def test_under_a_short_layer_a_link_runs_where_it_wants_and_beside_its_boxes_three_share_a_gap() -> None:
    lane = board.Lane(left=300, right=520, levels={120: 0, 260: 0})
    assert lane.crossing(400) == 400
    assert [lane.crossing(100) for _ in range(4)] == [120, 122, 118, 120]
    assert lane.crossing(200) == 260


@pytest.mark.django_db
def test_a_segment_leads_only_to_pages_its_reader_may_open(signed_in: SignIn, cast: Cast) -> None:
    analysed.build(cast)
    firm = f'href="/enterprises/{cast.enterprise_1.code}/"'
    pages = {"fridge": (cast.enterprise_1.name, firm), "compressor": ("压缩机", 'href="/teardowns/test-a/part/P1"')}
    for key, (name, link) in pages.items():
        address = f"/maps/test-a/v1/segment/{key}"
        assert link in signed_in("clerk_a").get(address).content.decode()
        shown = signed_in("expert").get(address).content.decode()
        assert name in shown
        assert link not in shown
