"""What the frame around every page needs, worked out only if the frame is drawn (a fragment draws none)."""

from collections.abc import Sequence
from functools import cached_property, lru_cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from lianzhang.accounts.models import Appointment, Person
from lianzhang.supervision import states
from lianzhang.web import navigation

PANEL = "panel"


class Shell:
    """The frame: who is working, in which post, and where they may go."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    @property
    def is_panel(self) -> bool:
        """Whether the page is wanted for the side panel: its article without the frame."""
        return self._request.headers.get("HX-Target") == PANEL

    @cached_property
    def person(self) -> Person | None:
        """Who is signed in."""
        user = getattr(self._request, "user", None)
        return user if isinstance(user, Person) else None

    @cached_property
    def acting(self) -> Appointment | None:
        """The post being acted in."""
        return self.person.acting if self.person else None

    @cached_property
    def appointments(self) -> Sequence[Appointment]:
        """Every post the person holds today."""
        # The middleware has read them to find the acting post; without it (a test, an error page) there is one query.
        read = getattr(self.person, "posts", None)
        if self.person is None or read is not None:
            return read or []
        return list(Appointment.objects.current(timezone.localdate()).filter(person=self.person))

    @cached_property
    def menu(self) -> tuple[navigation.Section, ...]:
        """The menu of the post acted in, the line of this page marked."""
        return navigation.sections(self.person.reach, path=self._request.path) if self.person else ()

    @property
    def nav(self) -> SafeString:
        """The menu at the side and a phone's bottom bar, drawn."""
        return _drawn("parts/nav.html", self.menu, get_language())

    @property
    def furniture(self) -> SafeString:
        """The windows that any page may open, drawn."""
        return _drawn("parts/furniture.html", self.menu, get_language())

    @property
    def city_name(self) -> str:
        """The city this installation serves."""
        return str(settings.CITY_NAME)

    @property
    def assign_url(self) -> str:
        """Where work is given out, to whoever may: `?action=`, `?project=`, `?gap=` or `?request=` says about what."""
        may_assign = self.person is not None and self.person.reach.role in states.ASSIGNERS
        return navigation.address("supervision:new_task") if may_assign else ""

    @property
    def act_as_url(self) -> str:
        """Where the post is switched."""
        return navigation.address("accounts:act_as")

    @property
    def sign_out_url(self) -> str:
        """Where the session ends."""
        return navigation.address("accounts:sign_out")

    @property
    def own_url(self) -> str:
        """Where a person changes what is their own: password, tokens."""
        return navigation.address("accounts:me")

    @property
    def set_language_url(self) -> str:
        """Where the language is switched."""
        return navigation.address("set_language")

    @property
    def palette_url(self) -> str:
        """Where the palette asks."""
        return navigation.address("look:palette")


@lru_cache(maxsize=512)
def _drawn(part: str, menu: tuple[navigation.Section, ...], _language: str | None) -> SafeString:
    """A part of the frame that says the menu and fixed words and nothing else: drawn once for each menu."""
    return SafeString(render_to_string(part, {"menu": menu, "dock": navigation.dock(menu), "keys": _keys(menu)}))


def _keys(menu: tuple[navigation.Section, ...]) -> list[tuple[str, str]]:
    """Every key and what it does, for the list behind `?`."""
    fixed = [
        ("Ctrl K", _("查找与跳转")),
        ("/", _("在本表中搜索")),
        ("?", _("全部快捷键")),
        ("j k", _("下一行、上一行")),
        ("Enter", _("在侧栏打开此行")),
        ("↑ ↓ ← →", _("在看板上走动")),
        ("n", _("办理下一步")),
        ("x", _("选择此行")),
        ("F2", _("修改此行可改的一格")),
        ("Ctrl Z", _("撤销刚才的修改")),
        ("Esc", _("关闭侧栏或窗口")),
    ]
    return fixed + [(f"g {link.key}", link.label) for section in menu for link in section.entries if link.key]


def shell(request: HttpRequest) -> dict[str, Any]:
    """One name only, so that no page's own variable can replace a part of the frame."""
    return {"shell": Shell(request)}
