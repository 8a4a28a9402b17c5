"""年度计划 as a table: 事项 / 责任单位 / 时限 / 进展 / 灯 with its reason; the same on page, in Excel, in Word."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from lianzhang.accounts import districts, queries
from lianzhang.accounts.models import Person
from lianzhang.chains import rules
from lianzhang.chains.models import Action, Chain
from lianzhang.chains.queries import plans
from lianzhang.tables import Column, Edit, Empty, Filter, Light, TableSpec
from lianzhang.tables.addresses import address

LIGHTS: dict[str, tuple[str, Any]] = {
    rules.Light.GREEN: ("normal", gettext_lazy("正常")),
    rules.Light.YELLOW: ("watch", gettext_lazy("预警")),
    rules.Light.RED: ("late", gettext_lazy("滞后")),
    rules.Light.GREY: ("idle", gettext_lazy("未评")),
    rules.Light.DONE: ("done", gettext_lazy("完成")),
    rules.Light.DROPPED: ("suspended", gettext_lazy("已调整")),
}


def light(verdict: rules.Verdict) -> Light:
    """The light as a table cell, its reason on hover and in the column beside it."""
    code, word = LIGHTS[verdict.light]
    return Light(code, word, verdict.reason)


def matter(action: Action) -> str:
    """The action in the reader's language."""
    return action.matter_en if action.matter_en and (get_language() or "").startswith("en") else action.matter


def progress(action: Action) -> str:
    """完成值: 44 / 60 场, or how far without a target."""
    done, target = plans.done_value(action), action.target_value
    if target is None:
        return ""
    shown = _number(done) if done is not None else _("未报")
    return f"{shown} / {_number(target)} {action.unit}".strip()


def _number(value: Any) -> str:
    return f"{value:,.2f}".rstrip("0").rstrip(".")


def _is_open(action: Action) -> bool:
    return action.state == Action.State.OPEN


def _is_typed(action: Action) -> bool:
    """Whether how far it has come is reported by hand: with a target, and not counted from a ledger."""
    return _is_open(action) and action.target_value is not None and action.counted_from != Action.Counted.EVENTS


def _known(person: Person) -> list[Chain]:
    """Every chain with its scheme, read once per request."""
    chains = Chain.objects.visible_to(person).select_related("scheme").order_by("scheme", "position")
    found: list[Chain] = queries.once(person, "chains of schemes", lambda: list(chains))
    return found


def _schemes(person: Person) -> Iterable[tuple[str, str]]:
    return {chain.scheme.code: chain.scheme.name for chain in _known(person)}.items()


def _chains(person: Person) -> Iterable[tuple[str, str]]:
    return [(chain.code, chain.name) for chain in _known(person)]


def _years(person: Person) -> Iterable[tuple[str, str]]:
    found = Action.objects.visible_to(person).order_by("-year").values_list("year", flat=True).distinct()
    return [(str(year), str(year)) for year in found]


def _in_district(found: "QuerySet[Action]", code: str) -> "QuerySet[Action]":
    """Actions a body of the district answers for or has a part in."""
    answering = districts.narrow(found, code, path="responsible")
    if code in districts.WORDS:
        return answering
    partners = Action.partners.through.objects.filter(body__in=districts.bodies_in(code))
    return found.filter(Q(pk__in=answering.order_by().values("pk")) | Q(pk__in=partners.values("action_id")))


SITUATIONS = (
    ("overdue", gettext_lazy("逾期")),
    ("unreported", gettext_lazy("未报进展")),
    ("behind", gettext_lazy("预警与滞后")),
    ("green", gettext_lazy("正常")),
    ("yellow", gettext_lazy("预警")),
    ("red", gettext_lazy("滞后")),
    ("grey", gettext_lazy("未评")),
    ("done", gettext_lazy("完成")),
)

