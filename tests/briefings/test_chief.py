"""链长页: what needs the chief, with one button each; six numbers; what was asked for; the next visit; the map."""

from datetime import datetime, time, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from lianzhang.briefings import chief, work
from lianzhang.chains.models import Action, MapVersion, TargetList
from lianzhang.projects.models import Event, Project
from lianzhang.projects.stages import Stage
from lianzhang.supervision.models import Meeting, Request, Task, Visit
from tests.cast import TODAY, Cast

pytestmark = pytest.mark.django_db
WEEK = timedelta(days=7)


def at(day: Any) -> datetime:
    return datetime.combine(day, time(9), tzinfo=timezone.get_current_timezone())


def page(cast: Cast, who: str = "chief") -> chief.ChiefPage:
    found = chief.compose(cast.people[who], today=TODAY)
    assert found is not None
    return found


def task(cast: Cast, n: int, **columns: Any) -> Task:
    return Task.objects.create(
        code=f"DB-2026-{n:03d}", title=f"事项{n}", chain=cast.chain_a, responsible=cast.department,
        **{"assigned_by": cast.chief, "assigned_at": at(TODAY - WEEK), "due_on": TODAY + WEEK, **columns},
    )  # fmt: skip


def request(cast: Cast, n: int, **columns: Any) -> Request:
    return Request.objects.create(
        code=f"SQ-2026-{n:03d}", enterprise=cast.enterprise_1, chain=cast.chain_a, text=f"诉求{n}",
        **{"received_on": TODAY - WEEK, "due_on": TODAY - timedelta(days=1), "handler": cast.department, **columns},
    )  # fmt: skip


def buttons(found: chief.ChiefPage) -> list[tuple[str, str, str]]:
    return [(item.title, item.act, item.act_url) for item in found.matters]


def test_each_thing_that_needs_the_chief_has_one_button_that_deals_with_it(cast: Cast) -> None:
    request(cast, 1, state="escalated")
    request(cast, 2, state="assigned")  # with the department: not the chief's
    task(cast, 1, assigned_by_body=cast.force_a, state="review", submitted_by=cast.officer)
    task(cast, 2, assigned_by_body=cast.force_a, state="handling")  # with its doer
    Project.objects.create(
        code="XM-2026-001", name="卡住的项目", chain=cast.chain_a, stage=Stage.SIGNED, blockage="用地"
    )
    Action.objects.create(
        code="JH-2026-001", chain=cast.chain_a, year=2026, matter="逾期事项", due_on=TODAY - timedelta(days=3)
    )
    assert buttons(page(cast)) == [
        ("逾期事项", "批示交办", "/supervision/tasks/new?action=JH-2026-001"),
        ("链主一有限公司：诉求1", "批示交办", "/supervision/tasks/new?request=SQ-2026-001"),
        ("事项1", "审核", "/supervision/tasks/DB-2026-001/"),
        ("卡住的项目", "批示交办", "/supervision/tasks/new?project=XM-2026-001"),
    ]
    assert page(cast).lead == "4件事需要您，其中2件逾期或滞后。"


def test_a_list_waits_for_the_chief_until_a_newer_one_is_approved(cast: Cast) -> None:
    made = {"chain": cast.chain_a, "created_by": cast.clerk_a, "parameters": {}}
    TargetList.objects.create(code="MB-1", title="清单一", state="ready", created_at=at(TODAY - WEEK), **made)
    assert buttons(page(cast)) == [("清单一", "审定", "/targets/MB-1")]
    assert buttons(page(cast, "deputy")) == [], "the deputy does not approve lists"
    TargetList.objects.create(
        code="MB-2", title="清单二", state="approved", created_at=at(TODAY), approved_by=cast.chief,
        approved_at=at(TODAY), **made,
    )  # fmt: skip
    assert buttons(page(cast)) == []


def test_no_kind_of_matter_hides_the_others() -> None:
    def lines(kind: str, count: int) -> list[work.Item]:
        return [work.Item(title=f"{kind}{n}", url="", light="late", word="") for n in range(1, count + 1)]

    found = chief.first_of_each([lines("诉求", 4), lines("审核", 1), [], lines("计划", 9)], most=5)
    assert [item.title for item in found] == ["诉求1", "诉求2", "审核1", "计划1", "计划2"]
    assert [item.title for item in chief.first_of_each([lines("计划", 9)], most=5)] == [f"计划{n}" for n in range(1, 6)]


