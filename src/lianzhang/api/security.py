"""Who is asking: a bearer token, or the session of somebody signed in (then with the CSRF token on unsafe methods)."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja.security import APIKeyCookie, HttpBearer

from lianzhang.accounts import actions
from lianzhang.accounts.models import Person


class Token(HttpBearer):
    """`Authorization: Bearer lz_…`: acts in the appointment the token was issued for."""

    def authenticate(self, request: HttpRequest, token: str) -> Any:  # noqa: ARG002
        """The person of the token, or None (401)."""
        return actions.bearer(token, now=timezone.now())


class Session(APIKeyCookie):
    """The cookie of a signed-in person: the pages' own scripts."""

    param_name = "sessionid"

    def authenticate(self, request: HttpRequest, key: str | None) -> Any:  # noqa: ARG002
        """The person of the session in the post put on by the middleware."""
        return request.user if isinstance(request.user, Person) else None


def person_of(request: HttpRequest) -> Person:
    """The authenticated person; every operation is behind `auth`."""
    person: Person = request.auth  # type: ignore[attr-defined]
    return person
