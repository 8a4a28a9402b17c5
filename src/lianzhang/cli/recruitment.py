"""`targets`: from a filled-in teardown workbook to the categories and suppliers to recruit, without a server."""

import argparse
import contextlib
import gc
import json
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from lianzhang.cli import workbooks
from lianzhang.cli.answer import Answer

if TYPE_CHECKING:
    import pyarrow as pa

    from chainlab import targets as targeting
    from chainlab.sheets import Band, Complaint, Reading

LAYOUT = "teardown"
HOME = re.compile(r"\d{2}|\d{4}|\d{6}")


class Refused(Exception):
    """Why there is no list, one line each."""

    def __init__(self, lines: Iterable[str]) -> None:
        self.lines = tuple(lines)
        super().__init__("\n".join(self.lines))


def targets(options: argparse.Namespace) -> int:
    """Print the list, or why there is none; 0 when there is one, 1 for a bad workbook, 2 for bad options."""
    home = tuple(part.strip() for part in options.home.split(","))
    if not all(HOME.fullmatch(part) for part in home):
        print(f"--home {options.home}: a region code has 2, 4 or 6 digits, such as 3702", file=sys.stderr)
        return 2
    if options.out and not workbooks.is_writable(options.out):
        return 1
    if options.out and options.out.resolve() == options.workbook.resolve():
        print(f"{options.out}: is the workbook that is read; give the list another name", file=sys.stderr)
        return 1
    gc.disable()  # looking for cycles among 100,000 rows takes longer than choosing
    try:
        answer = _answer(options, home)
    except Refused as refusal:
        if options.json:
            print(json.dumps({"errors": refusal.lines}, ensure_ascii=False, indent=2))
        print("\n".join(refusal.lines), file=sys.stderr)
        return 1
    finally:
        gc.enable()
    _tell(answer, options)
    return 0


def _tell(answer: Answer, options: argparse.Namespace) -> None:
    for note in answer.notes:
        print(note, file=sys.stderr)
    if options.out:
        from lianzhang.cli import target_workbook

        target_workbook.write(answer, out=options.out, language=options.language)
    if options.json:
        print(json.dumps(summary(answer), ensure_ascii=False, indent=2))
    else:
        print(in_words(answer, language=options.language))


def _answer(options: argparse.Namespace, home: tuple[str, ...]) -> Answer:
    """Read, ask, choose. Raises Refused with every complaint about the workbook."""
    reading = _reading(options)
    from chainlab import engines
    from chainlab import targets as targeting

    tables = frames(reading)
    anchors = tables.pop("anchors")
    firms = _Firms(reading, options.language)
    settings = {
        "max_categories": options.categories,
        "max_suppliers": options.suppliers,
        "min_anchors": options.min_anchors,
        "must_include": firms.ids(options.include),
        "must_exclude": firms.ids(options.exclude),
    }
    try:
        asked = targeting.needs(**tables, home=home, anchors=anchors)
        choice = targeting.choose(asked.demand, asked.offers, **settings, time_limit_s=options.seconds)
        shared = targeting.shared_suppliers(tables["purchases"], tables["firms"], home=home, anchors=anchors)
    except (targeting.Infeasible, engines.BadTable) as fault:
        said = fault.message_en if options.language == "en" else fault.message_zh
        raise Refused([_with_names(said, _names(reading, "firms", "firm_id"))]) from fault
    except TimeoutError as fault:
        raise Refused([str(fault)]) from fault
    return Answer(
        asked=asked,
        choice=choice,
        shared=shared,
        firm_names=_names(reading, "firms", "firm_id"),
        part_names=_names(reading, "parts", "part_id"),
        notes=(
            *_notes(reading, asked, home=home, language=options.language),
            *_nobody(asked, choice, least=options.min_anchors, language=options.language),
        ),
        settings={"home": list(home), **settings, "workbook": options.workbook.name, "sha256": reading.sha256},
        is_illustrative=any(note.code == "rows_invented" for note in reading.notes),
    )


