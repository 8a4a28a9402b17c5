"""周报 and 月报: every figure is the number, or the one amount, of exactly the rows it opens."""

import io
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import docx
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from lianzhang.accounts.models import Person
from lianzhang.briefings.models import Briefing
from lianzhang.briefings.period import draft, scope, tables
from lianzhang.collecting.models import Collection, Submission
from lianzhang.projects.models import LeadClock, MonthReport, Project, StageEntry
from lianzhang.projects.monthly import actions as monthly
from lianzhang.projects.stages import Stage, Status
from lianzhang.supervision.models import Task
from lianzhang.trail import actions as trail
from tests.cast import TODAY, Cast
from tests.projects import months

pytestmark = pytest.mark.django_db
MONDAY = TODAY - timedelta(days=TODAY.weekday())
BEFORE = MONDAY - timedelta(days=40)
WEEK = scope.period("week", None, today=TODAY)


def at(day: date) -> datetime:
    return datetime.combine(day, time(9), tzinfo=timezone.get_current_timezone())


def project(cast: Cast, n: int, **columns: Any) -> Project:
    given = {"chain": cast.chain_a, "stage": Stage.NEGOTIATING, "investor_name": f"投资方{n}", **columns}
    return Project.objects.create(code=f"XM-2026-{n:03d}", name=f"项目{n}", **given)


def entered(cast: Cast, of: Project, stage: Stage, on: date, **columns: Any) -> StageEntry:
    given = {"asked_by": cast.clerk_a, "asked_at": at(on), "checked_by": cast.head_a, "checked_at": at(on), **columns}
    return StageEntry.objects.create(
        project=of, stage=stage, entered_on=on, verdict="passed", proof_ids=[1, 2], **given
    )


def compose(person: Person, period: scope.Period = WEEK, **whose: Any) -> draft.Draft:
    return draft.compose(scope.Whose(person, **whose), period, today=TODAY)


def rows(made: draft.Draft, key: str) -> list[Any]:
    return [row for count in made.counts if count.key == key for row in count.rows]


def values(made: draft.Draft) -> dict[str, Any]:
    return {count.key: count.value for count in made.counts if count.value}


@pytest.fixture
def week(cast: Cast) -> Cast:
    """A week in which one thing of each kind happened on chain A, and the same the week before."""
    for n, day in ((1, MONDAY), (2, MONDAY - timedelta(days=1))):
        project(cast, n, first_reported_at=at(day), stage=Stage.LEAD, intended_wan=Decimal(1000 * n))
        signed = project(cast, 10 + n, stage=Stage.SIGNED, agreed_wan=Decimal(500 * n))
        entered(cast, signed, Stage.SIGNED, day)
        project(cast, 20 + n, status=Status.LOST, status_reason="去了外地", status_on=day, lost_to="外市")
        worked = project(cast, 30 + n, stage=Stage.EVALUATING)
        LeadClock.objects.create(project=worked, kind="follow", started_on=BEFORE, due_on=MONDAY - timedelta(days=n))
        Task.objects.create(
            code=f"DB-2026-{n:03d}", title=f"事项{n}", chain=cast.chain_a, responsible=cast.department,
            assigned_by=cast.secretary, assigned_at=at(BEFORE), due_on=day, state="closed", closed_at=at(day),
            closed_by=cast.secretary,
        )  # fmt: skip
    return cast


def test_only_what_falls_into_the_week_is_told_and_amounts_of_a_kind_stand_alone(week: Cast) -> None:
    made = compose(week.secretary)
    assert values(made) == {
        "new": 1, "moves": 1, "lost": 1, "clocks": 2, "intended": 1000, "agreed": 500, "tasks_closed": 1,
    }  # fmt: skip
    assert made.lead == "新增线索1条，阶段推进1次，流失和终止1个，转为滞后0个；销号督办1件，逾期0件。"
    assert [row.lost_to for row in rows(made, "lost")] == ["外市"]


def test_a_stage_that_was_only_asked_for_or_put_right_again_is_no_progress(cast: Cast) -> None:
    one = project(cast, 1)
    entered(cast, one, Stage.SIGNED, MONDAY, is_void=True)
    StageEntry.objects.create(
        project=one, stage=Stage.SIGNED, entered_on=MONDAY, asked_by=cast.clerk_a, asked_at=at(MONDAY)
    )
    assert values(compose(cast.secretary)) == {}


