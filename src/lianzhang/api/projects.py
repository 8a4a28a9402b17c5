"""Projects: read, and ask for the next stage."""

from datetime import date
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import File, Form, Router, Schema
from ninja.files import UploadedFile
from pydantic import Field

from lianzhang.api import once, project_tables, resources, security
from lianzhang.projects import actions
from lianzhang.projects.models import Project
from lianzhang.projects.stages import Stage
from lianzhang.projects.stages import table as stage_table
from lianzhang.trail import evidence

PROJECTS = resources.Resource(
    key="projects",
    table=project_tables.PROJECTS,
    rows=lambda person: Project.objects.visible_to(person).select_related(*project_tables.RELATED),
)
LEADS = resources.Resource(key="leads", table=project_tables.LEADS, rows=project_tables.leads)
KINDS = "|".join(stage_table().evidence)
STAGES = "|".join(stage.name.lower() for stage in Stage)


class Advance(Schema):
    """The next stage and the day it was entered. `version` is the one the sender read."""

    to: str = Field(pattern=f"^({STAGES})$", description=STAGES)
    on: date
    note: str = Field("", max_length=200)
    version: int | None = None


class Entered(Schema):
    """A stage asked for (`verdict` pending) or entered at once (passed)."""

    project: str
    stage: str
    verdict: str


class Proved(Schema):
    """A kept piece of evidence."""

    project: str
    kind: str
    file: str


class Evidence(Schema):
    """What a file is evidence of; a photograph says when and where it was taken."""

    kind: str = Field(pattern=f"^({KINDS})$", description=KINDS)
    taken_on: date | None = None
    place: str = Field("", max_length=120)


def add_writes(router: Router) -> None:
    """The writes of projects."""

    @router.post("/{code}/advance", response={200: Entered, **resources.UNSAFE_PROBLEMS})
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

    @router.post("/{code}/evidence", response={200: Proved, **resources.UNSAFE_PROBLEMS})
    def prove_project(
        request: HttpRequest, code: str, sent: Form[Evidence], file: File[UploadedFile]
    ) -> dict[str, Any]:
        """佐证: a file that a stage needs."""
        person = security.person_of(request)

        def work() -> dict[str, Any]:
            project = resources.found(PROJECTS, person, code)
            kept = evidence.keep(file, by=person, **sent.dict())
            proof = actions.add_evidence(project=project, attachment=kept, kind=sent.kind, by=person)
            return {"project": project.code, "kind": proof.purpose, "file": kept.name}

        return once.once(request, work)
