"""Target lists as pages: asked for, read by right, approved, compared, turned into a lead."""

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from chainlab import targets as lab
from lianzhang.chains import jobs
from lianzhang.chains.models import Chain, Scheme, Snapshot, TargetLine, TargetList
from lianzhang.jobs.models import Job
from lianzhang.jobs.progress import Progress
from lianzhang.projects.models import Project
from lianzhang.registry.models import Alias, Enterprise, PurchaseGrant
from lianzhang.tables.values import plain
from lianzhang.web import target_figures
from tests.cast import Cast
from tests.web import analysed

pytestmark = pytest.mark.django_db
SignIn = Callable[[str], Client]
READERS = ("general_chief", "chief", "deputy", "head_a", "clerk_a", "clerk_b", "secretary", "lead_officer")
OTHERS = ("officer", "district_east", "anchor_1", "sme", "association_contact", "innovator", "auditor", "system_admin",
          "stranger")  # fmt: skip
RESTRICTED = ("general_chief", "chief", "clerk_b", "secretary", "lead_officer")


@pytest.fixture
def world(cast: Cast) -> analysed.Analysed:
    return analysed.build(cast)


def text(client: Client, address: str, *, status: int = 200, **extra: Any) -> str:
    answer = client.get(address, **extra)
    assert answer.status_code == status, address
    return answer.content.decode("utf-8-sig")


@pytest.mark.parametrize("who", READERS)
def test_every_page_of_a_list_opens_for_its_readers_in_few_queries(
    signed_in: SignIn, world: analysed.Analysed, who: str, django_assert_max_num_queries: Any
) -> None:
    client = signed_in(who)
    for address in world.addresses["targets"]:
        # A file is an event of the trail as well, on PostgreSQL with a lock.
        with django_assert_max_num_queries(15 if "format=" in address else 12, info=address):
            text(client, address)


@pytest.mark.parametrize("who", OTHERS)
def test_a_list_does_not_exist_for_who_has_no_part_in_recruiting(
    signed_in: SignIn, world: analysed.Analysed, who: str
) -> None:
    client = signed_in(who)
    for address in world.addresses["targets"]:
        text(client, address, status=404)


def test_the_sentence_says_what_is_chosen_and_whether_it_is_proven(signed_in: SignIn, world: analysed.Analysed) -> None:
    page = text(signed_in("clerk_a"), f"/targets/{world.listed.code}")
    listed = world.listed
    assert listed.objective_wan is not None
    covered = f"{listed.objective_wan / 10_000:.2f}".rstrip("0").rstrip(".")
    assert f"选 {listed.category_count} 类零部件、{listed.supplier_count} 家配套商，可覆盖 3 家链主市外采购" in page
    assert f"{covered}" in page
    assert "所列候选和条件下没有更优组合。" in page


def test_every_figure_of_a_list_opens_its_definition_scope_source_and_date(
    signed_in: SignIn, world: analysed.Analysed
) -> None:
    address = f"/targets/{world.listed.code}"
    TargetList.objects.filter(pk=world.listed.pk).update(
        draw_count=6, robust_suppliers=[], robust_categories=[],
        open_choices=[{"kind": "supplier", "id": "QY-乙", "name": "", "share": 0.5, "is_chosen": True}],
        questions=[{"anchor": "QY-2024-001", "category": "制冷", "unknown_wan": 90_239.0, "settled_count": None,
                    "open_count": 1}],
    )  # fmt: skip
    client = signed_in("clerk_a")
    opened = set(re.findall(rf"{address}/explain/([a-z-]+)", text(client, address) + text(client, f"{address}/1")))
    assert opened == set(target_figures.DEFINED)
    for figure in sorted(opened):
        page = text(client, f"{address}/explain/{figure}")
        assert all(f"<dt>{word}</dt>" in page for word in ("定义", "范围", "来源", "数据截至", "快照", "发布"))
        assert "未写明" not in page
    assert "本地配套率（现在）" in text(client, f"{address}/explain/ratio-now")
    covered = text(client, f"{address}/explain/covered")
    assert f"{plain(world.listed.objective_wan, 'yi')} 亿元" in covered
    TargetList.objects.filter(pk=world.listed.pk).update(snapshot=None)
    text(client, f"{address}/explain/covered", status=404)


