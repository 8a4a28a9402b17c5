"""The API does what its description says: no server error; only described statuses, media types and shapes."""

import datetime as dt
import functools
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import checks

from lianzhang.supervision import actions
from tests.api.conftest import API, Program
from tests.api.test_resources import ProgramOf, project
from tests.cast import Cast
from tests.supervision import scene

pytestmark = [pytest.mark.django_db, pytest.mark.slow, pytest.mark.no_cover]
CHECKS: list[Any] = [
    checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
    checks.negative_data_rejection,
]
CASES = settings.default.max_examples // 8  # of each operation and kind; the nightly run asks for many more


@pytest.fixture(autouse=True)
def kept_connection() -> Iterator[None]:
    """A request through the real WSGI door ends by closing stale connections, which would be the test's own."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def records(cast: Cast, *, now: dt.datetime) -> dict[str, str]:
    """A record behind some resources, by the first word of the path, so that not every code is unknown."""
    meeting = scene.meeting(cast, now=now)
    actions.add_decision(meeting=meeting, text="核实缺口", responsible=cast.department, working_days=5, by=cast.clerk_a)
    known = {"projects": project(cast, "XM-2026-001", district=cast.east).code, "meetings": meeting.code}
    return known | {"tasks": scene.task(cast, now=now).code, "chains": cast.chain_a.code}


def ask(case: Any, *, program: Program, code: str, is_known: bool) -> None:
    """Send a made-up request and hold the answer against the description."""
    if code and is_known and case.path_parameters:
        case.path_parameters["code"] = code
    headers = {"Authorization": f"Bearer {program.token}"}
    case.call_and_validate(headers=headers, checks=CHECKS)


@pytest.mark.parametrize("mode", [schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE])
def test_made_up_requests_never_break_it_and_are_answered_as_described(
    cast: Cast, program: ProgramOf, now: dt.datetime, mode: Any
) -> None:
    described = schemathesis.openapi.from_wsgi(f"{API}/openapi.json", get_wsgi_application())
    known, clerk = records(cast, now=now), program("secretary")
    operations = [found.ok() for found in described.get_all_operations()]
    assert len(operations) > 25
    for operation in operations:
        code = known.get(operation.path.removeprefix(f"{API}/").split("/")[0], "")
        send = functools.partial(ask, program=clerk, code=code)
        given(case=operation.as_strategy(generation_mode=mode), is_known=st.booleans())(limits(send))()


def limits(send: Any) -> Any:
    @settings(max_examples=CASES, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    def run(case: Any, is_known: bool) -> None:
        send(case, is_known=is_known)

    return run
