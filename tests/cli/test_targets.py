"""`lianzhang targets`: from a teardown workbook to the list, checked against trying every combination."""

import itertools
import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from chainlab import sheets
from lianzhang import cli
from tests.command import Command, Outcome

HOME = "3702"
Rows = dict[str, list[dict[str, object]]]


def firm(key: str, region: str, role: str | None = "supplier") -> dict[str, object]:
    return {"firm_id": key, "name": f"企业{key}", "region_code": region, "role": role}


def amount(low: float, high: float | None = None) -> sheets.Band:
    from decimal import Decimal

    return sheets.Band(Decimal(str(low)), Decimal(str(low if high is None else high)))


def bought(buyer: str, part: str, supplier: str | None, wan: sheets.Band | None, **more: object) -> dict[str, object]:
    return {"buyer_id": buyer, "part_id": part, "supplier_id": supplier, "amount_wan": wan, **more}


@pytest.fixture
def city() -> Rows:
    """Two anchors, five parts in three categories, one supplier at home and four outside, one of them only able."""
    return {
        "firms": [
            firm("A1", "370211", "anchor"),
            firm("A2", "370212", "anchor"),
            firm("L1", "370213"),
            firm("S1", "320500"),
            firm("S2", "330200"),
            firm("S3", "440300"),
            firm("S4", "310000"),
        ],
        "parts": [
            {"part_id": "P1", "name": "压缩机", "category": "制冷"},
            {"part_id": "P2", "name": "冷凝器", "category": "制冷"},
            {"part_id": "P3", "name": "控制板", "category": "电控"},
            {"part_id": "P4", "name": "传感器", "category": "电控"},
            {"part_id": "P5", "name": "外壳", "category": "结构件"},
        ],
        "purchases": [
            bought("A1", "P1", "S1", amount(500)),
            bought("A2", "P1", "S2", amount(300)),
            bought("A1", "P2", "S2", amount(200)),
            bought("A1", "P3", "S3", amount(400)),
            bought("A2", "P4", "S3", amount(100)),
            bought("A2", "P5", "S1", amount(250)),
            bought("A1", "P5", "L1", amount(600)),
        ],
        "capabilities": [{"firm_id": "S4", "part_id": "P1"}, {"firm_id": "S4", "part_id": "P3"}],
    }


