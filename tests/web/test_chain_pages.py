"""Pages of chains, plans, resources and indicators: what each post is shown, may do, and what it costs."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from lianzhang.chains.actions import plans as writing
from lianzhang.chains.models import Action, Chain, ChainSuccession, Result, Scheme
from lianzhang.indicators.models import Figure
from lianzhang.registry.models import Source
from lianzhang.resources.models import Resource
from tests.cast import TODAY, Cast

pytestmark = pytest.mark.django_db
SignIn = Callable[[str], Client]
MOST_QUERIES = 12


@pytest.fixture
def source() -> Source:
    return Source.objects.create(code="S", title="一则报道", publisher="某报", published_on=date(2026, 1, 5))


@pytest.fixture
def action(cast: Cast) -> Action:
    return writing.add(
        chain=cast.chain_a, year=2026, matter="引进配套商", due_on=TODAY - timedelta(days=3), by=cast.clerk_a
    )


def text(client: Client, address: str, *, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, address
    return answer.content.decode()


def test_the_first_page_after_sign_in_is_the_posts_own(signed_in: SignIn, cast: Cast) -> None:
    assert signed_in("secretary").get("/").headers["Location"] == "/chains/city/"
    assert signed_in("general_chief").get("/").headers["Location"] == "/chains/city/"
    assert signed_in("auditor").get("/").headers["Location"].startswith("/trail/")
    assert signed_in("system_admin").get("/").headers["Location"].startswith("/people/")
    assert "链A · 链长" in text(signed_in("chief"), "/")
    assert "链A · 专班成员" in text(signed_in("clerk_a"), "/")
    assert "链主一有限公司" in text(signed_in("anchor_1"), "/")
    assert "您目前没有任职" in text(signed_in("stranger"), "/")


@pytest.mark.parametrize(
    "who",
    ["chief", "deputy", "head_a", "clerk_a", "clerk_b", "lead_officer", "officer", "district_east", "anchor_1", "sme",
     "association_contact", "innovator", "expert", "stranger"],
)  # fmt: skip
def test_every_first_page_takes_few_queries(
    signed_in: SignIn, who: str, action: Action, django_assert_max_num_queries: Any
) -> None:
    client = signed_in(who)
    text(client, "/")  # the first page of a session also writes down that the session began
    with django_assert_max_num_queries(MOST_QUERIES):
        text(client, "/")


def test_a_chief_sees_what_is_late_in_the_own_chain_only(signed_in: SignIn, cast: Cast, action: Action) -> None:
    assert "引进配套商" in text(signed_in("chief"), "/")
    assert "引进配套商" not in text(signed_in("chief_b"), "/")


@pytest.mark.parametrize("who", ["anchor_1", "sme", "association_contact", "expert", "auditor", "stranger"])
def test_plans_and_the_city_table_do_not_exist_for_those_who_may_not_read_plans(
    signed_in: SignIn, who: str, action: Action
) -> None:
    client = signed_in(who)
    for address in ("/chains/city/", "/chains/plan/", f"/chains/plan/{action.code}/", "/chains/test-a/plan/"):
        assert client.get(address).status_code == 404, address


def test_a_firm_sees_who_answers_for_its_chain_and_nothing_of_the_plan(signed_in: SignIn, action: Action) -> None:
    page = text(signed_in("anchor_1"), "/chains/test-a/")
    assert "deputy" in page
    assert "引进配套商" not in page
    assert "/chains/test-a/plan/" not in page


def test_a_service_chain_has_no_manufacturing_tabs(signed_in: SignIn) -> None:
    client = signed_in("secretary")
    service, manufacturing = text(client, "/chains/test-b/"), text(client, "/chains/test-a/")
    for address in ("/maps/test-", "/teardowns/test-", "/targets/?chain="):
        assert address in manufacturing, address
        assert address not in service, address
    assert "/projects/chain/test-b/" in service


@pytest.mark.parametrize(
    "address",
    ["/chains/", "/chains/city/", "/chains/scheme/test/", "/chains/test-a/", "/chains/test-a/plan/",
     "/chains/test-a/resources/", "/chains/test-a/history/", "/chains/plan/", "/resources/", "/indicators/",
     "/indicators/definitions/"],
)  # fmt: skip
def test_every_page_takes_few_queries(
    signed_in: SignIn, address: str, action: Action, source: Source, cast: Cast, django_assert_max_num_queries: Any
) -> None:
    Result.objects.create(chain=cast.chain_a, year=2025, statement="结果", source=source)
    for n in range(4):
        Figure.objects.create(
            indicator="rd_coverage", chain=cast.chain_a, year=2020 + n, value=85, unit="%", scope="全市", source=source
        )
        Resource.objects.create(code=f"ZY-{n}", kind="fund", name="基金").chains.add(cast.chain_a)
    client = signed_in("secretary")
    text(client, address)
    with django_assert_max_num_queries(MOST_QUERIES):
        text(client, address)


def test_where_a_cell_comes_from_is_said_with_scope_source_and_date(
    signed_in: SignIn, cast: Cast, source: Source
) -> None:
    Result.objects.create(
        chain=cast.chain_a,
        year=2025,
        statement="增长10%以上",
        scope="报道口径",
        source=source,
        as_of=date(2025, 12, 31),
    )
    page = text(signed_in("secretary"), "/chains/test-a/results/2025/explain")
    for said in ("增长10%以上", "报道口径", "某报《一则报道》 2026-01-05", "2025-12-31"):
        assert said in page


def test_a_whole_action_from_report_to_close(signed_in: SignIn, cast: Cast, action: Action) -> None:
    client = signed_in("clerk_a")
    page = f"/chains/plan/{action.code}/"
    refused = client.post(page + "complete", {"version": 1, "on": TODAY})
    assert refused.status_code == 422
    assert "佐证" in refused.content.decode()
    assert client.post(page + "report", {"version": 1, "on": TODAY, "text": "已签2家"}).status_code == 302
    proof = SimpleUploadedFile("纪要.pdf", b"minutes", content_type="application/pdf")
    assert client.post(page + "evidence", {"file": proof}).status_code == 302
    action.refresh_from_db()
    assert client.post(page + "complete", {"version": action.version, "on": TODAY}).status_code == 302
    shown = text(client, page)
    for said in ("已签2家", "纪要.pdf", "已完成"):
        assert said in shown


def test_two_editors_meet_on_the_merge_page(signed_in: SignIn, action: Action) -> None:
    client = signed_in("clerk_a")
    address = f"/chains/plan/{action.code}/report"
    client.post(address, {"version": 1, "on": TODAY, "text": "先到"})
    assert client.post(address, {"version": 1, "on": TODAY, "text": "后到"}).status_code == 409
    action.refresh_from_db()
    assert action.progress == "先到"


def test_only_those_who_write_a_plan_are_offered_to(signed_in: SignIn, action: Action) -> None:
    address = f"/chains/plan/{action.code}/"
    assert "填报进展" in text(signed_in("clerk_a"), address)
    assert "/report" not in text(signed_in("clerk_b"), address)
    assert signed_in("clerk_b").post(address + "report", {"version": 1}).status_code == 404
    assert signed_in("district_east").get(address + "edit").status_code == 404


def test_the_nine_without_a_plan_may_add_their_own(signed_in: SignIn, cast: Cast) -> None:
    client = signed_in("clerk_b")
    assert "自行补充" in text(client, "/chains/test-b/plan/")
    added = {"year": 2026, "matter": "办消费节", "counted_from": "events", "target_value": "60", "unit": "场"}
    assert client.post("/chains/test-b/plan/add", added).status_code == 302
    (made,) = Action.objects.filter(chain=cast.chain_b)
    assert (made.is_own_addition, made.target_value) == (True, Decimal(60))
    assert client.post("/chains/test-a/plan/add", added).status_code == 404


def test_a_match_with_the_newer_scheme_is_confirmed_by_the_secretariat(signed_in: SignIn, cast: Cast) -> None:
    newer = Scheme.objects.create(code="next", name_zh="新方案", valid_from=date(2026, 1, 1))
    new = Chain.objects.create(code="next-a", slug="a", scheme=newer, name_zh="新链", nature="manufacturing")
    row = ChainSuccession.objects.create(old=cast.chain_a, new=new, scheme=newer, note="?")
    page = text(signed_in("secretary"), "/chains/scheme/next/mapping/")
    for said in ("待确认", "归属不确定", "新链"):
        assert said in page
    other = ChainSuccession.objects.create(old=cast.chain_b, new=new, scheme=newer)
    address, secretary = "/chains/scheme/next/mapping/confirm", signed_in("secretary")
    assert signed_in("clerk_a").get(address).status_code == 404
    asked = text(secretary, address)
    assert asked.count('name="row"') == 2
    assert asked.count("checked") == 1  # what is uncertain is not ticked beforehand
    said: dict[str, Any] = {f"new_{row.pk}": "", f"version_{row.pk}": 1, f"version_{other.pk}": 1, "row": [row.pk]}
    foreign = {**said, f"new_{row.pk}": cast.chain_b.pk}
    assert secretary.post(address, foreign).status_code == 422
    told = secretary.post(address, {**said, "basis": "青办字〔2025〕1号"}).content.decode()
    assert "办好 1 行，未办 0 行" in told
    row.refresh_from_db()
    other.refresh_from_db()
    assert (row.is_confirmed, row.new, row.note) == (True, None, "青办字〔2025〕1号")
    assert not other.is_confirmed
    again = {f"version_{other.pk}": 9, "row": [row.pk, other.pk]}  # the first was settled meanwhile
    told = secretary.post(address, again).content.decode()
    assert "办好 0 行，未办 2 行" in told
    assert "不在待确认之列，未改动" in told
    late = {**said, f"new_{other.pk}": new.pk, f"version_{other.pk}": 9, "row": [other.pk]}
    assert "他人已修改这条记录" in secretary.post(address, late).content.decode()
    assert "存档并继续统计" in text(signed_in("secretary"), "/chains/test-a/history/")


def test_figures_of_different_scope_stand_beside_each_other(signed_in: SignIn, cast: Cast, source: Source) -> None:
    said = {"indicator": "value_added_growth", "chain": cast.chain_a, "year": 2025, "unit": "%", "source": source}
    one = Figure.objects.create(**said, value=Decimal("9.1"), scope="年鉴口径")
    Figure.objects.create(**said, value=10, comparison="≥", scope="报道口径")
    page = text(signed_in("secretary"), f"/indicators/{one.pk}/")
    assert "9.1 %" in page
    assert "≥10 %" in page
    assert "并列，不取平均" in page
    assert "2个同指标有不同口径" in text(signed_in("secretary"), "/indicators/")
    assert signed_in("anchor_1").get(f"/indicators/{one.pk}/explain").status_code == 404


def test_a_task_force_enters_resources_of_its_own_chain(signed_in: SignIn, cast: Cast) -> None:
    client = signed_in("clerk_a")
    said = {"kind": "fund", "name": "产业基金", "amount": "5", "amount_unit": "亿元", "chains": [cast.chain_a.pk]}
    assert client.post("/resources/new", said | {"amount_unit": ""}).status_code == 422
    assert client.post("/resources/new", said | {"chains": [cast.chain_b.pk]}).status_code == 422
    assert client.post("/resources/new", said).status_code == 302
    (made,) = Resource.objects.all()
    assert made.kept_by == cast.force_a
    assert "5 亿元" in text(client, "/chains/test-a/resources/")
    changed = said | {"name": "产业引导基金", "version": made.version}
    assert client.post(f"/resources/{made.code}/edit", changed).status_code == 302
    assert client.post(f"/resources/{made.code}/edit", changed | {"name": "又改"}).status_code == 409
    assert signed_in("clerk_b").get(f"/resources/{made.code}/edit").status_code == 404


def test_a_table_leaves_as_excel_word_and_print(signed_in: SignIn, action: Action) -> None:
    client = signed_in("secretary")
    for form, kind in (("xlsx", "spreadsheetml"), ("docx", "wordprocessingml"), ("csv", "text/csv")):
        assert kind in client.get(f"/chains/city/?format={form}").headers["Content-Type"]
    printed = text(client, "/chains/city/?format=print")
    assert "sheet-a3" in printed
    assert "引进配套商" in printed


def test_a_chiefs_two_sections_are_a_page_of_their_own_and_nobody_elses(signed_in: SignIn) -> None:
    page = text(signed_in("chief"), "/chains/city/sections/")
    assert "提请协调事项" in page
    assert "批示交办及落实" in page
    assert signed_in("secretary").get("/chains/city/sections/").status_code == 404


def test_a_year_or_scheme_that_is_not_there_is_not_invented(signed_in: SignIn, action: Action) -> None:
    client = signed_in("secretary")
    assert client.get("/chains/city/nowhere/").status_code == 404
    assert "2020年还没有年度计划" in text(client, "/chains/city/test/2020/")


def test_a_chains_page_says_once_how_late_a_plan_is_and_dates_itself_by_its_newest_word(
    signed_in: SignIn, cast: Cast, action: Action
) -> None:
    Action.objects.filter(pk=action.pk).update(progress="在谈", progress_on=TODAY - timedelta(days=5))
    page = text(signed_in("chief"), "/chains/test-a/")
    assert page.count("引进配套商") == 1
    assert "逾期" in page
    assert f"数据截至 {TODAY - timedelta(days=5):%Y-%m-%d}" in page


def test_the_one_pagers_open_from_the_chain_and_the_firm(signed_in: SignIn, cast: Cast) -> None:
    assert 'href="/briefings/chain/test-a"' in text(signed_in("chief"), "/chains/test-a/")
    firm = cast.enterprise_1.code
    assert f'href="/briefings/firm/{firm}"' in text(signed_in("chief"), f"/enterprises/{firm}/")
    assert "/briefings/" not in text(signed_in("officer"), f"/enterprises/{firm}/"), "a department reads no briefings"


def test_the_plan_counts_the_evidence_of_each_action(signed_in: SignIn, cast: Cast, action: Action) -> None:
    writing.add(chain=cast.chain_a, year=2026, matter="无佐证事项", by=cast.clerk_a)
    for number in range(2):
        proof = SimpleUploadedFile(f"照片{number}.pdf", f"%PDF-1.4 {number}".encode())
        signed_in("clerk_a").post(f"/chains/plan/{action.code}/evidence", {"file": proof})
    listed = signed_in("clerk_a").get("/chains/test-a/plan/").context["table"]
    assert {row.matter: row.proof_count for row in listed.page} == {"引进配套商": 2, "无佐证事项": 0}
