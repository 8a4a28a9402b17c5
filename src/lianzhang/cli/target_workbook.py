"""The target list as a workbook: suppliers with their reasons, categories, what each covers, and what it rests on."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from chainlab.sheets import writing
from chainlab.targets import METHODS
from lianzhang.cli.answer import Answer

METHODS_EN = {
    "none": "no eligible supplier",
    "greedy-meets-bound": "greedy choice that meets the upper bound: proven best for these candidates and assumptions",
    "exact": "HiGHS integer programme: proven best for these candidates and assumptions",
    "best-found": "best found in the time allowed, not proven",
    "greedy": "greedy choice; the integer programme found none better in the time allowed; not proven",
}
MONEY = "#,##0.00"
SHARE = "0.0%"


def write(answer: Answer, *, out: Path, language: str) -> None:
    """Five sheets: list, categories, cover, present shared suppliers, basis."""
    book = writing.Book(out)
    pick = 1 if language == "en" else 0
    for titles, headers, rows in (
        (("目标清单", "Targets"), SUPPLIERS, supplier_rows(answer, pick)),
        (("零部件类别", "Categories"), CATEGORIES, category_rows(answer)),
        (("覆盖明细", "Cover"), COVER, cover_rows(answer)),
        (("现有共性配套商", "Shared suppliers now"), SHARED, shared_rows(answer)),
        (("依据与口径", "Basis"), BASIS, basis_rows(answer, pick)),
    ):
        page = book.sheet(titles[pick])
        offset = int(answer.is_illustrative)
        count = _fill(book, page, [header[pick] for header in headers], rows, offset=offset)
        if offset:
            writing.mark(book, page, [True] * count, language=language)
    book.close()


SUPPLIERS = [
    ("序号", "No."), ("企业编号", "Firm id"), ("供应商", "Supplier"), ("可覆盖（万元）", "Covers (10k yuan)"),
    ("其中仅此家可供（万元）", "of it by nobody else listed (10k yuan)"), ("服务链主（家）", "Anchors served"),
    ("零部件（种）", "Parts"), ("理由", "Reasons"),
]  # fmt: skip
CATEGORIES = [
    ("零部件类别", "Category"), ("可覆盖（万元）", "Covers (10k yuan)"),
    ("市外采购（万元）", "Bought outside (10k yuan)"), ("覆盖率", "Share covered"),
]  # fmt: skip
COVER = [
    ("链主企业", "Anchor"), ("零部件", "Part"), ("供应商", "Supplier"), ("金额（万元）", "Amount (10k yuan)"),
]  # fmt: skip
SHARED = [
    ("企业编号", "Firm id"), ("供应商", "Supplier"), ("供应链主（家）", "Anchors supplied"), ("零部件（种）", "Parts"),
    ("金额（万元）", "Amount (10k yuan)"), ("未填金额（行）", "Rows without amount"),
]  # fmt: skip
BASIS = [("项目", "Item"), ("内容", "Content")]


def supplier_rows(answer: Answer, pick: int) -> Iterable[Sequence[object]]:
    """One row a supplier, the largest cover first, with the reason in words."""
    rows: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in answer.choice.covered.to_pylist():
        rows[row["supplier_id"]].append(row)
    makers = _makers(answer)
    order = sorted(rows, key=lambda key: (-sum(row["amount_wan"] for row in rows[key]), key))
    for number, key in enumerate(order, start=1):
        covered = rows[key]
        amount = sum(row["amount_wan"] for row in covered)
        alone = sum(row["amount_wan"] for row in covered if makers[row["part_id"]] == {key})
        anchors = sorted({_firm(answer, row["anchor_id"]) for row in covered})
        parts = sorted({answer.part_names.get(row["part_id"], row["part_id"]) for row in covered})
        reason = _reason(anchors, parts, amount=amount, alone=alone, pick=pick)
        yield number, key, _firm(answer, key), amount, alone, len(anchors), len(parts), reason


def _makers(answer: Answer) -> dict[str, set[str]]:
    """Which of the listed suppliers offer each part."""
    listed = set(answer.choice.suppliers)
    makers: dict[str, set[str]] = defaultdict(set)
    for offer in answer.asked.offers.to_pylist():
        if offer["supplier_id"] in listed:
            makers[offer["part_id"]].add(offer["supplier_id"])
    return makers


def _reason(anchors: list[str], parts: list[str], *, amount: float, alone: float, pick: int) -> str:
    shown = ("、", ", ")[pick].join(parts[:8])
    more = len(parts) > 8
    if pick:
        tail = (
            f"; {alone:,.2f} of it nobody else on this list can supply" if alone else "; others on this list could too"
        )
        whole = f"{shown} and others" if more else shown
        return f"would cover {amount:,.2f} (10k yuan) for {', '.join(anchors)}: {whole}{tail}"
    tail = f"，其中 {alone:,.2f} 万元清单内仅此家可供" if alone else "，清单内其他供应商也可供"
    return f"可为{'、'.join(anchors)}供应{shown}{'等' if more else ''}，覆盖 {amount:,.2f} 万元{tail}"


def category_rows(answer: Answer) -> Iterable[Sequence[object]]:
    """One row a chosen category: what is covered of what is bought outside."""
    demand: dict[tuple[str, str], tuple[str | None, float]] = {}
    bought: dict[str | None, float] = defaultdict(float)
    for row in answer.asked.demand.to_pylist():
        demand[row["anchor_id"], row["part_id"]] = (row["category_id"], row["amount_wan"] or 0.0)
        bought[row["category_id"]] += row["amount_wan"] or 0.0
    covered: dict[str | None, float] = defaultdict(float)
    for row in answer.choice.covered.to_pylist():
        covered[demand[row["anchor_id"], row["part_id"]][0]] += row["amount_wan"]
    for key in sorted(answer.choice.categories, key=lambda key: -covered[key]):
        yield key, covered[key], bought[key], _Share(covered[key] / bought[key]) if bought[key] else None


def cover_rows(answer: Answer) -> Iterable[Sequence[object]]:
    """One row a flow: whom this supplier would supply with what."""
    for row in answer.choice.covered.to_pylist():
        part = answer.part_names.get(row["part_id"], row["part_id"])
        yield _firm(answer, row["anchor_id"]), part, _firm(answer, row["supplier_id"]), row["amount_wan"]


def shared_rows(answer: Answer) -> Iterable[Sequence[object]]:
    """Suppliers outside home that already supply two anchors or more, before any choosing."""
    for row in answer.shared.to_pylist():
        key = row["supplier_id"]
        yield key, _firm(answer, key), row["anchor_count"], row["part_count"], row["amount_wan"], row["unknown_count"]


def basis_rows(answer: Answer, pick: int) -> Iterable[Sequence[object]]:
    """What the list rests on: method, proof, definitions, what is not known."""
    choice, asked, settings = answer.choice, answer.asked, answer.settings
    method = (METHODS, METHODS_EN)[pick][choice.method]
    for labels, content in (
        (("方法", "Method"), method),
        (("可覆盖（万元）", "Covers (10k yuan)"), choice.objective_wan),
        (("上界（万元）", "Upper bound (10k yuan)"), choice.bound_wan),
        (("需求合计（万元）", "Demand (10k yuan)"), choice.demand_wan),
        (("区间口径下限（万元）", "Demand, lower ends of bands"), asked.demand_low_wan),
        (("区间口径上限（万元）", "Demand, upper ends of bands"), asked.demand_high_wan),
        (("本地采购占比", "Local share of purchases"), _share(answer.local_ratio_before)),
        (("清单落地后占比", "Local share after"), _share(answer.local_ratio_after)),
        (("供应商所在地未知（万元）", "Place of supplier unknown (10k yuan)"), asked.unplaced_amount_wan),
        (("无金额的采购（行）", "Purchases without amount"), asked.unknown_count),
        (("本地范围", "Home"), ", ".join(map(str, settings["home"]))),  # type: ignore[call-overload]
        (("类别上限", "Categories at most"), settings["max_categories"]),
        (("供应商上限", "Suppliers at most"), settings["max_suppliers"]),
        (("至少服务链主（家）", "Anchors served at least"), settings["min_anchors"]),
        (("工作簿", "Workbook"), settings["workbook"]),
        (("工作簿校验码", "SHA-256 of the workbook"), settings["sha256"]),
        (("口径", "Definition"), (DEFINITION_ZH, DEFINITION_EN)[pick]),
    ):
        yield labels[pick], content
    for note in answer.notes:
        yield ("提示", "Note")[pick], note


DEFINITION_ZH = (
    "需求为链主企业向市外供应商的采购（链主×零部件），候选为现有市外供应商和有能力的市外企业；自制不计；区间取中值。"
)
DEFINITION_EN = (
    "Demand: what anchors buy from suppliers outside home, by anchor and part. Candidates: those suppliers and firms "
    "outside home with the capability. Own make is left out; a band counts with its middle."
)


class _Share(float):
    """A number shown as per cent."""


def _share(ratio: float | None) -> "_Share | None":
    return None if ratio is None else _Share(ratio)


def _firm(answer: Answer, key: str) -> str:
    return answer.firm_names.get(key, key)


def _fill(book: writing.Book, page: Any, headers: list[str], rows: Iterable[Sequence[object]], *, offset: int) -> int:
    """Headers and rows from column `offset` on; gives the number of rows."""
    heading = book.style(bold=True, text_wrap=True, border=1, bg_color="#DDEBF7")
    widths = [len(header) * 2 for header in headers]
    for column, header in enumerate(headers, start=offset):
        page.write_string(0, column, header, heading)
    number = 0
    for number, row in enumerate(rows, start=1):
        for column, value in enumerate(row):
            _write(book, page, number, column + offset, value)
            widths[column] = max(widths[column], min(60, len(str(value)) * 2))
    for column, width in enumerate(widths, start=offset):
        page.set_column(column, column, width + 2)
    page.freeze_panes(1, 0)
    if number:
        page.autofilter(0, 0, number, len(headers) - 1 + offset)
    return number


def _write(book: writing.Book, page: Any, row: int, column: int, value: object) -> None:
    """Text is always a string cell: a name that begins with `=` must not become a formula."""
    if isinstance(value, _Share):
        page.write_number(row, column, value, book.style(num_format=SHARE))
    elif isinstance(value, float):
        page.write_number(row, column, value, book.style(num_format=MONEY))
    elif isinstance(value, int):
        page.write_number(row, column, value)
    elif value is not None:
        page.write_string(row, column, str(value), book.style(text_wrap=True))
