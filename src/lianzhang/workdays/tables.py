"""The table of the city's own days."""

from django.utils.translation import gettext_lazy as _

from lianzhang.tables import Column, Empty, TableSpec

CALENDAR = TableSpec(
    key="calendar_days",
    invented=None,
    title=_("工作日调整"),
    columns=(
        Column("day_on", _("日期"), lambda d: d.day, kind="date", sort="day"),
        Column("is_working", _("工作日"), lambda d: d.is_working, kind="boolean", sort="is_working"),
        Column("note", _("依据"), lambda d: d.note, is_wrapped=True),
    ),
    default_order=("-day",),
    empty=Empty(_("没有本市调整，按国务院公布的节假日安排。")),
)
