"""Reading a workbook that a stranger made: the gate, then a child process that may die without harm."""

from __future__ import annotations

import dataclasses
import json
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Self

from chainlab.sheets import archive, gate, layouts, messages, packing, reading
from chainlab.sheets import grid as grids
from chainlab.sheets import layout as shapes


@dataclasses.dataclass(frozen=True, slots=True)
class Limits:
    """How large a file may be and how much the reading child may use."""

    file_bytes: int = gate.MAX_BYTES
    bounds: archive.Bounds = dataclasses.field(default_factory=archive.Bounds)
    memory_bytes: int = 3 << 30
    seconds: int = 300
    rows: int = 200_000


def read(
    path: Path | str,
    *,
    layout: shapes.Layout | str,
    limits: Limits | None = None,
    name: str = "",
    meanwhile: Callable[[], None] | None = None,
) -> reading.Reading:
    """The rows of a workbook and everything wrong with it. Never raises for what a user sends.

    `layout` is a Layout or the key of one. The file is parsed only in a child process with limits on memory, time and
    written bytes; if the child is killed the reading says so and holds no rows. `name` is what its sender calls the
    file, where it is stored under another name. `meanwhile` is run in a thread while the child reads.
    """
    wanted = layouts.get(layout) if isinstance(layout, str) else layout
    limits = limits or Limits()
    with _Child() as child:
        verdict = gate.inspect(path, name=name, max_bytes=limits.file_bytes, bounds=limits.bounds)
        if not verdict.is_accepted:
            return _refused(wanted, verdict)
        if meanwhile is not None:
            threading.Thread(target=meanwhile).start()
        request = _request(Path(path), layout=wanted, verdict=verdict, limits=limits, name=name)
        answer = child.ask(request, seconds=limits.seconds)
    if isinstance(answer, str):
        words = {"seconds": limits.seconds} if answer == "reading_timeout" else {}
        return _refused(wanted, verdict, messages.complaint(answer, words=words))
    found = packing.from_plain(answer)
    complaints = (*verdict.complaints, *found.complaints)
    notes = tuple(complaint for complaint in complaints if complaint.level == "note")
    return dataclasses.replace(found, complaints=complaints, notes=notes)


def _refused(layout: shapes.Layout, verdict: gate.Verdict, *more: reading.Complaint) -> reading.Reading:
    complaints = (*verdict.complaints, *more)
    return reading.Reading(
        layout_key=layout.key,
        layout_version=layout.version,
        sha256=verdict.sha256,
        rows=reading.Rows(),
        complaints=complaints,
        notes=tuple(complaint for complaint in complaints if complaint.level == "note"),
    )


def cells(path: Path | str, *, limits: Limits | None = None, name: str = "") -> list[grids.Grid]:
    """The cells of every sheet as they stand, parsed in the child; nothing for a file that is refused."""
    limits = limits or Limits()
    with _Child() as child:
        verdict = gate.inspect(path, name=name, max_bytes=limits.file_bytes, bounds=limits.bounds)
        if not verdict.is_accepted:
            return []
        request = _request(Path(path), layout=None, verdict=verdict, limits=limits, name=name)
        answer = child.ask(request, seconds=limits.seconds)
    return [] if isinstance(answer, str) else [grids.from_plain(plain) for plain in answer["grids"]]


class _Child:
    """The reading child: started while the gate still looks, it knows of no file before it is asked."""

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(  # our own module, no shell, nothing of the user's on the command line
            [sys.executable, "-m", "chainlab.sheets.child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=_environment(),
        )
        return self

    def __exit__(self, *_: object) -> None:
        with self._process as process:  # closes the pipes and waits
            process.kill()

    def ask(self, request: Mapping[str, Any], *, seconds: int) -> dict[str, Any] | str:
        """What the child answered, or the code of the complaint about why it did not."""
        try:
            said, complained = self._process.communicate(json.dumps(request).encode(), timeout=seconds)
        except subprocess.TimeoutExpired:
            return "reading_timeout"
        if self._process.returncode not in (0, 3):
            return _post_mortem(self._process.returncode, complained)
        answer: dict[str, Any] = json.loads(said)
        return str(answer["refused"]) if "refused" in answer else answer


def _request(
    path: Path, *, layout: shapes.Layout | None, verdict: gate.Verdict, limits: Limits, name: str
) -> dict[str, Any]:
    """What the child is told: the file, how to read it, and what it may use up."""
    return {
        "path": str(path.resolve()),
        "name": name,
        "format": verdict.format,
        "encoding": verdict.encoding,
        "sha256": verdict.sha256,
        "layout": shapes.to_plain(layout) if layout is not None else None,
        "memory_bytes": limits.memory_bytes,
        "seconds": limits.seconds,
        "max_rows": limits.rows,
    }


def _post_mortem(code: int, complained: bytes) -> str:
    """Killed by a limit or a signal: the file's doing. Anything else is a fault of ours, and is logged as one."""
    # Out of memory in the middle of an import surfaces as a SystemError.
    if code < 0 or b"MemoryError" in complained or b"SystemError" in complained:
        return "reading_killed"
    import logging

    logging.getLogger(__name__).error("reading child failed: %s", complained.decode(errors="replace")[-2000:])
    return "reading_failed"


def _environment() -> dict[str, str]:
    """Only what the child needs to find this package: it gets no secret of the parent's environment."""
    import os

    source = str(Path(__file__).resolve().parents[2])
    known = {key: os.environ[key] for key in ("PATH", "LANG", "LC_ALL", "SYSTEMROOT", "TMPDIR") if key in os.environ}
    return {**known, "PYTHONPATH": source, "PYTHONUTF8": "1", "PYTHONDONTWRITEBYTECODE": "1"}
