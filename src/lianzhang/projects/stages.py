"""The stages of a project and the one table of what each requires, read from `definitions/stages.toml`.

The same table refuses (`projects.actions`), says what is missing for the next stage, feeds the help texts and draws
`docs/reference/stages.md`. Functions here take plain values and a project-like record; they write nothing.
"""

import tomllib
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


class Stage(models.IntegerChoices):
    """阶段: from lead to full production, in order. Stored as a number so that 'from a stage on' is a comparison."""

    LEAD = 10, _("线索")
    EVALUATING = 20, _("研判")
    NEGOTIATING = 30, _("在谈")
    SIGNED = 40, _("签约")
    REGISTERED = 50, _("注册")
    PERMITTED = 60, _("拿地手续")
    STARTED = 70, _("开工")
    COMPLETED = 80, _("竣工")
    IN_PRODUCTION = 90, _("投产")
    FULL_CAPACITY = 100, _("达产")


class Status(models.TextChoices):
    """状态: an axis of its own beside the stage."""

    NORMAL = "normal", _("正常")
    LATE = "late", _("滞后")
    SUSPENDED = "suspended", _("暂缓")
    LOST = "lost", _("流失")
    TERMINATED = "terminated", _("终止")
    TRANSFERRED = "transferred", _("流转")


# A project moves on only while it is being worked on; the others first have to be resumed.
MOVING = (Status.NORMAL, Status.LATE)
ENDED = (Status.LOST, Status.TERMINATED)
OPEN = tuple(status for status in Status if status not in ENDED)


@dataclass(frozen=True)
class Term:
    """A key with its words in both languages."""

    key: str
    zh: str
    en: str

    @property
    def label(self) -> str:
        """The words in the reader's language."""
        return self.en if (get_language() or "").startswith("en") else self.zh


@dataclass(frozen=True)
class Group(Term):
    """阶段分组: a column of the board and of the city table."""


@dataclass(frozen=True)
class Evidence(Term):
    """佐证种类: a kind of file; `is_dated` asks for the day and the place it was taken."""

    is_dated: bool = False


@dataclass(frozen=True)
class Item(Term):
    """尽调事项: one line of the due-diligence list."""

    help: Term


@dataclass(frozen=True)
class Gate:
    """One row of the table: what a project needs to enter `stage`, who asks and who checks."""

    stage: Stage
    group: Group
    requires: tuple[str, ...]
    recruited: tuple[str, ...]
    entering: tuple[str, ...]
    sets: str
    evidence: tuple[Evidence, ...]
    is_checked: bool
    asks: frozenset[str]
    checks: frozenset[str]
    help: Term


@dataclass(frozen=True)
class StatusMove:
    """A row of the status table: from where `to` can be reached, by which right, and whether the claim falls free."""

    to: Status
    verb: str
    origins: frozenset[Status]
    right: str
    frees_claim: bool


@dataclass(frozen=True)
class Table:
    """The whole reviewed table."""

    version: int
    groups: tuple[Group, ...]
    gates: dict[Stage, Gate]
    evidence: dict[str, Evidence]
    moves: dict[Status, StatusMove]
    diligence: tuple[Item, ...]


@cache
def table() -> Table:
    """The reviewed table, read once."""
    text = resources.files("lianzhang").joinpath("definitions/stages.toml").read_text(encoding="utf-8")
    return from_plain(tomllib.loads(text))


def from_plain(plain: dict[str, Any]) -> Table:
    """The table from its plain form; KeyError for a name that nothing defines."""
    groups = {row["key"]: Group(row["key"], row["zh"], row["en"]) for row in plain["group"]}
    evidence = {
        row["key"]: Evidence(row["key"], row["zh"], row["en"], row.get("dated", False)) for row in plain["evidence"]
    }
    gates = [_gate(row, groups=groups, evidence=evidence) for row in plain["stage"]]
    moves = [
        StatusMove(Status(row["key"]), row["verb"], frozenset(map(Status, row["from"])), row["by"], row["frees"])
        for row in plain["status"]
    ]
    return Table(
        version=plain["version"],
        groups=tuple(groups.values()),
        gates={gate.stage: gate for gate in gates},
        evidence=evidence,
        moves={move.to: move for move in moves},
        diligence=tuple(
            Item(row["key"], row["zh"], row["en"], Term(row["key"], row["help_zh"], row["help_en"]))
            for row in plain["diligence"]
        ),
    )


def _gate(row: dict[str, Any], *, groups: dict[str, Group], evidence: dict[str, Evidence]) -> Gate:
    return Gate(
        stage=Stage[row["key"].upper()],
        group=groups[row["group"]],
        requires=tuple(row["requires"]),
        recruited=tuple(row.get("recruited", ())),
        entering=tuple(row.get("entering", ())),
        sets=row.get("sets", ""),
        evidence=tuple(evidence[key] for key in row["evidence"]),
        is_checked=row["checked"],
        asks=frozenset(row["asks"]),
        checks=frozenset(row["checks"]),
        help=Term(row["key"], row["help_zh"], row["help_en"]),
    )


def gate(stage: int) -> Gate:
    """The row of `stage`."""
    return table().gates[Stage(stage)]


def following(stage: int) -> Stage | None:
    """The stage after `stage`; None after the last."""
    return next((later for later in Stage if later > stage), None)


def skipped(current: int, to: int) -> list[Stage]:
    """The stages that lie between `current` and `to` and would be jumped over."""
    return [stage for stage in Stage if current < stage < to]


def required(stage: int, *, is_recruited: bool) -> list[str]:
    """Every field needed to be in `stage`, in the order in which the table asks for them."""
    names: list[str] = []
    for row in table().gates.values():
        if row.stage <= stage:
            names += [name for name in (*row.requires, *(row.recruited if is_recruited else ())) if name not in names]
    return names


def missing(project: Any, stage: int) -> list[str]:
    """Fields that `stage` needs and `project` lacks, in the table's order; `parts` and `diligences` are rows of it."""
    is_recruited = project.gap_id is not None or project.target_line_id is not None
    names = [*required(stage, is_recruited=is_recruited), *gate(stage).entering]
    return [name for name in names if _is_blank(project, name)]


def open_diligence(project: Any) -> list[Item]:
    """Items of the due-diligence list that are not settled yet: nobody looked, or what was found is in doubt."""
    settled = {row.item for row in project.diligences.all() if row.verdict != "concern"}
    return [item for item in table().diligence if item.key not in settled]


def missing_evidence(stage: int, held: Collection[str]) -> list[Evidence]:
    """Kinds of evidence that entering `stage` needs and that are not among those `held`."""
    return [kind for kind in gate(stage).evidence if kind.key not in held]


def group_of(stage: int) -> Group:
    """The group that `stage` belongs to."""
    return gate(stage).group


def stages_of(group_key: str) -> list[Stage]:
    """The stages of a group, in order."""
    return [row.stage for row in table().gates.values() if row.group.key == group_key]


def labels(names: Iterable[str], *, of: type[models.Model]) -> list[str]:
    """What the fields `names` are called on screen; rows of another table by what those are called."""
    return [_label(of._meta.get_field(name)) for name in names]


def _label(field: Any) -> str:
    return str(getattr(field, "verbose_name", None) or field.related_model._meta.verbose_name)


def _is_blank(project: Any, name: str) -> bool:
    if name == "parts":
        return not project.supplies.exists()
    if name == "diligences":
        return bool(open_diligence(project))
    return getattr(project, name if name not in _RELATIONS else f"{name}_id") in (None, "")


_RELATIONS = frozenset({"chain", "enterprise", "owner", "district"})
