"""Pages of plan and actual: the year's plan, the Gantt, evidence for many projects at once, the dated list."""

import datetime as dt
import io
import zipfile
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from lianzhang.accounts.models import Person
from lianzhang.projects.models import Project, YearPlan
from lianzhang.projects.stages import Stage
from lianzhang.trail.models import Proof
from lianzhang.web.charts import gantt
from tests.cast import Cast
from tests.projects import scene


@pytest.fixture
def at(client: Client) -> Any:
    def as_person(person: Person) -> Client:
        client.force_login(person)
        return client

    return as_person


def test_the_plan_of_a_year_is_set_on_its_page_and_the_project_shows_plan_adjustment_and_actual(
    cast: Cast, at: Any, today: dt.date
) -> None:
    project = scene.lead(cast)
    said = {"year": today.year, "version": project.version, "investment_wan": "3000", "start_on": "2026-03-01"}
    url = reverse("projects:plan", args=[project.code])
    done = at(cast.clerk_a).post(url, said)
    assert done.status_code == 302
    assert YearPlan.objects.get().investment_wan == 3000
    Project.objects.update(planned_start_on=dt.date(2026, 4, 1), started_on=dt.date(2026, 3, 11), stage=Stage.STARTED)
    shown = at(cast.clerk_a).get(reverse("projects:project", args=[project.code])).content.decode()
    row = shown[shown.index('<th scope="row">开工') :].split("</tr>")[0]
    assert [day in row for day in ("2026-03-01", "2026-04-01", "2026-03-11", ">10<")] == [True] * 4
    assert at(cast.clerk_b).get(url).status_code == 404
    again = at(cast.clerk_a).post(url, {**said, "version": 99, "investment_wan": "1"})
    assert again.status_code == 409


def test_the_gantt_draws_the_key_projects_in_reach_with_a_table_beside_it(cast: Cast, at: Any) -> None:
    for name, is_key in (("重点甲", True), ("一般乙", False)):
        project = scene.lead(cast, name=name, investor_name=f"{name}公司")
        Project.objects.filter(pk=project.pk).update(is_key=is_key, planned_start_on=dt.date(2026, 3, 1))
    told = at(cast.secretary).get(reverse("projects:gantt")).content.decode()
    assert "<svg" in told
    assert "<table" in told
    assert "重点甲" in told
    assert "一般乙" not in told
    drawn = at(cast.secretary).get(reverse("projects:gantt") + "?format=svg")
    assert drawn["Content-Type"] == "image/svg+xml"
    assert "重点甲" in drawn.content.decode()
    assert "重点甲" in at(cast.secretary).get(reverse("projects:gantt") + "?format=print").content.decode()
    assert at(cast.secretary).get(reverse("projects:gantt") + "?format=docx").status_code == 200
    assert (
        "重点甲"
        not in at(cast.secretary).get(reverse("projects:gantt") + f"?chain={cast.chain_b.code}").content.decode()
    )


def test_a_bar_lies_between_its_days_and_a_far_date_does_not_press_the_rest(today: dt.date) -> None:
    near = Project(code="a", name="a", planned_start_on=today, planned_completion_on=today + dt.timedelta(days=365))
    far = Project(code="b", name="b", planned_start_on=today, planned_completion_on=dt.date(2106, 1, 1))
    drawing = gantt.draw([near, far], today=today)
    assert drawing is not None
    bars = [row["planned"] for row in drawing["rows"]]
    assert bars[0]["x"] == bars[1]["x"] == drawing["today"]["x"]
    assert 150 < float(bars[0]["width"]) < float(bars[1]["width"])
    assert drawing["rows"][0]["actual"] is None
    assert gantt.draw([Project(code="c", name="c")], today=today) is None


def _zip(names: list[str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, name.encode())
    return out.getvalue()


def _send(client: Client, codes: list[str], file: SimpleUploadedFile, **said: Any) -> str:
    given = {"asked": "1", "row": codes, "kind": "permit", "file": file, **said}
    return client.post(reverse("projects:evidence_many"), given).content.decode()


def test_one_file_is_evidence_for_many_ticked_projects_and_every_row_says_what_was_done(cast: Cast, at: Any) -> None:
    own = [scene.lead(cast, name=f"项目{n}", investor_name=f"公司{n}") for n in range(2)]
    foreign = scene.lead(cast, name="别链", investor_name="别链公司", chain=cast.chain_b, by=cast.clerk_b)
    codes = [project.code for project in (*own, foreign)]
    told = _send(at(cast.clerk_a), codes, SimpleUploadedFile("许可.pdf", b"x"))
    assert "不在您可办理的范围" in told
    assert [Proof.objects.about(project).count() for project in (*own, foreign)] == [1, 1, 0]
    assert Proof.objects.about(own[0]).get().attachment.sha256 == Proof.objects.about(own[1]).get().attachment.sha256


def test_a_zip_gives_each_project_the_files_that_begin_with_its_code_and_names_those_without(
    cast: Cast, at: Any
) -> None:
    first, second = (scene.lead(cast, name=f"项目{n}", investor_name=f"公司{n}") for n in range(2))
    packed = _zip([f"照片/{first.code}-许可.pdf", f"{first.code}0-别的.pdf", "说明.pdf"])
    told = _send(at(cast.clerk_a), [first.code, second.code], SimpleUploadedFile("佐证.zip", packed))
    assert f"zip 中没有以 {second.code} 开头的文件" in told
    assert Proof.objects.about(first).get().attachment.name == f"{first.code}-许可.pdf"
    assert not Proof.objects.about(second).exists()
    broken = _send(at(cast.clerk_a), [first.code], SimpleUploadedFile("坏.zip", b"PK\x03\x04no"))
    assert "损坏或过大" in broken


def test_a_dated_kind_without_its_day_leaves_no_file_behind(cast: Cast, at: Any) -> None:
    project = scene.lead(cast)
    told = _send(at(cast.clerk_a), [project.code], SimpleUploadedFile("a.jpg", b"x"), kind="start_photo")
    assert "须注明拍摄日期和地点" in told
    assert not Proof.objects.about(project).exists()


def test_everything_that_happened_stands_in_one_dated_list_newest_first(cast: Cast, at: Any, now: dt.datetime) -> None:
    project = scene.complete(scene.lead(cast), cast)
    scene.bring(project, Stage.SIGNED, cast, now=now)
    project.months.create(
        month=dt.date(2026, 6, 1), state="submitted", reported_at=now, progress="主体封顶", done_year_wan=Decimal(5)
    )
    told = at(cast.secretary).get(reverse("projects:project", args=[project.code])).content.decode()
    listed = told[told.index('id="timeline"') :].split("</ol>")[0]
    assert "主体封顶" in listed
    assert "agreement.pdf" in listed
    assert listed.index("“签约”已核") < listed.index("“线索”已核")


def test_the_light_of_a_project_explains_itself_with_the_rule_in_force(cast: Cast, at: Any) -> None:
    project = scene.lead(cast)
    told = at(cast.clerk_a).get(reverse("projects:light", args=[project.code])).content.decode()
    assert "35天未更新" in told
    assert "落后10个百分点以上为红" in told.replace("完成率", "")
    assert at(cast.district_west).get(reverse("projects:light", args=[project.code])).status_code == 404
