"""拆零件工作簿: parts, bills, purchases and capabilities. Confidential: only the uploading body sees the rows.

Ids in the workbook hold inside the workbook only; a firm is known by code and name, a part by its code here or its
name. Firms and parts are shared records: where they differ from the workbook they are left as they are.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from chainlab import names
from chainlab.sheets.reading import Band, Blank
from lianzhang.accounts.rules import Act, Thing
from lianzhang.chains.sheets import granted, naming
from lianzhang.intake import packing, protocol
from lianzhang.intake.columns import Column, Desk, Kept, Local, Refusal, Shown
from lianzhang.intake.declared import DeclaredLedger, Sheet
from lianzhang.intake.protocol import Finding, Incoming
from lianzhang.registry import actions
from lianzhang.registry.models import BomLine, Capability, Enterprise, Part, Purchase
from lianzhang.registry.names import resolver
from lianzhang.registry.sheets import years

if TYPE_CHECKING:
    from lianzhang.accounts.models import Person
    from lianzhang.intake.models import Batch

UNHOMED = ("group_name", "is_trader", "remark")  # columns of the firms sheet that the register has no field for


class FirmSheet(Sheet):
    """企业: found like everywhere; a new one enters the register with name, code and place only."""

    def fill(self, taken: dict[str, Any], *, row: Incoming, desk: Desk) -> None:
        taken["name_key"] = names.normalise(str(taken["name"]))
        taken["name_initials"] = actions.initials(str(taken["name"]))
        filled = [key for key in UNHOMED if row.values.get(key) not in (None, "")]
        if filled:
            zh = "、".join(field.header_zh for field in _fields("firms") if field.key in filled)
            en = ", ".join(field.header_en for field in _fields("firms") if field.key in filled)
            desk.warn(row, Finding(None, "note", f"{zh}：暂不入库。", f"{en}: not kept.", code="not_kept"))

    def find(self, taken: dict[str, Any], *, row: Incoming, desk: Desk) -> Any | None:
        known = self._by_own_code(desk).get(str(row.values.get("firm_id")))
        if known is not None:
            if known.name_key == taken["name_key"]:
                # What is worked out of a name is written with the name, not by handing the same name in again.
                taken.pop("name_initials")
            return known
        found = resolver(desk).resolve(
            str(taken["name"]), credit_code=taken.get("credit_code"), decision=row.decision, field="name"
        )
        if found is None:
            return None
        taken.pop("name")
        taken.pop("name_key")
        taken.pop("name_initials")
        return Enterprise.objects.get(pk=found)

    def _by_own_code(self, desk: Desk) -> dict[str, Any]:
        codes = {str(r.values.get("firm_id")) for r in desk.rows if r.sheet == self.key}
        found: dict[str, Any] = desk.once(
            "firms by code",
            lambda: {r.code: r for r in Enterprise.objects.filter(code__in=codes, merged_into__isnull=True)},
        )
        return found

    def may_create(self, taken: Mapping[str, Any], *, desk: Desk) -> bool:  # noqa: ARG002
        return bool(granted.permitted(desk))

    def label(self, taken: Mapping[str, Any], *, record: Any | None, row: Incoming) -> str:  # noqa: ARG002
        return str(row.raw.get("name", ""))

    def natural_of(self, change: protocol.Change) -> Any:
        # Two ids for one registered firm are no contradiction: both mean it.
        return None if change.subject_id else change.after.get("name_key")

    def records(self, *, desk: Desk) -> Iterable[Any]:
        return Enterprise.objects.filter(pk__in=granted.firms(desk)).order_by("code")


class PartSheet(Sheet):
    """零部件: found by our own code, else by name."""

    def find(self, taken: dict[str, Any], *, row: Incoming, desk: Desk) -> Any | None:
        parts = desk.once("parts", lambda: list(Part.objects.all()))
        by_code: dict[str, Any] = desk.once("parts by code", lambda: {part.code: part for part in parts})
        by_name: dict[str, Any] = desk.once(
            "parts by name", lambda: {names.normalise(part.name): part for part in reversed(parts)}
        )
        return by_code.get(str(row.values["part_id"])) or by_name.get(names.normalise(str(taken["name"])))

    def may_create(self, taken: Mapping[str, Any], *, desk: Desk) -> bool:  # noqa: ARG002
        return bool(granted.permitted(desk))

    def label(self, taken: Mapping[str, Any], *, record: Any | None, row: Incoming) -> str:  # noqa: ARG002
        return str(row.raw.get("name", ""))

    def natural_of(self, change: protocol.Change) -> Any:
        return None if change.subject_id else names.normalise(str(change.after.get("name")))

    def records(self, *, desk: Desk) -> Iterable[Any]:
        return Part.objects.filter(pk__in=granted.parts(desk)).order_by("code")


class BomSheet(Sheet):
    """物料清单: belongs to the one anchor firm of the workbook."""

    def fill(self, taken: dict[str, Any], *, row: Incoming, desk: Desk) -> None:  # noqa: ARG002
        taken["firm_id"] = self._owner(desk)
        if taken["parent_id"] == taken["child_id"]:
            raise Refusal(
                "零部件不能包含自己。", "A part cannot contain itself.", field="child_id", code="contains_itself"
            )
        if Decimal(taken["quantity"]) <= 0:
            raise Refusal("用量须大于 0。", "The quantity must be above 0.", field="quantity")

    def _owner(self, desk: Desk) -> Any:
        """The firm whose bill this is: the uploader's own, else the only buyer of the workbook it may write for."""
        own = desk.once(
            "own firm",
            lambda: Enterprise.objects.filter(body_id=desk.by.reach.body_id or 0).values_list("pk", flat=True).first(),
        )
        if own is not None:
            return own
        anchors = {
            desk.local.get(("firms", str(row.values.get("firm_id"))))
            for row in desk.rows
            if row.sheet == "firms" and row.values.get("role") == "anchor" and row.values.get("firm_id")
            if isinstance(desk.local.get(("firms", str(row.values.get("firm_id")))), int)
        }
        mine = [pk for pk in anchors if pk in granted.permitted(desk)]
        if len(mine) != 1:
            raise Refusal(
                "物料清单须属于一家链主：本工作簿应只有一家您获授权的链主企业。",
                "A bill of materials belongs to one anchor: the workbook should have exactly one that granted you.",
                code="owner_unclear",
            )
        return mine[0]

    def may_create(self, taken: Mapping[str, Any], *, desk: Desk) -> bool:
        return taken.get("firm_id") in granted.permitted(desk)

    def label(self, taken: Mapping[str, Any], *, record: Any | None, row: Incoming) -> str:  # noqa: ARG002
        return f"{row.raw.get('parent_id', '')} → {row.raw.get('child_id', '')}"

    def candidates(self, desk: Desk) -> Iterable[Any]:
        return BomLine.objects.filter(firm__in=granted.permitted(desk))

    def records(self, *, desk: Desk) -> Iterable[Any]:
        return BomLine.objects.filter(firm__in=granted.permitted(desk)).select_related("parent", "child").order_by("pk")


