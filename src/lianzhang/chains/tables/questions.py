"""未定选择和待问清单: which choices of a list hang on unknown amounts, and what to ask next."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from lianzhang.chains.models import TargetList
from lianzhang.chains.queries.disclosure import Disclosure
from lianzhang.chains.tables.listed import anchor_firms
from lianzhang.tables import Column, TableSpec


@dataclass(frozen=True, kw_only=True)
class Question:
    """待问: one unknown, and how many of the open choices it would settle."""

    position: int
    anchor: str
    category: str
    unknown_wan: float | None
    settled_count: int | None
    open_count: int
    together_count: int | None = None

    @property
    def words(self) -> str:
        """向链主A问清类别X，可定下 5 项未定选择中的 3 项; what was not tried only says that it is not known."""
        said = {"who": self.anchor, "category": self.category, "n": self.settled_count, "all": self.open_count}
        words = _now("向%(who)s问清“%(category)s”的金额。")
        if self.settled_count:
            words = _now("向%(who)s问清“%(category)s”，可定下 %(all)s 项未定选择中的 %(n)s 项。")
        elif self.settled_count == 0:
            words = _now("向%(who)s问清“%(category)s”；只问这一项，%(all)s 项未定选择都还定不下。")
        return words % said + self._together()

    def _together(self) -> str:
        if self.together_count is None:
            return ""
        words = _now("以上 %(count)s 项都问清，%(all)s 项未定选择仍都定不下。")
        if self.together_count:
            words = _now("以上 %(count)s 项都问清，可定下 %(all)s 项未定选择中的 %(n)s 项。")
        return words % {"count": self.position, "all": self.open_count, "n": self.together_count}


@dataclass(frozen=True, kw_only=True)
class Open:
    """未定选择: a category or supplier that is in the best list for some values of the unknown amounts only."""

    kind: str
    name: str
    share: float | None
    is_chosen: bool
    swayed_by: str


def questions(listed: TargetList, shown: Disclosure, names: dict[str, str]) -> list[Question]:
    """What to ask next, best first; an anchor is named to those who may read its purchases. Nothing where all holds."""
    if not listed.open_choices:
        return []
    found = listed.questions or []
    if not shown.sees_rows:  # two anchors' answers to one category are told apart by name alone
        return _nameless(found)
    return [
        Question(
            position=n,
            anchor=names.get(entry["anchor"], entry["anchor"]),
            category=entry["category"],
            unknown_wan=entry.get("unknown_wan"),
            settled_count=entry["settled_count"],
            together_count=entry.get("together_count"),
            open_count=entry["open_count"],
        )
        for n, entry in enumerate(found, start=1)
    ]


def _nameless(found: Sequence[dict[str, Any]]) -> list[Question]:
    """One question a category, saying how many anchors are to be asked; what one answer alone settles only where one
    is asked."""
    grouped: dict[str, list[dict[str, Any]]] = {}
    for entry in found:
        grouped.setdefault(entry["category"], []).append(entry)
    return [
        Question(
            position=n,
            anchor=anchor_firms(len(entries)),
            category=category,
            unknown_wan=None,
            settled_count=entries[0]["settled_count"] if len(entries) == 1 else None,
            open_count=entries[0]["open_count"],
        )
        for n, (category, entries) in enumerate(grouped.items(), start=1)
    ]


def open_choices(listed: TargetList, shown: Disclosure, names: dict[str, str]) -> list[Open]:
    """The choices that are swayed, nearest to even first, and by whose unknown."""
    found = [
        Open(
            kind=str(_("类别") if entry["kind"] == "category" else _("配套商")),
            name=names.get(entry["id"], entry.get("name") or entry["id"]),
            share=entry["share"],
            is_chosen=entry["is_chosen"],
            swayed_by=_now("；").join(
                _now("%(who)s的“%(category)s”") % {"who": _who(anchor, shown, names), "category": category}
                for anchor, category in entry.get("swayed_by", ())
            ),
        )
        for entry in listed.open_choices or []
    ]
    return sorted(found, key=lambda one: abs((one.share if one.share is not None else 1.0) - 0.5))


QUESTIONS = TableSpec(
    key="target_questions",
    title=_("待问清单"),
    columns=(
        Column("position", _("序"), lambda q: q.position, kind="integer"),
        Column("words", _("问什么、能定下什么"), lambda q: q.words, is_wrapped=True),
        Column("unknown_wan", _("未知额"), lambda q: q.unknown_wan, kind="wan"),
        Column("settled_count", _("可定下"), lambda q: q.settled_count, kind="integer", unit=_("项")),
    ),
    is_ticked=False,
    invented=None,
    row_id=lambda q: q.position,
)
OPEN = TableSpec(
    key="target_open_choices",
    title=_("未定选择"),
    columns=(
        Column("kind", _("种类"), lambda o: o.kind),
        Column("name", _("名称"), lambda o: o.name),
        Column("is_chosen", _("在本清单中"), lambda o: o.is_chosen, kind="boolean"),
        Column("share_ratio", _("试算入选比例"), lambda o: o.share, kind="ratio"),
        Column("swayed_by", _("取决于谁的未知金额"), lambda o: o.swayed_by or None, is_wrapped=True),
    ),
    is_ticked=False,
    invented=None,
    row_id=lambda o: (o.kind, o.name),
)


def _who(code: str, shown: Disclosure, names: dict[str, str]) -> str:
    return names.get(code, code) if shown.sees_rows else _now("一家链主")
