"""What goes out: worked examples of the method, a slow second implementation, and attackers among the contributors."""

import random

import numpy as np
import pyarrow as pa
import pytest

from chainlab import disclosure, engines
from chainlab.disclosure import Rule, attack, equations
from tests.chainlab.disclosure import slow_disclosure

Row = tuple[str, str, str, float]
RULE = Rule(min_contributors=3, p_percent=10)


SCHEMA = pa.schema([*((name, pa.string()) for name in ("cell", "contributor", "item")), ("amount_wan", pa.float64())])


def table(rows: list[Row]) -> pa.Table:
    return pa.Table.from_pylist([dict(zip(SCHEMA.names, row, strict=True)) for row in rows], schema=SCHEMA)


def states(rows: list[Row], *, rule: Rule = RULE, released: tuple[list[Row], ...] = ()) -> dict[str, str]:
    found = disclosure.release(table(rows), rule=rule, released=[table(one) for one in released])
    assert all((row["value_wan"] is not None) == (row["state"] == "released") for row in found.to_pylist())
    return {row["cell"]: row["state"] for row in found.to_pylist()}


def out_of(rows: list[Row], said: dict[str, str]) -> list[Row]:
    return [row for row in rows if said[row[0]] == "released"]


def cell(name: str, **amounts: float) -> list[Row]:
    return [(name, firm, "all", amount) for firm, amount in amounts.items()]


@pytest.mark.parametrize(
    ("amounts", "state"),
    [
        # ESSNet SDC handbook §4.2.1: example 1 (the second largest estimates the largest within 2 %) …
        ([50_000, 49_000, 1_000], "dominance"),
        # … example 2: 110,000 − 50,000 overestimates 52,000 by 15.4 %, safe at p = 10 …
        ([52_000, 50_000, 8_000], "released"),
        # … example 1 a and b: one company, two companies; 1 d: one large company and fifty very small ones.
        ([70_000], "threshold"),
        ([40_000, 30_000], "threshold"),
        ([99_000, *[20.0] * 50], "dominance"),
    ],
)
def test_the_handbooks_worked_examples_of_a_single_cell(amounts, state):
    rows = [("turnover", f"firm {n}", "all", float(amount)) for n, amount in enumerate(amounts)]
    assert states(rows) == {"turnover": state}


def test_the_published_bounds_of_the_table_of_investments_are_found():
    """Fischetti & Salazar 2000, figure 1: with four of nine cells suppressed, II·C (22) is known to lie in [5, 30]."""
    investments = [[20, 50, 10], [8, 19, 22], [17, 32, 12]]
    hidden = {(1, 2), (1, 0), (2, 0), (2, 2)}
    rows = []
    for (i, j), amount in np.ndenumerate(np.asarray(investments, dtype=float)):
        who = f"{i}·{j}"
        rows += [(f"row {i}", who, "all", amount), (f"column {j}", who, "all", amount)]
        rows += [] if (i, j) in hidden else [(who, who, "all", amount)]
    found = equations.build(
        table([(f"{i}·{j}", f"{i}·{j}", "all", investments[i][j]) for i, j in hidden]), [table(rows)]
    )
    aims = attack.targets(found, unsafe=range(found.earlier, len(found.cells)))
    outsider = attack.Attacker(found, RULE, who=attack.OUTSIDER)
    outsider.aim(aims)
    bounds = outsider.bounds(list(range(found.earlier)))
    names = [found.cells[aims.cell[number]] for number in outsider.numbers]
    assert dict(zip(names, bounds.round(6).tolist(), strict=True))["1·2"] == [5, 30]


def test_firms_of_one_group_count_as_one():
    apart = cell("total", a=50, b=49, c=48)
    assert states(apart) == {"total": "released"}
    assert states([(name, "group" if firm in "bc" else firm, firm, amount) for name, firm, _, amount in apart]) == {
        "total": "threshold"
    }


def test_a_part_is_held_back_where_the_total_would_give_the_rest_away():
    """Two of three buy outside: total − local would tell each the other's."""
    rows = [
        *cell("total", a=100, b=90, c=80),
        *[("local", firm, "all", amount) for firm, amount in {"a": 40.0, "b": 30.0, "c": 80.0}.items()],
    ]
    split = []
    for firm, local, outside in (("a", 40, 60), ("b", 30, 60), ("c", 80, 0)):
        split += [("total", firm, "here", local), ("total", firm, "there", outside)]
    split += [("local", firm, "here", local) for firm, local in (("a", 40), ("b", 30), ("c", 80))]
    split += [("outside", firm, "there", 60) for firm in "ab"]
    assert states(split) == {"total": "released", "local": "secondary", "outside": "threshold"}
    # Where all three buy on both sides everything may be told.
    assert set(states([*split, ("total", "c", "there", 50), ("outside", "c", "there", 50)]).values()) == {"released"}
    assert states(rows)["total"] == "released"


