"""Lianzhang 链长: the working system of a city's industrial-chain office."""

import sys

import pysqlite3

# SQLite before 3.51.3 can corrupt a WAL database when the log is reset under load; the interpreter's own copy is older.
if pysqlite3.sqlite_version_info < (3, 51, 3):
    raise RuntimeError(f"SQLite {pysqlite3.sqlite_version} is older than 3.51.3 (WAL-reset corruption)")
sys.modules["sqlite3"] = pysqlite3
sys.modules["sqlite3.dbapi2"] = pysqlite3.dbapi2

__version__ = "0.1.0"
