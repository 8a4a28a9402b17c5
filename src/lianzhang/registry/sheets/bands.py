"""分档级填报表: what a plant buys of a category, in bands; a figure that somebody writes all the same is not kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from chainlab import names
from chainlab.sheets import codes
from chainlab.sheets.reading import Blank, Span
from lianzhang.accounts.rules import Thing
from lianzhang.intake.columns import Column, Desk, Refusal, Shown
from lianzhang.intake.protocol import Finding, Incoming
from lianzhang.registry import bands
from lianzhang.registry.models import CategoryAnswer, Level
from lianzhang.registry.sheets import years
from lianzhang.registry.sheets.lines import AnswerSheet, LevelLedger, LineColumn, warn_unknown_category, writable
from lianzhang.registry.sheets.mentions import groups

Kind = bands.Kind


def drawn(desk: Desk) -> dict[str, list[bands.Limits]]:
    found: dict[str, list[bands.Limits]] = desk.once("bands drawn", bands.drawn)
    return found


@dataclass(frozen=True, slots=True)
class BandColumn(Column):
    """A band, kept by its two numbers. What reaches into several bands is refused with the bands to choose from."""

    high: str = ""
    kind: str = Kind.AMOUNT

    def take(self, value: Any, *, row: Incoming, desk: Desk) -> dict[str, Any]:
        if not isinstance(value, Span):
            return {self.attr: None, self.high: None}
        held, offered = bands.Limits(value.low, value.high), drawn(desk)[self.kind]
        if held not in offered and self._stands(held, row=row, desk=desk):
            return {self.attr: held.low, self.high: held.high}
        try:
            found = bands.fit(held.low, held.high, kind=self.kind, bands=offered)
        except bands.Straddles as wide:
            raise self._too_wide(held, wide, row=row, desk=desk) from wide
        if found != held:
            desk.warn(row, self._rounded(found, row=row))
        return {self.attr: found.low, self.high: found.high}

    def _stands(self, held: bands.Limits, *, row: Incoming, desk: Desk) -> bool:
        """An answer of before the bands were redrawn comes back as it left: it is no new one."""
        kept: set[tuple[Any, ...]] = desk.once(("bands kept", self.attr), lambda: self._kept(desk))
        return (names.normalise(str(row.values.get("category") or "")), held.low, held.high) in kept

    def _kept(self, desk: Desk) -> set[tuple[Any, ...]]:
        found = CategoryAnswer.objects.visible_to(desk.by).values_list("category", self.attr, self.high)
        return {(names.normalise(category), low, high) for category, low, high in found}

    def _too_wide(self, held: bands.Limits, wide: bands.Straddles, *, row: Incoming, desk: Desk) -> Refusal:
        said = row.raw.get(self.field, "") or held.words(self.kind)
        choose = "、".join(band.words(self.kind) for band in wide.bands or drawn(desk)[self.kind])
        return Refusal(
            f"“{said}”不落在一档之内，请从中选一档：{choose}。",
            f"“{said}” does not lie within one band; choose one of: {choose}.",
            field=self.field,
            code="band_straddles",
        )

    def _rounded(self, found: bands.Limits, *, row: Incoming) -> Finding:
        said = row.raw.get(self.field, "")
        return Finding(
            self.field,
            "note",
            f"“{said}”按约定只记所在档：{found.words(self.kind)}，答复中不留原数。",
            f"Of “{said}” only its band is kept, as agreed: {found.words(self.kind)}.",
            code="band_of_figure",
        )

    def give(self, record: Any, *, desk: Desk) -> Any:  # noqa: ARG002
        low, high = getattr(record, self.attr), getattr(record, self.high)
        return None if low is None else Span(Decimal(low), None if high is None else Decimal(high))

    def said(self, stored: Any, *, desk: Desk) -> Any:  # noqa: ARG002
        return stored


@dataclass(frozen=True, slots=True)
class AmountBand(BandColumn):
    """年采购额档: 按约定不提供 is an answer of its own; an amount no firm has is asked about, not taken."""

    def take(self, value: Any, *, row: Incoming, desk: Desk) -> dict[str, Any]:
        doubt = next((one for one in row.findings if one.code in ("suspect_unit", "unlikely_amount")), None)
        if doubt is not None and isinstance(value, Span):
            raise Refusal(
                f"{doubt.message_zh} 请选一档或写明单位，如 1000万–5000万。",
                f"{doubt.message_en} Choose a band or write the unit, such as 1000-5000.",
                field=self.field,
                code="suspect_unit",
            )
        taken = BandColumn.take(self, value, row=row, desk=desk)
        return {**taken, "is_withheld": value is Blank.WITHHELD}

    def give(self, record: Any, *, desk: Desk) -> Any:
        return Blank.WITHHELD if record.is_withheld else BandColumn.give(self, record, desk=desk)


@dataclass(frozen=True, slots=True)
class SourceColumn(Column):
    """来源地: a province, or abroad."""

    def take(self, value: Any, *, row: Incoming, desk: Desk) -> dict[str, Any]:  # noqa: ARG002
        if isinstance(value, Blank) or not value:
            return {self.attr: None, "is_abroad": None}
        is_abroad = value == codes.ABROAD
        return {self.attr: "" if is_abroad else str(value), "is_abroad": is_abroad}

    def give(self, record: Any, *, desk: Desk) -> Any:  # noqa: ARG002
        return codes.ABROAD if record.is_abroad else record.source_region or None


def _by_group(desk: Desk, head: Mapping[int, int]) -> dict[tuple[int | None, str, int], dict[int, str]]:
    """(head of the group, category, year) → the firms that answered, as far as the person may read it."""
    found: dict[tuple[int | None, str, int], dict[int, str]] = {}
    answers = CategoryAnswer.objects.visible_to(desk.by).order_by("pk")
    for firm, name, category, year in answers.values_list("line__firm", "line__firm__name", "category", "year"):
        found.setdefault((head.get(firm), names.normalise(category), year), {})[firm] = name
    return found


class BandSheet(AnswerSheet):
    """分档级: one row a category, plant and year of a product line."""

    level = Level.BANDS
    answers = ("make", "amount_low_wan", "supplier_low", "source_region", "is_abroad", "certification_low_months")

    def fill(self, taken: dict[str, Any], *, row: Incoming, desk: Desk) -> None:
        taken["category"] = str(taken["category"]).strip()
        taken.setdefault("plant", "")
        taken["plant"] = taken["plant"] or ""
        years.expect(taken["year"])
        warn_unknown_category(taken["category"], row=row, desk=desk)
        self._warn_doubled(taken, row=row, desk=desk)

    def _warn_doubled(self, taken: dict[str, Any], *, row: Incoming, desk: Desk) -> None:
        """Another firm of the group has answered for the category: said to who may read that answer."""
        firm = next(line.firm_id for line in writable(desk, self.level) if line.pk == taken["line_id"])
        head = groups(desk)
        told = desk.once("categories by group", lambda: _by_group(desk, head))
        others = told.get((head.get(firm), names.normalise(taken["category"]), int(taken["year"])), {})
        other = next((name for pk, name in others.items() if pk != firm), None)
        if other is not None:
            zh = f"同一集团的“{other}”已填“{taken['category']}”：若是同一笔采购，请只留一家，否则重复计算。"
            en = f"“{other}” of the same group answered for “{taken['category']}”: keep one if it is the same purchase."
            desk.warn(row, Finding("category", "warning", zh, en, code="group_counted_twice"))


CATEGORY_ANSWERS = LevelLedger(
    key="category_answers",
    level=Level.BANDS,
    thing=Thing.PURCHASE,
    is_confidential=True,
    sheets=(
        BandSheet(
            key="answers",
            model=CategoryAnswer,
            noun="category_answer",
            code_field=None,
            natural=("line_id", "category", "plant", "year"),
            columns=(
                Shown("firm", "line", shown=lambda record: record.line.firm.name),
                LineColumn("line", "line_id", level=Level.BANDS),
                Column("category", "category"),
                Column("plant", "plant"),
                Column("year", "year"),
                Column("make", "make"),
                AmountBand("amount", "amount_low_wan", high="amount_high_wan", kind=Kind.AMOUNT),
                BandColumn("suppliers", "supplier_low", high="supplier_high", kind=Kind.SUPPLIERS),
                SourceColumn("source", "source_region"),
                BandColumn(
                    "certification",
                    "certification_low_months",
                    high="certification_high_months",
                    kind=Kind.MONTHS,
                ),
            ),
        ),
    ),
)
