"""The reviewed layouts themselves: complete in both languages, examples that hold, rules that point at real columns."""

import re

import pytest

from chainlab import sheets
from chainlab.sheets import forms, layout, layouts

LAYOUTS = layouts.all()


def test_there_is_a_layout_for_every_ledger_of_the_office() -> None:
    assert {one.key for one in LAYOUTS} == {
        "chains",
        "enterprises",
        "plan_actions",
        "key_projects",
        "leads",
        "events",
        "requests",
        "address_list",
        "map_segments",
        "teardown",
        "category_answers",
        "part_answers",
        "supplier_mentions",
        "material_purchases",
        "part_trees",
        "sites",
        "signings",
        "encounters",
        "candidates",
    }
    with pytest.raises(KeyError, match="teardown"):
        layouts.get("teardowns")


@pytest.mark.parametrize("one", LAYOUTS, ids=lambda one: one.key)
def test_every_column_has_header_and_help_in_both_languages(one: sheets.Layout) -> None:
    texts = [(one.title_zh, one.title_en), (one.help_zh, one.help_en)]
    for sheet in one.sheets:
        texts += [(sheet.title_zh, sheet.title_en), (sheet.help_zh, sheet.help_en)]
        texts += [(field.header_zh, field.header_en) for field in sheet.fields]
        texts += [(field.help_zh, field.help_en) for field in sheet.fields]
        texts += [(choice.zh, choice.en) for field in sheet.fields for choice in field.choices]
    for zh, en in texts:
        assert re.search("[\u4e00-\u9fff]", zh)
        assert re.search("[A-Za-z0-9]", en)


@pytest.mark.parametrize("one", LAYOUTS, ids=lambda one: one.key)
def test_every_example_is_a_value_its_own_column_accepts(one: sheets.Layout) -> None:
    for sheet in one.sheets:
        for field in sheet.fields:
            if field.example and field.example != "无":
                assert forms.example(field) is not None, (sheet.key, field.key)
            assert field.example or not field.is_required, (sheet.key, field.key)


@pytest.mark.parametrize("one", LAYOUTS, ids=lambda one: one.key)
def test_rules_name_columns_that_exist_and_few_columns_are_required(one: sheets.Layout) -> None:
    for sheet in one.sheets:
        keys = [field.key for field in sheet.fields]
        assert len(keys) == len(set(keys))
        for rule in (*sheet.unique, *sheet.differs, *sheet.one_of):
            assert set(rule) <= set(keys)
        for reference in sheet.references:
            assert reference.field in keys
            assert set(reference.to) <= {field.key for field in one.sheet(reference.sheet).fields}
        for field in sheet.fields:
            assert set(field.falls_back_to) <= set(keys)
            assert field.kind is not sheets.Kind.CHOICE or field.choices
            assert not field.kind.is_money or field.unit in ("元", "万元", "亿元")
            assert len({choice.code for choice in field.choices}) == len(field.choices)
        assert sum(field.is_required for field in sheet.fields) <= 3


def test_no_word_stands_for_two_choices_of_one_column() -> None:
    for one in LAYOUTS:
        for sheet in one.sheets:
            for field in sheet.fields:
                words = [word for choice in field.choices for word in {choice.zh, *choice.synonyms}]
                assert len(words) == len(set(words)), (one.key, field.key)


def test_money_of_a_project_is_headed_in_the_units_offices_use() -> None:
    fields = layouts.get("key_projects").sheet("projects")
    assert fields.field("total_wan").header() == "总投资（亿元）"
    assert fields.field("year_plan_wan").header() == "年度计划投资（万元）"
    assert fields.field("total_wan").header("en") == "Total investment (100m yuan)"


def test_intended_agreed_and_paid_in_money_are_three_columns() -> None:
    keys = {field.key for field in layouts.get("leads").sheet("leads").fields}
    assert {"intended_wan", "agreed_wan", "paid_in_wan"} <= keys


@pytest.mark.parametrize("one", LAYOUTS, ids=lambda one: one.key)
def test_a_layout_survives_the_way_to_the_child(one: sheets.Layout) -> None:
    import json

    assert layout.from_plain(json.loads(json.dumps(layout.to_plain(one)))) == one


def test_a_misspelt_word_in_a_layout_file_is_refused() -> None:
    with pytest.raises(TypeError, match="headr_zh"):
        layout.from_plain(
            {
                "key": "x",
                "version": 1,
                "title_zh": "x",
                "title_en": "x",
                "sheets": [{"key": "x", "title_zh": "x", "title_en": "x", "fields": [{"key": "a", "headr_zh": "甲"}]}],
            }
        )
