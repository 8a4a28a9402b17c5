"""三种版别的表: the papers of a target list, each with its sentence, its conditions and its tables.

A `Paper` becomes the page, the print, the workbook and the Word document alike, so that none of them says more than
another.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from lianzhang.chains.models import Edition, TargetLine, TargetList
from lianzhang.chains.queries import editions
from lianzhang.chains.queries.disclosure import Disclosure
from lianzhang.chains.queries.editions import Category, Supplier
from lianzhang.chains.tables import asked, questions
from lianzhang.chains.tables import listed as tables
from lianzhang.tables import RESTRICTED, Column, TableSpec


@dataclass(frozen=True, kw_only=True)
class Paper:
    """One edition of one list. `parts` are its tables; `notes` stand under them."""

    edition: Edition
    title: str
    lead: str
    facts: list[tuple[str, str]]
    parts: list[tuple[TableSpec, Sequence[Any]]]
    notes: list[str] = field(default_factory=list)
    as_of: date | None = None
    is_illustrative: bool = False


def working(
    listed: TargetList,
    lines: Sequence[TargetLine],
    names: dict[str, str],
    *,
    shown: Disclosure,
    facts: list[Any],
    pooled: Mapping[str, str],
) -> Paper:
    """专班工作版: by the reader's right, with firms and amounts as granted."""
    spec = tables.lines(listed, shown, names)
    parts: list[tuple[TableSpec, Sequence[Any]]] = [
        (_exact_categories(shown), listed.categories),
        (TableSpec(**{**_bare(spec), "key": "target_lines_paper"}), lines),
    ]
    if open_questions := questions.questions(listed, shown, names):
        parts.append((questions.QUESTIONS, open_questions))
    return _paper(listed, Edition.WORKING, tables.statement(listed, shown, pooled), facts, parts, lines)


def meeting(
    listed: TargetList,
    lines: Sequence[TargetLine],
    names: dict[str, str],
    *,
    facts: list[Any],
    pooled: Mapping[str, str],
) -> Paper:
    """上会版: bands, anchors as counts."""
    scrub = editions.scrub(listed, edition=Edition.MEETING)
    _demand, covered, share = editions.total(listed)
    said = {"categories": listed.category_count, "suppliers": listed.supplier_count, "anchors": anchor_count(listed)}
    lead = asked.beside(pooled)
    lead += _now("选 %(categories)s 类零部件、%(suppliers)s 家配套商，服务 %(anchors)s 家链主") % said
    if covered:
        lead += _now("，预计年覆盖市外采购 %(covered)s") % {"covered": covered}
    if share:
        lead += _now("（%(share)s）") % {"share": share}
    found: list[tuple[TableSpec, Sequence[Any]]] = [
        (MEETING_CATEGORIES, editions.categories(listed, lines, scrub=scrub)),
        (MEETING_SUPPLIERS, editions.suppliers(listed, lines, names, scrub=scrub)),
    ]
    kept = [(label, scrub.text(str(value))) for label, value in facts]
    notes = [_now("金额以档次表示；不足三家链主、或一家链主占比过大而可能推知其采购的，不列金额。")]
    return _paper(listed, Edition.MEETING, lead + _now("。"), kept, found, lines, notes=notes)


def outreach(
    listed: TargetList,
    lines: Sequence[TargetLine],
    *,
    offers: Sequence[Any],
    contact: str,
    city: str,
    pooled: Mapping[str, str],
) -> Paper:
    """对外推介版: what is wanted and what the city offers; no firm is named, neither buyer nor supplier."""
    scrub = editions.scrub(listed, edition=Edition.OUTREACH)
    lead = asked.beside(pooled)
    lead += _now("%(chain)s产业链面向国内外征集 %(categories)s 类零部件的配套企业，欢迎来函接洽。") % {
        "chain": listed.chain.name,
        "categories": listed.category_count,
    }
    parts: list[tuple[TableSpec, Sequence[Any]]] = [
        (OUTREACH_CATEGORIES, editions.categories(listed, lines, scrub=scrub))
    ]
    offered = [(str(kind), scrub.text(name), scrub.text(note)) for kind, name, note in offers]
    if offered:
        parts.append((OFFERS, offered))
    facts = [(str(label), value) for label, value in ((_("地区"), city), (_("联系单位"), contact)) if value]
    notes = [_now("年需求为多家整机企业之和，以档次表示；是否采购、采购多少由各整机企业自主决定。")]
    return _paper(listed, Edition.OUTREACH, lead, facts, parts, lines, notes=notes)


def marked(paper: Paper) -> Paper:
    """The paper with the example mark: something on it is invented."""
    return replace(paper, is_illustrative=True)


def anchor_count(listed: TargetList) -> int:
    """How many anchors' demand the list is about."""
    return int(listed.assumptions.get("anchor_count", 0))


