"""要素资源 as a table: funds, parks, platforms, alliances, talent bases, scenarios, innovation records."""

from collections.abc import Iterable

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from lianzhang.accounts.models import Person
from lianzhang.chains.models import Chain
from lianzhang.resources.models import Resource
from lianzhang.tables import Badge, Column, Empty, Filter, TableSpec
from lianzhang.tables.addresses import address


def name(resource: Resource) -> str:
    """The resource in the reader's language."""
    english = resource.name_en and (get_language() or "").startswith("en")
    return resource.name_en if english else resource.name


def amount(resource: Resource) -> str:
    """10 亿元, or nothing."""
    if resource.amount is None:
        return ""
    number = f"{resource.amount:,.2f}".rstrip("0").rstrip(".")
    return f"{number} {resource.amount_unit}"


def _chains(person: Person) -> Iterable[tuple[str, str]]:
    return [(c.code, c.name) for c in Chain.objects.visible_to(person).order_by("scheme", "position")]


RESOURCES = TableSpec(
    key="resources",
    title=_("要素资源"),
    columns=(
        Column("name", _("名称"), name, link=lambda r: address("resources:resource", r.code), sort="name"),
        Column("kind", _("种类"), lambda r: r.get_kind_display(), sort="kind"),
        Column("chains", _("产业链"), lambda r: [chain.name for chain in r.chains.all()], kind="list"),
        Column("amount", _("数量"), amount, sort="amount"),
        Column("amount_scope", _("口径"), lambda r: r.amount_scope, is_wrapped=True),
        Column("keeper", _("单位"), lambda r: str(r.keeper_enterprise or r.kept_by or "")),
        Column("state_note", _("现状"), lambda r: r.state_note, is_wrapped=True),
        Column("source", _("来源"), lambda r: r.source and str(r.source), is_wrapped=True),
        Column("as_of_on", _("数据截至"), lambda r: r.as_of, kind="date", sort="as_of"),
        Column(
            "illustrative",
            _("数据性质"),
            lambda r: Badge(_("示例"), "draft") if r.is_illustrative else None,
            kind="badge",
        ),
        Column("code", _("编号"), lambda r: r.code, kind="code", sort="code", is_default=False),
    ),
    filters=(
        Filter("kind", _("种类"), choices=Resource.Kind.choices),
        Filter("chain", _("产业链"), choices=_chains, path="chains__code"),
        Filter("is_illustrative", _("示例数据"), kind="boolean", is_folded=True),
    ),
    search=("name", "name_en", "code", "state_note", "keeper_enterprise__name"),
    default_order=("kind", "is_illustrative", "code"),
    row_id="code",
    row_url=lambda r: address("resources:resource", r.code),
    empty=Empty(_("还没有登记资源。"), _("登记资源"), "resources:new"),
)
