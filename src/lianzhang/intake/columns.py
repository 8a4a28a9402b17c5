"""How one column of a layout lives in a record: taken from a sheet's value, given back for an export."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from chainlab import names
from chainlab.sheets.reading import Blank
from lianzhang.intake.protocol import Finding, Incoming, Proposal

if TYPE_CHECKING:
    from lianzhang.accounts.models import Person

EXTRA = "extra:"  # before an attribute kept in LedgerExtra


class Refusal(Exception):
    """A cell cannot be taken; the finding says why in both languages."""

    def __init__(self, zh: str, en: str, *, field: str | None = None, code: str = "") -> None:
        super().__init__(en)
        self.finding = Finding(field, "error", zh, en, code=code)


class Question(Exception):
    """A name nobody recognises: a person decides among the proposals."""

    def __init__(self, name: str, proposals: Sequence[Proposal], *, zh: str, en: str, field: str) -> None:
        super().__init__(en)
        self.name = name
        self.proposals = list(proposals)
        self.finding = Finding(field, "warning", zh, en, code="name_unknown")


@dataclasses.dataclass(slots=True)
class Desk:
    """What one pass over the rows works on: who asks, for which scope, and look-ups that are read once."""

    by: Person
    context: Mapping[str, Any]
    rows: Sequence[Incoming] = ()
    drawer: dict[Any, Any] = dataclasses.field(default_factory=dict)

    def once(self, key: Any, make: Callable[[], Any]) -> Any:
        """What `make` gives, made once for this pass."""
        if key not in self.drawer:
            self.drawer[key] = make()
        return self.drawer[key]

    def warn(self, row: Incoming, finding: Finding) -> None:
        """Say something about a row that does not stop it."""
        self.drawer.setdefault("warnings", {}).setdefault(row.place, []).append(finding)

    @property
    def local(self) -> dict[tuple[str, str], Any]:
        """Ids that rows of this workbook use for one another → the record's id, or a promise of it."""
        found: dict[tuple[str, str], Any] = self.drawer.setdefault("local", {})
        return found


@dataclasses.dataclass(frozen=True, slots=True)
class Column:
    """A column whose value is the attribute's value. A blank answer (无) clears it."""

    field: str
    attr: str

    def take(self, value: Any, *, row: Incoming, desk: Desk) -> dict[str, Any]:  # noqa: ARG002
        return {self.attr: None if isinstance(value, Blank) else value}

    def give(self, record: Any, *, desk: Desk) -> Any:  # noqa: ARG002
        return getattr(record, self.attr)

    def said(self, stored: Any, *, desk: Desk) -> Any:  # noqa: ARG002
        """What the record stores, as the sheet would have it; for a preview."""
        return stored


@dataclasses.dataclass(frozen=True, slots=True)
class Key(Column):
    """The record's own code: finds the record, is never written by a sheet."""

    def take(self, value: Any, *, row: Incoming, desk: Desk) -> dict[str, Any]:  # noqa: ARG002
        return {}


@dataclasses.dataclass(frozen=True, slots=True)
class Shown(Column):
    """A column that an export fills in for the reader and an import does not take (a figure worked out)."""

    shown: Callable[[Any], Any] = lambda record: None  # noqa: ARG005

    def take(self, value: Any, *, row: Incoming, desk: Desk) -> dict[str, Any]:  # noqa: ARG002
        return {}

    def give(self, record: Any, *, desk: Desk) -> Any:  # noqa: ARG002
        return self.shown(record)


@dataclasses.dataclass(frozen=True, slots=True)
class Kept(Column):
    """A column without a field of its own: kept beside the record, given back unchanged."""

    attr: str = ""

    @property
    def place(self) -> str:
        return EXTRA + self.field

    def take(self, value: Any, *, row: Incoming, desk: Desk) -> dict[str, Any]:  # noqa: ARG002
        return {self.place: None if isinstance(value, Blank) else value}

    def give(self, record: Any, *, desk: Desk) -> Any:
        from lianzhang.intake import packing

        return packing.unpack(extras(desk, record).get(self.field))


