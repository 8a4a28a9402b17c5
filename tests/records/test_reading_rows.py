"""Records are made of rows without Django's own making: they must hold what Django's would."""

from typing import Any

import pytest
from django.apps import apps
from django.db import models
from django.db.models.signals import post_init, pre_init

from lianzhang.records.models import Versioned

MODELS = [model for model in apps.get_models() if issubclass(model, Versioned)]


def by_django(model: Any, names: list[str], values: list[Any]) -> Any:
    """The record as Django makes it."""
    return models.Model.from_db.__func__(model, "default", names, values)  # type: ignore[attr-defined]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
@pytest.mark.parametrize("step", [1, 2, 3])
def test_a_record_read_holds_what_djangos_own_would(model: Any, step: int) -> None:
    # Every column, every second, every third: what is not read is left out, and asked for when it is wanted.
    names = [field.attname for field in model._meta.concrete_fields][::step]
    values: list[Any] = list(range(1, len(names) + 1))
    ours, theirs = model.from_db("default", names, values), by_django(model, names, values)
    shown = [{name: value for name, value in vars(one).items() if name != "_state"} for one in (ours, theirs)]
    assert shown[0] == shown[1]
    assert shown[0]
    states = [(one._state.adding, one._state.db, one._state.fields_cache) for one in (ours, theirs)]
    assert states[0] == states[1]
    assert ours.get_deferred_fields() == theirs.get_deferred_fields()


def test_nothing_listens_to_the_making_of_a_record() -> None:
    """Whoever listens is not told of records that are read: it would have to be said in `Versioned.from_db`."""
    assert [signal.receivers for signal in (pre_init, post_init)] == [[], []]