ACTIONS = TableSpec(
    key="plan_actions",
    invented="chain__is_illustrative",
    title=gettext_lazy("年度计划"),
    columns=(
        Column(
            "matter",
            gettext_lazy("事项"),
            matter,
            link=lambda a: address("chains:action", a.code),
            is_wrapped=True,
        ),
        Column(
            "chain",
            gettext_lazy("产业链"),
            lambda a: a.chain.name,
            link=lambda a: address("chains:chain", a.chain.code),
            sort="chain__position",
        ),
        Column("year", gettext_lazy("年度"), lambda a: str(a.year), kind="code", sort="year"),
        Column(
            "responsible",
            gettext_lazy("责任单位"),
            lambda a: a.responsible and str(a.responsible),
            sort="responsible",
            edit=Edit("choice", when=_is_open, stored=lambda a: a.responsible_id),
        ),
        Column(
            "district",
            gettext_lazy("区市"),
            lambda a: districts.of(a.responsible),
            help=gettext_lazy("责任单位所在区市；按区市查时，配合单位在该区市的也列出"),
            is_default=False,
        ),
        Column(
            "due_on",
            gettext_lazy("时限"),
            lambda a: a.due_on,
            kind="date",
            sort="due_on",
            edit=Edit("date", when=_is_open),
        ),
        Column("light", gettext_lazy("灯"), lambda a: light(plans.verdict(a)), kind="light"),
        Column(
            "light_reason",
            gettext_lazy("灯的理由"),
            lambda a: plans.verdict(a).reason,
            is_wrapped=True,
            edit=Edit(when=lambda a: _is_open(a) and bool(a.light), stored=lambda a: a.light_reason),
        ),
        Column(
            "done",
            gettext_lazy("完成/目标"),
            progress,
            edit=Edit("number", when=_is_typed, field="done_value", stored=lambda a: a.done_value, is_report=True),
        ),
        Column(
            "progress",
            gettext_lazy("进展"),
            lambda a: a.progress,
            is_wrapped=True,
            edit=Edit("lines", when=_is_open, is_report=True),
        ),
        Column(
            "proof_count",
            gettext_lazy("佐证"),
            lambda a: a.proof_count,
            kind="integer",
            help=gettext_lazy("随事项留存的佐证件数"),
        ),
        Column("progress_on", gettext_lazy("进展日期"), lambda a: a.progress_on, kind="date", sort="progress_on"),
        Column("code", gettext_lazy("编号"), lambda a: a.code, kind="code", sort="code", is_default=False),
        Column("due_note", gettext_lazy("时限依据"), lambda a: a.due_note, is_default=False, is_wrapped=True),
        Column("source", gettext_lazy("来源"), lambda a: a.source and str(a.source), is_default=False, is_wrapped=True),
        Column("is_own", gettext_lazy("自行补充"), lambda a: a.is_own_addition, kind="boolean", is_default=False),
    ),
    filters=(
        Filter("chain", gettext_lazy("产业链"), choices=_chains, path="chain__code"),
        Filter("year", gettext_lazy("年度"), choices=_years, path="year"),
        Filter("situation", gettext_lazy("情形"), choices=SITUATIONS, apply=plans.situation),
        Filter("scheme", gettext_lazy("方案"), choices=_schemes, path="chain__scheme__code", is_folded=True),
        Filter("district", gettext_lazy("区市"), choices=districts.choices, apply=_in_district, is_folded=True),
        Filter("responsible", gettext_lazy("责任单位"), kind="text", path="responsible__name_zh", is_folded=True),
        Filter("is_own", gettext_lazy("自行补充"), kind="boolean", path="is_own_addition", is_folded=True),
    ),
    search=("matter", "matter_en", "code", "progress", "responsible__name_zh"),
    default_order=("-year", "chain__scheme", "chain__position", "position", "code"),
    row_id="code",
    row_url=lambda a: address("chains:action", a.code),
    edit_url=lambda a: address("chains:action_cell", a.code),
    empty=Empty(gettext_lazy("还没有计划事项。")),
    note=gettext_lazy(
        "灯按进展与时间比较得出，每盏灯写明理由；未收到进展填报的不评灯。来源未列时限的年度计划按年末计。"
        "在表中填写进展或完成值，记为当天的填报；人工评的灯，理由可在表中改。"
    ),
    paper="a4-landscape",
)
