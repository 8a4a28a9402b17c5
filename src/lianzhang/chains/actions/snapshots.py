"""Taking a snapshot: the chain's tables frozen as Parquet, its coverage written down, its gaps proposed."""

import shutil
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction

from lianzhang.accounts.models import Person
from lianzhang.chains.models import Chain, MapVersion, PartCoverage, Snapshot
from lianzhang.registry.actions import parts
from lianzhang.registry.models import Enterprise, Part
from lianzhang.trail import actions as trail

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True, kw_only=True)
class Analysis:
    """What chainlab found on one snapshot, ready to be stored."""

    snapshot_id: str
    tables: "dict[str, pa.Table]"
    coverage: list[dict[str, Any]]
    summary: dict[str, Any]
    contents: list[list[Any]]
    is_pooled: bool = False


def store(*, chain: Chain, analysis: Analysis, on: date, now: datetime, by: Person) -> Snapshot:
    """Write the snapshot's record and the coverage of every part; the same content on the same day is one snapshot."""
    existing = Snapshot.objects.filter(pk=analysis.snapshot_id).first()
    if existing is not None:
        return _again(existing, now=now, by=by)
    buyers = sorted(set(analysis.tables["purchases"]["buyer_id"].to_pylist()))
    snapshot = Snapshot(
        id=analysis.snapshot_id,
        chain=chain,
        taken_on=on,
        taken_by=by,
        taken_at=now,
        map_version=MapVersion.objects.filter(chain=chain, state=MapVersion.State.PUBLISHED).first(),
        counts={name: table.num_rows for name, table in analysis.tables.items()},
        summary=analysis.summary,
        firm_ids=buyers,
        contents=analysis.contents,
        is_pooled=analysis.is_pooled,
        is_illustrative=_is_illustrative(chain, buyers),
    )
    with transaction.atomic():
        bought = {str(row["part_id"]) for row in analysis.coverage}
        parts.enter_wholes(bought, is_illustrative=snapshot.is_illustrative, by=by)
        trail.create(snapshot, verb="snapshot.taken", by=by)
        PartCoverage.objects.bulk_create(_coverage(snapshot, analysis.coverage), batch_size=500)
    return snapshot


def _again(snapshot: Snapshot, *, now: datetime, by: Person) -> Snapshot:
    """The snapshot, the newest of its chain again: what was entered meanwhile is taken back, and another snapshot of
    the same day would go on standing for today with rows that are no more."""
    since = Snapshot.objects.filter(chain=snapshot.chain, is_pooled=False, taken_at__gt=snapshot.taken_at)
    if snapshot.is_pooled or not since.exists():
        return snapshot
    with transaction.atomic():
        Snapshot.objects.filter(pk=snapshot.pk).update(taken_at=now)
        trail.note(snapshot, verb="snapshot.retaken", detail={"first_taken_at": snapshot.taken_at.isoformat()}, by=by)
    snapshot.taken_at = now
    return snapshot


def discard(chain: Chain, snapshot_id: str) -> None:
    """Take frozen tables away again that no record names: what they hold may not be kept."""
    if not Snapshot.objects.filter(pk=snapshot_id).exists():
        shutil.rmtree(directory(chain) / snapshot_id, ignore_errors=True)


def directory(chain: Chain) -> Path:
    """Where the chain's snapshots lie."""
    return Path(settings.SNAPSHOT_DIR) / chain.code


def _is_illustrative(chain: Chain, buyers: list[str]) -> bool:
    return chain.is_illustrative or Enterprise.objects.filter(code__in=buyers, is_illustrative=True).exists()


def _coverage(snapshot: Snapshot, rows: list[dict[str, Any]]) -> list[PartCoverage]:
    ids = dict(Part.objects.filter(code__in=[row["part_id"] for row in rows]).values_list("code", "pk"))
    return [
        PartCoverage(
            snapshot=snapshot,
            part_id=ids[row["part_id"]],
            **{name: value for name, value in row.items() if name != "part_id"},
        )
        for row in rows
    ]
