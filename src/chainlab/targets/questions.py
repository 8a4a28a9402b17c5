"""What to ask next: which anchor's unknown amounts sway the choice, and how much an answer would settle.

A question is an anchor and a category. First all unknowns are drawn together: `sway` is how much of whether each open
choice (chosen, but not standing in an optimum of every realisation) stands in the optimum found goes with the answer
(R², the mean over the open choices). The questions that sway most are then tried at both ends of their intervals: with
those amounts known, the other unknowns are realised at their extremes and middles, drawn, and as they were when a
choice was seen not to hold; an open choice is settled if, whichever end the answer is, it stands in an optimum of every
one of these realisations, or in no optimum of any. Several answers together are tried at their ends, all lower, all
upper and mixed.
"""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from chainlab.targets import problem as problems
from chainlab.targets import reading, robust

if TYPE_CHECKING:
    from chainlab.targets.choice import Choice
    from chainlab.targets.problem import Flags, Numbers, Problem

MOST = 8
TOGETHER = (2, 4)
MIXED = 1
DRAWS = 1
SCREENED = 12
# Finding out what sways most takes no more than this share of the time, or nothing would be left to ask it.
SCREENING = 4


@dataclasses.dataclass(frozen=True, eq=False, kw_only=True)
class Enquiry:
    """What is open and what to ask.

    questions: as `questions` returns it. open_choices: kind (supplier or category), id, share (of the realisations
    drawn in whose optimum it was found to stand; null where none was settled), swayed_by (up to three {anchor_id,
    category_id, sway}, the answer that goes with it most first).
    """

    questions: pa.Table
    open_choices: pa.Table


def questions(demand: object, offers: object, choice: Choice, **options: Any) -> pa.Table:
    """Anchor × category whose amounts are not known exactly, the one that settles most first.

    Options as `enquire` takes them. Returns anchor_id, category_id, unknown_wan (upper less lower ends of what can be
    covered), unfilled_count (rows without amount or band), sway (0 to 1; null where nothing is open), settled_count
    (null where it was not tried), together_count (the same with all the questions before it answered as well; null
    where that was not tried: of the first few and of all that were), open_count (open choices in all), suppliers and
    categories (lists: the open ones it settles); of those tried what settles most first, then what sways most by its
    width.
    """
    return enquire(demand, offers, choice, **options).questions


def enquire(
    demand: object,
    offers: object,
    choice: Choice,
    *,
    draws: int = DRAWS,
    seed: int = 0,
    most: int = MOST,
    time_limit_s: float = 30,
    **limits: Any,
) -> Enquiry:
    """The open choices with what sways them, and the questions that would settle them.

    demand, offers, limits: as `choose` took them for `choice`. The `most` questions that sway most are tried, until
    `time_limit_s`. Of a choice of which no realisation was settled (draw_count 0) nothing is known to be open.
    """
    deadline = time.monotonic() + time_limit_s
    asked = reading.read(demand, offers, problems.limits(**limits))
    chosen = robust.flags(asked, choice.suppliers, choice.categories)
    held = robust.flags(asked, choice.robust_suppliers, choice.robust_categories) if choice.draw_count else chosen
    open_ones = _Open(suppliers=np.flatnonzero(chosen[0] & ~held[0]), categories=_named(asked, chosen[1] & ~held[1]))
    found = _widths(asked)
    found.sort(key=lambda row: (-row["unknown_wan"], str(row["anchor_id"]), str(row["category_id"])))
    examiner = _examiner(asked, chosen, choice, deadline)
    opened: list[dict[str, Any]] = []
    if len(open_ones):
        sample = _sample(asked, examiner, choice, seed=seed, until=time.monotonic() + time_limit_s / SCREENING)
        opened = _sway(examiner, sample, found, open_ones)
        found.sort(key=lambda row: -row["sway"] * row["unknown_wan"])
    trial = _Trial(asked=asked, examiner=examiner, against=_against(choice), draws=draws, seed=seed)
    # What the same few realisations leave standing without any answer is nothing an answer settles.
    doubtful = set(open_ones.items()) - (trial.settled([], set(open_ones.items())) or set())
    tried = [row for row in found[:most] if row["unknown_wan"] > 0 and doubtful]
    for row in tried:
        row["settled"] = trial.settled(row["points"], doubtful)
    tried.sort(key=lambda row: -len(row["settled"] or ()))  # stable: what sways most first among equals
    # What several answers settle together is more than their sum. What they leave open, none of them settles either.
    left = doubtful
    for count in sorted({*(one for one in TOGETHER if one < len(tried)), len(tried)} - {0, 1}, reverse=True):
        points = [point for row in tried[:count] for point in row["points"]]
        together = tried[count - 1]["together"] = trial.settled(points, left)
        left = left if together is None else together
        for row in tried[:count]:
            row["settled"] = row["settled"] and row["settled"] & left
    found = [*tried, *(row for row in found if row not in tried)]
    return Enquiry(questions=_table(asked, found, len(open_ones)), open_choices=_opened(asked, opened))


