"""A scene made once in a process by the real actions, and put back as the same rows for every test after.

Most tests stand on the cast, and making it takes longer than most of them: 600 questions to the database. What the
first making left in the tables is kept, with the objects that the tests hold, and written again in one go.
"""

import pickle
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.core.management.color import no_style
from django.db import connection, transaction

Row = tuple[Any, ...]


@dataclass(frozen=True)
class Kept:
    """What was made, the rows it stands on by table, and how the counters of these tables are set behind them."""

    scene: bytes
    rows: dict[str, list[Row]]
    counters: list[str]


_KEPT: dict[str, Kept] = {}


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


def _holds_any(tables: dict[str, list[Row]]) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + " OR ".join(f'EXISTS (SELECT 1 FROM "{table}")' for table in tables))
        return bool(cursor.fetchone()[0])


def _put_back(known: Kept) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        for table, rows in known.rows.items():
            places = ", ".join(["%s"] * len(rows[0]))
            cursor.executemany(f'INSERT INTO "{table}" VALUES ({places})', rows)
        for statement in known.counters:
            cursor.execute(statement)


def _rows() -> dict[str, list[Row]]:
    """Every row of every table of ours, as the database holds it."""
    found = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.django_table_names(only_existing=True):
            described = connection.introspection.get_table_description(cursor, table)
            # SQLite gives a column back as what it was declared to be, and an expression as what is written there.
            sign = "+" if connection.vendor == "sqlite" else ""
            columns = ", ".join(f'{sign}"{column.name}"' for column in described)
            cursor.execute(f'SELECT {columns} FROM "{table}"')
            found[table] = cursor.fetchall()
    return found


def _counters(tables: dict[str, list[Row]]) -> list[str]:
    models = [model for model in apps.get_models(include_auto_created=True) if model._meta.db_table in tables]
    return connection.ops.sequence_reset_sql(no_style(), models)
