"""Why a registered name was proposed, in the reader's words."""

from django import template

from chainlab import matching
from lianzhang.intake import tables

register = template.Library()


@register.filter
def chip(reason: str) -> str:
    """The words of a reason of `chainlab.matching`."""
    pair = matching.REASONS.get(str(reason), (str(reason), str(reason)))
    return pair[tables.language() == "en"]
