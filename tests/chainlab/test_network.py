"""Cycle check, reach and where-used, beside networkx, an independent package."""

import networkx as nx
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainlab import engines, network

pairs = st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=16)


def links(*rows):
    return {"parent_id": [row[0] for row in rows], "child_id": [row[1] for row in rows]}


def steps(table):
    return dict(zip(table["part_id"].to_pylist(), table["steps"].to_pylist(), strict=True))


@given(pairs, st.lists(st.integers(0, 7), min_size=1, max_size=3))
def test_reach_and_steps_are_those_of_networkx(rows, starts):
    graph = nx.DiGraph(rows)
    known = [one for one in starts if one in graph]
    for is_upstream, over in ((False, graph), (True, graph.reverse())):
        expected = {}
        for one in known:
            for part, distance in nx.single_source_shortest_path_length(over, one).items():
                expected[part] = min(distance, expected.get(part, distance))
        assert steps(network.reachable(links(*rows), starts, is_upstream=is_upstream)) == expected


@given(pairs)
def test_cycles_are_the_strong_components_of_networkx(rows):
    graph = nx.DiGraph(rows)
    expected = {
        tuple(sorted(group))
        for group in nx.strongly_connected_components(graph)
        if len(group) > 1 or graph.has_edge(*[next(iter(group))] * 2)
    }
    found = network.cycles(links(*rows))
    assert set(found) == expected
    assert list(found) == sorted(found)


@given(pairs, st.integers(0, 7))
def test_only_cycles_within_reach_are_reported(rows, start):
    within = set(steps(network.reachable(links(*rows), [start])))
    expected = [group for group in network.cycles(links(*rows)) if set(group) <= within]
    assert list(network.cycles(links(*rows), [start])) == expected


def test_where_used_leaves_out_the_part_itself():
    table = network.where_used(links(("冰箱", "压缩机"), ("压缩机", "电机"), ("风扇", "电机")), ["电机"])
    assert steps(table) == {"压缩机": 1, "风扇": 1, "冰箱": 2}


def test_a_part_in_its_own_cycle_is_used_in_the_others():
    assert steps(network.where_used(links(("a", "b"), ("b", "a")), ["a"])) == {"b": 1}


def test_what_no_link_mentions_is_reached_by_nothing():
    assert network.reachable(links(("a", "b")), ["x"]).num_rows == 0
    assert network.reachable(links(("a", "b")), []).num_rows == 0


def test_a_long_cycle_is_told_in_part_and_counted_whole():
    found = network.CycleFound(range(30))
    assert "30" in found.message_zh
    assert "30" in str(found)
    assert "25" not in str(found)
    assert found.members == tuple(range(30))


def test_ids_of_two_kinds_are_refused():
    with pytest.raises(engines.BadTable, match=r"links\.child_id"):
        network.reachable({"parent_id": [1], "child_id": ["b"]}, [1])


def test_an_id_that_links_know_but_do_not_start_from_is_a_node():
    over = network.graph(pa.chunked_array([["a"]]), pa.chunked_array([["b"]]), also=pa.chunked_array([["z"]]))
    assert over.ids.to_pylist() == ["a", "b", "z"]
    assert over.rows(pa.array(["z", "q"])).tolist() == [2, -1]


def test_one_id_alone_is_an_id_and_not_its_letters():
    links = {"parent_id": ["P1"], "child_id": ["p2"]}
    assert network.reachable(links, "P1")["part_id"].to_pylist() == ["P1", "p2"]
    assert network.where_used(links, "p2")["part_id"].to_pylist() == ["P1"]
