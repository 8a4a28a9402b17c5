"""Time in a stage, against a published table, an independent package and a slow count in fractions."""

import datetime as dt

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chainlab import engines, funnel
from tests.chainlab.funnel import slow

DAY = dt.date(2026, 3, 1)
# Weeks of remission under 6-MP, + still in remission: Freireich et al. 1963, as printed in Kalbfleisch & Prentice.
REMISSION = "6 6 6 6+ 7 9+ 10 10+ 11+ 13 16 17+ 19+ 20+ 22 23 25+ 32+ 32+ 34+ 35+"
PRINTED = {6: (21, 3, 0.857), 7: (17, 1, 0.807), 10: (15, 1, 0.753), 13: (12, 1, 0.690), 16: (11, 1, 0.627)}
PRINTED |= {22: (7, 1, 0.538), 23: (6, 1, 0.448)}

days = st.integers(0, 12)
stays = st.lists(
    st.tuples(st.integers(0, 9), st.sampled_from(["线索", "在谈", "签约"]), days, st.none() | days),
    min_size=1,
    max_size=30,
)


def _log(rows: list[slow.Stay], **more: list[str | None]) -> pa.Table:
    names = ("item_id", "stage", "entered_on", "left_on")
    columns = dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))
    return pa.table(columns | more)


def _dated(rows: list[tuple[int, str, int, int | None]]) -> list[slow.Stay]:
    at = lambda n: DAY + dt.timedelta(days=n)  # noqa: E731
    return [(i, s, at(e), None if length is None else at(e + length)) for i, s, e, length in rows]


def test_the_published_remission_times_give_the_published_curve() -> None:
    # Each patient enters so that those still in remission are seen on one and the same day.
    as_of = dt.date(2026, 12, 31)
    rows: list[slow.Stay] = []
    for n, word in enumerate(REMISSION.split()):
        weeks = dt.timedelta(days=int(word.rstrip("+")))
        entered = as_of - weeks
        rows.append((n, "缓解", entered, None if word.endswith("+") else entered + weeks))
    told = funnel.survival(_log(rows), as_of=as_of).to_pylist()
    assert [row["days"] for row in told] == list(PRINTED)
    for row in told:
        at_risk, left, share = PRINTED[row["days"]]
        assert (row["at_risk"], row["left_count"]) == (at_risk, left)
        assert row["survival"] == pytest.approx(share, abs=0.0005)


@given(stays)
@settings(max_examples=150, deadline=None)
def test_survival_is_the_slow_count(rows: list[tuple[int, str, int, int | None]]) -> None:
    as_of = DAY + dt.timedelta(days=11)
    dated = _dated(rows)
    told = {
        (r["stage"], r["days"]): (r["at_risk"], r["left_count"], r["survival"])
        for r in funnel.survival(_log(dated), as_of=as_of).to_pylist()
    }
    expected = slow.survival(dated, as_of=as_of)
    assert told.keys() == expected.keys()
    for key, (at_risk, left, share) in expected.items():
        assert told[key][:2] == (at_risk, left)
        assert told[key][2] == pytest.approx(float(share))


@given(stays, st.data())
@settings(max_examples=100, deadline=None)
def test_the_ways_out_are_the_slow_count_and_add_up_with_those_who_stay(
    rows: list[tuple[int, str, int, int | None]], data: st.DataObject
) -> None:
    as_of = DAY + dt.timedelta(days=11)
    dated = _dated(rows)
    ways = [None if left is None else data.draw(st.sampled_from(["推进", "流失"])) for *_rest, left in dated]
    log = _log(dated, exit=ways)
    told = {(r["stage"], r["exit"], r["days"]): r["incidence"] for r in funnel.exits(log, as_of=as_of).to_pylist()}
    expected = slow.incidence(dated, ways, as_of=as_of)
    assert told.keys() == expected.keys()
    assert told == {key: pytest.approx(float(share)) for key, share in expected.items()}
    for stage in {key[0] for key in told}:
        last = [
            max(v for k, v in told.items() if k[:2] == (stage, way)) for way in {k[1] for k in told if k[0] == stage}
        ]
        staying = [r["survival"] for r in funnel.survival(log, as_of=as_of).to_pylist() if r["stage"] == stage][-1]
        assert sum(last) + staying == pytest.approx(1)


