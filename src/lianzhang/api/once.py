"""Doing an unsafe request once, however often a nervous network sends it (the Idempotency-Key header)."""

import hashlib
import re
from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from lianzhang.accounts.models import KeptAnswer
from lianzhang.api import problems, security

HEADER = "Idempotency-Key"
LONGEST = 80
PRINTABLE = "[!-~]*"
PARAMETER = {
    "in": "header",
    "name": HEADER,
    "required": False,
    "description": "A key of the sender's own; the same request under the same key is done once and answered alike.",
    "schema": {"type": "string", "pattern": f"^{PRINTABLE}$", "maxLength": LONGEST},
}


def once(request: HttpRequest, work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Run `work` in a transaction and keep its answer under the request's key; the same request again gets that answer.

    A request that was refused keeps nothing, so it may be sent again. The same key for another request is refused.
    """
    key = request.headers.get(HEADER, "")
    if not key:
        with transaction.atomic():
            return work()
    if len(key) > LONGEST or not re.fullmatch(PRINTABLE, key):
        raise problems.BadRequest(_("Idempotency-Key 为不超过 80 个可见的 ASCII 字符。"), errors=[(HEADER, key[:20])])
    person, wanted = security.person_of(request), fingerprint(request)
    with transaction.atomic():
        # Written first: a second copy of the request waits here (or fails on the constraint) until the first is done.
        kept, is_new = KeptAnswer.objects.get_or_create(
            person=person, key=key, defaults={"fingerprint": wanted, "kept_at": timezone.now()}
        )
        if is_new:
            kept.body = work()
            kept.save(update_fields=["body"])
    if kept.fingerprint != wanted:
        raise problems.BadRequest(_("此 Idempotency-Key 已用于另一个请求。"), errors=[(HEADER, key)])
    answer: dict[str, Any] = kept.body
    return answer


def fingerprint(request: HttpRequest) -> str:
    """SHA-256 of method, address and body."""
    sent = hashlib.sha256(f"{request.method}\n{request.get_full_path()}\n".encode())
    if not request.FILES:
        sent.update(request.body)
    for _name, files in sorted(request.FILES.lists()):
        for file in files:  # the body of an upload was read while it came in
            for chunk in file.chunks():
                sent.update(chunk)
    return sent.hexdigest()
