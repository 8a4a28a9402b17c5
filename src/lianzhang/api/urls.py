"""The REST API: one router per resource, joined here. OpenAPI at /api/v1/openapi.json."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from django.utils import translation
from ninja import NinjaAPI
from ninja.openapi import get_schema
from ninja.openapi.schema import OpenAPISchema
from ninja.renderers import JSONRenderer

from lianzhang.api import (
    chains,
    collecting,
    events,
    months,
    once,
    problems,
    projects,
    registry,
    resources,
    security,
    supervision,
)


class Json(JSONRenderer):
    """Chinese as Chinese: half the bytes of its escapes, and a person can read it."""

    json_dumps_params: Mapping[str, Any] = {"ensure_ascii": False}


class Api(NinjaAPI):
    """The API, whose description says of errors and of repeated posts what is really sent."""

    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: dict[str, Any] | None = None
    ) -> OpenAPISchema:
        """The OpenAPI document: problems under their own media type, the key under which a post is done once."""
        prefix = self.get_root_path(path_params or {}) if path_prefix is None else path_prefix
        return _described(self, prefix, translation.get_language() or "")


@lru_cache(maxsize=4)
def _described(api: NinjaAPI, prefix: str, _language: str) -> OpenAPISchema:
    """Made once in a process and language, a second of work: it changes with the code alone."""
    document = get_schema(api=api, path_prefix=prefix)
    for path in document["paths"].values():
        for method, operation in path.items():
            for status, said in operation["responses"].items():
                if int(status) >= 400:
                    said["content"] = {problems.TYPE: said["content"]["application/json"]}
            if method == "post":
                operation.setdefault("parameters", []).append(once.PARAMETER)
    return document


api = Api(
    title="Lianzhang 链长",
    version="1",
    description="The records of the chain office, with the same permission as its pages.",
    urls_namespace="api",
    docs_url=None,
    renderer=Json(),
    auth=[security.Token(), security.Session()],
)
problems.register(api)

READ_ONLY = (
    chains.SCHEMES,
    chains.CHAINS,
    chains.ACTIONS,
    registry.ENTERPRISES,
    chains.SEGMENTS,
    chains.GAPS,
    chains.TARGET_LISTS,
    supervision.MEETINGS,
    collecting.COLLECTIONS,
    collecting.MONTH_REPORTS,
    events.EVENTS,
    events.SITES,
    projects.LEADS,
)
for resource in READ_ONLY:
    api.add_router(f"/{resource.key}", resources.router(resource))
_months = resources.router(collecting.MONTHS)
months.add_answers(_months)
api.add_router("/months", _months)
_projects = resources.router(projects.PROJECTS)
projects.add_writes(_projects)
api.add_router("/projects", _projects)
_tasks = resources.router(supervision.TASKS)
supervision.add_writes(_tasks)
api.add_router("/tasks", _tasks)
