"""What the palette can find: pages by the menu, records by a declared list of models.

A record is found by name, by code, or by the pinyin of its name, initials or whole (bxc, bingxiangchang → 冰箱厂);
always through `visible_to`, so that a name outside one's reach is not even confirmed to exist. A finder whose page
does not exist (yet) is left out.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db.models import Exists, IntegerField, OuterRef, Q, Subquery, TextField, Value
from django.db.models.functions import Cast
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from lianzhang.accounts.models import Appointment, Person
from lianzhang.accounts.rules import Act, Post, Thing
from lianzhang.chains.models import PartCoverage
from lianzhang.chains.queries import teardown
from lianzhang.web import navigation, sounds

CHIEFS = (Post.GENERAL_CHIEF, Post.CHAIN_CHIEF, Post.DEPUTY_CHIEF)
MOST = 40
PER_KIND = 6
OFFERED = 12


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
    """Records of one model: found by `name`, in English by `english`, and by `codes`, of which the first is shown.
    `url_name` takes the field `slug`, after what `above(person)` gives where a record lies under another. `among`
    narrows all records to those meant."""

    kind: str | Promise
    model: str
    name: str
    codes: tuple[str, ...]
    url_name: str
    slug: str = "code"
    english: str = ""
    above: Callable[[Person], Any] | None = None
    among: Callable[[Any], Any] | None = None
    words: Callable[[Any], str] | None = None

    @property
    def named(self) -> tuple[str, str]:
        """The names of this kind, as `sounds` keeps them."""
        return self.model, self.name

    def said(self, row: Any) -> str:
        """A record as it is typed into a field: “code name”, or in its own `words`."""
        if self.words is not None:
            return self.words(row)
        return f"{getattr(row, self.codes[0])} {row.name}"


def _chain_of_part(person: Person) -> Any:
    """The chain on whose newest teardown a part is read; none for whoever does not read gaps."""
    covered = PartCoverage.objects.filter(part=OuterRef("pk"), snapshot__chain__in=teardown.manufacturing(person))
    if not person.reach.may(Act.READ, Thing.GAP):
        covered = covered.none()
    return covered.order_by("-snapshot__taken_at").values("snapshot__chain__code")


FINDERS: tuple[Finder, ...] = (
    Finder(
        kind=_("产业链"),
        model="chains.Chain",
        name="name_zh",
        english="name_en",
        codes=("code",),
        url_name="chains:chain",
    ),
    Finder(
        kind=_("企业"),
        model="registry.Enterprise",
        name="name",
        codes=("code", "credit_code"),
        url_name="registry:enterprise",
    ),
    Finder(
        kind=_("项目"),
        model="projects.Project",
        name="name",
        english="name_en",
        codes=("code",),
        url_name="projects:project",
    ),
    Finder(kind=_("督办事项"), model="supervision.Task", name="title", codes=("code",), url_name="supervision:task"),
    Finder(kind=_("会议"), model="supervision.Meeting", name="title", codes=("code",), url_name="supervision:meeting"),
    Finder(
        kind=_("零部件"),
        model="registry.Part",
        name="name",
        codes=("code",),
        url_name="teardowns:part",
        above=_chain_of_part,
    ),
    Finder(kind=_("缺口"), model="chains.Gap", name="title", codes=("code",), url_name="gaps:gap"),
    Finder(kind=_("目标清单"), model="chains.TargetList", name="title", codes=("code",), url_name="targets:target"),
    Finder(
        kind=_("机构"),
        model="accounts.Body",
        name="name_zh",
        english="name_en",
        codes=("code",),
        url_name="accounts:body",
    ),
)


def leaders() -> Any:
    """The chiefs and deputies in post today."""
    return Appointment.objects.current(timezone.localdate()).filter(post__in=CHIEFS).order_by("body", "post")


# What a form field finds while somebody types (`forms.picking`).
PICKED: dict[str, Finder] = {
    "enterprise": next(finder for finder in FINDERS if finder.model == "registry.Enterprise"),
    "body": next(finder for finder in FINDERS if finder.model == "accounts.Body"),
    "project": next(finder for finder in FINDERS if finder.model == "projects.Project"),
    "person": Finder(kind=_("人员"), model="accounts.Person", name="name", codes=("username", "title"), url_name=""),
    "leader": Finder(
        kind=_("领导"),
        model="accounts.Appointment",
        name="person__name",
        codes=("person__username", "body__name_zh"),
        url_name="",
        among=lambda found: found.filter(pk__in=leaders().values("pk")).select_related("person", "body"),
        words=lambda post: f"{post.person.username} {post.person.name} · {post.get_post_display()} · {post.body.name}",
    ),
    "part": Finder(kind=_("零部件"), model="registry.Part", name="name", codes=("code",), url_name=""),
}


def pages(menu: Sequence[navigation.Section], asked: str) -> list[Hit]:
    """The pages of the menu whose name, or its pinyin, holds what was asked."""
    links = [(section, link) for section in menu for link in section.entries]
    wanted = asked.casefold()
    return [
        Hit(label=link.label, url=link.url, kind=str(_("页面")), note=section.label)
        for section, link in links
        if not wanted or wanted in link.label.casefold() or sounds.sounds_like(link.label, sounds.letters(asked))
    ]


def records(person: Person, asked: str) -> list[Hit]:
    """The records this person may see that match, at most six of a kind, exact codes first; one query for all kinds."""
    finders = [finder for finder in FINDERS if _has_page(finder)]
    heard = _heard(finders, asked)
    selects = [_select(n, finder, person, asked, heard.get(finder.named, [])) for n, finder in enumerate(finders)]
    if not selects:
        return []
    rows = list(selects[0].union(*selects[1:], all=True) if selects[1:] else selects[0])
    hits = [(n, _hit(finders[n], *said)) for n, *said in rows]
    hits.sort(key=lambda pair: (pair[0], pair[1].note.casefold() != asked.casefold(), pair[1].label))
    return [hit for _n, hit in hits]


def picked(kind: str, person: Person, asked: str) -> list[str]:
    """“code name” of the records of a kind that match, as a form field takes them back."""
    finder = PICKED.get(kind)
    if finder is None or not asked:
        return []
    found = _matching(finder, person, asked, _heard([finder], asked).get(finder.named, []))
    return [finder.said(row) for row in found[:OFFERED]]


def _heard(finders: Sequence[Finder], asked: str) -> dict[tuple[str, str], list[int]]:
    """The keys of whatever sounds like what was asked, for each kind."""
    sound = sounds.letters(asked)
    return sounds.keys([finder.named for finder in finders], sound) if sound else {}


def _matching(finder: Finder, person: Person, asked: str, heard: list[int]) -> Any:
    manager: Any = apps.get_model(finder.model)._default_manager
    matching = Q(pk__in=heard) if heard else Q()
    for field in (finder.name, *finder.codes, *filter(None, (finder.english,))):
        matching |= Q(**{f"{field}__icontains": asked})
    found = manager.all().visible_to(person).filter(matching)
    if finder.among is not None:
        found = finder.among(found)
    return found if finder.above is None else found.filter(Exists(finder.above(person)))


def _select(number: int, finder: Finder, person: Person, asked: str, heard: list[int]) -> Any:
    """The first rows of one kind as texts: which kind, name, English name, code, and the two parts of its address."""
    manager: Any = apps.get_model(finder.model)._default_manager
    first = _matching(finder, person, asked, heard).values("pk")[:PER_KIND]
    nothing = Value("", TextField())
    above = nothing if finder.above is None else Cast(Subquery(finder.above(person)[:1]), TextField())
    english = Cast(finder.english, TextField()) if finder.english else nothing
    texts = (Cast(finder.name, TextField()), english, Cast(finder.codes[0], TextField()), above)
    kind = Value(number, IntegerField())
    return manager.filter(pk__in=first).order_by().values_list(kind, *texts, Cast(finder.slug, TextField()))


def _hit(finder: Finder, name: str, english: str, code: str, above: str, slug: str) -> Hit:
    label = english if english and (get_language() or "").startswith("en") else name
    url = reverse(finder.url_name, args=[above, slug] if finder.above else [slug])
    return Hit(label=label, url=url, kind=str(finder.kind), note=code)


def _has_page(finder: Finder) -> bool:
    try:
        reverse(finder.url_name, args=["a", "a"] if finder.above else ["a"])
    except NoReverseMatch:
        return False
    return True
