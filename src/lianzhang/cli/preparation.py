"""What must be true before the first page is served; a process of its own, so that it ends and gives its memory back.

python -m lianzhang.cli.preparation [--no-migrate] [--demo-when-empty] [--links http://127.0.0.1:8000]
"""

import argparse
import sys
from collections.abc import Sequence
from functools import partial

from lianzhang.cli import framework


class Unprepared(Exception):
    """Why the workbench cannot be served yet, and what to do."""


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="lianzhang.cli.preparation", description=__doc__)
    parser.add_argument("--no-migrate", action="store_true")
    parser.add_argument("--demo-when-empty", action="store_true")
    parser.add_argument("--links", metavar="ADDRESS")
    options = parser.parse_args(arguments)
    framework.start()
    try:
        prepare(may_migrate=not options.no_migrate, demo_when_empty=options.demo_when_empty)
    except Unprepared as reason:
        print(reason, file=sys.stderr)
        return 1
    print(flush=True)  # who waits for this line starts the programs; the links are made while those load
    if options.links:
        print(*sign_in_lines(options.links), sep="\n", end="")
    return 0


def prepare(*, may_migrate: bool, demo_when_empty: bool) -> None:
    """Checks, migrations, and the example city where nobody is registered yet."""
    from django.core import checks
    from django.core.management import call_command

    # Addresses would load every page here, as the web processes do a moment later; the tests check those.
    tags = sorted(checks.registry.registry.tags_available() - {checks.Tags.urls})
    messages = checks.run_checks(tags=tags)
    for warning in (message for message in messages if not message.is_serious()):
        print(warning, file=sys.stderr)
    if faults := [str(message) for message in messages if message.is_serious()]:
        raise Unprepared("\n".join(faults))
    waiting = waiting_migrations()
    if unknown := unknown_migrations():
        raise Unprepared(f"the database is newer than this version ({', '.join(unknown[:5])}): install that version")
    if waiting and not may_migrate:
        raise Unprepared(f"the database is older than this version ({', '.join(waiting[:5])}): lianzhang migrate")
    if waiting:
        call_command("migrate", verbosity=0, interactive=False, skip_checks=True)
    if demo_when_empty and is_empty():
        load_example_city()
    decide_releases()


def decide_releases() -> None:
    """What an update left undecided is decided in the background, without anybody asking."""
    from lianzhang.chains.actions import releases

    releases.decide_newest()


def waiting_migrations() -> list[str]:
    """Names of the migrations this database has not seen; raises Unprepared where no database answers."""
    from django.db import DatabaseError, connection
    from django.db.migrations.executor import MigrationExecutor

    try:
        executor = MigrationExecutor(connection)
    except DatabaseError as failure:
        raise Unprepared(f"the database does not answer: {failure}\n{remedy()}") from failure
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]


def unknown_migrations() -> list[str]:
    """Names of our own migrations that this database has seen and this version does not know: it is an older one."""
    from django.apps import apps
    from django.db import connection
    from django.db.migrations.loader import MigrationLoader

    loader = MigrationLoader(connection)
    known = {*loader.disk_migrations, *(old for found in loader.disk_migrations.values() for old in found.replaces)}
    ours = {app.label for app in apps.get_app_configs() if app.name.startswith("lianzhang.")}
    return sorted(
        f"{app}.{name}" for app, name in loader.applied_migrations if app in ours and (app, name) not in known
    )


def remedy() -> str:
    """What to do about a database that does not answer."""
    from django.db import connection

    if connection.vendor != "sqlite":
        return "is it running, and is DATABASE_URL right?"
    return "if the file is damaged, bring the last backup into a new home: LIANZHANG_HOME=… lianzhang restore FOLDER"


def is_empty() -> bool:
    """Whether nobody is registered: an installation in use is never filled with examples."""
    from lianzhang.accounts.models import Person

    return not Person.objects.exists()


def load_example_city() -> None:
    """Fill the empty database; what takes time says so."""
    from django.utils import timezone

    from lianzhang import demo

    demo.load(today=timezone.localdate(), progress=partial(print, flush=True))


def sign_in_lines(address: str) -> list[str]:
    """One-time links for the people of the example city; for an empty database, how to get in first.

    A city at work gets none: its people have sign-ins of their own.
    """
    from django.utils import timezone

    from lianzhang import demo

    if is_empty():
        return ["nobody is registered yet: lianzhang admin-token"]
    if not demo.is_loaded():
        return []
    return [f"  {who}: {address}{path}" for who, path in demo.links(timezone.now())]


if __name__ == "__main__":
    sys.exit(main())
