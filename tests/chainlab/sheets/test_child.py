"""The reading child: it may be killed, run out of memory or hang; the parent says so and goes on."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from chainlab import sheets
from chainlab.sheets import archive, reader

Make = Callable[..., Path]
SHEET = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>%s</sheetData></worksheet>'
FAR = SHEET % b'<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
NO_GATE = archive.Bounds(grid_cells=1 << 60)


def script(folder: Path, source: str) -> Path:
    """A program that stands in for the interpreter and does something else."""
    path = folder / "instead.py"
    path.write_text(f"#!{sys.executable}\n{source}\n")
    path.chmod(0o755)
    return path


def test_a_child_killed_by_its_parser_is_a_complaint_not_a_crash(workbook: Make, repack: Make) -> None:
    """The far cell aborts calamine. Here the gate is told to let it pass, so that only the child stands between."""
    path = repack(workbook([["企业名称"]]), {"xl/worksheets/sheet1.xml": FAR})
    reading = sheets.read(path, layout="enterprises", limits=sheets.Limits(bounds=NO_GATE))
    assert reading.rows == ()
    assert [one.code for one in reading.errors] == ["reading_killed"]
    assert sheets.read(workbook([["企业名称"], ["海尔"]]), layout="enterprises").rows  # the parent still works


def test_a_child_that_takes_too_long_is_killed(workbook: Make, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = workbook([["企业名称"], ["海尔"]])
    monkeypatch.setattr(sys, "executable", str(script(tmp_path, "import time; time.sleep(60)")))
    began = time.monotonic()
    reading = sheets.read(path, layout="enterprises", limits=sheets.Limits(seconds=1))
    assert time.monotonic() - began < 10
    assert [one.code for one in reading.errors] == ["reading_timeout"]


def test_a_child_out_of_memory_is_a_complaint(workbook: Make, repack: Make) -> None:
    wide = SHEET % b'<row r="1"><c r="A1"><v>1</v></c></row><row r="400000"><c r="L400000"><v>1</v></c></row>'
    path = repack(workbook([["企业名称"]]), {"xl/worksheets/sheet1.xml": wide})
    reading = sheets.read(path, layout="enterprises", limits=sheets.Limits(memory_bytes=72 << 20))
    assert [one.code for one in reading.errors] == ["reading_killed"]


def test_a_fault_of_our_own_is_logged_and_said_to_be_ours(
    workbook: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    path = workbook([["企业名称"], ["海尔"]])
    monkeypatch.setattr(sys, "executable", str(script(tmp_path, "raise KeyError('ours')")))
    reading = sheets.read(path, layout="enterprises")
    assert [one.code for one in reading.errors] == ["reading_failed"]
    assert "KeyError: 'ours'" in caplog.text


def test_the_child_gets_none_of_the_parents_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "x")
    monkeypatch.setenv("DATABASE_URL", "postgres://u:p@h/d")
    assert {"SECRET_KEY", "DATABASE_URL"} & set(reader._environment()) == set()


def test_the_child_cannot_write_a_file(tmp_path: Path) -> None:
    script = (
        "from chainlab.sheets import child\nchild._limit(memory_bytes=1 << 30, seconds=10)\n"
        "import pathlib, signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        f"pathlib.Path({str(tmp_path / 'x')!r}).write_text('x')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], env=reader._environment(), capture_output=True, timeout=60, check=False
    )
    assert done.returncode != 0
    assert b"File too large" in done.stderr


def test_a_damaged_sheet_inside_a_sound_zip_is_unreadable_not_fatal(workbook: Make, repack: Make) -> None:
    for content in (b"<worksheet><sheetData><row", SHEET % b"<row r='x'><c r='?'/></row>", b"\x00\x01", b""):
        path = repack(workbook([["企业名称"]]), {"xl/worksheets/sheet1.xml": content})
        reading = sheets.read(path, layout="enterprises")
        assert reading.rows == ()
        assert reading.complaints


def test_the_child_answers_in_json_and_nothing_else(workbook: Make) -> None:
    request = {
        "path": str(workbook([["企业名称"], ["海尔"]])),
        "format": "xlsx",
        "encoding": "",
        "name": "",
        "sha256": "0",
        "layout": None,
        "memory_bytes": 2 << 30,
        "seconds": 30,
        "max_rows": 10,
    }
    done = subprocess.run(
        [sys.executable, "-m", "chainlab.sheets.child"],
        input=json.dumps(request).encode(),
        env=reader._environment(),
        capture_output=True,
        timeout=60,
        check=True,
    )
    assert json.loads(done.stdout)["grids"][0]["rows"] == [["企业名称"], ["海尔"]]
    assert done.stderr == b""


def test_importing_the_package_brings_in_no_parser_and_no_writer() -> None:
    heavy = [
        "python_calamine",
        "openpyxl",
        "xlsxwriter",
        "opencc",
        "rapidfuzz",
        "pypinyin",
        "stdnum",
        "numpy",
        "pyarrow",
    ]
    script = (
        "import sys, time; began = time.process_time()\nfrom chainlab import sheets\n"
        "cost = time.process_time() - began\nsheets.read; sheets.template; sheets.mark\n"
        f"print(cost, [name for name in {heavy!r} if name in sys.modules])"
    )
    runs = [
        subprocess.run(
            [sys.executable, "-c", script], env=reader._environment(), capture_output=True, timeout=60, check=True
        ).stdout.decode()
        for _ in range(3)
    ]
    assert all(run.strip().endswith("[]") for run in runs)
    assert min(float(run.split()[0]) for run in runs) < 0.06
