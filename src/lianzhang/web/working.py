"""What a project's page shows of how the lead was worked: follow-ups and clocks, due diligence, credit, contests."""

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import F, IntegerField, TextField, Value
from django.db.models.functions import Cast
from django.utils.translation import gettext as _

from lianzhang.accounts.models import Body, Person
from lianzhang.projects import stages
from lianzhang.projects.leads import clocks
from lianzhang.projects.models import Contest, Credit, Diligence, FollowUp, Project
from lianzhang.projects.stages import Stage
from lianzhang.tables import Light

LIGHTS = {"clear": "done", "na": "idle", "concern": "late"}
WIDTH = 6  # texts of a row


def shown(found: Any, *, today: date) -> dict[str, Any]:
    """The parts of the page that belong to working a lead; what nothing is known of is left out."""
    is_lead = found.stage < Stage.SIGNED
    is_worked = is_lead and found.status in stages.MOVING
    kept = _kept(found)
    records: list[FollowUp] = kept.get("follow_ups", [])
    running = list(found.clocks.filter(met_on__isnull=True)) if is_worked else []
    held = {row.item: row for row in kept.get("diligences", [])}
    follow = {
        "records": records,
        "clocks": [clocks.told(clock.kind, clock.due_on, today=today) for clock in running],
        "may_add": is_worked and found.may_write,
    }
    rows = [{"item": item, "known": held.get(item.key), "light": _light(held.get(item.key))} for item in _items()]
    return {
        "follow": follow if is_lead or records else None,
        "diligence": {"rows": rows, "may_add": found.may_write and is_lead} if held or is_lead else None,
        "credits": kept.get("credits", []),
        "contests": kept.get("contests", []),
    }


def _items() -> tuple[stages.Item, ...]:
    return stages.table().diligence


def _light(known: Diligence | None) -> Light:
    if known is None:
        return Light("idle", _("未核实"))
    return Light(LIGHTS[known.verdict], Diligence.Verdict(known.verdict).label)


# The four small tables of a project and how a row of each is made again from its texts.
KEPT: dict[str, tuple[tuple[str, ...], Callable[..., Any]]] = {
    "follow_ups": (
        ("kind", "opinion", "text", "done_on", "by__name", "next_on"),
        lambda kind, opinion, text, on, by, then: FollowUp(
            kind=kind,
            opinion=opinion,
            text=text,
            done_on=date.fromisoformat(on[:10]),
            by=Person(name=by),
            next_on=_day(then),
        ),
    ),
    "diligences": (
        ("item", "verdict", "note", "checked_on", "by__name"),
        lambda item, verdict, note, on, by, _rest: Diligence(
            item=item, verdict=verdict, note=note, checked_on=date.fromisoformat(on[:10]), by=Person(name=by)
        ),
    ),
    "credits": (
        ("body__name_zh", "body__name_en", "share_ratio", "ground", "basis"),
        lambda zh, en, share, ground, basis, _rest: Credit(
            body=Body(name_zh=zh, name_en=en), share_ratio=Decimal(share), ground=ground, basis=basis
        ),
    ),
    "contests": (
        ("code", "challenger__name_zh", "challenger__name_en", "state"),
        lambda code, zh, en, state, *_rest: Contest(code=code, challenger=Body(name_zh=zh, name_en=en), state=state),
    ),
}


def _kept(found: Project) -> dict[str, list[Any]]:
    """The rows of those of the four tables that hold any, each in its own order, in one question."""
    names = [name for name in KEPT if getattr(found, f"has_{name}")]
    selects = [_select(n, found, name) for n, name in enumerate(names)]
    rows = list(selects[0].union(*selects[1:], all=True)) if selects else []
    made: dict[str, list[Any]] = {name: [] for name in names}
    for n, _pk, *texts in sorted(rows, key=lambda row: (row[0], row[1])):
        made[names[n]].append(KEPT[names[n]][1](*texts))
    made.get("follow_ups", []).sort(key=lambda done: done.done_on)
    made.get("follow_ups", []).reverse()
    made.get("credits", []).sort(key=lambda credit: -credit.share_ratio)
    return made


def _select(number: int, found: Project, name: str) -> Any:
    fields: Sequence[str] = KEPT[name][0]
    texts = [Cast(F(field), TextField()) for field in fields]
    nothing = [Value("", TextField())] * (WIDTH - len(fields))
    tag = Value(number, IntegerField())
    return getattr(found, name).order_by().values_list(tag, "pk", *texts, *nothing)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text[:10]) if text else None
