"""What is refused or left out of the changes of a sheet as a whole: records of others, and one record said twice."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from lianzhang.intake import protocol
from lianzhang.intake.columns import Refusal
from lianzhang.intake.protocol import Change, Finding

if TYPE_CHECKING:
    from lianzhang.accounts.models import Person
    from lianzhang.intake.declared import Sheet

LEAP = Decimal(1000)
LOCAL = "@key"  # in `after`: what other rows of the workbook call this one

LEFT_AS_IS = Finding(
    None,
    "note",
    "系统中已有登记，与本行不同之处未改动。",
    "Registered already; where this row differs nothing was changed.",
    code="left_as_is",
)
NOT_YOURS = Refusal(
    "不在您的权限范围内，未导入。请由负责单位报送。",
    "Outside your rights; not taken. The body in charge hands it in.",
    code="permission",
)


def is_leap(before: Any, after: Any) -> bool:
    """Whether an amount in 万元 moved by LEAP or more, up or down."""
    if not isinstance(before, Decimal) or not isinstance(after, Decimal) or not before or not after:
        return False
    return not 1 / LEAP < abs(after / before) < LEAP


def leap(field: str, before: Decimal, after: Decimal) -> Finding:
    """What to say of such an amount."""
    was, now = (f"{amount.normalize():,f}" for amount in (before, after))
    return Finding(
        field,
        "warning",
        f"系统中现为 {was} 万元，本行为 {now} 万元，相差千倍以上，请核对单位。",
        f"It stands at {was} × 10k yuan; this row says {now}: over a thousandfold. Check the unit.",
        code="leap",
    )


def refuse_foreign(sheet: Sheet, changes: Sequence[Change], *, by: Person) -> None:
    """A row that would change a record outside the person's rights is a permission error, never silently dropped."""
    allowed = _within(sheet.model.objects.editable_by, changes, kind=protocol.CHANGED, by=by)
    readable = _within(sheet.model.objects.visible_to, changes, kind=protocol.UNCHANGED, by=by)
    for change in changes:
        foreign = change.kind == protocol.CHANGED and int(change.subject_id) not in allowed
        unseen = change.kind == protocol.UNCHANGED and int(change.subject_id) not in readable
        if not foreign and not unseen:
            continue
        change.before, change.after = {}, {}
        if sheet.is_shared:
            change.kind = protocol.UNCHANGED
            change.findings += [LEFT_AS_IS] if foreign else []
            continue
        # What stands there now is not for this person's eyes either.
        change.kind, change.version, change.subject_id = protocol.ERROR, None, ""
        change.findings.append(NOT_YOURS.finding)


def _within(scope: Any, changes: Sequence[Change], *, kind: str, by: Person) -> set[int]:
    ids = {int(change.subject_id) for change in changes if change.kind == kind}
    return set(scope(by).filter(pk__in=ids).values_list("pk", flat=True)) if ids else set()


def refuse_doubles(changes: Sequence[Change], *, names: Sequence[Any]) -> None:
    """Two rows for one record: the same statement counts once, two different ones are both refused."""
    first: dict[Any, Change] = {}
    for change, name in zip(changes, names, strict=True):
        if name is None:
            continue
        other = first.setdefault(name, change)
        if other is change:
            continue
        if {**other.after, LOCAL: ""} == {**change.after, LOCAL: ""}:
            zh, en = where(other, seen_from=change)
            zh = f"与{zh}是同一条记录，内容相同，只计一次。"
            en = f"The same record as {en}, same content: counted once."
            change.kind = protocol.IGNORED
            change.findings.append(Finding(None, "note", zh, en, code="repeated"))
            continue
        for one, two in ((change, other), (other, change)):
            zh, en = where(two, seen_from=one)
            zh = f"与{zh}是同一条记录，但内容不同。请保留一行。"
            en = f"The same record as {en} with different content. Keep one row."
            one.kind = protocol.ERROR
            one.findings.append(Finding(None, "error", zh, en, code="contradiction"))


def where(change: Change, *, seen_from: Change) -> tuple[str, str]:
    """A row as another row speaks of it: with its sheet only where that is another one."""
    row = change.row_number
    if change.tab == seen_from.tab:
        return f"第 {row} 行", f"row {row}"
    return f"工作表“{change.tab}”第 {row} 行", f"row {row} of sheet “{change.tab}”"