@dataclasses.dataclass(frozen=True, slots=True)
class Coded(Column):
    """A choice: the sheet's code → what the record stores."""

    codes: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    def take(self, value: Any, *, row: Incoming, desk: Desk) -> dict[str, Any]:  # noqa: ARG002
        if isinstance(value, Blank):
            return {self.attr: None}
        if value not in self.codes:
            raise Refusal(
                f"“{row.raw.get(self.field, value)}”不能通过台账填报，请在系统内办理。",
                f"“{row.raw.get(self.field, value)}” cannot be set by a ledger; do it in the system.",
                field=self.field,
            )
        return {self.attr: self.codes[value]}

    def give(self, record: Any, *, desk: Desk) -> Any:
        return self.said(getattr(record, self.attr), desk=desk)

    def said(self, stored: Any, *, desk: Desk) -> Any:  # noqa: ARG002
        return next((code for code, kept in self.codes.items() if kept == stored), None)


@dataclasses.dataclass(frozen=True, slots=True)
class Named(Column):
    """A record of another table, named by its name. `table(desk)` gives name → id for all that may be named."""

    table: Callable[[Desk], Mapping[str, Any]] = lambda desk: {}  # noqa: ARG005
    what_zh: str = "记录"
    what_en: str = "record"

    def _known(self, desk: Desk) -> dict[str, Any]:
        made: dict[str, Any] = desk.once(
            ("named", self.table), lambda: {names.normalise(name): pk for name, pk in self.table(desk).items()}
        )
        return made

    def find(self, name: str, *, desk: Desk) -> Any:
        """The id of the record called `name`; raises Refusal where there is none."""
        found = self._known(desk).get(names.normalise(name))
        if found is None:
            raise Refusal(
                f"系统中没有名为“{name}”的{self.what_zh}，请核对名称或先建档。",
                f"There is no {self.what_en} called “{name}”; check the name or enter it first.",
                field=self.field,
                code="unknown_reference",
            )
        return found

    def take(self, value: Any, *, row: Incoming, desk: Desk) -> dict[str, Any]:  # noqa: ARG002
        return {self.attr: None if isinstance(value, Blank) else self.find(str(value), desk=desk)}

    def give(self, record: Any, *, desk: Desk) -> Any:
        return self.name_of(getattr(record, self.attr), desk=desk)

    def name_of(self, pk: Any, *, desk: Desk) -> str | None:
        known: dict[Any, str] = desk.once(
            ("names", self.table), lambda: {pk: name for name, pk in reversed(list(self.table(desk).items()))}
        )
        return known.get(pk)


@dataclasses.dataclass(frozen=True, slots=True)
class Local(Column):
    """A row of another sheet of the same workbook: its record's id, or a promise of it where the row is new.

    A file without any row of that sheet (a CSV has but one sheet) means the records that stand: `standing(desk)` gives
    the id each of them has in an export → the record's id.
    """

    sheet: str = ""
    back: Callable[[Any], Any] = lambda record: None  # noqa: ARG005
    standing: Callable[[Desk], Mapping[str, Any]] = lambda desk: {}  # noqa: ARG005

    def take(self, value: Any, *, row: Incoming, desk: Desk) -> dict[str, Any]:  # noqa: ARG002
        if isinstance(value, Blank):
            return {self.attr: None}
        is_in_file = desk.once(("in file", self.sheet), lambda: any(other.sheet == self.sheet for other in desk.rows))
        found = desk.local.get((self.sheet, str(value))) if is_in_file else self.standing(desk).get(str(value))
        if found is None and not is_in_file:
            raise Refusal(
                f"引用的“{value}”不在本文件中，系统中也没有。",
                f"“{value}” is neither in this file nor in the system.",
                field=self.field,
                code="unknown_reference",
            )
        if found is None:
            raise Refusal(
                f"引用的“{value}”不在本工作簿中，或其所在行未能导入。",
                f"“{value}” is not in this workbook, or its row could not be taken.",
                field=self.field,
                code="unknown_reference",
            )
        return {self.attr: found}

    def give(self, record: Any, *, desk: Desk) -> Any:  # noqa: ARG002
        return self.back(record)


def extras(desk: Desk, record: Any) -> dict[str, Any]:
    """What is kept beside a record; read for all records of the pass by the sheet."""
    found: dict[str, Any] = desk.drawer.get("extras", {}).get((record._meta.label_lower, str(record.pk)), {})
    return found
