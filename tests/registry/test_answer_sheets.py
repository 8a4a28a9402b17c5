"""The workbooks in which firms answer: what is taken, what is refused, in which words."""

import io
import zipfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse

from lianzhang.accounts.models import Person
from lianzhang.intake import actions, files, ledgers, storage
from lianzhang.intake.models import Batch
from lianzhang.registry.models import (
    CategoryAnswer,
    Enterprise,
    Level,
    MaterialGroup,
    Part,
    PartTree,
    ProductLine,
    Purchase,
    SupplierMention,
    TreeNode,
    TreeVersion,
)
from lianzhang.trail import actions as trail
from tests.cast import Cast
from tests.intake.handing_in import NOON, hand_in
from tests.registry.answered import granted

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
    found: dict[str, Any] = {
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


def test_a_ticked_part_in_no_tree_is_kept_or_refused_in_words(cast: Cast, tmp_path: Path) -> None:
    line_of(cast)
    trail.create(Part(code="P9", name="旧压缩机"), verb="part.entered", by=None)
    rows = [{"零部件": "旧压缩机", "来源方式": "外购"}, {"零部件": "没有这个", "来源方式": "外购"}]
    found = said(hand_in(typed(tmp_path, "目录级", *rows), ledger="part_answers", by=cast.anchor_1))
    assert found[2][0] == "new"
    assert "不在该产品线现行的标准零部件树中" in found[2][1]
    assert found[3][0] == "error"
    assert "不在标准零部件树中" in found[3][1]


def test_a_category_answered_by_two_firms_of_one_group_is_told_to_who_reads_both(cast: Cast, tmp_path: Path) -> None:
    for number in (1, 2):
        line_of(cast, number=number)
        granted(cast, number, "force_a", ["d1"])
    Enterprise.objects.filter(pk=cast.enterprise_2.pk).update(parent=cast.enterprise_1)
    written(
        hand_in(bands(tmp_path, {"年采购额档": "5亿以上"}), ledger="category_answers", by=cast.anchor_1), cast.anchor_1
    )
    row = {"企业": cast.enterprise_2.name, "年采购额档": "5亿以上"}
    mine = hand_in(bands(tmp_path, row, {**row, "类别": "电机"}), ledger="category_answers", by=cast.clerk_a)
    assert "若是同一笔采购，请只留一家" in said(mine)[2][1]
    assert "同一集团" not in said(mine)[3][1]
    own = hand_in(bands(tmp_path, {"年采购额档": "5千万–2亿"}), ledger="category_answers", by=cast.anchor_2)
    assert "同一集团" not in said(own)[2][1]  # a firm does not read another's answers, of its group or not


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


def export(folder: Path, *rows: dict[str, Any]) -> bytes:
    """Rows as a firm's own system exports them."""
    return typed(folder, "Sheet1", *rows)


def tree_of(cast: Cast) -> dict[str, Part]:
    """Parts of a published tree: what groups may mean."""
    made = {}
    tree = trail.create(PartTree(code="BZ-1", name="树"), verb="tree.made", by=None)
    state = TreeVersion.State.PUBLISHED
    version = trail.create(TreeVersion(tree=tree, number=1, state=state), verb="tree_version.published", by=None)
    for number, (name, category) in enumerate((("冰箱压缩机", "压缩机"), ("风扇电机", "电机"), ("水泵电机", "电机"))):
        made[name] = Part(code=f"LJ-{number}", name=name, category=category)
        trail.create(made[name], verb="part.entered", by=None)
        TreeNode.objects.create(tree_version=version, part=made[name], position=number)
    return made


def test_a_material_group_is_asked_once_and_taken_silently_next_time(cast: Cast, tmp_path: Path) -> None:
    parts = tree_of(cast)
    rows = [
        {
            "物料组": "1010",
            "物料组描述": "压缩机",
            "供应商名称": "外地压缩机厂",
            "金额": 68000000,
            "币种": "CNY",
            "年度": 2025,
        },
        {
            "物料组": "1010",
            "物料组描述": "压缩机",
            "供应商名称": "外地压缩机厂",
            "金额": 2000000,
            "币种": "CNY",
            "年度": 2025,
        },
        {
            "物料组": "2020",
            "物料组描述": "电机类",
            "供应商名称": "外地电机厂",
            "金额": 1000000,
            "币种": "CNY",
            "年度": 2025,
        },
    ]
    batch = hand_in(export(tmp_path, *rows), ledger="material_purchases", by=cast.anchor_1)
    assert {row.kind for row in batch.rows.all()} == {"review", "ignored"}
    asked = batch.rows.get(row_number=2)
    assert [one["label"] for one in asked.candidates[:2]] == ["类别“压缩机”（整类）", "冰箱压缩机"]
    same = {"as": "same", "id": str(parts["冰箱压缩机"].pk)}
    batch = actions.decide(batch, question=asked.subject_label, decision=same, by=cast.anchor_1)
    whole = next(one for one in batch.rows.get(row_number=4).candidates if one["label"] == "类别“电机”（整类）")
    decision = {"as": "same", "id": whole["subject_id"]}
    batch = actions.decide(batch, question="2020 电机类", decision=decision, by=cast.anchor_1)
    written(batch, cast.anchor_1)
    found = {one.part.name: one.amount_wan for one in Purchase.objects.select_related("part")}
    assert found == {"冰箱压缩机": 7000, "电机（整类）": 100}
    assert set(MaterialGroup.objects.values_list("code", "category")) == {("1010", "压缩机"), ("2020", "电机")}
    rows[0]["年度"] = rows[1]["年度"] = rows[2]["年度"] = 2024
    again = hand_in(export(tmp_path, *rows), ledger="material_purchases", by=cast.anchor_1)
    assert sorted(row.kind for row in again.rows.all()) == ["ignored", "new", "new"]
    assert not MaterialGroup.objects.visible_to(cast.anchor_2).exists()
    assert not MaterialGroup.objects.visible_to(cast.clerk_a).exists()


def test_all_groups_are_said_in_one_table_and_neither_they_nor_those_left_out_are_asked_for_next_quarter(
    cast: Cast, tmp_path: Path
) -> None:
    parts = tree_of(cast)
    one = {"供应商名称": "外地厂", "金额": 1000000, "年度": 2025}
    rows = [
        {**one, "物料组": "1010", "物料组描述": "压缩机"},
        {**one, "物料组": "1010", "物料组描述": "冰箱用", "供应商名称": "外地乙厂"},
        {**one, "物料组": "20 20", "物料组描述": "电机类"},
        *[{**one, "物料组": "9090", "物料组描述": "办公用品", "工厂": plant} for plant in ("一厂", "一厂", "二厂")],
    ]
    batch = hand_in(export(tmp_path, *rows), ledger="material_purchases", by=cast.anchor_1)
    client = Client()
    client.force_login(cast.anchor_1)
    page = client.get(reverse("intake:batch", args=[batch.code])).content.decode()
    assert page.count("-question") == 3
    assert "不导入的行中有 1 行的金额已合计在其他行中" in page
    whole = next(one for one in batch.rows.get(row_number=4).candidates if one["label"] == "类别“电机”（整类）")
    said = {
        "rows": "3",
        "0-question": "1010 压缩机", "0-choice": str(parts["冰箱压缩机"].pk),
        "1-question": "20 20 电机类", "1-choice": whole["subject_id"],
        "2-question": "9090 办公用品", "2-choice": "skip",
    }  # fmt: skip
    url = reverse("intake:decide_many", args=[batch.code])
    assert "不导入须写明原因" in client.post(url, said, follow=True).content.decode()
    client.post(url, {**said, "0-choice": "", "1-choice": "", "2-reason": "不是零部件"})
    kinds = dict(batch.rows.order_by("row_number").values_list("row_number", "kind"))
    assert kinds == {2: "new", 3: "new", 4: "new", 5: "ignored", 6: "ignored", 7: "ignored"}
    assert "金额（元）：1,000,000" in client.get(reverse("intake:batch", args=[batch.code])).content.decode()
    again = hand_in(
        export(tmp_path, *[{**row, "年度": 2024} for row in rows]), ledger="material_purchases", by=cast.anchor_1
    )
    assert sorted(again.rows.values_list("kind", flat=True)) == ["ignored"] * 3 + ["new"] * 3
    assert "不导入" in client.get(reverse("answers:materials")).content.decode()


def test_what_is_never_asked_is_not_kept_in_the_stored_upload_either(cast: Cast, tmp_path: Path) -> None:
    tree_of(cast)
    row = {
        "物料组": "1010",
        "供应商": "外地厂",
        "金额": 68000,
        "净价": "T98765",
        "图号": "DWG-555",
        "合同编号": "HT-777",
        "年度": 2025,
    }
    content = export(tmp_path, row)
    assert b"DWG-555" in unzipped(content)
    batch = hand_in(content, ledger="material_purchases", by=cast.anchor_1)
    kept = unzipped(storage.path_of(batch.sha256).read_bytes())
    marked = unzipped(files.marked_path(batch, language="zh-hans").read_bytes())
    for secret in (b"T98765", b"DWG-555", b"HT-777"):
        assert secret not in kept
        assert secret not in marked
    assert "外地厂".encode() in kept
    assert actions.receive(
        ContentFile(content, name="台账.xlsx"), ledger=ledgers.get("material_purchases"), context={}, by=cast.anchor_1,
        now=NOON,
    ).is_repeat  # fmt: skip


def unzipped(content: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        return b"".join(book.read(name) for name in book.namelist())


def test_a_firm_is_not_its_own_supplier_its_group_is_not_bought_from_and_a_trader_is_asked_about(
    cast: Cast, tmp_path: Path
) -> None:
    tree_of(cast)
    own = Enterprise.objects.get(body=cast.bodies["firm_1"])
    sister = Enterprise.objects.get(name="配套企业有限公司")
    Enterprise.objects.filter(pk=sister.pk).update(parent=own)
    part = Part.objects.get(name="冰箱压缩机")
    group = MaterialGroup(firm=own, code="1010", part=part)
    trail.create(group, verb="material_group.kept", by=None)
    one = {"物料组": "1010", "金额": 10000000, "年度": 2025}
    content = export(
        tmp_path,
        {**one, "供应商": own.name},
        {**one, "供应商": sister.name},
        {**one, "供应商": "某某贸易有限公司"},
        {**one, "供应商": "海外厂", "币种": "USD"},
        {**one, "供应商": "外地厂", "年度": 2205},
    )
    batch = hand_in(content, ledger="material_purchases", by=cast.anchor_1)
    found = said(batch)
    assert found[2][0] == "error"
    assert "不能是自己的供应商" in found[2][1]
    assert "按集团内计，不与外购重复计算" in found[3][1]
    assert "像是贸易商" in found[4][1]
    assert "请折合人民币" in found[5][1]
    assert found[6][0] == "error"  # the newest year counts: this one would hide all that was bought before
    assert "年度是“2205”，应在 2000 至" in found[6][1]
    written(batch, cast.anchor_1)
    assert Purchase.objects.get(supplier=sister).make == "group"


def test_names_are_handed_in_and_read_back_by_the_firm_alone(cast: Cast, tmp_path: Path) -> None:
    line_of(cast)
    content = typed(tmp_path, "盲比级", {"供应商": "配套企业有限公司", "类别": "压缩机", "金额": 500})
    batch = hand_in(content, ledger="supplier_mentions", by=cast.anchor_1)
    assert any("按约定不收取" in one["message_zh"] for one in batch.complaints)
    written(batch, cast.anchor_1)
    assert SupplierMention.objects.filter(supplier__name="配套企业有限公司").count() == 1
    for other in (cast.secretary, cast.clerk_a, cast.anchor_2, cast.innovator):
        assert not Batch.objects.visible_to(other).filter(pk=batch.pk).exists()
        assert not SupplierMention.objects.visible_to(other).exists()
    for other in (cast.secretary, cast.clerk_a, cast.innovator):
        assert not ledgers.get("supplier_mentions").may_use(other)


def test_rows_of_the_form_that_are_left_open_write_nothing(cast: Cast, tmp_path: Path) -> None:
    line_of(cast)
    content = bands(
        tmp_path, {"年采购额档": "5亿以上"}, {"类别": "电机"}, {"类别": "芯片", "年采购额档": "按约定不提供"}
    )
    batch = hand_in(content, ledger="category_answers", by=cast.anchor_1)
    assert {row: kind for row, (kind, _words) in said(batch).items()} == {2: "new", 3: "ignored", 4: "new"}
    written(batch, cast.anchor_1)
    assert set(CategoryAnswer.objects.values_list("category", "is_withheld")) == {("压缩机", False), ("芯片", True)}
