"""Documents that were issued."""

from django.utils.translation import gettext_lazy as _

from lianzhang.briefings.models import Briefing
from lianzhang.tables import Column, Empty, Filter, TableSpec
from lianzhang.tables.addresses import address


def url(briefing: Briefing) -> str:
    """The page of an issued document."""
    return address("briefings:briefing", briefing.code)


ISSUED = TableSpec(
    key="briefings",
    title=_("简报材料"),
    columns=(
        Column("code", _("编号"), lambda b: b.code, kind="code", sort="code", link=url),
        Column("title", _("标题"), lambda b: b.title, sort="title", link=url),
        Column("kind", _("种类"), lambda b: b.get_kind_display(), sort="kind"),
        Column("chain", _("产业链"), lambda b: b.chain.name if b.chain else None, sort="chain__position"),
        Column("as_of_on", _("数据截至"), lambda b: b.as_of, kind="date", sort="as_of"),
        Column("issued_by", _("定稿人"), lambda b: b.issued_by.name, sort="issued_by__name"),
        Column("issued_at", _("定稿时间"), lambda b: b.issued_at, kind="datetime", sort="issued_at"),
    ),
    filters=(Filter("kind", _("种类"), choices=Briefing.Kind.choices),),
    search=("code", "title"),
    default_order=("-issued_at",),
    row_id="code",
    row_url=url,
    empty=Empty(_("还没有定稿的材料。在链的“一页纸”里定稿。"), _("去全市总表"), "chains:city"),
    note=_("定稿后数字冻结：材料里的数字不随以后的数据改变。"),
)
