"""收表: a task force hands out pre-filled workbooks and hands them in for a firm without an account; never names."""

import io
import zipfile
from typing import Any

import openpyxl
import pytest
from django.test import Client
from django.utils import timezone

from lianzhang.accounts.actions import Refused
from lianzhang.accounts.models import Appointment, Person
from lianzhang.chains.models import Anchor
from lianzhang.intake import actions as intake
from lianzhang.intake import ledgers
from lianzhang.registry import gathering
from lianzhang.registry.actions.lines import enter_line_on_paper
from lianzhang.registry.models import Level, PartAnswer, PartTree, ProductLine, TreeNode, TreeVersion
from lianzhang.trail.models import Attachment
from tests.cast import SINCE, TODAY, Cast
from tests.intake.handing_in import NOON, hand_in, kinds
from tests.registry import answered
from tests.registry.answered import granted

pytestmark = pytest.mark.django_db
YEAR = TODAY.year - 1


@pytest.fixture
def said(cast: Cast) -> answered.Answered:
    """Three anchors of chain A with answers of every level, a published tree of 冰箱 with 压缩机 and 门."""
    made = answered.build(cast)
    version = TreeVersion.objects.create(tree=PartTree.objects.create(code="T", name="树"), number=1, state="published")
    fridge = made.part.__class__.objects.create(code="F", name="冰箱")
    top = TreeNode.objects.create(tree_version=version, part=fridge)
    door = made.part.__class__.objects.create(code="D", name="门", category="门体")
    for part in (made.part, door):
        TreeNode.objects.create(tree_version=version, part=part, parent=top)
    ProductLine.objects.filter(name="冰箱").update(product=fridge)
    for number in (1, 2, 3):
        Anchor.objects.get_or_create(chain=cast.chain_a, enterprise=cast.firms[f"enterprise_{number}"])
    return made


def collected(person: Person, *anchors: Any) -> dict[str, gathering.Collected]:
    found = gathering.firms(person, anchors=[firm.pk for firm in anchors])
    return {one.firm.name: one for one in gathering.collected(found, person=person, today=TODAY)}


def paper(cast: Cast, number: int, levels: list[str]) -> None:
    scan = Attachment.objects.create(
        kind="paper_grant", name="授权.pdf", sha256="0" * 64, size=1, uploaded_by_id=1, uploaded_at=NOON
    )
    granted(cast, number, "force_a", levels, scan=scan, confirmed_by=cast.head_a)


def without_account(cast: Cast, number: int) -> None:
    body = cast.firms[f"enterprise_{number}"].body
    Appointment.objects.filter(body=body).update(ends_on=SINCE)


def cells(content: bytes) -> str:
    book = openpyxl.load_workbook(io.BytesIO(content))
    return str([[cell.value for cell in row] for page in book for row in page])


def test_what_a_firm_owes_is_listed_and_how_far_it_is_only_where_it_granted(
    cast: Cast, said: answered.Answered
) -> None:
    granted(cast, 1, "force_a", ["d0"])
    found = collected(cast.clerk_a, cast.enterprise_1, cast.enterprise_2)
    ticks, bands = found["链主一有限公司"].levels
    assert (ticks.level, ticks.asked, ticks.answered, ticks.is_open) == (Level.TICKS, 2, 1, True)
    assert (bands.level, bands.answered, bands.is_open) == (Level.BANDS, None, False)
    assert [owed.answered for owed in found["链主二有限公司"].levels] == [None, None]
    assert not gathering.collects(cast.secretary.reach)
    assert not gathering.collects(cast.anchor_1.reach)


def test_a_workbook_holds_the_tree_and_nothing_that_was_not_granted(cast: Cast, said: answered.Answered) -> None:
    granted(cast, 1, "force_a", ["d0", "d3"], readers=("clerk_a", "head_a"))  # rows read, but never put into bands
    one = collected(cast.clerk_a, cast.enterprise_1)["链主一有限公司"]
    ticks, bands = (gathering.workbook(o, person=cast.clerk_a, year=YEAR, language="zh-hans") for o in one.levels)
    assert "外购" in cells(ticks.content)
    assert "门" in cells(ticks.content)
    assert "制冷" in cells(bands.content)  # a category of the tree
    assert "1000万" not in cells(bands.content).replace("1000万–5000万元", "", 1)  # only the drop-down's words
    assert "外地乙有限公司" not in cells(ticks.content) + cells(bands.content)


