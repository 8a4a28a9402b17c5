"""What the answers of every level share: which product line a row speaks of, who may answer for it, and since when."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet
from django.utils import timezone

from chainlab import names
from chainlab.sheets.reading import Blank
from lianzhang.accounts.rules import Act, BodyKind, Thing
from lianzhang.intake import packing, protocol
from lianzhang.intake.columns import Column, Desk, Refusal
from lianzhang.intake.declared import DeclaredLedger, Sheet
from lianzhang.intake.protocol import Applied, Change, Finding, Incoming
from lianzhang.registry.models import Level, Part, ProductLine, TreeNode
from lianzhang.registry.models.grants import lines_opened

if TYPE_CHECKING:
    from lianzhang.accounts.models import Person
    from lianzhang.intake.models import Batch


LEFT_OPEN = Finding(None, "note", "未填，不写入。", "Left open: nothing is written.", code="left_open")
SIGNED = ("answered_on", "answered_by_id", "proxy_id")


def own_lines(person: Person) -> Any:
    """The product lines of the person's own firm, where the person answers for it."""
    return ProductLine.objects.editable_by(person).select_related("firm", "product")


def writable(desk: Desk, level: str) -> list[ProductLine]:
    """The lines whose answers of `level` the person may hand in: the own firm's, and those a grant opens."""

    def find() -> list[ProductLine]:
        found = {line.pk: line for line in own_lines(desk.by)}
        for line in lines_opened(level, person=desk.by).select_related("firm", "product"):
            found.setdefault(line.pk, line)
        return list(found.values())

    made: list[ProductLine] = desk.once(("lines", level), find)
    return made


@dataclass(frozen=True, slots=True)
class LineColumn(Column):
    """产品线: by its name in the firm; the only line where none is named."""

    level: str = Level.BANDS

    def take(self, value: Any, *, row: Incoming, desk: Desk) -> dict[str, Any]:
        said = "" if isinstance(value, Blank) else str(value or "")
        firm = str(row.values.get("firm") or "")
        lines = [line for line in writable(desk, self.level) if not firm or _same(line.firm.name, firm)]
        if firm and not lines:
            raise Refusal(
                f"“{firm}”没有您可填报的产品线：请核对企业名称，或请企业先授权。",
                f"“{firm}” has no product line you may answer for: check the name, or ask the firm for a grant.",
                field="firm",
                code="permission",
            )
        found = (
            [line for line in lines if _same(line.name, said)] if said else [line for line in lines if line.is_active]
        )
        if len(found) != 1:
            raise self._unclear(said, lines)
        self._expect_open(found[0])
        return {self.attr: found[0].pk}

    def _unclear(self, said: str, lines: Iterable[ProductLine]) -> Refusal:
        known = "、".join(sorted({line.name for line in lines})) or "—"
        if said:
            return Refusal(
                f"没有名为“{said}”的产品线。已登记的有：{known}。请核对，或先登记产品线。",
                f"There is no product line “{said}”. Known: {known}. Check the name, or enter the line first.",
                field=self.field,
                code="unknown_reference",
            )
        return Refusal(
            f"未填产品线，无法判断是哪一条：{known}。",
            f"No product line given; it may be any of: {known}.",
            field=self.field,
            code="required",
        )

    def _expect_open(self, line: ProductLine) -> None:
        level = Level(self.level)
        if not line.is_active:
            raise Refusal(
                f"产品线“{line.name}”已停用，不再填报。",
                f"Product line “{line.name}” is no longer in use.",
                field=self.field,
            )
        if level.value not in line.levels:
            raise Refusal(
                f"产品线“{line.name}”没有选{level.label}；请先在“产品线与披露层级”中选定，再填报。",
                f"Product line “{line.name}” does not answer at this level; choose the level first.",
                field=self.field,
                code="level_not_chosen",
            )

    def give(self, record: Any, *, desk: Desk) -> Any:  # noqa: ARG002
        return record.line.name if record.line else None


def _proxy(batch: Batch) -> int | None:
    """The body that hands in for a firm; nothing where the firm does itself."""
    return None if batch.body.kind == BodyKind.FIRM else batch.body_id


def _same(one: str, other: str) -> bool:
    return names.normalise(one) == names.normalise(other)


