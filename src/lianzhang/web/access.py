"""Every page names its permission rule where it is defined; a repository test fails on a URL without one.

The rule decides whether a person may come to this page at all (404 if not, so that nobody learns what exists);
which records appear on it is decided by `visible_to` in the queryset.
"""

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Any, TypeVar, cast

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import NoReverseMatch, get_urlconf, resolve, reverse

from lianzhang.accounts.models import Person
from lianzhang.accounts.reach import Reach
from lianzhang.accounts.rules import Act, Scope, Thing

View = TypeVar("View", bound=Callable[..., HttpResponse])


def public(view: View) -> View:
    """Open to everyone: sign-in, the health check."""
    view.access_rule = "public"  # type: ignore[attr-defined]
    return view


def signed_in(view: View) -> View:
    """Open to every person who is signed in, whatever the post."""
    return cast(View, _guard(view, "signed_in", lambda reach: True))  # noqa: ARG005


def requires(act: Act, thing: Thing) -> Callable[[View], View]:
    """Open to posts that may `act` on at least some of `thing`."""
    return lambda view: _guard(view, f"{act.name.lower()} {thing.value}", lambda reach: reach.may(act, thing))


def opens(rule: str, allows: Callable[[Reach], bool]) -> Callable[[View], View]:
    """Open to posts that the matrix alone does not tell apart; `rule` says in words to whom."""
    return lambda view: _guard(view, rule, allows)


def reads(thing: Thing) -> Callable[[View], View]:
    """Open to posts that may read `thing`."""
    return requires(Act.READ, thing)


def reads_any(*things: Thing) -> Callable[[View], View]:
    """Open to posts that may read one of `things` at least."""
    rule = " or ".join(f"read {thing.value}" for thing in things)
    return lambda view: _guard(view, rule, lambda reach: any(reach.may(Act.READ, thing) for thing in things))


def writes(thing: Thing) -> Callable[[View], View]:
    """Open to posts that may write `thing`."""
    return requires(Act.WRITE, thing)


def writes_every(thing: Thing) -> Callable[[View], View]:
    """Open to posts that may write all of `thing`: they found what nobody owns yet."""
    rule = f"write every {thing.value}"
    return lambda view: _guard(view, rule, lambda reach: reach.scope(Act.WRITE, thing) is Scope.ALL)


def approves(thing: Thing) -> Callable[[View], View]:
    """Open to posts that may approve `thing`."""
    return requires(Act.APPROVE, thing)


def person_of(request: HttpRequest) -> Person:
    """The signed-in person, acting in the post the middleware put on."""
    if not isinstance(request.user, Person):
        raise Http404
    return request.user


def offered(url_name: str, reach: Reach) -> str:
    """The address of a page to somebody who may open it; empty for others and where there is no such page.

    Asked of the page itself, so that a menu, a button and an empty table never offer what answers 404.
    """
    address, allows = _page(url_name, get_urlconf() or settings.ROOT_URLCONF)
    return address if allows is None or allows(reach) else ""


@lru_cache(maxsize=512)
def _page(url_name: str, urlconf: str) -> tuple[str, Callable[[Reach], bool] | None]:
    """A page's address and whom it is open to: the menu asks two dozen of them for every page."""
    try:
        address = reverse(url_name, urlconf)
    except NoReverseMatch:
        return "", None
    return address, getattr(resolve(address, urlconf).func, "is_open_to", None)


def _guard(view: Any, rule: str, allows: Callable[[Reach], bool]) -> Any:
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not isinstance(request.user, Person):
            return redirect_to_login(request.get_full_path())
        if not allows(request.user.reach):
            raise Http404
        response: HttpResponse = view(request, *args, **kwargs)
        return response

    guarded.access_rule = rule  # type: ignore[attr-defined]
    guarded.is_open_to = allows  # type: ignore[attr-defined]
    return guarded
