"""The chain map: drafted from what is published, undone and redone, judged by another, walked by keyboard."""

from tests.journeys.conftest import Enter
from tests.journeys.visitor import Visitor

CHAIN = "/maps/annex-appliance"


def test_a_draft_is_undone_redone_and_published_by_another(enter: Enter) -> None:
    clerk = enter("示例·专班成员甲", CHAIN)
    assert "已发布" in clerk.text("h1")
    before = chips(clerk)
    clerk.press("起草新版本")
    assert "草稿" in clerk.text("h1")
    draft = clerk.path
    clerk.press("新增环节")
    clerk.fill(name="示例旅程环节", group="旅程")
    clerk.press("保存")
    assert "open=" in clerk.page.url, "back on the board"
    clerk.page.locator("#panel h1", has_text="示例旅程环节").wait_for()
    clerk.page.keyboard.press("Escape")
    assert focused(clerk) != "", "what was edited keeps the focus when its panel closes"
    clerk.look()
    clerk.open(draft)
    assert chips(clerk) == before + 1
    clerk.look()
    clerk.press("撤销")
    assert chips(clerk) == before
    clerk.press("重做")
    assert chips(clerk) == before + 1
    clerk.press("送审")
    assert clerk.page.get_by_role("button", name="发布", exact=True).count() == 0, "nobody publishes what they drafted"
    other = enter("示例·秘书处甲", draft)
    other.look()
    other.press("发布")
    assert "已发布" in other.text("h1")
    assert "示例旅程环节" in other.text()
    clerk.open(CHAIN)
    assert chips(clerk) == before + 1


def test_arrow_keys_walk_the_board(enter: Enter) -> None:
    visitor = enter("示例·专班成员甲", CHAIN)
    visitor.page.locator(".atlas .chip").first.focus()
    first = focused(visitor)
    visitor.page.keyboard.press("ArrowDown")
    below = focused(visitor)
    assert below not in ("", first)
    visitor.page.keyboard.press("ArrowUp")
    assert focused(visitor) == first
    visitor.page.keyboard.press("ArrowRight")
    assert column(visitor) == 1
    visitor.page.keyboard.press("ArrowLeft")
    assert column(visitor) == 0


def chips(visitor: Visitor) -> int:
    return visitor.page.locator(".atlas .chip").count()


def focused(visitor: Visitor) -> str:
    return str(visitor.measure("document.activeElement.dataset.key || ''"))


def column(visitor: Visitor) -> int:
    return int(
        visitor.measure(
            "[...document.querySelectorAll('.atlas-column')].findIndex(one => one.contains(document.activeElement))"
        )
    )
