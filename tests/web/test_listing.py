"""A list page: two queries whatever its size, every state an address, nothing taken away unrecorded."""

import io
import json
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from lianzhang.accounts.models import Body
from lianzhang.accounts.rules import BodyKind
from lianzhang.trail.models import Event
from lianzhang.web import exports

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("style")]
SignIn = Callable[[str], Client]


@pytest.fixture
def client(signed_in: SignIn) -> Client:
    return signed_in("secretary")


def page(client: Client, address: str, **headers: str) -> str:
    answer = client.get(address, headers=headers)
    assert answer.status_code == 200
    return answer.content.decode()


def body_queries(client: Client, address: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        page(client, address)
    return sum('FROM "accounts_body"' in query["sql"] for query in queries.captured_queries)


def test_a_list_reads_count_totals_and_page_in_two_queries(client: Client) -> None:
    few = body_queries(client, "/style/bodies")
    Body.objects.bulk_create(Body(code=f"x{n}", kind=BodyKind.FIRM, name_zh=f"企业{n}") for n in range(300))
    assert few == body_queries(client, "/style/bodies?page=7") == 2


def test_a_page_says_which_of_all_rows_it_shows(client: Client) -> None:
    assert "共 18 行，本页第 11–18 行" in page(client, "/style/bodies?page=2")
    assert "，本页第" not in page(client, "/style/bodies?kind=firm")


def test_the_total_covers_every_row_and_not_only_the_page(client: Client) -> None:
    Body.objects.bulk_create(Body(code=f"x{n}", kind=BodyKind.FIRM, name_zh=f"企业{n}", version=5) for n in range(40))
    Body.objects.exclude(code__startswith="x").update(version=0)
    assert '<td class="n">200</td>' in page(client, "/style/bodies")


def test_a_fragment_is_the_table_alone(client: Client) -> None:
    whole, part = page(client, "/style/bodies"), page(client, "/style/bodies", HX_Target="table")
    assert "<!doctype html>" in whole
    assert part.lstrip().startswith('<div class="listing ')
    assert "<html" not in part


def test_caches_keep_fragment_and_page_apart(client: Client) -> None:
    assert "HX-Target" in client.get("/style/bodies").headers["Vary"]


def test_a_row_opens_in_the_panel_without_the_frame(client: Client) -> None:
    part = page(client, "/style/L-01", HX_Target="panel")
    assert part.lstrip().startswith("<article")
    assert "topbar" not in part
    assert 'id="page"' not in part


def test_filters_and_search_narrow_what_is_shown(client: Client) -> None:
    assert "共 5 行" in page(client, "/style/bodies?kind=firm")
    assert "共 1 行" in page(client, "/style/bodies?kind=firm&q=链主二")


def test_a_bad_address_shows_the_list_and_says_what_was_left_out(client: Client) -> None:
    shown = page(client, "/style/bodies?kind=nothing&order=password&page=x")
    assert shown.count("notice-warning") == 3
    assert "“种类”没有“nothing”这个取值，已忽略。" in shown


def test_a_mistyped_condition_is_said_and_not_silently_answered_with_everything(client: Client) -> None:
    assert "没有这些条件，已忽略：knd" in page(client, "/style/bodies?knd=firm")
    assert "没有这些条件" not in page(client, "/style/bodies?kind=firm&open=x&page=1&density=roomy&order=name")


def test_a_hidden_column_is_in_no_rendering_for_those_it_is_not_for(signed_in: SignIn) -> None:
    for address in (
        "/style/bodies",
        "/style/bodies?format=csv",
        "/style/bodies?columns=code,secret",
        "/style/bodies?format=print",
    ):
        assert "internal words" not in signed_in("clerk_a").get(address).content.decode()
    assert "internal words" in page(signed_in("secretary"), "/style/bodies")


def test_an_empty_list_names_the_next_step(client: Client) -> None:
    assert "还没有机构。" in page(client, "/style/none")
    narrowed = page(client, "/style/none?q=x")
    assert "没有符合条件的记录。" in narrowed
    assert "还没有机构。" not in narrowed


def test_the_column_chooser_hands_on_every_other_condition(client: Client) -> None:
    shown = page(client, "/style/bodies?kind=firm&order=-code&columns=code,kind")
    assert '<input type="hidden" name="kind" value="firm">' in shown
    assert '<input type="hidden" name="order" value="-code">' in shown


class TestExport:
    """Taking a table away."""

    def test_a_workbook_holds_every_row_found_and_only_those(self, client: Client) -> None:
        answer = client.get("/style/bodies?kind=firm&order=-code&format=xlsx")
        sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0]
        codes = [line[0] for line in sheet.iter_rows(min_row=2, values_only=True)]
        assert codes == sorted(Body.objects.filter(kind=BodyKind.FIRM).values_list("code", flat=True), reverse=True)
        assert answer.headers["Content-Disposition"].startswith("attachment; filename*=utf-8''%E6%9C%BA%E6%9E%84_2")

    def test_the_trail_knows_before_the_file_leaves(self, client: Client) -> None:
        answer = client.get("/style/bodies?kind=firm&format=csv")
        event = Event.objects.get(verb="table.exported")
        assert event.actor_id == int(client.session["_auth_user_id"])
        assert answer.status_code == 200
        assert json.loads(bytes(event.body))["detail"] == {
            "table": "bodies",
            "format": "csv",
            "rows": 5,
            "scope": "种类：企业",
            "columns": ["code", "name_zh", "kind", "version", "secret"],
        }

    def test_too_many_rows_are_refused_and_the_way_out_is_said(self, client: Client, settings: Any) -> None:
        settings.EXPORT_ROW_LIMIT = 4
        answer = client.get("/style/bodies?kind=firm&format=xlsx")
        assert answer.status_code == 422
        assert "“机构”超过 4 行，一次不能导出。请先筛选，缩小范围后再导出。" in answer.content.decode()
        assert 'href="/style/bodies?kind=firm"' in answer.content.decode()
        assert not Event.objects.filter(verb="table.exported").exists()

    def test_invented_data_is_marked_in_every_form(self, client: Client) -> None:
        assert "示例数据" in page(client, "/style/city")
        assert "示例数据，不得作为实际数据引用" in page(client, "/style/city?format=print")
        book = openpyxl.load_workbook(io.BytesIO(client.get("/style/city?format=xlsx").content))
        assert ("数据性质", "示例数据，不得作为实际数据引用") in list(book["说明"].iter_rows(values_only=True))
        assert client.get("/style/city?format=docx").content[:2] == b"PK"

    def test_one_invented_row_marks_the_list_and_every_file_of_it(self, client: Client) -> None:
        assert "示例数据" not in page(client, "/style/bodies?kind=firm")
        Body.objects.filter(code="firm-1").update(is_illustrative=True)
        assert "示例数据" in page(client, "/style/bodies?kind=firm")
        assert "示例数据，不得作为实际数据引用" in page(client, "/style/bodies?kind=firm&format=print")
        book = openpyxl.load_workbook(io.BytesIO(client.get("/style/bodies?kind=firm&format=xlsx").content))
        assert ("数据性质", "示例数据，不得作为实际数据引用") in list(book["说明"].iter_rows(values_only=True))
        assert "示例数据" not in page(client, "/style/bodies?kind=district"), "the invented row is not among these"

    def test_the_print_says_who_when_and_what(self, client: Client) -> None:
        shown = page(client, "/style/bodies?kind=firm&format=print")
        number = Event.objects.get(verb="table.exported").seq
        for words in ("种类：企业", "秘书处", "secretary", f"DC-{number:06d}"):
            assert words in shown

    def test_an_unknown_form_is_no_export(self, client: Client) -> None:
        assert "<!doctype html>" in page(client, "/style/bodies?format=exe")
        assert not Event.objects.filter(verb="table.exported").exists()

    def test_every_offered_form_is_known(self) -> None:
        assert {"xlsx", "csv", "docx", "print"} == exports.FORMS
        assert set(exports.TYPES) == set(exports.WRITERS)


def test_nobody_signed_in_gets_no_list(style: None) -> None:
    assert Client().get("/style/bodies").status_code == 302


def test_a_short_table_inside_a_page_promises_nothing_it_cannot_do(client: Client) -> None:
    shown = page(client, "/style/L-01")
    assert 'class="sort"' not in shown
    assert 'id="table"' not in shown
    assert "导出" not in shown.split("<article")[1]
