"""A district's workbook of the month takes nothing from what a colleague typed on the page while it was out."""

import io
from decimal import Decimal
from typing import Any

import openpyxl
import pytest

from lianzhang.collecting.models import Collection, Submission
from lianzhang.jobs.work import Unworkable
from lianzhang.projects.models import MonthReport, Project
from lianzhang.projects.monthly import actions, jobs, sheets
from lianzhang.projects.monthly.actions import Said
from tests.cast import Cast
from tests.projects import months
from tests.projects.test_monthly import hand_in

pytestmark = pytest.mark.django_db
HEADS = {"month": "当月完成投资", "year": "年度累计完成投资", "progress": "形象进度", "node": "下一节点"}


@pytest.fixture
def project(cast: Cast) -> Project:
    return months.key_project(cast, 1, next_milestone="封顶")


@pytest.fixture
def asked(cast: Cast, project: Project) -> Collection:
    return months.opened(cast)


def out(asked: Collection, cast: Cast) -> bytes:
    return sheets.prefilled(months.answer(asked, cast), language="zh-hans", by=cast.district_east)


def typed(content: bytes, **cells: Any) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(content))
    page = book.worksheets[0]
    column: dict[str, Any] = {str(cell.value).lstrip("*").partition("（")[0]: cell.column for cell in page[1]}
    for name, value in cells.items():
        page.cell(2, column[HEADS[name]]).value = value
    saved = io.BytesIO()
    book.save(saved)
    return saved.getvalue()


def on_the_page(asked: Collection, cast: Cast, project: Project, **values: Any) -> None:
    held = MonthReport.objects.filter(project=project).first()
    said = [Said(project.pk, values, version=held.version if held else None)]
    actions.save(months.answer(asked, cast), said=said, by=cast.district_east)


def read(asked: Collection, cast: Cast, content: bytes) -> Submission:
    return hand_in(months.answer(asked, cast), content, by=cast.district_east)


def standing(project: Project) -> tuple[Any, ...]:
    report = months.report(project)
    return report.done_month_wan, report.done_year_wan, report.progress, report.next_milestone


def test_what_was_typed_on_the_page_stands_and_the_cell_says_who_typed_it(
    cast: Cast, asked: Collection, project: Project
) -> None:
    content = out(asked, cast)
    on_the_page(asked, cast, project, done_month_wan=Decimal(80), progress="页面所填")
    got = read(asked, cast, typed(content, month=100, year=600, node="装修"))
    assert standing(project) == (Decimal(80), Decimal(600), "页面所填", "装修")
    (told,) = got.upload["complaints"]
    assert (told["level"], "填为“80”" in told["zh"], cast.district_east.name in told["zh"]) == ("warning", True, True)
    assert got.upload["error_count"] == 0


def test_the_same_workbook_corrects_what_it_said_before(cast: Cast, asked: Collection, project: Project) -> None:
    content = out(asked, cast)
    read(asked, cast, typed(content, month=100, year=600))
    got = read(asked, cast, typed(content, month=120, year=600))
    assert standing(project)[:2] == (Decimal(120), Decimal(600))
    assert got.upload["complaints"] == []


def test_a_cell_left_as_it_was_handed_out_does_not_come_back_over_the_page(
    cast: Cast, asked: Collection, project: Project
) -> None:
    on_the_page(asked, cast, project, progress="甲", done_month_wan=Decimal(10))
    content = out(asked, cast)
    on_the_page(asked, cast, project, progress="乙")
    got = read(asked, cast, typed(content, month=20))
    assert (standing(project)[0], standing(project)[2]) == (Decimal(20), "乙")
    assert got.upload["complaints"] == []


def test_a_page_saved_while_the_workbook_is_being_read_is_not_overwritten(
    cast: Cast, asked: Collection, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    content, keep = typed(out(asked, cast), month=100), jobs.collecting.keep_marked

    def meanwhile(*args: Any, **said: Any) -> None:
        on_the_page(asked, cast, project, done_month_wan=Decimal(80))
        keep(*args, **said)

    monkeypatch.setattr(jobs.collecting, "keep_marked", meanwhile)
    with pytest.raises(Unworkable, match="读取时同事正在填写"):
        read(asked, cast, content)
    assert standing(project)[0] == Decimal(80)
