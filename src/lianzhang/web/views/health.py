"""Is the system ready: the database answers and both workers have shown themselves within half a minute."""

import time
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, JsonResponse

from lianzhang.web import access

BEAT_SECONDS = 30


@access.public
def healthz(request: HttpRequest) -> JsonResponse:  # noqa: ARG001
    """200 when web, database and workers are ready, 503 with what is missing otherwise."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    silent = [queue for queue in ("quick", "long") if not _beats(queue)]
    return JsonResponse({"ready": not silent, "silent_workers": silent}, status=503 if silent else 200)


def _beats(queue: str) -> bool:
    beat = Path(settings.LIANZHANG_HOME) / f"worker-{queue}.beat"
    return beat.exists() and time.time() - beat.stat().st_mtime < BEAT_SECONDS
