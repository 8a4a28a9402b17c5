"""A gap on its page: confirmed with a path, dismissed with a reason, crossed off by another; a refusal says why."""

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from lianzhang.chains import jobs
from lianzhang.chains.actions import gaps as actions
from lianzhang.chains.models import Gap, Snapshot, TargetLine, TargetList
from lianzhang.jobs.progress import Progress
from lianzhang.projects.actions.reporting import report_lead
from lianzhang.supervision.actions import assign
from lianzhang.trail.models import Proof
from tests.cast import TODAY, Cast
from tests.chains import scene as scenes
from tests.chains.test_gaps import gap_of, supply_locally

pytestmark = pytest.mark.django_db
AHEAD = timezone.localdate() + dt.timedelta(days=60)


@pytest.fixture
def scene(cast: Cast) -> scenes.Scene:
    return scenes.analysed(cast)


def page_of(cast: Cast, who: str) -> Client:
    client = Client()
    client.force_login(cast.people[who])
    return client


def words(gap: Gap, cast: Cast, **said: object) -> dict[str, object]:
    asked = {"label": "break_point", "route": "attract", "route_reason": "", "owner": cast.force_a.pk}
    return {**asked, "due_on": AHEAD.isoformat(), "version": gap.version, **said}


def test_the_task_force_confirms_with_path_owner_and_day(cast: Cast, scene: scenes.Scene) -> None:
    gap = gap_of(scene)
    assert page_of(cast, "clerk_a").post(f"/gaps/{gap.code}/confirm", words(gap, cast)).status_code == 302
    gap.refresh_from_db()
    assert (gap.state, gap.route, gap.owner, gap.due_on) == (Gap.State.ASSIGNED, "attract", cast.force_a, AHEAD)
    assert gap.confirmed_by == cast.clerk_a


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"route": ""}, "路径"),
        ({"route": Gap.Route.LEAVE.value}, "“不补”须写明理由"),
        ({"due_on": "30日"}, "时限"),
        ({"due_on": "2020-01-01"}, "时限早于今天"),
    ],
)
def test_what_is_missing_is_said_and_nothing_is_confirmed(
    cast: Cast, scene: scenes.Scene, said: dict[str, object], told: str
) -> None:
    gap = gap_of(scene)
    answer = page_of(cast, "clerk_a").post(f"/gaps/{gap.code}/confirm", words(gap, cast, **said))
    assert answer.status_code == 422
    assert told in answer.content.decode()
    gap.refresh_from_db()
    assert gap.state == Gap.State.PROPOSED


def test_dismissing_asks_the_reason(cast: Cast, scene: scenes.Scene) -> None:
    gap, client = gap_of(scene), page_of(cast, "clerk_a")
    assert client.post(f"/gaps/{gap.code}/dismiss", {"version": gap.version}).status_code == 422
    assert client.post(f"/gaps/{gap.code}/dismiss", {"version": gap.version, "reason": "口径有误"}).status_code == 302
    gap.refresh_from_db()
    assert gap.state == Gap.State.INVALID


def test_it_is_crossed_off_by_another_on_newer_numbers(cast: Cast, scene: scenes.Scene) -> None:
    gap = gap_of(scene)
    page_of(cast, "clerk_a").post(f"/gaps/{gap.code}/confirm", words(gap, cast))
    Gap.objects.filter(pk=gap.pk).update(confirmed_at=dt.datetime(2025, 1, 1, tzinfo=dt.UTC))
    supply_locally(cast, scene)
    gap.refresh_from_db()
    own = page_of(cast, "clerk_a").post(f"/gaps/{gap.code}/close", {"version": gap.version})
    assert own.status_code == 422
    assert "确认人不能自行销号" in own.content.decode()
    assert page_of(cast, "chief").post(f"/gaps/{gap.code}/close", {"version": gap.version}).status_code == 302
    gap.refresh_from_db()
    assert (gap.state, gap.closed_by) == (Gap.State.CLOSED, cast.chief)


@pytest.mark.parametrize("act", ["confirm", "dismiss", "close"])
def test_another_chains_task_force_finds_no_such_gap(cast: Cast, scene: scenes.Scene, act: str) -> None:
    gap = gap_of(scene)
    answer = page_of(cast, "clerk_b").post(f"/gaps/{gap.code}/{act}", words(gap, cast, reason="不成立"))
    assert answer.status_code == 404
    gap.refresh_from_db()
    assert gap.state == Gap.State.PROPOSED


def test_the_page_names_list_lines_leads_and_tasks_and_what_the_next_step_lacks(
    cast: Cast, scene: scenes.Scene, now: dt.datetime
) -> None:
    gap, client = gap_of(scene), page_of(cast, "clerk_a")
    client.post(f"/gaps/{gap.code}/confirm", words(gap, cast, due_on=""))
    gap.refresh_from_db()
    shown = client.get(f"/gaps/{gap.code}").content.decode()
    assert "请填写时限" in shown
    listed = TargetList.objects.create(
        code="MB-1", chain=gap.chain, title="清单一", state="ready", created_by=cast.clerk_a, created_at=now
    )
    for position, firm, part in ((1, "QY-乙", "P1"), (2, "QY-丙", "P3")):
        TargetLine.objects.create(
            target_list=listed, position=position, supplier=scene.firms[firm], covered_wan=1, parts=[{"code": part}]
        )
    actions.entrust(gap=gap, changes={"due_on": TODAY}, version=gap.version, by=cast.clerk_a)
    gap.refresh_from_db()
    report_lead(name="压缩机项目", chain=gap.chain, investor_name="外地乙", gap=gap, now=now, by=cast.clerk_a)
    assign(title="走访两家", responsible=cast.east, working_days=5, gap=gap, now=now, by=cast.clerk_a)
    gap.refresh_from_db()
    assert gap.state == Gap.State.ACTING
    shown = client.get(f"/gaps/{gap.code}").content.decode()
    for name in ("清单一", "外地乙有限公司", "压缩机项目", "走访两家"):
        assert name in shown
    assert "外地丙有限公司" not in shown
    assert "外地丙有限公司" in client.get(f"/gaps/{gap.code}/supply").content.decode()


