"""A small table with every kind of column, over plain rows."""

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pytest

from lianzhang import tables


@dataclass
class Row:
    """A project as a ledger row; every field may be blank."""

    pk: int = 1
    name: str | None = "示例项目甲"
    code: str | None = "XM-2026-001"
    amount_wan: Decimal | tables.Blank | None = Decimal("12345.5")
    fund_wan: Decimal | None = Decimal(250000)
    local_ratio: float | None = 0.3125
    count: int | None = 1200
    started_on: dt.date | None = dt.date(2026, 3, 1)
    seen_at: dt.datetime | None = dt.datetime(2026, 3, 1, 16, 30, tzinfo=dt.UTC)
    light: Any = "late"
    stage: Any = None
    is_new: bool | None = True
    tags: tuple[str, ...] = field(default=("甲", "乙"))
    site: str | None = None
    is_illustrative: bool = False


def made(**changes: Any) -> tables.TableSpec:
    """The table, with some of its declaration replaced."""
    declared: dict[str, Any] = {
        "key": "projects",
        "title": "重点项目",
        "columns": (
            tables.Column("name", "项目名称", lambda r: r.name, link=lambda r: r.site, sort="name"),
            tables.Column("code", "编号", lambda r: r.code, kind="code"),
            tables.Column("amount_wan", "总投资", lambda r: r.amount_wan, kind="wan", sort="amount_wan", is_total=True),
            tables.Column("fund_wan", "基金", lambda r: r.fund_wan, kind="yi"),
            tables.Column("local_ratio", "配套率", lambda r: r.local_ratio, kind="ratio"),
            tables.Column("count", "企业", lambda r: r.count, kind="integer", unit="家", sort="count", is_total=True),
            tables.Column("started_on", "开工", lambda r: r.started_on, kind="date"),
            tables.Column("seen_at", "核实", lambda r: r.seen_at, kind="datetime"),
            tables.Column("light", "状态", lambda r: r.light, kind="light"),
            tables.Column("is_new", "新增", lambda r: r.is_new, kind="boolean"),
            tables.Column("tags", "标签", lambda r: r.tags, kind="list"),
        ),
    }
    return tables.TableSpec(**{**declared, **changes})


@pytest.fixture
def table() -> tables.TableSpec:
    """The table as declared."""
    return made()


@pytest.fixture
def row() -> Row:
    """One full row."""
    return Row()