@pytest.fixture
def ask(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> Any:
    """Write the rows as a workbook and ask for targets, in this process: the command's own start is tried elsewhere."""

    def run(rows: Rows, *options: str | Path) -> Outcome:
        book = tmp_path / "teardown.xlsx"
        sheets.write("teardown", rows, out=book)
        code = cli.main(["targets", str(book), "--home", HOME, *map(str, options)])
        out, err = capfd.readouterr()
        return Outcome(code, out, err)

    return run


def best(rows: Rows, *, categories: int, suppliers: int, min_anchors: int) -> float:
    """The largest cover there is, by trying every set of categories and suppliers."""
    region = {f["firm_id"]: str(f["region_code"]) for f in rows["firms"]}
    kind = {p["part_id"]: p["category"] for p in rows["parts"]}
    outside = [p for p in rows["purchases"] if p["supplier_id"] and not region[p["supplier_id"]].startswith(HOME)]
    offers = {(p["supplier_id"], p["part_id"]) for p in outside}
    offers |= {(c["firm_id"], c["part_id"]) for c in rows["capabilities"] if not region[c["firm_id"]].startswith(HOME)}
    found = 0.0
    for chosen in itertools.combinations(sorted({*kind.values()}, key=str), categories):
        wanted = [p for p in outside if kind[p["part_id"]] in chosen]

        def serves(supplier: object, wanted: list[dict[str, object]] = wanted) -> int:
            return len({p["buyer_id"] for p in wanted if (supplier, p["part_id"]) in offers})

        able = [s for s in sorted({s for s, _ in offers}, key=str) if serves(s) >= min_anchors]
        for team in itertools.combinations(able, min(suppliers, len(able))):
            covered = [p for p in wanted if any((s, p["part_id"]) in offers for s in team)]
            found = max(found, sum(float(p["amount_wan"].low_wan) for p in covered))  # type: ignore[attr-defined]
    return found


@pytest.mark.parametrize("categories", [1, 2, 3])
@pytest.mark.parametrize("suppliers", [1, 2, 3])
@pytest.mark.parametrize("min_anchors", [1, 2])
def test_no_combination_covers_more(city: Rows, ask: Any, categories: int, suppliers: int, min_anchors: int) -> None:
    limits = ("--categories", str(categories), "--suppliers", str(suppliers), "--min-anchors", str(min_anchors))
    told = ask(city, *limits, "--json")
    assert told.code == 0, told.err
    result = json.loads(told.out)
    expected = best(city, categories=categories, suppliers=suppliers, min_anchors=min_anchors)
    assert result["objective_wan"] == pytest.approx(expected)
    assert result["is_proven"]
    assert result["bound_wan"] == pytest.approx(expected)
    assert len(result["categories"]) <= categories
    assert len(result["suppliers"]) <= suppliers


def test_the_local_share_counts_home_and_what_would_come_home(city: Rows, ask: Any) -> None:
    result = json.loads(ask(city, "--json").out)
    assert result["local_ratio_before"] == pytest.approx(600 / 2350)
    assert result["local_ratio_after"] == pytest.approx(1.0)
    assert result["suppliers"] == ["S1", "S2", "S3"]


def test_a_purchase_from_an_unknown_place_is_in_neither_share(city: Rows, ask: Any) -> None:
    city["purchases"] += [bought("A1", "P4", None, amount(1000)), bought("A1", "P2", "S2", None)]
    told = ask(city, "--json")
    result = json.loads(told.out)
    assert result["local_ratio_before"] == pytest.approx(600 / 2350)
    assert result["unplaced_amount_wan"] == 1000
    assert result["unknown_count"] == 1
    assert "1 行采购没有金额，不计入任何合计" in told.err


def test_what_a_firm_makes_itself_is_no_purchase(city: Rows, ask: Any) -> None:
    before = json.loads(ask(city, "--json").out)
    city["purchases"].append(bought("A1", "P1", "A1", amount(9000), mode="own"))
    assert json.loads(ask(city, "--json").out)["local_ratio_before"] == before["local_ratio_before"]


def test_a_band_counts_with_its_middle_and_shows_its_ends(city: Rows, ask: Any) -> None:
    city["purchases"][0] = bought("A1", "P1", "S1", amount(400, 700))
    result = json.loads(ask(city, "--json").out)
    assert result["objective_wan"] == pytest.approx(1800)
    assert (result["demand_low_wan"], result["demand_high_wan"]) == (1650, 1950)
    assert result["banded_count"] == 1


def test_only_anchors_make_demand_where_anchors_are_named(city: Rows, ask: Any) -> None:
    city["purchases"].append(bought("L1", "P2", "S2", amount(5000)))
    assert json.loads(ask(city, "--json").out)["demand_wan"] == pytest.approx(1750)


def test_every_buyer_makes_demand_where_no_anchor_is_named(city: Rows, ask: Any) -> None:
    for row in city["firms"]:
        row["role"] = None
    city["purchases"].append(bought("L1", "P2", "S2", amount(5000)))
    assert json.loads(ask(city, "--json").out)["demand_wan"] == pytest.approx(6750)


def test_the_installed_command_does_the_same(city: Rows, ask: Any, command: Command, tmp_path: Path) -> None:
    here = json.loads(ask(city, "--json").out)
    there = command("targets", tmp_path / "teardown.xlsx", "--home", HOME, "--json")
    assert (there.code, json.loads(there.out)) == (0, here)


def test_the_workbook_says_who_what_and_why(city: Rows, ask: Any, tmp_path: Path) -> None:
    city["firms"][3]["name"] = '=HYPERLINK("x")'
    told = ask(city, "--suppliers", "2", "--out", tmp_path / "targets.xlsx", "--json")
    result = json.loads(told.out)
    book = openpyxl.load_workbook(tmp_path / "targets.xlsx")
    assert book.sheetnames == ["目标清单", "零部件类别", "覆盖明细", "现有共性配套商", "依据与口径"]
    listed = list(book["目标清单"].iter_rows(min_row=2, values_only=True))
    assert {row[1] for row in listed} == set(result["suppliers"])
    assert sum(row[3] for row in listed) == pytest.approx(result["objective_wan"])
    assert all(row[7] for row in listed)
    cover = list(book["覆盖明细"].iter_rows(min_row=2, values_only=True))
    assert sum(row[3] for row in cover) == pytest.approx(result["objective_wan"])
    basis = dict(row for row in book["依据与口径"].iter_rows(min_row=2, values_only=True))
    assert basis["工作簿校验码"] == result["settings"]["sha256"]
    assert basis["本地采购占比"] == pytest.approx(result["local_ratio_before"])
    cells = [cell for page in book for row in page.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "n"}  # none is a formula


def test_a_list_made_of_example_rows_says_so_on_every_row(city: Rows, ask: Any, tmp_path: Path) -> None:
    for rows in city.values():
        for row in rows:
            row["@invented"] = True
    told = ask(city, "--suppliers", "2", "--out", tmp_path / "targets.xlsx", "--json")
    assert json.loads(told.out)["is_illustrative"] is True
    for page in openpyxl.load_workbook(tmp_path / "targets.xlsx"):
        head, *rows = [row[0] for row in page.iter_rows(values_only=True)]
        assert (head, set(rows)) == ("数据性质", {"示例数据"})
        assert "示例" in str(page.oddHeader.right.text)


def test_shared_suppliers_are_listed_before_any_choosing(city: Rows, ask: Any, tmp_path: Path) -> None:
    ask(city, "--categories", "0", "--out", tmp_path / "targets.xlsx")
    page = openpyxl.load_workbook(tmp_path / "targets.xlsx")["现有共性配套商"]
    rows = list(page.iter_rows(min_row=2, values_only=True))
    assert [(row[0], row[2], row[4]) for row in rows] == [("S1", 2, 750), ("S2", 2, 500), ("S3", 2, 500)]


def test_english_is_whole(city: Rows, ask: Any, tmp_path: Path) -> None:
    told = ask(city, "--language", "en", "--out", tmp_path / "targets.xlsx")
    assert "covers 1,750.00" in told.out
    book = openpyxl.load_workbook(tmp_path / "targets.xlsx")
    assert book.sheetnames == ["Targets", "Categories", "Cover", "Shared suppliers now", "Basis"]
    assert "nobody else" in str(book["Targets"]["H2"].value)


def test_a_person_reads_it_in_four_lines(city: Rows, ask: Any) -> None:
    lines = ask(city, "--suppliers", "1").out.splitlines()
    assert len(lines) == 4
    assert "已证明最优" in lines[0]
    assert lines[3].startswith("拟招引供应商 1 家：")


# --- bad input --------------------------------------------------------------------------------------------------------


def test_every_wrong_cell_is_named_and_nothing_is_written(city: Rows, ask: Any, tmp_path: Path) -> None:
    city["purchases"][0]["supplier_id"] = "S9"
    city["purchases"][1]["part_id"] = "P9"
    told = ask(city, "--out", tmp_path / "targets.xlsx", "--json")
    assert told.code == 1
    assert len(told.err.splitlines()) == 2
    assert all(line.startswith("采购!") for line in told.err.splitlines())
    assert json.loads(told.out)["errors"] == told.err.splitlines()
    assert not (tmp_path / "targets.xlsx").exists()


def test_a_part_that_contains_itself_is_refused(city: Rows, ask: Any) -> None:
    city["bom"] = [{"parent_id": "P1", "child_id": "P1", "quantity": 1}]
    told = ask(city)
    assert told.code == 1
    assert "物料清单" in told.err


def test_no_candidates_is_an_answer_of_nothing(city: Rows, ask: Any) -> None:
    city["purchases"] = [row for row in city["purchases"] if row["supplier_id"] == "L1"]
    city["capabilities"] = []
    told = ask(city, "--json")
    assert told.code == 0
    result = json.loads(told.out)
    assert (result["objective_wan"], result["is_proven"], result["suppliers"]) == (0, True, [])
    assert "链主企业没有向市外采购" in told.err


def test_demand_without_anyone_who_may_serve_it_says_which_condition_to_loosen(city: Rows, ask: Any) -> None:
    told = ask(city, "--min-anchors", "9", "--json")
    assert (told.code, json.loads(told.out)["suppliers"]) == (0, [])
    assert "没有候选企业能服务 9 家链主" in told.err
    assert "--min-anchors" in ask(city, "--min-anchors", "9", "--language", "en").err


def test_a_supplier_both_wanted_and_unwanted_is_refused(city: Rows, ask: Any) -> None:
    name = next(firm["name"] for firm in city["firms"] if firm["firm_id"] == "S1")
    told = ask(city, "--include", str(name), "--exclude", str(name))
    assert told.code == 1
    assert f"{name}（S1）" in told.err, "by the name it was asked with, not by a number alone"


def test_a_supplier_that_must_be_in_is_in(city: Rows, ask: Any) -> None:
    free = json.loads(ask(city, "--suppliers", "1", "--json").out)
    bound = json.loads(ask(city, "--suppliers", "1", "--include", "S2", "--json").out)
    assert bound["suppliers"] == ["S2"]
    assert bound["objective_wan"] < free["objective_wan"]


def test_a_supplier_is_named_by_id_or_name_and_a_slip_of_the_pen_is_refused(city: Rows, ask: Any) -> None:
    name = next(firm["name"] for firm in city["firms"] if firm["firm_id"] == "S2")
    assert json.loads(ask(city, "--suppliers", "1", "--include", name, "--json").out)["suppliers"] == ["S2"]
    assert "S2" not in json.loads(ask(city, "--exclude", name, "--json").out)["suppliers"]
    told = ask(city, "--exclude", "没有这家")
    assert told.code == 1
    assert "没有这家" in told.err


def test_the_list_is_not_written_over_the_workbook_it_was_made_from(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book = tmp_path / "book.xlsx"
    book.write_bytes(b"what the anchor filled in")
    assert cli.main(["targets", str(book), "--home", HOME, "--out", str(book)]) == 1
    assert "another name" in capsys.readouterr().err
    assert book.read_bytes() == b"what the anchor filled in"


def test_a_home_where_nobody_is_is_said(city: Rows, ask: Any) -> None:
    told = ask(city, "--home", "1100", "--json")  # the last --home counts
    assert "没有企业位于 1100" in told.err
    assert json.loads(told.out)["local_ratio_before"] == 0


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (["--home", "青岛"], 2, "2, 4 or 6 digits"),
        (["--home", "3702", "--suppliers", "-1"], 2, "0 or more"),
        (["--home", "3702", "--min-anchors", "0"], 2, "1 or more"),
        (["--home", "3702", "--categories", "many"], 2, "0 or more"),
        (["--home", "3702", "--out", "targets.csv"], 1, "must end in .xlsx"),
        (["--home", "3702", "--out", "nowhere/targets.xlsx"], 1, "folder does not exist"),
        ([], 2, "--home"),
    ],
)
def test_wrong_options_are_explained(
    options: list[str], code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        ended = cli.main(["targets", "teardown.xlsx", *options])
    except SystemExit as end:
        ended = int(str(end.code))
    assert ended == code
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("content", [b"", b"not a workbook", b"PK\x03\x04" + b"\x00" * 40])
def test_a_file_that_is_no_workbook_is_refused(
    content: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.xlsx").write_bytes(content)
    assert cli.main(["targets", str(tmp_path / "a.xlsx"), "--home", HOME]) == 1
    assert capsys.readouterr().err.strip()


def test_a_missing_file_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["targets", "none.xlsx", "--home", HOME]) == 1
    assert capsys.readouterr().err.strip() == "none.xlsx: no such file"