def test_suppressing_what_is_unsafe_alone_protects_nobody():
    """The seeded failure: with the rule for single cells only, one of the two learns the other's exactly."""
    rows = []
    for firm, local, outside in (("a", 40, 60), ("b", 30, 60), ("c", 80, 0)):
        rows += [("total", firm, "here", local), ("total", firm, "there", outside), ("local", firm, "here", local)]
    [nearest, *_] = disclosure.audit([table(rows)]).to_pylist()
    assert nearest["margin_ratio"] == pytest.approx(0, abs=1e-6)
    assert {nearest["contributor"], nearest["attacker"]} == {"a", "b"}


FIRST = cell("total", a=100, b=90, c=80, d=70)


@pytest.mark.parametrize(
    ("second", "state"),
    [
        (cell("total", a=100, b=90, c=80, d=70), "released"),  # nobody changed: the same figure again
        (cell("total", a=100, b=90, c=80), "differencing"),  # one left
        (cell("total", a=100, b=90, c=80, d=70, e=60), "differencing"),  # one joined
        (cell("total", a=100, b=90, c=80, d=75), "differencing"),  # one changed
        (cell("total", a=100, b=90, c=70, d=80), "differencing"),  # two changed: each learns of the other
        (cell("total", a=100, b=95, c=85, d=75), "released"),  # three changed
    ],
)
def test_a_later_date_goes_out_only_if_its_difference_could(second, state):
    assert states(second, released=(FIRST,)) == {"total": state}
    # What is held back by the earlier date would go out alone.
    assert states(second) == {"total": "released"}


def test_each_date_alone_protects_nobody():
    """The seeded failure: a rule without differencing tells everybody what the one that left had bought."""
    second = cell("total", a=100, b=90, c=80)
    [nearest, *_] = disclosure.audit([table(FIRST), table(second)]).to_pylist()
    assert (nearest["contributor"], nearest["amount_wan"], nearest["margin_ratio"]) == (
        "d",
        70,
        pytest.approx(0, abs=1e-6),
    )


def test_what_one_firm_changed_is_told_exactly_and_the_audit_says_so():
    """The difference is no share of a cell: how much more d buys than before."""
    [nearest, *_] = disclosure.audit([table(FIRST), table(cell("total", a=100, b=90, c=80, d=75))]).to_pylist()
    assert (nearest["contributor"], nearest["margin_ratio"], nearest["amount_wan"]) == ("d", 0, None)


def test_dates_are_weighed_together_and_not_two_by_two():
    """Between neighbours three changed; the third date less the first leaves only one."""
    second = cell("total", a=110, b=99, c=88, d=70)
    third = [("total", firm, "all", amount) for firm, amount in {"a": 100.0, "b": 90.0, "c": 80.0, "d": 77.0}.items()]
    assert states(second, released=(FIRST,)) == {"total": "released"}
    assert states(third, released=(second,)) == {"total": "released"}
    assert states(third, released=(FIRST, second)) == {"total": "differencing"}


def test_pages_that_overlap_are_one_publication():
    """Two chains share three of their firms: the difference of their totals is the fourth."""
    whole = cell("chain 1", a=100, b=90, c=80, d=70)
    assert states(cell("chain 2", a=100, b=90, c=80), released=(whole,)) == {"chain 2": "differencing"}
    assert states([*whole, *cell("chain 2", a=100, b=90, c=80)]) == {"chain 1": "released", "chain 2": "secondary"}


def test_a_supplier_that_moved_does_not_tell_whose_it_was():
    """The total stays; what is local grew by one firm's purchase from one supplier."""

    def rows(place: str) -> list[Row]:
        found = []
        for firm, amount in (("a", 100.0), ("b", 90.0), ("c", 80.0)):
            found += [("total", firm, "s1", amount), ("local", firm, "s1", amount)]
        found += [("total", firm, "s2", 50.0) for firm in "abcd"]
        return [*found, ("local", "a", "s2", 50.0)] if place == "here" else found

    assert states(rows("there"))["local"] == "released"
    assert states(rows("here"), released=(out_of(rows("there"), states(rows("there"))),))["local"] == "differencing"


def test_what_was_told_before_the_rule_holds_nothing_back_that_it_does_not_touch():
    """An old total of two firms is past protecting; another figure may go out, and the old one not again."""
    old = cell("total", a=100, b=90)
    now = [*cell("total", a=100, b=90), *cell("other", c=50, d=45, e=40)]
    assert states(now, released=(old,)) == {"total": "threshold", "other": "released"}