@dataclass(frozen=True, slots=True)
class AmountColumn(Column):
    """年采购额: an exact amount, a band, or 按约定不提供; the three are kept apart and apart from 未填."""

    def take(self, value: Any, *, row: Incoming, desk: Desk) -> dict[str, Any]:  # noqa: ARG002
        none = {"amount_wan": None, "amount_low_wan": None, "amount_high_wan": None, "is_withheld": False}
        match value:
            case Blank.WITHHELD:
                return {**none, "is_withheld": True}
            case Band() if value.is_exact:
                return {**none, "amount_wan": value.low_wan}
            case Band():
                return {**none, "amount_low_wan": value.low_wan, "amount_high_wan": value.high_wan}
            case _:
                return none

    def give(self, record: Any, *, desk: Desk) -> Any:  # noqa: ARG002
        if record.is_withheld:
            return Blank.WITHHELD
        if record.amount_wan is not None:
            return Band(record.amount_wan, record.amount_wan)
        if record.amount_low_wan is not None:
            return Band(record.amount_low_wan, record.amount_high_wan)
        return None


class PurchaseSheet(Sheet):
    """采购: only of the own firm or of one that granted the own body; anything else is a permission error."""

    def of_ledger(self, found: Any) -> Any:
        return found.select_related("buyer", "part")

    def fill(self, taken: dict[str, Any], *, row: Incoming, desk: Desk) -> None:  # noqa: ARG002
        naming.year_from_context(taken, desk=desk)
        years.expect(taken["year"])
        taken.setdefault("make", Purchase.Make.BOUGHT)
        taken.setdefault("plant", "")
        taken.setdefault("supplier_id", None)
        if taken["supplier_id"] == taken["buyer_id"]:
            if taken["make"] != Purchase.Make.OWN:
                raise Refusal(
                    "供应商就是采购企业；自制的请在“采购方式”填“自制”。",
                    "The supplier is the buyer; for own make say so in “Sourcing”.",
                    field="supplier_id",
                )
            taken["supplier_id"] = None

    def natural_key(self, values: Mapping[str, Any]) -> tuple[Any, ...]:
        """One supplier's row stays the same row when its sourcing is corrected from bought to in-group; with no
        supplier, own make and a supplier not known are two things."""
        own = not values.get("supplier_id") and values.get("make") == Purchase.Make.OWN
        return super().natural_key({**values, "make": own})

    def natural_of(self, change: protocol.Change) -> Any:
        if change.kind == protocol.NEW:
            return self.natural_key({name: packing.unpack(change.after.get(name)) for name in self.natural})
        return super().natural_of(change)

    def find(self, taken: dict[str, Any], *, row: Incoming, desk: Desk) -> Any | None:
        """The row of the same supplier; else the one whose supplier was not filled in until now.

        Kept apart, the amount would count twice: once from nobody, once from the supplier since named.
        """
        found = super().find(taken, row=row, desk=desk)
        if found is not None or not taken["supplier_id"] or taken["make"] == Purchase.Make.OWN:
            return found
        nameless = self.by_natural(desk).get(self.natural_key({**taken, "supplier_id": None, "make": ""}))
        if nameless is None or self._nameless_key(row.values) in self._still_nameless(desk):
            return None
        claimed: dict[int, int] = desk.once("nameless purchases since named", dict)
        return nameless if claimed.setdefault(nameless.pk, row.row_number) == row.row_number else None

    def _still_nameless(self, desk: Desk) -> set[tuple[str, ...]]:
        """Rows of the workbook that go on without a supplier, by whose and which part they are."""
        rows = (row.values for row in desk.rows if row.sheet == self.key)
        found: set[tuple[str, ...]] = desk.once(
            "purchases without a supplier", lambda: {self._nameless_key(v) for v in rows if not v.get("supplier_id")}
        )
        return found

    def _nameless_key(self, values: Mapping[str, Any]) -> tuple[str, ...]:
        return tuple(str(values.get(name) or "") for name in ("buyer_id", "part_id", "plant", "year"))

    def may_create(self, taken: Mapping[str, Any], *, desk: Desk) -> bool:
        return taken.get("buyer_id") in granted.permitted(desk)

    def label(self, taken: Mapping[str, Any], *, record: Any | None, row: Incoming) -> str:  # noqa: ARG002
        return " ".join(str(row.raw.get(key, "")) for key in ("buyer_id", "part_id", "supplier_id"))

    def candidates(self, desk: Desk) -> Iterable[Any]:
        return Purchase.objects.filter(buyer__in=granted.permitted(desk))

    def records(self, *, desk: Desk) -> Iterable[Any]:
        return Purchase.objects.visible_to(desk.by).select_related("buyer", "part", "supplier").order_by("pk")


