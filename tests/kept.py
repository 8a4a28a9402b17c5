"""A scene made once in a process by the real actions, and put back as the same rows for every test after.

Most tests stand on the cast, and making it takes longer than most of them: 600 questions to the database. What the
first making left in the tables is kept, with the objects that the tests hold, and written again in one go. `kept_upon`
does the same for what stands on the cast: a chain that was analysed takes a second.
"""

import pickle
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management.color import no_style
from django.db import connection, transaction

Row = tuple[Any, ...]


@dataclass(frozen=True)
class Kept:
    """What was made, the rows it stands on by table, and how the counters of these tables are set behind them."""

    scene: bytes
    rows: dict[str, list[Row]]
    counters: list[str]


@dataclass(frozen=True)
class Upon:
    """What was made upon another scene: the tables it touched as they were before, its new and its changed rows, the
    counters, and the snapshots it wrote."""

    scene: bytes
    before: dict[str, frozenset[Row]]
    new: dict[str, list[Row]]
    changed: dict[str, list[Row]]
    counters: list[str]
    files: dict[Path, bytes]


_KEPT: dict[str, Kept] = {}
_UPON: dict[str, Upon] = {}


def kept(name: str, make: Callable[[], Any]) -> Any:
    """What `make` makes, and its rows in the database: from empty tables once, put back into empty tables from then on.

    Where its tables already hold something, it is made anew and not kept: numbers and chained events would not fit.
    """
    known = _KEPT.get(name)
    if known is not None and not _holds_any(known.rows):
        _put_back(known)
        return pickle.loads(known.scene)
    before = {} if known else _rows()
    made = make()
    if not known:
        after = _rows()
        added = {table: rows for table, rows in after.items() if rows and rows != before[table]}
        if not any(before[table] for table in added):
            _KEPT[name] = Kept(pickle.dumps(made), added, _counters(added))
    return made


def kept_upon(name: str, make: Callable[[], Any]) -> Any:
    """What `make` makes upon the rows that are there: put back where the tables it touches hold exactly what they held
    when it was made first; made anew, and not kept, where they hold anything else or where it took rows away."""
    known = _UPON.get(name)
    if known is not None:
        if all(frozenset(_table(table)) == rows for table, rows in known.before.items()):
            _put_upon(known)
            return pickle.loads(known.scene)
        return make()
    before, files = _rows(), _snapshots()
    made = make()
    after = _rows()
    touched = [table for table, rows in after.items() if frozenset(rows) != frozenset(before[table])]
    keys = {table: {row[0] for row in before[table]} for table in touched}
    if all(keys[table] <= {row[0] for row in after[table]} for table in touched):
        fresh = {table: [row for row in after[table] if row[0] not in keys[table]] for table in touched}
        other = {table: set(after[table]) - set(before[table]) - set(fresh[table]) for table in touched}
        _UPON[name] = Upon(
            pickle.dumps(made),
            {table: frozenset(before[table]) for table in touched},
            {table: rows for table, rows in fresh.items() if rows},
            {table: list(rows) for table, rows in other.items() if rows},
            _counters(fresh),
            {path: content for path, content in _snapshots().items() if path not in files},
        )
    return made


def _put_upon(known: Upon) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        for table, rows in known.changed.items():
            places = ", ".join(f'"{column}" = %s' for column in _columns(table)[1:])
            key = _columns(table)[0]
            cursor.executemany(
                f'UPDATE "{table}" SET {places} WHERE "{key}" = %s', [(*row[1:], row[0]) for row in rows]
            )
        _insert(cursor, known.new)
        for statement in known.counters:
            cursor.execute(statement)
    for path, content in known.files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def _snapshots() -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in Path(settings.SNAPSHOT_DIR).rglob("*") if path.is_file()}


def _holds_any(tables: dict[str, list[Row]]) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + " OR ".join(f'EXISTS (SELECT 1 FROM "{table}")' for table in tables))
        return bool(cursor.fetchone()[0])


def _put_back(known: Kept) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        _insert(cursor, known.rows)
        for statement in known.counters:
            cursor.execute(statement)


def _insert(cursor: Any, tables: dict[str, list[Row]]) -> None:
    for table, rows in tables.items():
        columns = _columns(table)
        places, names = ", ".join(["%s"] * len(columns)), ", ".join(f'"{column}"' for column in columns)
        cursor.executemany(f'INSERT INTO "{table}" ({names}) VALUES ({places})', rows)


def _rows() -> dict[str, list[Row]]:
    """Every row of every table of ours, as the database holds it."""
    return {table: _table(table) for table in connection.introspection.django_table_names(only_existing=True)}


def _table(table: str) -> list[Row]:
    # SQLite gives a column back as what it was declared to be, and an expression as what is written there.
    sign = "+" if connection.vendor == "sqlite" else ""
    columns = ", ".join(f'{sign}"{column}"' for column in _columns(table))
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT {columns} FROM "{table}"')
        found: list[Row] = cursor.fetchall()
    return found


@cache
def _columns(table: str) -> tuple[str, ...]:
    """The columns of a table that can be written, its key first."""
    models = apps.get_models(include_auto_created=True)
    fields = next(model for model in models if model._meta.db_table == table)._meta.concrete_fields
    written = sorted((f for f in fields if not f.generated), key=lambda field: not field.primary_key)
    return tuple(str(field.column) for field in written)


def _counters(tables: dict[str, list[Row]]) -> list[str]:
    models = [model for model in apps.get_models(include_auto_created=True) if model._meta.db_table in tables]
    return connection.ops.sequence_reset_sql(no_style(), models)
