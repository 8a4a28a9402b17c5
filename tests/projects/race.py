"""A program of its own: one district's clerk reporting a lead at a given instant into the database of LIANZHANG_HOME.

python -m tests.projects.race prepare
python -m tests.projects.race report district_east 1763886000.5
"""

import json
import sys
import time
from datetime import UTC, datetime


def main(words: list[str]) -> None:
    """Do what the words say; prints one line of JSON."""
    import django

    django.setup()
    from django.core.management import call_command

    from lianzhang.accounts.models import Body, Person
    from lianzhang.chains.models import Chain
    from lianzhang.projects.actions import Duplicate, report_lead
    from tests import cast

    if words[0] == "prepare":
        call_command("migrate", verbosity=0)
        cast.build()
        return
    by, chain = Person.objects.get(username=words[1]), Chain.objects.get(code="test-a")
    Body.objects.count()  # the connection is open before the start
    time.sleep(max(0.0, float(words[2]) - time.time()))
    given = {"name": "甲项目", "chain": chain, "investor_name": "甲压缩机公司", "now": datetime.now(UTC)}
    try:
        project = report_lead(**given, by=by)
    except Duplicate as told:
        sys.stdout.write(json.dumps({"who": words[1], "told": told.found[0].first_reported_by.name_zh}))  # type: ignore[union-attr]
    else:
        sys.stdout.write(json.dumps({"who": words[1], "first": project.first_reported_by.name_zh}))  # type: ignore[union-attr]


if __name__ == "__main__":
    main(sys.argv[1:])
