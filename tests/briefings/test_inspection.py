"""迎检资料包: the archive holds what its asker may see of the period, numbered as in its contents, and nothing else."""

import io
import zipfile
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.utils import timezone

from lianzhang.accounts.models import Person
from lianzhang.briefings import jobs as briefing_jobs
from lianzhang.briefings.inspection import gathering, packing
from lianzhang.briefings.period.scope import Period, Whose
from lianzhang.collecting.models import Collection, Submission, SubmissionRow
from lianzhang.jobs.models import Job
from lianzhang.jobs.progress import Progress
from lianzhang.projects.models import Project, StageEntry
from lianzhang.projects.stages import Stage
from lianzhang.supervision.models import Decision, Meeting, Task
from lianzhang.tables import ExportHeader
from lianzhang.trail import evidence
from lianzhang.trail.models import Event
from tests.cast import TODAY, Cast

pytestmark = pytest.mark.django_db
FIRST = TODAY - timedelta(days=30)
PERIOD = Period("pack", FIRST, TODAY)


@pytest.fixture(autouse=True)
def home(settings: Any, tmp_path: Path) -> None:
    settings.LIANZHANG_HOME = tmp_path


def at(day: date) -> datetime:
    return datetime.combine(day, time(9), tzinfo=timezone.get_current_timezone())


def signed(cast: Cast, n: int, chain: Any, paper: bytes) -> Project:
    """A project that was signed in the period on one agreement."""
    one = Project.objects.create(
        code=f"XM-2026-{n:03d}", name=f"项目{n}", chain=chain, stage=Stage.SIGNED, district=cast.east
    )
    kept = evidence.keep(
        ContentFile(paper, name=f"协议{n}.pdf"), kind="agreement", by=cast.clerk_a, taken_on=FIRST, place="某地"
    )
    proof = evidence.attach(kept, to=one, purpose="agreement", by=cast.clerk_a)
    StageEntry.objects.create(
        project=one, stage=Stage.SIGNED, entered_on=TODAY, verdict="passed", asked_by=cast.clerk_a, asked_at=at(TODAY),
        checked_by=cast.head_a, checked_at=at(TODAY), proof_ids=[proof.pk],
    )  # fmt: skip
    return one


@pytest.fixture
def office(cast: Cast) -> Cast:
    """Two chains with a meeting, a signed project and a closed task each; a form of which one answer came in."""
    for n, chain in enumerate((cast.chain_a, cast.chain_b), start=1):
        signed(cast, n, chain, b"%%PDF-%d" % n)
        meeting = Meeting.objects.create(
            code=f"HY-2026-{n:03d}",
            title=f"会议{n}",
            kind="regular",
            chain=chain,
            held_on=TODAY,
            summary=f"纪要正文{n}",
        )
        decision = Decision.objects.create(meeting=meeting, number=1, text=f"议定{n}", responsible=cast.department)
        task = Task.objects.create(
            code=f"DB-2026-{n:03d}", title=f"事项{n}", chain=chain, decision=decision, responsible=cast.department,
            assigned_by=cast.secretary, assigned_at=at(FIRST), due_on=TODAY, state="closed", closed_at=at(TODAY),
            closed_by=cast.secretary, reply=f"办结情况{n}",
        )  # fmt: skip
        kept = evidence.keep(ContentFile(b"photo%d" % n, name=f"现场{n}.jpg"), kind="task", by=cast.officer)
        evidence.attach(kept, to=task, purpose="task", by=cast.officer)
    Meeting.objects.create(code="HY-2026-009", title="期前", kind="regular", held_on=FIRST - timedelta(days=1))
    form = Collection.objects.create(
        code="SB-2026-001", title="摸排", due_at=at(TODAY), owner=cast.secretariat, opened_by=cast.secretary,
        opened_at=at(FIRST), columns=[{"key": "name", "label": "厂房", "kind": "text"}], has_many_rows=True,
    )  # fmt: skip
    came = Submission.objects.create(
        collection=form, body=cast.east, state="submitted", submitted_at=at(FIRST), first_submitted_at=at(FIRST)
    )
    SubmissionRow.objects.create(submission=came, position=1, values={"name": "东区厂房"})
    Submission.objects.create(collection=form, body=cast.west)
    return cast


def packed(person: Person, **whose: Any) -> tuple[zipfile.ZipFile, packing.Package]:
    entries = gathering.gather(Whose(person, **whose), PERIOD, today=TODAY)
    header = ExportHeader(title="资料包", who="谁", as_of=TODAY, export_id="DC-000001")
    made = packing.pack(entries, header=header, tell=lambda _done, _total: None)
    return zipfile.ZipFile(packing.path_of(made.sha256)), made


def names(archive: zipfile.ZipFile) -> str:
    return "\n".join(archive.namelist())


def test_the_archive_holds_the_records_of_the_period_and_the_contents_number_every_file(office: Cast) -> None:
    archive, made = packed(office.secretary)
    listed = [line.path for line in made.lines]
    assert sorted(archive.namelist()) == sorted([*listed, "目录.html", "目录.docx", "目录.xlsx"])
    assert [int(Path(path).name[:3]) for path in listed] == list(range(1, len(listed) + 1))
    page = archive.read("目录.html").decode()
    assert all(path in page for path in listed)
    assert "DC-000001" in page
    sheet = openpyxl.load_workbook(io.BytesIO(archive.read("目录.xlsx"))).worksheets[0]
    assert [path for row in sheet.iter_rows(values_only=True) for path in row if path in listed] == listed
    assert "期前" not in names(archive)


