"""The main job as a very good analyst would write it for this one workbook.

calamine, polars, SciPy, highspy, xlsxwriter.

Frozen. It trusts the workbook: headers are where they should be, ids are written alike, amounts are numbers.

python main_job_strong.py WORKBOOK OUT.xlsx HOME CATEGORIES SUPPLIERS ANCHORS SECONDS
"""

import json
import sys

import highspy
import numpy as np
import polars as pl
import python_calamine
import xlsxwriter
from scipy import sparse


def main(workbook: str, out: str, home: str, categories: int, suppliers: int, anchors: int, seconds: float) -> None:
    firms, parts, bought, able = load(workbook)
    is_home = pl.col("注册地").cast(pl.String).str.starts_with(home)
    firms = firms.with_columns(is_home.alias("is_home"))
    place = firms.select("企业编号", "is_home")
    leaders = firms.filter(pl.col("角色") == "链主").select("企业编号")
    bought = (
        bought.filter(pl.col("采购方式") != "自制")
        .join(leaders, left_on="采购企业", right_on="企业编号")
        .join(place, left_on="供应商", right_on="企业编号", how="left")
    )
    outside = bought.filter(~pl.col("is_home"))
    amount = "年采购额（万元）"
    demand = (
        outside.group_by("采购企业", "零部件")
        .agg(pl.col(amount).sum().alias("amount"))
        .join(parts.select("零部件编号", "类别"), left_on="零部件", right_on="零部件编号")
        .sort("采购企业", "零部件")
    )
    able = (
        able.filter(pl.col("是否已通过认证") != "否")
        .join(place, left_on="企业", right_on="企业编号")
        .filter(~pl.col("is_home"))
        .select(pl.col("企业").alias("供应商"), "零部件", pl.col("年供应能力（万元）").alias("capacity"))
    )
    current = outside.select("供应商", "零部件").with_columns(pl.lit(None, pl.Float64).alias("capacity"))
    offers = pl.concat([current, able]).group_by("供应商", "零部件").agg(pl.col("capacity").min())
    shared = (
        outside.group_by("供应商")
        .agg(pl.col("采购企业").n_unique().alias("anchors"), pl.col("零部件").n_unique(), pl.col(amount).sum())
        .filter(pl.col("anchors") >= 2)
        .sort(["anchors", amount, "供应商"], descending=[True, True, False])
    )
    found = choose(demand, offers.sort("供应商", "零部件"), categories, suppliers, anchors, seconds)
    local = bought.filter(pl.col("is_home"))[amount].sum()
    known = local + outside[amount].sum()
    answer = {
        "objective_wan": found["objective"],
        "bound_wan": found["bound"],
        "is_proven": found["is_proven"],
        "local_ratio_before": local / known,
        "local_ratio_after": (local + found["objective"]) / known,
        "categories": sorted(found["categories"]),
        "suppliers": sorted(found["suppliers"]),
    }
    write(out, answer, found["covered"], shared, dict(firms.select("企业编号", "企业名称").iter_rows()))
    print(json.dumps(answer, ensure_ascii=False))


def load(workbook: str) -> list[pl.DataFrame]:
    book = python_calamine.CalamineWorkbook.from_path(workbook)
    frames = []
    for name in ("企业", "零部件", "采购", "能力"):
        header, *rows = book.get_sheet_by_name(name).to_python()
        columns = [[None if value == "" else value for value in column] for column in zip(*rows, strict=True)]
        frames.append(pl.DataFrame(dict(zip(header, columns, strict=True)), strict=False))
    return frames


