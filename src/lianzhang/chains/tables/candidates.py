"""Candidates of a chain as a table."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from chainlab import places
from lianzhang.chains.models import CandidateProposal, Chain
from lianzhang.registry.models import Enterprise
from lianzhang.tables import Badge, Column, Empty, Filter, TableSpec
from lianzhang.tables.addresses import address

Kind = CandidateProposal.Kind
Certification = CandidateProposal.Certification
Willingness = CandidateProposal.Willingness


def kind(code: str | None) -> Badge | None:
    """How a firm would come; a relocation stands out."""
    if not code:
        return None
    return Badge(str(Kind(code).label), "watch" if code == Kind.RELOCATION else "plain")


def _basis(firm: Any) -> list[str]:
    counted = (
        (firm.supplied_count, _("现供应商")),
        (firm.able_count, _("有供给能力")),
        (firm.proposed_count, _("有提名")),
    )
    return [str(label) for count, label in counted if count]


def candidates(chain: Chain) -> TableSpec:
    """候选企业 of one chain: a firm is one row however many speak for it."""

    def url(firm: Enterprise) -> str:
        return address("targets:candidate", chain.code, firm.code)

    return TableSpec(
        key="candidates",
        title=_("候选企业"),
        columns=(
            Column("name", _("企业"), lambda f: f.name, link=url, sort="name"),
            Column("region_code", _("所在地"), lambda f: places.name_of(f.region_code), sort="region_code"),
            Column("basis", _("依据"), _basis, kind="list"),
            Column("supplied_count", _("现供应链主"), lambda f: f.supplied_count or None, kind="integer", unit=_("家")),
            Column("able_count", _("能供零部件"), lambda f: f.able_count or None, kind="integer", unit=_("种")),
            Column("proposed_count", _("提名"), lambda f: f.proposed_count or None, kind="integer", unit=_("次")),
            Column("kind", _("落地方式"), lambda f: kind(f.told_kind), kind="badge"),
            Column(
                "willingness",
                _("意愿"),
                lambda f: Willingness(f.told_willingness).label if f.told_willingness else None,
            ),
            Column(
                "certification",
                _("认证状态"),
                lambda f: Certification(f.told_certification).label if f.told_certification else None,
            ),
        ),
        filters=(
            Filter("kind", _("落地方式"), choices=[c for c in Kind.choices if c[0]], path="told_kind"),
            Filter("willingness", _("意愿"), choices=[c for c in Willingness.choices if c[0]], path="told_willingness"),
        ),
        search=("name", "code"),
        default_order=("name",),
        row_id="code",
        is_ticked=False,
        row_url=url,
        empty=Empty(_("还没有候选企业：链主采购数据未授权查看，名录中没有登记供给能力的市外企业，也没有人提名。")),
        note=_("市外企业：现供应链主的（限有权查看的采购数据）、登记有所需供给能力的、被提名的；同一家企业只列一行。"),
    )
