"""`lianzhang month`: a district's program hands in its month; what the server refuses is said, and the exit tells."""

import io
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib import request

import openpyxl
import pytest
from django.test import Client
from openpyxl.utils import get_column_letter

from lianzhang import cli
from lianzhang.cli import months as command
from lianzhang.collecting.models import Collection
from lianzhang.jobs.models import Job
from lianzhang.jobs.progress import Progress
from lianzhang.projects.models import Project
from lianzhang.projects.monthly import jobs, sheets
from tests.api.conftest import program  # noqa: F401 - the fixture
from tests.cast import Cast
from tests.projects import months

pytestmark = pytest.mark.django_db
SERVER = ["--server", "http://lianzhang.test"]


@pytest.fixture
def served(cast: Cast, program: Any, monkeypatch: pytest.MonkeyPatch) -> Project:  # noqa: F811
    """A month that is open; what the command sends arrives at this process, and its jobs run while it waits."""
    project = months.key_project(cast, 1)
    months.opened(cast)

    def send(asked: request.Request) -> tuple[int, bytes]:
        headers = {name: value for name, value in asked.header_items() if name != "Content-type"}
        kind = asked.get_header("Content-type", "")
        sent = asked.data or b""
        answer = Client().generic(asked.get_method(), asked.selector, sent, content_type=kind, headers=headers)
        return answer.status_code, answer.content

    def work(_seconds: float) -> None:
        for job in Job.objects.filter(kind="projects.read_month", state="waiting"):
            jobs.read_month(Progress(job.pk, cast.district_east), **job.arguments)
            Job.objects.filter(pk=job.pk).update(state="done")

    monkeypatch.setattr(command, "send", send)
    monkeypatch.setattr(command, "sleep", work)  # its own: reading a workbook waits by sleeping too
    monkeypatch.setenv(command.TOKEN, program("district_east").token)
    return project


def filled(cast: Cast, tmp_path: Path, **said: Any) -> str:
    """The district's workbook with one row typed in, by the words of its heads."""
    asked = Collection.objects.get()
    content = sheets.prefilled(months.answer(asked, cast), language="zh-hans", by=cast.district_east)
    book = openpyxl.load_workbook(io.BytesIO(content))
    sheet = book.worksheets[0]
    heads = [str(cell.value).strip("*").split("（")[0] for cell in sheet[1]]
    for word, value in said.items():
        sheet[f"{get_column_letter(heads.index(word) + 1)}2"] = value
    out = tmp_path / "月报.xlsx"
    book.save(out)
    return str(out)


WHOLE = {
    "当月完成投资": 100,
    "年度累计完成投资": 100,
    "形象进度": "封顶",
    "下一节点": "进场",
    "下一节点日期": "2026-12-20",
}


def test_a_workbook_without_fault_is_handed_in(
    cast: Cast, served: Project, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["month", filled(cast, tmp_path, **WHOLE), *SERVER, "--submit", "--note", "系统报送"]) == 0
    assert capsys.readouterr().out == "YB-2026-11 east: submitted\n"
    kept = months.report(served)
    assert (kept.state, kept.done_year_wan) == ("submitted", Decimal(100))
    assert cli.main(["month", *SERVER, "--json"]) == 0
    assert '"state": "submitted"' in capsys.readouterr().out


def test_faults_are_told_by_their_cells_and_what_is_lacking_refuses(
    cast: Cast, served: Project, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book = filled(cast, tmp_path, **{**WHOLE, "当月完成投资": "很多"})
    assert cli.main(["month", book, *SERVER, "--submit"]) == 1
    assert "应填确数，现在是“很多”" in capsys.readouterr().out
    book = filled(cast, tmp_path, **{**WHOLE, "年度累计完成投资": 13000, "当月完成投资": 13000})
    assert cli.main(["month", book, *SERVER, "--submit"]) == 1
    assert "存疑未说明" in capsys.readouterr().err
    assert months.report(served).state == "draft"


def test_without_a_token_a_workbook_or_a_month_it_says_what_to_do(
    served: Project, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert served.code
    assert cli.main(["month", str(tmp_path / "无.xlsx"), *SERVER]) == 1
    assert cli.main(["month", "--server", "file:///etc", "--submit"]) == 2
    assert cli.main(["month", *SERVER, "--month", "YB-2020-01"]) == 1
    monkeypatch.setenv(command.TOKEN, "lz_wrong")
    assert cli.main(["month", *SERVER]) == 1
    monkeypatch.delenv(command.TOKEN)
    assert cli.main(["month", *SERVER]) == 2
    told = capsys.readouterr().err
    for words in ("no such file", "http://", "say --district", "需要有效的令牌", command.TOKEN):
        assert words in told
