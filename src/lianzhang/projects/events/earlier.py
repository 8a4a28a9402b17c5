"""前期项目 of a signing: the project that its project is the second signing, the extension or the increase of. A row
names it by its code, or a person is asked where what was signed before looks like the one at hand."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from chainlab.sheets.reading import Blank
from lianzhang.intake.columns import Column, Desk, Refusal
from lianzhang.intake.protocol import Finding, Incoming, Proposal
from lianzhang.intake.showing import MADE
from lianzhang.projects import investors
from lianzhang.projects.events import sheets
from lianzhang.projects.leads import likeness
from lianzhang.projects.models import Project

FIELD, ATTR = "predecessor_code", "predecessor"
WAS = f"{MADE}{ATTR}"
AFTER = "after"  # of a decision: the row comes after the project named
MOST = 8


def seen(desk: Desk) -> dict[int, str]:
    """Code by id of every project the person sees."""
    visible = Project.objects.visible_to(desk.by)
    found: dict[int, str] = desk.once("seen codes", lambda: dict(visible.values_list("pk", "code")))
    return found


@dataclass(frozen=True, slots=True)
class EarlierColumn(Column):
    """前期项目: kept by the signing's project; shown to who sees that project, and never taken away by a blank cell."""

    def take(self, value: Any, *, row: Incoming, desk: Desk) -> dict[str, Any]:  # noqa: ARG002
        return {}  # it needs the row's own project: `SigningSheet.fill`

    def give(self, record: Any, *, desk: Desk) -> Any:
        return seen(desk).get(record.project.predecessor_id)

    def said(self, stored: Any, *, desk: Desk) -> Any:
        return seen(desk).get(stored)


def of(row: Incoming, *, desk: Desk) -> int | None:
    """The earlier project that a row, or whoever was asked about it, names; raises Refusal for one nobody here sees."""
    code = sheets.said(row, FIELD)
    if row.decision.get("as") == AFTER:
        code = seen(desk).get(int(row.decision["id"]), "—")
    if not code:
        return None
    by_code: dict[str, int] = desk.once("seen by code", lambda: {each: pk for pk, each in seen(desk).items()})
    if code not in by_code:
        raise Refusal(
            f"系统中没有项目“{code}”，或不在您的查看范围；前期项目请填已登记项目的编号。",
            f"There is no project “{code}” here, or you do not see it; give the code of an earlier project.",
            field=FIELD,
            code="unknown_code",
        )
    return by_code[code]


def stated(row: Incoming, found: int | None, *, project: int | None, desk: Desk) -> dict[str, Any]:
    """What a row states of it: a project, nothing at all (无), or no word where the cell is not filled; with what the
    row's project came after before, so that an undone batch puts it back."""
    said = found is not None or isinstance(row.values.get(FIELD), Blank)
    if not said:
        return {}
    before = _predecessors(desk).get(project) if project is not None else None
    return {ATTR: found, WAS: before}


def refuse_itself(project: int, found: int | None, *, desk: Desk) -> None:
    """What comes after a project cannot come before it, nor can the project itself."""
    before = _predecessors(desk)
    passed, one = set(), found
    while one is not None and one not in passed:
        if one == project:
            is_own = found == project
            code = seen(desk).get(found or 0, "")
            raise Refusal(
                "前期项目不能是本项目自己。" if is_own else f"{code} 是本项目的后续项目，不能又是前期项目。",
                "A project does not come before itself." if is_own else f"{code} comes after this project.",
                field=FIELD,
                code="circle",
            )
        passed.add(one)
        one = before.get(one)


def _predecessors(desk: Desk) -> dict[int, int]:
    """Project → what it comes after."""
    rows = Project.objects.filter(predecessor__isnull=False).order_by("pk")
    found: dict[int, int] = desk.once("predecessors", lambda: dict(rows.values_list("pk", "predecessor_id")))
    return found


def signed(desk: Desk) -> likeness.Known:
    """Every project that was signed, whatever became of it."""
    found: likeness.Known = desk.once("signed", lambda: likeness.known(likeness.has_signed()))
    return found


def repeats(project: int, *, desk: Desk) -> dict[int, str]:
    """What was signed before and may be the project's own first signing, as the page asks; nothing for a project that
    is tied to an earlier or a later one, or was signed at an event itself."""
    row = Project.objects.select_related("enterprise").get(pk=project)
    if row.predecessor_id is not None or row.signings.exists():
        return {}
    keys = investors.keys(investor_name=row.investor_name, investor_code=row.investor_code, enterprise=row.enterprise)
    alike = signed(desk).alike(name=row.name, investor_name=row.investor_name, site=row.site, keys=keys)
    later = set(Project.objects.filter(Q(predecessor=row) | Q(pk=row.pk)).values_list("pk", flat=True))
    return {pk: why for pk, why in alike.items() if pk not in later}


def proposals(found: Sequence[int], *, desk: Desk) -> list[Proposal]:
    """Each as what the row comes after, as far as the person sees it."""
    known = signed(desk)
    said: Callable[[int], str] = lambda pk: _("%(project)s 的再次签约、续建或增资") % {"project": known.label(pk)}  # noqa: E731
    return [Proposal(f"{AFTER}-{pk}", said(pk), 0.0) for pk in found if pk in seen(desk)][:MOST]


def hint(found: Mapping[int, str], *, desk: Desk) -> Finding:
    """What is said where the row was answered already and would not be asked a second time."""
    codes = [signed(desk).code_of[pk] for pk in found][:MOST]
    return Finding(
        FIELD,
        "warning",
        f"可能是 {'、'.join(codes)} 的再次签约；如是，请在“前期项目”填写其编号。",
        f"May be the second signing of {', '.join(codes)}; if so, give its code as the earlier project.",
        code="signed_before",
    )
