"""What `lianzhang run` does before it serves: the example city into an empty database, and never into another."""

import pytest

from lianzhang.accounts.models import Person
from lianzhang.cli import preparation
from lianzhang.demo import annex
from lianzhang.trail.models import Event

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def unanalysed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(annex, "analyse", lambda **_arguments: None)


def test_an_empty_database_gets_the_example_city_once_and_links_for_its_people() -> None:
    preparation.prepare(may_migrate=False, demo_when_empty=True)
    people, events = Person.objects.count(), Event.objects.count()
    assert people > 10
    preparation.prepare(may_migrate=False, demo_when_empty=True)
    assert (Person.objects.count(), Event.objects.count()) == (people, events)
    [first, *_rest] = preparation.sign_in_lines("http://127.0.0.1:8000")
    assert "http://127.0.0.1:8000/" in first


def test_who_only_serves_gets_no_example() -> None:
    preparation.prepare(may_migrate=False, demo_when_empty=False)
    assert not Person.objects.exists()
    assert "admin-token" in preparation.sign_in_lines("http://127.0.0.1:8000")[0]