def _import_later() -> None:
    """What choosing and writing need, imported while the child reads the workbook."""
    with contextlib.suppress(ImportError):  # told where it is used
        import highspy  # noqa: F401
        import pyarrow as pa
        from scipy import sparse  # noqa: F401

        from chainlab import targets  # noqa: F401
        from lianzhang.cli import target_workbook  # noqa: F401

        pa.array([""])  # at its first list Arrow imports pandas, where it is installed, to ask whether it is one of its


def _with_names(text: str, names: Mapping[str, str]) -> str:
    """A sentence about firms by their ids, each with the name it goes by in the workbook."""
    said = sorted((re.escape(one) for one, name in names.items() if name and name != one), key=len, reverse=True)
    if not said:
        return text
    ids = re.compile(rf"(?<![\w-])({'|'.join(said)})(?![\w-])")
    return ids.sub(lambda found: f"{names[found[1]]}（{found[1]}）", text)


def _nobody(asked: "targeting.Needs", choice: "targeting.Choice", *, least: int, language: str) -> tuple[str, ...]:
    """Why there is demand and nobody to recruit."""
    if choice.suppliers or not asked.demand.num_rows:
        return ()
    if language == "en":
        return (f"no candidate can serve {least} anchors under these limits: lower --min-anchors, or allow more",)
    return (f"有市外采购，但所列条件下没有候选企业能服务 {least} 家链主：可降低 --min-anchors，或放宽类别、家数上限",)


class _Firms:
    """The firms sheet as options name them: by id, credit code or name. A slip of the pen is refused, not passed over:
    whoever was to be left out would be in."""

    def __init__(self, reading: "Reading", language: str) -> None:
        self.language = language
        self.known: dict[str, str] = {}
        for key in ("firm_id", "uscc", "name"):
            for block in reading.blocks_of("firms"):
                for said, firm_id in zip(block.values[key], block.values["firm_id"], strict=True):
                    if said:
                        self.known.setdefault(str(said), str(firm_id))

    def ids(self, named: Iterable[str]) -> tuple[str, ...]:
        unknown = [one for one in named if one.strip() not in self.known]
        if unknown:
            zh, en = "工作表“企业”中没有：" + "、".join(unknown), "not in the sheet of firms: " + ", ".join(unknown)
            raise Refused([en if self.language == "en" else zh])
        return tuple(self.known[one.strip()] for one in named)


def _reading(options: argparse.Namespace) -> "Reading":
    """The workbook's rows; an error in any cell refuses the whole, with all of them listed."""
    from chainlab import sheets

    if not options.workbook.is_file():
        raise Refused([f"{options.workbook}: no such file"])
    reading = sheets.read(options.workbook, layout=sheets.layouts.get(LAYOUT), meanwhile=_import_later)
    if reading.errors:
        raise Refused(_line(complaint, options.language) for complaint in reading.errors)
    return reading


def _line(complaint: "Complaint", language: str) -> str:
    """`采购!D7: …`, as a spreadsheet writes a place."""
    place = "!".join(part for part in (complaint.sheet, complaint.cell) if part)
    return f"{place}: {complaint.message(language)}" if place else complaint.message(language)


def frames(reading: "Reading") -> dict[str, Any]:
    """The tables `chainlab.targets.needs` takes, and the anchors: firms of that role, or every buyer where none is.

    What a firm makes for itself (自制) is no purchase and is left out.
    """
    import pyarrow.compute as pc

    firms = _table(reading, "firms", FIRMS)
    bought = _table(reading, "purchases", PURCHASES)
    grouped = _table(reading, "parts", ALTERNATIVES)
    is_own = pc.fill_null(pc.equal(bought["mode"], "own"), fill_value=False)
    anchors = firms.filter(pc.fill_null(pc.equal(firms["role"], "anchor"), fill_value=False))
    return {
        "purchases": bought.filter(pc.invert(is_own)).drop_columns("mode"),
        "firms": firms.drop_columns("role"),
        "parts": _table(reading, "parts", PARTS),
        "capabilities": _table(reading, "capabilities", CAPABILITIES),
        "alternatives": grouped.filter(grouped["group_id"].is_valid()),
        "anchors": sorted(anchors["firm_id"].to_pylist()) or None,
    }


def _low(value: object) -> float | None:
    band: Band | None = value  # type: ignore[assignment]
    return None if band is None else float(band.low_wan)


