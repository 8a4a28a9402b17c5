"""Gaps as a table."""

from django.utils.translation import gettext_lazy as _

from lianzhang.chains import stages
from lianzhang.chains.models import Gap
from lianzhang.chains.tables.targets import manufacturing
from lianzhang.chains.tables.teardown import LIGHT_OF_GAP
from lianzhang.tables import Badge, Column, Edit, Empty, Filter, TableSpec
from lianzhang.tables.addresses import address


def _is_stood_for(gap: Gap) -> bool:
    """A proposal is confirmed first, on its page: with it come its path, who answers and until when."""
    return gap.state in stages.STANDING


GAPS = TableSpec(
    key="gaps",
    title=_("缺口"),
    columns=(
        Column(
            "code",
            _("编号"),
            lambda g: g.code,
            kind="code",
            sort="code",
            link=lambda g: address("gaps:gap", g.code),
        ),
        Column("chain", _("产业链"), lambda g: g.chain.name, sort="chain__position"),
        Column("title", _("零部件 / 环节"), lambda g: g.title, sort="title"),
        Column("category", _("类别"), lambda g: g.part.category if g.part else None, sort="part__category"),
        Column("kind", _("情形"), lambda g: g.get_kind_display(), sort="kind"),
        Column("label", _("类型"), lambda g: g.get_label_display() or None, sort="label"),
        Column("state", _("状态"), lambda g: Badge(g.get_state_display(), LIGHT_OF_GAP.get(g.state, "plain")), "badge"),
        Column("route", _("路径"), lambda g: g.get_route_display() or None, sort="route"),
        Column(
            "owner",
            _("责任单位"),
            lambda g: g.owner.name if g.owner else None,
            sort="owner__name_zh",
            edit=Edit("choice", when=_is_stood_for, stored=lambda g: g.owner_id),
        ),
        Column(
            "due_on", _("时限"), lambda g: g.due_on, kind="date", sort="due_on", edit=Edit("date", when=_is_stood_for)
        ),
        Column(
            "review_on",
            _("复核日期"),
            lambda g: g.review_on,
            kind="date",
            sort="review_on",
            edit=Edit("date", when=_is_stood_for),
            is_default=False,
        ),
        Column(
            "evidence_on",
            _("证据日期"),
            lambda g: g.snapshot.taken_on if g.snapshot else None,
            kind="date",
            sort="snapshot__taken_on",
        ),
    ),
    filters=(
        Filter("chain", _("产业链"), choices=manufacturing),
        Filter("state", _("状态"), choices=Gap.State.choices, kind="multi"),
        Filter("kind", _("情形"), choices=Gap.Kind.choices),
        Filter("route", _("路径"), choices=Gap.Route.choices),
        Filter("review", _("复核日期"), kind="date_range", path="review_on"),
    ),
    search=("code", "title", "part__code", "part__category"),
    default_order=("chain__position", "code"),
    row_id="code",
    row_url=lambda g: address("gaps:gap", g.code),
    edit_url=lambda g: address("gaps:cell", g.code),
    empty=Empty(_("还没有缺口。先在“拆零件”里读取链主采购数据并计算。"), _("去拆零件"), "teardowns:list"),
    note=_("由分析提出并附证据，经人确认后才算缺口；销号须有更新的数据快照。"),
)