def test_every_open_workbook_comes_in_one_package_a_folder_for_each_firm(
    cast: Cast, said: answered.Answered, client: Client
) -> None:
    granted(cast, 1, "force_a", ["d0"])
    client.force_login(cast.clerk_a)
    archive = zipfile.ZipFile(io.BytesIO(client.get("/answers/gather/all.zip").content))
    assert sorted(archive.namelist()) == [
        f"{firm}/{firm}_{level}_{YEAR}.xlsx"
        for firm in ("链主一有限公司", "链主三有限公司", "链主二有限公司")
        for level in ("分档级", "目录级")
    ]
    assert "外地乙有限公司" not in "".join(cells(archive.read(name)) for name in archive.namelist())
    page = client.get("/answers/gather/").content.decode()
    assert "未获授权" in page
    assert client.get("/answers/gather/QY-1/d2").status_code == 404
    for who in (cast.secretary, cast.anchor_1, cast.chief):
        client.force_login(who)
        assert client.get("/answers/gather/all.zip").status_code == 404


def test_a_firm_without_an_account_answers_by_a_file_that_the_task_force_hands_in(
    cast: Cast, said: answered.Answered
) -> None:
    without_account(cast, 2)
    paper(cast, 2, ["d0", "d1"])
    firm = cast.enterprise_2
    line = enter_line_on_paper(firm=firm, name="冷柜", levels=["d0", "d1"], today=TODAY, by=cast.clerk_a)
    assert (line.levels, line.levels_by) == (["d0", "d1"], cast.clerk_a)
    PartAnswer.objects.filter(line__firm=firm).delete()
    one = collected(cast.clerk_a, firm)["链主二有限公司"]
    assert (one.has_account, one.is_on_paper) == (False, True)
    made = gathering.workbook(one.levels[0], person=cast.clerk_a, year=YEAR, language="zh-hans")
    book = openpyxl.load_workbook(io.BytesIO(made.content))
    page: Any = next(page for page in book if page.max_row > 1 and any(c.value == "来源方式" for r in page for c in r))
    head = next(row for row in page if any(cell.value == "来源方式" for cell in row))
    column = next(cell.column for cell in head if cell.value == "来源方式")
    for row in range(head[0].row + 1, page.max_row + 1):
        if page.cell(row, head[0].column).value == "链主二有限公司":
            page.cell(row, column).value = "外购"
    out = io.BytesIO()
    book.save(out)
    batch = hand_in(out.getvalue(), ledger="part_answers", by=cast.clerk_a)
    assert kinds(batch).get("new") == 2, [(r.kind, r.complaints) for r in batch.rows.all()]
    intake.apply(batch, plan=batch.plan, by=cast.clerk_a, now=NOON)
    told = PartAnswer.objects.filter(line__firm=firm)
    assert {(one.make, one.answered_by, one.proxy) for one in told} == {("bought", cast.clerk_a, cast.force_a)}
    assert collected(cast.clerk_a, firm)["链主二有限公司"].levels[0].by_proxy == 2


def test_names_and_levels_that_were_not_granted_cannot_be_handed_in_for_a_firm(
    cast: Cast, said: answered.Answered
) -> None:
    paper(cast, 2, ["d0"])
    told = {"firm": cast.enterprise_2, "name": "冷柜", "today": timezone.localdate(), "by": cast.clerk_a}
    with pytest.raises(Refused, match="有账号"):
        enter_line_on_paper(levels=["d0"], **told)
    without_account(cast, 2)
    with pytest.raises(Refused, match="只限目录级、分档级"):
        enter_line_on_paper(levels=["d0", "d2"], **told)
    with pytest.raises(Refused, match="没有分档级"):
        enter_line_on_paper(levels=["d0", "d1"], **told)
    assert not ledgers.get("supplier_mentions").may_use(cast.clerk_a)
