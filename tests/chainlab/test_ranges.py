"""Coverage under intervals, against every combination of ends."""

import itertools
import random

import pytest

from chainlab import coverage, engines, ranges

HOME = "3702"
FIRMS = {"firm_id": ["近", "远"], "region_code": [HOME, "1101"]}


def invent(seed):
    draw = random.Random(seed)
    rows = []
    for _ in range(draw.randint(1, 7)):
        low = float(draw.choice([0, 0, draw.randint(1, 50)]))
        rows.append(
            {
                "part_id": f"p{draw.randrange(2)}",
                "supplier_id": draw.choice(["近", "远", None]),
                "amount_low_wan": low,
                "amount_high_wan": low + draw.choice([0.0, float(draw.randint(0, 60))]),
            }
        )
    return rows


@pytest.mark.parametrize("seed", range(30))
def test_the_ends_are_those_of_all_combinations_of_ends(seed):
    rows = invent(seed)
    found = ranges.by_part(rows, FIRMS, home=HOME)
    for part in found.to_pylist():
        mine = [row for row in rows if row["part_id"] == part["part_id"]]
        assert (part["local_ratio_low"], part["local_ratio_high"]) == pytest.approx(extremes(mine))
    total = ranges.whole(found)
    assert (total["local_ratio_low"], total["local_ratio_high"]) == pytest.approx(extremes(rows))
    assert total["amount_low_wan"] == pytest.approx(sum(row["amount_low_wan"] for row in rows))
    assert total["amount_high_wan"] == pytest.approx(sum(row["amount_high_wan"] for row in rows))


def extremes(rows):
    found = [share for share in shares(rows) if share is not None]
    return (min(found), max(found)) if found else (None, None)


def shares(rows):
    for ends in itertools.product(("amount_low_wan", "amount_high_wan"), repeat=len(rows)):
        local = sum(row[end] for row, end in zip(rows, ends, strict=True) if row["supplier_id"] == "近")
        outside = sum(row[end] for row, end in zip(rows, ends, strict=True) if row["supplier_id"] == "远")
        yield local / (local + outside) if local + outside else None


def test_exact_amounts_have_one_ratio_and_it_is_that_of_coverage():
    rows = {"part_id": ["p", "p", "q"], "supplier_id": ["近", "远", "远"], "amount_wan": [30.0, 10.0, 5.0]}
    found = ranges.by_part(rows, FIRMS, home=HOME)
    assert found["local_ratio_low"].to_pylist() == found["local_ratio_high"].to_pylist() == [0.75, 0.0]
    assert coverage.by_part(rows, FIRMS, home=HOME)["local_ratio"].to_pylist() == [0.75, 0.0]


def test_a_part_without_a_place_or_an_amount_has_no_ratio():
    rows = {"part_id": ["p", "q"], "supplier_id": [None, "近"], "amount_wan": [3.0, None]}
    assert ranges.by_part(rows, FIRMS, home=HOME)["local_ratio_low"].to_pylist() == [None, None]


def test_a_reversed_band_is_refused_with_its_row():
    rows = {"part_id": ["p"], "supplier_id": ["近"], "amount_low_wan": [3.0], "amount_high_wan": [1.0]}
    with pytest.raises(engines.BadTable, match="above the upper"):
        ranges.by_part(rows, FIRMS, home=HOME)
