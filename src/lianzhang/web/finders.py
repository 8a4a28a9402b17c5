"""What the palette can find: pages by the menu, records by a declared list of models.

A record is found by name, by code, or by the pinyin initials of its name (bxc → 冰箱厂); always through `visible_to`,
so that a name outside one's reach is not even confirmed to exist. A finder whose page does not exist (yet) is left out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.apps import apps
from django.db.models import Q
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lianzhang.accounts.models import Person
from lianzhang.web import navigation

MOST = 20
PER_KIND = 6
MOST_NAMES = 20_000


@dataclass(frozen=True, kw_only=True)
class Hit:
    """One line of the palette."""

    label: str
    url: str
    kind: str
    note: str = ""

    def as_dict(self) -> dict[str, str]:
        """The line for JSON."""
        return {"label": self.label, "url": self.url, "kind": self.kind, "note": self.note}


@dataclass(frozen=True, kw_only=True)
class Finder:
    """Records of one model: found by `name` and `codes`; `url_name` takes the field `slug`."""

    kind: str | Promise
    model: str
    name: str
    codes: tuple[str, ...]
    url_name: str
    slug: str = "code"


FINDERS: tuple[Finder, ...] = (
    Finder(kind=_("产业链"), model="chains.Chain", name="name_zh", codes=("code",), url_name="chains:chain"),
    Finder(
        kind=_("企业"),
        model="registry.Enterprise",
        name="name",
        codes=("code", "credit_code"),
        url_name="registry:enterprise",
    ),
    Finder(kind=_("项目"), model="projects.Project", name="name", codes=("code",), url_name="projects:project"),
    Finder(kind=_("督办事项"), model="supervision.Task", name="title", codes=("code",), url_name="supervision:task"),
    Finder(kind=_("会议"), model="supervision.Meeting", name="title", codes=("code",), url_name="supervision:meeting"),
    Finder(kind=_("机构"), model="accounts.Body", name="name_zh", codes=("code",), url_name="accounts:body"),
)

# What a form field finds while somebody types (`forms.picking`).
PICKED: dict[str, Finder] = {
    "enterprise": next(finder for finder in FINDERS if finder.model == "registry.Enterprise"),
    "part": Finder(kind=_("零部件"), model="registry.Part", name="name", codes=("code",), url_name=""),
}


def pages(menu: Sequence[navigation.Section], asked: str) -> list[Hit]:
    """The pages of the menu whose name, or its pinyin initials, begin with or hold what was asked."""
    links = [(section, link) for section in menu for link in section.entries]
    wanted = asked.casefold()
    return [
        Hit(label=link.label, url=link.url, kind=str(_("页面")), note=section.label)
        for section, link in links
        if not wanted or wanted in link.label.casefold() or wanted in initials(link.label)
    ]


def records(person: Person, asked: str) -> list[Hit]:
    """The records this person may see that match, at most six of a kind, exact codes first."""
    return [hit for finder in FINDERS for hit in _found(finder, person, asked)]


def picked(kind: str, person: Person, asked: str) -> list[str]:
    """“code name” of the records of a kind that match, as a form field takes them back."""
    finder = PICKED.get(kind)
    rows = _rows(finder, person, asked) if finder and asked else []
    return [f"{row.code} {row.name}" for row in rows]


def _found(finder: Finder, person: Person, asked: str) -> list[Hit]:
    if not _has_page(finder):
        return []
    rows = _rows(finder, person, asked)
    return sorted((_hit(finder, row) for row in rows), key=lambda hit: hit.note.casefold() != asked.casefold())


def _rows(finder: Finder, person: Person, asked: str) -> list[Any]:
    manager: Any = apps.get_model(finder.model)._default_manager
    visible = manager.all().visible_to(person)
    matching = Q(**{f"{finder.name}__icontains": asked})
    for code in finder.codes:
        matching |= Q(**{f"{code}__icontains": asked})
    rows = list(visible.filter(matching)[:PER_KIND])
    if len(rows) < PER_KIND and asked.isascii() and asked.isalpha():
        rows += _by_initials(visible, finder, asked, besides={row.pk for row in rows})[: PER_KIND - len(rows)]
    return rows


def _by_initials(visible: Any, finder: Finder, asked: str, *, besides: set[Any]) -> list[Any]:
    """Rows whose name's initials hold `asked`; the initials of a name are worked out once per process."""
    wanted = asked.casefold()
    names = visible.order_by().values_list("pk", finder.name)[:MOST_NAMES]
    keys = [pk for pk, name in names if pk not in besides and wanted in initials(name)]
    return list(visible.filter(pk__in=keys[:PER_KIND]))


def _hit(finder: Finder, row: Any) -> Hit:
    url = reverse(finder.url_name, args=[getattr(row, finder.slug)])
    codes = (str(getattr(row, code)) for code in finder.codes if getattr(row, code))
    return Hit(label=str(getattr(row, finder.name)), url=url, kind=str(finder.kind), note=next(codes, ""))


def _has_page(finder: Finder) -> bool:
    try:
        reverse(finder.url_name, args=["a"])
    except NoReverseMatch:
        return False
    return True


@lru_cache(maxsize=50_000)
def initials(text: str) -> str:
    """The pinyin initials of `text` in lower case: 全市总表 → qszb."""
    # pypinyin reads its dictionaries when imported; the web process pays for it with the first search, not at start.
    import pypinyin

    parts = pypinyin.pinyin(text, style=pypinyin.Style.FIRST_LETTER)
    return "".join(part[0] for part in parts).casefold()