def test_a_project_whose_node_passed_in_the_week_turned_red_and_one_that_got_a_new_day_turned_back(cast: Cast) -> None:
    stuck = project(cast, 1, next_milestone="封顶", next_due_on=WEEK.first - timedelta(days=1))
    project(cast, 2, next_milestone="封顶", next_due_on=WEEK.first - timedelta(days=30))  # red before, red now
    mended = project(cast, 3, next_milestone="竣工", next_due_on=WEEK.first - timedelta(days=30))
    trail.change(
        mended,
        verb="project.edited",
        changes={"next_due_on": timezone.localdate() + timedelta(days=60)},
        by=cast.clerk_a,
    )
    running = scope.period("week", None, today=timezone.localdate())
    made = draft.compose(scope.Whose(cast.secretary), running, today=timezone.localdate())
    back = [turn.project.code for turn in rows(made, "back")]
    assert back == [mended.code]
    made = compose(cast.secretary)
    assert [turn.project.code for turn in rows(made, "red")] == [stuck.code]


def test_a_month_tells_what_was_invested_and_what_arrived_in_it_and_leaves_the_unknown_out(cast: Cast) -> None:
    month, earlier = date(2026, 10, 1), date(2026, 9, 1)
    for n, (arrived_before, arrived, done) in enumerate([(100, 250, 70), (None, 900, 30), (40, 40, None)], start=1):
        one = project(cast, n, is_key=True, stage=Stage.STARTED)
        if arrived_before is not None:
            MonthReport.objects.create(project=one, month=earlier, state="checked", arrived_wan=arrived_before)
        MonthReport.objects.create(
            project=one, month=month, state="submitted", arrived_wan=arrived, done_month_wan=done
        )
    left = project(cast, 9, is_key=True, stage=Stage.STARTED)
    MonthReport.objects.create(project=left, month=month, state="draft", done_month_wan=5000)
    made = compose(cast.secretary, scope.period("month", month, today=TODAY))
    assert values(made) == {"arrived": 150, "done": 100}
    assert {row.project_id for row in rows(made, "arrived")} == {
        row.pk for row in Project.objects.filter(code__in=["XM-2026-001", "XM-2026-003"])
    }
    assert "不能相加" in " ".join(section.note for section in made.sections)


def test_a_month_put_right_after_its_close_is_told_as_it_holds_with_what_was_reported_beside_it(cast: Cast) -> None:
    one, two = months.key_project(cast, 1), months.key_project(cast, 2)
    asked = months.opened(cast, months.OCTOBER)
    said = {each: months.values("100", "100", explanation="首次报送") for each in (one, two)}
    months.sent(asked, cast, "east", said)
    months.passed(asked, cast.clerk_a)
    monthly.close(asked, now=months.NOON, by=cast.secretary)
    asked.refresh_from_db()
    for value in ("80", "70"):  # the last correction holds
        fix: dict[str, Any] = {"field": "done_month_wan", "value": Decimal(value), "reason": "重复计入"}
        monthly.correct(collection=asked, project=one, now=months.NOON, by=cast.secretary, **fix)
    made = compose(cast.secretary, scope.period("month", months.OCTOBER, today=TODAY))
    assert values(made)["done"] == 170
    (reported,) = (column for column in tables.MONTHS.columns if column.key == "reported")
    shown = {row.project: reported.value(row) for row in rows(made, "done")}
    assert shown == {one: "当月 100", two: None}


def test_a_report_says_whose_figures_it_lacks_and_why_the_month_was_closed_without_them(
    cast: Cast, client: Client
) -> None:
    months.city(cast)
    asked = months.opened(cast, months.OCTOBER)
    said = months.values("100", "100", explanation="首次报送")
    months.sent(asked, cast, "east", dict.fromkeys(months.city_of(cast, "east"), said))
    october = scope.period("month", months.OCTOBER, today=TODAY)

    def notes(person: Person, period: scope.Period = october, **whose: Any) -> str:
        return " ".join(section.note for section in compose(person, period, **whose).sections)

    assert "2026年10月重点项目月度调度还有1个单位未报或退回未改：西区，以上不含其数。" in notes(cast.secretary)
    assert "西区" not in notes(cast.secretary, district=cast.east)
    monthly.close(asked, although="西区断网", now=months.NOON, by=cast.secretary)
    told = "2026年10月重点项目月度调度关闭时1个单位未报或退回未改：西区；理由：西区断网。"
    assert told in notes(cast.secretary)
    assert "以上不含其数" not in notes(cast.secretary)
    due = scope.period("week", months.DUE.date(), today=months.DUE.date())
    assert told in notes(cast.secretary, due)  # the week it fell due in says it as well
    client.force_login(cast.secretary)
    client.post(reverse("briefings:period_issue", args=["month"]), {"on": "2026-10-01"})
    issued = Briefing.objects.get()
    page = client.get(reverse("briefings:briefing", args=[issued.code])).content.decode()
    assert told in page
    assert "不能相加" in page


