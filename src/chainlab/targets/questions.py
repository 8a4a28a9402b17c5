"""What to ask next: which anchor's unknown amounts sway the choice, and how much an answer would settle.

A question is an anchor and a category. First all unknowns are drawn together: `sway` is how much of whether each open
choice (chosen, but not standing in an optimum of every realisation) stands in the optimum found goes with the answer
(R², the mean over the open choices). The questions that sway most are then tried at both ends of their intervals: with
those amounts known, the other unknowns are realised at their extremes and middles and drawn, and an open choice is
settled if, whichever end the answer is, it stands in the optimum found of every one, or is in no optimum of any.
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
TOGETHER = (4,)
DRAWS = 4
SCREENED = 24
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
    categories (lists: the open ones it settles); what sways most by its width first, unless only single questions
    settle anything: then what settles most.
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
    # What the same few realisations leave standing without any answer is nothing an answer settles.
    doubtful = set(open_ones.items()) - (_settled(asked, examiner, [], set(open_ones.items()), draws, seed) or set())
    tried = [row for row in found[:most] if row["unknown_wan"] > 0 and doubtful]
    # What several answers settle together is more than their sum, and one alone often settles nothing: first the few.
    for count in sorted({*(one for one in TOGETHER if one < len(tried)), len(tried)} - {0, 1}):
        points = [point for row in tried[:count] for point in row["points"]]
        tried[count - 1]["together"] = _settled(asked, examiner, points, doubtful, draws, seed)
    for row in tried:
        row["settled"] = _settled(asked, examiner, row["points"], doubtful, draws, seed)
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


def _settled(
    asked: Problem,
    examiner: robust.Examiner,
    points: list[int],
    items: set[tuple[str, int]],
    draws: int,
    seed: int,
) -> set[tuple[str, int]] | None:
    """Those of the choices that both answers settle; None where time ran out before that was known."""
    left = items
    for end in ("point_low", "point_high"):
        known = _answered(asked, points, getattr(asked, end))
        cases: list[robust.Case] = []
        for amounts in robust.realisations(known, None, draws=draws, seed=seed):
            case = examiner.case(amounts)
            if examiner.is_late:
                return None
            if case is not None:
                cases.append(case)
                left = {one for one in left if _is_alike(examiner, cases, *one)}
            if not left:
                return left
        left = {one for one in left if _is_settled(examiner, cases, *one)}
    return left


def _is_alike(examiner: robust.Examiner, cases: list[robust.Case], kind: str, number: int) -> bool:
    """Whether the choice stands in the optimum found of all the cases, or of none: otherwise nothing is settled."""
    first, last = (examiner.stands(case, **{kind: number}) for case in (cases[0], cases[-1]))
    return first == last


def _is_settled(examiner: robust.Examiner, cases: list[robust.Case], kind: str, number: int) -> bool:
    """Of a choice that stands in the optimum found of all the cases or of none: whether it is in none of any then."""
    if not cases or examiner.stands(cases[0], **{kind: number}):
        return True
    return all(examiner.holds(case, **{kind: number}) is False for case in cases)


def _answered(asked: Problem, points: list[int], ends: Numbers) -> Problem:
    """The question with these points known to be at these ends."""
    low, high = asked.point_low.copy(), asked.point_high.copy()
    low[points] = high[points] = ends[points]
    column = asked.points.schema.get_field_index("amount_wan")
    middle = np.asarray(asked.points["amount_wan"].fill_null(0.0), dtype=np.float64).copy()
    middle[points] = ends[points]
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
    if not any(row["together_count"] for row in rows):
        rows.sort(key=lambda row: -(row["settled_count"] or 0))  # stable: what sways most first among equals
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
