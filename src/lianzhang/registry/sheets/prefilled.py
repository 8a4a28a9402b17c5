"""A workbook per level and firm, filled in as far as anything is known: categories, parts, last year's answers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from chainlab.sheets.reading import Blank, Span
from lianzhang.accounts.models import Person
from lianzhang.intake import files, origin
from lianzhang.registry import asking, bands
from lianzhang.registry.models import CategoryAnswer, Level, PartAnswer, ProductLine, Purchase, SupplierMention
from lianzhang.registry.sheets.bands import CATEGORY_ANSWERS
from lianzhang.registry.sheets.lines import LevelLedger
from lianzhang.registry.sheets.mentions import SUPPLIER_MENTIONS
from lianzhang.registry.sheets.ticks import PART_ANSWERS

LEDGERS: dict[str, LevelLedger] = {
    Level.TICKS.value: PART_ANSWERS,
    Level.BANDS.value: CATEGORY_ANSWERS,
    Level.NAMES.value: SUPPLIER_MENTIONS,
}
Lists = dict[str, Sequence[Any]]
PROVINCE_STEP = "0000"


@dataclass(frozen=True)
class Filled:
    """A workbook and whose it is."""

    firm: str
    content: bytes


def write(
    level: Level, *, person: Person, year: int, language: str, of: Sequence[ProductLine] | None = None
) -> Filled | None:
    """The workbook of a level for the own firm, or for the firm of the lines `of` by who collects it: filled in with
    what that person may read and nothing else. None where no product line answers at the level."""
    lines = [line for line in (asking.lines(person) if of is None else of) if level.value in line.levels]
    if not lines:
        return None
    fill: Callable[[list[ProductLine], Person, int], list[Any]] = FILL[level.value]
    ledger, firm, seen = LEDGERS[level.value], lines[0].firm, origin.as_of()
    content = files.hand_out(
        ledger,
        ledger.give({ledger.sheets[0].key: fill(lines, person, year)}, by=person),
        seen=seen,
        detail={"firm": firm.code, "level": level.value, "year": year},
        language=language,
        by=person,
        lists=_lists(level, lines),
    )
    return Filled(firm.name, content)


def _lists(level: Level, lines: list[ProductLine]) -> Lists:
    """Drop-downs besides those the layout has itself."""
    made = [*Purchase.Make.values, Blank.WITHHELD]
    names: Lists = {"line": [line.name for line in lines]}
    if level is Level.TICKS:
        return {**names, "make": made}
    if level is Level.NAMES:
        return names
    spans = {kind: [Span(band.low, band.high) for band in drawn] for kind, drawn in bands.drawn().items()}
    return {
        **names,
        "amount": [*spans[bands.Kind.AMOUNT], Blank.WITHHELD],
        "suppliers": spans[bands.Kind.SUPPLIERS],
        "certification": spans[bands.Kind.MONTHS],
        "source": provinces(),
    }


def provinces() -> list[str]:
    """Names of provinces, abroad first."""
    from chainlab import places

    found = (name for code, name in sorted(places.names().items()) if code.endswith(PROVINCE_STEP) and code < "990000")
    return ["境外", *found]


def _fill_bands(lines: list[ProductLine], person: Person, year: int) -> list[CategoryAnswer]:
    trees, drawn = asking.outlines(lines), bands.drawn()
    answers = list(CategoryAnswer.objects.visible_to(person).filter(line__in=lines).select_related("line__firm"))
    # What it told in rows reminds the firm of its categories, and nobody else, not even a reader of the rows.
    is_own = lines[0].firm.body_id is not None and lines[0].firm.body_id == person.reach.body_id
    bought = asking.bought_pairs(lines[0].firm_id) if is_own else []
    found: list[CategoryAnswer] = []
    for line in lines:
        mine = [one for one in answers if one.line_id == line.pk]
        rows = asking.band_rows(trees[line.pk], mine, bought, year=year)
        found += [row.answer or _carried(row, line, year=year, drawn=drawn) for row in rows]
    return found


def _carried(
    row: asking.BandRow, line: ProductLine, *, year: int, drawn: dict[str, list[bands.Limits]]
) -> CategoryAnswer:
    """Last year's answer as a proposal for this year; a band that is no longer drawn is left open."""
    new = CategoryAnswer(
        line=line, category=row.category, plant=row.plant, year=year, is_illustrative=line.is_illustrative
    )
    if row.last is None:
        return new
    for name in ("make", "is_withheld", "source_region", "is_abroad"):
        setattr(new, name, getattr(row.last, name))
    for low, high, kind in (
        ("amount_low_wan", "amount_high_wan", bands.Kind.AMOUNT),
        ("supplier_low", "supplier_high", bands.Kind.SUPPLIERS),
        ("certification_low_months", "certification_high_months", bands.Kind.MONTHS),
    ):
        held = (getattr(row.last, low), getattr(row.last, high))
        if any((band.low, band.high) == held for band in drawn[kind]):
            setattr(new, low, held[0])
            setattr(new, high, held[1])
    return new


def _fill_ticks(lines: list[ProductLine], person: Person, _year: int) -> list[PartAnswer]:
    trees = asking.outlines(lines)
    answers = PartAnswer.objects.visible_to(person).filter(line__in=lines).select_related("line__firm", "part")
    held = {(one.line_id, one.part_id): one for one in answers}
    found = []
    for line in lines:
        depth = {place.part.pk: place.depth for place in reversed(trees[line.pk].places)}
        for pk, part in trees[line.pk].parts.items():
            answer = held.get((line.pk, pk)) or PartAnswer(line=line, part=part, is_illustrative=line.is_illustrative)
            answer.depth = depth[pk]  # type: ignore[attr-defined]
            found.append(answer)
    return found


def _fill_names(lines: list[ProductLine], person: Person, _year: int) -> list[SupplierMention]:
    found = SupplierMention.objects.visible_to(person).filter(line__in=lines).select_related("line__firm", "supplier")
    return list(found.order_by("line__name", "category", "supplier_name"))


FILL: dict[str, Any] = {
    Level.TICKS.value: _fill_ticks,
    Level.BANDS.value: _fill_bands,
    Level.NAMES.value: _fill_names,
}