@pytest.mark.parametrize("who", RESTRICTED)
def test_a_supplier_of_two_anchors_shows_no_amount_and_no_anchor_to_others(
    signed_in: SignIn, cast: Cast, world: analysed.Analysed, who: str
) -> None:
    client = signed_in(who)
    anchors = [firm.name for code, firm in cast.firms.items() if code != "enterprise_sme"]
    for address in world.addresses["targets"]:
        page = text(client, address)
        plain = page.replace(",", "")
        assert not [mark for mark in analysed.MARKS if str(mark) in plain], address
        assert not [name for name in anchors if name in page], address


def test_the_task_force_that_was_granted_sees_for_whom_and_how_much(
    signed_in: SignIn, cast: Cast, world: analysed.Analysed
) -> None:
    line = TargetLine.objects.get(target_list=world.listed, supplier__code="QY-丙")
    page = text(signed_in("clerk_a"), f"/targets/{world.listed.code}/{line.position}")
    assert cast.enterprise_1.name in page
    assert "70,013" in page


def test_the_figures_of_a_list_open_the_purchases_behind_them_also_where_chains_are_pooled(
    signed_in: SignIn, world: analysed.Analysed
) -> None:
    client, address = signed_in("clerk_a"), f"/targets/{world.listed.code}"

    def opened() -> set[str]:
        found = set(re.findall(r'href="(/teardowns/test-a/snapshots/[^"]+)"', text(client, address)))
        for figure in target_figures.DEFINED:
            page = text(client, f"{address}/explain/{figure}")
            found |= set(re.findall(r'btn-primary" href="([^"]+)"', page))
        for each in sorted(found):
            text(client, each.replace("&amp;", "&"))
        return {each for each in found if "snapshots" in each}

    assert any("?category=" in each for each in opened())
    Snapshot.objects.filter(pk=world.listed.snapshot_id).update(is_pooled=True)
    assert opened() == set(), "a snapshot of several chains is the teardown of none"


def test_a_line_warns_of_a_relocation_and_says_what_is_known_of_the_recruit(
    signed_in: SignIn, world: analysed.Analysed
) -> None:
    TargetLine.objects.filter(target_list=world.listed, position=1).update(
        facts={"kind": "relocation", "tier": "nation", "certification": "in_progress", "certification_months": 6}
    )
    client = signed_in("chief")
    moved, other = (text(client, f"/targets/{world.listed.code}/{position}") for position in (1, 2))
    assert "公平竞争审查条例" in moved
    assert re.search(r"落地方式</dt><dd>整体迁移", moved)
    assert re.search(r"圈层</dt><dd>国内", moved)
    assert "还需6个月" in moved
    assert "公平竞争审查条例" not in other
    assert "落地方式" not in other


def test_what_a_list_has_led_to_is_shown_when_there_is_a_lead_and_until_then_how_to_make_one(
    signed_in: SignIn, world: analysed.Analysed
) -> None:
    client, address = signed_in("clerk_a"), f"/targets/{world.listed.code}"
    page = text(client, address)
    assert "招引成效" not in page
    assert "还没有一家转为线索" in page
    assert "还没有一家转为线索" not in text(signed_in("chief"), address)
    client.post(f"{address}/1/open")
    page = text(client, address)
    assert f"{address}/became" in page
    assert "还没有一家转为线索" not in page


def test_a_grant_that_ended_closes_the_amounts_of_older_lists(
    signed_in: SignIn, world: analysed.Analysed, now: Any
) -> None:
    line = TargetLine.objects.get(target_list=world.listed, supplier__code="QY-丙")
    for grant in world.scene.grants[:1]:
        type(grant).objects.filter(pk=grant.pk).update(withdrawn_at=now)
    page = text(signed_in("clerk_a"), f"/targets/{world.listed.code}/{line.position}")
    assert "70,013" not in page


