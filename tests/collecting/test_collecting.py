"""收表: a form goes out, comes in, is sent back, accepted, closed; each wrong step is told in words."""

import datetime as dt
import io
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from django.core.files.base import ContentFile

from lianzhang.accounts.actions import Refused
from lianzhang.collecting import actions, columns, jobs, queries, sheets, tables, urging
from lianzhang.collecting.models import Collection, Submission
from lianzhang.records.models import Stale
from lianzhang.trail import queries as history
from tests.cast import Cast
from tests.collecting import scene

State = Submission.State


def test_expected_received_and_on_time_are_counted_from_the_first_time_it_came_in(cast: Cast) -> None:
    asked = scene.opened(cast)
    scene.sent(asked, cast, "east", [scene.row("甲园", 3, "120")])
    scene.sent(asked, cast, "west", [scene.row("乙园", 1, "40")], now=scene.DUE + dt.timedelta(hours=1))
    actions.send_back(scene.answer(asked, cast), reason="缺丙园", now=scene.DUE, by=cast.secretary)
    actions.submit(scene.answer(asked, cast), now=scene.DUE + dt.timedelta(hours=3), by=cast.district_east)
    stands = queries.standing(queries.submissions(asked))
    # East came first in time; being sent back does not make it late. West came late, and counts as received.
    assert (stands.expected, stands.received, stands.on_time) == (2, 2, 1)
    listed: Any = queries.listed(cast.secretary, kind="form").get(pk=asked.pk)
    assert (listed.expected_count, listed.received_count, listed.on_time_count) == (2, 2, 1)
    assert queries.is_late(scene.answer(asked, cast, "west"), now=scene.DUE)


def test_the_urging_text_names_who_has_not_answered_and_what_was_sent_back(cast: Cast) -> None:
    asked = scene.opened(cast)
    scene.sent(asked, cast, "east", [scene.row("甲园", 3, "120")])
    actions.send_back(scene.answer(asked, cast), reason="缺丙园", now=scene.NOON, by=cast.secretary)
    text = urging.text(asked, queries.submissions(asked), now=scene.NOON)
    assert "受灾情况" in text
    assert "未报（1）：西区" in text
    assert "退回待改：东区（缺丙园）" in text
    for body in ("east", "west"):
        if body == "west":
            actions.save(
                scene.answer(asked, cast, body), rows=[scene.row("乙园", 0, "0")], version=None, by=cast.district_west
            )
        actions.submit(scene.answer(asked, cast, body), now=scene.NOON, by=cast.people[f"district_{body}"])
    assert urging.text(asked, queries.submissions(asked), now=scene.NOON) == ""


def test_totals_add_themselves_up_and_stand_beside_last_time(cast: Cast) -> None:
    first = scene.opened(cast)
    scene.sent(first, cast, "east", [scene.row("甲园", 3, "120"), scene.row("丙园", 1, "30.5")])
    actions.close(first, although="西区无灾情", now=scene.NOON, by=cast.secretary)
    again = scene.opened(cast, previous=first)
    scene.sent(again, cast, "east", [scene.row("甲园", 2, "200")])
    scene.sent(again, cast, "west", [scene.row("乙园", 5, "10")])
    sums = queries.by_body(again, queries.whole(again, queries.submissions(again)))
    east, west = sums
    assert (east.now["c3"], east.then["c3"], east.change("c3")) == (Decimal(200), Decimal("150.5"), Decimal("49.5"))
    assert west.change("c3") is None  # nothing was known of it last time: that is no rise from 0


