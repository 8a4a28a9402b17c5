"""Finding the header and knowing its columns, in any order and under the names offices use."""

import itertools

import pytest

from chainlab import sheets
from chainlab.sheets import grid, headers, layouts

PROJECTS = layouts.get("key_projects").sheet("projects")
# Headers of real monthly sheets (design note on the project ledger), and the field each means.
REAL_HEADERS = {
    "项目名称": "name",
    "项目代码": "code",
    "项目工期": "duration",
    "责任单位": "lead_body",
    "建设单位": "builder",
    "项目类型": "project_type",
    "总投资(亿元)": "total_wan",
    "年度计划投资(万元)": "year_plan_wan",
    "年度累计完成投资(万元)": "year_done_wan",
    "年度投资完成率": "completion_ratio",
    "建设性质": "nature",
    "是否开工": "is_started",
    "当月已完成投资": "month_done_wan",
    "当月至今已完成": "total_done_wan",
    "土建工程": "civil_wan",
    "设备安装费用": "equipment_wan",
    "土地等费用": "land_wan",
    "投资完成比例": "completion_ratio",
    "形象进度": "physical_progress",
    "审核标识": "audit_mark",
    "分管局委": "supervisor_body",
    "建设起止年限": "duration",
    "存在问题": "problem",
    "联系方式": "phone",
    "行政区": "region_code",
    "周期内累计完成投资": "year_done_wan",
    "年度投资进度": "completion_ratio",
    "累计到位资金": "funds_in_wan",
}


def every_field() -> list[tuple[sheets.Sheet, sheets.Field]]:
    return [(sheet, field) for layout in layouts.all() for sheet in layout.sheets for field in sheet.fields]


@pytest.mark.parametrize(("header", "field"), REAL_HEADERS.items())
def test_the_headers_of_real_project_sheets_are_known(header: str, field: str) -> None:
    found = headers.Matcher(PROJECTS).match(header)
    assert found is not None
    assert found.field.key == field


@pytest.mark.parametrize(
    ("header", "field", "year", "month"),
    [
        ("2024年1-2月累计完成投资(万元)", "year_done_wan", 2024, 2),
        ("2024年1—12月累计完成投资（万元）", "year_done_wan", 2024, 12),
        ("2月完成投资(万元)", "month_done_wan", None, 2),
        ("2024年2月完成投资", "month_done_wan", 2024, 2),
        ("2024年度计划投资(万元)", "year_plan_wan", 2024, None),
    ],
)
def test_a_header_that_changes_every_month_is_known_by_its_pattern(
    header: str, field: str, year: int | None, month: int | None
) -> None:
    found = headers.Matcher(PROJECTS).match(header)
    assert found is not None
    assert (found.field.key, found.year, found.month) == (field, year, month)


@pytest.mark.parametrize(("sheet", "field"), every_field(), ids=lambda item: item.key)
def test_every_printed_header_means_its_own_field_and_no_other(sheet: sheets.Sheet, field: sheets.Field) -> None:
    matcher = headers.Matcher(sheet)
    for language in ("zh-hans", "en"):
        found = matcher.match(field.header(language))
        assert found is not None
        assert found.field.key == field.key
        assert found.unit == field.unit


def test_no_synonym_stands_for_two_columns_of_one_sheet() -> None:
    for layout in layouts.all():
        for sheet in layout.sheets:
            spellings = [
                (spelling, field.key) for field in sheet.fields for spelling in {*field.patterns, field.header_zh}
            ]
            twice = [
                (left, right)
                for left, right in itertools.combinations(spellings, 2)
                if left[0] == right[0] and left[1] != right[1]
            ]
            assert twice == []


@pytest.mark.parametrize(
    ("header", "unit"),
    [
        ("总投资(亿元)", "亿元"),
        ("总投资（亿元）", "亿元"),
        ("总投资 （单位：万元）", "万元"),
        ("总投资，万元", "万元"),
        ("*总投资（亿元）", "亿元"),
        ("Total investment (100m yuan)", "亿元"),
        ("总投资", ""),
    ],
)
def test_the_unit_is_read_off_the_header(header: str, unit: str) -> None:
    found = headers.Matcher(PROJECTS).match(header)
    assert found is not None
    assert (found.field.key, found.unit) == ("total_wan", unit)


def test_a_name_inside_a_longer_header_is_not_taken_for_it() -> None:
    matcher = headers.Matcher(PROJECTS)
    for text in ("项目名称变更说明", "总投资占比", "不是总投资", "xx"):
        assert matcher.match(text) is None


def test_the_header_is_found_under_titles_and_over_two_rows() -> None:
    rows = [
        ["重点项目月调度表", "", "", ""],
        ["填报单位：某区", "", "单位：万元", ""],
        ["项目名称", "投资", "", "存在问题"],
        ["", "总投资（亿元）", "年度计划投资", ""],
        ["甲项目", 3.5, 1000, "无"],
    ]
    merges = [((0, 0), (0, 3)), ((2, 0), (3, 0)), ((2, 1), (2, 2)), ((2, 3), (3, 3))]
    found = headers.find(grid.Grid("表", rows, merges=merges), headers.Matcher(PROJECTS))
    assert found is not None
    assert (found.top, found.bottom, found.unit) == (2, 3, "万元")
    assert {column: match.field.key for column, match in found.matches.items()} == {
        0: "name",
        1: "total_wan",
        2: "year_plan_wan",
        3: "problem",
    }


def test_a_sheet_without_the_columns_has_no_header() -> None:
    rows = [["随便", "写写"], ["甲", "乙"]]
    assert headers.find(grid.Grid("表", rows), headers.Matcher(PROJECTS)) is None


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("采购", "purchases"),
        ("3.采购明细", "purchases"),
        (" 物料清单(BOM) ", "bom"),
        ("Parts", "parts"),
        ("能力清单", "capabilities"),
        ("采购甲", None),
    ],
)
def test_a_sheet_is_known_by_its_usual_names(name: str, key: str | None) -> None:
    found = headers.sheet_named(name, layouts.get("teardown"))
    assert (found.key if found else None) == key