@dataclasses.dataclass(frozen=True, eq=False, kw_only=True)
class _Open:
    """Numbers of the suppliers and categories that are chosen and do not hold throughout."""

    suppliers: Any
    categories: Any

    def __len__(self) -> int:
        return len(self.suppliers) + len(self.categories)

    def items(self) -> Iterator[tuple[str, int]]:
        yield from (("supplier", int(one)) for one in self.suppliers)
        yield from (("category", int(one)) for one in self.categories)


def _named(asked: Problem, is_in: Flags) -> Any:
    return np.array([one for one in np.flatnonzero(is_in) if asked.categories[one] is not None], dtype=np.int64)


def _widths(asked: Problem) -> list[dict[str, Any]]:
    """One row an anchor and category: the points behind it and how wide their intervals are together."""
    rows: dict[tuple[Any, Any], dict[str, Any]] = {}
    columns = (asked.points[name].to_pylist() for name in ("anchor_id", "category_id", "amount_wan"))
    for number, (anchor, category, amount) in enumerate(zip(*columns, strict=True)):
        row = rows.setdefault(
            (anchor, category),
            {"anchor_id": anchor, "category_id": category, "unknown_wan": 0.0, "unfilled_count": 0, "points": []},
        )
        row["points"].append(number)
        row["unfilled_count"] += amount is None
        if asked.point_group[number] >= 0:
            row["unknown_wan"] += float(asked.point_high[number] - asked.point_low[number])
    return [row for row in rows.values() if row["unknown_wan"] > 0 or row["unfilled_count"]]


def _examiner(asked: Problem, chosen: robust.Sets, choice: Choice, deadline: float) -> robust.Examiner:
    """One that knows what was settled of the choice already, where it was asked of the same amounts."""
    examiner = robust.Examiner(asked, [chosen], deadline)
    before = choice.examined.examiner if choice.examined is not None else None
    if before is not None and _is_same(before.problem, asked):
        examiner.known, examiner.cases = list(before.known), dict(before.cases)
    return examiner


def _is_same(one: Problem, other: Problem) -> bool:
    return one.points.equals(other.points) and one.limits == other.limits and one.suppliers == other.suppliers


def _sample(asked: Problem, examiner: robust.Examiner, choice: Choice, *, seed: int, until: float) -> list[Numbers]:
    """Realisations of all unknowns together, each settled: those of the choice, and more while there is time."""
    given = choice.examined.drawn if choice.examined is not None else []
    found = [amounts for amounts in given if amounts.tobytes() in examiner.cases]
    drawn = np.random.default_rng([seed, len(asked.point_low)])
    while len(found) < SCREENED and not examiner.is_late and time.monotonic() < until:
        amounts = asked.point_low + (asked.point_high - asked.point_low) * drawn.random(len(asked.point_low))
        if examiner.case(amounts) is not None:
            found.append(amounts)
    return found


def _sway(
    examiner: robust.Examiner, sample: list[Numbers], found: list[dict[str, Any]], open_ones: _Open
) -> list[dict[str, Any]]:
    """Give every row its `sway`, from one sample of all unknowns together; and say what sways each open choice."""
    items = list(open_ones.items())
    answers, stands = [], []
    for amounts in sample:
        case = examiner.case(amounts)
        if case is not None:
            answers.append([float(amounts[row["points"]].sum()) for row in found])
            stands.append([float(examiner.stands(case, **{kind: number})) for kind, number in items])
    told, standing = np.array(answers), np.array(stands)
    explained = np.array([[_explained(told, standing, a, i) for i in range(len(items))] for a in range(len(found))])
    for row, each in zip(found, explained, strict=True):
        row["sway"] = float(each.mean())
    return [
        {
            "kind": kind,
            "number": number,
            "share": float(standing[:, place].mean()) if stands else None,
            "swayed_by": [(found[one], float(explained[one, place])) for one in np.argsort(-explained[:, place])[:3]],
        }
        for place, (kind, number) in enumerate(items)
    ]


def _explained(told: Numbers, standing: Numbers, answer: int, item: int) -> float:
    """R² between one answer and whether one choice stands; 0 where either never moves."""
    if len(told) < 3 or np.ptp(told[:, answer]) == 0 or np.ptp(standing[:, item]) == 0:
        return 0.0
    return float(np.corrcoef(told[:, answer], standing[:, item])[0, 1] ** 2)


def _opened(asked: Problem, opened: list[dict[str, Any]]) -> pa.Table:
    names = {"supplier": asked.suppliers, "category": asked.categories}
    rows = [
        {
            "kind": one["kind"],
            "id": str(names[one["kind"]][one["number"]]),
            "share": one["share"],
            "swayed_by": [
                {"anchor_id": row["anchor_id"], "category_id": row["category_id"], "sway": sway}
                for row, sway in one["swayed_by"]
                if sway > 0
            ],
        }
        for one in opened
    ]
    types = asked.points.schema
    by = pa.struct([*((n, types.field(n).type) for n in ("anchor_id", "category_id")), ("sway", pa.float64())])
    columns = [("kind", pa.string()), ("id", pa.string()), ("share", pa.float64()), ("swayed_by", pa.list_(by))]
    return pa.Table.from_pylist(rows, schema=pa.schema(columns))


