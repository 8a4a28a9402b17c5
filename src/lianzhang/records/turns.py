"""Who writes takes turns: one lock for every writer, taken before any row is touched."""

from django.db import connection

# "lianzhang" folded into a signed 64-bit number: the name of our one advisory lock.
APPEND_LOCK = 0x6C69616E7A68


def hold() -> None:
    """Take the writers' lock until the transaction ends: first of all in an action that locks rows before it writes.

    Taken before any row is touched, two actions on the same rows wait here in turn and never for one another: one that
    held a row and wanted the lock, beside one that held the lock and wanted the row, was ended by PostgreSQL. SQLite
    runs every transaction IMMEDIATE (settings), so the writer is already alone.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [APPEND_LOCK])
