"""What hands do on a page: keys, ticks, panel, palette, sources of figures; a real browser with our policy on."""

import datetime as dt
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from lianzhang.accounts.models import Person
from lianzhang.chains.models import Chain
from lianzhang.projects import actions
from tests.web.test_look import complaints, picture

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
Walk = Callable[..., Page]


def test_the_palette_goes_to_a_record_by_keyboard_alone(walk: Walk, root: Path) -> None:
    page = walk("secretary", "/style/city")
    page.keyboard.press("Control+k")
    page.keyboard.type("lze")
    expect(page.locator("#palette-list [aria-selected=true]")).to_contain_text("链主二")
    picture(page, "palette", is_whole=False)
    assert complaints(page, root) == []
    page.keyboard.press("Enter")
    page.wait_for_url("**/enterprises/QY-2024-002/")


def test_a_row_height_is_chosen_by_keyboard_and_kept_by_what_is_searched(walk: Walk) -> None:
    page = walk("secretary", "/style/bodies")
    page.locator("#density-roomy").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#table")).to_have_class(re.compile("roomy"))
    expect(page.locator("#density-roomy")).to_be_focused()
    page.get_by_placeholder("搜索").fill("区")
    page.wait_for_url(re.compile("q=.*density=roomy"))
    page.get_by_text("视图").first.click()  # leaving the search box must not draw the table anew under the menu
    expect(page.locator("#view-name")).to_be_visible()


def test_ticked_rows_alone_are_taken_away_from_any_list(walk: Walk) -> None:
    page = walk("secretary", "/style/bodies")
    for number in (0, 2):
        page.locator("#table td.tick input").nth(number).check()
    with page.expect_download() as taken:
        page.locator("#batch").get_by_role("button", name="CSV").click()
    assert len(Path(taken.value.path()).read_text("utf-8-sig").splitlines()) == 3


def test_keys_walk_the_rows_and_open_one_beside_the_list(walk: Walk, root: Path) -> None:
    page = walk("secretary", "/style/city")
    for key in ("j", "j", "k", "j", "Enter"):
        page.keyboard.press(key)
    expect(page.locator("#panel h1")).to_contain_text("轨道交通装备")
    assert page.url.endswith("?open=L-02")
    picture(page, "panel", is_whole=False)
    assert complaints(page, root) == []
    page.keyboard.press("j")
    expect(page.locator("#panel h1")).to_contain_text("新能源汽车")
    page.keyboard.press("Escape")
    expect(page.locator("#side")).to_be_hidden()
    assert "open=" not in page.url


def test_the_board_is_walked_opened_and_taken_on_by_key(walk: Walk) -> None:
    said = {"chain": Chain.objects.get(code="test-a"), "by": Person.objects.get(username="clerk_a")}
    for n, name in enumerate(("甲压缩机项目", "乙换热器项目"), start=1):
        due = dt.date(2030, 1, n)
        actions.report_lead(name=name, investor_name=f"{name}公司", next_due_on=due, now=timezone.now(), **said)
    page = walk("clerk_a", "/projects/board/")
    page.locator(".board-card").first.focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator(".board-card:focus")).to_contain_text("乙换热器项目")
    page.keyboard.press("Enter")
    expect(page.locator("#panel h1")).to_contain_text("乙换热器项目")
    page.keyboard.press("n")
    page.wait_for_url("**/advance")


def test_an_open_row_is_an_address(walk: Walk) -> None:
    page = walk("secretary", "/style/city?open=L-03")
    expect(page.locator("#panel h1")).to_contain_text("新能源汽车")
    assert page.locator("[data-says=full]").get_attribute("href") == "/style/L-03"


def test_a_letter_goes_to_a_page_but_not_while_typing(walk: Walk) -> None:
    page = walk("secretary", "/style/city")
    page.keyboard.press("/")
    page.keyboard.type("go")
    expect(page.locator("input[type=search]")).to_have_value("go")
    page.keyboard.press("Tab")
    page.locator("h1").click()
    page.keyboard.press("g")
    page.keyboard.press("o")
    page.wait_for_url("**/people/")


def test_question_mark_lists_the_keys(walk: Walk, root: Path) -> None:
    page = walk("secretary", "/style/city")
    page.locator("h1").click()
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_contain_text("go机构人员")
    picture(page, "keys", is_whole=False)
    assert complaints(page, root) == []


def test_a_figure_opens_its_source_over_the_page(walk: Walk, root: Path) -> None:
    page = walk("secretary", "/style/city")
    page.locator("a.explain").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#explain")).to_contain_text("本年内按备案口径完成的固定资产投资。")
    assert page.url.endswith("/style/city")
    picture(page, "explain", is_whole=False)
    assert complaints(page, root) == []
    page.keyboard.press("Escape")
    expect(page.locator("#explain")).to_be_hidden()


def test_filtering_swaps_the_table_and_keeps_an_address_without_blanks(walk: Walk) -> None:
    page = walk("secretary", "/style/city")
    page.locator("select[name=group]").select_option("service")
    expect(page.locator(".found")).to_have_text("共 4 行")
    page.wait_for_url("**/style/city?group=service")
    page.locator("thead a.sort", has_text="完成投资").click()
    expect(page.locator("tbody th").first).to_contain_text("现代物流")
    assert page.url.endswith("?group=service&order=invested_wan")
    page.locator(".conditions a", has_text="现代服务业").click()
    expect(page.locator(".found")).to_have_text("共 12 行")
    page.go_back()
    expect(page.locator(".found")).to_have_text("共 4 行")


