"""Writing results: what a chain achieved in a year, as a source gives it."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from lianzhang.accounts.actions import Refused
from lianzhang.accounts.models import Person
from lianzhang.chains.models import Chain, Result
from lianzhang.registry import sources
from lianzhang.registry.models import Source
from lianzhang.trail import actions as trail

EDITABLE = ("year", "statement", "statement_en", "value", "comparison", "unit", "scope", "source_note", "as_of")


def enter(*, chain: Chain, source: Source | sources.Named, by: Person, **fields: Any) -> Result:
    """Enter a result of a chain. Raises Refused without a source, and for a number without its unit."""
    _refuse_a_bare_number(fields)
    wanted = {name: fields[name] for name in EDITABLE if name in fields}
    with transaction.atomic():
        quoted = sources.cited(source, is_illustrative=chain.is_illustrative, by=by)
        last = Result.objects.filter(chain=chain, year=fields["year"]).count()
        return trail.create(
            Result(chain=chain, source=quoted, position=last + 1, **wanted), verb="result.entered", by=by
        )


def correct(
    *, result: Result, source: Source | sources.Named, changes: Mapping[str, Any], version: int, by: Person
) -> Result:
    """Correct a result; what it was stays in the trail."""
    wanted = {name: changes[name] for name in EDITABLE if name in changes}
    _refuse_a_bare_number({"value": result.value, "unit": result.unit, **wanted})
    with transaction.atomic():
        quoted = sources.cited(source, is_illustrative=result.chain.is_illustrative, by=by)
        changed = {**wanted, "source": quoted}
        return trail.change(result, verb="result.corrected", changes=changed, version=version, by=by)


def _refuse_a_bare_number(fields: Mapping[str, Any]) -> None:
    if fields.get("value") is not None and not str(fields.get("unit") or "").strip():
        raise Refused(_("数值须写明单位。"))
