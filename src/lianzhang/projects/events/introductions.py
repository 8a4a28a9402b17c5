"""以商招商 as a table: who introduced whom, and how far it has come. One row a project, by introducing firm."""

from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from lianzhang.accounts.models import Person
from lianzhang.projects import choices, stages, tables
from lianzhang.projects.models import Project
from lianzhang.projects.stages import Stage, Status
from lianzhang.registry.models import Enterprise
from lianzhang.tables import Column, Empty, Filter, TableSpec
from lianzhang.tables.addresses import address


def introduced(person: Person) -> "QuerySet[Project]":
    """The projects `person` sees that a firm introduced."""
    found = Project.objects.visible_to(person).filter(introducer__isnull=False)
    return found.select_related("introducer", "chain", "district")


def of(firm: Enterprise, *, person: Person) -> "QuerySet[Project]":
    """What one firm introduced, as far as `person` sees it."""
    return Project.objects.visible_to(person).filter(introducer=firm).order_by("-stage", "code")


def totals(person: Person) -> dict[str, Any]:
    """How many firms introduced how many projects, and how far they have come; the lost ones have not come far."""
    is_open = ~Q(status__in=stages.ENDED)
    return Project.objects.visible_to(person).filter(introducer__isnull=False).aggregate(
        firms=Count("introducer", distinct=True),
        projects=Count("pk"),
        signed=Count("pk", filter=is_open & Q(stage__gte=Stage.SIGNED)),
        started=Count("pk", filter=is_open & Q(stage__gte=Stage.STARTED)),
    )  # fmt: skip


def _wan(key: str, label: Any) -> Column:
    return Column(
        key, label, lambda p: getattr(p, key), kind="wan", sort=key, is_total=True, group=_("投资")
    )  # fmt: skip


TABLE = TableSpec(
    key="introductions",
    title=_("以商招商"),
    columns=(
        Column(
            "introducer", _("引荐企业"), lambda p: p.introducer.name,
            link=lambda p: address("registry:enterprise", p.introducer.code), sort="introducer__name", is_wrapped=True,
        ),
        Column("name", _("项目名称"), tables.name, link=tables.page, sort="name", is_wrapped=True),
        Column("code", _("编号"), lambda p: p.code, kind="code", sort="code", is_default=False),
        Column("chain", _("产业链"), lambda p: p.chain.name, sort="chain__position"),
        Column("district", _("区市"), lambda p: p.district and p.district.name, sort="district__name_zh"),
        Column("investor", _("投资方"), lambda p: p.investor_name, is_wrapped=True),
        Column("stage", _("阶段"), tables.stage, kind="badge", sort="stage"),
        Column("status", _("状态"), lambda p: Status(p.status).label, sort="status"),
        _wan("intended_wan", _("意向")),
        _wan("agreed_wan", _("协议")),
        _wan("arrived_wan", _("到位")),
        Column("introduced_note", _("引荐说明"), lambda p: p.introduced_note, is_wrapped=True),
        Column(
            "first_reported_at", _("首报时间"), lambda p: p.first_reported_at, kind="datetime",
            sort="first_reported_at",
            is_default=False,
        ),
    ),
    filters=(
        Filter("chain", _("产业链"), choices=choices.chains, path="chain__code"),
        Filter("district", _("区市"), choices=choices.districts, path="district__code"),
        Filter("stage", _("阶段"), kind="multi", choices=Stage.choices, is_folded=True),
    ),
    search=("introducer__name", "name", "code", "investor_name"),
    default_order=("introducer__name", "-stage", "code"),
    row_id="code",
    row_url=tables.page,
    empty=Empty(_("还没有登记引荐企业的项目。"), _("查看全部项目"), "projects:list"),
    note=tables.APART,
)  # fmt: skip
