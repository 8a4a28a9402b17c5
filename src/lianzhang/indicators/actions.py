"""Writing figures: entering one with its scope and source, and correcting it with a trace."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from lianzhang.accounts.actions import Refused
from lianzhang.accounts.models import Person
from lianzhang.indicators import definitions
from lianzhang.indicators.models import Figure
from lianzhang.registry import sources
from lianzhang.registry.models import Source
from lianzhang.trail import actions as trail

EDITABLE = ("value", "comparison", "unit", "scope", "source_note", "as_of", "rows_note", "is_target")


def enter(*, source: Source | sources.Named, by: Person, **fields: Any) -> Figure:
    """Enter a figure. Raises Refused without a definition, a scope or a source: such a number is hearsay."""
    if definitions.of(str(fields.get("indicator", ""))) is None:
        raise Refused(_("没有名为 %(key)s 的指标定义。") % {"key": fields.get("indicator", "")})
    _refuse_without_scope(fields)
    chain = fields.get("chain")
    is_illustrative = bool(chain and chain.is_illustrative)
    with transaction.atomic():
        quoted = sources.cited(source, is_illustrative=is_illustrative, by=by)
        figure = Figure(**fields, source=quoted, is_illustrative=is_illustrative)
        return trail.create(figure, verb="figure.entered", by=by)


def correct(
    *, figure: Figure, source: Source | sources.Named, changes: Mapping[str, Any], version: int, by: Person
) -> Figure:
    """Correct a figure; what it was stays in the trail."""
    wanted = {name: changes[name] for name in EDITABLE if name in changes}
    _refuse_without_scope({"scope": figure.scope, **wanted})
    with transaction.atomic():
        quoted = sources.cited(source, is_illustrative=figure.is_illustrative, by=by)
        changed = {**wanted, "source": quoted}
        return trail.change(figure, verb="figure.corrected", changes=changed, version=version, by=by)


def _refuse_without_scope(fields: Mapping[str, Any]) -> None:
    if not str(fields.get("scope") or "").strip():
        raise Refused(_("指标值须写明口径。"))
