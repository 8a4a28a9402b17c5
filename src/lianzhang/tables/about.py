"""What an exported table says about itself, as (label, text) lines: the sheet 说明, the foot of a print, the head
of a Word file."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from lianzhang.tables import spec, values


def mark() -> str:
    """The words that go with invented data wherever it travels."""
    return _("示例数据，不得作为实际数据引用")


def with_mark(
    table: spec.TableSpec, columns: Sequence[spec.Column], rows: Sequence[Any], header: spec.ExportHeader
) -> tuple[spec.Column, ...]:
    """The columns of a file, led by 数据性质 where it holds 示例数据: a row copied out of it still says so. Where no
    row has a mark of its own, all of them are marked."""
    if not header.is_illustrative or any(column.key == "mark" for column in columns):
        return tuple(columns)
    own = {id(row) for row in rows if table.is_invented(row)}
    return (
        spec.Column("mark", _("数据性质"), lambda row: _("示例数据") if not own or id(row) in own else None),
        *columns,
    )


def lines(
    table: spec.TableSpec,
    header: spec.ExportHeader,
    *,
    row_count: int,
    sums: dict[str, Any],
    columns: Sequence[spec.Column],
) -> list[tuple[str, str]]:
    """Title, scope, date, 口径, totals, who and when; only what is known."""
    said: list[tuple[str, str]] = [(_("表名"), str(header.title))]
    if header.is_illustrative:
        said.append((_("数据性质"), mark()))
    said.append((_("范围"), str(header.scope) or _("全部")))
    if header.as_of is not None:
        said.append((_("数据截至"), values.plain(header.as_of, "date")))
    said.append((_("行数"), values.plain(row_count, "integer")))
    for column in columns:
        if column.key in sums:
            figure = values.plain(sums[column.key], column.kind, places=column.places)
            said.append((_("合计：{label}").format(label=spec.heading(column)), figure))
    if table.note:
        said.append((_("口径"), str(table.note)))
    said.extend((str(spec.heading(column)), str(column.help)) for column in columns if column.help)
    if header.who:
        said.append((_("导出人"), str(header.who)))
    if header.made_at is not None:
        said.append((_("导出时间"), values.plain(header.made_at, "datetime")))
    if header.export_id:
        said.append((_("导出编号"), header.export_id))
    return said
