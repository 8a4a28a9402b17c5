"""A whole workbook read by a layout: which sheet is which, then each sheet, then what must hold between them."""

from __future__ import annotations

from collections.abc import Sequence

from chainlab.sheets import checks, furniture, headers, messages, tables
from chainlab.sheets import grid as grids
from chainlab.sheets.layout import Layout, Sheet
from chainlab.sheets.reading import Block, Column, Complaint, Reading, Rows


def interpret(grids_seen: Sequence[grids.Grid], *, layout: Layout, sha256: str, max_rows: int) -> Reading:
    """The reading of a workbook; everything wrong with it is a complaint."""
    chosen, complaints = _choose(grids_seen, layout)
    blocks: list[Block] = []
    columns: list[Column] = []
    for grid, sheet in chosen:
        table = tables.Table(grid, sheet=sheet, max_rows=max_rows - sum(map(len, blocks)))
        table.read()
        blocks.append(table.block())
        columns += table.columns
        complaints += table.complaints
    checker = checks.Checker(layout, blocks, columns)
    complaints += checker.complaints()
    blocks = [block.without(checker.repeated[number]) for number, block in enumerate(blocks)]
    return Reading(
        layout_key=layout.key,
        layout_version=layout.version,
        sha256=sha256,
        rows=Rows(block for block in blocks if len(block)),
        complaints=tuple(complaints),
        notes=tuple(complaint for complaint in complaints if complaint.level == "note"),
        sheets_seen=tuple(grid.name for grid in grids_seen),
        columns=tuple(columns),
    )


def _choose(grids_seen: Sequence[grids.Grid], layout: Layout) -> tuple[list[tuple[grids.Grid, Sheet]], list[Complaint]]:
    """Pair sheets of the workbook with sheets of the layout, by name, then by header."""
    complaints: list[Complaint] = []
    readable: list[grids.Grid] = []
    for grid in grids_seen:
        if furniture.is_ours(grid.name, first=grid.cell(0, 0).text):
            complaints.append(messages.complaint("sheet_ours", sheet=grid.name))
        elif not grid.is_visible:
            complaints.append(messages.complaint("sheet_hidden", sheet=grid.name))
        else:
            readable.append(grid)
    chosen = _by_name(readable, layout) if len(layout.sheets) > 1 else _for_one_sheet(readable, layout.sheets[0])
    complaints += _repeated(chosen, layout)
    complaints += _missing(readable, chosen, layout)
    return chosen, complaints


def _by_name(readable: Sequence[grids.Grid], layout: Layout) -> list[tuple[grids.Grid, Sheet]]:
    named = [(grid, headers.sheet_named(grid.name, layout)) for grid in readable]
    return [(grid, sheet) for grid, sheet in named if sheet is not None]


def _for_one_sheet(readable: Sequence[grids.Grid], sheet: Sheet) -> list[tuple[grids.Grid, Sheet]]:
    """Offices name the only sheet as they like (Sheet1, 2024年2月, a district): the header decides."""
    matcher = headers.Matcher(sheet)
    fitting = [(grid, sheet) for grid in readable if headers.find(grid, matcher) is not None]
    filled = [(grid, sheet) for grid in readable if any(any(grid.texts(row)) for row in range(len(grid.rows)))]
    return fitting or filled[:1]


def _repeated(chosen: Sequence[tuple[grids.Grid, Sheet]], layout: Layout) -> list[Complaint]:
    if len(layout.sheets) == 1:
        return []  # one sheet for each month or district is usual
    found = []
    for sheet in layout.sheets:
        same = [grid for grid, other in chosen if other is sheet]
        found += [
            messages.complaint("sheet_repeated", sheet=grid.name, title=(sheet.title_zh, sheet.title_en))
            for grid in same[1:]
        ]
    return found


def _missing(
    readable: Sequence[grids.Grid], chosen: Sequence[tuple[grids.Grid, Sheet]], layout: Layout
) -> list[Complaint]:
    found: list[Complaint] = []
    taken = {sheet.key for _, sheet in chosen}
    for grid in readable:
        is_blank = not any(any(grid.texts(row)) for row in range(len(grid.rows)))
        if any(grid is other for other, _ in chosen) or is_blank:
            continue
        near = headers.nearest_name(grid.name, layout.sheets)
        hint = messages.hint((near.title_zh, near.title_en) if near else None)
        found.append(messages.complaint("sheet_unknown", sheet=grid.name, hint=hint))
    absent = [sheet for sheet in layout.sheets if sheet.key not in taken and not sheet.is_optional]
    return found + [messages.complaint("sheet_missing", title=(sheet.title_zh, sheet.title_en)) for sheet in absent]