def test_a_closed_gap_whose_coverage_fell_is_opened_again_under_the_code_people_know(
    cast: Cast, scene: scenes.Scene
) -> None:
    gap, clerk, chief = gap_of(scene), page_of(cast, "clerk_a"), page_of(cast, "chief")

    def analysed_with(supplier: str) -> None:
        cast.enterprise_1.purchases.filter(part=scene.parts["P1"]).update(supplier=scene.firms[supplier])
        jobs.analyse(Progress(0, cast.clerk_a), chain_id=cast.chain_a.pk)
        gap.refresh_from_db()

    clerk.post(f"/gaps/{gap.code}/confirm", words(gap, cast))
    analysed_with("QY-丁")
    assert chief.post(f"/gaps/{gap.code}/close", {"version": gap.version}).status_code == 302
    assert "覆盖回落" not in clerk.get(f"/gaps/{gap.code}").content.decode()
    analysed_with("QY-乙")
    again = Gap.objects.get(part=gap.part, state=Gap.State.PROPOSED)
    assert "销号后覆盖回落" in clerk.get(f"/gaps/{gap.code}").content.decode()
    assert f'<a href="/gaps/{gap.code}">{gap.code}</a> 曾于' in clerk.get(f"/gaps/{again.code}").content.decode()
    said = {"version": gap.version, "reason": "本地供应中断"}
    assert clerk.post(f"/gaps/{gap.code}/reopen", said).status_code == 302
    gap.refresh_from_db()
    again.refresh_from_db()
    assert (gap.state, gap.snapshot, gap.closed_at) == (Gap.State.ASSIGNED, Snapshot.objects.first(), None)
    assert (again.state, again.route_reason) == (Gap.State.INVALID, f"并入重新打开的 {gap.code}。")
    # What was joined did hold: closed once more, the part is proposed anew when coverage falls again.
    analysed_with("QY-丁")
    assert chief.post(f"/gaps/{gap.code}/close", {"version": gap.version}).status_code == 302
    analysed_with("QY-丙")
    assert Gap.objects.filter(part=gap.part, state=Gap.State.PROPOSED).count() == 1


def test_evidence_of_a_gap_is_kept_and_given_to_whoever_sees_the_gap(cast: Cast, scene: scenes.Scene) -> None:
    gap = gap_of(scene)
    file = SimpleUploadedFile("会议纪要.pdf", b"%PDF-1.4 kept")
    assert page_of(cast, "clerk_a").post(f"/gaps/{gap.code}/evidence", {"file": file}).status_code == 302
    address = f"/gaps/{gap.code}/evidence/{Proof.objects.about(gap).get().pk}"
    assert b"".join(page_of(cast, "chief").get(address)) == b"%PDF-1.4 kept"  # type: ignore[arg-type]
    assert page_of(cast, "anchor_1").get(address).status_code == 404


def test_what_is_typed_on_the_forms_is_done_and_refused_in_words(cast: Cast, scene: scenes.Scene) -> None:
    gap, client = gap_of(scene), page_of(cast, "clerk_a")
    client.post(f"/gaps/{gap.code}/confirm", words(gap, cast))
    gap.refresh_from_db()
    turn = words(gap, cast, route="nurture", review_on="2027-01-01")
    refused = client.post(f"/gaps/{gap.code}/revise", turn)
    assert (refused.status_code, "改变路径须写明理由" in refused.content.decode()) == (422, True)
    assert client.post(f"/gaps/{gap.code}/revise", {**turn, "reason": "可培育"}).status_code == 302
    gap.refresh_from_db()
    said = {"version": gap.version, "note": "仍缺", "next_on": "2027-05-01"}
    assert client.post(f"/gaps/{gap.code}/review", said).status_code == 302
    gap.refresh_from_db()
    assert (gap.route, gap.review_on) == ("nurture", dt.date(2027, 5, 1))
    assert client.post(f"/gaps/{gap.code}/start", {"version": gap.version}).status_code == 302
    gap.refresh_from_db()
    assert client.post(f"/gaps/{gap.code}/dismiss", {"version": gap.version, "reason": "口径"}).status_code == 302
    gap.refresh_from_db()
    assert client.post(f"/gaps/{gap.code}/reopen", {"version": gap.version, "reason": "更正"}).status_code == 302
    gap.refresh_from_db()
    assert gap.state == Gap.State.PROPOSED
    assert client.get("/gaps/stages").status_code == 200


def test_who_may_not_read_lists_or_snapshots_is_not_told_that_there_are_none(cast: Cast, scene: scenes.Scene) -> None:
    district, clerk = page_of(cast, "district_east"), page_of(cast, "clerk_a")
    gap = f"/gaps/{gap_of(scene).code}"
    assert "还没有目标清单列入" in clerk.get(gap).content.decode()
    assert "还没有目标清单列入" not in district.get(gap).content.decode()
    told = district.get(f"/teardowns/{cast.chain_a.code}").content.decode()
    assert "不在您的职务范围内" in told
    assert "下载拆零件模板" not in told
