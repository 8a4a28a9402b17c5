"""The secretariat's and the newcomer's ways: the city table, where a number comes from, the target list, a lead."""

import re

from playwright.sync_api import expect

from tests.journeys.conftest import Enter
from tests.journeys.visitor import number


def test_the_secretariat_lands_on_the_city_table_and_every_number_says_where_it_comes_from(enter: Enter) -> None:
    visitor = enter("示例·秘书处甲")
    assert visitor.path == "/chains/city/"
    chains, planned, late = (int(found) for found in re.findall(r"^(\d+)条链中(\d+)条.*?逾期(\d+)项", visitor.lead)[0])
    assert (chains, planned) == (24, 15)
    assert visitor.rows("#table tbody tr:has(th[scope=row] a)").count() == chains
    assert number(r"共(\d+)项", visitor.lead) >= late > 0
    visitor.look()
    visitor.page.locator("#table a.explain-mark").first.click()
    explained = visitor.page.locator("#explain[open]")
    for word in ("定义", "来源", "数据截至"):
        expect(explained).to_contain_text(word)
    visitor.page.keyboard.press("Escape")
    expect(explained).to_have_count(0)


def test_a_row_of_the_city_table_opens_its_chain(enter: Enter) -> None:
    visitor = enter("示例·秘书处甲")
    row = visitor.page.locator("#table tbody th[scope=row] a", has_text="轨道交通")
    name = row.inner_text()
    row.click()
    visitor.page.wait_for_url("**/chains/qingdao-2022-rail_transit/")
    assert visitor.title == name
    visitor.look()


def test_the_old_chains_map_to_ten_plus_one_and_wait_to_be_confirmed(enter: Enter) -> None:
    visitor = enter("示例·秘书处甲", "/chains/scheme/qingdao-2022/")
    visitor.page.locator(".page-actions a", has_text="10+1").click()
    visitor.page.wait_for_url("**/mapping/")
    old, archived, waiting = (int(found) for found in re.findall(r"(\d+)条", visitor.lead)[:3])
    assert old == 24
    assert 0 < archived < old
    assert waiting > 0
    assert visitor.rows("#table tbody tr").count() >= old
    visitor.look()


def test_a_newcomer_reaches_the_target_list_in_two_clicks(enter: Enter) -> None:
    visitor = enter("示例·专班成员甲")
    visitor.press("10类 22家")
    visitor.page.wait_for_url("**/targets/MB-*")
    assert "示例数据" in visitor.text(), "invented data must say so"
    assert number(r"选 (\d+) 类", visitor.lead) == 10
    assert number(r"、(\d+) 家配套商", visitor.lead) == 22
    asked, covered = number(r"市外采购 ([\d.,]+) 亿元", visitor.lead), number(r"中的 ([\d.,]+) 亿元", visitor.lead)
    assert 0 < covered <= asked
    assert visitor.rows("#table tbody tr").count() == 22
    visitor.look()


def test_other_parameters_run_in_the_background_and_give_another_list(enter: Enter) -> None:
    visitor = enter("示例·专班成员甲", "/targets/new")
    visitor.pick(chain="示例·智能家电")
    visitor.fill(title="示例：3类4家", max_categories="3", max_suppliers="4", min_anchors="2")
    visitor.press("开始计算")
    # The page asks by itself and leads to the list; opened from here at that moment, each would wait for the other.
    visitor.page.locator("main .lead", has_text="选 3 类零部件").wait_for(timeout=90_000)
    assert number(r"、(\d+) 家配套商", visitor.lead) <= 4
    assert visitor.rows("#table tbody tr").count() <= 4
    visitor.look()
    visitor.page.get_by_text("与另一份比较").click()
    visitor.press("示例：10类零部件、22家配套商")
    assert "前者独有 0 家" in visitor.lead or "后者独有" in visitor.lead
    assert "类别上限" in visitor.text()
    visitor.look()


def test_a_line_says_its_reasons_and_becomes_a_lead_that_remembers_them(enter: Enter) -> None:
    visitor = enter("示例·专班成员甲", "/targets/MB-2026-001/1")
    name, reasons = visitor.title, visitor.lead
    assert "示例链主" in reasons
    visitor.look()
    visitor.press("转线索")
    visitor.page.wait_for_url("**/projects/*/")
    assert name in visitor.text()
    assert "MB-2026-001" in visitor.text() or "10类零部件" in visitor.text(), "the project names the list it came from"
    code = visitor.path
    visitor.look()
    visitor.open("/targets/MB-2026-001/1")
    assert visitor.page.get_by_role("button", name="转线索").count() == 0, "one line, one lead"
    visitor.page.locator(f"main a[href='{code}']").first.click()
    visitor.page.wait_for_url(f"**{code}")