def test_asking_for_a_list_puts_a_job_in_the_queue_and_its_end_shows_the_list(signed_in: SignIn, cast: Cast) -> None:
    analysed.build(cast)
    client = signed_in("clerk_a")
    said = {"chain": "test-a", "title": "十家", "max_suppliers": "1", "min_anchors": "1"}
    answer = client.post("/targets/new", said)
    listed = TargetList.objects.get(title="十家")
    assert answer.headers["Location"] == f"/targets/{listed.code}"
    assert "正在计算" in text(client, answer.headers["Location"])
    assert Job.objects.filter(kind="chains.targets").order_by("-pk")[0].arguments == {"list_id": listed.pk}
    jobs.choose_targets(Progress(0, cast.clerk_a), list_id=listed.pk)
    assert "1 家配套商" in text(client, answer.headers["Location"])


def test_a_waiting_page_asks_again_and_is_led_to_the_list(signed_in: SignIn, cast: Cast) -> None:
    analysed.build(cast)
    client = signed_in("clerk_a")
    client.post("/targets/new", {"chain": "test-a", "title": "等候", "max_suppliers": "1", "min_anchors": "1"})
    listed = TargetList.objects.get(title="等候")
    address, asks = f"/targets/{listed.code}", {"HX-Request": "true", "HX-Target": "job"}
    assert f'hx-get="{address}"' in text(client, address)
    assert "HX-Redirect" not in client.get(address, headers=asks).headers
    jobs.choose_targets(Progress(0, cast.clerk_a), list_id=listed.pk)
    assert client.get(address, headers=asks).headers["HX-Redirect"] == address
    # The worker has not said that it is done: the curve still grows, who asked sees how far.
    assert f'hx-get="/jobs/{listed.job_id}' in text(client, address)
    assert "逐点计算" in text(client_of_head := signed_in("head_a"), address)
    Job.objects.filter(pk=listed.job_id).update(state=Job.State.STOPPED)
    assert "曲线没有算完" in text(client_of_head, address)
    Job.objects.filter(pk=listed.job_id).update(state=Job.State.DONE)
    assert "曲线没有算完" not in text(client, address)


@pytest.fixture
def begun(cast: Cast, world: analysed.Analysed) -> TargetList:
    """The list of `world` as it was while its proof was sought."""
    listed = world.listed
    columns = {"category_count": 2, "supplier_count": 1, "demand_wan": 9e5, "objective_wan": 8e4, "is_proven": False}
    part = {"code": "P1", "name": "压缩机", "category": "压缩机", "amount_wan": 70_013.0, "anchors": []}
    line = {"supplier": "QY-乙", "categories": ["压缩机"], "parts": [part], "anchors": ["A"], "covered_wan": 70_013.0}
    job = Job.objects.create(
        kind="chains.targets", queue="long", asked_by=cast.clerk_a, acting=cast.clerk_a.acting, state="running",
        arguments={"list_id": listed.pk}, asked_at=listed.created_at, subject_url=f"/targets/{listed.code}",
    )  # fmt: skip
    first = {"columns": columns, "lines": [line]}
    TargetList.objects.filter(pk=listed.pk).update(state="running", first=first, job=job)
    return TargetList.objects.get(pk=listed.pk)


def test_the_first_choice_is_shown_as_a_list_that_is_still_being_proven(
    signed_in: SignIn, begun: TargetList, django_assert_max_num_queries: Any
) -> None:
    client = signed_in("clerk_a")
    with django_assert_max_num_queries(12):
        page = text(client, f"/targets/{begun.code}")
    assert "初步结果，正在证明" in page
    assert Enterprise.objects.get(code="QY-乙").name in page
    assert "70,013" in page
    assert "初步结果，正在证明" in text(client, "/targets/")
    assert text(client, f"/targets/{begun.code}/editions/working?format=xlsx", status=404), (
        "no paper of what may change"
    )


def test_the_first_choice_is_for_who_may_read_the_rows_behind_it(signed_in: SignIn, begun: TargetList) -> None:
    page = text(signed_in("clerk_b"), f"/targets/{begun.code}")
    assert Enterprise.objects.get(code="QY-乙").name not in page
    assert "70,013" not in page


