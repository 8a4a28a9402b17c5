"""The address list handed in: posts in words, and never twice at a time."""

import datetime as dt
from pathlib import Path

import pytest

from lianzhang.intake import ledgers
from lianzhang.intake.models import Batch
from tests.cast import Cast
from tests.intake.handing_in import hand_in, workbook

pytestmark = pytest.mark.django_db

NEW = {"name": "新人", "body": "责任部门", "post": "department", "from_on": dt.date(2026, 2, 1), "title": "处长"}


def handed(rows: list[dict[str, object]], cast: Cast, folder: Path) -> Batch:
    return hand_in(workbook("address_list", {"people": rows}, folder), ledger="address_list", by=cast.secretary)


def test_a_new_post_is_shown_in_words_and_no_number_of_ours(cast: Cast, tmp_path: Path) -> None:
    batch = handed([NEW], cast, tmp_path)
    describe = ledgers.get("address_list").describer(language="zh-hans", by=cast.secretary)
    said = {str(found) for found in describe(batch.rows.get())}
    assert said == {"链上职务：责任部门", "行政职务：处长", "任职日期：2026-02-01"}


def test_a_post_on_record_is_not_begun_again_on_another_day(cast: Cast, tmp_path: Path) -> None:
    held = cast.officer.appointments.get()
    again = {**NEW, "name": cast.officer.name, "account": cast.officer.username}
    row = handed([again], cast, tmp_path).rows.get()
    assert row.kind == "error"
    assert f"自 {held.starts_on} 起" in str(row.complaints)
    same_day = handed([{**again, "from_on": held.starts_on}], cast, tmp_path).rows.get()
    assert same_day.kind == "changed"
