"""采购导出表: rows as a firm's own system exports them; material groups are asked once, amounts are added up."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from chainlab import names
from chainlab.sheets.reading import Blank
from lianzhang.accounts.rules import Act, Thing
from lianzhang.intake import packing, protocol
from lianzhang.intake.columns import Column, Desk, Kept, Question, Refusal, Shown
from lianzhang.intake.declared import DeclaredLedger, Sheet
from lianzhang.intake.protocol import Change, ContextField, Finding, Incoming, Proposal
from lianzhang.registry import materials
from lianzhang.registry.models import Enterprise, Level, MaterialGroup, Purchase
from lianzhang.registry.names import resolver
from lianzhang.registry.sheets import years
from lianzhang.registry.sheets.lines import LineColumn
from lianzhang.registry.sheets.mentions import expect_supplier, groups

if TYPE_CHECKING:
    from lianzhang.accounts.models import Person
    from lianzhang.intake.models import Batch

YUAN = {"", "cny", "rmb", "人民币", "元", "¥"}
YEARS = range(2030, 2019, -1)


def own_firm(desk: Desk) -> Enterprise:
    """The firm whose export this is."""
    found: Enterprise | None = desk.once(
        "own firm", lambda: Enterprise.objects.filter(body_id=desk.by.reach.body_id or 0).first()
    )
    if found is None:
        raise Refusal("采购导出表只能由企业自己导入。", "Only a firm itself hands in its export.", code="permission")
    return found


def kept_groups(desk: Desk) -> dict[str, MaterialGroup]:
    """What the firm's groups mean, by their code as it is compared."""
    found: dict[str, MaterialGroup] = desk.once(
        "material groups",
        lambda: {_code(one.code): one for one in MaterialGroup.objects.visible_to(desk.by).select_related("part")},
    )
    return found


def _code(said: Any) -> str:
    return str(said or "").strip().upper()


def asked_of(row: Incoming, *, desk: Desk) -> tuple[str, str]:
    """What is asked about the row's group, once for the group however it is described, and its first description."""
    code, said = _code(row.values.get("group")), str(row.values.get("group_name") or "").strip()
    name: str = desk.once(("name of group", code), lambda: said)
    return f"{code} {name}".strip()[:200], name


@dataclass(frozen=True, slots=True)
class GroupColumn(Column):
    """物料组: what it means is asked the first time, and taken silently from then on."""

    def take(self, value: Any, *, row: Incoming, desk: Desk) -> dict[str, Any]:
        code = _code(value)
        held = kept_groups(desk).get(code)
        if held is not None and held.part_id is not None:
            return {self.attr: held.part_id}
        asked, name = asked_of(row, desk=desk)
        found: list[Proposal] = desk.once(
            ("meanings", asked),
            lambda: [Proposal(one.key, one.label, one.score) for one in materials.meanings(code, name)],
        )
        raise Question(
            asked,
            found,
            zh=f"物料组“{asked}”还没有对照，请认定是哪种零部件或哪一类；认定后保存在本企业，以后不再问。",
            en=f"Material group “{asked}” is not known yet: say which part or category it is; it is then kept.",
            field=self.field,
        )

    def give(self, record: Any, *, desk: Desk) -> Any:
        held = _groups_of_parts(desk).get(record.part_id)
        return held.code if held else None


def _groups_of_parts(desk: Desk) -> dict[int | None, MaterialGroup]:
    found: dict[int | None, MaterialGroup] = desk.once(
        "groups of parts",
        lambda: {one.part_id: one for one in MaterialGroup.objects.visible_to(desk.by).order_by("-code")},
    )
    return found


@dataclass(frozen=True, slots=True)
class GroupName(Shown):
    """物料组描述: kept with the group, not with the row."""

    def give(self, record: Any, *, desk: Desk) -> Any:
        held = _groups_of_parts(desk).get(record.part_id)
        return held.name or None if held else None


@dataclass(frozen=True, slots=True)
class OptionalLine(LineColumn):
    """产品线: rows may be of the firm as a whole."""

    def take(self, value: Any, *, row: Incoming, desk: Desk) -> dict[str, Any]:
        if isinstance(value, Blank) or not value:
            return {self.attr: None}
        return LineColumn.take(self, value, row=row, desk=desk)


@dataclass(frozen=True, slots=True)
class SupplierColumn(Column):
    """供应商: a registered firm where it is one beyond doubt, else the name as written."""

    def take(self, value: Any, *, row: Incoming, desk: Desk) -> dict[str, Any]:  # noqa: ARG002
        name = "" if isinstance(value, Blank) else str(value or "").strip()
        found = supplier_of(name, desk=desk)
        return {self.attr: found, "supplier_name": "" if found else name}

    def give(self, record: Any, *, desk: Desk) -> Any:  # noqa: ARG002
        return record.supplier.name if record.supplier else record.supplier_name or None