def test_an_independent_package_says_the_same() -> None:
    import lifelines

    random = np.random.default_rng(7)
    as_of = dt.date(2026, 6, 30)
    entered = [as_of - dt.timedelta(days=int(n)) for n in random.integers(0, 700, 400)]
    length = random.integers(1, 400, 400)
    left = [e + dt.timedelta(days=int(n)) for e, n in zip(entered, length, strict=True)]
    log = pa.table({"item_id": range(400), "stage": ["在谈"] * 400, "entered_on": entered, "left_on": left})
    told = funnel.survival(log, as_of=as_of).to_pandas().set_index("days")["survival"]
    seen = [min(n, (as_of - e).days) for e, n in zip(entered, length, strict=True)]
    gone = [e + dt.timedelta(days=int(n)) <= as_of for e, n in zip(entered, length, strict=True)]
    peer = lifelines.KaplanMeierFitter().fit(seen, gone).survival_function_at_times(told.index)
    assert np.allclose(told.to_numpy(), peer.to_numpy())
    assert len(told) > 100


def test_who_leaves_after_the_day_is_still_there_and_who_comes_after_it_is_not_seen() -> None:
    later = DAY + dt.timedelta(days=100)
    rows: list[slow.Stay] = [(1, "a", DAY, later), (2, "a", DAY, DAY + dt.timedelta(days=3)), (3, "a", later, None)]
    told = funnel.survival(_log(rows), as_of=DAY + dt.timedelta(days=10)).to_pylist()
    assert told == [{"stage": "a", "days": 3, "at_risk": 2, "left_count": 1, "survival": 0.5}]


def test_a_stage_nobody_has_left_has_no_row_and_an_empty_log_no_rows() -> None:
    told = funnel.survival(_log([(1, 10, DAY, None)]), as_of=DAY)
    assert told.num_rows == 0
    assert told.schema.field("stage").type == pa.int64()
    empty = {"item_id": [], "stage": [], "entered_on": [], "left_on": []}
    assert funnel.survival(empty, as_of=DAY).num_rows == 0


def test_a_stay_that_ends_before_it_begins_names_its_row() -> None:
    rows: list[slow.Stay] = [(1, "a", DAY, None), (2, "a", DAY, DAY - dt.timedelta(days=1))]
    with pytest.raises(engines.BadTable) as bad:
        funnel.survival(_log(rows), as_of=DAY)
    assert (bad.value.column, bad.value.row) == ("left_on", 1)


def test_a_stay_that_ended_must_say_where_to() -> None:
    rows: list[slow.Stay] = [(1, "a", DAY, None), (2, "a", DAY, DAY)]
    with pytest.raises(engines.BadTable, match="say where to"):
        funnel.exits(_log(rows, exit=[None, None]), as_of=DAY)


def test_dates_come_as_dates_instants_or_iso_text_and_nothing_else() -> None:
    text = {"item_id": [1], "stage": ["a"], "entered_on": ["2026-03-01"], "left_on": ["2026-03-03"]}
    [row] = funnel.survival(text, as_of=dt.date(2026, 4, 1)).to_pylist()
    assert row["days"] == 2
    here = dt.timezone(dt.timedelta(hours=8))
    late, early = dt.datetime(2026, 3, 1, 23, 59, tzinfo=here), dt.datetime(2026, 3, 3, 0, 1, tzinfo=here)
    instants = text | {"entered_on": [late], "left_on": [early]}
    assert funnel.survival(instants, as_of=dt.date(2026, 4, 1)).to_pylist()[0]["days"] == 2
    for bad in (["1.3.2026"], [20260301]):
        with pytest.raises(engines.BadTable) as refused:
            funnel.survival(text | {"entered_on": bad}, as_of=DAY)
        assert refused.value.column == "entered_on"
