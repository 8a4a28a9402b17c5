"""System checks: every model of ours classifies every field and says who sees its rows."""

from typing import Any

from django.apps import apps
from django.core.checks import CheckMessage, Error, register
from django.db import models

from lianzhang.records import thresholds
from lianzhang.records.scope import ScopedQuerySet
from lianzhang.records.secrecy import Secrecy


def our_models() -> list[type[models.Model]]:
    """Models defined in this package, in a stable order."""
    return [m for m in apps.get_models() if m.__module__.startswith("lianzhang.")]


def classification_complaints(model: type[models.Model]) -> list[str]:
    """What is wrong with the classification of `model`; empty when every concrete field has exactly one level."""
    secrecy = getattr(model, "secrecy", None)
    if not isinstance(secrecy, Secrecy):
        return [f"{model._meta.label} has no secrecy"]
    names = frozenset(f.name for f in model._meta.concrete_fields if f.name not in {"id", "version"})
    return [f"{model._meta.label}: {complaint}" for complaint in secrecy.complaints(names)]


def scope_complaints(model: type[models.Model]) -> list[str]:
    """What is wrong with the scope of `model`; empty when its default manager answers `visible_to`."""
    queryset = model._default_manager.all()
    if not isinstance(queryset, ScopedQuerySet) or type(queryset).visible_to is ScopedQuerySet.visible_to:
        return [f"{model._meta.label} has no visible_to"]
    return []


@register("lianzhang")
def every_model_is_classified_and_scoped(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:  # noqa: ARG001
    """Refuse to start with a field nobody classified or a model nobody scoped."""
    complaints = [c for m in our_models() for c in (*classification_complaints(m), *scope_complaints(m))]
    return [Error(complaint, id="lianzhang.E001") for complaint in complaints]


@register("lianzhang")
def a_citys_own_numbers_can_be_taken(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:  # noqa: ARG001
    """Refuse to start with thresholds that no rule knows: a light by a slip of the pen is worse than none."""
    found: list[CheckMessage] = []
    for file in thresholds.FILES:
        try:
            thresholds.numbers(file)
        except ValueError as fault:
            found.append(Error(str(fault), id="lianzhang.E002"))
    return found