def supplier_of(name: str, *, desk: Desk) -> int | None:
    """The registered firm a name means beyond doubt; each name is looked up once."""
    if not name:
        return None
    found: int | None = desk.once(("supplier", name), lambda: resolver(desk).certain(name))
    return found


@dataclass(frozen=True, slots=True)
class AmountColumn(Column):
    """金额: of the whole group and year, or 按约定不提供."""

    def take(self, value: Any, *, row: Incoming, desk: Desk) -> dict[str, Any]:  # noqa: ARG002
        currency = str(row.values.get("currency") or "").strip().lower()
        if currency not in YUAN:
            raise Refusal(
                f"币种是“{row.raw.get('currency', '')}”，请折合人民币后填写。",
                f"The currency is “{row.raw.get('currency', '')}”; convert to yuan.",
                field="currency",
            )
        if isinstance(value, Decimal) and value < 0:
            raise Refusal(
                "合计为负数（退货大于采购），请核对。",
                "The sum is negative (more returned than bought); check it.",
                field=self.field,
            )
        return {self.attr: value if isinstance(value, Decimal) else None, "is_withheld": value is Blank.WITHHELD}

    def give(self, record: Any, *, desk: Desk) -> Any:  # noqa: ARG002
        return Blank.WITHHELD if record.is_withheld else record.amount_wan


class MaterialSheet(Sheet):
    """采购导出: a row for each part, supplier and year."""

    def of_ledger(self, found: Any) -> Any:
        return found.select_related("part", "supplier", "line__firm")

    def fill(self, taken: dict[str, Any], *, row: Incoming, desk: Desk) -> None:
        firm = own_firm(desk)
        taken["buyer_id"] = firm.pk
        taken.setdefault("line_id", None)
        taken["plant"] = taken.get("plant") or ""
        if taken.get("year") is None and desk.context.get("year"):
            taken["year"] = int(desk.context["year"])
        if taken.get("year") is None:
            raise Refusal("未填年度，也没有在上传时选定。", "No year given, nor chosen at the upload.", field="year")
        years.expect(taken["year"])
        if taken.get("make") is None:
            taken["make"] = Purchase.Make.BOUGHT
        supplier = taken.setdefault("supplier_id", None)
        name = str(row.values.get("supplier") or "")
        expect_supplier(supplier, name, firm_id=firm.pk, row=row, desk=desk)
        if supplier is not None and groups(desk).get(supplier) == groups(desk).get(firm.pk):
            taken["make"] = Purchase.Make.GROUP

    def find(self, taken: dict[str, Any], *, row: Incoming, desk: Desk) -> Any | None:
        """The same row; else the one whose supplier was only a name until it was registered."""
        found = super().find(taken, row=row, desk=desk)
        if found is not None or not taken["supplier_id"]:
            return found
        said = names.normalise(str(row.values.get("supplier") or ""))
        wanted = {**taken, "supplier_id": None}
        for record in self.by_natural(desk).values():
            same = all(getattr(record, name) == wanted[name] for name in self.natural if name != "supplier_name")
            if same and record.supplier_name and names.normalise(record.supplier_name) == said:
                return record
        return None

    def may_create(self, taken: Mapping[str, Any], *, desk: Desk) -> bool:
        return bool(taken.get("buyer_id") == own_firm(desk).pk)

    def label(self, taken: Mapping[str, Any], *, record: Any | None, row: Incoming) -> str:  # noqa: ARG002
        return " ".join(row.raw.get(key, "") for key in ("group", "group_name", "supplier")).strip()

    def candidates(self, desk: Desk) -> Iterable[Any]:
        return Purchase.objects.filter(buyer=own_firm(desk))

    def build(self, taken: dict[str, Any], *, desk: Desk, batch: Batch) -> Any:
        record = super().build(taken, desk=desk, batch=batch)
        record.is_illustrative = own_firm(desk).is_illustrative
        return record

    def records(self, *, desk: Desk) -> Iterable[Any]:
        mapped = [pk for pk in _groups_of_parts(desk) if pk is not None]
        found = self.of_ledger(Purchase.objects.visible_to(desk.by)).filter(
            buyer=own_firm(desk), part__in=mapped, amount_low_wan__isnull=True
        )
        return found.order_by("pk")  # type: ignore[no-any-return]


