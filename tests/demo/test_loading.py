"""Loading: all or nothing, once, and never over somebody's data; the first target list is the product's own work."""

from pathlib import Path

import pytest
from django.db import transaction

from lianzhang import demo
from lianzhang.accounts.models import Person
from lianzhang.chains.models import Scheme
from lianzhang.demo import annex
from lianzhang.projects.models import MonthReport, Project
from lianzhang.registry.models import Enterprise, Purchase
from lianzhang.trail import verification
from tests.cast import TODAY, Cast


@pytest.fixture
def unanalysed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(annex, "analyse", lambda **_arguments: None)


@pytest.mark.django_db
@pytest.mark.usefixtures("unanalysed")
def test_a_second_load_changes_nothing() -> None:
    said: list[str] = []
    assert demo.load(today=TODAY, progress=said.append)
    before = (Scheme.objects.count(), Enterprise.objects.count(), Person.objects.count())
    assert said
    assert not demo.load(today=TODAY, progress=said.append)
    assert (Scheme.objects.count(), Enterprise.objects.count(), Person.objects.count()) == before


@pytest.mark.django_db
def test_a_database_somebody_works_in_is_never_touched(cast: Cast) -> None:
    people = Person.objects.count()
    with pytest.raises(demo.Occupied):
        demo.load(today=TODAY)
    assert Person.objects.count() == people
    assert not Scheme.objects.filter(code="annex").exists()


@pytest.mark.django_db
@pytest.mark.usefixtures("unanalysed")
def test_a_failure_half_way_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    def break_off(*_arguments: object, **_words: object) -> None:
        raise RuntimeError("half way")

    monkeypatch.setattr(annex.works, "load", break_off)
    with pytest.raises(RuntimeError, match="half way"):
        demo.load(today=TODAY)
    assert not Scheme.objects.exists()
    assert not demo.is_loaded()


@pytest.mark.django_db
@pytest.mark.usefixtures("unanalysed")
def test_the_trail_of_the_example_verifies(tmp_path: Path) -> None:
    demo.load(today=TODAY)
    found = verification.report(checkpoint_dir=tmp_path)
    assert found.faults == []
    assert found.event_count > 2000


@pytest.mark.django_db
@pytest.mark.usefixtures("unanalysed")
@pytest.mark.no_cover
def test_the_same_seed_makes_the_same_city() -> None:
    first, second = _drawn(), _drawn()
    assert first == second
    assert len(first) > 1200


def _drawn() -> list[tuple[object, ...]]:
    """What a load writes of purchases, projects and months, and none of it afterwards."""
    with transaction.atomic():
        demo.load(today=TODAY)
        rows = Purchase.objects.order_by("pk")
        fields = ("buyer__name", "part__code", "supplier__name", "amount_wan", "amount_low_wan", "is_withheld")
        found = list(rows.values_list(*fields))
        found += Project.objects.order_by("pk").values_list("code", "name", "stage", "status", "agreed_wan")
        months = MonthReport.objects.order_by("pk")
        found += months.values_list("project__name", "month", "done_month_wan", "done_year_wan")
        transaction.set_rollback(True)
    return found