def test_what_is_not_among_the_five_is_counted(cast: Cast) -> None:
    for n in range(1, 9):
        request(cast, n, state="escalated")
    assert (len(page(cast).matters), page(cast).more_count) == (5, 3)


def test_the_six_numbers_change_since_the_last_meeting(cast: Cast) -> None:
    Meeting.objects.create(
        code="HY-2026-001", title="例会", kind="regular", held_on=TODAY - 2 * WEEK, chain=cast.chain_a
    )
    request(cast, 1)
    found = page(cast)
    assert (found.since, found.is_since_meeting) == (TODAY - 2 * WEEK, True)
    assert [figure.key for figure in found.figures] == list(chief.MANUFACTURING)
    waiting = {figure.key: figure for figure in found.figures}["requests"]
    assert (waiting.value, waiting.change_shown) == (1, "+1")
    assert all(figure.scope and figure.source for figure in found.figures)


def test_a_service_chain_counts_its_target_and_shows_nothing_of_a_map(cast: Cast) -> None:
    Action.objects.create(
        code="JH-2026-002", chain=cast.chain_b, year=2026, matter="举办活动1000场", due_on=TODAY + WEEK,
        target_value=1000, unit="场", counted_from=Action.Counted.EVENTS,
    )  # fmt: skip
    Event.objects.create(code="HD-1", name="活动", chain=cast.chain_b, held_on=TODAY - WEEK, kind="exhibition")
    found = page(cast, "chief_b")
    assert len(found.figures) == chief.SIX
    first = found.figures[0]
    assert (first.label, first.shown, first.unit) == ("举办活动1000场", "1", "/ 1,000 场")
    assert not {"gaps", "local_ratio"} & {figure.key for figure in found.figures}


def test_an_instruction_says_what_became_of_it(cast: Cast) -> None:
    task(cast, 1, kind="instruction", state="handling", reply="已约谈企业")
    task(cast, 2, kind="instruction", state="closed", closed_at=at(TODAY), closed_by=cast.secretary, reply="已落实用地")
    assert [(item.title, item.note) for item in page(cast).asked] == [
        ("事项1", "责任部门 · 办理中 · 已约谈企业"),
        ("事项2", "责任部门 · 已销号 11-23 · 已落实用地"),
    ]


def test_the_next_visit_comes_with_what_is_known_of_the_firm(cast: Cast) -> None:
    request(cast, 1)
    request(cast, 2, closed_on=TODAY, state="closed")
    Project.objects.create(code="XM-1", name="项目", chain=cast.chain_a, enterprise=cast.enterprise_1)
    of = {"chain": cast.chain_a, "enterprise": cast.enterprise_1}
    Visit.objects.create(**of, planned_on=TODAY - 3 * WEEK, visited_on=TODAY - 2 * WEEK)
    Visit.objects.create(**of, planned_on=TODAY + WEEK, purpose="看新线")
    Visit.objects.create(**of, planned_on=TODAY + 2 * WEEK)
    brief = page(cast).brief
    assert brief is not None
    assert (brief.visit.purpose, brief.request_count, brief.project_count) == ("看新线", 1, 1)
    assert brief.last_on == TODAY - 2 * WEEK


def test_the_map_of_the_chain_tells_what_moved_on_it_and_nothing_else(cast: Cast) -> None:
    MapVersion.objects.create(
        chain=cast.chain_a, number=1, state="published", created_at=at(TODAY - WEEK), published_at=at(TODAY - WEEK)
    )
    request(cast, 1)
    assert [entry.text for entry in page(cast).moved] == ["链图谱第1版发布"]


def test_a_chief_of_no_chain_is_told_so(cast: Cast, client: Client) -> None:
    cast.chain_a.body = None
    cast.chain_a.save()
    client.force_login(cast.chief, backend="django.contrib.auth.backends.ModelBackend")
    assert "您任职的单位没有负责的产业链" in client.get("/").content.decode()


def test_the_page_shows_all_five_parts(cast: Cast, client: Client) -> None:
    client.force_login(cast.chief, backend="django.contrib.auth.backends.ModelBackend")
    shown = client.get("/").content.decode()
    for words in ("没有需要您处理的事", "批示交办及落实", "下次走访", "图谱上的变化", "没有开过会", "口径"):
        assert words in shown
