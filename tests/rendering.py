"""Pages drawn as the web server draws them, for tests that fetch hundreds and inspect no template's context.

Under test Django copies the whole context of every template, so that a test could look at it.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.template.base import Template
from django.template.context import Context, RequestContext

Draw = Callable[[Template, Context], str]
# The frame around these is the same for a person whatever was refused.
REFUSALS = frozenset({"403.html", "404.html"})


def plain(template: Template, context: Context) -> str:
    """As outside of tests."""
    return str(template.nodelist.render(context))


@contextmanager
def as_served(draw: Draw = plain) -> Iterator[None]:
    """Draw every template with `draw` meanwhile."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Template, "_render", draw)
        yield


def refusals_once() -> Draw:
    """A way of drawing that draws the page of a refusal once for each person and language, and from then on writes out
    what the page was given, which is all that could tell of the record."""
    drawn: set[tuple[Any, ...]] = set()

    def draw(template: Template, context: Context) -> str:
        if template.name in REFUSALS and isinstance(context, RequestContext) and context.request is not None:
            request: Any = context.request
            key = (template.name, request.user.pk, request.LANGUAGE_CODE)
            if key in drawn:
                frame = {0, context._processors_index}
                given = [layer.values() for n, layer in enumerate(context.dicts) if n not in frame]
                return " ".join(str(value) for values in given for value in values)
            drawn.add(key)
        return plain(template, context)

    return draw
