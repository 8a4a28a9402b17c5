"""Choosing targets beside a greedy, PuLP with CBC, and PySAL's spopt: python -m benchmarks.targets [case …]"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from benchmarks import measure, workload
from benchmarks.peers import choices
from chainlab import targets

REPETITIONS = 5
TIME_LIMIT_S = 10.0
PACKAGES = ("highspy", "numpy", "pulp", "pyarrow", "scipy", "spopt")
SHARED = {"max_categories": 10, "max_suppliers": 22, "min_anchors": 2}
TIGHT = {"max_categories": 5, "max_suppliers": 8, "min_anchors": 2}


@dataclass(frozen=True, kw_only=True)
class Case:
    """How many candidates for how many needs under which limits."""

    candidates: int
    needs: int
    limits: dict[str, int]
    capacities: bool = False
    has_cbc: bool = True


CASES = {
    "plain covering, 500 × 1500": Case(candidates=500, needs=1500, limits={"max_suppliers": 22}),
    "10 categories, 120 × 180": Case(candidates=120, needs=180, limits=SHARED),
    "5 categories, 120 × 180": Case(candidates=120, needs=180, limits=TIGHT),
    "10 categories, 500 × 1500": Case(candidates=500, needs=1500, limits=SHARED),
    "with capacities, 120 × 180": Case(candidates=120, needs=180, limits=TIGHT, capacities=True),
    "plain covering, 3000 × 15000": Case(candidates=3000, needs=15000, limits={"max_suppliers": 50}, has_cbc=False),
}


def main(names: list[str]) -> int:
    cases = {}
    for name in names or list(CASES):
        case = CASES[name]
        tables = workload.targets(candidates=case.candidates, needs=case.needs, capacities=case.capacities)
        cases[name] = {
            "about": f"limits {case.limits}, workload {workload.digest(tables)}, {TIME_LIMIT_S:.0f} s at most",
            "ways": measure.compare(ways(case, tables), repetitions=REPETITIONS, check=same(case, tables)),
        }
    measure.report("targets", {"machine": measure.machine(PACKAGES), "cases": cases})
    return 0


def ways(case: Case, tables: dict[str, pa.Table]) -> dict[str, Callable[[], Any]]:
    """Everybody gets the same tables; a way that does not know a limit of the case is left out."""
    demand, offers = tables["demand"], tables["offers"]
    found: dict[str, Callable[[], Any]] = {
        "chainlab": lambda: targets.choose(demand, offers, **case.limits, time_limit_s=TIME_LIMIT_S)
    }
    if not case.capacities:
        found["greedy"] = lambda: choices.by_greedy(demand, offers, limits=case.limits)
    if case.has_cbc:
        found["PuLP, CBC"] = lambda: choices.by_cbc(demand, offers, limits=case.limits, time_limit_s=TIME_LIMIT_S)
    if case.limits.keys() == {"max_suppliers"} and not case.capacities and case.has_cbc:
        distance, weights = choices.covering_matrix(demand, offers)
        most = case.limits["max_suppliers"]
        found["PySAL spopt MCLP, CBC"] = lambda: choices.by_spopt(
            distance, weights, max_suppliers=most, time_limit_s=TIME_LIMIT_S
        )
    return found


def same(case: Case, tables: dict[str, pa.Table]) -> Callable[[Mapping[str, Any]], dict[str, dict[str, Any]]]:
    """A choice must pass its checker; nobody may beat a proven one; those who prove theirs must agree."""

    def check(answers: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
        ours = answers["chainlab"]
        wrong = targets.verify(ours, tables["demand"], tables["offers"], **case.limits)
        if wrong:
            raise SystemExit(f"chainlab: {wrong}")
        slack = 1e-6 * ours.objective_wan
        notes = {"chainlab": {"covered_wan": round(ours.objective_wan, 2), "ended": ours.method}}
        for name, answer in answers.items():
            if name == "chainlab":
                continue
            value, ended = (
                answer if isinstance(answer, tuple) else (answer, "heuristic" if name == "greedy" else "proven")
            )
            if value > ours.bound_wan + slack:
                raise SystemExit(f"{name} covers {value}, above chainlab's bound {ours.bound_wan}")
            if ended == "proven" and ours.is_proven and abs(value - ours.objective_wan) > slack:
                raise SystemExit(f"{name} proves {value}, chainlab {ours.objective_wan}")
            notes[name] = {"covered_wan": round(value, 2), "ended": ended}
        return notes

    return check


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