def _against(choice: Choice) -> list[Numbers]:
    return [] if choice.examined is None else choice.examined.against


@dataclasses.dataclass(frozen=True, eq=False, kw_only=True)
class _Trial:
    """Answers given for the sake of seeing what they settle. `against`: realisations that any other than an answer they
    would have stands against, because a choice did not hold in them."""

    asked: Problem
    examiner: robust.Examiner
    against: list[Numbers]
    draws: int
    seed: int

    def settled(self, points: list[int], items: set[tuple[str, int]]) -> set[tuple[str, int]] | None:
        """Those of the choices that are settled whatever the answer; None where time ran out before that was known."""
        left = items
        for answer in self._answers(points):
            holds: dict[tuple[str, int], bool] = {}
            for amounts in self._realisations(points, answer):
                if not left:
                    return left
                case = self.examiner.case(amounts)
                if case is not None:
                    left = {one for one in left if self._is_alike(case, one, holds)}
                if self.examiner.is_late:
                    return None
        return left

    def _is_alike(self, case: robust.Case, one: tuple[str, int], holds: dict[tuple[str, int], bool]) -> bool:
        """Whether the choice is in this case what it is in those before; what time did not show is not settled."""
        kind, number = one
        is_held = self.examiner.holds(case, **{kind: number})
        return is_held is not None and holds.setdefault(one, is_held) == is_held

    def _answers(self, points: list[int]) -> Iterator[Numbers]:
        """Amounts of these points: all at their lower ends, all at their upper, and where they are of several questions
        some at these and some at those."""
        low, high = self.asked.point_low[points], self.asked.point_high[points]
        yield low
        yield high
        names = [self.asked.points[name].take(pa.array(points, pa.int64())) for name in ("anchor_id", "category_id")]
        asked = list(zip(*(name.to_pylist() for name in names), strict=True))
        of = {one: number for number, one in enumerate(dict.fromkeys(asked))}
        mixed = np.random.default_rng([self.seed, len(of)])
        for _ in range(MIXED if len(of) > 1 else 0):
            is_high = mixed.random(len(of)) < 0.5
            yield np.where(is_high[[of[one] for one in asked]], high, low)

    def _realisations(self, points: list[int], answer: Numbers) -> Iterator[Numbers]:
        """The rest of the unknowns with this answer known: the realisations that stood against a choice first."""
        for amounts in self.against:
            given = amounts.copy()
            given[points] = answer
            yield given
        yield from robust.realisations(_answered(self.asked, points, answer), None, draws=self.draws, seed=self.seed)


def _answered(asked: Problem, points: list[int], answer: Numbers) -> Problem:
    """The question with these points known."""
    low, high = asked.point_low.copy(), asked.point_high.copy()
    low[points] = high[points] = answer
    column = asked.points.schema.get_field_index("amount_wan")
    middle = np.asarray(asked.points["amount_wan"].fill_null(0.0), dtype=np.float64).copy()
    middle[points] = answer
    table = asked.points.set_column(column, "amount_wan", pa.chunked_array([pa.array(middle)]))
    return dataclasses.replace(asked, point_low=low, point_high=high, points=table)


def _table(asked: Problem, found: list[dict[str, Any]], open_count: int) -> pa.Table:
    def listed(row: dict[str, Any], kind: str, names: list[Any]) -> list[Any]:
        return sorted(names[number] for one, number in row.get("settled") or () if one == kind)

    rows = [
        {
            **{name: row[name] for name in ("anchor_id", "category_id", "unknown_wan", "unfilled_count")},
            "sway": row.get("sway"),
            "settled_count": None if row.get("settled") is None else len(row["settled"]),
            "together_count": None if row.get("together") is None else len(row["together"]),
            "open_count": open_count,
            "suppliers": listed(row, "supplier", asked.suppliers),
            "categories": listed(row, "category", asked.categories),
        }
        for row in found
    ]
    types = asked.points.schema
    schema = pa.schema(
        [
            ("anchor_id", types.field("anchor_id").type),
            ("category_id", types.field("category_id").type),
            ("unknown_wan", pa.float64()),
            ("unfilled_count", pa.int64()),
            ("sway", pa.float64()),
            ("settled_count", pa.int64()),
            ("together_count", pa.int64()),
            ("open_count", pa.int64()),
            ("suppliers", pa.list_(asked.supplier_type)),
            ("categories", pa.list_(types.field("category_id").type)),
        ]
    )
    return pa.Table.from_pylist(rows, schema=schema)