def test_a_page_that_waits_is_read_again_once_when_the_first_choice_is_there(
    signed_in: SignIn, begun: TargetList
) -> None:
    client, asks = signed_in("clerk_a"), {"HTTP_HX_TARGET": "job", "HTTP_HX_REQUEST": "true"}
    assert client.get(f"/targets/{begun.code}", **asks).headers["HX-Refresh"] == "true"
    again = client.get(f"/targets/{begun.code}?told", **asks)
    assert "HX-Refresh" not in again.headers
    assert f"/targets/{begun.code}?told" in again.content.decode()


def test_where_the_search_brings_nothing_better_the_list_says_greedy_and_how_far_its_bound_is(
    signed_in: SignIn, world: analysed.Analysed
) -> None:
    found = TargetList.objects.filter(pk=world.listed.pk)
    found.update(is_proven=False, method=lab.METHODS["greedy"], objective_wan=100_000, bound_wan=102_500)
    page = text(signed_in("clerk_a"), f"/targets/{world.listed.code}")
    assert "限时内整数规划未得更好的解，采用贪心解，未证明最优。" in page.split("版别")[0]
    assert "至多还可提高 2.5%" in page
    assert "至多还可提高" not in text(signed_in("chief"), f"/targets/{world.listed.code}")
    found.update(is_proven=True)
    assert "无，已证明最优" in text(signed_in("clerk_a"), f"/targets/{world.listed.code}")


def test_a_paper_of_a_list_that_is_not_proven_says_so(signed_in: SignIn, world: analysed.Analysed) -> None:
    TargetList.objects.filter(pk=world.listed.pk).update(
        is_proven=False, method="初步结果：贪心解，证明中途停止，未证明最优"
    )
    client = signed_in("clerk_a")
    assert "未证明最优" in text(client, f"/targets/{world.listed.code}/editions/working?format=print")
    assert "证明中途停止" in text(client, f"/targets/{world.listed.code}/editions/meeting?format=print")


def test_a_computation_that_was_stopped_says_so_and_is_asked_again_with_the_same_conditions(
    signed_in: SignIn, cast: Cast
) -> None:
    analysed.build(cast)
    client = signed_in("clerk_a")
    client.post("/targets/new", {"chain": "test-a", "title": "停", "max_suppliers": "7", "min_anchors": "1"})
    listed = TargetList.objects.get(title="停")
    Job.objects.filter(pk=listed.job_id).update(state=Job.State.STOPPED, failure="提交人已停止。")
    page = text(client, f"/targets/{listed.code}")
    assert "没有得到清单。" in page
    assert "提交人已停止。" in page
    assert "计算中" not in text(client, "/targets/?format=csv")
    assert f"/targets/new?again={listed.code}" in page
    again = text(client, f"/targets/new?again={listed.code}")
    assert 'name="max_suppliers" value="7"' in again
    text(client, "/targets/new?again=MB-1999-001", status=404)


def test_a_list_says_which_edition_it_was_saved_for_and_by_which_snapshot_and_map(
    signed_in: SignIn, world: analysed.Analysed
) -> None:
    TargetList.objects.filter(pk=world.listed.pk).update(edition="meeting", map_version=world.published)
    page = text(signed_in("clerk_a"), f"/targets/{world.listed.code}")
    assert re.search(r'上会版</a> <span class="quiet-text">主要用途</span>', page)
    assert page.count("主要用途</span>") == 1
    assert f"快照 {world.listed.snapshot_id}" in page
    assert f"图谱 v{world.published.number}" in page


def test_where_time_did_not_do_to_try_the_unknowns_the_list_says_so(
    signed_in: SignIn, world: analysed.Analysed
) -> None:
    client, address = signed_in("clerk_a"), f"/targets/{world.listed.code}"
    told = "限时内没有试算出哪些选择始终成立"
    found = TargetList.objects.filter(pk=world.listed.pk)
    found.update(robust_suppliers=None, robust_categories=None, open_choices=[])
    assert told not in text(client, address), "nothing was unknown"
    found.update(assumptions=world.listed.assumptions | {"banded_count": 3})
    assert told in text(client, address)


