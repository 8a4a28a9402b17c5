"""Choosing targets beside a greedy, CBC, HiGHS as it comes and spopt: python -m benchmarks.targets [case …]"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from benchmarks import measure, workload
from benchmarks.peers import choices
from chainlab import targets

SEED = 20261123
PACKAGES = ("highspy", "numpy", "pulp", "pyarrow", "scipy", "spopt")
PLAIN = {"max_suppliers": 22}
SHARED = {"max_categories": 10, "max_suppliers": 22, "min_anchors": 2}
TIGHT = {"max_categories": 5, "max_suppliers": 8, "min_anchors": 2}


@dataclass(frozen=True, kw_only=True)
class Case:
    """How many candidates for how many needs under which limits; so many questions, each from a seed of its own."""

    candidates: int
    needs: int
    limits: dict[str, int]
    offered: tuple[int, int] = (3, 10)
    capacities: bool = False
    seconds: float = 10.0
    questions: int = 5
    peers: tuple[str, ...] = field(default=("greedy", "CBC", "HiGHS"))

    def tables(self, number: int) -> dict[str, pa.Table]:
        return workload.targets(
            candidates=self.candidates,
            needs=self.needs,
            offered=self.offered,
            capacities=self.capacities,
            seed=SEED + number,
        )


# Not asked where a peer does not know a limit (greedy: capacities; spopt: all but the number of suppliers), or where
# writing the model down in Python takes longer than all the others together.
CASES = {
    "plain covering, 500 × 1500": Case(
        candidates=500, needs=1500, limits=PLAIN, peers=("greedy", "CBC", "HiGHS", "spopt")
    ),
    "22 of 120 suppliers, 10 categories, 180 needs": Case(candidates=120, needs=180, limits=SHARED),
    "8 of 120 suppliers, 5 categories, 180 needs": Case(candidates=120, needs=180, limits=TIGHT),
    "22 of 500 suppliers, 10 categories, 1500 needs": Case(candidates=500, needs=1500, limits=SHARED),
    "with capacities, 300 × 1000": Case(
        candidates=300, needs=1000, limits=SHARED, capacities=True, peers=("CBC", "HiGHS")
    ),
    "plain covering, 3000 × 15000": Case(
        candidates=3000, needs=15000, limits={"max_suppliers": 50}, questions=3, peers=("greedy", "HiGHS")
    ),
    "dense, 5000 × 15000, 200,000 offers": Case(
        candidates=5000, needs=15000, limits=SHARED, offered=(20, 60), seconds=30.0, questions=1,
        peers=("greedy", "HiGHS"),
    ),
    "very dense, 5000 × 15000, 1.2 million offers": Case(
        candidates=5000, needs=15000, limits=SHARED, offered=(150, 350), seconds=30.0, questions=1, peers=("greedy",)
    ),
}  # fmt: skip


def main(names: list[str]) -> int:
    small = workload.targets(candidates=20, needs=40, capacities=False)
    targets.choose(**small, max_suppliers=3)  # imports are not timed
    cases = {}
    for name in names or list(CASES):
        case = CASES[name]
        given = [case.tables(number) for number in range(case.questions)]
        digests = " ".join(workload.digest(tables) for tables in given)
        cases[name] = {
            "about": f"limits {case.limits}, workloads {digests}, {case.seconds:.0f} s at most",
            "ways": measure.over(questions(case, given), check=same(case, given), summary=summed),
        }
    measure.report("targets", {"machine": measure.machine(PACKAGES), "cases": cases}, order=CASES)
    return 0


def questions(case: Case, given: list[dict[str, pa.Table]]) -> Iterator[dict[str, Callable[[], Any]]]:
    for tables in given:
        yield ways(case, tables)


def ways(case: Case, tables: dict[str, pa.Table]) -> dict[str, Callable[[], Any]]:
    """Everybody gets the same tables and the same time."""
    demand, offers, limits, seconds = tables["demand"], tables["offers"], case.limits, case.seconds
    found: dict[str, Callable[[], Any]] = {
        "chainlab": lambda: targets.choose(demand, offers, **limits, time_limit_s=seconds)
    }
    if "greedy" in case.peers:
        found["greedy"] = lambda: (choices.by_greedy(demand, offers, limits=limits), "heuristic")
    if "CBC" in case.peers:
        found["PuLP, CBC"] = lambda: choices.by_cbc(demand, offers, limits=limits, time_limit_s=seconds)
    if "HiGHS" in case.peers:
        found["SciPy milp, HiGHS"] = lambda: choices.by_highs(demand, offers, limits=limits, time_limit_s=seconds)
    if "spopt" in case.peers:
        distance, weights = choices.covering_matrix(demand, offers)
        most = limits["max_suppliers"]
        found["PySAL spopt MCLP, CBC"] = lambda: (
            choices.by_spopt(distance, weights, max_suppliers=most, time_limit_s=seconds),
            "proven",
        )
    return found


def same(case: Case, given: list[dict[str, pa.Table]]) -> Callable[[int, Mapping[str, Any]], dict[str, dict[str, Any]]]:
    """A choice must pass its checker; nobody may beat a proven one or a bound; those who prove theirs must agree."""

    def check(number: int, answers: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
        ours, tables = answers["chainlab"], given[number]
        wrong = targets.verify(ours, tables["demand"], tables["offers"], **case.limits)
        if wrong:
            raise SystemExit(f"chainlab: {wrong}")
        slack = 1e-6 * ours.objective_wan
        gap = ours.bound_wan / ours.objective_wan - 1
        notes = {"chainlab": {"covered": ours.objective_wan, "ended": "proven" if ours.is_proven else f"gap {gap:.1%}"}}
        for name, (value, ended) in ((name, found) for name, found in answers.items() if name != "chainlab"):
            if value > ours.bound_wan + slack:
                raise SystemExit(f"{name} covers {value}, above chainlab's bound {ours.bound_wan}")
            if ended == "proven" and ours.is_proven and abs(value - ours.objective_wan) > slack:
                raise SystemExit(f"{name} proves {value}, chainlab {ours.objective_wan}")
            notes[name] = {"covered": value, "ended": ended}
        return notes

    return check


def summed(notes: list[Mapping[str, Any]]) -> dict[str, Any]:
    """Mean covered, and how the questions ended: all alike, or each."""
    ends = [note["ended"] for note in notes]
    proven = ends.count("proven")
    alike = ends[0] if len(set(ends)) == 1 else ""
    rest = sorted({end for end in ends if end != "proven"})
    return {
        "covered_wan": round(sum(note["covered"] for note in notes) / len(notes), 2),
        "ended": alike or f"proven {proven} of {len(ends)}; {', '.join(rest)}",
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
