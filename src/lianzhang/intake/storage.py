"""Uploaded workbooks, stored once by content under a generated name, readable by this system alone."""

import hashlib
import os
import tempfile
from pathlib import Path

from django.conf import settings
from django.core.files.base import File
from django.utils.translation import gettext as _

from chainlab.sheets import gate
from lianzhang.accounts.actions import Refused


def keep(upload: "File[bytes]") -> str:
    """Store an upload; its sha256. Raises Refused for a file too large or empty: nothing stays then."""
    folder = _folder()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    descriptor, temporary = tempfile.mkstemp(dir=folder)  # mkstemp gives 0600
    try:
        with os.fdopen(descriptor, "wb") as out:
            for chunk in upload.chunks():
                size += len(chunk)
                if size > gate.MAX_BYTES:
                    raise Refused(_("文件超过 %d MB。请拆分后上传。") % (gate.MAX_BYTES >> 20))
                digest.update(chunk)
                out.write(chunk)
        if size == 0:
            raise Refused(_("文件是空的。请重新保存后上传。"))
        path = path_of(digest.hexdigest())
        path.parent.mkdir(mode=0o700, exist_ok=True)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    return digest.hexdigest()


def put_in_place(path: Path, *, sha256: str) -> None:
    """Keep the file at `path` instead of the upload of this digest: what may not be kept was taken out of it."""
    path.chmod(0o600)
    path.replace(path_of(sha256))


def path_of(sha256: str) -> Path:
    """Where the bytes lie. The caller has checked permission on the batch that names them."""
    return _folder() / sha256[:2] / sha256


def shown_name(name: str | None) -> str:
    """The name a file is shown under: no path, no direction marks, no control signs, 200 signs at most."""
    last = str(name or "").replace("\\", "/").rpartition("/")[2]
    kept = "".join(sign for sign in last if sign.isprintable())
    return kept[:200] or _("未命名")


def _folder() -> Path:
    return Path(settings.LIANZHANG_HOME) / "uploads"