def _random_rows(seed: int) -> tuple[list[Row], list[Row]]:
    """Two dates of four firms, two categories, here and there; on the second some have changed, left or joined."""
    chance = random.Random(seed)
    items = {
        (firm, category, place): float(chance.choice([5, 20, 50, 100, 110]))
        for firm in "abcd"
        for category in "xy"
        for place in ("here", "there")
        if chance.random() < 0.7
    }
    later = {key: amount + chance.choice([0, 0, 7]) for key, amount in items.items() if chance.random() < 0.95}
    return _cells(items), _cells(later)


def _cells(items: dict[tuple[str, str, str], float]) -> list[Row]:
    rows = []
    for name, holds in (
        ("total", lambda _category, _place: True),
        ("local", lambda _category, place: place == "here"),
        ("x", lambda category, _place: category == "x"),
        ("x local", lambda category, place: category == "x" and place == "here"),
    ):
        rows += [
            (name, firm, f"{category} {place}", amount)
            for (firm, category, place), amount in items.items()
            if holds(category, place)
        ]
    return rows


@pytest.mark.parametrize("seed", [0, 1, 2, 4, 5, 6, 8, 9, 10])
def test_a_slow_second_implementation_finds_the_same(seed):
    first, second = _random_rows(seed)
    known = {"min_contributors": 3, "p_percent": 10}
    said = states(first)
    assert said == slow_disclosure.states(first, released=[], **known)
    out = out_of(first, said)
    assert states(second, released=(out,)) == slow_disclosure.states(second, released=[out], **known)


def test_whatever_goes_out_on_three_dates_leaves_everybody_open():
    """The audit is the attacker's own reckoning: nobody is told to within p %, and the whole tables would tell."""
    nearest, told = [], []
    for seed in range(100, 106):
        first, second = _random_rows(seed)
        third = _random_rows(seed + 1000)[0]
        out: list[pa.Table] = []
        for rows in (first, second, third):
            found = disclosure.release(table(rows), rule=RULE, released=out).to_pylist()
            out.append(table(out_of(rows, {row["cell"]: row["state"] for row in found})))
        nearest += [row["margin_ratio"] for row in disclosure.audit(out).to_pylist()]
        told += [row["margin_ratio"] for row in disclosure.audit([table(first), table(second)]).to_pylist()]
    assert len(nearest) > 10
    assert min(nearest) >= 0.1 - 1e-6
    assert min(told) < 1e-6


def test_what_shares_no_amount_is_weighed_apart_with_the_same_answer(monkeypatch):
    """Of earlier dates only those with a common amount bear on a new one, or those that told something already."""
    lax = Rule(min_contributors=2, p_percent=1)
    asked, kept = [], []
    for seed in range(200, 212):
        first, second = _random_rows(seed)
        apart = [(name, firm, item, amount * 1.37 + 0.11) for name, firm, item, amount in _random_rows(seed + 500)[0]]
        out = [out_of(first, states(first)), out_of(apart, states(apart, rule=lax if seed % 2 else RULE))]
        asked.append((second, tuple(out)))
        kept.append(len(disclosure.near(table(second), [table(one) for one in out], rule=RULE)))
    found = [states(rows, released=out) for rows, out in asked]
    assert 1 in kept
    assert 2 in kept
    monkeypatch.setattr(disclosure, "near", lambda _new, released, **_rule: list(released))
    assert [states(rows, released=out) for rows, out in asked] == found


def test_a_band_goes_out_where_its_sum_would_not_and_is_held_back_where_its_ends_tell():
    """Of the total 30 + 20 + 25 and the part of two, the rest is one firm's: told by sums and by a narrow band."""
    whole, part = cell("total", a=30, b=20, c=25, d=40), cell("part", a=30, b=20, c=25)
    out = [table(part)]
    exactly = disclosure.release(table(whole), rule=RULE, released=out)
    wide = disclosure.release(table(whole), rule=RULE, released=out, bands={"total": (100.0, 500.0)})
    narrow = disclosure.release(table(whole), rule=RULE, released=out, bands={"total": (114.0, 116.0)})
    assert [one["state"].to_pylist() for one in (exactly, wide, narrow)] == [
        ["differencing"],
        ["released"],
        ["differencing"],
    ]


def test_the_same_publication_is_answered_the_same_and_totals_first():
    first, _ = _random_rows(3)
    assert states(first) == states(first)
    shuffled = sorted(first, key=lambda row: row[0] != "x local")
    assert next(iter(states(shuffled))) == "x local"


def test_a_table_that_cannot_be_used_says_where():
    with pytest.raises(engines.BadTable, match="amount_wan"):
        disclosure.release(table(cell("total", a=-1)), rule=RULE)
    with pytest.raises(ValueError, match="p_percent"):
        Rule(p_percent=0)
