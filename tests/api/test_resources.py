"""Reading over the API: the same rows as the pages, in stated columns, with clear refusals."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from lianzhang.accounts import actions
from lianzhang.accounts.models import ApiToken
from lianzhang.projects.models import Event, Project, Signing
from lianzhang.registry.models import Enterprise
from lianzhang.resources.models import Site
from lianzhang.trail import actions as trail
from tests import cast as casts
from tests.api.conftest import Program

pytestmark = pytest.mark.django_db
ProgramOf = Callable[[str], Program]
RESOURCES = (
    "schemes",
    "chains",
    "actions",
    "enterprises",
    "segments",
    "gaps",
    "target-lists",
    "projects",
    "leads",
    "meetings",
    "collections",
    "months",
    "month-reports",
    "events",
    "sites",
    "tasks",
)


def project(cast: casts.Cast, code: str, **fields: Any) -> Project:
    record = Project(code=code, name=f"项目{code}", chain=cast.chain_a, **fields)
    return trail.create(record, verb="project.entered", by=None)


@pytest.mark.parametrize("resource", RESOURCES)
def test_every_resource_lists_and_says_how_many(program: ProgramOf, resource: str) -> None:
    answer = program("secretary").get(f"/{resource}")
    assert answer.status_code == 200
    assert set(answer.json()) == {"items", "count", "page", "pages"}
    assert answer.json()["count"] == len(answer.json()["items"])


def test_the_description_names_every_resource_with_list_and_detail() -> None:
    described = Client().get("/api/v1/openapi.json")
    assert described.status_code == 200
    paths = described.json()["paths"]
    assert {f"/api/v1/{r}" for r in RESOURCES} | {f"/api/v1/{r}/{{code}}" for r in RESOURCES} <= set(paths)
    record = described.json()["components"]["schemas"]["Project"]["properties"]
    assert record["agreed_wan"]["description"]


def test_every_operation_asks_who_is_there() -> None:
    paths = Client().get("/api/v1/openapi.json").json()["paths"]
    operations = [
        (path.format(code="x", district="x"), method) for path, methods in paths.items() for method in methods
    ]
    assert len(operations) > 20
    for path, method in operations:
        answer = Client().generic(method.upper(), path, b"{}", content_type="application/json")
        assert answer.status_code == 401, (method, path)


def test_a_record_carries_what_stands_in_the_database(cast: casts.Cast, program: ProgramOf) -> None:
    project(cast, "XM-2026-001", agreed_wan="12345.6700", next_due_on=date(2026, 12, 1), is_key=True)
    (item,) = program("secretary").get("/projects").json()["items"]
    assert item["code"] == "XM-2026-001"
    assert item["agreed_wan"] == "12345.6700"
    assert item["next_due_on"] == "2026-12-01"
    assert item["chain"] == "test-a"
    assert item["stage"] == "lead"
    assert item["is_key"] is True
    assert item["arrived_wan"] is None
    assert program("secretary").get("/projects/XM-2026-001").json() == item


def test_filters_narrow_and_pages_do_not_overlap(cast: casts.Cast, program: ProgramOf) -> None:
    for n in range(205):
        project(cast, f"XM-2026-{n:03d}", status="normal" if n % 2 else "late", status_reason="" if n % 2 else "手续")
    reader = program("secretary")
    late = reader.get("/projects", status="late").json()
    assert late["count"] == 103
    seen = [
        item["code"] for page in (1, 2, 3) for item in reader.get("/projects", page=page, order="code").json()["items"]
    ]
    assert seen == sorted(seen)
    assert len(set(seen)) == 205
    beyond = reader.get("/projects", page=4).json()
    assert beyond["items"] == []
    assert beyond["count"] == 205


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"colour": "red"}, "colour"),
        ({"page": "0"}, "page"),
        ({"page": "one"}, "page"),
        ({"status": "brilliant"}, "status"),
        ({"order": "colour"}, "order"),
        ({"is_key": "perhaps"}, "is_key"),
    ],
)
def test_a_wrong_question_is_answered_with_what_is_wrong(program: ProgramOf, query: dict[str, str], field: str) -> None:
    answer = program("secretary").get("/projects", **query)
    assert answer.status_code == 422
    assert answer.headers["Content-Type"] == "application/problem+json"
    said = answer.json()
    assert said["status"] == 422
    assert [error["field"] for error in said["errors"]] == [field]


def test_of_two_values_for_one_parameter_neither_wins_unsaid(program: ProgramOf) -> None:
    answer = program("secretary").get("/projects?chain=test-a&chain=test-b")
    assert answer.status_code == 422
    assert answer.json()["errors"] == [{"field": "chain", "message": "写了多次"}]


@pytest.mark.parametrize("resource", RESOURCES)
@pytest.mark.parametrize("code", ["nothing-of-ours", "0", "99999999999999999999999", "-1", "²"])
def test_an_unknown_code_is_not_found(program: ProgramOf, resource: str, code: str) -> None:
    answer = program("secretary").get(f"/{resource}/{code}")
    assert answer.status_code == 404
    assert answer.json()["title"] == "没有这条记录"


def test_what_no_operation_answers_is_a_problem_and_never_a_page(program: ProgramOf) -> None:
    secretary = program("secretary")
    slash, unknown = secretary.get("/projects/"), secretary.get("/nothing")
    unsafe = secretary.client.delete("/api/v1/projects")
    for answer, status in ((slash, 404), (unknown, 404), (unsafe, 405)):
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert (answer.status_code, answer.json()["status"]) == (status, status)
    assert "不带斜杠" in slash.json()["detail"]
    assert unknown.json()["detail"] == ""
    assert "GET" in unsafe.headers["Allow"]


def test_a_program_may_ask_for_english(program: ProgramOf) -> None:
    secretary = program("secretary")
    asked = {"Accept-Language": "en", "Authorization": f"Bearer {secretary.token}"}
    said = secretary.client.get("/api/v1/projects/nothing", headers=asked).json()["title"]
    assert said == "No such record"
    assert secretary.get("/projects/nothing").json()["title"] == "没有这条记录"


def test_chinese_is_sent_as_chinese(cast: casts.Cast, program: ProgramOf) -> None:
    assert "链A".encode() in program("secretary").get("/chains").content


def test_nobody_reads_without_a_token(cast: casts.Cast) -> None:
    for headers in ({}, {"Authorization": "Bearer lz_wrong"}, {"Authorization": "Basic eDp5"}):
        answer = Client(headers=headers).get("/api/v1/projects")
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"] == "Bearer"
        assert answer.json()["status"] == 401


def test_a_token_acts_in_its_own_post_and_dies_with_it(cast: casts.Cast, program: ProgramOf) -> None:
    project(cast, "XM-2026-001")
    reader = program("clerk_b")
    assert reader.get("/chains").json()["count"] == 2
    assert reader.get("/projects").status_code == 200
    post = cast.clerk_b.appointments.get()
    actions.end(appointment=post, on=timezone.localdate() - timedelta(days=1), by=cast.secretary)
    assert reader.get("/chains").status_code == 401


def test_an_expired_token_is_refused(cast: casts.Cast, program: ProgramOf) -> None:
    reader = program("clerk_a")
    assert reader.get("/chains").status_code == 200
    assert ApiToken.objects.get().last_used_at is not None
    ApiToken.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert reader.get("/chains").status_code == 401


def test_a_district_finds_its_own_projects_and_no_others(cast: casts.Cast, program: ProgramOf) -> None:
    project(cast, "XM-2026-001", district=cast.east)
    project(cast, "XM-2026-002", district=cast.west)
    east = program("district_east")
    assert [item["code"] for item in east.get("/projects").json()["items"]] == ["XM-2026-001"]
    assert east.get("/projects/XM-2026-002").status_code == 404
    assert east.get("/projects", q="XM-2026-002").json()["count"] == 0


def test_a_person_without_a_post_reads_nothing(cast: casts.Cast) -> None:
    client = Client()
    client.force_login(cast.stranger, backend="django.contrib.auth.backends.ModelBackend")
    for resource in RESOURCES:
        assert client.get(f"/api/v1/{resource}").json()["count"] == 0


@pytest.mark.parametrize("resource", RESOURCES)
def test_a_list_costs_at_most_twelve_queries(
    cast: casts.Cast, program: ProgramOf, resource: str, django_assert_max_num_queries: Any
) -> None:
    for n in range(20):
        firm = Enterprise(code=f"QY-2026-{n:03d}", name=f"企业{n}", name_key=f"企业{n}")
        trail.create(firm, verb="enterprise.entered", by=None)
        project(cast, f"XM-2026-{n:03d}", enterprise=firm, district=cast.east, owner=cast.force_a)
    reader = program("secretary")
    reader.get("/chains")  # the first use of a token is written down
    with django_assert_max_num_queries(12):
        reader.get(f"/{resource}")


def test_an_event_tells_its_deals_to_who_sees_the_projects_and_its_total_to_all(
    cast: casts.Cast, program: ProgramOf
) -> None:
    fair = Event.objects.create(code="HD-1", name="展会", chain=cast.chain_a, signing_count=38)
    Signing.objects.create(event=fair, project=project(cast, "XM-1", stage=70), intended_wan=9000)
    told = program("secretary").get("/events/HD-1").json()
    assert told["signing_count"] == 38
    assert told["signings"] == [{"project": "XM-1", "intended_wan": "9000.0000", "signed_on": None, "stage": "started"}]
    assert program("sme").get("/events/HD-1").json()["signings"] == []


def test_a_condition_of_a_site_nobody_filled_in_is_a_blank_and_no_nought(cast: casts.Cast, program: ProgramOf) -> None:
    Site.objects.create(code="ZT-1", name="三号厂房", kind="plant", district=cast.east, vacant_m2=800)
    told = program("sme").get("/sites?kind=plant&vacant_m2_from=500").json()["items"]
    assert [(one["vacant_m2"], one["rent_yuan"], one["district"]) for one in told] == [("800.00", None, cast.east.code)]
    assert program("sme").get("/sites?vacant_m2_from=900").json()["count"] == 0
