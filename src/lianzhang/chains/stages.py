"""The life of a gap and the one table of what each step requires, read from `definitions/gaps.toml`.

The same table refuses (`chains.actions.gaps`), says what is missing for the next step, names the buttons and draws
`docs/reference/gaps.md`. Functions here take a gap and facts about it; they read and write nothing.
"""

import tomllib
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib import resources
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from lianzhang.accounts.rules import Act
from lianzhang.chains.models import Gap, PartCoverage

State = Gap.State
# Somebody stands for these: they may be changed, looked at again and closed.
STANDING = (State.CONFIRMED, State.ASSIGNED, State.ACTING)
OPEN = (State.PROPOSED, *STANDING)
SETTLED = (State.CLOSED, State.INVALID)
FORWARD = ("confirm", "assign", "start", "close")
REASON = "reason"
RIGHTS = {"write": Act.WRITE, "approve": Act.APPROVE}


@dataclass(frozen=True)
class Term:
    """Words in both languages."""

    zh: str
    en: str

    def __str__(self) -> str:
        return self.en if (get_language() or "").startswith("en") else self.zh


@dataclass(frozen=True)
class Move:
    """One row of the table: from where to where, whose right it is, and what it needs."""

    key: str
    origins: tuple[State, ...]
    to: State
    by: tuple[Act, ...]
    needs: tuple[str, ...]
    checks: tuple[str, ...]
    is_filled: bool
    is_of_itself: bool
    label: Term
    help: Term


@dataclass(frozen=True)
class Closing:
    """When newer coverage shows a kind of gap gone: one figure and what it must reach."""

    field: str
    words: Term
    above: float | None = None
    least: float | None = None
    equals: bool | None = None

    def is_met(self, covered: PartCoverage) -> bool:
        """Whether the coverage shows it; a figure that is not known shows nothing."""
        figure = getattr(covered, self.field)
        if figure is None:
            return False
        if self.equals is not None:
            return bool(figure) is self.equals
        return bool(figure > self.above if self.above is not None else figure >= (self.least or 0))


@dataclass(frozen=True)
class Table:
    """The whole reviewed table."""

    review_days: int
    moves: dict[str, Move]
    closings: dict[str, Closing]


@dataclass(frozen=True)
class Facts:
    """What a step asks that the gap itself does not hold."""

    person_id: int | None = None
    reason: str = ""
    newer: PartCoverage | None = None  # the newest coverage since somebody stood for the gap
    other_open: str = ""  # the code of another open gap of the same part


@cache
def table() -> Table:
    """The reviewed table, read once."""
    text = resources.files("lianzhang").joinpath("definitions", "gaps.toml").read_text(encoding="utf-8")
    plain = tomllib.loads(text)
    moves = [_move(row) for row in plain["move"]]
    closings = {
        row["kind"]: Closing(
            row["field"], Term(row["zh"], row["en"]), row.get("above"), row.get("least"), row.get("equals")
        )
        for row in plain["closing"]
    }
    return Table(review_days=plain["review_days"], moves={move.key: move for move in moves}, closings=closings)


def _move(row: dict[str, Any]) -> Move:
    return Move(
        key=row["key"],
        origins=tuple(State(one) for one in row["from"]),
        to=State(row["to"]),
        by=tuple(RIGHTS[one] for one in row["by"]),
        needs=tuple(row["needs"]),
        checks=tuple(row["checks"]),
        is_filled=row["is_filled"],
        is_of_itself=row["of_itself"],
        label=Term(row["zh"], row["en"]),
        help=Term(row["help_zh"], row["help_en"]),
    )


def move(key: str) -> Move:
    """The row of a step."""
    return table().moves[key]


def moves(gap: Gap) -> list[Move]:
    """The steps that lead on from where the gap stands, in the order of the table."""
    return [one for one in table().moves.values() if gap.state in one.origins and fits(gap, one)]


def fits(gap: Gap, one: Move) -> bool:
    """Whether the step makes sense on the gap's path: what is left open is neither assigned nor worked on."""
    return not (one.is_filled and gap.route == Gap.Route.LEAVE)


def following(gap: Gap) -> Move | None:
    """The next step forward; None once the gap is settled."""
    return next((one for one in moves(gap) if one.key in FORWARD), None)


def missing(gap: Gap, one: Move, facts: Facts) -> list[str]:
    """What the step still needs, in words and in the table's order; empty: it can be taken."""
    found = [_asked(name) for name in one.needs if _is_blank(gap, name, facts)]
    if gap.route == Gap.Route.LEAVE and "route" in one.needs and not gap.route_reason.strip():
        found.append(_("选择“不补”须写明理由。"))
    for check in one.checks:
        found += CHECKS[check](gap, facts)
    return found


def labels(one: Move) -> list[str]:
    """What the step needs, as the fields are called on screen, and what is checked besides."""
    words = {
        "newer_coverage": _("更新的数据快照"),
        "another_person": _("由另一人办理"),
        "no_other_open": _("无同一零部件的未销号缺口"),
    }
    needs = [_("理由") if name == REASON else str(_field(name)) for name in one.needs]
    return needs + [words[check] for check in one.checks]


def review_on(today: date) -> date:
    """The day that is proposed for looking at a gap again."""
    return today + timedelta(days=table().review_days)


def _is_blank(gap: Gap, name: str, facts: Facts) -> bool:
    if name == REASON:
        return not facts.reason.strip()
    return getattr(gap, f"{name}_id" if name == "owner" else name) in (None, "")


def _asked(name: str) -> str:
    if name == REASON:
        return _("请写明理由。")
    return _("请填写%(field)s。") % {"field": _field(name)}


def _field(name: str) -> object:
    return getattr(Gap._meta.get_field(name), "verbose_name", name)


def _another_person(gap: Gap, facts: Facts) -> list[str]:
    is_same = facts.person_id is not None and gap.confirmed_by_id == facts.person_id
    return [_("确认人不能自行销号，请由另一人办理。")] if is_same else []


def _newer_coverage(gap: Gap, facts: Facts) -> list[str]:
    if facts.newer is None:
        return [_("确认后还没有新的数据快照。请先更新数据并重新计算，再销号。")]
    rule = table().closings[gap.kind]
    if rule.is_met(facts.newer):
        return []
    words = {"day": facts.newer.snapshot.taken_on, "kind": gap.get_kind_display(), "needed": rule.words}
    return [_("最新快照（%(day)s）仍为“%(kind)s”，须%(needed)s方可销号。") % words]


def _no_other_open(_gap: Gap, facts: Facts) -> list[str]:
    if not facts.other_open:
        return []
    words = _("本链同一零部件已有一个未销号的缺口 %(code)s：请在该缺口上办理；要重新打开本缺口，先判它不成立。")
    return [words % {"code": facts.other_open}]


CHECKS = {"another_person": _another_person, "newer_coverage": _newer_coverage, "no_other_open": _no_other_open}