def test_chains_that_bear_one_name_in_two_schemes_are_told_apart_where_one_is_picked(
    signed_in: SignIn, cast: Cast
) -> None:
    old = Scheme.objects.create(code="old", name_zh="旧方案", valid_from=dt.date(2020, 1, 1))
    Chain.objects.create(scheme=old, code="old-a", name_zh=cast.chain_a.name_zh, position=1, nature="manufacturing")
    page = text(signed_in("clerk_a"), "/targets/")
    assert f"{cast.chain_a.name_zh}（旧方案）" in page
    assert f"{cast.chain_a.name_zh}（{cast.scheme.name_zh}）" in page


def test_who_must_be_in_or_out_is_named_by_name_or_code(signed_in: SignIn, cast: Cast) -> None:
    analysed.build(cast)
    client = signed_in("clerk_a")
    name = Enterprise.objects.get(code="QY-丙").name
    said = {"chain": "test-a", "title": "名", "min_anchors": "1", "must_include": f"{name}\nQY-乙、QY-乙"}
    client.post("/targets/new", said)
    assert TargetList.objects.get(title="名").parameters["must_include"] == ["QY-丙", "QY-乙"]
    client.post("/targets/new", said | {"title": "类", "must_include_categories": "制冷\n"})
    listed = TargetList.objects.get(title="类")
    assert listed.parameters["must_include_categories"] == ["制冷"]
    assert "制冷</textarea>" in text(client, f"/targets/new?again={listed.code}")
    for code in ("QY-乙", "QY-丁"):  # two firms are called so: nobody may guess which
        Alias.objects.create(enterprise=Enterprise.objects.get(code=code), name="同名", key="同名", kind="short")
    Alias.objects.create(enterprise=Enterprise.objects.get(code="QY-己"), name="己家", key="己家", kind="short")
    client.post("/targets/new", said | {"title": "别名", "must_include": "己家"})
    assert TargetList.objects.get(title="别名").parameters["must_include"] == ["QY-己"]
    assert "同名" in client.post("/targets/new", said | {"must_include": "同名"}).content.decode()
    answer = client.post("/targets/new", said | {"title": "无", "must_include": "没有这家 有限公司"})
    assert "没有这家 有限公司" in answer.content.decode()
    assert answer.status_code == 422


def test_conditions_that_contradict_come_back_to_the_form(signed_in: SignIn, world: analysed.Analysed) -> None:
    client = signed_in("clerk_a")
    said = {"chain": "test-a", "min_anchors": "1", "must_include": "QY-乙", "must_exclude": "QY-乙"}
    answer = client.post("/targets/new", said)
    assert answer.status_code == 422
    assert "既必须列入又不予列入" in answer.content.decode() or "QY-乙" in answer.content.decode()
    assert TargetList.objects.count() == 1


def test_conditions_nobody_can_meet_are_told_on_the_list(signed_in: SignIn, cast: Cast) -> None:
    analysed.build(cast)
    client = signed_in("clerk_a")
    said = {"chain": "test-a", "title": "不可能", "min_anchors": "3", "must_include": "QY-戊"}
    client.post("/targets/new", said)
    listed = TargetList.objects.get(title="不可能")
    with pytest.raises(Exception, match="条件"):
        jobs.choose_targets(Progress(0, cast.clerk_a), list_id=listed.pk)
    page = text(client, f"/targets/{listed.code}")
    assert "没有得到清单。" in page
    assert "改条件重算" in page
    others = text(signed_in("chief"), f"/targets/{listed.code}")  # the reason may name an anchor and what it buys
    assert "原因由编制人查看" in others
    assert "改条件重算" not in others
    listed.refresh_from_db()
    assert listed.failure in page
    assert listed.failure not in others
    PurchaseGrant.objects.filter(firm=cast.enterprise_3).update(withdrawn_at=timezone.now())
    assert listed.failure not in text(client, f"/targets/{listed.code}"), "nor to who asked, once a firm withdrew"


