"""盲比级填报表: names of suppliers without any amount; handed in by the firm alone, and read by it and the centre."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chainlab import names
from lianzhang.accounts.rules import Act, Thing
from lianzhang.intake.columns import Column, Desk, Refusal, Shown
from lianzhang.intake.protocol import Finding, Incoming
from lianzhang.registry.models import Enterprise, Level, SupplierMention
from lianzhang.registry.names import resolver
from lianzhang.registry.sheets.lines import AnswerSheet, LevelLedger, LineColumn, writable

if TYPE_CHECKING:
    from lianzhang.accounts.models import Person

TRADER = re.compile(r"贸易|商贸|进出口|供应链管理|物资|经销")


@dataclass(frozen=True, slots=True)
class SupplierColumn(Column):
    """供应商: the name as written; a registered firm where it is one beyond doubt."""

    def take(self, value: Any, *, row: Incoming, desk: Desk) -> dict[str, Any]:  # noqa: ARG002
        name = str(value).strip()
        found = resolver(desk).certain(name)
        key = names.normalise(resolver(desk).name_of[found] if found else name)
        return {"supplier_name": name, "supplier_id": found, "name_key": key[:200]}

    def give(self, record: Any, *, desk: Desk) -> Any:  # noqa: ARG002
        return record.supplier_name


def groups(desk: Desk) -> Mapping[int, int]:
    """Firm → the head of its group."""
    found: dict[int, int] = desk.once(
        "groups", lambda: {pk: parent or pk for pk, parent in Enterprise.objects.values_list("pk", "parent_id")}
    )
    return found


def expect_supplier(supplier: int | None, name: str, *, firm_id: int, row: Incoming, desk: Desk) -> None:
    """A firm is not its own supplier; one of its group, and a trader, are taken and said."""
    if supplier == firm_id:
        raise Refusal(
            f"“{name}”就是本企业，不能是自己的供应商；自制的请填“自制”，不列供应商。",
            f"“{name}” is the firm itself; what it makes itself has no supplier.",
            field="supplier",
            code="own_supplier",
        )
    head = groups(desk)
    if supplier is not None and head.get(supplier) == head.get(firm_id):
        desk.warn(
            row,
            Finding(
                "supplier",
                "warning",
                f"“{name}”与本企业同属一个集团，按集团内计，不与外购重复计算。",
                f"“{name}” belongs to the same group: counted as within the group, not twice.",
                code="same_group",
            ),
        )
    if TRADER.search(name):
        desk.warn(
            row,
            Finding(
                "supplier",
                "warning",
                f"“{name}”像是贸易商。请填实际生产企业；确由其生产的不用改。",
                f"“{name}” looks like a trader. Name the maker; leave it where this firm does make it.",
                code="trader_as_maker",
            ),
        )


class MentionSheet(AnswerSheet):
    """盲比级: one row a supplier of a product line, with a category or without."""

    level = Level.NAMES

    def of_ledger(self, found: Any) -> Any:
        return super().of_ledger(found).select_related("supplier")

    def fill(self, taken: dict[str, Any], *, row: Incoming, desk: Desk) -> None:
        taken["category"] = taken.get("category") or ""
        line = next(one for one in writable(desk, self.level) if one.pk == taken["line_id"])
        expect_supplier(taken["supplier_id"], taken["supplier_name"], firm_id=line.firm_id, row=row, desk=desk)


@dataclasses.dataclass(kw_only=True)
class MentionLedger(LevelLedger):
    """盲比级: names are handed in by nobody but the firm, and its batch is read by nobody else."""

    def may_use(self, person: Person) -> bool:
        return person.reach.hands_in(self.key) and person.reach.may(Act.WRITE, Thing.PURCHASE)


SUPPLIER_MENTIONS = MentionLedger(
    key="supplier_mentions",
    level=Level.NAMES,
    thing=Thing.PURCHASE,
    is_confidential=True,
    sheets=(
        MentionSheet(
            key="suppliers",
            model=SupplierMention,
            noun="mention",
            code_field=None,
            natural=("line_id", "category", "name_key"),
            columns=(
                Shown("firm", "line", shown=lambda record: record.line.firm.name),
                LineColumn("line", "line_id", level=Level.NAMES),
                SupplierColumn("supplier", "supplier_name"),
                Column("category", "category"),
            ),
        ),
    ),
)
