"""目录级填报表: the published standard tree, ticked part by part; an answer remembers the tree it was given by."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chainlab import names
from chainlab.sheets.reading import Blank
from lianzhang.accounts.rules import Thing
from lianzhang.intake import protocol
from lianzhang.intake.columns import Column, Desk, Refusal, Shown
from lianzhang.intake.protocol import Applied, Change, Finding, Incoming
from lianzhang.registry import asking
from lianzhang.registry.models import Level, Part, PartAnswer
from lianzhang.registry.sheets.lines import AnswerSheet, LevelLedger, LineColumn, writable

if TYPE_CHECKING:
    from lianzhang.accounts.models import Person
    from lianzhang.intake.models import Batch

INDENT = "　"


@dataclass(frozen=True, slots=True)
class PartColumn(Column):
    """零部件: by its code, else by its name; the catalogue is not added to here."""

    def take(self, value: Any, *, row: Incoming, desk: Desk) -> dict[str, Any]:
        by_code, by_name = desk.once("parts of the catalogue", _catalogue)
        said = str(row.values.get("part_code") or "").strip()
        found = by_code.get(said) or by_name.get(names.normalise(str(value or "")))
        if found is None:
            raise Refusal(
                f"零部件“{value}”不在标准零部件树中。请用所发表格中的行，缺少的零部件请告知创新中心或专班补入。",
                f"Part “{value}” is in no standard tree. Use the form’s rows; ask the keeper to add what is missing.",
                field=self.field,
                code="part_in_no_tree",
            )
        return {self.attr: found}

    def give(self, record: Any, *, desk: Desk) -> Any:  # noqa: ARG002
        return INDENT * max(getattr(record, "depth", 1) - 1, 0) + str(record.part.name)


def _catalogue() -> tuple[dict[str, int], dict[str, int]]:
    rows = list(Part.objects.order_by("-pk").values_list("pk", "code", "name"))
    return {code: pk for pk, code, _name in rows}, {names.normalise(name): pk for pk, _code, name in rows}


@dataclass(frozen=True, slots=True)
class MakeColumn(Column):
    """来源方式, or 按约定不提供."""

    def take(self, value: Any, *, row: Incoming, desk: Desk) -> dict[str, Any]:  # noqa: ARG002
        is_withheld = value is Blank.WITHHELD
        return {self.attr: None if isinstance(value, Blank) else value, "is_withheld": is_withheld}

    def give(self, record: Any, *, desk: Desk) -> Any:  # noqa: ARG002
        return Blank.WITHHELD if record.is_withheld else record.make or None


def outlines(desk: Desk) -> Mapping[int, asking.Outline]:
    """The published trees of the lines the person may answer for."""
    found: Mapping[int, asking.Outline] = desk.once("outlines", lambda: asking.outlines(writable(desk, Level.TICKS)))
    return found


class TickSheet(AnswerSheet):
    """目录级: one row a part of a product line."""

    level = Level.TICKS
    answers = ("make", "is_supplier_local", "is_welcome")

    def of_ledger(self, found: Any) -> Any:
        return super().of_ledger(found).select_related("part")

    def fill(self, taken: dict[str, Any], *, row: Incoming, desk: Desk) -> None:
        outline = outlines(desk).get(taken["line_id"])
        if outline is None or taken["part_id"] in outline.parts:
            return
        said = row.raw.get("part", "").strip()
        desk.warn(
            row,
            Finding(
                "part",
                "warning",
                f"零部件“{said}”不在该产品线现行的标准零部件树中（树已更新，或产品线没有对应整机）；答复照收，不计入本轮。",
                f"Part “{said}” is not in the tree published now for this line; the answer is kept but not asked for.",
                code="part_in_no_tree",
            ),
        )

    def build(self, taken: dict[str, Any], *, desk: Desk, batch: Batch) -> Any:
        record = super().build(taken, desk=desk, batch=batch)
        outline = outlines(desk).get(record.line_id)
        record.tree_version = outline.version if outline else None
        return record


@dataclasses.dataclass(kw_only=True)
class TickLedger(LevelLedger):
    """目录级: a changed answer is one by the tree of today."""

    def apply(self, changes: Sequence[Change], *, batch: Batch, by: Person) -> list[Applied]:
        desk = Desk(by, {})
        changed = [change for change in changes if change.kind == protocol.CHANGED]
        lines = dict(
            PartAnswer.objects.filter(pk__in=[int(change.subject_id) for change in changed]).values_list(
                "pk", "line_id"
            )
        )
        for change in changed:
            outline = outlines(desk).get(lines.get(int(change.subject_id), 0))
            if outline is not None and outline.version is not None:
                change.after["tree_version_id"] = outline.version.pk
        return super().apply(changes, batch=batch, by=by)


PART_ANSWERS = TickLedger(
    key="part_answers",
    level=Level.TICKS,
    thing=Thing.PURCHASE,
    is_confidential=True,
    sheets=(
        TickSheet(
            key="answers",
            model=PartAnswer,
            noun="part_answer",
            code_field=None,
            natural=("line_id", "part_id"),
            columns=(
                Shown("firm", "line", shown=lambda record: record.line.firm.name),
                LineColumn("line", "line_id", level=Level.TICKS),
                Shown("part_code", "part", shown=lambda record: record.part.code),
                PartColumn("part", "part_id"),
                Shown("category", "part", shown=lambda record: record.part.category or None),
                MakeColumn("make", "make"),
                Column("is_supplier_local", "is_supplier_local"),
                Column("is_welcome", "is_welcome"),
            ),
        ),
    ),
)