class AnswerSheet(Sheet):
    """Answers about a product line: written by those who may answer for it, dated and signed as they come in."""

    level: str = Level.BANDS
    answers: tuple[str, ...] = ()  # the attributes of which one at least makes a row an answer

    def of_ledger(self, found: Any) -> Any:
        return found.select_related("line__firm")

    def take(self, row: Incoming, *, desk: Desk) -> dict[str, Any]:
        """A row that names no line is of the only one there is."""
        return super().take(dataclasses.replace(row, values={"line": None, **row.values}), desk=desk)

    def may_create(self, taken: Mapping[str, Any], *, desk: Desk) -> bool:
        return taken.get("line_id") in {line.pk for line in writable(desk, self.level)}

    def label(self, taken: Mapping[str, Any], *, record: Any | None, row: Incoming) -> str:  # noqa: ARG002
        said = (row.raw.get(key, "") for key in ("line", "category", "plant", "part", "supplier"))
        return " ".join(word for word in said if word)

    def candidates(self, desk: Desk) -> Iterable[Any]:
        found: Iterable[Any] = self.model.objects.filter(line__in=[line.pk for line in writable(desk, self.level)])
        return found

    def records(self, *, desk: Desk) -> Iterable[Any]:
        found: QuerySet[Any] = self.of_ledger(self.model.objects.visible_to(desk.by))
        return found.order_by("line__firm__name", "line__name", "pk")

    def build(self, taken: dict[str, Any], *, desk: Desk, batch: Batch) -> Any:
        record = super().build(taken, desk=desk, batch=batch)
        line = next((one for one in writable(desk, self.level) if one.pk == record.line_id), None)
        record.answered_on, record.answered_by = timezone.localdate(batch.uploaded_at), desk.by
        if hasattr(record, "proxy_id"):
            record.proxy_id = _proxy(batch)
        record.is_illustrative = bool(line and line.is_illustrative)
        return record

    def change_of(self, row: Incoming, *, desk: Desk) -> Change:
        """Who answered before, and when, is put back with the answer when the import is undone."""
        change = super().change_of(row, desk=desk)
        if change.kind == protocol.NEW and self.answers and not self._says(change.after):
            change.kind, change.after = protocol.IGNORED, {}
            change.findings = [LEFT_OPEN]
            return change
        if change.kind == protocol.CHANGED:
            signed = self._signatures(desk)[int(change.subject_id)]
            change.before |= packing.pack_all(signed)
        return change

    def _says(self, after: Mapping[str, Any]) -> bool:
        return bool(after.get("is_withheld")) or any(name in after for name in self.answers)

    def _signatures(self, desk: Desk) -> dict[int, dict[str, Any]]:
        found: dict[int, dict[str, Any]] = desk.once(
            (self.key, "signed"),
            lambda: {
                one.pk: {name: getattr(one, name) for name in SIGNED if hasattr(one, name)}
                for one in self.candidates(desk)
            },
        )
        return found


@dataclasses.dataclass(kw_only=True)
class LevelLedger(DeclaredLedger):
    """填报表 of one level: the firm's own contact, and whoever the firm let read that level and hands it in for it."""

    level: str

    def apply(self, changes: Sequence[Change], *, batch: Batch, by: Person) -> list[Applied]:
        """A changed answer is of the day it was handed in, and of who did."""
        signed = {"answered_on": timezone.localdate(batch.uploaded_at), "answered_by_id": by.pk}
        if any(hasattr(sheet.model, "proxy_id") for sheet in self.sheets):
            signed["proxy_id"] = _proxy(batch)
        for change in changes:
            if change.kind == protocol.CHANGED:
                change.after |= packing.pack_all(signed)
        return super().apply(changes, batch=batch, by=by)

    def may_use(self, person: Person) -> bool:
        reach = person.reach
        if not (reach.hands_in(self.key) and reach.may(Act.READ, Thing.PURCHASE)):
            return False
        return reach.may(Act.WRITE, Thing.PURCHASE) or bool(writable(Desk(person, {}), self.level))


def categories_known(desk: Desk) -> set[str]:
    """Categories of the standard trees published now, as they are compared."""

    def find() -> set[str]:
        parts = Part.objects.filter(pk__in=TreeNode.objects.standing().order_by().values("part"))
        return {
            names.normalise(category) for category in parts.order_by().values_list("category", flat=True).distinct()
        }

    found: set[str] = desk.once("categories of the trees", find)
    return found


def warn_unknown_category(category: str, *, row: Incoming, desk: Desk) -> None:
    """A category in no tree is taken, and said: nobody else's answers add up with it."""
    if category and names.normalise(category) not in categories_known(desk):
        desk.warn(
            row,
            Finding(
                "category",
                "warning",
                f"类别“{category}”不在已发布的标准零部件树中，照收，但不能与其他企业的同类合计。请核对写法。",
                f"Category “{category}” is in no published tree: taken, but it adds up with nobody else's. Check it.",
                code="category_in_no_tree",
            ),
        )
