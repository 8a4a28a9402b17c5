"""Keeping evidence files: stored once by content under LIANZHANG_HOME/files, 0600, served only through permission."""

import hashlib
import mimetypes
import os
import tempfile
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.base import File
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lianzhang.trail import actions
from lianzhang.trail.models import Attachment, Proof

MAX_BYTES = 50 * 1024 * 1024
DOCUMENTS = {".pdf", ".ofd", ".doc", ".docx", ".xls", ".xlsx", ".et", ".wps", ".csv", ".txt", ".ppt", ".pptx", ".zip"}
PICTURES = {".jpg", ".jpeg", ".png", ".webp", ".heic"}
ALLOWED = frozenset(DOCUMENTS | PICTURES)


class RefusedFile(Exception):
    """The file cannot serve as evidence; `reason` says why in the reader's language."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def keep(
    upload: "File[bytes]",
    *,
    kind: str,
    by: Any,
    taken_on: date | None = None,
    place: str = "",
) -> Attachment:
    """Store an upload and return its record; raises RefusedFile for an empty, oversized or unexpected kind of file."""
    name = Path(str(upload.name or "file").replace("\\", "/")).name[:200]
    if Path(name).suffix.lower() not in ALLOWED:
        raise RefusedFile(_("不接收此类文件：%(name)s。请上传 PDF、图片、Word、Excel 或 zip。") % {"name": name})
    digest, size, path = _store(upload, name)
    with transaction.atomic():
        return actions.create(
            Attachment(
                sha256=digest,
                name=name,
                size=size,
                media_type=mimetypes.guess_type(name)[0] or "application/octet-stream",
                kind=kind,
                taken_on=taken_on,
                place=place,
                uploaded_by_id=by.pk,
                uploaded_at=timezone.now(),
            ),
            verb="attachment.kept",
            by=by,
            detail={"path": path.name},
        )


def attach(attachment: Attachment, *, to: models.Model, purpose: str, by: Any) -> Proof:
    """Say that `attachment` proves `purpose` about the record `to`."""
    proof = Proof(
        attachment=attachment,
        subject_type=to._meta.label_lower,
        subject_id=str(to.pk),
        purpose=purpose,
        attached_at=timezone.now(),
    )
    with transaction.atomic():
        proof.save(force_insert=True)
        actions.note(to, verb="evidence.attached", detail={"file": attachment.name, "purpose": purpose}, by=by)
    return proof


def path_of(attachment: Attachment) -> Path:
    """Where the bytes lie. The caller has checked permission on a record that names the file."""
    return _directory() / attachment.sha256[:2] / attachment.sha256


def _directory() -> Path:
    return Path(settings.LIANZHANG_HOME) / "files"


def _store(upload: "File[bytes]", name: str) -> tuple[str, int, Path]:
    _directory().mkdir(mode=0o700, parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    descriptor, temporary = tempfile.mkstemp(dir=_directory())  # mkstemp gives 0600
    try:
        with os.fdopen(descriptor, "wb") as out:
            for chunk in upload.chunks():
                size += len(chunk)
                if size > MAX_BYTES:
                    raise RefusedFile(_("%(name)s 超过 50 MB。请压缩或拆分后上传。") % {"name": name})
                digest.update(chunk)
                out.write(chunk)
        if size == 0:
            raise RefusedFile(_("%(name)s 是空文件。") % {"name": name})
        path = _directory() / digest.hexdigest()[:2] / digest.hexdigest()
        path.parent.mkdir(mode=0o700, exist_ok=True)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    return digest.hexdigest(), size, path
