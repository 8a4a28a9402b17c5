"""Sign-in, the address list, hand-overs, one's own things, jobs, the trail, the frame."""

from lianzhang.accounts.models import ApiToken, Appointment, Body, Person, SavedView
from lianzhang.chains.models import Gap, MapVersion, TargetList
from lianzhang.jobs.models import Job
from lianzhang.projects.models import Event, Project
from lianzhang.supervision.models import Handover, Meeting, Request, Task
from tests.permission.fillers import Case, Filling, each
from tests.permission.world import World


def fill(world: World) -> Filling:
    people = each(world, "person", Person, pk="pk")
    bodies = [Case({"code": b.code}, ("person", owner)) for owner, b in world.of("person", Body)]
    posts = each(world, "person", Appointment, pk="pk")
    jobs = each(world, "own", Job, pk="pk")
    handovers = each(world, "handover", Handover, pk="pk")
    plain = [
        "people",
        "bodies",
        "sign_in",
        "me",
        "password",
        "new_token",
        "new_body",
        "new_person",
        "appoint",
        "sign_out",
        "act_as",
    ]
    return {
        **{f"accounts:{name}": [Case()] for name in plain},
        "accounts:by_link": [Case({"token": "unknown"})],
        "accounts:revoke_token": each(world, "own", ApiToken, pk="pk"),
        "accounts:body": [*bodies, *(Case(c.kwargs, c.subject, "on=2025-03-01") for c in bodies)],
        "accounts:edit_body": bodies,
        **{f"accounts:{name}": people for name in ("person", "edit_person", "disable", "issue_link")},
        "accounts:end_appointment": posts,
        "accounts:edit_appointment": posts,
        "jobs:list": [Case()],
        "jobs:job": jobs,
        "jobs:stop": jobs,
        "handovers:list": [Case()],
        "handovers:handover": handovers,
        "handovers:accept": handovers,
        "handovers:successor": handovers,
        "trail:events": [Case()],
        "trail:event": [Case({"seq": seq}) for seq in (1, 40, 120)],
        "look:palette": [Case(), Case(query="q=zq"), Case(query="q=XM"), Case(query="q=DB"), Case(query="q=QY")],
        "look:pick": [Case(query=f"of={kind}&q={asked}") for kind in ("enterprise", "part") for asked in ("zq", "QY")],
        "look:views": [Case(query="table=projects&path=/projects/")],
        "look:save_view": [Case()],
        "look:forget_view": each(world, "own", SavedView, pk="pk"),
        "history:of": _histories(world),
        "healthz": [Case()],
        "set_language": [Case()],
    }


def _histories(world: World) -> list[Case]:
    models = {"project": Project, "task": Task, "meeting": Meeting, "request": Request, "event": Event}
    by_code = [
        Case({"kind": kind, "key": record.code}, (kind, owner))
        for kind, model in {**models, "gap": Gap, "target": TargetList}.items()
        for owner, record in world.of(kind, model)
    ]
    maps = [
        Case({"kind": "map", "key": str(version.pk)}, (thing, owner))
        for thing in ("map", "draft")
        for owner, version in world.of(thing, MapVersion)
    ]
    return [*by_code, *maps]
