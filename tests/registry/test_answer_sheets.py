"""The workbooks in which firms answer: what is taken, what is refused, in which words."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from lianzhang.accounts.models import Person
from lianzhang.intake import actions
from lianzhang.intake.models import Batch
from lianzhang.registry.models import CategoryAnswer, Enterprise, Level, ProductLine
from lianzhang.trail import actions as trail
from tests.cast import Cast
from tests.intake.handing_in import NOON, hand_in

pytestmark = pytest.mark.django_db


def line_of(cast: Cast, *, number: int = 1, name: str = "冰箱", levels: Any = tuple(Level.values)) -> ProductLine:
    firm = Enterprise.objects.get(body=cast.bodies[f"firm_{number}"])
    return trail.create(ProductLine(firm=firm, name=name, levels=list(levels)), verb="line.entered", by=None)


def typed(folder: Path, title: str, *rows: dict[str, Any]) -> bytes:
    """A workbook as somebody types it: words in cells, under the headers of the rows' keys."""
    book = openpyxl.Workbook()
    page: Any = book.active
    page.title = title
    heads = list(dict.fromkeys(key for row in rows for key in row))
    page.append(heads)
    for row in rows:
        page.append([row.get(head) for head in heads])
    path = folder / "typed.xlsx"
    book.save(path)
    return path.read_bytes()


def bands(folder: Path, *rows: dict[str, Any]) -> bytes:
    return typed(folder, "分档级", *({"类别": "压缩机", "年度": 2025, **row} for row in rows))


def said(batch: Batch) -> dict[int, tuple[str, str]]:
    """Row → its kind and everything that is said of it."""
    return {
        row.row_number: (row.kind, " ".join(one["message_zh"] for one in row.complaints)) for row in batch.rows.all()
    }


def written(batch: Batch, by: Person) -> None:
    actions.apply(batch, plan=batch.plan, by=by, now=NOON)


def test_bands_are_read_as_they_are_said_and_a_figure_is_kept_as_its_band(cast: Cast, tmp_path: Path) -> None:
    line_of(cast)
    content = bands(
        tmp_path,
        {"年采购额档": "1千万–5千万", "供应商家数档": "2–3家", "认证周期档": "1年"},
        {"使用工厂": "二厂", "年采购额档": "＜1000万元"},
        {"使用工厂": "三厂", "年采购额档": "5亿以上", "供应商家数档": "10家及以上"},
        {"使用工厂": "四厂", "年采购额档": "6800", "来源地": "境外"},
    )
    batch = hand_in(content, ledger="category_answers", by=cast.anchor_1)
    assert "只记所在档：5000万–2亿元" in said(batch)[5][1]
    written(batch, cast.anchor_1)
    found = {
        one.plant: (one.amount_low_wan, one.amount_high_wan, one.supplier_low, one.supplier_high)
        for one in CategoryAnswer.objects.all()
    }
    assert found == {"": (1000, 5000, 2, 3), "二厂": (0, 1000, None, None), "三厂": (50000, None, 10, None),
                     "四厂": (5000, 20000, None, None)}  # fmt: skip
    fourth = CategoryAnswer.objects.get(plant="四厂")
    assert (fourth.is_abroad, fourth.source_region, fourth.answered_by) == (True, "", cast.anchor_1)
    assert "6800" not in str(fourth.__dict__)


def test_reversed_overlapping_and_doubtful_bands_are_refused_with_the_bands_to_choose_from(
    cast: Cast, tmp_path: Path
) -> None:
    line_of(cast)
    content = bands(
        tmp_path,
        {"年采购额档": "5千万-1千万"},
        {"使用工厂": "二厂", "年采购额档": "3000万–8000万"},
        {"使用工厂": "三厂", "年采购额档": "68000000"},
        {"使用工厂": "四厂", "年采购额档": "约3000万"},
        {"使用工厂": "五厂", "年采购额档": "1千万–5千万"},
        {"使用工厂": "五厂", "年采购额档": "5千万–2亿"},
    )
    found = said(hand_in(content, ledger="category_answers", by=cast.anchor_1))
    assert {kind for kind, _words in found.values()} == {"error"}
    assert "上下限写反" in found[2][1]
    assert "请从中选一档：1000万–5000万元、5000万–2亿元" in found[3][1]
    assert "请选一档或写明单位" in found[4][1]
    assert "应填一档" in found[5][1]
    assert "同一条记录，但内容不同" in found[6][1]
    assert "同一条记录，但内容不同" in found[7][1]


def test_a_category_in_no_tree_is_taken_and_said(cast: Cast, tmp_path: Path) -> None:
    line_of(cast)
    batch = hand_in(bands(tmp_path, {"年采购额档": "5亿以上"}), ledger="category_answers", by=cast.anchor_1)
    assert said(batch)[2][0] == "new"
    assert "不在已发布的标准零部件树中" in said(batch)[2][1]


def test_a_level_the_firm_did_not_choose_takes_no_answer(cast: Cast, tmp_path: Path) -> None:
    line_of(cast, levels=[Level.TICKS])
    batch = hand_in(bands(tmp_path, {"年采购额档": "5亿以上"}), ledger="category_answers", by=cast.anchor_1)
    assert said(batch)[2][0] == "error"
    assert "没有选分档级" in said(batch)[2][1]


def test_nobody_answers_for_the_line_of_another_firm(cast: Cast, tmp_path: Path) -> None:
    line_of(cast)
    line_of(cast, number=2)
    content = bands(tmp_path, {"企业": "链主一有限公司", "产品线": "冰箱", "年采购额档": "5亿以上"})
    batch = hand_in(content, ledger="category_answers", by=cast.anchor_2)
    assert "没有您可填报的产品线" in said(batch)[2][1]


def test_unit_price_drawing_and_contract_are_never_read(cast: Cast, tmp_path: Path) -> None:
    line_of(cast)
    content = bands(tmp_path, {"年采购额档": "5亿以上", "含税单价": 12.5, "图号": "T-1", "合同编号": "H-1"})
    batch = hand_in(content, ledger="category_answers", by=cast.anchor_1)
    refused = [one["message_zh"] for one in batch.complaints if one["code"] == "column_refused"]
    assert len(refused) == 3
    assert all("按约定不收取" in words for words in refused)
    assert "T-1" not in str([row.raw for row in batch.rows.all()])


def test_bands_redrawn_leave_what_was_answered_before_as_it_is(cast: Cast, tmp_path: Path) -> None:
    from lianzhang.intake import files, ledgers
    from lianzhang.registry.actions import Band, redraw

    line_of(cast)
    written(
        hand_in(bands(tmp_path, {"年采购额档": "5亿以上"}), ledger="category_answers", by=cast.anchor_1), cast.anchor_1
    )
    new = [Band(Decimal(0), Decimal(30000)), Band(Decimal(30000), None, Decimal(90000))]
    redraw("amount", bands=new, by=cast.secretary)
    content = files.export(ledgers.get("category_answers"), context={}, language="zh-hans", by=cast.anchor_1)
    again = hand_in(content, ledger="category_answers", by=cast.anchor_1)
    assert set(again.rows.values_list("kind", flat=True)) == {"unchanged"}
