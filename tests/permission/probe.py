"""The walk: every person × every address × every marked record, and what each answer must not hold."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from http.cookies import SimpleCookie
from typing import Any

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.core.handlers.wsgi import WSGIHandler
from django.test import RequestFactory
from django.urls import get_resolver, reverse
from django.utils import timezone

from lianzhang.accounts import actions
from tests.permission import fillers, oracle
from tests.permission.marks import found_in, unfinished
from tests.permission.world import World

EVERYBODY = (*oracle.ROLE_OF, "stranger", None)
# One of each role where bodies or chains differ; the others of the cast are walked at night.
PEOPLE = (
    "general_chief",
    "chief",
    "clerk_a",
    "clerk_b",
    "secretary",
    "lead_officer",
    "officer",
    "district_east",
    "anchor_1",
    "anchor_4",
    "sme",
    "association_contact",
    "expert",
    "auditor",
    "security_admin",
    "stranger",
    None,
)
# Whose sight ends at a body, a grant or a consultation, which SQL joins: the same questions on a second database.
JOINED = ("clerk_b", "district_east", "anchor_1", "anchor_4", "association_contact", "expert")
# Complete enough for every operation, so that a refusal comes from the record and not from the form.
SENT = {"to": "registered", "on": "2026-11-23", "reply": "x", "reason": "x"}
FORMS = ("csv", "xlsx")
ALL_FORMS = (*FORMS, "docx", "print")
# All forms take the same rows, and a workbook is dear to make: one inside the office and one outside it.
SPREADSHEETS = frozenset({"district_east", "anchor_1"})
SEARCHED = (("project", "west"), ("purchase", "firm_4"))
ALL_SEARCHED = (
    *SEARCHED,
    ("task", "firm_4__chain_b"),
    ("enterprise", "firm_4"),
    ("draft", "chain_b"),
    ("request", "firm_4__west"),
)


@dataclass(frozen=True)
class Probe:
    """One request and what is known about it."""

    person: str | None
    name: str
    path: str
    subject: tuple[str, str] | None = None
    method: str = "GET"
    control: str = ""


@dataclass
class Findings:
    """How many probes ran, and what each found wrong."""

    count: int = 0
    leaks: list[str] = field(default_factory=list)
    marks_seen: int = 0


def walk(
    world: World, *, people: Iterable[str | None] = PEOPLE, names: Iterable[str] = (), is_deep: bool = False
) -> Findings:
    """Run every probe of `people` (and of the addresses `names`, if any are given); deep adds forms and searches."""
    findings, served, wanted = Findings(), addresses(), set(names)
    filling = {name: cases for name, cases in fillers.gather(world).items() if name in served}
    if wanted:
        filling = {name: cases for name, cases in filling.items() if name in wanted}
    for person in people:
        ask, done, posting = _asker(world, person), set[tuple[str, str]](), set[str]()
        for probe in probes(person, filling, is_deep=is_deep):
            asked = (probe.method, probe.path)
            if asked in done or (probe.method == "GET" and probe.name in posting):
                continue  # asked already, or an address that has only a POST: said once, it is said
            done.add(asked)
            if judge(probe, ask, findings) == 405 and probe.method == "GET":
                posting.add(probe.name)
    return findings


def probes(person: str | None, filling: fillers.Filling, *, is_deep: bool = False) -> Iterator[Probe]:
    """Every request of one person: pages, lists as files and searched, foreign records also by POST."""
    for name in sorted(filling):
        posted = 0
        for case in filling[name] if is_deep else representatives(person, filling[name]):
            path = _path(name, case)
            yield Probe(person, name, path, case.subject)
            is_foreign = case.subject is not None and not oracle.may_see(person or "", *case.subject)
            if is_foreign and (is_deep or posted == 0):
                posted += 1
                yield Probe(person, name, path, case.subject, "POST", control=_control(name, case))
        if is_list(name):
            yield from _list_probes(person, name, is_deep=is_deep)


def representatives(person: str | None, cases: Iterable[fillers.Case]) -> list[fillers.Case]:
    """Of foreign records one for each owner, of readable ones one for each kind, each with every variant of asking."""
    chosen: dict[tuple[Any, ...], fillers.Case] = {}
    for case in cases:
        thing, owner = case.subject or ("", "")
        is_readable = not case.subject or oracle.may_see(person or "", thing, owner)
        asked = case.variant or case.query
        key = (thing, "", asked) if case.subject and is_readable else (thing, owner, asked, _path_key(case))
        chosen.setdefault(key, case)
    return [*chosen.values()]


def _path_key(case: fillers.Case) -> str:
    """Cases that open no record differ by their arguments alone."""
    return "" if case.subject else str(sorted(case.kwargs.items()))


def is_list(name: str) -> bool:
    """Whether an address is a table, which can be searched and taken away."""
    return name.endswith(":list") or name in LISTS


def _list_probes(person: str | None, name: str, *, is_deep: bool) -> Iterator[Probe]:
    path = reverse(name)
    forms = FORMS if person in SPREADSHEETS else FORMS[:1]
    for form in ALL_FORMS if is_deep else forms:
        yield Probe(person, name, f"{path}?format={form}")
    for thing, owner in ALL_SEARCHED if is_deep else SEARCHED:
        if not oracle.may_see(person or "", thing, owner):
            yield Probe(person, name, f"{path}?q={unfinished(thing, owner)}")


def _path(name: str, case: fillers.Case) -> str:
    return reverse(name, kwargs=dict(case.kwargs)) + (f"?{case.query}" if case.query else "")


def _control(name: str, case: fillers.Case) -> str:
    """The same address for a record that is not there, where codes are text."""
    if not isinstance(case.kwargs.get("code"), str):
        return ""
    return _path(name, fillers.Case({**case.kwargs, "code": "not-there"}, query=case.query))


def judge(probe: Probe, ask: Callable[[Probe], Any], findings: Findings) -> int:
    """Send a probe and count it; write down foreign marks, foreign records that answer, errors. Gives the status."""
    response = ask(probe)
    status: int = response.status_code
    findings.count += 1
    where = f"{probe.person or 'nobody'} {probe.method} {probe.path} ({probe.name}) → {status}"
    if status >= 500 and probe.name != "healthz":
        findings.leaks.append(f"{where}: error")
        return status
    content = _content(response)
    marks = found_in(content)
    findings.marks_seen += len(marks)
    foreign = sorted(m for m in marks if not oracle.may_see(probe.person or "", *m))
    if foreign:
        findings.leaks.append(f"{where}: shows {foreign[:4]}")
    if _answers(probe, response, content, ask):
        findings.leaks.append(f"{where}: a foreign {probe.subject} answers")
    return status


def _answers(probe: Probe, response: Any, content: bytes, ask: Callable[[Probe], Any]) -> bool:
    """Whether a foreign record answers otherwise than one that is not there."""
    if probe.person is None or probe.subject is None or oracle.may_see(probe.person, *probe.subject):
        return False
    # 405 says only that the address wants the other method; it is the same for records that are not there.
    if response.status_code in {404, 405}:
        return False
    if probe.control:
        absent = ask(Probe(probe.person, probe.name, probe.control, method=probe.method))
        # The same answer: the request was refused before anything was looked up.
        return (absent.status_code, _content(absent)) != (response.status_code, content)
    return True


def _content(response: Any) -> bytes:
    if not response.streaming:
        return bytes(response.content)
    content = b"".join(response.streaming_content)
    for close in response._resource_closers:  # close() itself would also close the database under the test
        close()
    return content


def addresses() -> dict[str, str]:
    """Name with namespace → pattern, of every address the system serves."""
    return dict(_names(get_resolver().url_patterns, ""))


def _names(patterns: Iterable[Any], space: str) -> Iterator[tuple[str, str]]:
    for pattern in patterns:
        if hasattr(pattern, "url_patterns"):
            inner = f"{pattern.namespace}:" if pattern.namespace else ""
            yield from _names(pattern.url_patterns, space + inner)
        else:
            yield space + (pattern.name or str(pattern.pattern)), str(pattern.pattern)


LISTS = frozenset(
    {
        "accounts:people",
        "accounts:bodies",
        "trail:events",
        "chains:city",
        "chains:plan_actions",
        "projects:leads",
        "projects:key",
        "projects:events",
        "supervision:tasks",
        "supervision:meetings",
        "supervision:requests",
    }
)


def _asker(world: World, person: str | None) -> Callable[[Probe], Any]:
    """A function that sends a probe as `person` straight through the middleware and the view."""
    handler, factory = WSGIHandler(), RequestFactory(headers={"host": "localhost"})
    cookies = _session(world, person)
    token = _token(world, person)

    def ask(probe: Probe) -> Any:
        headers = {"Authorization": f"Bearer {token}"} if token and probe.path.startswith("/api/") else {}
        if probe.method == "GET":
            request: Any = factory.get(probe.path, headers=headers)
        elif probe.path.startswith("/api/"):
            request = factory.post(probe.path, SENT, content_type="application/json", headers=headers)
        else:
            request = factory.post(probe.path, headers=headers)
        request.COOKIES.update({name: morsel.value for name, morsel in cookies.items()})
        request._dont_enforce_csrf_checks = True
        return handler.get_response(request)

    handler.load_middleware()
    return ask


def _session(world: World, person: str | None) -> "SimpleCookie":
    cookies: SimpleCookie = SimpleCookie()
    if person is not None:
        user, store = world.cast.people[person], SessionStore()
        user.refresh_from_db()
        store[SESSION_KEY] = str(user.pk)
        store[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
        store[HASH_SESSION_KEY] = user.get_session_auth_hash()
        store["began"] = store["seen"] = int(timezone.now().timestamp())
        store.create()
        cookies["sessionid"] = store.session_key or ""
    return cookies


def _token(world: World, person: str | None) -> str:
    user = world.cast.people[person] if person else None
    if user is None or user.acting is None:
        return ""
    return actions.issue_token(
        person=user, appointment=user.acting, label="probe", valid=timedelta(days=1), now=timezone.now(), by=user
    )
