"""The killable reading child: `python -m chainlab.sheets.child`, a request on stdin, the answer on stdout, both JSON.

The answer is a reading, or with no layout the cells as they stand.

It is started before there is something to read, and waits. It limits its own memory, time and file size before the
parser is imported. What the parser does to this process
(SIGABRT, out of memory, an endless loop) is the parent's to see and to say.
"""

from __future__ import annotations

import dataclasses
import gc
import json
import sys
from pathlib import Path
from typing import Any

from chainlab.sheets import grid, layout, packing, stamps, workbooks


def main() -> int:
    """Read one workbook. Exit code 0 with a reading, or 3 with {"refused": code} when the parser gave up."""
    gc.disable()  # a process that ends frees everything by ending; looking for cycles took half its time
    request = json.load(sys.stdin)
    _limit(memory_bytes=request["memory_bytes"], seconds=request["seconds"])
    answer = _answer(request)
    sys.stdout.write(json.dumps(answer, ensure_ascii=False))  # at once: written piece by piece it takes twice as long
    return 3 if "refused" in answer else 0


def _limit(*, memory_bytes: int, seconds: int) -> None:
    import resource

    for limit, value in (
        (resource.RLIMIT_AS, memory_bytes),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(limit, (value, value))


def _answer(request: dict[str, Any]) -> dict[str, Any]:
    try:
        grids = grid.load(
            Path(request["path"]),
            file_format=request["format"],
            encoding=request["encoding"],
            name=request["name"],
        )
    except MemoryError:
        return {"refused": "reading_killed"}
    except Exception as failure:  # noqa: BLE001  # parsers raise what they like; the file is at fault, and is named so
        is_password = type(failure).__name__ == "PasswordError"
        return {"refused": "file_password" if is_password else "file_unreadable"}
    if request["layout"] is None:
        return {"grids": [grid.to_plain(one) for one in grids]}
    found = workbooks.interpret(
        grids,
        layout=layout.from_plain(request["layout"]),
        sha256=request["sha256"],
        max_rows=request["max_rows"],
    )
    stamp = stamps.of(request["path"]) if request["format"] == "xlsx" else ""
    return packing.to_plain(dataclasses.replace(found, stamp=stamp))


if __name__ == "__main__":
    sys.exit(main())
