"""What the tables of the API are made of: a column for a field of a model, a code in a record's place, the version."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from lianzhang.tables import Column

VERSION = Column("version", _("版本"), lambda row: row.version, kind="integer")


def field(model: Any, name: str, *, kind: Any = "text", key: str = "", **more: Any) -> Column:
    """A column for a field of the model, under the field's own label."""
    label = model._meta.get_field(name).verbose_name
    return Column(key or name, label, lambda row: getattr(row, name), kind=kind, **more)


def code(row: Any) -> str | None:
    """The code by which another record is named; None where there is none."""
    return row.code if row is not None else None