def test_a_form_is_handed_out_with_last_times_answer_and_known_when_it_comes_back(cast: Cast) -> None:
    first = scene.opened(cast)
    scene.sent(first, cast, "east", [scene.row("甲园", 3, "120")])
    again = scene.opened(cast, previous=first)
    content = sheets.prefilled(scene.answer(again, cast), language="zh-hans", by=cast.district_east)
    page = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    assert [cell.value for cell in page[2]][1:4] == ["甲园", 3, 120]
    assert page.column_dimensions["A"].hidden
    changed = scene.edited(content, {"D2": 99, "B3": "丁园", "C3": 1, "D3": "1.5亿元"})
    got = scene.hand_in(scene.answer(again, cast), changed, by=cast.district_east)
    assert got.upload["error_count"] == 0
    assert [columns.number(row.values["c3"]) for row in got.rows.all()] == [Decimal(99), Decimal(15000)]
    with pytest.raises(Refused):  # its own row of another body's workbook is not taken over
        scene.hand_in(scene.answer(first, cast), content, by=cast.district_east)
    foreign = scene.hand_in(scene.answer(again, cast, "west"), content, by=cast.district_west)
    assert foreign.upload["error_count"] == 1
    assert "east" in foreign.upload["complaints"][0]["zh"]
    assert not foreign.rows.exists()


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("unit", ["㎡", "m²", "平方米", "万平方米", "吨", "台", "辆", "万千瓦时", "TEU", "个/月", "家"])
def test_a_column_in_any_unit_that_the_asker_wrote_comes_back_from_the_workbook_that_went_out(
    cast: Cast, unit: str, language: str
) -> None:
    """A form's units are free: the header it prints is its own column, whatever stands in the brackets."""
    form = columns.numbered([{"label": "厂房名称"}, {"label": "闲置面积", "kind": "number", "unit": unit}])
    asked = scene.opened(cast, form=form)
    content = sheets.prefilled(scene.answer(asked, cast), language=language, by=cast.district_east)
    header = [cell.value for cell in openpyxl.load_workbook(io.BytesIO(content)).worksheets[0][1]]
    assert header[1:] == ["厂房名称", columns.of(asked)[1].heading] or language == "en"
    got = scene.hand_in(
        scene.answer(asked, cast), scene.edited(content, {"B2": "甲厂", "C2": 1200}), by=cast.district_east
    )
    assert got.upload["complaints"] == []
    assert [row.values for row in got.rows.all()] == [{"c1": "甲厂", "c2": {"decimal": "1200"}}]


def test_faults_of_a_workbook_come_back_marked_and_leave_the_draft_as_it_was(cast: Cast) -> None:
    asked = scene.opened(cast)
    actions.save(scene.answer(asked, cast), rows=[scene.row("甲园", 3, "120")], version=None, by=cast.district_east)
    content = sheets.prefilled(scene.answer(asked, cast), language="zh-hans", by=cast.district_east)
    got = scene.hand_in(scene.answer(asked, cast), scene.edited(content, {"C2": "好几家"}), by=cast.district_east)
    assert got.upload["error_count"] == 1
    assert got.upload["complaints"][0]["cell"] == "C2"
    assert [row.values["c2"] for row in got.rows.all()] == [3]
    path = sheets.marked_path(got, sha256=got.upload["sha256"], language="zh-hans")
    marked = openpyxl.load_workbook(path)
    assert marked.sheetnames[0] == "错误清单"
    assert marked.worksheets[1]["C2"].comment is not None


def test_a_workbook_that_comes_back_empty_or_with_more_rows_than_asked_is_told_and_the_draft_stands(cast: Cast) -> None:
    asked = scene.opened(cast, title="受灾/停产 [汇总]", has_many_rows=False)
    content = sheets.prefilled(scene.answer(asked, cast), language="zh-hans", by=cast.district_east)
    actions.save(scene.answer(asked, cast), rows=[scene.row("甲园", 1, "1")], version=None, by=cast.district_east)
    for cells, words in (
        ({}, "没有填写内容"),
        ({"B2": "乙园", "D2": 1, "B3": "丙园", "D3": 2}, "填了 2 行，本表每个单位最多 1 行"),
        ({"C2": "好几家"}, "应填数字，现在是“好几家”"),  # nothing else stands in the row
    ):
        got = scene.hand_in(scene.answer(asked, cast), scene.edited(content, cells), by=cast.district_east)
        assert words in got.upload["complaints"][0]["zh"]
        assert [row.values["c1"] for row in got.rows.all()] == ["甲园"]


