"""A ledger made of declared sheets: which record a row means, which columns are which fields, who may change what."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models.functions import Cast

from chainlab.sheets import layouts
from chainlab.sheets.layout import INVENTED
from lianzhang.accounts.rules import Act, BodyKind, Thing
from lianzhang.intake import fitting, merging, packing, protocol, recording, showing, verdicts
from lianzhang.intake.columns import EXTRA, Column, Desk, Question, Refusal, extras
from lianzhang.intake.protocol import Applied, Change, Conflict, ContextField, Finding, Incoming

if TYPE_CHECKING:
    from chainlab.sheets.layout import Layout
    from lianzhang.accounts.models import Person
    from lianzhang.intake.models import Batch, StagedRow
    from lianzhang.trail.queries import Moved


@dataclasses.dataclass(kw_only=True)
class Sheet:
    """One sheet: rows become records of `model`. Found by `code_field`, else by the attributes of `natural`."""

    key: str
    model: Any
    noun: str  # the verb's first half in the trail: "enterprise" → "enterprise.imported"
    columns: Sequence[Column] = ()
    code_field: str | None = "code"
    prefix: str = ""  # series of the codes given to new records; empty: the record has none
    natural: tuple[str, ...] = ()
    gated: frozenset[str] = frozenset()  # set for a new record only; later they move by the office's own steps
    is_shared: bool = False  # rows name records others keep: what differs there is left alone and said
    owned: tuple[str, ...] = ()  # accessors of what is deleted together with a record when its import is undone
    is_main: bool = False  # where a ledger has several sheets: the one whose records it is about
    local_key: str = ""  # the field by which other sheets name a row of this one
    # Attribute → the one it stands or falls with, where no column of its own says it.
    goes_with: Mapping[str, str] = dataclasses.field(default_factory=dict)
    invented: str = "is_illustrative"  # 示例数据: the record's own mark, or that of what it belongs to: chain__…
    ledger: str = ""

    # -- what a subclass may say otherwise

    def fill(self, taken: dict[str, Any], *, row: Incoming, desk: Desk) -> None:
        """Complete what a row says from the context and from defaults; raises Refusal or Question."""

    def may_create(self, taken: Mapping[str, Any], *, desk: Desk) -> bool:
        """Whether the person may add this record."""
        raise NotImplementedError

    def label(self, taken: Mapping[str, Any], *, record: Any | None, row: Incoming) -> str:
        """What the preview calls the row."""
        raise NotImplementedError

    def find(self, taken: dict[str, Any], *, row: Incoming, desk: Desk) -> Any | None:
        """The record a row means; raises Refusal or Question where that cannot be said."""
        code = row.values.get(self.code_field) if self.code_field else None
        if code:
            found = self.by_code(desk, field=str(self.code_field)).get(str(code))
            if found is None:
                raise Refusal(
                    f"系统中没有编号“{code}”。新增请将编号留空。",
                    f"There is no code “{code}” here. Leave the code blank for a new row.",
                    field=self.code_field,
                    code="unknown_code",
                )
            return found
        return self.by_natural(desk).get(self.natural_key(taken)) if self.natural else None

    def attributes(self, record: Any, *, desk: Desk) -> dict[str, Any]:
        """Attributes of a record that stand in other tables, by name; a subclass adds its own."""
        return {EXTRA + field: packing.unpack(value) for field, value in extras(desk, record).items()}

    def create(self, taken: dict[str, Any], *, desk: Desk, batch: Batch) -> Any | None:  # noqa: ARG002
        """Make the record by the app's own action, where it has one; None: it is inserted as `build` gives it."""
        return None

    def build(self, taken: dict[str, Any], *, desk: Desk, batch: Batch) -> Any:  # noqa: ARG002
        """A new record, not yet saved."""
        record = self.model(**taken)
        if hasattr(record, "batch_code"):
            record.batch_code = batch.code
        return record

    def settle(
        self,
        record: Any,
        values: Mapping[str, Any],
        *,
        desk: Desk,  # noqa: ARG002
        writing: recording.Writing,  # noqa: ARG002
    ) -> None:
        """Write the attributes that stand in other tables."""
        kept = {name.removeprefix(EXTRA): value for name, value in values.items() if name.startswith(EXTRA)}
        if kept:
            recording.keep_extras(self.ledger, record, kept)

    def history(self, record: Any) -> str:  # noqa: ARG002
        """What a record has by now that no foreign key tells of, in words: with it the record does not go again."""
        return ""

    def withdraw(self, record: Any, made: Mapping[str, Any], *, writing: recording.Writing) -> None:
        """A record was removed again: what was made together with it goes too. `made`: what the row had written."""

    def finish(self, *, desk: Desk, writing: recording.Writing) -> None:
        """After all rows of the sheet: write what was gathered on the desk."""

    def elsewhere(
        self,
        ids: Collection[str],  # noqa: ARG002
        *,
        since: int,  # noqa: ARG002
        desk: Desk,  # noqa: ARG002
    ) -> Iterable[tuple[str, str, Any, Moved]]:
        """(record, attribute, what it held then, by which event it went) of attributes that have a trail of their own,
        written after the event `since`."""
        return ()

    def of_ledger(self, found: Any) -> Any:
        """The records of a queryset that belong in this ledger, read with what names them."""
        return found

    def records(self, *, desk: Desk) -> Iterable[Any]:
        """What an export holds, in order."""
        raise NotImplementedError

    # -- looking up

    def by_code(self, desk: Desk, *, field: str) -> dict[str, Any]:
        codes = {str(r.values[field]) for r in desk.rows if r.sheet == self.key and r.values.get(field)}
        found: dict[str, Any] = desk.once(
            (self.key, "code"), lambda: {r.code: r for r in self.model.objects.filter(code__in=codes)}
        )
        return found

    def by_natural(self, desk: Desk) -> dict[tuple[Any, ...], Any]:
        found: dict[tuple[Any, ...], Any] = desk.once((self.key, "natural"), lambda: self._natural_index(desk))
        return found

    def _natural_index(self, desk: Desk) -> dict[tuple[Any, ...], Any]:
        return {self.natural_key(vars(record)): record for record in self.candidates(desk)}

    def candidates(self, desk: Desk) -> Iterable[Any]:  # noqa: ARG002
        """Records among which a row without a code is looked for."""
        found: Iterable[Any] = self.model.objects.all()
        return found

    def natural_of(self, change: Change) -> Any:
        """What makes a row the same as another one: its record, or for a new one what names it."""
        if change.kind in (protocol.CHANGED, protocol.UNCHANGED):
            return change.subject_id
        if change.kind == protocol.NEW and self.natural:
            return tuple(packing.comparable(packing.unpack(change.after.get(name))) for name in self.natural)
        return None

    def natural_key(self, values: Mapping[str, Any]) -> tuple[Any, ...]:
        return tuple(packing.comparable(values.get(name)) for name in self.natural)

    # -- taking a row

    def take(self, row: Incoming, *, desk: Desk) -> dict[str, Any]:
        """The attributes a row states, fitted to the model; raises Refusal or Question for what cannot be taken."""
        taken: dict[str, Any] = {}
        for column in self.columns:
            if column.field in row.values:
                taken |= column.take(row.values[column.field], row=row, desk=desk)
        self.fill(taken, row=row, desk=desk)
        fields = {column.attr: column.field for column in self.columns}
        return {name: fitting.fit(self.model, name, value, field=fields.get(name)) for name, value in taken.items()}

    def columns_of(self, row: Incoming, *, desk: Desk) -> dict[str, str]:
        """Attribute → the column by which a row that was taken says it."""
        said = [column for column in self.columns if column.field in row.values]
        return {name: c.field for c in said for name in c.take(row.values[c.field], row=row, desk=desk)}

    def change_of(self, row: Incoming, *, desk: Desk) -> Change:
        """What one row would do."""
        change = Change(row.sheet, row.row_number, protocol.ERROR, findings=list(row.findings), tab=row.tab)
        change.label = self.label({}, record=None, row=row)[:200]
        if row.decision.get("as") == "skip":
            change.kind = protocol.IGNORED
            return change
        if any(finding.level == "error" for finding in row.findings):
            return change
        try:
            taken = self.take(row, desk=desk)
            record = self.find(taken, row=row, desk=desk)
        except Refusal as refusal:
            change.findings.append(refusal.finding)
            return change
        except Question as question:
            change.kind, change.question, change.proposals = protocol.REVIEW, question.name, question.proposals
            change.findings.append(question.finding)
            return change
        finally:
            change.findings += desk.drawer.get("warnings", {}).pop(row.place, [])
        return self._compare(change, taken, record, row=row, desk=desk)

    def _compare(
        self, change: Change, taken: dict[str, Any], record: Any | None, *, row: Incoming, desk: Desk
    ) -> Change:
        change.label = self.label(taken, record=record, row=row)[:200]
        change.subject_type = self.model._meta.label_lower
        if record is None:
            if not self.may_create(taken, desk=desk):
                change.findings.append(verdicts.NOT_YOURS.finding)
                return change
            change.kind = protocol.NEW
            change.after = packing.pack_all({name: value for name, value in taken.items() if value not in (None, "")})
            if self.local_key:
                change.after[verdicts.LOCAL] = str(row.values.get(self.local_key))
            return change
        change.subject_id, change.version = str(record.pk), record.version
        now = {**{n: getattr(record, n) for n in taken if n in _attributes(self.model)}}
        now |= {name: value for name, value in self.attributes(record, desk=desk).items() if name in taken}
        changed = [n for n in taken if packing.comparable(now.get(n)) != packing.comparable(taken[n])]
        for name in sorted(self._unsaid(row) & set(changed)):
            if now.get(name) not in (None, ""):
                changed.remove(name)
        for name in sorted(self.gated & set(changed)):
            changed.remove(name)
            change.findings.append(self._left_alone(name))
        change.findings += self._leaps({name: (now.get(name), taken[name]) for name in changed})
        change.kind = protocol.CHANGED if changed else protocol.UNCHANGED
        change.before = packing.pack_all({name: now.get(name) for name in changed})
        change.after = packing.pack_all({name: taken[name] for name in changed})
        return change

    def _unsaid(self, row: Incoming) -> set[str]:
        """What a row takes from the name of its sheet: it fills a blank, and moves no record that has its district."""
        district = layouts.get(self.ledger).sheet(self.key).district_field
        return {c.attr for c in self.columns if c.field == district and not row.raw.get(district)}

    def _leaps(self, moved: Mapping[str, tuple[Any, Any]]) -> list[Finding]:
        """Amounts that moved by a thousandfold: the unit of one of the two is likelier wrong than either figure."""
        fields = {field.key: field for field in layouts.get(self.ledger).sheet(self.key).fields}
        return [
            verdicts.leap(column.field, *moved[name])
            for column in self.columns
            for name in (column.attr, EXTRA + column.field)
            if name in moved and fields[column.field].kind.is_money and verdicts.is_leap(*moved[name])
        ]

    def _left_alone(self, name: str) -> Finding:
        key = next((column.field for column in self.columns if column.attr == name), None)
        fields = layouts.get(self.ledger).sheet(self.key).fields
        named = next((field for field in fields if field.key == key), None)
        zh, en = (f"“{named.header_zh}”", f"“{named.header_en}”") if named else ("此项", "This")
        return Finding(
            key,
            "warning",
            f"{zh}须在系统内按程序办理，台账不改；本行其余内容照常。",
            f"{en} moves by its own steps in the system; the ledger leaves it alone and takes the rest of the row.",
            code="gated",
        )

    def give(self, record: Any, *, desk: Desk) -> dict[str, Any]:
        """A record in the columns of the sheet."""
        return {column.field: column.give(record, desk=desk) for column in self.columns}

    def invented_among(self, records: Sequence[Any]) -> set[Any]:
        """Which of the records are 示例数据, by the mark that `invented` names; one question at most."""
        owner, _, mark = self.invented.rpartition("__")
        if not owner:
            return {record.pk for record in records if getattr(record, mark)}
        owners = {getattr(record, f"{owner}_id") for record in records}
        marked = self.model._meta.get_field(owner).related_model._base_manager.filter(pk__in=owners, **{mark: True})
        found = set(marked.values_list("pk", flat=True))
        return {record.pk for record in records if getattr(record, f"{owner}_id") in found}


