"""Answers below rows as purchases: bands of a category (分档级), ticks of the standard tree (目录级).

An answer names no supplier, only where it is: the supplier is `?@place`. A category answered as a whole is a part of
its own, `整类:` and the category. Where an anchor says the same thing at a finer level, the coarser answer is left out,
or it would count twice: bands yield to rows of that category, ticks to rows of that part and to bands of its category;
of one product line, or rows that name no line.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from lianzhang.accounts.models import Person
from lianzhang.chains.frames.places import ABROAD, ELSEWHERE, PLACE_MARK, UNNAMED, number
from lianzhang.chains.frames.rows import anchors
from lianzhang.chains.models import Chain
from lianzhang.registry import parts
from lianzhang.registry.models import Banding, CategoryAnswer, Level, PartAnswer, Purchase

MAKES = (Purchase.Make.BOUGHT, Purchase.Make.GROUP, "")


def rows(
    chains: Iterable[Chain], bought: list[dict[str, Any]], categories: Mapping[str, str], *, person: Person
) -> tuple[list[dict[str, Any]], int]:
    """Purchases as answered in bands and ticks, and how many answers were left out for finer ones."""
    listed = list(chains)
    home = next((str(code) for chain in listed for code in chain.scheme.home_regions), "")
    held = _held(bought, categories)
    bands = list(_bands(listed, person=person))
    kept = [answer for answer in bands if not held & _keys(answer.line.firm.code, answer.category, answer.line_id)]
    ceilings = _ceilings()
    found = [_of_band(answer, ceilings) for answer in kept]
    banded = {(answer.line_id, answer.category) for answer in kept}
    ticks = list(_ticks(listed, person=person))
    by_part = {(row["buyer_id"], row["part_id"], row["line_id"]) for row in bought}
    for answer in ticks:
        finer = by_part & _keys(answer.line.firm.code, answer.part.code, answer.line_id)
        if not finer and (answer.line_id, categories.get(answer.part.code)) not in banded:
            found.append(_of_tick(answer, home=home))
    return found, len(bands) + len(ticks) - len(found)


def is_whole(part_code: str) -> bool:
    """Whether the part stands for a category as a whole."""
    return part_code.startswith(parts.WHOLE)


def whole_part(part_code: str) -> dict[str, Any]:
    """The row of the table of parts for a category as a whole, as the catalogue will keep it."""
    category = part_code.removeprefix(parts.WHOLE)
    return {"part_id": part_code, "name": parts.whole_name(category), "category_id": category}


def for_wholes(
    makers: list[dict[str, Any]], rows: list[dict[str, Any]], categories: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Capabilities, and for a category bought as a whole those of its parts: whoever makes one of them is an offer."""
    wholes = {categories[row["part_id"]]: row["part_id"] for row in rows if is_whole(row["part_id"])}
    found = list(makers)
    for maker in makers:
        whole = wholes.get(categories.get(maker["part_id"], ""))
        if whole and maker["part_id"] != whole:
            found.append({**maker, "part_id": whole})
    return found


def _held(bought: list[dict[str, Any]], categories: Mapping[str, str]) -> set[tuple[str, str, int | None]]:
    return {(row["buyer_id"], categories.get(row["part_id"], ""), row["line_id"]) for row in bought}


def _keys(firm: str, said: str, line: int) -> set[tuple[str, str, int | None]]:
    """The same thing said finer: in rows of this line, or of no line in particular."""
    return {(firm, said, line), (firm, said, None)}


def _bands(chains: list[Chain], *, person: Person) -> Iterable[CategoryAnswer]:
    """Bands of the newest year of each product line."""
    seen = CategoryAnswer.objects.visible_to(person).filter(line__firm__in=anchors(chains), make__in=MAKES)
    found = list(seen.select_related("line__firm").order_by("pk"))
    newest: dict[int, int] = {}
    for answer in found:
        newest[answer.line_id] = max(answer.year, newest.get(answer.line_id, 0))
    return [answer for answer in found if answer.year == newest[answer.line_id]]


def _ticks(chains: list[Chain], *, person: Person) -> Iterable[PartAnswer]:
    seen = PartAnswer.objects.visible_to(person).filter(line__firm__in=anchors(chains), make__in=MAKES)
    return seen.exclude(make="", is_withheld=False).select_related("line__firm", "part").order_by("pk")


def _of_band(answer: CategoryAnswer, ceilings: list[tuple[Decimal, Decimal]]) -> dict[str, Any]:
    low, high = answer.amount_low_wan, answer.amount_high_wan
    is_open = low is not None and high is None
    if low is not None and high is None:
        high = _ceiling(low, ceilings)
    middle = None if low is None or high is None or answer.is_withheld else (low + high) / 2
    place = ABROAD if answer.is_abroad else answer.source_region
    return {
        **_row(answer, part=parts.whole_code(answer.category), place=place),
        "amount_wan": number(middle),
        "amount_low_wan": None if middle is None else number(low),
        "amount_high_wan": None if middle is None else number(high),
        "year": answer.year,
        "plant": answer.plant or None,
        "level": Level.BANDS.value,
        "supplier_low": answer.supplier_low,
        "supplier_high": answer.supplier_high,
        "is_open_above": is_open,
    }


def _of_tick(answer: PartAnswer, *, home: str) -> dict[str, Any]:
    where = {True: home, False: ELSEWHERE, None: ""}[answer.is_supplier_local]
    return {
        **_row(answer, part=answer.part.code, place=where),
        "level": Level.TICKS.value,
        "is_welcome": answer.is_welcome,
    }


def _row(answer: CategoryAnswer | PartAnswer, *, part: str, place: str) -> dict[str, Any]:
    return {
        "buyer_id": answer.line.firm.code,
        "part_id": part,
        "supplier_id": f"{UNNAMED}{PLACE_MARK}{place}" if place else None,
        "firm_code": UNNAMED if place else None,
        "make": answer.make or Purchase.Make.BOUGHT.value,
        "is_withheld": answer.is_withheld,
        "line_id": answer.line_id,
    }


def _ceilings() -> list[tuple[Decimal, Decimal]]:
    """(lower end, figure reckoned with) of the bands open above, the highest last."""
    found = Banding.objects.filter(kind=Banding.Kind.AMOUNT, high__isnull=True, ceiling__isnull=False).order_by("low")
    return [(band.low, band.ceiling) for band in found if band.ceiling is not None]


def _ceiling(low: Decimal, ceilings: list[tuple[Decimal, Decimal]]) -> Decimal:
    """What an amount open above is reckoned with; its own lower end where no band says."""
    return max([low, *(ceiling for begins, ceiling in ceilings if begins <= low)])
