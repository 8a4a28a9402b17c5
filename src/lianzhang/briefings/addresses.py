"""Where a line opens: addresses by name, empty where this installation has no such page."""

from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from django.urls import NoReverseMatch, reverse


def address(name: str, *arguments: str | int, **query: str | int | tuple[str, ...]) -> str:
    """A page's address, or empty where this installation has none; a tuple asks for several values of one filter."""
    return _address(name, arguments, tuple(query.items()))


@lru_cache(maxsize=8192)
def _address(name: str, arguments: tuple[str | int, ...], query: tuple[tuple[str, Any], ...]) -> str:
    # A table of forty chains asks for three hundred addresses; the same ones on every page.
    try:
        path = reverse(name, args=arguments)
    except NoReverseMatch:
        return ""
    return f"{path}?{urlencode(query, doseq=True)}" if query else path