def choose(demand, offers, categories: int, suppliers: int, anchors: int, seconds: float) -> dict:
    """Demand by part; x suppliers, z categories, y and f shares, v (supplier, anchor); started from a greedy choice."""
    names = offers["供应商"].unique().sort().to_list()
    kinds = demand["类别"].unique().sort().to_list()
    by_part = demand.group_by("零部件", "类别", maintain_order=True).agg(pl.col("amount").sum())
    part_of = {part: number for number, part in enumerate(by_part["零部件"].to_list())}
    kind_of = {kind: number for number, kind in enumerate(kinds)}
    firm_of = {firm: number for number, firm in enumerate(names)}
    offers = offers.filter(pl.col("零部件").is_in(list(part_of)))
    firm = np.array([firm_of[one] for one in offers["供应商"].to_list()])
    part = np.array([part_of[one] for one in offers["零部件"].to_list()])
    capacity = offers["capacity"].fill_null(np.inf).to_numpy()
    amount = by_part["amount"].to_numpy()
    kind = np.array([kind_of[one] for one in by_part["类别"].to_list()])
    wishes = (
        offers.join(demand.select("零部件", "采购企业", "类别"), on="零部件")
        .select("供应商", "采购企业", "类别")
        .unique()
    )
    seats = wishes.select("供应商", "采购企业").unique(maintain_order=True).with_row_index("seat")
    wishes = wishes.join(seats, on=["供应商", "采购企业"])
    capped = np.flatnonzero(np.isfinite(capacity))
    free = np.flatnonzero(~np.isfinite(capacity))
    x, z = 0, len(names)
    y = z + len(kinds)
    f = y + len(amount)
    v = f + len(capped)
    width = v + len(seats)
    rows, upper, count = [], [], 0

    def add(limit, size, *entries):
        nonlocal count
        for row, column, value in entries:
            rows.append((np.asarray(row) + count, np.asarray(column), np.broadcast_to(value, len(row)).astype(float)))
        upper.append(np.full(size, float(limit)))
        count += size

    each = np.arange(len(amount))
    add(
        0,
        len(amount),
        (each, y + each, 1),
        (part[free], x + firm[free], -1),
        (part[capped], f + np.arange(len(capped)), -1),
    )
    add(0, len(amount), (each, y + each, 1), (each, z + kind, -1))
    number = np.arange(len(capped))
    most = np.minimum(1, capacity[capped] / np.maximum(amount[part[capped]], 1e-9))
    add(0, len(capped), (number, f + number, 1), (number, x + firm[capped], -most))
    order = np.lexsort([capacity[capped], firm[capped]])
    for one in np.unique(firm[capped]):
        mine = order[firm[capped][order] == one]
        for last in range(len(mine)):
            inside = mine[: last + 1]
            limit = capacity[capped][mine[last]]
            share = amount[part[capped][inside]] / limit
            add(0, 1, (np.zeros(len(inside), int), f + inside, share), (np.zeros(1, int), np.array([x + one]), -1))
    seat_firm = np.array([firm_of[one] for one in seats["供应商"].to_list()])
    seat, wish = np.arange(len(seats)), wishes["seat"].to_numpy().astype(int)
    wish_kind = np.array([kind_of[one] for one in wishes["类别"].to_list()])
    add(0, len(seats), (seat, v + seat, 1), (wish, z + wish_kind, -1))
    all_firms = np.arange(len(names))
    add(0, len(names), (all_firms, x + all_firms, anchors), (seat_firm, v + seat, -1))
    add(categories, 1, (np.zeros(len(kinds), int), z + np.arange(len(kinds)), 1))
    add(suppliers, 1, (np.zeros(len(names), int), x + all_firms, 1))
    matrix = sparse.csr_array(
        (np.concatenate([r[2] for r in rows]), tuple(np.concatenate([r[i] for r in rows]) for i in (0, 1))),
        shape=(count, width),
    )
    program = highspy.HighsLp()
    program.num_col_, program.num_row_ = width, count
    cost = np.zeros(width)
    cost[y:f] = amount
    program.col_cost_, program.col_lower_, program.col_upper_ = cost, np.zeros(width), np.ones(width)
    program.row_lower_, program.row_upper_ = np.full(count, -np.inf), np.concatenate(upper)
    program.sense_ = highspy.ObjSense.kMaximize
    program.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    program.a_matrix_.start_, program.a_matrix_.index_, program.a_matrix_.value_ = (
        matrix.indptr,
        matrix.indices,
        matrix.data,
    )
    whole, real = highspy.HighsVarType.kInteger, highspy.HighsVarType.kContinuous
    program.integrality_ = [whole] * y + [real] * (width - y)
    solver = highspy.Highs()
    for option, value in (("output_flag", False), ("time_limit", seconds), ("mip_rel_gap", 1e-7)):
        solver.setOptionValue(option, value)
    solver.passModel(program)
    start = greedy(firm, part, amount, kind, categories, suppliers, width, z)
    solution = highspy.HighsSolution()
    solution.col_value = start
    solver.setSolution(solution)
    solver.run()
    value = np.array(solver.getSolution().col_value)
    info = solver.getInfo()
    flow = np.zeros(len(firm))
    flow[capped] = np.where(value[y:f] > 1e-9, amount, 0.0)[part[capped]] * value[f:v]
    rest = value[y:f] * amount - np.bincount(part, flow, len(amount))
    for link in free:
        if value[x + firm[link]] > 0.5 and rest[part[link]] > 1e-9:
            flow[link], rest[part[link]] = rest[part[link]], 0.0
    used = np.flatnonzero(flow > 1e-6)
    covered = [(by_part["零部件"][int(part[one])], names[firm[one]], float(flow[one])) for one in used]
    return {
        "objective": float(info.objective_function_value),
        "bound": float(info.mip_dual_bound),
        "is_proven": solver.getModelStatus() == highspy.HighsModelStatus.kOptimal,
        "suppliers": {row[1] for row in covered},
        "categories": {kinds[kind[part[one]]] for one in used},
        "covered": covered,
    }


def greedy(firm, part, amount, kind, categories: int, suppliers: int, width: int, z: int) -> np.ndarray:
    """Whole solution: the largest categories, then again and again the supplier that adds most."""
    value = np.zeros(width)
    chosen = np.argsort(-np.bincount(kind, amount))[:categories]
    value[z + chosen] = 1
    rest = np.where(np.isin(kind, chosen), amount, 0.0)
    offers = sparse.csr_array((np.ones(len(firm)), (firm, part)), shape=(firm.max() + 1, len(amount)))
    for _ in range(suppliers):
        best = int(np.argmax(offers @ rest))
        value[best] = 1
        rest[offers[[best]].indices] = 0
    return value


def write(out: str, answer: dict, covered: list, shared: pl.DataFrame, names: dict) -> None:
    book = xlsxwriter.Workbook(out)
    total: dict[str, float] = {}
    for _, one, wan in covered:
        total[one] = total.get(one, 0.0) + wan
    sheets = {
        "目标清单": [
            ("企业编号", "供应商", "可覆盖"),
            *((one, names[one], total[one]) for one in sorted(total, key=lambda k: -total[k])),
        ],
        "零部件类别": [("类别",), *((one,) for one in answer["categories"])],
        "覆盖明细": [("零部件", "供应商", "金额"), *covered],
        "现有共性配套商": [tuple(shared.columns), *shared.iter_rows()],
        "依据": [(key, json.dumps(value, ensure_ascii=False)) for key, value in answer.items()],
    }
    for name, rows in sheets.items():
        page = book.add_worksheet(name)
        for number, row in enumerate(rows):
            page.write_row(number, 0, row)
    book.close()


if __name__ == "__main__":
    given = sys.argv[1:]
    main(*given[:3], *map(int, given[3:6]), float(given[6]))
