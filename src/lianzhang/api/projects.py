"""Projects: read, and ask for the next stage."""

from datetime import date
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema
from pydantic import Field

from lianzhang.api import once, resources, security, tables
from lianzhang.projects import actions
from lianzhang.projects.models import Project
from lianzhang.projects.stages import Stage

PROJECTS = resources.Resource(
    key="projects",
    table=tables.PROJECTS,
    rows=lambda person: Project.objects.visible_to(person).select_related("chain", "enterprise", "district", "owner"),
)
STAGES = "|".join(stage.name.lower() for stage in Stage)


class Advance(Schema):
    """The next stage and the day it was entered. `version` is the one the sender read."""

    to: str = Field(pattern=f"^({STAGES})$", description=STAGES)
    on: date
    note: str = Field("", max_length=200)
    version: int | None = None


def add_writes(router: Router) -> None:
    """The writes of projects."""

    @router.post("/{code}/advance", response={200: dict[str, Any], **resources.UNSAFE_PROBLEMS})
    def advance_project(request: HttpRequest, code: str, sent: Advance) -> dict[str, Any]:
        """Ask for a stage; what is missing for it is named field by field."""
        person = security.person_of(request)

        def work() -> dict[str, Any]:
            project = resources.found(PROJECTS, person, code)
            to = Stage[sent.to.upper()]
            entry = actions.advance(
                project=project, to=to, on=sent.on, note=sent.note, version=sent.version, now=timezone.now(), by=person
            )
            return {"project": project.code, "stage": sent.to, "verdict": entry.verdict}

        return once.once(request, work)