class CapabilitySheet(Sheet):
    """能力: who is able to make what."""

    def may_create(self, taken: Mapping[str, Any], *, desk: Desk) -> bool:  # noqa: ARG002
        return bool(granted.permitted(desk))

    def label(self, taken: Mapping[str, Any], *, record: Any | None, row: Incoming) -> str:  # noqa: ARG002
        return f"{row.raw.get('firm_id', '')} {row.raw.get('part_id', '')}"

    def records(self, *, desk: Desk) -> Iterable[Any]:
        found = Capability.objects.visible_to(desk.by) | Capability.objects.filter(enterprise__in=granted.firms(desk))
        return found.filter(part__in=granted.parts(desk)).select_related("enterprise", "part").order_by("pk")


class TeardownLedger(DeclaredLedger):
    """拆零件工作簿 as the intake knows it."""

    def may_use(self, person: "Person") -> bool:
        """A firm's own contact, and a body that some firm has granted its purchases."""
        reach = person.reach
        if not (reach.hands_in(self.key) and reach.may(Act.READ, Thing.PURCHASE)):
            return False
        return reach.may(Act.WRITE, Thing.PURCHASE) or bool(granted.permitted(Desk(person, {})))

    def decide(self, question: str, *, decision: Mapping[str, Any], batch: "Batch", by: "Person") -> None:
        actions.keep_decision(question, decision=decision, batch_code=batch.code, may_enter=False, by=by)


