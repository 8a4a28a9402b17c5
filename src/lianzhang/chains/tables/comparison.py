"""Two lists side by side as tables, and the paper they make."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from lianzhang.chains.models import Edition, TargetList
from lianzhang.chains.queries.answered import Answered, Said
from lianzhang.chains.queries.comparison import Comparison, Moved
from lianzhang.chains.tables import asked
from lianzhang.chains.tables.editions import Paper
from lianzhang.registry.models import Level
from lianzhang.tables import RESTRICTED, Badge, Column, TableSpec, values

REASONS = {
    "required": _("该份必须列入"),
    "excluded": _("另一份不予列入"),
    "withdrawn": _("期间提名撤回"),
    "unwilling": _("期间改为无意向"),
    "proposed": _("期间新提名或补充情况"),
    "asked": _("条件不同"),
    "answered": _("期间链主答复有变"),
    "shifted": _("其他类别的答复有变，随之取舍"),
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
    if not sees_rows:  # which category an anchor answered anew is for who may read its answers
        found = _without_answers(found)
    said = {"both": len(found.both), "first": len(found.only(0)), "second": len(found.only(1))}
    parts: list[tuple[TableSpec, Any]] = [
        (_totals(first, second), _facts(first, second, shows)),
        (_suppliers(first, second, sees_rows), found.suppliers),
        (_moved("compared_categories", _("类别"), first, second, sees_rows), found.categories),
    ]
    if found.answers:
        parts.insert(1, (_answers(first, second, names), found.answers))
    if found.asked:
        parts.insert(1, (_conditions(first, second, names), found.asked))
    if sees_rows and found.anchors:
        parts.append((_moved("compared_anchors", _("需求变动的链主"), first, second, sees_rows), found.anchors))
    if sees_rows and found.parts:
        parts.append((_moved("compared_parts", _("采购额变动最大的零部件"), first, second, sees_rows), found.parts))
    lead = _now("两份清单共有 %(both)s 家，前者独有 %(first)s 家，后者独有 %(second)s 家。") % said
    lead += why(first, second, found) + _answered(found) + _held(found)
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


def _answered(found: Comparison) -> str:
    """How many answers differ, and how many choices that were open they decided."""
    if not found.answers:
        return ""
    decided = {name for one in found.answers for name in one.decided}
    said = {"count": len(found.answers), "decided": len(decided)}
    if not decided:
        return _now("期间 %(count)s 项链主答复有变。") % said
    return _now("期间 %(count)s 项链主答复有变，前者未定的选择因此定下 %(decided)s 项。") % said


def _held(found: Comparison) -> str:
    """Whether what held throughout did hold."""
    firm, kept = found.held or (0, 0)
    if not firm:
        return ""
    if firm == kept:
        return _now("前者始终入选的 %(firm)s 项都仍在后者中。") % {"firm": firm}
    return _now("前者始终入选的 %(firm)s 项中 %(kept)s 项仍在后者中。") % {"firm": firm, "kept": kept}


def _without_answers(found: Comparison) -> Comparison:
    def told(rows: list[Moved]) -> list[Moved]:
        return [
            replace(row, reasons=tuple("data" if code in {"answered", "shifted"} else code for code in row.reasons))
            for row in rows
        ]

    return replace(found, answers=[], suppliers=told(found.suppliers), categories=told(found.categories))


ANSWERS = {
    "came": (_("新答复"), "accent"),
    "went": (_("不再有答复"), "watch"),
    "filled": (_("补填金额"), "normal"),
    "narrowed": (_("区间收窄"), "normal"),
    "changed": (_("改动"), "watch"),
}


def _answers(first: TargetList, second: TargetList, names: Mapping[str, str]) -> TableSpec:
    def kind(row: Answered) -> Badge:
        label, tone = ANSWERS[row.kind]
        return Badge(str(label), tone)

    spec = _table(
        "compared_answers",
        _("期间的链主答复"),
        (
            Column("anchor", _("链主"), lambda row: names.get(row.anchor, row.anchor)),
            Column("category", _("类别"), lambda row: row.category),
            Column("kind", _("变化"), kind, kind="badge"),
            Column("before", first.code, lambda row: _range(row.before)),
            Column("after", second.code, lambda row: _range(row.after)),
            Column(
                "decided",
                _("因此定下的选择"),
                lambda row: [names.get(name, name) for name in row.decided],
                kind="list",
                is_wrapped=True,
            ),
            Column(
                "left",
                _("仍未定"),
                lambda row: [names.get(name, name) for name in row.left],
                kind="list",
                is_wrapped=True,
            ),
        ),
    )
    return replace(spec, row_id=lambda row: (row.anchor, row.category), note=_("采购额（万元/年），不含集团内供应。"))


def _range(said: Said | None) -> str | None:
    """An answer in words: between which ends, what is missing of it, how finely it was told."""
    if said is None:
        return None
    low, high = values.plain(said.low_wan, "wan"), values.plain(said.high_wan, "wan")
    words = low if low == high else f"{low}–{high}"
    if said.unknown_count:
        missing = _now("%(count)s 项没有金额") % {"count": said.unknown_count}
        words = (
            missing if not said.high_wan else _now("%(known)s，另有%(missing)s") % {"known": words, "missing": missing}
        )
    level = dict(Level.choices).get(said.level)
    return words if level is None else _now("%(said)s（%(level)s）") % {"said": words, "level": level}


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
            Column("reasons", _("为什么"), _why),
        ),
    )


def _moved(key: str, title: Any, first: TargetList, second: TargetList, sees_rows: bool) -> TableSpec:  # noqa: FBT001
    columns = [Column("name", _("名称"), lambda row: row.name), *_amounts(first, second, sees_rows)]
    if key == "compared_categories":
        columns.insert(1, Column("change", _("变化"), _change, kind="badge"))
        columns.append(Column("reasons", _("为什么"), _why))
    return _table(key, title, columns)


def _amounts(first: TargetList, second: TargetList, sees_rows: bool) -> list[Column]:  # noqa: FBT001
    if not sees_rows:
        return []
    return [
        Column("first_wan", first.code, lambda row: row.first_wan, kind="wan"),
        Column("second_wan", second.code, lambda row: row.second_wan, kind="wan"),
        Column("change_wan", _("变化额"), lambda row: row.change_wan, kind="wan", is_signed=True),
    ]


def _why(row: Moved) -> str | None:
    return _("、").join(str(REASONS[code]) for code in row.reasons) or None


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
