"""Around every page: the language, the post being acted in, the age of the session, and refusals made readable."""

import re
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBadRequest,
    HttpResponsePermanentRedirect,
    JsonResponse,
    QueryDict,
)
from django.shortcuts import render
from django.urls import is_valid_path
from django.utils import timezone, translation
from django.utils.http import escape_leading_slashes
from django.utils.translation import gettext

from lianzhang.accounts import queries
from lianzhang.accounts.actions import Refused
from lianzhang.accounts.models import Person
from lianzhang.records.models import Stale
from lianzhang.web import conflict

# In JSON a NUL is written so; an even number of backslashes before it would make it mere text.
JSON_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
GetResponse = Callable[[HttpRequest], HttpResponse]
REFRESH_SECONDS = 60


class Language:
    """Chinese unless the person chose English: the browser's own language is that of whoever installed it.

    A program has no such button: over the API its `Accept-Language` is its choice.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        if request.path.startswith("/api/") and not chosen:
            chosen = translation.get_language_from_request(request)
        language = chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response


class Slash:
    """A slash too many at the end of a page's address is taken off, as Django adds one that lacks."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code != 404 or request.method not in {"GET", "HEAD"} or not request.path.endswith("/"):
            return response
        bare = request.path.rstrip("/")
        if request.path.startswith("/api/") or is_valid_path(request.path) or not is_valid_path(bare):
            return response
        query = request.META.get("QUERY_STRING", "")
        return HttpResponsePermanentRedirect(escape_leading_slashes(f"{bare}?{query}" if query else bare))


class Nul:
    """Refuses the character NUL wherever it is sent (400): no text has one and the database takes none."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        said = [request.path, *request.COOKIES.values(), *_texts(request.GET)]
        return _refuse_nul(request) if _has_nul(said) else self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: Any) -> HttpResponse | None:
        """What was sent with it: form fields and JSON. Django itself drops it from the names of files."""
        if request.method not in {"POST", "PUT", "PATCH", "DELETE"}:
            return None
        if request.content_type == "application/json":
            return _refuse_nul(request) if b"\0" in request.body or JSON_NUL.search(request.body) else None
        return _refuse_nul(request) if _has_nul(_texts(request.POST)) else None


def _texts(sent: QueryDict) -> Iterator[str]:
    for name, values in sent.lists():
        yield name
        yield from values


def _has_nul(texts: Iterable[str]) -> bool:
    return any("\0" in text for text in texts)


def _refuse_nul(request: HttpRequest) -> HttpResponse:
    reason = gettext("提交的内容含有空字符（NUL），请删去后重试。")
    if request.path.startswith("/api/"):
        problem = {"type": "about:blank", "title": reason, "status": 400, "detail": "", "errors": []}
        return JsonResponse(problem, status=400, content_type="application/problem+json")
    return HttpResponseBadRequest(reason, content_type="text/plain; charset=utf-8")


class ActingPost:
    """Puts the chosen appointment on the person, and ends sessions that are too old (12 h whole, 30 min idle)."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if isinstance(request.user, Person):
            if self._is_too_old(request):
                logout(request)
            else:
                self._act(request, request.user)
        return self.get_response(request)

    def _act(self, request: HttpRequest, person: Person) -> None:
        posts = queries.current(person, on=timezone.localdate())
        chosen = request.session.get("acting")
        acting = next((post for post in posts if post.pk == chosen), posts[0] if posts else None)
        if acting is not None:
            person.act_as(acting)
        person.posts = posts  # type: ignore[attr-defined]

    def _is_too_old(self, request: HttpRequest) -> bool:
        now = int(time.time())
        began = request.session.setdefault("began", now)
        seen = request.session.get("seen", 0)
        if now - seen > REFRESH_SECONDS:
            request.session["seen"] = now  # saves the session, which moves the idle limit
        return bool(now - began > settings.SESSION_ABSOLUTE_SECONDS)


class Refusals:
    """Turns refusals that any action may raise into pages: a stale version (409) and a broken rule (422)."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """A page for what the office's rules refuse; None leaves real errors to Django."""
        if isinstance(exception, Stale):
            return render(request, "409.html", conflict.context(exception, request), status=409)
        if isinstance(exception, Refused):
            came_from = request.headers.get("Referer", "")  # the form, where what was typed still stands
            return render(request, "422.html", {"reason": exception.reason, "back_url": came_from}, status=422)
        return None
