"""The empty form of a layout: notes on every header, value lists, one example row, and a sheet that explains it all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from chainlab.sheets import furniture, grid, layouts, values, writing
from chainlab.sheets.layout import Field, Kind, Layout, Sheet
from chainlab.sheets.reading import Row

LAST_ROW = 5_000  # value lists reach so far down
LONGEST_LIST = 255  # characters Excel allows in a list typed into the rule itself
_TEXTLIKE = (Kind.TEXT, Kind.CODE, Kind.USCC, Kind.REGION, Kind.BAND_WAN, Kind.SPAN_WAN, Kind.SPAN)
_KINDS = {
    Kind.TEXT: ("文字", "text"),
    Kind.INTEGER: ("整数", "whole number"),
    Kind.DECIMAL: ("数字", "number"),
    Kind.WAN: ("金额", "amount"),
    Kind.YI: ("金额", "amount"),
    Kind.RATIO: ("百分比", "percentage"),
    Kind.DATE: ("日期", "date"),
    Kind.MONTH: ("年月", "month"),
    Kind.BOOLEAN: ("是/否", "yes/no"),
    Kind.CHOICE: ("选项", "choice"),
    Kind.BAND_WAN: ("金额或区间", "amount or band"),
    Kind.SPAN_WAN: ("金额档", "band of amounts"),
    Kind.SPAN: ("档", "band"),
    Kind.USCC: ("信用代码", "credit code"),
    Kind.REGION: ("区划代码或名称", "division code or name"),
    Kind.CODE: ("编号", "code"),
}


def template(layout: Layout | str, *, out: Path | str, language: str = "zh-hans") -> None:
    """Write the form of a layout. Read back unfilled it gives no row, only the note on its help and example rows."""
    wanted = layouts.get(layout) if isinstance(layout, str) else layout
    book = writing.Book(out)
    lists = _Lists(book, language=language)
    for sheet in wanted.sheets:
        page = book.sheet(sheet.title(language))
        writing.write_header(book, page, sheet, language=language)
        _help_row(book, page, sheet, language=language)
        _example_row(book, page, sheet, language=language)
        for column, field in enumerate(sheet.fields):
            page.write_comment(0, column, _note(field, language=language), {"x_scale": 2, "y_scale": 1.5})
            lists.attach(page, column, field)
    _explain(book, wanted, language=language)
    lists.write()
    book.close()


def prefilled(
    layout: Layout | str,
    rows_by_sheet: Mapping[str, Sequence[Row | Mapping[str, object]]],
    *,
    lists: Mapping[str, Sequence[object]],
    out: Path | str,
    language: str = "zh-hans",
    spare: int = 30,
    stamp: str = "",
) -> None:
    """Write a form that is filled in already: rows, notes on every header, drop-downs, the sheet that explains it.

    `lists` gives the values of further drop-downs by field, as `write` takes them; `spare` rows below are ready too.
    """
    wanted = layouts.get(layout) if isinstance(layout, str) else layout
    book = writing.Book(out, stamp=stamp)
    drops = _Lists(book, language=language)
    for sheet in wanted.sheets:
        rows = list(rows_by_sheet.get(sheet.key, ()))
        page = book.sheet(sheet.title(language))
        offset = int(writing.is_invented(rows))
        writing.write_header(book, page, sheet, language=language, offset=offset)
        if offset:
            writing.mark(book, page, [writing.is_invented([row]) for row in rows], language=language)
        for number, row in enumerate(rows, start=1):
            for column, field in enumerate(sheet.fields, start=offset):
                value = writing.value_of(row, field)
                writing.write_value(book, page, (number, column), value, field=field, language=language)
        last = max(len(rows) + spare, 1)
        for column, field in enumerate(sheet.fields, start=offset):
            page.write_comment(0, column, _note(field, language=language), {"x_scale": 2, "y_scale": 1.5})
            words = [str(writing.as_written(v, field=field, language=language)) for v in lists.get(field.key, ())]
            drops.attach(page, column, field, words=words, rows=(1, last))
    _explain(book, wanted, language=language)
    drops.write()
    book.close()


def _help_row(book: writing.Book, page: Any, sheet: Sheet, *, language: str) -> None:
    style = book.style(text_wrap=True, italic=True, font_size=9, font_color="#595959", num_format="@")
    for column, field in enumerate(sheet.fields):
        mark = furniture.HELP_MARK if column == 0 else ""
        page.write_string(1, column, mark + field.help(language), style)
    page.set_row(1, 84)


def _example_row(book: writing.Book, page: Any, sheet: Sheet, *, language: str) -> None:
    """One row in grey whose first cell says that it is an example; reading leaves it out."""
    look = {"font_color": "#595959", "bg_color": "#F2F2F2"}
    style = book.style(num_format="@", **look)
    first = sheet.fields[0]
    page.write_string(2, 0, furniture.EXAMPLE_MARK + _example_text(first, language), style)
    for column, field in enumerate(sheet.fields[1:], start=1):
        if field.kind in _TEXTLIKE:
            page.write_string(2, column, field.example, style)
        else:
            writing.write_value(book, page, (2, column), example(field), field=field, language=language, look=look)


def _example_text(field: Field, language: str) -> str:
    choice = next((choice for choice in field.choices if choice.code == field.example), None)
    return choice.label(language) if choice else field.example


def example(field: Field) -> object:
    """The typed value of the field's example, None if it has none."""
    setting = values.Setting(field.unit, is_unit_stated=bool(field.unit))
    return values.parse(grid.Cell(field.example), field=field, setting=setting).value


