"""Tables, declared once: one `TableSpec` becomes the page, Excel, CSV, Word, print and the columns of the REST
resource.

    from lianzhang import tables

    PROJECTS = tables.TableSpec(
        key="projects",
        title=_("重点项目"),
        columns=(
            tables.Column("code", _("编号"), lambda p: p.code, kind="code", sort="code"),
            tables.Column("name", _("项目名称"), lambda p: p.name, link=lambda p: p.get_absolute_url(), sort="name"),
            tables.Column("amount_wan", _("总投资"), lambda p: p.amount_wan, kind="wan", sort="amount_wan",
            is_total=True),
            tables.Column("light", _("状态"), lambda p: tables.Light("late", _("逾期2天")), kind="light"),
        ),
        filters=(tables.Filter("stage", _("阶段"), choices=Stage.choices),),
        search=("name", "code", "name_pinyin"),
        default_order=("code",),
        row_url=lambda p: p.get_absolute_url(),
        empty=tables.Empty(_("本链还没有项目。"), _("新建线索"), "projects:new"),
        note=_("总投资为备案口径。"),
    )

A page calls `lianzhang.web.listing.respond(request, PROJECTS, queryset)`; the REST layer calls
`records.records(PROJECTS, rows)`.
"""

from lianzhang.tables.spec import Column, Edit, Empty, ExportHeader, Filter, TableSpec
from lianzhang.tables.values import NOT_APPLICABLE, RESTRICTED, UNRELEASED, WITHHELD, Badge, Blank, Kind, Light

__all__ = [
    "NOT_APPLICABLE",
    "RESTRICTED",
    "UNRELEASED",
    "WITHHELD",
    "Badge",
    "Blank",
    "Column",
    "Edit",
    "Empty",
    "ExportHeader",
    "Filter",
    "Kind",
    "Light",
    "TableSpec",
]
