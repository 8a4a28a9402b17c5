"""What a project or an event is called in the reader's language."""

from django.utils.translation import get_language

from lianzhang.projects.models import Event, Project


def name(record: Project | Event) -> str:
    """The name in the reader's language."""
    return record.name_en if record.name_en and (get_language() or "").startswith("en") else record.name