def test_what_a_colleague_types_while_a_faulty_workbook_is_read_stays_and_the_faults_are_told(
    cast: Cast,
) -> None:
    asked = scene.opened(cast)
    upload = ContentFile(b"x", name="表.xlsx")
    actions.receive(scene.answer(asked, cast), upload=upload, kind="collecting.read", url="/", by=cast.district_east)
    being_read = scene.answer(asked, cast)
    actions.save(scene.answer(asked, cast), rows=[scene.row("甲园", 1, "1")], version=None, by=cast.district_east)
    jobs.finish(being_read, rows=None, result={"error_count": 1}, by=cast.district_east)
    got = scene.answer(asked, cast)
    assert (got.upload["error_count"], got.rows.count()) == (1, 1)


def test_a_stated_total_that_is_not_the_sum_of_its_rows_is_explained_before_it_goes(cast: Cast) -> None:
    asked = scene.opened(cast)
    content = sheets.prefilled(scene.answer(asked, cast), language="zh-hans", by=cast.district_east)
    cells = {"B2": "甲园", "C2": 3, "D2": 120, "B3": "丙园", "C3": 1, "D3": 30, "B4": "合计", "C4": 4, "D4": 200}
    got = scene.hand_in(scene.answer(asked, cast), scene.edited(content, cells), by=cast.district_east)
    assert got.rows.count() == 2
    with pytest.raises(Refused, match="合计"):
        actions.submit(scene.answer(asked, cast), now=scene.NOON, by=cast.district_east)
    done = actions.submit(scene.answer(asked, cast), note="含未列明的小园区", now=scene.NOON, by=cast.district_east)
    assert done.state == State.SUBMITTED


def test_a_body_without_an_account_answers_by_a_file_that_is_handed_in_for_it(cast: Cast) -> None:
    asked = scene.opened(cast, bodies=[cast.experts])
    content = sheets.prefilled(scene.answer(asked, cast, "experts"), language="zh-hans", by=cast.secretary)
    filled = scene.edited(content, {"B2": "甲园", "D2": 10})
    got = scene.hand_in(scene.answer(asked, cast, "experts"), filled, by=cast.secretary)
    done = actions.submit(got, now=scene.NOON, by=cast.secretary)
    assert done.is_handed_in
    with pytest.raises(Refused, match="另一人"):
        actions.accept(done, now=scene.NOON, by=cast.secretary)
    assert actions.accept(done, now=scene.NOON, by=cast.second_secretary).state == State.ACCEPTED


def test_an_empty_form_goes_only_as_a_nil_report_and_a_required_column_is_named(cast: Cast) -> None:
    asked = scene.opened(cast)
    east, west = (scene.answer(asked, cast, body) for body in ("east", "west"))
    with pytest.raises(Refused, match="零报告"):
        actions.submit(east, now=scene.NOON, by=cast.district_east)
    assert actions.submit(east, is_nil=True, now=scene.NOON, by=cast.district_east).note == actions.NIL
    actions.save(west, rows=[{"c1": "乙园"}], version=None, by=cast.district_west)
    with pytest.raises(Refused, match="第 1 行未填：损失"):
        actions.submit(west, now=scene.NOON, by=cast.district_west)


def test_an_answer_in_which_nothing_was_written_is_not_begun(cast: Cast) -> None:
    asked = scene.opened(cast)

    def saved(rows: list[dict[str, Any]], note: str | None = None) -> str:
        given = {"rows": rows, "version": None, "note": note, "by": cast.district_east}
        return str(actions.save(scene.answer(asked, cast), **given).state)

    assert saved([]) == saved([], note=" ") == State.EXPECTED  # who urges sees 未报, not 填报中
    assert saved([], note="周五补") == State.DRAFT
    assert saved([scene.row("甲园", 3, "120")]) == saved([]) == State.DRAFT  # emptied again: it was begun


