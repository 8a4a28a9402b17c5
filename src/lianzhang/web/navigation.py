"""The menu as one table: what stands in it and where it leads.

An entry is left out where the page it leads to would not open: the right is the page's own, said once where the page
is defined (`web.access`).
"""

from dataclasses import dataclass, replace
from functools import cache, lru_cache

from django.conf import settings
from django.urls import NoReverseMatch, get_urlconf, reverse
from django.utils.functional import Promise
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from lianzhang.accounts.reach import Reach
from lianzhang.web import access


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One line of the menu. `key` is the letter after g that goes there; `is_docked` puts it on a phone's bottom
    bar."""

    label: str | Promise
    url_name: str
    icon: str
    key: str = ""
    is_docked: bool = False


@dataclass(frozen=True, kw_only=True)
class Group:
    """Lines that belong together."""

    label: str | Promise
    entries: tuple[Entry, ...]


@dataclass(frozen=True, kw_only=True)
class Link:
    """A line of the menu as one person sees it."""

    label: str
    url: str
    icon: str
    key: str
    is_docked: bool
    is_here: bool = False


@dataclass(frozen=True, kw_only=True)
class Section:
    """A group as one person sees it."""

    label: str
    entries: tuple[Link, ...]


MENU: tuple[Group, ...] = (
    Group(
        label=_("总览"),
        entries=(
            Entry(label=_("我的工作"), url_name="home", icon="home", key="h", is_docked=True),
            Entry(label=_("我要填的"), url_name="answers:asked", icon="ledger", key="f", is_docked=True),
            Entry(
                label=_("全市总表"),
                url_name="chains:city",
                icon="grid",
                key="c",
                is_docked=True,
            ),
        ),
    ),
    Group(
        label=pgettext_lazy("menu", "产业链"),
        entries=(
            Entry(label=pgettext_lazy("menu", "产业链"), url_name="chains:list", icon="chain", key="l"),
            Entry(label=_("年度计划"), url_name="chains:plan_actions", icon="flag", key="a"),
            Entry(label=_("链图谱"), url_name="maps:list", icon="map", key="m"),
            Entry(label=_("拆零件"), url_name="teardowns:list", icon="parts", key="d"),
            Entry(label=_("标准零部件树"), url_name="standards:trees", icon="parts", key="x"),
            Entry(label=_("链主填报"), url_name="answers:gathered", icon="ledger", key="j"),
            Entry(label=_("缺口"), url_name="gaps:list", icon="gap", key="q"),
            Entry(label=pgettext_lazy("menu", "目标清单"), url_name="targets:list", icon="target", key="b"),
            Entry(label=_("企业"), url_name="registry:list", icon="firm", key="e"),
        ),
    ),
    Group(
        label=_("招商与项目"),
        entries=(
            Entry(
                label=_("项目"),
                url_name="projects:list",
                icon="project",
                key="p",
                is_docked=True,
            ),
            Entry(label=_("月度调度"), url_name="rounds:list", icon="flag", key="g"),
            Entry(label=_("活动签约"), url_name="projects:events", icon="event", key="v"),
            Entry(label=_("以商招商"), url_name="projects:introductions", icon="people"),
            Entry(label=_("要素资源"), url_name="resources:list", icon="resource", key="z"),
            Entry(label=pgettext_lazy("menu", "载体"), url_name="resources:sites", icon="resource"),
        ),
    ),
    Group(
        label=_("调度督办"),
        entries=(
            Entry(
                label=_("督办事项"),
                url_name="supervision:tasks",
                icon="task",
                key="t",
                is_docked=True,
            ),
            Entry(label=_("会议"), url_name="supervision:meetings", icon="meeting", key="y"),
            Entry(label=_("企业诉求"), url_name="supervision:requests", icon="request", key="s"),
            Entry(label=_("走访服务"), url_name="supervision:visits", icon="visit", key="u"),
        ),
    ),
    Group(
        label=_("台账与材料"),
        entries=(
            Entry(label=_("台账报送"), url_name="intake:list", icon="ledger", key="i"),
            Entry(label=_("收表任务"), url_name="collecting:list", icon="paper", key="k"),
            Entry(label=_("简报材料"), url_name="briefings:list", icon="paper", key="r"),
            Entry(label=pgettext_lazy("menu", "指标"), url_name="indicators:list", icon="chart", key="n"),
        ),
    ),
    Group(
        label=_("管理"),
        entries=(
            Entry(label=_("机构人员"), url_name="accounts:people", icon="people", key="o"),
            Entry(label=_("移交清单"), url_name="handovers:list", icon="handover"),
            Entry(label=_("后台任务"), url_name="jobs:list", icon="work"),
            Entry(label=_("操作记录"), url_name="trail:events", icon="trail", key="w"),
        ),
    ),
)


def sections(reach: Reach, *, path: str) -> tuple[Section, ...]:
    """The menu for a reach, with the line of the page at `path` marked; groups without lines are left out."""
    menu = _offered(reach, get_language(), get_urlconf() or settings.ROOT_URLCONF)
    here = _here([link for section in menu for link in section.entries], path=path)
    return tuple(_marked(section, here=here) for section in menu)


def dock(menu: tuple[Section, ...]) -> tuple[Link, ...]:
    """The lines of a phone's bottom bar: at most four."""
    return tuple(link for section in menu for link in section.entries if link.is_docked)[:4]


@lru_cache(maxsize=512)
def _offered(reach: Reach, _language: str | None, _urlconf: str) -> tuple[Section, ...]:
    """The menu for a reach. Rights are a table in the code: a reach never gains or loses one."""
    found = [(group, _links(group, reach)) for group in MENU]
    return tuple(Section(label=str(group.label), entries=tuple(links)) for group, links in found if links)


def _links(group: Group, reach: Reach) -> list[Link]:
    links = []
    for entry in group.entries:
        url = access.offered(entry.url_name, reach)
        if url:
            links.append(
                Link(label=str(entry.label), url=url, icon=entry.icon, key=entry.key, is_docked=entry.is_docked)
            )
    return links


def address(url_name: str) -> str:
    """The address of a page by name, or empty where this installation has no such page. Found once: a page asks for
    twenty-five, which cost a twentieth of it."""
    return _address(url_name, get_urlconf() or settings.ROOT_URLCONF)


@cache
def _address(url_name: str, _urlconf: str) -> str:
    try:
        return reverse(url_name)
    except NoReverseMatch:
        return ""


def _here(links: list[Link], *, path: str) -> str:
    """The address of the entry that `path` lies under: the longest one, and the front page only for itself."""
    under = [link.url for link in links if path == link.url or (link.url != "/" and path.startswith(link.url))]
    return max(under, key=len, default="")


def _marked(section: Section, *, here: str) -> Section:
    if here not in {link.url for link in section.entries}:
        return section
    return replace(section, entries=tuple(replace(link, is_here=link.url == here) for link in section.entries))
