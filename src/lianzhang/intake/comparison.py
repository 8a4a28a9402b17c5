"""较上期: what is new, gone and changed between two applied batches of one ledger and scope, and how amounts moved."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from chainlab.sheets.layout import Layout
from lianzhang.intake import packing
from lianzhang.intake.models import Batch, StagedRow

COUNTED = (StagedRow.Kind.NEW, StagedRow.Kind.CHANGED, StagedRow.Kind.UNCHANGED)


def previous(batch: Batch) -> Batch | None:
    """The batch applied before this one, of the same ledger, scope and body."""
    return (
        Batch.objects.filter(
            ledger=batch.ledger, context_key=batch.context_key, body_id=batch.body_id, state=Batch.State.APPLIED
        )
        .filter(uploaded_at__lte=batch.uploaded_at)
        .exclude(pk=batch.pk)
        .order_by("-applied_at", "-pk")
        .first()
    )


def of(batch: Batch, before: Batch, *, layout: Layout) -> dict[str, Any]:
    """Counts of new, left and changed records and the sum of every money column then and now (万元, as text).

    Records are the ones the rows were matched to; a row that was not written (an error, a question) is not counted.
    """
    then, now = _rows(before), _rows(batch)
    changed = [key for key in now.keys() & then.keys() if now[key] != then[key]]
    money = [
        (sheet.key, field.key) for sheet in layout.sheets for field in sheet.fields if field.kind.value in ("wan", "yi")
    ]
    sums = {}
    for sheet, field in money:
        pair = _sum(then, sheet, field), _sum(now, sheet, field)
        if pair != (None, None):
            sums[f"{sheet}.{field}"] = [str(amount) if amount is not None else None for amount in pair]
    return {
        "previous": before.code,
        "new": len(now.keys() - then.keys()),
        "left": len(then.keys() - now.keys()),
        "changed": len(changed),
        "sums": sums,
    }


Rows = Mapping[tuple[str, str], Mapping[str, Any]]


def _rows(batch: Batch) -> dict[tuple[str, str], dict[str, Any]]:
    rows: Iterable[tuple[str, str, dict[str, Any]]] = batch.rows.filter(kind__in=COUNTED).values_list(
        "sheet", "subject_id", "values"
    )
    return {(sheet, subject_id): values for sheet, subject_id, values in rows if subject_id}


def _sum(rows: Rows, sheet: str, field: str) -> Decimal | None:
    amounts = [
        packing.unpack(values[field]) for (where, _), values in rows.items() if where == sheet and field in values
    ]
    numbers = [amount for amount in amounts if isinstance(amount, Decimal)]
    return sum(numbers, Decimal(0)) if numbers else None


def amounts(compared: Mapping[str, Any]) -> list[tuple[str, Decimal | None, Decimal | None, Decimal | None]]:
    """(sheet.field, then, now, change) of every money column of a comparison; no change where one side is unknown."""
    found = []
    for key, pair in compared.get("sums", {}).items():
        then, now = (Decimal(text) if text is not None else None for text in pair)
        found.append((key, then, now, now - then if then is not None and now is not None else None))
    return found