def test_closing_over_who_kept_silent_takes_a_reason_that_stays(cast: Cast) -> None:
    asked = scene.opened(cast)
    scene.sent(asked, cast, "east", [scene.row("甲园", 3, "120")])
    for said in ("", "  "):
        with pytest.raises(Refused, match="还有1个单位未报或退回未改：西区。请催办，或写明理由后关闭"):
            actions.close(asked, although=said, now=scene.NOON, by=cast.secretary)
    assert tables.closing(asked, queries.submissions(asked)) == ""
    done = actions.close(asked, although="西区无园区。", now=scene.NOON, by=cast.secretary)
    closing = "受灾情况关闭时1个单位未报或退回未改：西区；理由：西区无园区。"
    assert tables.closing(done, queries.submissions(done)) == closing
    step = history.history(done, limit=1)[0]
    assert step.verb == "collection.closed"
    told = {label: (before, after) for _name, label, before, after in step.changes}
    assert told["关闭说明"] == ("", "西区无园区。")
    assert "关闭人" in told  # the history speaks the office's words


def test_a_collection_that_everybody_answered_is_closed_without_a_reason(cast: Cast) -> None:
    asked = scene.opened(cast)
    for body in ("east", "west"):
        scene.sent(asked, cast, body, [scene.row("甲园", 3, "120")])
    done = actions.close(asked, now=scene.NOON, by=cast.secretary)
    assert (done.state, done.close_reason) == (Collection.State.CLOSED, "")
    assert tables.closing(done, queries.submissions(done)) == ""


def test_closing_twice_editing_a_closed_form_and_a_wrong_body_are_refused_in_words(cast: Cast) -> None:
    asked = scene.opened(cast)
    with pytest.raises(Refused, match="不由您的单位"):
        actions.save(scene.answer(asked, cast), rows=[], version=None, by=cast.district_west)
    with pytest.raises(Refused, match="发起单位"):
        actions.close(asked, now=scene.NOON, by=cast.clerk_a)
    actions.close(asked, although="误发", now=scene.NOON, by=cast.secretary)
    with pytest.raises(Refused, match=r"secretary.*关闭"):
        actions.close(asked, now=scene.NOON, by=cast.second_secretary)
    with pytest.raises(Refused, match="关闭"):
        actions.save(scene.answer(asked, cast), rows=[], version=None, by=cast.district_east)
    with pytest.raises(Refused, match="不发起"):
        scene.opened(cast, by=cast.district_east)
    with pytest.raises(Refused, match="已过"):
        actions.extend(scene.opened(cast), due_at=scene.NOON, now=scene.NOON, by=cast.secretary)


def test_two_people_of_one_body_do_not_overwrite_one_another_unseen(cast: Cast) -> None:
    asked = scene.opened(cast)
    seen = scene.answer(asked, cast).version
    actions.save(scene.answer(asked, cast), rows=[scene.row("甲园", 1, "1")], version=seen, by=cast.district_east)
    with pytest.raises(Stale):
        actions.save(scene.answer(asked, cast), rows=[scene.row("甲园", 2, "2")], version=seen, by=cast.district_east)
    kept = [row.values["c2"] for row in scene.answer(asked, cast).rows.all()]
    assert kept == [1]


def test_what_is_typed_on_the_page_is_read_as_in_the_workbook() -> None:
    integer, wan, choice = scene.FORM[1], scene.FORM[2], scene.FORM[3]
    assert columns.read(wan, "1.2亿元") == ({"decimal": "12000"}, "")
    assert columns.read(integer, "") == (None, "")
    assert columns.read(integer, "无") == ({"blank": "not_applicable"}, "")
    assert columns.read(integer, "好几家")[1]
    assert columns.read(choice, "没听说过")[1]


def test_a_form_has_columns_of_different_names(cast: Cast) -> None:
    for said in ([], [{"label": "甲"}, {"label": "甲"}], [{"label": "甲", "kind": "choice"}]):
        with pytest.raises(Refused):
            columns.checked(columns.numbered(said))
    assert Collection.objects.count() == 0
