"""Pages of plan and actual: the year's plan, the Gantt, evidence for many projects at once, the dated list."""

import datetime as dt
import io
from decimal import Decimal
from typing import Any

import docx
import pytest
from django.test import Client
from django.urls import reverse

from lianzhang.accounts.models import Person
from lianzhang.projects.models import Project, YearPlan
from lianzhang.projects.stages import Stage
from lianzhang.tables import drawing
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
    printed = at(cast.secretary).get(reverse("projects:gantt") + "?format=print").content.decode()
    word = docx.Document(io.BytesIO(at(cast.secretary).get(reverse("projects:gantt") + "?format=docx").content))
    for picture in (printed[printed.index("<svg") :].split("</svg>")[0], word.element.xpath("//w:drawing")[0].xml):
        assert "重点甲" in picture, "the picture, not only the table"
        assert "今天" in picture
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


def test_on_paper_the_gantt_goes_on_over_sheets_that_share_one_scale(today: dt.date) -> None:
    plans = [
        Project(
            code=f"{n}", name=f"{n}", planned_start_on=today, planned_completion_on=today + dt.timedelta(days=30 * n)
        )
        for n in range(1, 31)
    ]
    first, second = gantt.pages(plans, today=today, most=20)
    assert [len(sheet["rows"]) for sheet in (first, second)] == [20, 10]
    assert first["ticks"] == second["ticks"]
    assert float(second["rows"][-1]["planned"]["width"]) > float(first["rows"][-1]["planned"]["width"])
    assert [sheet["part"] for sheet in (first, second)] == ["第 1 张，共 2 张", "第 2 张，共 2 张"]
    bars = [shape for shape in gantt.shapes(second).shapes if isinstance(shape, drawing.Box)]
    assert len(bars) == 10 + 2, "a bar for each plan, and the two of the key"


def test_everything_that_happened_stands_in_one_dated_list_newest_first(cast: Cast, at: Any, now: dt.datetime) -> None:
    project = scene.completed(cast)
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
