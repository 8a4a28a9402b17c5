"""全市总表: what each cell says, whom it is for, and what it costs at the size of a city."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from lianzhang.briefings import city, pack
from lianzhang.briefings.tables import city as tables
from lianzhang.chains.actions import plans as writing
from lianzhang.chains.models import Action, Chain, ChainSuccession, Result, Scheme
from lianzhang.chains.queries import schemes
from lianzhang.projects.models import Project
from lianzhang.projects.stages import Stage
from lianzhang.registry.models import Source
from lianzhang.supervision.models import Task
from lianzhang.tables import NOT_APPLICABLE
from tests.briefings import large
from tests.cast import TODAY, Cast

pytestmark = pytest.mark.django_db


def plan(cast: Cast, chain: Chain, matter: str, **fields: Any) -> Action:
    return writing.add(chain=chain, year=fields.pop("year", 2026), matter=matter, by=cast.secretary, **fields)


def row(cast: Cast, chain: Chain, *, year: int | None = None) -> city.Row:
    table = city.compose(cast.secretary, cast.scheme, year=year, today=TODAY)
    return next(r for r in table.rows if r.chain == chain)


def cell(key: str, of: city.Row) -> Any:
    column = next(column for column in tables.CITY.columns if column.key == key)
    return column.value(of)


def opens(key: str, of: city.Row) -> str:
    column = next(column for column in tables.CITY.columns if column.key == key)
    assert column.link is not None
    return column.link(of) or ""


def test_one_row_per_chain_service_chains_alike(cast: Cast) -> None:
    table = city.compose(cast.secretary, cast.scheme, year=None, today=TODAY)
    assert [(r.chain, r.group) for r in table.rows] == [(cast.chain_a, "优势"), (cast.chain_b, "服务")]


def test_a_row_says_who_answers_and_which_post_is_vacant(cast: Cast) -> None:
    assert cell("answering", row(cast, cast.chain_a)) == "chief / deputy / head_a"
    assert cell("answering", row(cast, cast.chain_b)) == "chief_b / 空缺 / 空缺"


def test_a_published_scheme_says_not_published_instead_of_vacant(cast: Cast) -> None:
    Scheme.objects.filter(pk=cast.scheme.pk).update(source=Source.objects.create(code="S", title="报道"))
    cast.scheme.refresh_from_db()
    chain = Chain.objects.create(
        code="test-c", slug="c", scheme=cast.scheme, name_zh="链C", nature="service", position=3
    )
    assert cell("answering", row(cast, chain)) == "未公布"


def test_a_chain_without_a_plan_says_so_and_counts_nothing(cast: Cast) -> None:
    found = row(cast, cast.chain_b)
    assert cell("plan", found) == "未列"
    keys = ("plan_count", "green_count", "behind_count", "done_count", "grey_count", "overdue_count")
    assert {cell(key, found) for key in keys} == {NOT_APPLICABLE}


def test_none_recorded_is_not_zero(cast: Cast) -> None:
    assert cell("talks", row(cast, cast.chain_a)) is None
    Project.objects.create(code="XM-1", name="项目", chain=cast.chain_a, stage=Stage.SIGNED)
    assert [cell(key, row(cast, cast.chain_a)) for key in ("talks", "signed", "building", "production")] == [0, 1, 0, 0]


def test_actions_are_counted_by_their_light_and_add_up(cast: Cast) -> None:
    late = plan(cast, cast.chain_a, "过期未报", due_on=TODAY - timedelta(days=3))
    fresh = plan(cast, cast.chain_a, "正常", due_on=TODAY + timedelta(days=60))
    quiet = plan(cast, cast.chain_a, "久未更新", due_on=TODAY + timedelta(days=60))
    for action, ago in ((fresh, 2), (quiet, 90)):
        Action.objects.filter(pk=action.pk).update(progress="有进展", progress_on=TODAY - timedelta(days=ago))
    Action.objects.filter(pk=plan(cast, cast.chain_a, "完成").pk).update(state="done", completed_on=TODAY)
    found = row(cast, cast.chain_a)
    counts = {k: cell(f"{k}_count", found) for k in ("plan", "green", "behind", "done", "grey", "overdue")}
    assert counts == {"plan": 4, "green": 1, "behind": 1, "done": 1, "grey": 1, "overdue": 1}
    assert found.plan.unreported_count == 1
    assert late.code


def test_the_sentence_counts_what_the_rows_show(cast: Cast) -> None:
    plan(cast, cast.chain_a, "过期未报", due_on=TODAY - timedelta(days=3))
    plan(cast, cast.chain_a, "不急", due_on=TODAY + timedelta(days=60))
    said = city.compose(cast.secretary, cast.scheme, year=None, today=TODAY).summary
    assert (said.chain_count, said.planned_chain_count, said.action_count) == (2, 1, 2)
    assert (said.overdue_count, said.overdue_chain_count, said.unreported_count) == (1, 1, 1)


def test_the_newest_year_with_plans_is_shown_unless_another_is_asked_for(cast: Cast) -> None:
    plan(cast, cast.chain_a, "去年", year=2025)
    plan(cast, cast.chain_a, "前年", year=2024)
    table = city.compose(cast.secretary, cast.scheme, year=None, today=TODAY)
    assert (table.year, table.years) == (2025, [2025, 2024])
    assert cell("plan", row(cast, cast.chain_a, year=2024)) == "前年"
    assert cell("plan", row(cast, cast.chain_a, year=2023)) == "未列"


def test_results_are_those_of_the_year_before_the_plan(cast: Cast) -> None:
    source = Source.objects.create(code="S", title="报道", published_on=date(2026, 1, 5))
    for year, text in ((2025, "去年结果"), (2024, "前年结果")):
        Result.objects.create(
            chain=cast.chain_a, year=year, statement=text, source=source, as_of=date(year, 12, 31), scope="口径"
        )
    plan(cast, cast.chain_a, "今年")
    found = row(cast, cast.chain_a)
    assert cell("results", found) == "去年结果"
    assert cell("as_of_on", found) == date(2025, 12, 31)


def test_a_long_list_is_cut_on_the_page_and_whole_in_the_workbook(cast: Cast) -> None:
    for number in range(3):
        plan(cast, cast.chain_a, f"事项{number}")
    found = row(cast, cast.chain_a)
    assert cell("plan", found) == "事项0；另2项"
    assert cell("all_plans", found) == "事项0；事项1；事项2"


def test_late_tasks_and_late_projects_stand_beside_late_plans(cast: Cast) -> None:
    Project.objects.create(
        code="XM-1", name="滞后", chain=cast.chain_a, stage=Stage.SIGNED, next_due_on=TODAY - timedelta(days=1)
    )
    Task.objects.create(
        code="DB-1",
        title="逾期",
        chain=cast.chain_a,
        responsible=cast.force_a,
        assigned_by=cast.secretary,
        assigned_at=timezone.now(),
        due_on=TODAY - timedelta(days=1),
    )
    found = row(cast, cast.chain_a)
    assert (cell("late_task_count", found), cell("late_project_count", found)) == (1, 1)


def test_a_cell_opens_exactly_its_rows(cast: Cast, client: Client) -> None:
    plan(cast, cast.chain_a, "过期未报", due_on=TODAY - timedelta(days=3))
    plan(cast, cast.chain_a, "另一年", year=2025, due_on=TODAY - timedelta(days=300))
    plan(cast, cast.chain_b, "别链", due_on=TODAY - timedelta(days=3))
    found = row(cast, cast.chain_a)
    client.force_login(cast.secretary, backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(opens("overdue_count", found)).content.decode()
    assert "过期未报" in page
    assert "另一年" not in page
    assert "别链" not in page
    assert opens("green_count", found) == "", "a count of nothing opens nothing"


def test_the_own_scheme_goes_before_the_others_and_a_proposal_is_never_first(cast: Cast) -> None:
    other = Scheme.objects.create(code="other", name_zh="别的", valid_from=date(2026, 5, 1), is_confirmed=True)
    proposed = Scheme.objects.create(code="next", name_zh="拟定", valid_from=date(2026, 9, 1))
    chain = Chain.objects.create(code="other-c", slug="c", scheme=other, name_zh="链C", nature="service")
    Action.objects.create(code="JH-2026-800", chain=chain, year=2026, matter="事项")
    plan(cast, cast.chain_a, "事项")

    def first(person: Any, asked: str = "") -> str | None:
        found = schemes.chosen(list(schemes.schemes(person)), asked=asked, today=TODAY)
        return found.code if found else None

    assert first(cast.secretary) == "other", "the newest in force with plans"
    assert first(cast.clerk_a) == first(cast.chief) == "test", "the own one"
    assert first(cast.secretary, "next") == proposed.code, "unless it is asked for"


def test_an_invented_scheme_comes_after_a_published_one(cast: Cast) -> None:
    example = Scheme.objects.create(
        code="example", name_zh="示例", valid_from=date(2026, 5, 1), is_confirmed=True, is_illustrative=True
    )
    chain = Chain.objects.create(code="e-c", slug="c", scheme=example, name_zh="示例链", nature="service")
    Action.objects.create(code="JH-2026-800", chain=chain, year=2026, matter="事项")
    plan(cast, cast.chain_a, "事项")
    found = schemes.chosen(list(schemes.schemes(cast.secretary)), asked="", today=TODAY)
    assert found == cast.scheme


def test_the_table_of_a_large_city_takes_no_more_queries_than_that_of_a_small_one(cast: Cast) -> None:
    large.populate(cast, projects=300, tasks=3_000)
    asked = {}
    for who in ("secretary", "general_chief", "chief", "clerk_a"):
        client = Client()
        client.force_login(cast.people[who], backend="django.contrib.auth.backends.ModelBackend")
        with CaptureQueriesContext(connection) as queries:
            assert client.get("/chains/city/").status_code == 200
        asked[who] = sum(query["sql"].startswith("SELECT") for query in queries)
    assert max(asked.values()) <= 12, asked


def test_an_older_chain_without_a_home_is_kept_and_still_reported(cast: Cast) -> None:
    newer = Scheme.objects.create(code="newer", name_zh="新方案", valid_from=date(2026, 9, 1))
    Chain.objects.create(code="newer-a", slug="a", scheme=newer, name_zh="新链A", nature="manufacturing")
    ChainSuccession.objects.create(old=cast.chain_a, scheme=newer, new=Chain.objects.get(code="newer-a"))
    kept = ChainSuccession.objects.create(old=cast.chain_b, scheme=newer, new=None)
    plan(cast, cast.chain_b, "消费活动", due_on=TODAY - timedelta(days=3))

    def rows() -> list[tuple[str, str, int]]:
        table = city.compose(cast.secretary, newer, year=2026, today=TODAY)
        assert (table.summary.chain_count, table.summary.kept_count) == (1, 1)
        return [(row.chain.name, row.group, row.plan.overdue_count) for row in table.rows]

    assert rows() == [("新链A", "", 0), ("链B", "存档并继续统计（待确认）", 1)]
    kept.is_confirmed = True
    kept.save()
    assert rows()[1] == ("链B", "存档并继续统计", 1)
    papers = pack.compose(newer, person=cast.secretary, year=2026, today=TODAY)
    assert [planned.action.matter for planned in papers.planned] == ["消费活动"]


def test_the_sentence_says_how_many_older_chains_are_reported_beside(cast: Cast, client: Client) -> None:
    newer = Scheme.objects.create(code="newer", name_zh="新方案", valid_from=date(2026, 9, 1))
    Chain.objects.create(code="newer-a", slug="a", scheme=newer, name_zh="新链A", nature="manufacturing")
    ChainSuccession.objects.create(old=cast.chain_b, scheme=newer, new=None)
    client.force_login(cast.secretary, backend="django.contrib.auth.backends.ModelBackend")
    assert "另有1条原链存档并继续统计。" in client.get("/chains/city/newer/").content.decode()
