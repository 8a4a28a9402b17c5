"""Reading whom one met: what of each firm is known already, and how many became leads."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext_lazy as _

from chainlab import names
from lianzhang.accounts.models import Body, Person
from lianzhang.projects import choices, investors, tables
from lianzhang.projects.models import Claim, Encounter, Event, Project
from lianzhang.projects.stages import Stage
from lianzhang.tables import Column, Empty, Filter, TableSpec
from lianzhang.tables.addresses import address


@dataclass(frozen=True)
class Acquaintance:
    """A firm one met: what it became, and who had reported it as an investor before."""

    encounter: Encounter
    claim: Claim | None
    is_seen: bool  # whether the reader sees the project it became, or that of the claim


def met(event: Event, *, person: Person) -> "QuerySet[Encounter]":
    """Whom one met at an event, as far as `person` may know."""
    found = Encounter.objects.visible_to(person).filter(event=event)
    return found.select_related("enterprise", "body", "project").order_by("pk")


def listed(person: Person) -> "QuerySet[Encounter]":
    """Whom one met at all events, as far as `person` may know; the lead a firm became where that is seen as well."""
    became = Project.objects.visible_to(person).filter(pk=OuterRef("project")).order_by()
    found = Encounter.objects.visible_to(person).select_related("event__chain", "enterprise", "body")
    return found.annotate(
        seen_code=Subquery(became.values("code")[:1]), seen_stage=Subquery(became.values("stage")[:1])
    )


def talks(project: Project, *, body: Body | None, person: Person) -> list[Encounter]:
    """When `body` met the investor of a project at events, first meeting first, as far as `person` may know."""
    found = Encounter.objects.visible_to(person).filter(body=body).select_related("event", "enterprise")
    known = set(investors.looked_up(investor_name=project.investor_name, investor_code=project.investor_code))
    core = names.core(project.investor_key)
    return [
        one
        for one in found.order_by("event__held_on", "pk")
        if known & set(investors.keys(investor_name=one.name, enterprise=one.enterprise))
        or (core and names.core(investors.key(one.name)) == core)
    ]


def acquaintances(encounters: Sequence[Encounter], *, person: Person) -> list[Acquaintance]:
    """The same with what is known of each: two questions however many there are."""
    if not encounters:
        return []
    keys = {
        one.pk: investors.keys(investor_name=one.name, enterprise=one.enterprise)
        for one in encounters
        if one.project_id is None
    }
    wanted = {key for known in keys.values() for key in known}
    claims = {
        claim.key: claim for claim in Claim.objects.filter(key__in=wanted).select_related("body", "project")
    } if wanted else {}  # fmt: skip
    claimed = {pk: next((claims[key] for key in known if key in claims), None) for pk, known in keys.items()}
    ids = {one.project_id for one in encounters if one.project_id} | {claim.project_id for claim in claims.values()}
    seen = set(Project.objects.visible_to(person).filter(pk__in=ids).values_list("pk", flat=True))
    return [_acquaintance(one, claimed.get(one.pk), seen) for one in encounters]


def _acquaintance(one: Encounter, claim: Claim | None, seen: set[int]) -> Acquaintance:
    project_id = one.project_id if one.project_id is not None else claim.project_id if claim else None
    return Acquaintance(one, claim, project_id in seen)


def of_event(found: Any, said: str) -> Any:
    """Rows of the event of this code, or whose name holds the words."""
    return found.filter(Q(event__code=said) | Q(event__name__icontains=said))


def _turned(found: Any, is_turned: bool) -> Any:  # noqa: FBT001 - called by the table
    return found.filter(project__isnull=not is_turned)


def _lead(row: Any) -> str:
    if row.project_id is None:
        return ""
    return row.seen_code or str(_("已转为线索"))


TABLE = TableSpec(
    key="encounters",
    invented="event__is_illustrative",
    title=_("对接企业"),
    columns=(
        Column(
            "name", _("企业名称"), lambda m: m.name, sort="name", is_wrapped=True,
            link=lambda m: address("registry:enterprise", m.enterprise.code) if m.enterprise else None,
        ),
        Column("place", _("来源地"), lambda m: m.place, sort="place"),
        Column("note", _("对接情况"), lambda m: m.note, is_wrapped=True),
        Column("body", _("对接单位"), lambda m: m.body and m.body.name, sort="body__name_zh"),
        Column(
            "lead", _("线索"), _lead, sort="project__code",
            link=lambda m: address("projects:project", m.seen_code) if m.seen_code else None,
        ),
        Column("stage", _("现阶段"), lambda m: Stage(m.seen_stage).label if m.seen_stage else ""),
        Column(
            "event", _("活动"), lambda m: tables.name(m.event), link=lambda m: tables.event_page(m.event),
            sort="event__held_on", is_wrapped=True,
        ),
        Column("held_on", _("时间"), lambda m: m.event.held_on, kind="date", sort="event__held_on"),
        Column("chain", _("产业链"), lambda m: m.event.chain.name, sort="event__chain__position", is_default=False),
    ),
    filters=(
        Filter("event", _("活动"), kind="text", apply=of_event, help=_("活动编号或名称")),
        Filter("chain", _("产业链"), choices=choices.chains, path="event__chain__code"),
        Filter("turned", _("已转为线索"), kind="boolean", apply=_turned),
        Filter("held", _("时间"), kind="date_range", path="event__held_on", is_folded=True),
    ),
    search=("name", "place", "note", "enterprise__name"),
    default_order=("-event__held_on", "event__code", "pk"),
    row_id="pk",
    empty=Empty(_("还没有登记对接企业。"), _("上传对接名单"), "projects:events"),
    note=_("勾选后可成批转为线索：该投资方已有人首报的不转，逐行写明是谁先报的。"),
)  # fmt: skip
