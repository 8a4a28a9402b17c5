"""标准零部件树 as a workbook: read whole, it becomes the draft of the next version; another person publishes it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from chainlab import names
from lianzhang.accounts.actions import Refused
from lianzhang.accounts.rules import Thing
from lianzhang.intake import packing, protocol, staging
from lianzhang.intake.columns import Desk, Shown
from lianzhang.intake.declared import DeclaredLedger, Sheet
from lianzhang.intake.protocol import Applied, Change, Conflict, ContextField, Finding, Incoming
from lianzhang.intake.showing import Difference
from lianzhang.registry import branches, outlines
from lianzhang.registry.actions.outlines import Line, draft_outline
from lianzhang.registry.actions.trees import found_tree
from lianzhang.registry.branches import Branch, Laying, said
from lianzhang.registry.models import PartTree, TreeNode, TreeVersion
from lianzhang.registry.models.trees import keeps_trees
from lianzhang.registry.sheets.placing import Catalogue, catalogue, laid
from lianzhang.trail import actions as trail

if TYPE_CHECKING:
    from lianzhang.accounts.models import Person
    from lianzhang.intake.models import Batch, StagedRow

SUBJECT = "registry.part"
TOLD = ("part", "parent", "quantity", "segment")  # what a preview says of a place
MOST_LISTED = 8
Path = tuple[str, ...]


def kept(person: Person) -> list[PartTree]:
    """The trees a person may draft versions of."""
    return list(PartTree.objects.editable_by(person).order_by("code"))


def _choices(person: Person) -> list[tuple[str, str]]:
    return [(str(tree.pk), f"{tree.name}（{tree.code}）") for tree in kept(person)]


@dataclass
class Meant:
    """The tree some rows are written into, or the name of one to begin; nothing where that cannot be said."""

    tree: PartTree | None = None
    name: str = ""
    finding: Finding | None = None


def meant(written: str, *, desk: Desk) -> Meant:
    """The tree a row means: named in the row, else chosen at the upload, else the only one the person keeps."""
    mine = desk.once("trees kept", lambda: kept(desk.by))
    if not written:
        chosen = str(desk.context.get("tree") or "")
        found = [tree for tree in mine if str(tree.pk) == chosen] if chosen else mine
        if len(found) == 1:
            return Meant(found[0])
        zh = "没有说明写入哪棵树：请在上传时选定，或在“所属树”列写名称。"
        en = "It is not said which tree this is: choose it when uploading, or name it in the column of trees."
        return Meant(finding=Finding("tree", "error", zh, en, code="tree_unclear"))
    word = names.normalise(written)
    found = [tree for tree in mine if word in (names.normalise(tree.name), tree.code.lower())]
    if found:
        return Meant(found[0])
    if PartTree.objects.filter(name=written).exists() or PartTree.objects.filter(code=written.upper()).exists():
        zh, en = f"“{written}”由其他单位维护，不能在此写入。", f"“{written}” is kept by another body."
        return Meant(finding=Finding("tree", "error", zh, en, code="permission"))
    return Meant(name=written)


@dataclass
class Standing:
    """The newest version of a tree as its places: what the workbook is compared with."""

    version: TreeVersion | None = None
    places: dict[Path, TreeNode] = field(default_factory=dict)


def standing(tree: PartTree | None) -> Standing:
    if tree is None:
        return Standing()
    version = tree.versions.exclude(state=TreeVersion.State.RETIRED).order_by("-number").first()
    if version is None:
        return Standing()
    paths: dict[int, Path] = {}
    found = Standing(version)
    for one in outlines.laid(version):
        parent = one.node.parent_id
        paths[one.node.pk] = (*(paths[parent] if parent is not None else ()), f"#{one.part.code}")
        found.places[paths[one.node.pk]] = one.node
    return found


def _wanted(desk: Desk) -> list[PartTree]:
    """The trees an export holds: the one asked for, else all that the person keeps."""
    chosen = str(desk.context.get("tree") or "")
    return [tree for tree in kept(desk.by) if chosen in ("", str(tree.pk))]


class NodeSheet(Sheet):
    """The one sheet; its rows are read together, never one by one."""

    def records(self, *, desk: Desk) -> Iterable[Any]:
        """The newest version of every tree the person keeps, place by place."""
        found = []
        for tree in _wanted(desk):
            newest = standing(tree).version
            for one in outlines.laid(newest) if newest is not None else []:
                one.node.depth, one.node.tree = one.level, tree  # type: ignore[attr-defined]
                found.append(one.node)
        return found


@dataclasses.dataclass(kw_only=True)
class TreeLedger(DeclaredLedger):
    """标准零部件树: kept by the innovation centre and the task forces. A version is a whole: it is drafted from all
    rows or not at all."""

    def may_use(self, person: Person) -> bool:
        return person.reach.hands_in(self.key) and keeps_trees(person.reach)

    def diff(
        self,
        rows: Sequence[Incoming],
        *,
        context: Mapping[str, Any],
        by: Person,
        since: int | None = None,  # noqa: ARG002 - a draft is a whole that is looked at beside what stands, and published
    ) -> list[Change]:
        desk = Desk(by, dict(context), rows)
        found: dict[protocol.Place, Change] = {}
        for written, own in _by_tree(rows).items():
            found |= _of_tree(meant(written, desk=desk), own, desk=desk)
        return [found[row.place] for row in rows]

    def apply(self, changes: Sequence[Change], *, batch: Batch, by: Person) -> list[Applied]:
        _expect_whole(batch)
        desk, rows = Desk(by, dict(batch.context)), staging.incoming(batch)
        for written, own in _by_tree(rows).items():
            said_tree = meant(written, desk=desk)
            tree = said_tree.tree or found_tree(
                name=said_tree.name,
                keeper=by.acting.body if by.acting else batch.body,
                today=timezone.localdate(batch.uploaded_at),
                by=by,
            )
            note = _("由工作簿导入：%(file)s") % {"file": batch.file_name}
            lines = [_line(branch, catalogue(desk)) for branch in laid(own, desk=desk).walk()]
            draft_outline(tree, lines=lines, note=note[:200], now=batch.uploaded_at, by=by, batch_code=batch.code)
        fresh = catalogue(Desk(by, {}))
        return [_applied(change, fresh) for change in changes]

    def undo(self, rows: Sequence[StagedRow], *, batch: Batch, by: Person) -> list[Conflict]:
        """Take the draft away; a version published since stays, as does a draft that another has replaced."""
        made = list(TreeVersion.objects.filter(batch_code=batch.code))
        if any(version.state != TreeVersion.State.DRAFT for version in made):
            reason = _("这一版已发布，不再改动；请起草新版。")
        elif not made:
            reason = _("草稿已被新的草稿代替。")
        elif TreeVersion.objects.editable_by(by).filter(batch_code=batch.code).count() < len(made):
            reason = _("不在您的权限范围内。")
        else:
            for version in made:
                trail.remove(version, verb="tree_version.dropped", by=by)
            return []
        return [Conflict(row.sheet, row.row_number, reason, tab=row.tab) for row in rows]

    def describer(self, *, language: str, by: Person) -> Callable[[StagedRow], Sequence[Any]]:  # noqa: ARG002
        fields = {one.key: one for one in self.layout.sheet("nodes").fields}

        def told(row: StagedRow) -> list[Difference]:
            return [
                Difference(fields[name].header(language), _word(row.before.get(name)), _word(row.after[name]) or "—")
                for name in TOLD
                if name in row.after
            ]

        return told


def _by_tree(rows: Sequence[Incoming]) -> dict[str, list[Incoming]]:
    """The rows of each tree; a row that names none is of the tree of the row above it on its sheet."""
    found: dict[str, list[Incoming]] = {}
    named, tab = "", ""
    for row in rows:
        named = said(row, "tree") or (named if row.tab == tab else "")
        tab = row.tab
        found.setdefault(named, []).append(row)
    return found


def _of_tree(into: Meant, rows: Sequence[Incoming], *, desk: Desk) -> dict[protocol.Place, Change]:
    """What the rows of one tree would do, against its newest version."""
    if into.finding is not None:
        return {row.place: _wrong(row, [into.finding]) for row in rows}
    placed, now = laid(rows, desk=desk), standing(into.tree)
    known = catalogue(desk)
    found = {row.place: _change(row, placed, now, known) for row in rows}
    gone = _gone(placed, now)
    for place, missing in gone.items():
        target = found[place] if place is not None else found[rows[0].place]
        if target.kind == protocol.UNCHANGED:
            target.kind = protocol.CHANGED
        listed = "、".join(missing[:MOST_LISTED]) + (f" 等 {len(missing)} 项" if len(missing) > MOST_LISTED else "")
        zh = f"本版不再包含：{listed}。已填的答复都保留。"
        target.findings.append(Finding("part", "warning", zh, f"No longer contained: {listed}.", code="parts_gone"))
        target.after = {**target.after, "gone": missing}
    _head(found[rows[0].place], into, now)
    return found


def _head(first: Change, into: Meant, now: Standing) -> None:
    """What is said once for a tree, at its first row."""
    if into.tree is None:
        zh = f"新建标准零部件树“{into.name}”，由本单位维护。"
        first.findings.append(Finding("tree", "note", zh, f"Begins a new tree “{into.name}”.", code="tree_new"))
    if now.version is not None and now.version.state == TreeVersion.State.DRAFT:
        who = now.version.drafted_by.name if now.version.drafted_by else "—"
        zh = f"第 {now.version.number} 版草稿（{who} 起草）尚未发布，写入后由本表代替。"
        en = f"The draft of version {now.version.number} by {who} will be replaced by this workbook."
        first.findings.append(Finding("tree", "warning", zh, en, code="draft_replaced"))
    # The plan a person confirms is against this version: another one in between is shown again.
    first.after = {**first.after, "base": [now.version.pk, now.version.version] if now.version else []}


def _wrong(row: Incoming, findings: Iterable[Finding]) -> Change:
    change = Change(row.sheet, row.row_number, protocol.ERROR, tab=row.tab, findings=[*row.findings, *findings])
    change.label = _label(row)
    return change


def _label(row: Incoming) -> str:
    words = [said(row, name) for name in branches.OUTLINE]
    return " / ".join(word for word in words if word)[:200]


def _change(row: Incoming, placed: Laying, now: Standing, known: Catalogue) -> Change:
    findings = placed.findings.get(row.place, [])
    own = placed.of_row.get(row.place, [])
    if not own or any(one.level == "error" for one in (*row.findings, *findings)):
        return _wrong(row, findings)
    change = Change(row.sheet, row.row_number, protocol.UNCHANGED, tab=row.tab, findings=[*row.findings, *findings])
    branch = own[-1]
    change.label = " / ".join(_names_above(branch))[:200]
    part = known.part(branch.code, branch.name)
    change.subject_type, change.subject_id = SUBJECT, str(part.pk) if part else ""
    node = now.places.get(branch.path)
    after = {"quantity": None if branch.above is None else branch.quantity, "segment": branch.segment}
    if node is None or any(one.path not in now.places for one in own):
        change.kind = protocol.NEW
        parent = branch.above.name if branch.above else ""
        told = {"part": branch.name, "parent": parent, **after}
        change.after = packing.pack_all({name: value for name, value in told.items() if value not in (None, "")})
        return change
    moved = [name for name, value in after.items() if _plain(getattr(node, name)) != _plain(value)]
    if moved:
        change.kind, change.version = protocol.CHANGED, node.version
        change.before = packing.pack_all({name: getattr(node, name) for name in moved})
        change.after = packing.pack_all({name: after[name] for name in moved})
    return change


def _names_above(branch: Branch) -> list[str]:
    return [*(_names_above(branch.above) if branch.above else ()), branch.name]


def _plain(value: Any) -> Any:
    """A quantity without its trailing noughts; six places are kept."""
    return round(Decimal(value), 6).normalize() if isinstance(value, Decimal) else value or None


def _word(packed: Any) -> str:
    value = packing.unpack(packed)
    return f"{value.normalize():f}" if isinstance(value, Decimal) else str(value or "")


def _gone(placed: Laying, now: Standing) -> dict[protocol.Place | None, list[str]]:
    """The topmost places that are no longer there, by the row of what they stood under."""
    here = {branch.path: branch for branch in placed.walk()}
    found: dict[protocol.Place | None, list[str]] = {}
    for path, node in now.places.items():
        if path in here or (len(path) > 1 and path[:-1] not in here):
            continue
        place = here[path[:-1]].row.place if len(path) > 1 else None
        found.setdefault(place, []).append(node.part.name)
    return found


def _line(branch: Branch, known: Catalogue) -> Line:
    part = known.part(branch.code, branch.name)
    code = part.code if part else ""
    return Line(
        branch.level, branch.name, branch.category, branch.quantity, code, unit=branch.unit, segment=branch.segment
    )


def _applied(change: Change, known: Catalogue) -> Applied:
    name = change.label.rpartition(" / ")[2]
    part = known.by_name.get(names.normalise(name))
    subject = change.subject_id or (str(part.pk) if part else "")
    return Applied(change.sheet, change.row_number, SUBJECT, subject, change.version or 1, tab=change.tab)


def _expect_whole(batch: Batch) -> None:
    wrong = batch.rows.filter(kind=protocol.ERROR).count()
    if wrong:
        raise Refused(
            _("有 %(count)d 行有误。零部件树整表成为一版，请下载标注的工作簿，改好再导入。") % {"count": wrong}
        )
    if batch.rows.filter(kind__in=[protocol.NEW, protocol.CHANGED], is_chosen=False).exists():
        raise Refused(_("零部件树整表成为一版，不能只写入一部分行。请恢复全选，或改好工作簿再导入。"))


PART_TREES = TreeLedger(
    key="part_trees",
    thing=Thing.GAP,
    context=(
        ContextField(
            "tree",
            _lazy("写入哪棵树"),
            choices=_choices,
            help=_lazy("表中“所属树”列写了名称的，以表中为准。"),
        ),
    ),
    sheets=(
        NodeSheet(
            key="nodes",
            model=TreeNode,
            noun="tree_node",
            code_field=None,
            invented="tree_version__is_illustrative",
            columns=(
                Shown("tree", "tree", shown=lambda node: node.tree.name),
                Shown("level", "depth", shown=lambda node: str(node.depth)),
                Shown("code", "part", shown=lambda node: node.part.code),
                Shown("parent", "parent", shown=lambda node: node.parent.part.name if node.parent else None),
                Shown("part", "part", shown=lambda node: node.part.name),
                Shown("category", "part", shown=lambda node: node.part.category or None),
                Shown("quantity", "quantity", shown=lambda node: node.quantity),
                Shown("unit", "part", shown=lambda node: node.part.unit or None),
                Shown("segment", "segment", shown=lambda node: node.segment or None),
            ),
        ),
    ),
)