def _high(value: object) -> float | None:
    band: Band | None = value  # type: ignore[assignment]
    return None if band is None else float(band.high_wan)


def _exact(value: object) -> float | None:
    """An exact amount; of a band its ends are what is known."""
    band: Band | None = value  # type: ignore[assignment]
    return float(band.low_wan) if band is not None and band.is_exact else None


def _number(value: object) -> float | None:
    return None if value is None else float(value)  # type: ignore[arg-type]


def _same(value: object) -> object:
    return value


# Columns as `needs` wants them: the field of the workbook, the type, what is made of a value.
Wanted = dict[str, tuple[str, str, Callable[[object], object]]]
PURCHASES: Wanted = {
    "buyer_id": ("buyer_id", "string", _same),
    "part_id": ("part_id", "string", _same),
    "supplier_id": ("supplier_id", "string", _same),
    "amount_wan": ("amount_wan", "double", _exact),
    "amount_low_wan": ("amount_wan", "double", _low),
    "amount_high_wan": ("amount_wan", "double", _high),
    "mode": ("mode", "string", _same),
}
FIRMS: Wanted = {
    "firm_id": ("firm_id", "string", _same),
    "region_code": ("region_code", "string", _same),
    "role": ("role", "string", _same),
}
PARTS: Wanted = {"part_id": ("part_id", "string", _same), "category_id": ("category", "string", _same)}
ALTERNATIVES: Wanted = {"part_id": ("part_id", "string", _same), "group_id": ("alternative_group", "string", _same)}
CAPABILITIES: Wanted = {
    "firm_id": ("firm_id", "string", _same),
    "part_id": ("part_id", "string", _same),
    "is_qualified": ("is_qualified", "bool", _same),
    "capacity_wan": ("capacity_wan", "double", _number),
}


def _table(reading: "Reading", sheet: str, wanted: Wanted) -> "pa.Table":
    """Columns of one sheet; a thing that stands in many rows is made once."""
    import numpy as np
    import pyarrow as pa

    schema = pa.schema([(name, pa.type_for_alias(kind)) for name, (_, kind, _) in wanted.items()])
    batches = [
        pa.record_batch(
            [
                pa.array([made(one) for one in block.values[field].table], schema.field(name).type).take(
                    pa.array(np.frombuffer(block.values[field].order, np.uint32))
                )
                for name, (field, _, made) in wanted.items()
            ],
            schema=schema,
        )
        for block in reading.blocks_of(sheet)
    ]
    return pa.Table.from_batches(batches, schema).combine_chunks()


def _names(reading: "Reading", sheet: str, key: str) -> dict[str, str]:
    return {
        str(one): str(name)
        for block in reading.blocks_of(sheet)
        for one, name in zip(block.values[key], block.values["name"], strict=True)
    }


def _said(reading: "Reading", sheet: str, field: str) -> set[object]:
    """The different things a column says, blank being one."""
    columns = [block.values[field] for block in reading.blocks_of(sheet)]
    return {column.table[code] for column in columns for code in set(column.order)}


def _notes(reading: "Reading", asked: "targeting.Needs", *, home: tuple[str, ...], language: str) -> tuple[str, ...]:
    """What a reader of the result must know about the workbook behind it."""
    is_english = language == "en"
    found = [_line(complaint, language) for complaint in reading.complaints if complaint.level == "warning"]
    years = sorted(str(year) for year in _said(reading, "purchases", "year") if year)
    regions = [str(region or "") for region in _said(reading, "firms", "region_code")]
    if len(years) > 1:
        zh, en = f"采购含 {'、'.join(years)} 年，金额已相加", f"purchases of {', '.join(years)} are added together"
        found.append(en if is_english else zh)
    if not any(region.startswith(home) for region in regions):
        zh, en = (
            f"没有企业位于 {'、'.join(home)}，全部按市外计",
            f"no firm lies in {', '.join(home)}: all count as outside",
        )
        found.append(en if is_english else zh)
    if asked.unknown_count:
        zh = f"{asked.unknown_count} 行采购没有金额，不计入任何合计"
        found.append(f"{asked.unknown_count} purchases have no amount and are in no sum" if is_english else zh)
    if asked.demand.num_rows == 0:
        found.append("anchors buy nothing from outside" if is_english else "链主企业没有向市外采购")
    return tuple(found)


