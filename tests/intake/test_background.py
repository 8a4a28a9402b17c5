"""Large batches are written in the background: once, all or none; what is put away may be handed in again."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from lianzhang.accounts.actions import Refused
from lianzhang.intake import actions, jobs
from lianzhang.intake.models import Batch
from lianzhang.jobs.work import Unworkable
from lianzhang.registry.models import Enterprise
from tests.cast import Cast
from tests.intake.handing_in import NOON, hand_in, workbook

pytestmark = pytest.mark.django_db


@pytest.fixture
def large(cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], Batch]:
    monkeypatch.setattr(actions, "INLINE_ROWS", 1)
    rows = {"enterprises": [{"name": f"示例第{n}制造企业"} for n in ("一", "二")]}
    content = workbook("enterprises", rows, tmp_path)
    return lambda: hand_in(content, ledger="enterprises", by=cast.secretary)


def progress(cast: Cast) -> Any:
    return SimpleNamespace(person=cast.secretary, tell=lambda *_words, **_counts: None)


def test_a_large_batch_waits_for_the_background_and_is_written_once(cast: Cast, large: Callable[[], Batch]) -> None:
    batch, before = large(), Enterprise.objects.count()
    batch = actions.apply(batch, plan=batch.plan, by=cast.secretary, now=NOON)
    assert (batch.state, Enterprise.objects.count()) == ("applying", before)
    for _ in range(2):  # a worker killed after the work was done runs again
        assert jobs.apply(progress(cast), batch_id=batch.pk) == {"batch": batch.code}
    assert Enterprise.objects.count() == before + 2
    with pytest.raises(Refused, match="已写入"):
        actions.retry(Batch.objects.get(pk=batch.pk), by=cast.secretary)


def test_a_large_batch_whose_data_moved_goes_back_to_its_preview(cast: Cast, large: Callable[[], Batch]) -> None:
    batch = large()
    batch = actions.apply(batch, plan=batch.plan, by=cast.secretary, now=NOON)
    Batch.objects.filter(pk=batch.pk).update(plan="another")
    before = Enterprise.objects.count()
    with pytest.raises(Unworkable, match="数据有变"):
        jobs.apply(progress(cast), batch_id=batch.pk)
    assert (Batch.objects.get(pk=batch.pk).state, Enterprise.objects.count()) == ("preview", before)


def test_a_batch_put_away_writes_nothing_and_its_file_may_come_again(cast: Cast, large: Callable[[], Batch]) -> None:
    batch = actions.abandon(large(), by=cast.secretary)
    assert (batch.state, batch.refusal) == ("refused", "已放弃。")
    with pytest.raises(Refused, match="不能这样办理"):
        actions.apply(batch, plan=batch.plan, by=cast.secretary, now=NOON)
    assert large().pk != batch.pk
