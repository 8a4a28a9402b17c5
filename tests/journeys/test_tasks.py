"""A decision of a meeting becomes a task that somebody signs for, proves, and somebody else closes."""

import datetime as dt
from pathlib import Path
from zoneinfo import ZoneInfo

from tests.journeys.conftest import Enter

TEXT = "示例旅程：十个工作日内核对部件清单"


def test_a_decision_becomes_a_task_and_is_closed_by_somebody_else(enter: Enter, tmp_path: Path) -> None:
    secretary = enter("示例·秘书处甲", "/supervision/meetings/new")
    secretary.fill(title="示例旅程调度会", held_on=dt.datetime.now(tz=ZoneInfo("Asia/Shanghai")).date().isoformat())
    secretary.pick(kind="调度会", chain="示例·智能家电")
    secretary.send()
    assert secretary.title == "示例旅程调度会"
    secretary.fill(text=TEXT, working_days="10")
    secretary.pick(responsible="示例·智能家电专班")
    secretary.press("记录")
    secretary.press("转督办 1 项")
    secretary.look()
    secretary.page.locator("#decisions td a.item").first.click()
    secretary.page.wait_for_url("**/supervision/tasks/*/")
    task = secretary.path
    assert "待签收" in secretary.text("h1")
    assert secretary.page.get_by_role("link", name="销号", exact=True).count() == 0

    doer = enter("示例·专班成员甲", task)
    doer.press("签收")
    doer.send()
    doer.page.wait_for_url(f"**{task}")
    assert "办理中" in doer.text("h1")
    proof = tmp_path / "佐证.txt"
    proof.write_text("示例佐证", encoding="utf-8")
    doer.press("添加佐证")
    doer.page.locator("input[type=file]").first.set_input_files(proof)
    doer.send()
    doer.page.wait_for_url(f"**{task}**")
    assert "佐证" in doer.text("#evidence")
    doer.open(task)
    doer.press("报结")
    doer.page.locator("main form textarea").first.fill("示例：已核对。")
    doer.send()
    doer.page.wait_for_url(f"**{task}")
    assert "待审核" in doer.text("h1")
    assert doer.page.get_by_role("link", name="销号", exact=True).count() == 0, "nobody closes their own work"
    doer.look()

    secretary.open(task)
    secretary.press("销号")
    secretary.send()
    secretary.page.wait_for_url(f"**{task}")
    assert "已销号" in secretary.text("h1")
    secretary.look()


def test_what_is_late_names_whose_turn_is_next(enter: Enter) -> None:
    visitor = enter("示例·秘书处甲", "/supervision/tasks/?overdue=1")
    assert "逾期" in visitor.lead
    late = visitor.page.locator("#table tbody tr", has_text="个工作日").filter(has_text="→")
    assert late.count() > 0
    assert any(level in late.first.inner_text() for level in ("→ 专班", "→ 副链长", "→ 链长", "→ 总链长"))
    visitor.look()