def test_what_was_due_in_the_week_is_counted_as_expected_received_and_on_time(cast: Cast) -> None:
    form = Collection.objects.create(
        code="SB-2026-001", title="摸排", due_at=at(TODAY), owner=cast.force_a,
        opened_by=cast.secretary, opened_at=at(BEFORE),
    )  # fmt: skip
    late, soon = at(TODAY) + timedelta(hours=1), at(TODAY) - timedelta(hours=1)
    for body, came in ((cast.department, soon), (cast.east, late), (cast.west, None)):
        state = "submitted" if came else "expected"
        Submission.objects.create(collection=form, body=body, state=state, first_submitted_at=came, submitted_at=came)
    made = values(compose(cast.secretary))
    assert (made["expected"], made["received"], made["on_time"]) == (3, 2, 1)
    of_east = values(compose(cast.secretary, district=cast.east))
    assert (of_east["expected"], of_east["received"], of_east.get("on_time")) == (1, 1, None)


def test_a_period_without_changes_says_so(cast: Cast) -> None:
    made = compose(cast.secretary, chain=cast.chain_b)
    assert made.is_empty
    assert made.lead.endswith("没有变化。")


def test_every_figure_opens_as_many_rows_as_it_says(week: Cast, client: Client) -> None:
    client.force_login(week.secretary)
    for figure in compose(week.secretary).figures:
        page = client.get(figure.url)
        assert page.status_code == 200
        listed = page.context["table"]
        if figure.kind == "integer":
            assert len(listed.page.object_list) == figure.value, figure.key
        else:
            assert len(listed.page.object_list) == (1 if figure.value else 0), figure.key


def test_a_district_reads_its_own_whatever_it_asks_for(week: Cast, client: Client) -> None:
    Project.objects.filter(code="XM-2026-001").update(district=week.east)
    client.force_login(week.district_east)
    page = client.get("/briefings/week/", {"chain": week.chain_a.code, "on": MONDAY.isoformat()}).content.decode()
    assert "项目1" in page
    assert "项目11" not in page
    assert client.post("/briefings/week/issue").status_code == 404


def test_an_issued_report_keeps_its_figures_and_rows_and_a_task_force_issues_its_own_only(
    week: Cast, client: Client
) -> None:
    client.force_login(week.clerk_a)
    assert client.post("/briefings/week/issue", {"on": MONDAY.isoformat()}).status_code == 404, "the city's"
    asked = {"on": MONDAY.isoformat(), "chain": week.chain_a.code}
    assert client.post("/briefings/week/issue", {**asked, "chain": week.chain_b.code}).status_code == 404
    assert client.post("/briefings/week/issue", asked).status_code == 302
    issued = Briefing.objects.get()
    Project.objects.all().update(name="改名")
    page = client.get(f"/briefings/issued/{issued.code}").content.decode()
    assert "新增线索1条" in page
    assert "项目1" in page
    assert "改名" not in page
    word = client.get(f"/briefings/issued/{issued.code}/file")
    document = docx.Document(io.BytesIO(word.content))
    said = "\n".join(paragraph.text for paragraph in document.paragraphs)
    assert "一、线索和项目" in said
    assert any("项目1" in cell.text for table in document.tables for row in table.rows for cell in row.cells)


def test_weeks_begin_on_monday_and_a_month_is_reported_until_ten_days_into_the_next() -> None:
    assert scope.period("week", date(2026, 11, 29), today=date(2026, 12, 1)).first == date(2026, 11, 23)
    assert scope.period("month", None, today=date(2027, 1, 10)).first == date(2026, 12, 1)
    assert scope.period("month", None, today=date(2026, 12, 11)).last == date(2026, 12, 31)