@dataclasses.dataclass(kw_only=True)
class DeclaredLedger:
    """A `protocol.Ledger` over declared sheets, in the order in which they refer to one another."""

    key: str
    thing: Thing
    sheets: Sequence[Sheet]
    is_confidential: bool = False
    context: tuple[ContextField, ...] = ()

    def __post_init__(self) -> None:
        for sheet in self.sheets:
            sheet.ledger = self.key

    @property
    def layout(self) -> Layout:
        return layouts.get(self.key)

    def may_use(self, person: Person) -> bool:
        return person.reach.hands_in(self.key) and person.reach.may(Act.WRITE, self.thing)

    def may_open(self, batch: Batch, *, by: Person) -> bool:
        """A firm its own; of what was handed to somebody else only while each record of it may be read."""
        if not self.is_confidential or by.reach.body_kind == BodyKind.FIRM:
            return True
        return self.may_use(by) and not any(self._holds_closed(sheet, batch, by) for sheet in self.sheets)

    def _holds_closed(self, sheet: Sheet, batch: Batch, by: Person) -> bool:
        if sheet.is_shared:
            return False
        rows = (
            batch.rows.filter(sheet=sheet.key)
            .exclude(subject_id="")
            .annotate(pk_of=Cast("subject_id", models.BigIntegerField()))
        )
        held = sheet.model._default_manager.filter(pk__in=rows.values("pk_of"))
        return bool(held.exclude(pk__in=sheet.model._default_manager.visible_to(by).values("pk")).exists())

    def sheet(self, key: str) -> Sheet:
        return next(sheet for sheet in self.sheets if sheet.key == key)

    def diff(
        self, rows: Sequence[Incoming], *, context: Mapping[str, Any], by: Person, since: int | None = None
    ) -> list[Change]:
        desk = Desk(by, dict(context), rows)
        found: dict[protocol.Place, Change] = {}
        for sheet in self.sheets:
            own = [row for row in rows if row.sheet == sheet.key]
            if own:
                recording.read_extras(self.key, sheet, desk)
            for row in own:
                found[row.place] = change = sheet.change_of(row, desk=desk)
                self._announce(sheet, change, row, desk)
            mine = [found[row.place] for row in own]
            verdicts.refuse_foreign(sheet, mine, by=by)
            verdicts.refuse_doubles(mine, names=[sheet.natural_of(change) for change in mine])
            if since is not None:
                merging.merge(sheet, mine, own, since=since, desk=desk)
        return [found[row.place] for row in rows if row.place in found]

    def _announce(self, sheet: Sheet, change: Change, row: Incoming, desk: Desk) -> None:
        """Tell later sheets which record this row is."""
        name = row.values.get(sheet.local_key) if sheet.local_key else None
        if not name:
            return
        if change.kind in (protocol.CHANGED, protocol.UNCHANGED):
            desk.local[sheet.key, str(name)] = int(change.subject_id)
        elif change.kind == protocol.NEW:
            desk.local[sheet.key, str(name)] = {"made": [sheet.key, str(name)]}

    def decide(self, question: str, *, decision: Mapping[str, Any], batch: Batch, by: Person) -> None:
        """Nothing is kept unless a ledger knows what its names mean."""

    def apply(self, changes: Sequence[Change], *, batch: Batch, by: Person) -> list[Applied]:
        return recording.apply(self, changes, batch=batch, by=by)

    def undo(self, rows: Sequence[StagedRow], *, batch: Batch, by: Person) -> list[Conflict]:
        return recording.undo(self, rows, batch=batch, by=by)

    def describer(self, *, language: str, by: Person) -> Callable[[StagedRow], Sequence[Any]]:
        return showing.describer(self, by=by, language=language)

    def clash_describer(self, *, language: str, by: Person) -> Callable[[StagedRow], Sequence[Any]]:
        return showing.clash_describer(self, by=by, language=language)

    def export(
        self, *, context: Mapping[str, Any], by: Person, only: Collection[int] | None = None
    ) -> dict[str, list[dict[str, Any]]]:
        desk = Desk(by, dict(context))
        given = {}
        for sheet in self.sheets:
            is_all = only is None or sheet is not self.sheets[0]
            records = [record for record in sheet.records(desk=desk) if is_all or record.pk in (only or ())]
            given[sheet.key] = self._given(sheet, records, desk=desk)
        return given

    def give(self, records: Mapping[str, Iterable[Any]], *, by: Person) -> dict[str, list[dict[str, Any]]]:
        """These records, by sheet, in the layout's own columns. The caller has checked that `by` may read them."""
        desk, told = Desk(by, {}), [sheet for sheet in self.sheets if sheet.key in records]
        return {sheet.key: self._given(sheet, records[sheet.key], desk=desk) for sheet in told}

    def _given(self, sheet: Sheet, records: Iterable[Any], *, desk: Desk) -> list[dict[str, Any]]:
        recording.read_extras(self.key, sheet, desk)
        found = list(records)
        invented = sheet.invented_among(found)
        return [{**sheet.give(record, desk=desk), INVENTED: record.pk in invented} for record in found]


def _attributes(model: type[models.Model]) -> set[str]:
    return {field.attname for field in model._meta.concrete_fields}
