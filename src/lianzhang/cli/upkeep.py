"""Commands of the person who runs the machine: migrate, the first administrator, proving the trail, the version."""

import argparse
import os
import sys
from datetime import timedelta
from pathlib import Path

import lianzhang
from lianzhang.cli import framework


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

    if reason := _nothing_here():
        print(reason, file=sys.stderr)
        return 1
    try:
        token = actions.first_administrator(valid=timedelta(hours=options.hours), now=timezone.now())
    except actions.Refused:
        print("an administrator is already registered: ask them for a sign-in link", file=sys.stderr)
        return 1
    path = reverse("accounts:by_link", args=[token])
    origin = os.environ.get("LIANZHANG_ORIGINS", "").split(",")[0].strip()
    whole = f"{origin or 'http://127.0.0.1:' + (os.environ.get('PORT') or '8000')}{path}"
    print(f"{path}\nopen this path on the workbench once, within {options.hours} h: {whole}")
    return 0


def verify_trail(options: argparse.Namespace) -> int:
    """Prove the trail; 1 when it does not stand, with every fault by its number."""
    framework.start()
    from django.conf import settings

    from lianzhang.trail import checkpoints, keys, verification
    from lianzhang.trail.models import Event

    folder = options.checkpoints or Path(settings.TRAIL_CHECKPOINT_DIRS[0])
    if reason := _nothing_here():
        print(reason, file=sys.stderr)
        return 1
    try:
        public = options.public_key.read_bytes() if options.public_key else keys.public_pem()
        kept = checkpoints.read(folder, public_pem=public)
    except (OSError, checkpoints.NoPublicKey) as why:
        print(f"{options.public_key or 'the public key'}: {getattr(why, 'strerror', None) or why}", file=sys.stderr)
        return 1
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


def _nothing_here() -> str:
    """Why there is no installation to work on and what to do; empty where there is one."""
    from django.conf import settings

    from lianzhang.cli import databases

    try:
        is_there = databases.is_there()
    except databases.Failed as failure:
        return str(failure)
    return "" if is_there else f"{settings.LIANZHANG_HOME} holds no installation yet: lianzhang migrate"