def _part(field: str, attr: str, back: Callable[[Any], Any]) -> Local:
    """A part by its id in the sheet 零部件, or by its code."""
    return Local(field, attr, sheet="parts", standing=granted.standing_parts, back=back)


def _firm(field: str, attr: str, back: Callable[[Any], Any]) -> Local:
    """A firm by its id in the sheet 企业, or by its code."""
    return Local(field, attr, sheet="firms", standing=granted.standing_firms, back=back)


def _fields(sheet: str) -> Any:
    return TEARDOWN.layout.sheet(sheet).fields


TEARDOWN = TeardownLedger(
    key="teardown",
    thing=Thing.PURCHASE,
    is_confidential=True,
    context=(naming.years(2020, 2030),),
    sheets=(
        FirmSheet(
            key="firms",
            model=Enterprise,
            noun="enterprise",
            code_field=None,
            prefix="QY",
            local_key="firm_id",
            is_shared=True,
            columns=(
                Shown("firm_id", "code", shown=lambda record: record.code),
                Column("uscc", "credit_code"),
                Column("name", "name"),
                Column("region_code", "region_code"),
                Shown("role", "code"),
                *(Shown(key, "code") for key in UNHOMED),
            ),
        ),
        PartSheet(
            key="parts",
            model=Part,
            noun="part",
            code_field=None,
            prefix="LJ",
            local_key="part_id",
            is_shared=True,
            columns=(
                Shown("part_id", "code", shown=lambda record: record.code),
                Column("name", "name"),
                Column("category", "category"),
                Kept("segment"),
                Kept("layer"),
                Kept("specification"),
                Kept("substitution_difficulty"),
                Column("alternative_group", "alternative_group"),
                Column("remark", "note"),
            ),
        ),
        BomSheet(
            key="bom",
            model=BomLine,
            noun="bom_line",
            code_field=None,
            natural=("firm_id", "parent_id", "child_id"),
            columns=(
                _part("parent_id", "parent_id", lambda record: record.parent.code),
                _part("child_id", "child_id", lambda record: record.child.code),
                Column("quantity", "quantity"),
                Column("unit", "unit"),
            ),
        ),
        PurchaseSheet(
            is_main=True,
            key="purchases",
            model=Purchase,
            noun="purchase",
            code_field=None,
            natural=("buyer_id", "part_id", "supplier_id", "year", "make", "plant"),
            columns=(
                _firm("buyer_id", "buyer_id", lambda record: record.buyer.code),
                _part("part_id", "part_id", lambda record: record.part.code),
                _firm("supplier_id", "supplier_id", lambda record: record.supplier.code if record.supplier else None),
                AmountColumn("amount_wan", "amount_wan"),
                Column("mode", "make"),
                Column("plant", "plant"),
                Kept("plant_region_code"),
                Column("origin_region_code", "production_region"),
                Column("is_via_trader", "is_trader"),
                Column("is_import", "is_import"),
                Kept("import_country"),
                Column("certification_months", "certification_months"),
                Column("year", "year"),
                Column("remark", "note"),
            ),
        ),
        CapabilitySheet(
            key="capabilities",
            model=Capability,
            noun="capability",
            code_field=None,
            natural=("enterprise_id", "part_id"),
            is_shared=True,
            columns=(
                _firm("firm_id", "enterprise_id", lambda record: record.enterprise.code),
                _part("part_id", "part_id", lambda record: record.part.code),
                Column("is_qualified", "is_qualified"),
                Column("capacity_wan", "capacity_wan"),
                Column("remark", "evidence_note"),
            ),
        ),
    ),
)