def test_columns_are_chosen_and_stay_in_the_address(walk: Walk) -> None:
    page = walk("secretary", "/style/city")
    page.get_by_text("列", exact=True).click()
    page.get_by_label("上年结果").uncheck()
    page.get_by_role("button", name="应用").click()
    expect(page.locator("thead")).not_to_contain_text("上年结果")
    assert "columns=name%2Cchief%2Clight%2Cplanned" in page.url


def test_ticked_rows_bring_up_the_batch_bar_and_an_act_asks_its_reason(walk: Walk, root: Path) -> None:
    page = walk("secretary", "/style/city")
    expect(page.locator("#batch")).to_be_hidden()
    boxes = page.locator("td.tick input")
    boxes.nth(1).click()
    boxes.nth(4).click(modifiers=["Shift"])
    expect(page.locator("#batch")).to_contain_text("4 行已选")
    picture(page, "batch", is_whole=False)
    assert complaints(page, root) == []
    sent: list[str] = []
    page.on("request", lambda asked: sent.append(asked.post_data or "") if asked.method == "POST" else None)
    page.route("**/style/return", lambda route: route.fulfill(status=200, body="<p>ok</p>", content_type="text/html"))
    page.get_by_role("button", name="退回").click()
    page.get_by_role("button", name="确定").click()
    expect(page.locator("#confirm")).to_be_visible()
    assert sent == []
    page.get_by_label("原因").fill("数据有误")
    page.get_by_role("button", name="确定").click()
    page.wait_for_url("**/style/return")
    assert re.findall(r"row=(L-\d\d)", sent[0]) == ["L-02", "L-03", "L-04", "L-05"]
    assert "reason=%E6%95%B0%E6%8D%AE%E6%9C%89%E8%AF%AF" in sent[0]


def test_a_view_is_saved_and_offered(walk: Walk) -> None:
    page = walk("secretary", "/style/bodies?kind=firm")
    page.get_by_text("视图", exact=True).click()
    page.get_by_label("把当前条件存为视图").fill("企业机构")
    page.get_by_role("button", name="保存").click()
    expect(page.locator("#messages")).to_contain_text("视图“企业机构”已保存。")
    page.get_by_text("视图", exact=True).click()
    page.get_by_role("link", name="企业机构").click()
    page.wait_for_url("**/style/bodies?kind=firm")


@pytest.mark.parametrize("address", ["/style/city", "/style/L-01", "/style/none", "/style/refused", "/style/bodies"])
def test_a_phone_never_scrolls_sideways(walk: Walk, address: str) -> None:
    page = walk("chief", address, width=390, height=844)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_phone_keeps_the_row_heading_in_sight(walk: Walk) -> None:
    page = walk("chief", "/style/city", width=390, height=844)
    heading = page.locator("tbody th").first
    before = heading.bounding_box()
    page.locator(".table-scroll").evaluate("box => { box.scrollLeft = 400 }")
    assert page.locator(".table-scroll").evaluate("box => box.scrollLeft") > 0
    assert heading.bounding_box() == before


def test_a_phone_has_the_menu_at_its_foot(walk: Walk, root: Path) -> None:
    page = walk("chief", "/style/city", width=390, height=844)
    expect(page.locator("#nav")).to_be_hidden()
    page.get_by_role("button", name="更多").click()
    expect(page.locator("#nav")).to_be_visible()
    picture(page, "phone-menu", is_whole=False)
    assert complaints(page, root) == []
    page.get_by_role("button", name="筛选").click()
    expect(page.locator("#nav")).to_be_hidden()
    expect(page.locator("select[name=group]")).to_be_visible()


@pytest.mark.parametrize(("address", "box"), [("/style/bodies", "595 842"), ("/style/city?format=print", "842 595")])
def test_paper_is_the_size_that_was_meant(walk: Walk, address: str, box: str, tmp_path: Path) -> None:
    page = walk("secretary", address)
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 1040 if "print" in address else 690, "height": 900})
    picture(page, f"paper-{box.replace(' ', 'x')}")
    sheet = page.pdf(prefer_css_page_size=True, path=tmp_path / "a.pdf")
    assert ("数据引用" in page.locator("thead").first.inner_text()) == ("city" in address)
    sizes = {
        " ".join(str(round(float(n))) for n in hit.split()[2:])
        for hit in re.findall(r"/MediaBox \[([^\]]+)\]", sheet.decode("latin-1"))
    }
    assert sizes == {box}


def test_the_skip_link_leads_to_the_page(walk: Walk) -> None:
    page = walk("secretary", "/style/city")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "page"


def test_a_phone_can_sign_out_and_change_the_language(walk: Walk, root: Path) -> None:
    page = walk("chief", "/style/city", width=390, height=844)
    page.locator(".post-menu summary").click()
    expect(page.locator(".phone-only").get_by_role("button", name="English")).to_be_visible()
    picture(page, "phone-post", is_whole=False)
    assert complaints(page, root) == []
    page.locator(".phone-only").get_by_role("button", name="退出").click()
    page.wait_for_url(re.compile(r"sign-in|/$"))
