"""Handing in a workbook as a clerk does, with the background work done at once."""

import datetime as dt
import io
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from django.core.files.base import ContentFile

from chainlab import sheets
from lianzhang.accounts.models import Person
from lianzhang.intake import actions, ledgers, protocol, staging
from lianzhang.intake.models import Batch
from tests import cast as cast_module

NOON = dt.datetime.combine(cast_module.TODAY, dt.time(12), tzinfo=dt.UTC)


def workbook(layout: str, rows: Mapping[str, Sequence[Mapping[str, object]]], folder: Path) -> bytes:
    """A workbook in the layout's headers; two with the same rows are the same bytes."""
    out = folder / f"{layout}.xlsx"
    sheets.write(layout, rows, out=out)
    return settled(out.read_bytes())


def settled(content: bytes) -> bytes:
    """The workbook without the moment it was made in."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            data = b"" if name == "docProps/core.xml" else source.read(name)
            if data or name != "docProps/core.xml":
                target.writestr(zipfile.ZipInfo(name), data)
    return made.getvalue()


def hand_in(
    content: bytes,
    *,
    ledger: str,
    by: Person,
    context: Mapping[str, Any] | None = None,
    name: str = "台账.xlsx",
) -> Batch:
    """Upload, and read as the background job would."""
    received = actions.receive(
        ContentFile(content, name=name), ledger=ledgers.get(ledger), context=context or {}, by=by, now=NOON
    )
    if received.batch.state == Batch.State.READING:
        staging.read(received.batch, progress=None, by=by)
    return Batch.objects.get(pk=received.batch.pk)


def kinds(batch: Batch) -> dict[str, int]:
    """How many rows of each kind, without the zeros."""
    return {kind: count for kind, count in batch.counts.items() if count and kind in protocol.KINDS}
