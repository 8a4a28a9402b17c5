"""The abstract record. No table of its own but the counters behind the short codes."""

from collections.abc import Collection
from functools import cache
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models.base import ModelState
from django.utils.translation import gettext_lazy as _

from lianzhang.records.scope import ScopedQuerySet
from lianzhang.records.secrecy import Secrecy


class Stale(Exception):
    """Somebody changed the record after this editor opened it (409): nothing was written.

    `record` is the current row; `changes` is what this editor wanted to write.
    """

    def __init__(self, record: models.Model, changes: dict[str, Any]) -> None:
        super().__init__(f"{record._meta.label} {record.pk} changed meanwhile")
        self.record = record
        self.changes = changes


class Versioned(models.Model):
    """An editable row. `version` rises by one at each change, so two editors never overwrite one another unseen."""

    secrecy: ClassVar[Secrecy]

    version = models.PositiveIntegerField(_("版本"), default=1, editable=False)

    class Meta:
        abstract = True

    @classmethod
    def from_db(  # type: ignore[override]  # the stubs are of a later Django
        cls, db: str | None, field_names: Collection[str], values: Collection[Any]
    ) -> Self:
        """The row as a record. Django's own fills in every column that was not read before it leaves it out again: the
        records of a page cost half as much so, and hold the same (no model here listens to its making)."""
        new = cls.__new__(cls)
        new._state = ModelState()
        new.__dict__.update(zip(field_names, values, strict=True))
        new._state.adding, new._state.db = False, db
        return new

    def _get_FIELD_display(self, field: Any) -> str:  # noqa: N802 - Django's name of what stands behind get_…_display
        """The word for a chosen code. Django's own lists, translates and hashes every choice for each word shown."""
        code = getattr(self, field.attname)
        return str(_words(field).get(code, "" if code is None else code))


@cache
def _words(field: Any) -> dict[Any, Any]:
    return dict(field.flatchoices)


class CodeCounterQuerySet(ScopedQuerySet["CodeCounter"]):
    def visible_to(self, person: object) -> "CodeCounterQuerySet":  # noqa: ARG002
        """Nobody reads counters; they are machinery."""
        return self.none()

    editable_by = visible_to


class CodeCounter(models.Model):
    """The last number given out in a series such as `XM-2026`."""

    secrecy = Secrecy(internal="series last")

    series = models.CharField(max_length=24, primary_key=True)
    last = models.PositiveIntegerField(default=0)

    objects = CodeCounterQuerySet.as_manager()

    class Meta:
        verbose_name = _("编号计数")
