"""The one-pagers and the 推进会 papers as Word: what they say, read back from the file."""

import io
from datetime import timedelta
from typing import Any

import docx
import pytest
from django.utils import timezone

from lianzhang.briefings import documents, firm, onepager, pack
from lianzhang.chains.models import Action
from lianzhang.tables import ExportHeader
from tests.cast import TODAY, Cast

pytestmark = pytest.mark.django_db


def header(title: str) -> ExportHeader:
    return ExportHeader(
        title=title, as_of=TODAY, who="秘书处", is_illustrative=False, made_at=timezone.now(), export_id="DC-000001"
    )


def read(write: Any, page: Any) -> Any:
    out = io.BytesIO()
    write(page, out=out, header=header("材料"))
    return docx.Document(io.BytesIO(out.getvalue()))


def plan(cast: Cast, **columns: Any) -> None:
    Action.objects.create(code="JH-2026-001", chain=cast.chain_a, year=2026, matter="引进配套商12家", **columns)


def test_each_figure_of_the_word_page_says_its_change_scope_source_and_date(cast: Cast) -> None:
    plan(cast, due_on=TODAY - timedelta(days=3))
    chain = onepager.chains(cast.secretary, today=TODAY).get(code="test-a")
    page = onepager.compose(chain, person=cast.secretary, today=TODAY, since=TODAY - timedelta(days=30))
    document = read(documents.chain_page, page)
    rows = [[cell.text for cell in row.cells] for row in document.tables[0].rows]
    assert rows[0] == ["主要数字", "数值", "较10-24", "口径与来源", "数据截至"]
    assert ["计划逾期", "1 项", "+1", "时限已过、未完成；另有 0 项预警或滞后；计划事项台账", "2026-11-23"] in rows
    assert [row[0] for row in rows[1:]] == [figure.label for figure in page.figures]
    assert all(row[3] for row in rows[1:])


def test_a_sheet_for_a_visit_says_when_nothing_is_recorded(cast: Cast) -> None:
    page = firm.compose(cast.enterprise_1, person=cast.secretary, today=TODAY)
    texts = [paragraph.text for paragraph in read(documents.firm_page, page).paragraphs]
    assert {
        "没有项目。",
        "没有诉求。",
        "没有在办的督办事项。",
        "没有登记的供给能力。",
        "期间没有变化。",
        "没有走访记录。",
    } <= set(texts)


def test_the_light_in_the_papers_is_a_word_with_its_reason_beside_it(cast: Cast) -> None:
    plan(cast, due_on=TODAY + timedelta(days=30), target_value=12, done_value=1, progress="1家", progress_on=TODAY)
    made = pack.compose(cast.scheme, person=cast.secretary, year=2026, today=TODAY)
    document = read(pack.write_docx, made)
    table = document.tables[0]
    heads = [cell.text for cell in table.rows[0].cells]
    row = dict(zip(heads, [cell.text for cell in table.rows[1].cells], strict=True))
    assert row["灯"] == "滞后"
    assert row["灯的理由"].startswith("完成8%，时间进度")
