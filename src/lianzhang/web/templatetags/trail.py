"""The history of a record on its own page: `{% load trail %}{% history record %}`."""

from typing import Any

from django import template
from django.db import models
from django.template.context import Context

from lianzhang.web import histories

register = template.Library()


@register.inclusion_tag("parts/history.html", takes_context=True)
def history(context: Context, record: models.Model) -> dict[str, Any]:
    """Who changed what of `record` when, newest first; the page has already checked that the reader may see it."""
    return {"history": histories.of(record, reader=context["request"].user)}