def test_minutes_decisions_and_what_became_of_them_stand_in_the_meetings_document(office: Cast) -> None:
    archive, _made = packed(office.secretary)
    path = next(name for name in archive.namelist() if "HY-2026-001" in name)
    document = docx.Document(io.BytesIO(archive.read(path)))
    said = "\n".join(paragraph.text for paragraph in document.paragraphs)
    assert "纪要正文1" in said
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    assert "议定1" in cells
    assert any("DB-2026-001" in text and "办结情况1" in text for text in cells)


def test_evidence_lies_by_project_and_stage_byte_for_byte_with_kind_day_and_place(office: Cast) -> None:
    archive, made = packed(office.secretary)
    line = next(line for line in made.lines if "XM-2026-001" in line.path)
    assert line.path.split("/")[:3] == ["3-佐证", "XM-2026-001_项目1", "04-签约"]
    assert archive.read(line.path) == b"%PDF-1"
    assert (line.entry.kind, line.entry.on, line.entry.place) == ("投资协议", FIRST, "某地")
    assert archive.read(next(name for name in archive.namelist() if "现场2" in name)) == b"photo2"


def test_ledgers_and_collections_hold_the_rows_one_may_see(office: Cast) -> None:
    archive, _made = packed(office.secretary)
    books = {
        name: openpyxl.load_workbook(io.BytesIO(archive.read(name)))
        for name in archive.namelist()
        if name.endswith("xlsx")
    }

    def cells(word: str) -> set[Any]:
        [book] = [book for name, book in books.items() if word in name]
        return {value for row in book.worksheets[0].iter_rows(values_only=True) for value in row}

    assert {"项目1", "项目2"} <= cells("项目")
    assert {"事项1", "事项2"} <= cells("督办")
    assert "东区厂房" in cells("SB-2026-001")


def test_a_chains_package_holds_nothing_of_another_chain(office: Cast) -> None:
    archive, _made = packed(office.clerk_a, chain=office.chain_a)
    everything = names(archive) + "".join(
        cell
        for name in archive.namelist()
        if name.endswith(".xlsx")
        for sheet in openpyxl.load_workbook(io.BytesIO(archive.read(name)))
        for row in sheet.iter_rows(values_only=True)
        for cell in map(str, row)
    )
    assert "项目1" in everything
    assert not any(word in everything for word in ("项目2", "会议2", "事项2", "现场2", "XM-2026-002"))


def test_who_may_not_see_a_record_gets_none_of_it(office: Cast) -> None:
    Project.objects.filter(code="XM-2026-002").update(district=office.west)
    archive, _made = packed(office.district_east, district=office.east)
    said = names(archive)
    assert "XM-2026-001" in said
    assert "XM-2026-002" not in said
    assert "HY-2026" not in said, "it was at none of the meetings"
    assert "现场" not in said, "the tasks are another body's"


def test_what_would_pass_the_limit_is_named_in_the_contents_and_not_packed(office: Cast) -> None:
    entries = gathering.gather(Whose(office.secretary), PERIOD, today=TODAY)
    header = ExportHeader(title="资料包", who="谁", as_of=TODAY, export_id="DC-000001")
    made = packing.pack(entries, header=header, tell=lambda _done, _total: None, most_bytes=7)
    archive = zipfile.ZipFile(packing.path_of(made.sha256))
    assert made.left_out_count == 3
    assert sum("协议" in name for name in archive.namelist()) == 1
    assert "未装入" in archive.read("目录.html").decode()


def test_it_is_made_in_the_background_and_only_who_asked_downloads_it(office: Cast, client: Client) -> None:
    client.force_login(office.clerk_a)
    asked = {"first": FIRST.isoformat(), "last": TODAY.isoformat(), "chain": office.chain_a.pk}
    assert client.post("/briefings/inspection/", asked).status_code == 302
    job = Job.objects.get(kind=briefing_jobs.PACK)
    person = job.asked_by.act_as(job.acting)
    result = briefing_jobs.inspection(Progress(job.pk, person), **job.arguments)
    Job.objects.filter(pk=job.pk).update(state="done", result=result, finished_at=timezone.now())
    taken = client.get(result["url"])
    content = b"".join(taken.streaming_content)
    assert result["export_id"] in zipfile.ZipFile(io.BytesIO(content)).read("目录.html").decode()
    verbs = list(Event.objects.filter(verb__startswith="inspection.").order_by("seq").values_list("verb", flat=True))
    assert verbs == ["inspection.exported", "inspection.packed", "inspection.downloaded"]
    assert result["title"] in client.get("/briefings/inspection/").content.decode()
    for other in (office.colleague_a, office.secretary, office.auditor):
        client.force_login(other)
        assert client.get(result["url"]).status_code == 404


def test_a_period_that_ends_before_it_begins_or_is_still_to_come_is_refused(office: Cast, client: Client) -> None:
    client.force_login(office.secretary)
    for first, last in ((TODAY, FIRST), (date(2099, 1, 1), date(2099, 2, 1)), (date(2001, 1, 1), TODAY)):
        page = client.post("/briefings/inspection/", {"first": first.isoformat(), "last": last.isoformat()})
        assert page.status_code == 422
    assert not Job.objects.exists()