def _note(field: Field, *, language: str) -> str:
    is_english = language == "en"
    required = (("（必填）", " (required)") if field.is_required else ("", ""))[is_english]
    lines = [f"{_KINDS[field.kind][is_english]}{required}", field.help(language)]
    if field.choices:
        lines.append((" / " if is_english else "、").join(choice.label(language) for choice in field.choices))
    return "\n".join(lines)


class _Lists:
    """Value lists. A list too long for a rule stands on a sheet of its own."""

    def __init__(self, book: writing.Book, *, language: str) -> None:
        self.book = book
        self.is_english = language == "en"
        self.language = language
        self.title = "Values" if self.is_english else "取值说明"
        self._long: list[tuple[str, list[str]]] = []

    def attach(
        self,
        page: Any,
        column: int,
        field: Field,
        *,
        words: Sequence[str] = (),
        rows: tuple[int, int] = (2, LAST_ROW),
    ) -> None:
        words = [*words] or self._words(field)
        if not words:
            return
        source: object = words
        if len(",".join(words)) > LONGEST_LIST:
            if (field.header(self.language), words) not in self._long:
                self._long.append((field.header(self.language), words))
            letter = grid.letter(self._long.index((field.header(self.language), words)))
            source = f"='{self.title}'!${letter}$2:${letter}${len(words) + 1}"
        rule = {
            "validate": "list",
            "source": source,
            "error_type": "warning",
            "error_title": "Not in the list" if self.is_english else "不在选项中",
            "error_message": "Choose from the list." if self.is_english else "请从下拉列表中选择。",
        }
        page.data_validation(rows[0], column, rows[1], column, rule)

    def _words(self, field: Field) -> list[str]:
        if field.kind is Kind.BOOLEAN:
            return ["Yes", "No"] if self.is_english else ["是", "否"]
        return [choice.label(self.language) for choice in field.choices]

    def write(self) -> None:
        if not self._long:
            return
        page = self.book.sheet(self.title)
        for column, (header, words) in enumerate(self._long):
            for row, word in enumerate([header, *words]):
                page.write_string(row, column, word)


def _explain(book: writing.Book, layout: Layout, *, language: str) -> None:
    """填表说明: every sheet and every column with its form, unit and help."""
    is_english = language == "en"
    page = book.sheet("Instructions" if is_english else "填表说明")
    bold = book.style(bold=True)
    wrapped = book.style(text_wrap=True)
    heads = ("Column", "Form", "Required", "Help", "Values") if is_english else ("列名", "形式", "必填", "说明", "可填")
    page.write_string(0, 0, layout.title(language), book.style(bold=True, font_size=14))
    page.write_string(1, 0, layout.help_en if is_english else layout.help_zh)
    line = 3
    for sheet in layout.sheets:
        page.write_string(line, 0, sheet.title(language), bold)
        page.write_string(line, 1, sheet.help_en if is_english else sheet.help_zh)
        for column, head in enumerate(heads):
            page.write_string(line + 1, column, head, bold)
        line += 2
        for field in (field for field in sheet.fields if not field.is_hidden):
            texts = (
                field.header(language),
                _KINDS[field.kind][is_english],
                (("是", "Yes")[is_english]) if field.is_required else "",
                field.help(language),
                (", " if is_english else "、").join(choice.label(language) for choice in field.choices),
            )
            for column, text in enumerate(texts):
                page.write_string(line, column, text, wrapped)
            line += 1
        line += 1
    for column, width in enumerate((26, 16, 8, 60, 60)):
        page.set_column(column, column, width)
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
