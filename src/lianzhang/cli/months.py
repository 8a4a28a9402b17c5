"""`month`: a district's workbook of the month handed in over REST, by its own program and with its own token.

Nothing is written but by the server: the same reading, the same refusals as on the page, the same name in the trail.
"""

import argparse
import json
import os
import sys
import uuid
from collections.abc import Mapping
from pathlib import Path
from time import monotonic, sleep
from typing import Any
from urllib import error, parse, request

TOKEN = "LIANZHANG_TOKEN"
API = "/api/v1/months"
SECONDS, ENDED = 60, frozenset({"done", "failed", "stopped"})


class Refused(Exception):
    """What the server said, one line each."""


class Door:
    """The months of one server, as the owner of the token sees them."""

    def __init__(self, server: str, *, token: str, language: str) -> None:
        self.server = server.rstrip("/")
        self.headers = {"Authorization": f"Bearer {token}", "Accept-Language": language}

    def get(self, path: str) -> Any:
        return self._ask(request.Request(self.server + API + path, headers=self.headers))  # noqa: S310 - see `month`

    def post(self, path: str, sent: Mapping[str, Any]) -> Any:
        headers = {**self.headers, "Content-Type": "application/json", "Idempotency-Key": uuid.uuid4().hex}
        body = json.dumps(sent).encode()
        return self._ask(request.Request(self.server + API + path, data=body, headers=headers))  # noqa: S310

    def hand_in(self, path: str, book: Path) -> Any:
        """Send a workbook as a form does."""
        mark, name = uuid.uuid4().hex, book.name.replace('"', "'")
        head = f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
        body = head.encode() + book.read_bytes() + f"\r\n--{mark}--\r\n".encode()
        headers = {**self.headers, "Content-Type": f"multipart/form-data; boundary={mark}"}
        return self._ask(request.Request(self.server + API + path, data=body, headers=headers))  # noqa: S310

    def _ask(self, asked: request.Request) -> Any:
        status, body = send(asked)
        try:
            said = json.loads(body)
        except ValueError:
            said = {"title": f"HTTP {status}"}
        if status >= 400:
            lines = [": ".join(filter(None, (said.get("title"), said.get("detail"))))]
            lines += [f"{one['field']}: {one['message']}" for one in said.get("errors", ())]
            raise Refused("\n".join(lines))
        return said


def send(asked: request.Request) -> tuple[int, bytes]:
    """One request to the server; its status and body."""
    try:
        with request.urlopen(asked, timeout=SECONDS) as answer:  # noqa: S310 - http or https, checked in `month`
            return answer.status, answer.read()
    except error.HTTPError as refused:
        return refused.code, refused.read()
    except (error.URLError, TimeoutError) as fault:
        raise Refused(f"{asked.host}: {getattr(fault, 'reason', fault)}") from fault


def month(options: argparse.Namespace) -> int:
    """Hand in the workbook, say what is wrong with it and what is still lacking; 0 when nothing is."""
    token = os.environ.get(TOKEN, "")
    if not token:
        print(f"put the district's token into {TOKEN}", file=sys.stderr)
        return 2
    if not options.server.startswith(("http://", "https://")):
        print(f"--server {options.server}: must begin with http:// or https://", file=sys.stderr)
        return 2
    if options.workbook is not None and not options.workbook.is_file():
        print(f"{options.workbook}: no such file", file=sys.stderr)
        return 1
    try:
        answer, is_whole = _handed_in(Door(options.server, token=token, language=options.language), options)
    except Refused as refused:
        print(refused, file=sys.stderr)
        return 1
    if options.json:
        print(json.dumps(answer, ensure_ascii=False, indent=2))
    else:
        print("\n".join(_lines(answer)))
    return 0 if is_whole else 1


def _handed_in(door: Door, options: argparse.Namespace) -> tuple[dict[str, Any], bool]:
    """The answer as it stands after all, and whether what was asked for is done."""
    at = _answer(door, options)
    answer = door.get(at)
    if options.workbook is not None:
        answer = _read(door, at, options.workbook)
        book = answer["workbook"] or {}
        if book.get("state") != "done" or book.get("error_count"):
            return answer, False
    if options.submit:
        answer = door.post(f"{at}/submit", {"note": options.note})
    return answer, True


def _answer(door: Door, options: argparse.Namespace) -> str:
    """Where the answer is: the open month and the only district within reach, unless told."""
    code = options.month or _only([one["code"] for one in door.get("?state=open")["items"]], "--month")
    place = f"/{parse.quote(code)}/answers"
    district = options.district or _only([one["district"] for one in door.get(place)["items"]], "--district")
    return f"{place}/{parse.quote(district)}"


def _only(found: list[str], option: str) -> str:
    if len(found) != 1:
        raise Refused(f"say {option}: there are {', '.join(found) or 'none'}")
    return found[0]


def _read(door: Door, at: str, book: Path) -> dict[str, Any]:
    """Send the workbook and wait until it is read."""
    answer: dict[str, Any] = door.hand_in(f"{at}/workbook", book)
    until = monotonic() + 10 * SECONDS
    while (answer["workbook"] or {}).get("state") not in ENDED:
        if monotonic() > until:
            raise Refused("the workbook is still being read; ask again without it")
        sleep(1)
        answer = door.get(at)
    return answer


def _lines(answer: Mapping[str, Any]) -> list[str]:
    found = [f"{answer['month']} {answer['district']}: {answer['state']}"]
    book = answer.get("workbook") or {}
    found += [f"{one['cell']}: {one['message']}".removeprefix(": ") for one in book.get("complaints", ())]
    if book.get("failure"):
        found.append(book["failure"])
    found += [
        f"{row['project']} {row['name']}: {', '.join(row['missing'])}" for row in answer["rows"] if row["missing"]
    ]
    return found