class MaterialLedger(DeclaredLedger):
    """采购导出表 as the intake knows it: rows of one part, supplier and year are one purchase."""

    question_note = _("物料组认定后保存在本企业，以后导入自动识别；可在“我要填的”中查看、撤回。")

    def may_use(self, person: Person) -> bool:
        return person.reach.hands_in(self.key) and person.reach.may(Act.WRITE, Thing.PURCHASE)

    def diff(
        self, rows: Sequence[Incoming], *, context: Mapping[str, Any], by: Person, since: int | None = None
    ) -> list[Change]:
        desk = Desk(by, dict(context), rows)
        return super().diff(added_up(left_out(rows, desk=desk), desk=desk), context=context, by=by, since=since)

    def decide(self, question: str, *, decision: Mapping[str, Any], batch: Batch, by: Person) -> None:
        row = batch.rows.filter(kind=protocol.REVIEW, subject_label=question).order_by("row_number")[0]
        code = _code(packing.unpack_all(row.values).get("group"))
        name = question.removeprefix(code).strip()
        key = "" if decision["as"] == "skip" else str(decision.get("id", "0"))
        firm = own_firm(Desk(by, {}))
        materials.keep(firm=firm, code=code, name=name, key=key, batch_code=batch.code, by=by)


def left_out(rows: Sequence[Incoming], *, desk: Desk) -> list[Incoming]:
    """The rows with those left out whose group the firm said is not to be imported, now or with an earlier export."""
    held = kept_groups(desk)
    groups = (held.get(_code(row.values.get("group"))) for row in rows)
    return [
        _left_out(row, group) if group is not None and group.is_left_out else row
        for row, group in zip(rows, groups, strict=True)
    ]


def _left_out(row: Incoming, group: MaterialGroup) -> Incoming:
    said = Finding(
        "group",
        "note",
        f"物料组“{group.code}”按对照不导入。",
        f"Material group “{group.code}” is left out, as the firm said once.",
        code="left_out",
    )
    return dataclasses.replace(row, decision={"as": "skip"}, findings=(*row.findings, said))


def added_up(rows: Sequence[Incoming], *, desk: Desk) -> list[Incoming]:
    """The rows with those of one part, supplier, year and plant added up into the first of them."""
    together: dict[tuple[Any, ...], list[int]] = defaultdict(list)
    for number, row in enumerate(rows):
        is_wrong = any(finding.level == "error" for finding in row.findings)
        if isinstance(row.values.get("amount"), Decimal) and not is_wrong and row.decision.get("as") != "skip":
            together[_same(row, desk=desk)].append(number)
    found = list(rows)
    for numbers in together.values():
        if len(numbers) < 2:
            continue
        head = rows[numbers[0]]
        total = sum((Decimal(rows[n].values["amount"]) for n in numbers), Decimal(0))
        found[numbers[0]] = dataclasses.replace(
            head, values={**head.values, "amount": total}, findings=(*head.findings, _summed(len(numbers), total))
        )
        for number in numbers[1:]:
            row = rows[number]
            told = (*row.findings, _counted_in(head.row_number))
            found[number] = dataclasses.replace(row, decision={"as": "skip"}, findings=told)
    return found


def _same(row: Incoming, *, desk: Desk) -> tuple[Any, ...]:
    code = _code(row.values.get("group"))
    held, name = kept_groups(desk).get(code), str(row.values.get("supplier") or "").strip()
    part = held.part_id if held is not None and held.part_id else code
    supplier = supplier_of(name, desk=desk) or names.normalise(name)
    return (part, supplier, *(str(row.values.get(key) or "") for key in ("line", "year", "plant", "mode", "currency")))


def _summed(count: int, total: Decimal) -> Finding:
    said = f"{total.normalize():f}"
    return Finding(
        "amount",
        "note",
        f"同一零部件、供应商、年度共 {count} 行，合计 {said} 万元，记为一条。",
        f"{count} rows of one part, supplier and year: {said} × 10k yuan together, kept as one.",
        code="added_up",
    )


def _counted_in(row: int) -> Finding:
    return Finding("amount", "note", f"已并入第 {row} 行。", f"Counted in row {row}.", code=protocol.COUNTED_IN)


MATERIAL_PURCHASES = MaterialLedger(
    key="material_purchases",
    thing=Thing.PURCHASE,
    is_confidential=True,
    context=(
        ContextField(
            "year",
            _("年度"),
            lambda person: [(str(year), str(year)) for year in YEARS],  # noqa: ARG005
            help=_("表中没有填年度的行归入此年度。"),
        ),
    ),
    sheets=(
        MaterialSheet(
            key="purchases",
            model=Purchase,
            noun="purchase",
            code_field=None,
            natural=("buyer_id", "part_id", "supplier_id", "supplier_name", "line_id", "year", "make", "plant"),
            columns=(
                GroupColumn("group", "part_id"),
                GroupName("group_name", "part"),
                OptionalLine("line", "line_id", level=Level.ROWS),
                SupplierColumn("supplier", "supplier_id"),
                Kept("supplier_code"),
                Column("origin_region_code", "production_region"),
                AmountColumn("amount", "amount_wan"),
                Shown("currency", "buyer", shown=lambda record: "CNY" if record.amount_wan is not None else None),
                Column("year", "year"),
                Column("plant", "plant"),
                Column("mode", "make"),
            ),
        ),
    ),
)
