"""A program of its own: one district's clerk reporting a lead, at a word, into the database of LIANZHANG_HOME.

python -m tests.projects.race district_east build     also builds the cast first

It says `ready` when it could report, waits for a line, reports, and says in one line of JSON what it was told.
"""

import json
import sys
from datetime import UTC, datetime


def main(username: str, *more: str) -> None:
    """Do what the words say."""
    import django

    django.setup()
    from lianzhang.accounts.models import Person
    from lianzhang.chains.models import Chain
    from lianzhang.projects.actions import Duplicate, report_lead
    from tests import cast

    if more == ("build",):
        cast.build()
    say("set up")
    wait()
    by, chain = Person.objects.get(username=username), Chain.objects.get(code="test-a")
    say("ready")
    wait()
    given = {"name": "甲项目", "chain": chain, "investor_name": "甲压缩机公司", "now": datetime.now(UTC)}
    try:
        project = report_lead(**given, by=by)
    except Duplicate as told:
        say(json.dumps({"told": told.found[0].first_reported_by.name_zh}))  # type: ignore[union-attr]
    else:
        say(json.dumps({"first": project.first_reported_by.name_zh}))  # type: ignore[union-attr]


def say(words: str) -> None:
    sys.stdout.write(words + "\n")
    sys.stdout.flush()


def wait() -> None:
    sys.stdin.readline()


if __name__ == "__main__":
    main(*sys.argv[1:])
