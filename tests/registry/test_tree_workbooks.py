"""标准零部件树的工作簿: three ways to write one, errors row by row, a draft of the whole, kept by few."""

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.utils import timezone

from lianzhang.accounts.actions import Refused
from lianzhang.accounts.models import Person
from lianzhang.intake import actions as intake
from lianzhang.intake import files, ledgers
from lianzhang.intake.models import Batch
from lianzhang.registry import actions, outlines
from lianzhang.registry.models import Part, PartTree, TreeVersion
from tests.cast import Cast
from tests.intake.handing_in import NOON, hand_in, kinds, settled

pytestmark = pytest.mark.django_db

FRIDGE = [("电冰箱", 1, None), ("制冷系统", 2, 1), ("压缩机", 3, 1), ("硅钢", 4, 2.5), ("箱体", 2, 1), ("压缩机", 3, 1)]


def sheet(*rows: Sequence[Any], title: str = "零部件树") -> bytes:
    book = openpyxl.Workbook()
    book.active.title = title
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return settled(out.getvalue())


def by_level(rows: Sequence[tuple[Any, ...]] = FRIDGE, *, title: str = "零部件树") -> bytes:
    return sheet(("层级", "零部件", "用量"), *((level, name, quantity) for name, level, quantity in rows), title=title)


BY_PARENT = sheet(
    ("零部件", "上级", "用量"),
    ("压缩机", "制冷系统", 1),  # before its parent
    ("电冰箱", None, None),
    ("制冷系统", "电冰箱", 1),
    ("硅钢", "压缩机", 2.5),
    ("箱体", "电冰箱", 1),
)
BY_COLUMNS = sheet(
    ("整机", "总成", "部件", "材料", "用量"),
    ("电冰箱", "制冷系统", None, None, 1),
    (None, None, "压缩机", None, 1),
    (None, None, "压缩机", "硅钢", 2.5),
    (None, "箱体", None, None, 1),
)


@pytest.fixture
def tree(cast: Cast) -> PartTree:
    return actions.found_tree(name="冰箱树", keeper=cast.force_a, today=timezone.localdate(), by=cast.clerk_a)


def handed(content: bytes, by: Person, **context: Any) -> Batch:
    return hand_in(content, ledger="part_trees", by=by, context=context)


def written(batch: Batch, by: Person) -> Batch:
    return intake.apply(batch, plan=batch.plan, by=by, now=NOON)


def places(version: TreeVersion) -> list[tuple[int, str, str]]:
    return [
        (one.level, one.part.name, "" if one.quantity is None else f"{float(one.quantity):g}")
        for one in outlines.laid(version)
    ]


@pytest.mark.parametrize("content", [by_level(FRIDGE[:5]), BY_PARENT, BY_COLUMNS], ids=["level", "parent", "columns"])
def test_a_tree_is_written_by_level_by_parent_or_in_columns_and_becomes_a_draft(
    cast: Cast, tree: PartTree, content: bytes
) -> None:
    batch = handed(content, cast.clerk_a)
    assert "error" not in kinds(batch)
    written(batch, cast.clerk_a)
    version = tree.versions.get()
    assert (version.number, version.state, version.drafted_by) == (1, "draft", cast.clerk_a)
    assert sorted(places(version)) == [
        (1, "电冰箱", ""), (2, "制冷系统", "1"), (2, "箱体", "1"), (3, "压缩机", "1"), (4, "硅钢", "2.5"),
    ]  # fmt: skip
    with pytest.raises(Refused, match="起草人以外"):
        actions.publish_version(version, version=version.version, now=NOON, by=cast.clerk_a)
    assert actions.publish_version(version, version=version.version, now=NOON, by=cast.head_a).state == "published"


def test_the_next_workbook_is_compared_place_by_place_and_what_is_gone_is_told(cast: Cast, tree: PartTree) -> None:
    written(handed(by_level(), cast.clerk_a), cast.clerk_a)
    first = tree.versions.get()
    actions.publish_version(first, version=first.version, now=NOON, by=cast.head_a)
    again = handed(by_level(title="零部件树（二）"), cast.colleague_a)
    assert kinds(again) == {"unchanged": 6}
    moved = [("电冰箱", 1, None), ("制冷系统", 2, 1), ("压缩机", 3, 2), ("箱体", 2, 1), ("门", 3, 2)]
    batch = handed(by_level(moved), cast.colleague_a)
    assert kinds(batch) == {"new": 1, "changed": 2, "unchanged": 2}
    told = {row.subject_label: " ".join(one["message_zh"] for one in row.complaints) for row in batch.rows.all()}
    assert "本版不再包含：硅钢" in told["电冰箱 / 制冷系统 / 压缩机"]
    assert "本版不再包含：压缩机" in told["电冰箱 / 箱体"]
    describe = ledgers.get("part_trees").describer(language="zh-hans", by=cast.colleague_a)
    assert [str(one) for one in describe(batch.rows.get(subject_label="电冰箱 / 制冷系统 / 压缩机"))] == ["用量：1 → 2"]
    written(batch, cast.colleague_a)
    assert [(one.number, one.state) for one in tree.versions.order_by("number")] == [(1, "published"), (2, "draft")]
    assert places(first) == places(TreeVersion.objects.get(pk=first.pk))  # what is published never changes
    assert len(places(first)) == 6


