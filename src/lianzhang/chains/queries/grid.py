"""Buyers × suppliers of one part, put together from the rows a person may read: the newest year of each buyer."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from lianzhang.chains.queries.teardown import Cell


@dataclass
class Amount:
    """What one buyer buys from one supplier in a year, in 万元: exact where both ends agree; what is not told is said
    and never 0."""

    low: Decimal | None = None
    high: Decimal | None = None
    withheld_count: int = 0
    unknown_count: int = 0
    is_open_above: bool = False

    def add(self, cell: Cell) -> None:
        """One more row."""
        low, high = (cell.amount, cell.amount) if cell.amount is not None else (cell.low, cell.high)
        if cell.is_withheld:
            self.withheld_count += 1
        elif low is None and high is None:
            self.unknown_count += 1
        else:
            self.low = (self.low or Decimal(0)) + (low or Decimal(0))
            self.is_open_above |= high is None
            self.high = (self.high or Decimal(0)) + (high if high is not None else low or Decimal(0))

    @property
    def is_exact(self) -> bool:
        """Whether it is one figure."""
        return self.low is not None and self.low == self.high and not self.is_open_above


@dataclass
class Row:
    """One supplier with its place, and what each buyer buys from it (None: nothing)."""

    supplier: str
    place: str
    is_home: bool | None
    make: str
    months: int | None = None
    amounts: list[Amount | None] = field(default_factory=list)
    total: Amount = field(default_factory=Amount)

    @property
    def buyer_count(self) -> int:
        """How many buy from it."""
        return sum(amount is not None for amount in self.amounts)


@dataclass(frozen=True)
class Grid:
    """`buyers` are (name, year), in the order of the amounts of every row; home suppliers first, then the largest."""

    buyers: list[tuple[str, int]]
    rows: list[Row]

    @property
    def is_single_source(self) -> bool:
        """Whether all that is bought outside the own group comes from one named supplier."""
        named = [row for row in self.rows if row.supplier]
        return len(named) == 1 and len(self.rows) == 1


def of(cells: Sequence[Cell]) -> Grid:
    """The grid of `cells`."""
    newest: dict[str, int] = {}
    for cell in cells:
        newest[cell.buyer] = max(cell.year, newest.get(cell.buyer, 0))
    buyers = sorted(newest)
    rows: dict[tuple[str, str, str], Row] = {}
    for cell in cells:
        if cell.year != newest[cell.buyer]:
            continue
        key = (cell.supplier or "", cell.place, cell.make)
        row = rows.setdefault(key, Row(cell.supplier or "", cell.place, cell.is_home, cell.make))
        row.amounts = row.amounts or [None] * len(buyers)
        at = buyers.index(cell.buyer)
        amount = row.amounts[at] = row.amounts[at] or Amount()
        amount.add(cell)
        row.total.add(cell)
        if cell.months is not None:
            row.months = max(cell.months, row.months or 0)
    ordered = sorted(rows.values(), key=lambda row: (not row.is_home, -(row.total.high or 0), row.supplier))
    return Grid([(name, newest[name]) for name in buyers], ordered)