def test_a_list_without_a_supplier_says_so_instead_of_naming_nothing_best(signed_in: SignIn, cast: Cast) -> None:
    analysed.build(cast)
    listed = analysed.ask(cast, min_anchors=4)  # as many as the chain has, of whom three told anything
    page = text(signed_in("clerk_a"), f"/targets/{listed.code}")
    assert "家候选企业中没有一家符合所列条件；可放宽“至少服务链主”后另存一份。" in page
    assert "没有更优组合" not in page


def test_the_chief_approves_what_the_task_force_made(signed_in: SignIn, world: analysed.Analysed) -> None:
    address = f"/targets/{world.listed.code}"
    assert "审定</button>" not in text(signed_in("clerk_a"), address)
    assert signed_in("clerk_a").post(f"{address}/approve").status_code == 404
    assert "审定</button>" in text(signed_in("chief"), address)
    signed_in("chief").post(f"{address}/approve", {"version": str(world.listed.version)})
    world.listed.refresh_from_db()
    assert world.listed.state == TargetList.State.APPROVED
    # Approved is approved: the second time the rule refuses, whichever version was seen.
    for seen in ("1", str(world.listed.version)):
        assert signed_in("chief").post(f"{address}/approve", {"version": seen}).status_code == 422


def test_home_shows_the_list_the_chief_stands_for(signed_in: SignIn, cast: Cast, world: analysed.Analysed) -> None:
    first, newer = f"/targets/{world.listed.code}", f"/targets/{analysed.ask(cast, max_suppliers=1).code}"
    clerk = signed_in("clerk_a")
    assert f'href="{newer}"' in text(clerk, "/")
    signed_in("chief").post(f"{first}/approve", {"version": str(world.listed.version)})
    home = text(clerk, "/")
    assert f'href="{first}"' in home
    assert f'href="{newer}"' not in home


def test_comparing_two_lists_says_what_differs_and_why(signed_in: SignIn, cast: Cast, world: analysed.Analysed) -> None:
    other = analysed.ask(cast, max_suppliers=1)
    page = text(signed_in("clerk_a"), f"/targets/{world.listed.code}/compare?with={other.code}")
    assert "两份清单共有 1 家，前者独有 1 家，后者独有 0 家。" in page
    assert "家数上限" in page
    text(signed_in("clerk_a"), f"/targets/{world.listed.code}/compare?with=MB-1999-001", status=404)


def test_a_line_becomes_one_lead_that_carries_no_anchors_amounts(
    signed_in: SignIn, world: analysed.Analysed, cast: Cast
) -> None:
    client = signed_in("clerk_a")
    for _time in range(2):
        answer = client.post(f"/targets/{world.listed.code}/1/open")
        assert answer.status_code == 302
    project = Project.objects.get()
    assert not [mark for mark in analysed.MARKS if str(mark) in str(project.origin)]
    assert cast.enterprise_1.code not in str(project.origin)
    address = answer.headers["Location"]
    page = text(signed_in("secretary"), address)
    assert not [mark for mark in analysed.MARKS if f"{mark:,}" in page]
    assert f"/targets/{world.listed.code}/1" in text(client, address)
    assert f"线索 {project.code}" in text(client, f"/targets/{world.listed.code}/1")


def test_another_task_force_opens_no_lead_from_it(signed_in: SignIn, world: analysed.Analysed) -> None:
    assert signed_in("clerk_b").post(f"/targets/{world.listed.code}/1/open").status_code == 404
    assert not Project.objects.exists()


def test_places_are_named_and_a_zone_of_the_scheme_stays_a_code(signed_in: SignIn, world: analysed.Analysed) -> None:
    page = text(signed_in("clerk_a"), f"/targets/{world.listed.code}")
    assert "深圳市" in page
    assert "440300" not in page


def test_in_english_no_chinese_sentence_is_left(signed_in: SignIn, world: analysed.Analysed, cast: Cast) -> None:
    client = signed_in("clerk_a")
    client.cookies["django_language"] = "en"
    page = text(client, f"/targets/{world.listed.code}")
    assert '<html lang="en">' in page
    for said in ("配套商", "覆盖额", "备选企业", "算法说明", "审定", "条件"):
        assert said not in page, said
