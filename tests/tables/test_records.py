"""Records for programs: the unit is in the key, no figure is bent, a blank keeps its reason."""

import json

from lianzhang import tables
from lianzhang.tables import records
from tests.tables.conftest import Row


def test_a_record_is_json_with_units_in_its_keys(table: tables.TableSpec) -> None:
    [record] = records.records(table, [Row()])
    assert json.loads(json.dumps(record)) == {
        "name": "示例项目甲",
        "code": "XM-2026-001",
        "amount_wan": "12345.5",
        "fund_wan": "250000",
        "local_ratio": 0.3125,
        "count": 1200,
        "started_on": "2026-03-01",
        "seen_at": "2026-03-01T16:30:00+00:00",
        "light": "late",
        "is_new": True,
        "tags": ["甲", "乙"],
    }


def test_withheld_is_not_the_same_as_unfilled(table: tables.TableSpec) -> None:
    unfilled, withheld = records.records(table, [Row(amount_wan=None), Row(amount_wan=tables.WITHHELD)])
    assert (unfilled["amount_wan"], "_blanks" in unfilled) == (None, False)
    assert (withheld["amount_wan"], withheld["_blanks"]) == (None, {"amount_wan": "withheld"})


def test_only_the_columns_asked_for_are_given(table: tables.TableSpec) -> None:
    assert records.records(table, [Row()], columns=table.columns[:1]) == [{"name": "示例项目甲"}]


def test_lights_badges_and_lazy_words_have_plain_forms() -> None:
    given = [tables.Light("watch"), tables.Badge("草稿"), tables.values.YES]
    assert [records.scalar(value) for value in given] == ["watch", "草稿", "是"]
