"""What each kind of background work is called on screen."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

TITLES: dict[str, Promise] = {
    "intake.read": _("读取工作簿"),
    "intake.apply": _("写入台账"),
    "intake.undo": _("撤销写入"),
    "collecting.read": _("读取填报的工作簿"),
    "projects.read_month": _("读取月报工作簿"),
    "projects.write_month": _("月报写入项目"),
    "projects.funnel": _("计算项目漏斗"),
    "briefings.inspection": _("编制迎检资料包"),
    "chains.analyse": _("生成数据快照与覆盖"),
    "chains.targets": _("计算目标清单"),
    "chains.release": _("核定可发布的数字"),
    "chains.release_list": _("核定目标清单可发布的数字"),
}
USUAL = _("后台任务")


def title(kind: str) -> str:
    """The name of a kind of work; an unnamed kind is still work."""
    return str(TITLES.get(kind, USUAL))
