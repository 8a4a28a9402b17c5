"""快照: dated, immutable, content-addressed tables, so that a figure signed today is the same figure a year later.

A snapshot is a folder `<date>-<digest>` of Parquet files and a `manifest.json`. The digest is over what the tables say
(names, columns, types, the multiset of rows) and not over the bytes of the files: the same rows in another order, or
written by another version of the library, are the same snapshot. It is also the cache key of all that is computed.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import parquet

MANIFEST = "manifest.json"
_ID = re.compile(r"\d{4}-\d{2}-\d{2}-[0-9a-f]{32}")
_NAME = re.compile(r"[a-z][a-z0-9_]*")


class Damaged(ValueError):
    """A snapshot is missing, incomplete, or not what its id says."""

    def __init__(self, *, snapshot_id: str, zh: str, en: str) -> None:
        self.snapshot_id = snapshot_id
        self.message_zh, self.message_en = f"快照 {snapshot_id}：{zh}", f"snapshot {snapshot_id}: {en}"
        super().__init__(self.message_en)


@dataclass(frozen=True, eq=False)
class Snapshot:
    """Tables as they stood on a day. meta: what the writer said about them (sources, scope, map version)."""

    id: str
    on: dt.date
    tables: Mapping[str, pa.Table]
    meta: Mapping[str, Any]


def write(
    tables: Mapping[str, pa.Table], *, directory: Path, on: dt.date, meta: Mapping[str, Any] | None = None
) -> str:
    """Write `tables` below `directory` and return the id; the same tables on the same day are written once.

    The rows are stored sorted. `meta` must be plain JSON; it is no part of the identity. The folder appears whole or
    not at all: it is written aside and renamed.
    """
    bad = [name for name in tables if not _NAME.fullmatch(name)]
    if bad or not tables:
        raise ValueError(f"snapshot: table names must be lower-case words and there must be one, not {bad!r}")
    ordered = {name: _sorted(tables[name]) for name in sorted(tables)}
    digests = {name: _digest(table) for name, table in ordered.items()}
    snapshot_id = _identity(on, digests)
    place = directory / snapshot_id
    if place.exists():
        return snapshot_id
    directory.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix=".writing-", dir=directory))
    try:
        for name, table in ordered.items():
            parquet.write_table(table, aside / f"{name}.parquet", compression="zstd")
        manifest = {"on": on.isoformat(), "tables": digests, "meta": dict(meta or {})}
        (aside / MANIFEST).write_text(json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True), "utf-8")
        for path in (*aside.iterdir(), aside):
            _to_disk(path)
        aside.chmod(0o750)
        _publish(aside, place)
        _to_disk(directory)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return snapshot_id


def read(snapshot_id: str, *, directory: Path) -> Snapshot:
    """The snapshot with this id, every table checked against it; raises Damaged."""
    if not _ID.fullmatch(snapshot_id):
        raise Damaged(snapshot_id=snapshot_id, zh="编号格式不对", en="not an id")
    place = directory / snapshot_id
    try:
        manifest = json.loads((place / MANIFEST).read_text("utf-8"))
        on, digests, meta = dt.date.fromisoformat(manifest["on"]), manifest["tables"], manifest["meta"]
        tables = {name: _stored(place / f"{name}.parquet") for name in digests}
    except FileNotFoundError as error:
        raise Damaged(snapshot_id=snapshot_id, zh="文件缺失", en=f"{Path(error.filename).name} is missing") from error
    except (OSError, ValueError, KeyError, TypeError, pa.ArrowException) as error:
        raise Damaged(snapshot_id=snapshot_id, zh="文件无法读取", en=f"cannot be read ({error})") from error
    wrong = [name for name, table in tables.items() if _digest(_sorted(table)) != digests[name]]
    if wrong or _identity(on, digests) != snapshot_id:
        shown = "、".join(wrong) or MANIFEST
        raise Damaged(snapshot_id=snapshot_id, zh=f"内容与编号不符（{shown}）", en=f"{shown} is not what the id says")
    return Snapshot(snapshot_id, on, tables, meta)


def is_same(first: str, second: str, *, directory: Path) -> bool:
    """Whether two snapshots hold the same rows, on whatever day they were taken."""
    if first == second:
        return True
    try:
        told = [json.loads((directory / one / MANIFEST).read_text("utf-8"))["tables"] for one in (first, second)]
    except (OSError, ValueError, KeyError, TypeError):
        return False
    return bool(told[0] == told[1])


def _stored(path: Path) -> pa.Table:
    # Not read_table(path): that also takes a folder, and guesses columns from the names around the file.
    with path.open("rb") as source, parquet.ParquetFile(source) as file:
        return file.read()


def _publish(aside: Path, place: Path) -> None:
    try:
        aside.rename(place)
    except OSError:
        # Another writer was first with the very same content.
        if not (place / MANIFEST).exists():
            raise


def _to_disk(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _identity(on: dt.date, digests: Mapping[str, str]) -> str:
    whole = hashlib.sha256(json.dumps(dict(digests), sort_keys=True).encode()).hexdigest()
    return f"{on.isoformat()}-{whole[:32]}"


def _sorted(table: pa.Table) -> pa.Table:
    """One order of columns and rows for one content; text in its ordinary type, no dictionaries, no metadata."""
    columns = {name: _plain(table.column(name)) for name in sorted(table.column_names)}
    plain = pa.table(columns)
    keys = [(name, "ascending") for name in plain.column_names if not pa.types.is_nested(plain.column(name).type)]
    return plain.sort_by(keys).combine_chunks() if keys else plain.combine_chunks()


def _plain(column: pa.ChunkedArray) -> pa.ChunkedArray:
    kind = column.type
    if pa.types.is_dictionary(kind):
        column, kind = column.cast(kind.value_type), kind.value_type
    if pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        column = column.cast(pa.string())
    if pa.types.is_nested(kind):
        raise TypeError(f"snapshot: a column of type {kind} has no one order; give it a table of its own")
    if pa.types.is_floating(kind):
        # -0.0 and 0.0, and the many NaNs, are one value each and must not make two snapshots.
        column = pc.if_else(pc.is_nan(column), pa.scalar(None, kind), pc.add(column, pa.scalar(0.0, kind)))
    return column


def _digest(table: pa.Table) -> str:
    """SHA-256 over names, types and values, column by column."""
    digest = hashlib.sha256()
    for name, column in zip(table.column_names, table.columns, strict=True):
        digest.update(f"{name}\0{column.type}\0{len(column)}\0".encode())
        for part in _bytes(column):
            digest.update(part)
    return digest.hexdigest()


def _bytes(column: pa.ChunkedArray) -> Iterator[bytes | memoryview]:
    """What the values are, however they lie in memory: which are given, their lengths, their contents."""
    yield column.is_valid().cast(pa.uint8()).to_numpy().tobytes()
    if pa.types.is_string(column.type):
        texts = pc.fill_null(column, "")
        yield pc.binary_length(texts).cast(pa.int64()).to_numpy().tobytes()
        for chunk in texts.chunks:
            _, offsets, data = chunk.buffers()
            if data is not None and len(chunk):
                bounds = memoryview(offsets).cast("i")
                yield memoryview(data)[bounds[chunk.offset] : bounds[chunk.offset + len(chunk)]]
    elif pa.types.is_integer(column.type) or pa.types.is_floating(column.type):
        yield pc.fill_null(column, 0).to_numpy().tobytes()
    else:
        texts = ["" if value is None else str(value) for value in column.to_pylist()]
        yield json.dumps(texts, ensure_ascii=False).encode()
