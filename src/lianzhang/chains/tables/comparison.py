"""Two lists side by side as tables, and the paper they make."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from lianzhang.chains.models import Edition, TargetList
from lianzhang.chains.queries.comparison import Comparison, Moved
from lianzhang.chains.tables import asked
from lianzhang.chains.tables.editions import Paper
from lianzhang.tables import RESTRICTED, Badge, Column, TableSpec, values

REASONS = {
    "required": _("该份必须列入"),
    "excluded": _("另一份不予列入"),
    "withdrawn": _("期间提名撤回"),
    "unwilling": _("期间改为无意向"),
    "proposed": _("期间新提名或补充情况"),
    "asked": _("条件不同"),
    "data": _("数据不同"),
    "tied": _("效果相同的组合不止一个"),
}


def paper(
    first: TargetList,
    second: TargetList,
    found: Comparison,
    *,
    names: Mapping[str, str],
    shows: tuple[bool, bool],
    sees_rows: bool,
) -> Paper:
    """The comparison for a reader: amounts and anchors only to who may read the rows of both; `names` of firms."""
    said = {"both": len(found.both), "first": len(found.only(0)), "second": len(found.only(1))}
    parts: list[tuple[TableSpec, Any]] = [
        (_totals(first, second), _facts(first, second, shows)),
        (_suppliers(first, second, sees_rows), found.suppliers),
        (_moved("compared_categories", _("类别"), first, second, sees_rows), found.categories),
    ]
    if found.asked:
        parts.insert(1, (_conditions(first, second, names), found.asked))
    if sees_rows and found.anchors:
        parts.append((_moved("compared_anchors", _("需求变动的链主"), first, second, sees_rows), found.anchors))
    if sees_rows and found.parts:
        parts.append((_moved("compared_parts", _("采购额变动最大的零部件"), first, second, sees_rows), found.parts))
    lead = _now("两份清单共有 %(both)s 家，前者独有 %(first)s 家，后者独有 %(second)s 家。") % said + why(
        first, second, found
    )
    days = [one.snapshot.taken_on for one in (first, second) if one.snapshot]
    return Paper(
        edition=Edition.WORKING,
        title=_now("目标清单比较：%(first)s 与 %(second)s") % {"first": first.code, "second": second.code},
        lead=lead,
        facts=[],
        parts=parts,
        as_of=max(days) if days else None,
        is_illustrative=first.is_illustrative or second.is_illustrative,
    )


def why(first: TargetList, second: TargetList, found: Comparison) -> str:
    """In a sentence: whether the conditions, the data or both differ."""
    is_data = first.snapshot_id != second.snapshot_id
    if found.asked and is_data:
        return _now("条件和数据都有变化。")
    if found.asked:
        return _now("数据相同，条件有变化。")
    return _now("条件相同，数据有变化。") if is_data else _now("条件和数据都相同。")


def _facts(first: TargetList, second: TargetList, shows: tuple[bool, bool]) -> list[tuple[Any, Any, Any]]:
    pair = (first, second)

    def each(label: Any, value: Any) -> tuple[Any, Any, Any]:
        return (label, *(value(one) for one in pair))

    def amount(label: Any, name: str) -> tuple[Any, Any, Any]:
        wan = [values.plain(getattr(one, name), "wan") for one in pair]
        return (label, *(said if shown else RESTRICTED for said, shown in zip(wan, shows, strict=True)))

    return [
        each(_("名称"), lambda one: one.title),
        amount(_("市外采购额（万元）"), "demand_wan"),
        amount(_("覆盖额（万元）"), "objective_wan"),
        each(_("类别 / 家数"), lambda one: f"{one.category_count} / {one.supplier_count}"),
        each(_("已证明最优"), lambda one: str(values.YES if one.is_proven else values.NO)),
        each(_("始终入选的配套商"), lambda one: "—" if one.robust_suppliers is None else len(one.robust_suppliers)),
        each(_("版别"), lambda one: one.get_edition_display()),
        each(_("数据截至"), lambda one: str(one.snapshot.taken_on) if one.snapshot else "—"),
        each(_("数据快照"), lambda one: one.snapshot_id or "—"),
        each(_("图谱版本"), lambda one: f"v{one.map_version.number}" if one.map_version else "—"),
    ]


def _totals(first: TargetList, second: TargetList) -> TableSpec:
    return _table(
        "compared_lists",
        _("两份清单"),
        (
            Column("label", _("比较项"), lambda row: row[0]),
            Column("first", first.code, lambda row: row[1]),
            Column("second", second.code, lambda row: row[2]),
        ),
    )


def _conditions(first: TargetList, second: TargetList, names: Mapping[str, str]) -> TableSpec:
    return _table(
        "compared_conditions",
        _("条件变化"),
        (
            Column("label", _("条件"), lambda row: asked.LABELS.get(row[0], row[0])),
            Column("first", first.code, lambda row: _said(row[1], names)),
            Column("second", second.code, lambda row: _said(row[2], names)),
        ),
    )


def _suppliers(first: TargetList, second: TargetList, sees_rows: bool) -> TableSpec:  # noqa: FBT001 - a reader's right
    return _table(
        "compared_suppliers",
        _("配套商"),
        (
            Column("name", _("企业"), lambda row: row.name),
            Column("change", _("变化"), _change, kind="badge"),
            *_amounts(first, second, sees_rows),
            Column(
                "reasons", _("为什么"), lambda row: _("、").join(str(REASONS[code]) for code in row.reasons) or None
            ),
        ),
    )


def _moved(key: str, title: Any, first: TargetList, second: TargetList, sees_rows: bool) -> TableSpec:  # noqa: FBT001
    columns = [Column("name", _("名称"), lambda row: row.name), *_amounts(first, second, sees_rows)]
    if not sees_rows:
        columns.insert(1, Column("change", _("变化"), _change, kind="badge"))
    return _table(key, title, columns)


def _amounts(first: TargetList, second: TargetList, sees_rows: bool) -> list[Column]:  # noqa: FBT001
    if not sees_rows:
        return []
    return [
        Column("first_wan", first.code, lambda row: row.first_wan, kind="wan"),
        Column("second_wan", second.code, lambda row: row.second_wan, kind="wan"),
        Column("change_wan", _("变化额"), lambda row: row.change_wan, kind="wan", is_signed=True),
    ]


def _change(row: Moved) -> Badge | None:
    if row.first_wan is None:
        return Badge(str(_("新入选")), "normal")
    return Badge(str(_("落选")), "watch") if row.second_wan is None else None


def _said(value: Any, names: Mapping[str, str]) -> Any:
    if isinstance(value, list):
        return _("、").join(names.get(code, code) for code in value) or None
    if isinstance(value, bool):
        return str(values.YES if value else values.NO)
    return value if value is None else values.plain(value, values.kind_of(value))


def _table(key: str, title: Any, columns: Any) -> TableSpec:
    # A row is told by its name alone: written out whole it carried its amounts into the page.
    return TableSpec(key=key, title=title, columns=tuple(columns), is_ticked=False, invented=None, row_id=_named)


def _named(row: Any) -> str:
    return row.name if isinstance(row, Moved) else str(row[0])
