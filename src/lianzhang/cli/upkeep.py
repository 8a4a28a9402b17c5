"""Commands of the person who runs the machine: migrate, the first administrator, proving the trail, the version."""

import argparse
import sys
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import lianzhang
from lianzhang.cli import framework

if TYPE_CHECKING:
    from lianzhang.accounts.models import Person

FIRST_ADMIN = "first-admin"


def version(_options: argparse.Namespace) -> int:
    """Print the version of Lianzhang and of the SQLite it stands on."""
    import sqlite3

    print(f"lianzhang {lianzhang.__version__} (SQLite {sqlite3.sqlite_version}, Python {sys.version.split()[0]})")
    return 0


def migrate(_options: argparse.Namespace) -> int:
    """Bring the database to this version."""
    from lianzhang.cli import preparation

    framework.start()
    try:
        waiting = preparation.waiting_migrations()
        preparation.prepare(may_migrate=True, demo_when_empty=False)
    except preparation.Unprepared as reason:
        print(reason, file=sys.stderr)
        return 1
    print(f"{len(waiting)} migrations applied" if waiting else "the database is at this version")
    return 0


def admin_token(options: argparse.Namespace) -> int:
    """A one-time sign-in for the first security administrator; refused once any administrator is at work."""
    framework.start()
    from django.urls import reverse
    from django.utils import timezone

    from lianzhang.accounts import actions
    from lianzhang.accounts.models import SignInLink

    now = timezone.now()
    person = _first_administrator()
    if person is None:
        print("an administrator is already registered: ask them for a sign-in link", file=sys.stderr)
        return 1
    token = actions.issue_link(
        person=person, purpose=SignInLink.Purpose.FIRST_ADMIN, valid=timedelta(hours=options.hours), now=now, by=None
    )
    print(
        f"{reverse('accounts:by_link', args=[token])}\nopen this path on the workbench once, within {options.hours} h"
    )
    return 0


def verify_trail(options: argparse.Namespace) -> int:
    """Prove the trail; 1 when it does not stand, with every fault by its number."""
    framework.start()
    from django.conf import settings

    from lianzhang.trail import checkpoints, keys, verification
    from lianzhang.trail.models import Event

    folder = options.checkpoints or Path(settings.TRAIL_CHECKPOINT_DIRS[0])
    public = options.public_key.read_bytes() if options.public_key else keys.public_pem()
    kept = checkpoints.read(folder, public_pem=public)
    events = Event.objects.order_by("seq").iterator(chunk_size=2000)
    verdict = verification.verify(events, key=keys.authentication(), checkpoints=kept)
    print(
        f"{verdict.event_count} events, {verdict.checkpoint_count} checkpoints; "
        f"checkpoints cover events up to {verdict.covered_seq} of {verdict.last_seq}"
    )
    for fault in verdict.faults:
        print(fault, file=sys.stderr)
    print("the trail stands" if verdict.stands else f"the trail does NOT stand: {len(verdict.faults)} faults")
    return 0 if verdict.stands else 1


def _first_administrator() -> "Person | None":
    """The person the first token is for, made on first use; None once anybody else holds an administration."""
    from django.db import transaction
    from django.utils import timezone

    from lianzhang.accounts import actions
    from lianzhang.accounts.models import Appointment, Body, Person
    from lianzhang.accounts.rules import ADMINISTRATIONS, BodyKind, Post

    if Appointment.objects.filter(post__in=ADMINISTRATIONS).exclude(person__username=FIRST_ADMIN).exists():
        return None
    person: Person | None = Person.objects.filter(username=FIRST_ADMIN).first()
    if person is not None:
        return person
    with transaction.atomic():
        person = actions.register(username=FIRST_ADMIN, name="首位管理员", by=None)
        body = Body.objects.filter(kind=BodyKind.OFFICE).first() or actions.found_body(
            code="office", kind=BodyKind.OFFICE, name_zh="审计与系统管理", by=None
        )
        actions.appoint(
            person=person,
            body=body,
            post=Post.SECURITY_ADMIN,
            starts_on=timezone.localdate(),
            basis="admin-token",
            by=None,
        )
    return person
