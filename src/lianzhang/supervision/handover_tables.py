"""移交清单 as tables: the lists, and what one of them hands over."""

from datetime import date

from django.utils.translation import gettext_lazy as _

from lianzhang import tables
from lianzhang.projects.stages import Stage
from lianzhang.supervision.handovers import Item
from lianzhang.supervision.models import Task
from lianzhang.tables.addresses import address

KINDS = {
    "task": _("督办事项"),
    "instruction": _("批示交办"),
    "promise": _("走访承诺"),
    "project": _("项目"),
    "visit": _("待走访"),
}
PAGES = {"project": "projects:project", "visit": "supervision:visit"}  # the rest are tasks


def _page(item: Item) -> str:
    return address(PAGES.get(item.kind, "supervision:task"), item.key if item.kind == "visit" else item.code)


def _state(item: Item) -> str:
    """How it stood on the day the list was drawn up."""
    if item.kind == "project":
        return str(Stage(int(item.state)).label)
    return str(Task.State(item.state).label) if item.state else ""


HANDOVER_ITEMS = tables.TableSpec(
    key="handover_items",
    invented=None,
    title=_("移交清单"),
    columns=(
        tables.Column("kind", _("类别"), lambda i: KINDS[i.kind]),
        tables.Column("code", _("编号"), lambda i: i.code, kind="code"),
        tables.Column("title", _("事项"), lambda i: i.title, is_wrapped=True, link=_page),
        tables.Column("due_on", _("期限"), lambda i: date.fromisoformat(i.due_on) if i.due_on else None, kind="date"),
        tables.Column("state", _("移交时状态"), _state),
    ),
    row_id=lambda i: f"{i.kind}-{i.key}",
    empty=tables.Empty(_("没有未办结的事项。")),
)

HANDOVERS = tables.TableSpec(
    key="handovers",
    invented="outgoing__person__is_illustrative",
    title=_("移交清单"),
    columns=(
        tables.Column(
            "outgoing",
            _("离任"),
            lambda h: f"{h.outgoing.person.name} · {h.outgoing}",
            link=lambda h: address("handovers:handover", h.pk),
        ),
        tables.Column("incoming", _("继任"), lambda h: h.incoming.person.name if h.incoming else None),
        tables.Column("drawn_up_on", _("日期"), lambda h: h.drawn_up_on, kind="date", sort="drawn_up_on"),
        tables.Column("accepted_at", _("签收时间"), lambda h: h.accepted_at, kind="datetime", sort="accepted_at"),
    ),
    default_order=("-drawn_up_on",),
    row_url=lambda h: address("handovers:handover", h.pk),
    empty=tables.Empty(_("没有移交清单。")),
)
