"""What the palette can find: pages by the menu, records by a declared list of models.

A record is found by name, by code, or by the pinyin of its name, initials or whole (bxc, bingxiangchang → 冰箱厂);
always through `visible_to`, so that a name outside one's reach is not even confirmed to exist. A finder whose page
does not exist (yet) is left out.
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
OFFERED = 12
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
    "body": next(finder for finder in FINDERS if finder.model == "accounts.Body"),
    "part": Finder(kind=_("零部件"), model="registry.Part", name="name", codes=("code",), url_name=""),
}


def pages(menu: Sequence[navigation.Section], asked: str) -> list[Hit]:
    """The pages of the menu whose name, or its pinyin, holds what was asked."""
    links = [(section, link) for section in menu for link in section.entries]
    wanted = asked.casefold()
    return [
        Hit(label=link.label, url=link.url, kind=str(_("页面")), note=section.label)
        for section, link in links
        if not wanted or wanted in link.label.casefold() or sounds_like(link.label, letters(asked))
    ]


def records(person: Person, asked: str) -> list[Hit]:
    """The records this person may see that match, at most six of a kind, exact codes first."""
    return [hit for finder in FINDERS for hit in _found(finder, person, asked)]


def picked(kind: str, person: Person, asked: str) -> list[str]:
    """“code name” of the records of a kind that match, as a form field takes them back."""
    finder = PICKED.get(kind)
    rows = _rows(finder, person, asked, most=OFFERED) if finder and asked else []
    return [f"{row.code} {row.name}" for row in rows]


def _found(finder: Finder, person: Person, asked: str) -> list[Hit]:
    if not _has_page(finder):
        return []
    rows = _rows(finder, person, asked)
    return sorted((_hit(finder, row) for row in rows), key=lambda hit: hit.note.casefold() != asked.casefold())


def _rows(finder: Finder, person: Person, asked: str, *, most: int = PER_KIND) -> list[Any]:
    manager: Any = apps.get_model(finder.model)._default_manager
    visible = manager.all().visible_to(person)
    matching = Q(**{f"{finder.name}__icontains": asked})
    for code in finder.codes:
        matching |= Q(**{f"{code}__icontains": asked})
    rows = list(visible.filter(matching)[:most])
    if len(rows) < most and (sound := letters(asked)):
        rows += _by_sound(visible, finder, sound, besides={row.pk for row in rows})[: most - len(rows)]
    return rows


def _by_sound(visible: Any, finder: Finder, sound: str, *, besides: set[Any]) -> list[Any]:
    """Rows whose name sounds like it; how a name is spelt is worked out once per process."""
    names = visible.order_by().values_list("pk", finder.name)[:MOST_NAMES]
    keys = [pk for pk, name in names if pk not in besides and sounds_like(name, sound)]
    return list(visible.filter(pk__in=keys[:OFFERED]))


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


def letters(asked: str) -> str:
    """What was asked as letters of pinyin; empty where it can be none. `bing xiang` is one word."""
    joined = "".join(asked.split()).casefold()
    return joined if joined.isascii() and joined.isalnum() and not joined.isdigit() else ""


def sounds_like(text: str, sound: str) -> bool:
    """Whether `sound` is within the initials of the text's pinyin, or its spelling from some syllable on."""
    if not sound:
        return False
    short, syllables = spelling(text)
    if sound in short:
        return True
    whole = "".join(syllables)
    return sound in whole and any("".join(syllables[start:]).startswith(sound) for start in range(len(syllables)))


def initials(text: str) -> str:
    """The pinyin initials of `text` in lower case: 全市总表 → qszb."""
    return spelling(text)[0]


@lru_cache(maxsize=50_000)
def spelling(text: str) -> tuple[str, tuple[str, ...]]:
    """Initials and syllables of `text` in lower case; what is not Chinese stands in both as it is."""
    # pypinyin reads its dictionaries when imported; the web process pays for it with the first search, not at start.
    import pypinyin

    parts = pypinyin.lazy_pinyin(text.casefold(), errors=lambda other: f"\0{other}")
    short = "".join(part[1:] if part.startswith("\0") else part[0] for part in parts)
    return short, tuple("".join(part.lstrip("\0").split()) for part in parts)
