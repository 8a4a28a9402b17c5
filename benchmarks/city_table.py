"""The city table at the size of a large city: processor time and queries of one page, as the web server serves it.

python -m benchmarks.city_table        prints JSON; wants an empty LIANZHANG_HOME (a temporary one by default)
"""

import json
import time
from collections.abc import Callable
from typing import Any

from benchmarks.measure import settle

settle()
TRIES = 60


def main() -> None:
    """Fill a temporary home with a large city and time the page as four posts see it."""
    import django

    django.setup()
    from django.core.management import call_command

    from tests import cast as casts
    from tests.briefings import large

    call_command("migrate", verbosity=0)
    cast = casts.build()
    large.populate(cast)
    posts = ("secretary", "general_chief", "chief", "clerk_a")
    print(json.dumps({post: measure(cast.people[post]) for post in posts}, indent=1))


def measure(person: object) -> dict[str, float]:
    """Least and middle processor milliseconds of the page, its queries and its size."""
    from django.core.wsgi import get_wsgi_application
    from django.db import connection
    from django.test import Client, RequestFactory

    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")  # type: ignore[arg-type]
    cookie = f"sessionid={client.cookies['sessionid'].value}"
    environ = RequestFactory(headers={"cookie": cookie, "host": "localhost"}).get("/chains/city/").environ
    application = get_wsgi_application()

    def serve() -> bytes:
        statuses: list[str] = []
        body = b"".join(application({**environ}, lambda status, _headers, *_rest: statuses.append(status)))
        if statuses != ["200 OK"]:
            raise RuntimeError(f"the page answered {statuses}")
        return body

    size = len(serve())
    queries: list[str] = []

    def note(execute: Any, sql: str, *rest: Any) -> Any:
        queries.append(sql)
        return execute(sql, *rest)

    with connection.execute_wrapper(note):
        serve()
    tries = sorted(timed(serve) for _try in range(TRIES))
    return {"least_ms": tries[0], "middle_ms": tries[TRIES // 2], "queries": len(queries), "bytes": size}


def timed(work: Callable[[], object]) -> float:
    """Processor milliseconds."""
    began = time.process_time()
    work()
    return round((time.process_time() - began) * 1000, 1)


if __name__ == "__main__":
    main()