def _paper(
    listed: TargetList,
    edition: Edition,
    lead: str,
    facts: list[tuple[Any, Any]],
    parts: list[tuple[TableSpec, Sequence[Any]]],
    lines: Sequence[TargetLine],
    *,
    notes: Sequence[str] = (),
) -> Paper:
    titles = {
        Edition.WORKING: listed.title,
        Edition.MEETING: _now("%(chain)s延链补链目标清单") % {"chain": listed.chain.name},
        Edition.OUTREACH: _now("%(chain)s产业链配套合作需求") % {"chain": listed.chain.name},
    }
    warned = [str(tables.WARNING)] if tables.is_warned(lines) else []
    if edition is not Edition.OUTREACH and listed.supplier_count and not listed.is_proven:
        warned.insert(0, _now(listed.method) + _now("。"))
    return Paper(
        edition=edition,
        title=titles[edition],
        lead=lead,
        facts=[(str(label), str(value)) for label, value in facts],
        parts=parts,
        notes=[*notes, *warned],
        as_of=listed.snapshot.taken_on if listed.snapshot else None,
        is_illustrative=listed.is_illustrative,
    )


def _bare(spec: TableSpec) -> dict[str, Any]:
    """A table's own words for a paper: nothing to tick, open or sort."""
    names = ("title", "columns", "note", "invented", "row_id", "page_size")
    return {name: getattr(spec, name) for name in names} | {"is_ticked": False}


def _exact_categories(shown: Disclosure) -> TableSpec:
    def amount(name: str) -> Any:
        return lambda entry: entry[name] if shown.sees_rows else RESTRICTED

    return TableSpec(
        key="target_categories",
        title=_("类别"),
        columns=(
            Column("name", _("类别"), lambda e: e["name"]),
            Column("supplier_count", _("家数"), lambda e: len(e["suppliers"]), kind="integer"),
            Column("anchor_count", _("服务链主"), lambda e: len(e["anchors"]), kind="integer"),
            Column("demand_wan", _("市外采购额"), amount("demand_wan"), kind="wan"),
            Column("covered_wan", _("覆盖额"), amount("covered_wan"), kind="wan", is_total=shown.sees_rows),
        ),
        is_ticked=False,
        invented=None,
        row_id=lambda e: e["name"],
    )


def _table(key: str, title: Any, columns: Sequence[Column], *, row_id: Any = None) -> TableSpec:
    return TableSpec(
        key=key,
        title=title,
        columns=columns,
        is_ticked=False,
        invented=None,
        row_id=row_id or (lambda row: row.name),
    )


def _name(row: Category | Supplier) -> str:
    return row.name


def qualification(category: Category) -> str:
    """Which qualification is asked for: that of the buyers, and how long it takes where enough of them say so."""
    asked = _now("须通过采购方认证")
    return (
        asked
        if not category.months
        else _now("%(asked)s，一般%(months)s") % {"asked": asked, "months": category.months}
    )


MEETING_CATEGORIES = _table(
    "target_categories_meeting",
    _("类别"),
    (
        Column("name", _("类别"), _name),
        Column("supplier_count", _("家数"), lambda c: c.supplier_count, kind="integer"),
        Column("anchor_count", _("服务链主"), lambda c: c.anchor_count, kind="integer", unit=_("家")),
        Column("covered", _("年覆盖额（档）"), lambda c: c.covered or _now("不列")),
        Column("firmness", _("是否始终入选"), lambda c: tables.firmness(c.is_firm), kind="badge"),
        Column("parts", _("零部件"), lambda c: c.parts, kind="list", is_wrapped=True),
    ),
)
MEETING_SUPPLIERS = _table(
    "target_lines_meeting",
    _("配套商"),
    (
        Column("position", _("序"), lambda s: s.position, kind="integer"),
        Column("name", _("配套商"), _name),
        Column("place", _("所在地"), lambda s: s.place or None),
        Column("categories", _("类别"), lambda s: s.categories, kind="list", is_wrapped=True),
        Column("anchor_count", _("服务链主"), lambda s: s.anchor_count, kind="integer", unit=_("家")),
        Column("supplied_count", _("其中现已供应"), lambda s: s.supplied_count, kind="integer", unit=_("家")),
        Column("covered", _("年覆盖额（档）"), lambda s: s.covered or _now("不列")),
        Column("kind", _("落地方式"), lambda s: tables.kind(s.facts), kind="badge"),
        Column("certification", _("认证状态"), lambda s: tables.certification(s.facts)),
        Column("firmness", _("是否始终入选"), lambda s: tables.firmness(s.is_firm), kind="badge"),
        Column("runner_up", _("备选企业"), lambda s: s.runner_up or None),
    ),
    row_id=lambda s: s.position,
)
OUTREACH_CATEGORIES = _table(
    "target_categories_outreach",
    _("征集的零部件"),
    (
        Column("name", _("类别"), _name),
        Column("parts", _("零部件"), lambda c: c.parts, kind="list", is_wrapped=True),
        Column("demand", _("年需求（档）"), lambda c: c.demand or _now("面议")),
        Column("months", _("认证"), qualification, is_wrapped=True),
    ),
)
OFFERS = _table(
    "target_offers",
    _("本地条件"),
    (
        Column("kind", _("种类"), lambda row: row[0]),
        Column("name", _("名称"), lambda row: row[1]),
        Column("note", _("现状"), lambda row: row[2] or None, is_wrapped=True),
    ),
    row_id=lambda row: row[1],
)
PREFACE = _table(
    "target_preface",
    _("清单"),
    (
        Column("label", _("条目"), lambda row: row[0]),
        Column("text", _("内容"), lambda row: row[1], is_wrapped=True),
    ),
    row_id=lambda row: row[0],
)
