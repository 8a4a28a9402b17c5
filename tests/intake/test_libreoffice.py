"""The key-project ledger taken out, 500 of its cells typed over in LibreOffice, handed in: exactly those change."""

import datetime as dt
import io
import shutil
import subprocess
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from lianzhang.intake import actions, files, ledgers, protocol
from lianzhang.projects.models import Project
from lianzhang.projects.stages import Stage
from lianzhang.trail import actions as trail
from tests.cast import Cast
from tests.intake.handing_in import NOON, hand_in, kinds

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not on PATH"),
]
COUNT = 500
# Typed over as a person does: the text of every second project's 形象进度, in the office's own program.
BASIC = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE script:module PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "module.dtd">
<script:module xmlns:script="http://openoffice.org/2000/script" script:name="Edit" script:language="StarBasic">
Sub Cells(address As String, column As Integer, first As Integer, count As Integer)
  Dim hidden(0) As New com.sun.star.beans.PropertyValue
  hidden(0).Name = "Hidden" : hidden(0).Value = True
  book = StarDesktop.loadComponentFromURL(address, "_blank", 0, hidden())
  sheet = book.Sheets.getByIndex(0)
  For n = 0 To count - 1
    sheet.getCellByPosition(column, first + 2 * n).String = "改" &amp; n
  Next n
  book.store()
  book.close(True)
End Sub
</script:module>
"""


def _macro(profile: Path) -> None:
    """A profile as the program makes it at its first start, its standard library holding the macro beside."""
    first = ["soffice", f"-env:UserInstallation={profile.as_uri()}", "--headless", "--terminate_after_init"]
    subprocess.run(first, check=True, capture_output=True, timeout=120)
    folder = profile / "user" / "basic" / "Standard"
    (folder / "Edit.xba").write_text(BASIC, encoding="utf-8")
    listed = folder / "script.xlb"
    known = listed.read_text(encoding="utf-8")
    element = '<library:element library:name="Edit"/></library:library>'
    listed.write_text(known.replace("</library:library>", element), encoding="utf-8")


def edited(path: Path, *, column: int, first: int, count: int) -> bytes:
    """The workbook after the macro typed over every second cell of a column, from a row on."""
    profile = path.parent / "profile"
    _macro(profile)
    call = f"macro:///Standard.Edit.Cells({path.as_uri()},{column},{first},{count})"
    office = ["soffice", f"-env:UserInstallation={profile.as_uri()}", "--headless", "--norestore", call]
    subprocess.run(office, check=True, capture_output=True, timeout=180)
    return path.read_bytes()


def test_what_a_colleague_wrote_while_the_ledger_was_in_libreoffice_stays_and_what_both_wrote_is_asked(
    cast: Cast, tmp_path: Path
) -> None:
    Project.objects.bulk_create(
        Project(
            code=f"XM-2026-{n:04d}", name=f"示例项目{n}", chain=cast.chain_a, district=cast.east, stage=Stage.STARTED,
            is_key=True, owner=cast.force_a, total_wan=Decimal("1234.5678"), plan_year_wan=Decimal(600),
            planned_start_on=dt.date(2026, 3, 1), progress=f"原{n}", next_milestone="原节点",
        )
        for n in range(6)
    )  # fmt: skip
    content = files.export(ledgers.get("key_projects"), context={}, language="zh-hans", by=cast.secretary)
    path = tmp_path / "重点项目.xlsx"
    path.write_bytes(content)
    rows = list(openpyxl.load_workbook(io.BytesIO(content), read_only=True).worksheets[0].values)
    place = next((n, row.index("原0")) for n, row in enumerate(rows) if "原0" in row)
    back = edited(path, column=place[1], first=place[0], count=3)
    for project in Project.objects.all():
        written = {"next_milestone": "同事节点", "progress": f"同事{project.code}", "total_wan": Decimal(900)}
        trail.change(project, verb="project.edited", changes=written, by=cast.clerk_a)
    batch = hand_in(back, ledger="key_projects", by=cast.secretary)
    assert batch.exported_at is not None
    assert kinds(batch) == {"changed": 3, "unchanged": 3}
    found = {(row.row_number, one["cell"], one["is_both"]) for row in batch.rows.all() for one in row.clashes}
    both = {(n, "physical_progress", n % 2 == 0) for n in range(2, 8)}
    assert found == both | {(n, cell, False) for n in range(2, 8) for cell in ("next_node", "total_wan")}
    batch = actions.settle_all(batch, as_=protocol.SHEET, plan=batch.plan, by=cast.secretary)
    actions.apply(batch, plan=batch.plan, by=cast.secretary, now=NOON)
    said = list(Project.objects.order_by("code").values_list("progress", "next_milestone", "total_wan"))
    assert [one[0] for one in said] == ["改0", "同事XM-2026-0001", "改1", "同事XM-2026-0003", "改2", "同事XM-2026-0005"]
    assert {one[1:] for one in said} == {("同事节点", Decimal(900))}


def test_five_hundred_cells_typed_over_in_libreoffice_change_exactly_those(cast: Cast, tmp_path: Path) -> None:
    Project.objects.bulk_create(
        Project(
            code=f"XM-2026-{n:04d}", name=f"示例项目{n}", chain=cast.chain_a, district=cast.east, stage=Stage.STARTED,
            is_key=True, owner=cast.force_a, total_wan=Decimal(1200), plan_year_wan=Decimal(600), progress=f"原{n}",
        )
        for n in range(2 * COUNT)
    )  # fmt: skip
    ledger = ledgers.get("key_projects")
    content = files.export(ledger, context={}, language="zh-hans", by=cast.secretary)
    path = tmp_path / "重点项目.xlsx"
    path.write_bytes(content)
    rows = list(openpyxl.load_workbook(io.BytesIO(content), read_only=True).worksheets[0].values)
    place = next((n, row.index("原0")) for n, row in enumerate(rows) if "原0" in row)
    again = hand_in(
        edited(path, column=place[1], first=place[0], count=COUNT), ledger="key_projects", by=cast.secretary
    )
    changed = again.rows.exclude(kind="unchanged")
    assert {row.kind for row in changed} == {"changed"}
    assert changed.count() == COUNT
    assert again.counts["unchanged"] >= COUNT
    differing = {name for row in changed for name in row.after if row.after[name] != row.before.get(name)}
    assert differing == {"progress"}
