"""`lianzhang template`: the empty workbook of every ledger, which the system itself reads without complaint."""

from pathlib import Path

import openpyxl
import pytest

from chainlab import sheets
from lianzhang import cli
from tests.command import Command


@pytest.mark.parametrize("key", sheets.layouts.KEYS)
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_ledger_has_a_template_in_both_languages(key: str, language: str, tmp_path: Path) -> None:
    out = tmp_path / "a.xlsx"
    assert cli.main(["template", key, "--out", str(out), "--language", language]) == 0
    layout = sheets.layouts.get(key)
    book = openpyxl.load_workbook(out)
    assert {sheet.title(language) for sheet in layout.sheets} <= set(book.sheetnames)
    for sheet in layout.sheets:
        headers = [str(cell.value).strip("*") for cell in book[sheet.title(language)][1] if cell.value]
        assert headers == [field.header(language) for field in sheet.fields]


def test_a_template_filled_with_nothing_reads_without_errors(tmp_path: Path) -> None:
    out = tmp_path / "a.xlsx"
    cli.main(["template", "teardown", "--out", str(out)])
    assert sheets.read(out, layout="teardown").errors == ()


def test_an_unknown_ledger_lists_those_there_are(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert cli.main(["template", "weather", "--out", str(tmp_path / "a.xlsx")]) == 2
    told = capsys.readouterr().err
    assert all(key in told for key in sheets.layouts.KEYS)


@pytest.mark.parametrize("out", ["a.csv", "nowhere/a.xlsx"])
def test_a_place_that_cannot_be_written_is_explained(
    out: str, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert cli.main(["template", "teardown", "--out", out]) == 1
    assert out in capsys.readouterr().err


def test_it_needs_no_server_and_no_home(command: Command) -> None:
    told = command("template", "teardown", "--out", "a.xlsx", DJANGO_SETTINGS_MODULE="nowhere.settings")
    assert (told.code, told.out.strip()) == (0, "a.xlsx")
    assert not command.home.exists()
