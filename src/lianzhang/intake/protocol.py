"""What a ledger must be able to do, and the shapes that pass between it and the batch. Each app implements it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from chainlab.sheets.layout import Layout
    from lianzhang.accounts.models import Person
    from lianzhang.intake.models import Batch, StagedRow

NEW, CHANGED, UNCHANGED, REVIEW, ERROR, IGNORED = "new", "changed", "unchanged", "review", "error", "ignored"
KEEP, SHEET = "keep", "sheet"  # what a person says of a cell that both changed
COUNTED_IN = "counted_in"  # the code of what is said of a row whose amount stands in another row of the sheet
KINDS = (NEW, CHANGED, UNCHANGED, REVIEW, ERROR, IGNORED)

LONGEST_TAB = 60  # signs kept of a sheet's name: a spreadsheet allows 31, a CSV has the name of its file
Place = tuple[str, str, int]  # where a row stands: the layout's sheet, the workbook's sheet, the row


@dataclasses.dataclass(frozen=True, slots=True)
class Finding:
    """Something to say about one row: which field, how bad, in both languages."""

    field: str | None
    level: str  # error | warning | note
    message_zh: str
    message_en: str
    cell: str | None = None
    code: str = ""

    def plain(self) -> dict[str, Any]:
        return dataclasses.asdict(self)


@dataclasses.dataclass(frozen=True, slots=True)
class Proposal:
    """One record that a name nobody recognised may mean."""

    subject_id: str
    label: str
    score: float
    reasons: tuple[str, ...] = ()

    def plain(self) -> dict[str, Any]:
        return {**dataclasses.asdict(self), "reasons": list(self.reasons)}


@dataclasses.dataclass(frozen=True, slots=True)
class Incoming:
    """A row as a ledger receives it. A field not in `values` makes no statement; a `Blank` value is an answer (无)."""

    sheet: str
    row_number: int
    values: Mapping[str, Any]
    raw: Mapping[str, str] = dataclasses.field(default_factory=dict)
    decision: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    tab: str = ""  # the sheet as its sender calls it: a workbook may give each district its own

    @property
    def place(self) -> Place:
        return self.sheet, self.tab, self.row_number


@dataclasses.dataclass(frozen=True, slots=True)
class Clash:
    """A cell that somebody wrote after the sheet was made. By attribute and packed: what it held then, now, and in the
    sheet. `is_both`: the sheet changed it too, to something else. `decided`: KEEP, SHEET, or nothing yet."""

    cell: str  # the column of the sheet
    is_both: bool
    base: dict[str, Any]
    now: dict[str, Any]
    sheet: dict[str, Any]
    seq: int  # the last event that wrote it: a decision is about what stood then
    at: str
    by: int | None
    decided: str = ""

    @property
    def is_open(self) -> bool:
        return self.is_both and not self.decided

    def plain(self) -> dict[str, Any]:
        return dataclasses.asdict(self)


@dataclasses.dataclass(slots=True)
class Change:
    """What one row would do. `before` and `after` hold only what changes, packed as JSON by `packing`."""

    sheet: str
    row_number: int
    kind: str
    label: str = ""
    subject_type: str = ""
    subject_id: str = ""
    version: int | None = None
    before: dict[str, Any] = dataclasses.field(default_factory=dict)
    after: dict[str, Any] = dataclasses.field(default_factory=dict)
    findings: list[Finding] = dataclasses.field(default_factory=list)
    proposals: list[Proposal] = dataclasses.field(default_factory=list)
    question: str = ""  # the name to be decided, as the row writes it
    tab: str = ""
    clashes: list[Clash] = dataclasses.field(default_factory=list)

    @property
    def place(self) -> Place:
        return self.sheet, self.tab, self.row_number

    @property
    def asked(self) -> int:
        """How many of its cells wait for a person."""
        return sum(clash.is_open for clash in self.clashes)


@dataclasses.dataclass(frozen=True, slots=True)
class Applied:
    """What a row did: the record it wrote and the version that record has since."""

    sheet: str
    row_number: int
    subject_type: str
    subject_id: str
    version: int
    tab: str = ""

    @property
    def place(self) -> Place:
        return self.sheet, self.tab, self.row_number


@dataclasses.dataclass(frozen=True, slots=True)
class Conflict:
    """A row that could not be undone, and why."""

    sheet: str
    row_number: int
    reason: str
    tab: str = ""

    @property
    def place(self) -> Place:
        return self.sheet, self.tab, self.row_number


@dataclasses.dataclass(frozen=True, slots=True)
class ContextField:
    """写入范围: something the rows take from the upload form when they do not say it themselves (chain, year)."""

    key: str
    label: StrOrPromise
    choices: Callable[[Person], Iterable[tuple[str, StrOrPromise]]]
    is_required: bool = False
    help: StrOrPromise = ""


class PlanChanged(Exception):
    """The data changed between preview and apply: nothing was written, the preview must be shown again."""


class Ledger(Protocol):
    """台账: how the rows of one layout become records, and back."""

    key: str
    is_confidential: bool
    context: tuple[ContextField, ...]

    @property
    def layout(self) -> Layout:
        """The reviewed layout of the workbook."""

    def may_use(self, person: Person) -> bool:
        """Whether the person may hand in this ledger at all; each row is checked again."""

    def may_open(self, batch: Batch, *, by: Person) -> bool:
        """Whether all that an earlier batch holds may still be shown: a firm may have withdrawn its grant since."""

    def diff(
        self, rows: Sequence[Incoming], *, context: Mapping[str, Any], by: Person, since: int | None = None
    ) -> list[Change]:
        """What the rows would do, in their order, one change for each. Writes nothing. What others wrote after the
        event `since` of the trail, as of which the sheet speaks, is not put back."""

    def decide(self, question: str, *, decision: Mapping[str, Any], batch: Batch, by: Person) -> None:
        """A person decided what a name means; kept so that the next batch resolves by itself."""

    def apply(self, changes: Sequence[Change], *, batch: Batch, by: Person) -> list[Applied]:
        """Write new and changed rows in the caller's transaction; on PlanChanged or Stale nothing stays."""

    def undo(self, rows: Sequence[StagedRow], *, batch: Batch, by: Person) -> list[Conflict]:
        """Put back what stood before, where the record is still as this batch left it; the rest is listed."""

    def describer(self, *, language: str, by: Person) -> Callable[[StagedRow], Sequence[Any]]:
        """Tells what a row changes, in things that read as one line each."""

    def clash_describer(self, *, language: str, by: Person) -> Callable[[StagedRow], Sequence[Any]]:
        """Tells the cells of a row that somebody wrote after the sheet was made."""

    def export(
        self, *, context: Mapping[str, Any], by: Person, only: Collection[int] | None = None
    ) -> dict[str, list[dict[str, Any]]]:
        """Everything within the person's reach in the layout's own columns: read back it changes nothing. With `only`,
        no other records of the first sheet than these."""