def summary(answer: Answer) -> dict[str, Any]:
    """The result as JSON says it; amounts in 万元."""
    choice, asked = answer.choice, answer.asked
    return {
        "objective_wan": choice.objective_wan,
        "objective_low_wan": choice.objective_low_wan,
        "objective_high_wan": choice.objective_high_wan,
        "bound_wan": choice.bound_wan,
        "is_proven": choice.is_proven,
        "method": choice.method,
        "local_ratio_before": answer.local_ratio_before,
        "local_ratio_after": answer.local_ratio_after,
        "categories": list(choice.categories),
        "suppliers": list(choice.suppliers),
        "robust_categories": list(choice.robust_categories),
        "robust_suppliers": list(choice.robust_suppliers),
        "draw_count": choice.draw_count,
        "supplier_names": {key: answer.firm_names.get(key, key) for key in choice.suppliers},
        "demand_wan": choice.demand_wan,
        "demand_low_wan": asked.demand_low_wan,
        "demand_high_wan": asked.demand_high_wan,
        "unplaced_amount_wan": asked.unplaced_amount_wan,
        "banded_count": asked.banded_count,
        "unknown_count": asked.unknown_count,
        "is_illustrative": answer.is_illustrative,
        "settings": dict(answer.settings),
        "notes": list(answer.notes),
    }


def in_words(answer: Answer, *, language: str) -> str:
    """The result in a few lines for a person."""
    choice = answer.choice
    names = ", ".join(answer.firm_names.get(key, key) for key in choice.suppliers)
    before, after = (_percent(ratio) for ratio in (answer.local_ratio_before, answer.local_ratio_after))
    if language == "en":
        proof = (
            "proven best for these candidates and assumptions"
            if choice.is_proven
            else f"at most {choice.bound_wan:,.2f}"
        )
        return (
            f"covers {choice.objective_wan:,.2f} of {choice.demand_wan:,.2f} 万元 ({proof})\n"
            f"{_range_in_words(choice, language=language)}"
            f"local share of purchases: {before} → {after}\n"
            f"categories ({len(choice.categories)}): {', '.join(choice.categories)}\n"
            f"suppliers ({len(choice.suppliers)}): {names}"
        )
    proof = "就这些候选和假设而言已证明最优" if choice.is_proven else f"未证明最优，上界 {choice.bound_wan:,.2f}"
    return (
        f"可覆盖 {choice.objective_wan:,.2f} 万元，需求合计 {choice.demand_wan:,.2f} 万元（{proof}）\n"
        f"{_range_in_words(choice, language=language)}"
        f"本地采购占比：{before} → {after}\n"
        f"零部件类别 {len(choice.categories)} 类：{'、'.join(choice.categories)}\n"
        f"拟招引供应商 {len(choice.suppliers)} 家：{names.replace(', ', '、')}"
    )


def _range_in_words(choice: "targeting.Choice", *, language: str) -> str:
    """What bands leave open, where there are any: the range, and how much of the list holds throughout."""
    low, high = choice.objective_low_wan, choice.objective_high_wan
    if low == high:
        return ""
    held = len(choice.robust_categories), len(choice.robust_suppliers)
    if not choice.draw_count:
        if language == "en":
            return f"by the bands between {low:,.2f} and {high:,.2f} 万元; no time was left to see what holds\n"
        return f"按金额区间，在 {low:,.2f} 至 {high:,.2f} 万元之间；限时内未能核验哪些始终入选\n"
    if language == "en":
        return (
            f"by the bands between {low:,.2f} and {high:,.2f} 万元; in all {choice.draw_count} realisations hold "
            f"{held[0]} of {len(choice.categories)} categories, {held[1]} of {len(choice.suppliers)} suppliers\n"
        )
    return (
        f"按金额区间，在 {low:,.2f} 至 {high:,.2f} 万元之间；{choice.draw_count} 种取值下始终入选："
        f"类别 {held[0]}/{len(choice.categories)}，供应商 {held[1]}/{len(choice.suppliers)}\n"
    )


def _percent(ratio: float | None) -> str:
    return "–" if ratio is None else f"{ratio:.1%}"