WRONG = (
    (1, "电冰箱", None, None),
    (3, "压缩机", 1, None),  # no level 2 before it
    (4, "硅钢", 1, None),  # below a row that is wrong
    (2, "箱体", -1, None),
    (2, "门", 1, None),
    (3, "电冰箱", 1, None),  # within itself
    (2, "门", 1, None),
    ("九", "灯", 1, None),
    (2, "", 1, None),
    (2, "风机", 1, "NO-SUCH"),
)


def test_what_cannot_be_placed_is_marked_in_the_workbook_and_nothing_of_it_becomes_a_version(
    cast: Cast, tree: PartTree
) -> None:
    batch = handed(sheet(("层级", "零部件", "用量", "编码"), *WRONG), cast.clerk_a)
    said = {
        row.row_number: [one["message_zh"] for one in row.complaints if one["level"] == "error"]
        for row in batch.rows.filter(kind="error")
    }
    wanted = {3: "前面没有它的上一级", 4: "它的上级那一行有误", 5: "须大于 0", 7: "不能包含自身", 8: "第 6 行已列出",
              9: "看不懂", 10: "零部件", 11: "没有编码“NO-SUCH”"}  # fmt: skip
    assert {row: words in " ".join(said.get(row, [])) for row, words in wanted.items()} == dict.fromkeys(wanted, True)
    book = openpyxl.load_workbook(files.marked_path(batch, language="zh-hans"))
    written_in = [(c.value, c.comment.text if c.comment else "") for page in book for row in page for c in row]
    assert "前面没有它的上一级" in str(written_in)
    with pytest.raises(Refused, match="整表成为一版"):
        written(batch, cast.clerk_a)
    assert not tree.versions.exists()


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([("甲", "没有的"), ("乙", None)], "不在本表中"),
        ([("甲", "乙"), ("乙", "甲")], "互相包含"),
        ([("甲", None), ("乙", "甲"), ("丙", None), ("甲", "丙"), ("丙", "乙")], "包含"),
    ],
)
def test_a_parent_that_is_not_there_and_parts_within_one_another_are_refused(
    cast: Cast, tree: PartTree, rows: list[tuple[Any, ...]], words: str
) -> None:
    batch = handed(sheet(("零部件", "上级"), *rows), cast.clerk_a)
    assert words in str([row.complaints for row in batch.rows.filter(kind="error")])


def test_only_part_of_a_tree_is_not_written_and_an_undone_import_takes_its_draft_away(
    cast: Cast, tree: PartTree
) -> None:
    batch = handed(by_level(), cast.clerk_a)
    intake.choose(batch, rows=[batch.rows.first().pk], by=cast.clerk_a)  # type: ignore[union-attr]
    with pytest.raises(Refused, match="不能只写入一部分行"):
        written(batch, cast.clerk_a)
    intake.choose(batch, rows=None, by=cast.clerk_a)
    batch = written(batch, cast.clerk_a)
    assert intake.undo(batch, by=cast.clerk_a, now=NOON) == []
    assert not tree.versions.exists()
    again = written(handed(by_level(), cast.clerk_a), cast.clerk_a)
    version = tree.versions.get()
    actions.publish_version(version, version=version.version, now=NOON, by=cast.head_a)
    kept = intake.undo(again, by=cast.clerk_a, now=NOON)
    assert "已发布" in kept[0].reason
    assert tree.versions.get().state == "published"


def test_the_catalogue_keeps_its_own_category_and_a_code_counts_before_a_name(cast: Cast, tree: PartTree) -> None:
    Part.objects.create(code="P1", name="旋转压缩机", category="压缩机")
    content = sheet(
        ("层级", "零部件", "编码", "类别", "单位", "环节"),
        (1, "电冰箱", None, None, "台", None),
        (2, "压缩机", "P1", "电机", "个", "核心零部件"),
    )
    batch = handed(content, cast.clerk_a)
    said = str([row.complaints for row in batch.rows.all()])
    assert "目录中没有“电冰箱”，随本版新增" in said
    assert "按编码计" in said
    assert "此处“电机”不改目录" in said
    written(batch, cast.clerk_a)
    node = tree.versions.get().nodes.get(part__code="P1")
    assert (node.part.category, node.segment) == ("压缩机", "核心零部件")
    assert Part.objects.get(name="电冰箱").unit == "台"


def test_the_centre_hands_in_trees_and_no_other_ledger(cast: Cast, tree: PartTree) -> None:
    assert [one.key for one in ledgers.usable_by(cast.innovator)] == ["part_trees"]
    may = {name for name, person in cast.people.items() if ledgers.get("part_trees").may_use(person)}
    assert may == {"head_a", "clerk_a", "colleague_a", "clerk_b", "innovator"}
    content = sheet(("所属树", "层级", "零部件"), ("新能源汽车树", 1, "整车"), (None, 2, "电驱系统"))
    written(handed(content, cast.innovator), cast.innovator)
    made = PartTree.objects.get(name="新能源汽车树")
    assert made.keeper is not None
    assert made.keeper.kind == "innovation_centre"
    assert made.versions.get().drafted_by == cast.innovator
    foreign = handed(sheet(("所属树", "层级", "零部件"), ("新能源汽车树", 1, "整车")), cast.clerk_b)
    assert "由其他单位维护" in str(foreign.rows.get().complaints)


def test_a_tree_taken_out_goes_back_unchanged(cast: Cast, tree: PartTree, tmp_path: Path) -> None:
    written(handed(by_level(), cast.clerk_a), cast.clerk_a)
    content = files.export(ledgers.get("part_trees"), context={}, language="zh-hans", by=cast.clerk_a)
    assert kinds(handed(content, cast.clerk_a)) == {"unchanged": 6}
