"""A chief on a phone, one sheet of paper, English, the palette, a chain of services, two editors at once."""

import re

from playwright.sync_api import expect

from tests.journeys.conftest import Enter

PHONE = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2, "is_mobile": True, "has_touch": True}
MAIN_PAGES = (
    "/",
    "/chains/city/",
    "/targets/MB-2026-001",
    "/maps/annex-appliance",
    "/supervision/tasks/",
    "/ledgers/",
    "/projects/",
)
# The words of the frame: menu, buttons, headings, labels; names of people, bodies and chains are data.
FRAME = """[...document.querySelectorAll(
    "nav a, .topbar button:not([lang]), main button, main h2, main th[scope=col], main label, .page-actions .btn"
)].filter(one => one.offsetParent && !one.closest(".post-menu, tbody, .atlas, .card h2, .crumbs, details.menu"))
.map(one => one.innerText.trim())"""
CHINESE = re.compile(r"[㐀-鿿]")


def test_a_chief_reads_the_first_page_on_a_phone(enter: Enter) -> None:
    visitor = enter("示例·链长", **PHONE)
    assert re.search(r"\d+件事需要您", visitor.lead)
    assert visitor.page.locator("#five li").count() == 5
    assert visitor.measure("document.documentElement.scrollWidth") <= 390
    small = visitor.measure("parseFloat(getComputedStyle(document.querySelector('#five li')).fontSize)")
    assert small >= 14
    visitor.look()


def test_the_one_pager_prints_on_one_sheet(enter: Enter) -> None:
    visitor = enter("示例·链长", "/briefings/chain/annex-appliance")
    visitor.look()
    paper = visitor.page.pdf(format="A4", prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", paper)) == 1


def test_the_funnel_tells_how_its_forecast_came_true_and_prints_with_the_scales_of_its_charts(enter: Enter) -> None:
    visitor = enter("示例·秘书处甲", "/projects/funnel/")
    page = visitor.page
    expect(page.get_by_text(re.compile(r"回看3年的同一月份：预测中值平均相差[\d.]+%"))).to_be_visible()
    page.locator("summary", has_text="回看各月的预测").click()
    expect(page.locator("details[open] tbody tr")).to_have_count(11)
    visitor.look()
    page.emulate_media(media="print")
    for chart in page.locator(".chart").all():
        expect(chart.locator(".tick").first).to_be_visible()
    expect(page.get_by_role("button", name="重算", exact=True)).to_be_hidden()
    page.emulate_media(media="screen")


def test_in_english_the_frame_has_no_chinese_left(enter: Enter) -> None:
    visitor = enter("示例·专班成员甲")
    visitor.page.get_by_role("button", name="English", exact=True).click()
    visitor.page.wait_for_selector("html[lang=en]")
    left: dict[str, list[str]] = {}
    for address in MAIN_PAGES:
        visitor.open(address)
        words = [word for word in visitor.measure(FRAME) if CHINESE.search(word)]
        left |= {address: words} if words else {}
        visitor.look()
    visitor.page.get_by_role("button", name="中文", exact=True).click()
    visitor.page.wait_for_selector("html[lang=zh-Hans]")
    assert left == {}


def test_the_palette_finds_by_the_initials_of_the_pinyin(enter: Enter) -> None:
    visitor = enter("示例·秘书处甲")
    visitor.page.keyboard.press("Control+k")
    visitor.page.locator("#palette-input").fill("mbqd")
    expect(visitor.page.locator("#palette-list [aria-selected=true]")).to_contain_text("目标清单")
    visitor.page.keyboard.press("Enter")
    visitor.page.wait_for_url("**/targets/")
    assert visitor.title == "目标清单"


def test_a_firm_among_thousands_is_picked_by_its_pinyin_with_keys_alone(enter: Enter) -> None:
    visitor = enter("示例·专班成员甲", "/supervision/requests/new")
    # The example has too few firms for the long form of the field: it is put in the place of the list.
    visitor.measure(
        """() => { const line = document.createElement("input"); line.id = line.name = "enterprise";
        line.dataset.picks = "/_/pick.json?of=enterprise";
        document.querySelector("#id_enterprise").replaceWith(line); }"""
    )
    field = visitor.page.locator("#enterprise")
    field.focus()
    field.press_sequentially("slpts00")
    lines = visitor.page.locator(".pick-list [role=option]")
    expect(lines.first).to_contain_text("示例配套商001")
    field.press("ArrowDown")
    field.press("Enter")
    expect(field).to_have_value(re.compile("示例配套商001$"))
    expect(lines).to_have_count(0)
    assert visitor.path == "/supervision/requests/new", "Enter took the line and sent nothing"
    field.fill("查无此企")
    expect(visitor.page.locator(".pick-status")).to_have_text("没有符合的结果")
    field.fill("配套商00")
    lines.nth(1).click()
    expect(field).to_have_value(re.compile("示例配套商002$"))


def test_a_chain_of_services_has_plans_and_events_and_no_empty_factory(enter: Enter) -> None:
    visitor = enter("示例·商贸专班成员", "/chains/annex-commerce/")
    tabs = visitor.page.locator("main nav.tabs").inner_text()
    assert "活动" in tabs
    for word in ("拆零件", "缺口", "目标清单", "图谱"):
        assert word not in tabs
    visitor.look()
    visitor.open("/chains/plan/?chain=annex-commerce")
    visitor.page.locator("#table a", has_text="促消费活动").first.click()
    visitor.page.wait_for_url("**/chains/plan/*/")
    assert re.search(r"\d+ ?/ ?60", visitor.text()), "a countable target shows how many of how many"
    visitor.look()
    visitor.open("/projects/events/?chain=annex-commerce")
    assert visitor.rows("#table tbody tr").count() > 0
    visitor.open("/supervision/tasks/?chain=annex-commerce")
    assert "促消费活动" in visitor.text("#table")
    visitor.open("/briefings/chain/annex-commerce")
    assert "年度计划" in visitor.lead
    visitor.look()


def test_two_editors_meet_on_a_page_that_shows_both(enter: Enter) -> None:
    place = "/resources/"
    first, second = enter("示例·秘书处甲", place), enter("示例·牵头部门", place)
    address = first.page.locator("#table tbody a").first.get_attribute("href")
    assert address
    for visitor in (first, second):
        visitor.open(f"{address}edit")
    name = first.page.locator("main [name=name]").input_value()
    second.expected.append("409")
    first.fill(name=f"{name}（甲）")
    second.fill(name=f"{name}（乙）")
    first.send()
    first.page.wait_for_url(f"**{address}")
    second.send()
    expect(second.page.locator("h1")).to_contain_text("他人已修改")
    assert f"{name}（甲）" in second.text()
    assert f"{name}（乙）" in second.text()
    second.look()
    second.page.locator("input[type=radio]").nth(1).check()
    second.press("按所选提交")
    second.open(address)
    assert f"{name}（乙）" in second.text()
