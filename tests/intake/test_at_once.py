"""A batch written beside a page that edits the same row: one comes first, the other waits; nothing is lost."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lianzhang.intake import actions, recording
from lianzhang.intake.models import Batch
from lianzhang.intake.protocol import KEEP, PlanChanged
from lianzhang.projects.actions import records
from lianzhang.projects.models import Project
from lianzhang.trail import actions as trail
from lianzhang.trail import keys, verification
from lianzhang.trail.models import Event
from tests import cast as cast_module
from tests.intake.handing_in import NOON, hand_in, workbook
from tests.projects.test_monthly_at_once import Meeting

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


class Town:
    """One key project, a batch that would write its 建设内容 and 下一节点, and a colleague with its page open."""

    def __init__(self, folder: Path) -> None:
        self.cast = cast_module.build()
        fresh = Project(
            code="XM-2026-900", name="项目1", chain=self.cast.chain_a, is_key=True, stage=30, content="原内容"
        )
        self.project = trail.create(fresh, verb="project.entered", by=self.cast.clerk_a)
        row = {"code": "XM-2026-900", "name": "项目1", "chain": "链A", "content": "表内内容", "next_node": "表内节点"}
        content = workbook("key_projects", {"projects": [row]}, folder)
        self.batch = hand_in(content, ledger="key_projects", by=self.cast.secretary)
        self.told: list[str] = []

    def write(self) -> None:
        batch = Batch.objects.get(pk=self.batch.pk)
        try:
            actions.apply(batch, plan=batch.plan, by=self.cast.secretary, now=NOON)
        except PlanChanged:
            self.told.append("the plan changed")

    def edit(self, **changes: Any) -> Callable[[], None]:
        opened = Project.objects.get().version
        return lambda: records.edit(
            project=Project.objects.get(), changes=changes, version=opened, now=NOON, by=self.cast.clerk_a
        )

    def standing(self) -> tuple[str, str]:
        self.project.refresh_from_db()
        return self.project.content, self.project.next_milestone

    def steps(self) -> list[str]:
        """What happened to the project, in order; the chain must hold."""
        assert verification.verify(Event.objects.order_by("seq"), key=keys.authentication()).stands
        return list(Event.objects.about(self.project).order_by("seq").values_list("verb", flat=True))


@pytest.fixture
def town(tmp_path: Path) -> Town:
    return Town(tmp_path)


def test_a_page_that_comes_while_a_batch_is_written_waits_and_is_told(
    monkeypatch: pytest.MonkeyPatch, town: Town
) -> None:
    edit = town.edit(content="同事内容")
    told = Meeting(monkeypatch, module=recording, place="apply").of(town.write, edit)
    assert told == ("", "somebody else was first")
    assert town.told == []
    assert town.standing() == ("表内内容", "表内节点")
    assert town.steps() == ["project.entered", "project.imported"]


def test_a_batch_that_comes_while_a_page_is_written_waits_and_asks(monkeypatch: pytest.MonkeyPatch, town: Town) -> None:
    edit = town.edit(content="同事内容")
    told = Meeting(monkeypatch, module=trail, place="_chained").of(edit, town.write)
    assert (told, town.told) == (("", ""), ["the plan changed"])
    assert town.standing() == ("同事内容", "")
    assert town.steps() == ["project.entered", "project.edited"]
    batch = Batch.objects.get(pk=town.batch.pk)
    assert (batch.state, batch.counts["asked"]) == ("preview", 1)
    actions.settle_all(batch, as_=KEEP, plan=batch.plan, by=town.cast.secretary)
    town.write()
    assert town.standing() == ("同事内容", "表内节点")
    assert town.steps() == ["project.entered", "project.edited", "project.imported"]


def test_a_page_that_changes_another_cell_at_the_same_moment_keeps_it_and_so_does_the_batch(
    monkeypatch: pytest.MonkeyPatch, town: Town
) -> None:
    edit = town.edit(blockage="缺电")
    told = Meeting(monkeypatch, module=trail, place="_chained").of(edit, town.write)
    assert (told, town.told) == (("", ""), [])
    assert town.standing() == ("表内内容", "表内节点")
    assert town.project.blockage == "缺电"
    assert town.steps() == ["project.entered", "project.edited", "project.imported"]


def test_of_two_batches_with_the_same_new_project_the_second_finds_it_there(
    monkeypatch: pytest.MonkeyPatch, town: Town, tmp_path: Path
) -> None:
    batches = []
    for said in ("甲写的", "乙写的"):
        row = {"name": "新项目", "chain": "链A", "total_wan": 900, "content": said}
        content = workbook("key_projects", {"projects": [row]}, tmp_path)
        batches.append(hand_in(content, ledger="key_projects", by=town.cast.secretary))
    plans = [batch.plan for batch in batches]

    def write(place: int) -> None:
        try:
            actions.apply(batches[place], plan=plans[place], by=town.cast.secretary, now=NOON)
        except PlanChanged:
            town.told.append(f"plan {place}")

    Meeting(monkeypatch, module=recording, place="apply").of(lambda: write(0), lambda: write(1))
    assert town.told == ["plan 1"]
    assert Project.objects.filter(name="新项目").values_list("content", flat=True).get() == "甲写的"
