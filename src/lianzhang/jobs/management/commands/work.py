"""The background worker: takes jobs from one queue, and every few seconds looks after the trail and dead workers."""

import logging
import threading
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import close_old_connections
from django.utils import timezone
from django.utils.module_loading import import_string

from lianzhang.jobs import actions
from lianzhang.trail import checkpoints

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    """`manage work --queue quick`"""

    help = "Run background jobs of one queue."
    # They were run before this process was started, and would load every page into a worker that shows none.
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--queue", choices=["quick", "long"], required=True)

    def handle(self, *args: Any, queue: str, **options: Any) -> None:  # noqa: ARG002
        beat = Path(settings.LIANZHANG_HOME) / f"worker-{queue}.beat"
        threading.Thread(target=_look_after, args=(beat, queue), daemon=True).start()
        try:
            call_command("db_worker", "--queue-name", queue, "--interval", "1", "--no-startup-delay")
        finally:
            # Shutting down: what was done since the last checkpoint is signed before nobody watches.
            checkpoints.write(directories=settings.TRAIL_CHECKPOINT_DIRS, at=timezone.now())


def _look_after(beat: Path, queue: str) -> None:
    asked_on = None
    while True:
        try:
            beat.touch()
            if queue == "quick":
                actions.reclaim(now=timezone.now())
                if checkpoints.is_due(directory=settings.TRAIL_CHECKPOINT_DIRS[0], now=timezone.now()):
                    checkpoints.write(directories=settings.TRAIL_CHECKPOINT_DIRS, at=timezone.now())
                if asked_on != timezone.localdate():
                    for name in settings.DAILY:
                        import_string(name)(timezone.now())
                    asked_on = timezone.localdate()
        except Exception:
            # A busy database or a full disk passes; a thread that died of it would never beat or sign again.
            logger.exception("looking after the queue %s failed; trying again", queue)
        finally:
            close_old_connections()
        time.sleep(5)
