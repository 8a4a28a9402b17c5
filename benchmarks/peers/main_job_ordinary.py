"""The main job as it is ordinarily written: pandas over openpyxl, networkx, PuLP with CBC, pandas back to Excel.

Frozen. It trusts the workbook.

python main_job_ordinary.py WORKBOOK OUT.xlsx HOME CATEGORIES SUPPLIERS ANCHORS SECONDS
"""

import json
import sys
from collections import defaultdict

import networkx as nx
import pandas as pd
import pulp

AMOUNT = "年采购额（万元）"


def main(workbook: str, out: str, home: str, categories: int, suppliers: int, anchors: int, seconds: float) -> None:
    sheets = pd.read_excel(workbook, sheet_name=None, engine="openpyxl", dtype={"注册地": str})
    firms, parts, bought, able = (sheets[name] for name in ("企业", "零部件", "采购", "能力"))
    here = set(firms.loc[firms["注册地"].str.startswith(home), "企业编号"])
    leaders = set(firms.loc[firms["角色"] == "链主", "企业编号"])
    category = dict(zip(parts["零部件编号"], parts["类别"], strict=True))
    bought = bought[bought["采购企业"].isin(leaders) & (bought["采购方式"] != "自制")]
    outside = bought[~bought["供应商"].isin(here)]
    demand = outside.groupby(["采购企业", "零部件"], as_index=False)[AMOUNT].sum()
    able = able[(able["是否已通过认证"] != "否") & ~able["企业"].isin(here)]
    graph = nx.Graph()
    for row in outside.itertuples():
        graph.add_edge(("firm", row.供应商), ("part", row.零部件), capacity=None)
    for row in able.itertuples():
        if ("part", row.零部件) in graph:
            graph.add_edge(("firm", row.企业), ("part", row.零部件), capacity=row[4])
    found = choose(graph, demand, category, categories, suppliers, anchors, seconds)
    local = bought.loc[bought["供应商"].isin(here), AMOUNT].sum()
    known = local + outside[AMOUNT].sum()
    answer = {
        "objective_wan": found["objective"],
        "is_proven": found["is_proven"],
        "local_ratio_before": local / known,
        "local_ratio_after": (local + found["objective"]) / known,
        "categories": sorted(found["categories"]),
        "suppliers": sorted(found["suppliers"]),
    }
    shared = outside.groupby("供应商").agg(
        链主=("采购企业", "nunique"), 零部件=("零部件", "nunique"), 金额=(AMOUNT, "sum")
    )
    with pd.ExcelWriter(out, engine="openpyxl") as book:
        pd.DataFrame({"供应商": answer["suppliers"]}).to_excel(book, sheet_name="目标清单", index=False)
        pd.DataFrame({"类别": answer["categories"]}).to_excel(book, sheet_name="零部件类别", index=False)
        shared[shared["链主"] >= 2].sort_values("链主", ascending=False).to_excel(book, sheet_name="现有共性配套商")
    print(json.dumps(answer, ensure_ascii=False))


def choose(graph, demand, category, categories: int, suppliers: int, anchors: int, seconds: float) -> dict:
    """The covering model by part, with capacities and anchors, in PuLP."""
    program = pulp.LpProblem("targets", pulp.LpMaximize)
    wanted: dict[str, float] = defaultdict(float)
    wishes: dict[str, set[str]] = defaultdict(set)
    for row in demand.itertuples():
        wanted[row.零部件] += row[3]
        wishes[row.零部件].add(row.采购企业)
    firms = sorted(name for kind, name in graph if kind == "firm")
    x = {one: pulp.LpVariable(f"x_{one}", cat="Binary") for one in firms}
    z = {one: pulp.LpVariable(f"z_{one}", cat="Binary") for one in sorted(set(category.values()))}
    covered = []
    flows: dict[str, list] = defaultdict(list)
    for part, amount in wanted.items():
        y = pulp.LpVariable(f"y_{part}", 0, amount)
        terms = []
        for _, firm in graph[("part", part)]:
            capacity = graph.edges[("firm", firm), ("part", part)]["capacity"]
            if capacity is None:
                terms.append(amount * x[firm])
                continue
            flow = pulp.LpVariable(f"f_{firm}_{part}", 0, amount)
            program += flow <= amount * x[firm]
            flows[firm].append((capacity, flow))
            terms.append(flow)
        program += y <= pulp.lpSum(terms)
        program += y <= amount * z[category[part]]
        covered.append(y)
    for firm, found in flows.items():
        for limit, _ in found:
            program += pulp.lpSum(flow for capacity, flow in found if capacity <= limit) <= limit * x[firm]
    for firm in firms:
        need_anchors(program, firm, graph, wishes, category, x, z, anchors)
    program += pulp.lpSum(z.values()) <= categories
    program += pulp.lpSum(x.values()) <= suppliers
    program += pulp.lpSum(covered)
    program.solve(pulp.PULP_CBC_CMD(msg=False, gapRel=0, timeLimit=seconds))
    return {
        "objective": float(pulp.value(program.objective) or 0.0),
        "is_proven": program.sol_status == pulp.LpSolutionOptimal,
        "suppliers": {one for one in firms if (x[one].value() or 0) > 0.5},
        "categories": {one for one, variable in z.items() if (variable.value() or 0) > 0.5},
    }


def need_anchors(program, firm, graph, wishes, category, x, z, anchors: int) -> None:
    kinds: dict[str, set[str]] = defaultdict(set)
    for _, part in graph[("firm", firm)]:
        for anchor in wishes[part]:
            kinds[anchor].add(category[part])
    met = []
    for anchor, found in kinds.items():
        v = pulp.LpVariable(f"v_{firm}_{anchor}", 0, 1)
        program += v <= pulp.lpSum(z[one] for one in found)
        met.append(v)
    program += pulp.lpSum(met) >= anchors * x[firm]


if __name__ == "__main__":
    given = sys.argv[1:]
    main(*given[:3], *map(int, given[3:6]), float(given[6]))
