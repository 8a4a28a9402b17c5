"""The workbook of the main job: what a working group hands in, 100,000 purchase rows, invented and seeded."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import xlsxwriter

ANCHORS, FIRMS, PARTS, CATEGORIES = 40, 3_000, 1_500, 30
REGIONS = ("370214", "370212", "370281", "320505", "440306", "330106", "310115", "500103")
HEADERS = {
    "企业": ("企业编号", "企业名称", "注册地", "角色"),
    "零部件": ("零部件编号", "零部件名称", "类别"),
    "采购": ("采购企业", "零部件", "供应商", "年采购额（万元）", "采购方式", "使用工厂", "年度"),
    "能力": ("企业", "零部件", "是否已通过认证", "年供应能力（万元）"),
}


def write(path: Path, *, purchases: int, spread: float, seed: int = 20261126) -> str:
    """Write the workbook; gives twelve digits of what is in it.

    An anchor buys a part from six suppliers under as many orders as fall there, all in one year; some parts are bought
    by all, most by few: half of the purchases are of the share `spread` of the parts or so. A fiftieth of the amounts
    is not filled in.
    """
    draw = np.random.default_rng(seed)
    firms = [f"QY-{number:05}" for number in range(FIRMS)]
    parts = [f"LJ-{number:05}" for number in range(PARTS)]
    region = np.where(np.arange(FIRMS) < ANCHORS, 0, draw.integers(0, len(REGIONS), FIRMS))
    supplier_of = [draw.choice(np.arange(ANCHORS, FIRMS), 6, replace=False) for _ in parts]
    buyer = draw.integers(0, ANCHORS, purchases)
    part = np.minimum((draw.pareto(1.2, purchases) * PARTS * spread).astype(int), PARTS - 1)
    seller = np.array([supplier_of[one][pick] for one, pick in zip(part, draw.integers(0, 6, purchases), strict=True)])
    amount = np.round(draw.pareto(1.5, purchases) * 20 + 1, 2)
    is_blank = draw.random(purchases) < 0.02
    able = draw.integers(ANCHORS, FIRMS, 6_000)
    able_part = draw.integers(0, PARTS, 6_000)
    pairs = list(dict.fromkeys(zip(able.tolist(), able_part.tolist(), strict=True)))
    sheets = {
        "企业": [
            (firm, f"示范企业{number:05}有限公司", REGIONS[region[number]], "链主" if number < ANCHORS else "配套")
            for number, firm in enumerate(firms)
        ],
        "零部件": [(one, f"零部件{number:05}", f"类别{number % CATEGORIES:02}") for number, one in enumerate(parts)],
        "采购": [
            (
                firms[buyer[number]],
                parts[part[number]],
                firms[seller[number]],
                None if is_blank[number] else float(amount[number]),
                "外购",
                f"工厂{buyer[number] % 3 + 1}",
                2025,
            )
            for number in range(purchases)
        ],
        "能力": [
            (firms[firm], parts[one], "是" if number % 5 else "否", float(100 + number % 4_000))
            for number, (firm, one) in enumerate(pairs)
        ],
    }
    book = xlsxwriter.Workbook(path, {"constant_memory": True})
    for name, rows in sheets.items():
        page = book.add_worksheet(name)
        for number, row in enumerate((HEADERS[name], *rows)):
            page.write_row(number, 0, row)
    book.close()
    return hashlib.sha256(repr(sheets).encode()).hexdigest()[:12]
