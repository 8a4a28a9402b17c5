"""Writing the archive: every entry under its number, then the contents as a page and as a document."""

import hashlib
import io
import os
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lianzhang.briefings.inspection.gathering import Entry
from lianzhang.tables import Column, ExportHeader, TableSpec, docx, xlsx

MOST_BYTES = 1 << 30  # of evidence in one package
MOST_FILES = 5000
KEPT_DAYS = 30
CONTENTS = gettext_lazy("目录")


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of the contents: a file of the archive, or one that was left out and why."""

    number: int
    path: str
    entry: Entry
    size: int
    sha256: str = ""
    left_out: str = ""

    @property
    def pk(self) -> int:
        return self.number


@dataclass(frozen=True, kw_only=True)
class Package:
    """The finished archive."""

    sha256: str
    size: int
    lines: list[Line]

    @property
    def left_out_count(self) -> int:
        """How many files the limits kept out."""
        return sum(1 for line in self.lines if line.left_out)


def pack(
    entries: Sequence[Entry], *, header: ExportHeader, tell: Callable[[int, int], object], most_bytes: int = MOST_BYTES
) -> Package:
    """Write the archive under its own content's name; what would pass the limits is named in the contents instead."""
    folder = _folder()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if header.made_at is not None:
        drop_old(header.made_at)
    descriptor, temporary = tempfile.mkstemp(dir=folder)  # mkstemp gives 0600
    try:
        with os.fdopen(descriptor, "wb") as out, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            lines = _write(archive, entries, header=header, tell=tell, most_bytes=most_bytes)
            archive.writestr(f"{CONTENTS}.html", _page(lines, header))
            archive.writestr(f"{CONTENTS}.docx", _document(lines, header))
            archive.writestr(f"{CONTENTS}.xlsx", _workbook(lines, header))
        with Path(temporary).open("rb") as made:
            digest = hashlib.file_digest(made, "sha256").hexdigest()
        size = Path(temporary).stat().st_size
        Path(temporary).replace(path_of(digest))
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    return Package(sha256=digest, size=size, lines=lines)


def path_of(sha256: str) -> Path:
    """Where the archive lies. The caller has checked whose it is."""
    return _folder() / f"{sha256}.zip"


def drop_old(now: datetime) -> None:
    """Archives are working copies: what is older than a month goes."""
    oldest = (now - timedelta(days=KEPT_DAYS)).timestamp()
    for path in _folder().glob("*.zip"):
        if path.stat().st_mtime < oldest:
            path.unlink(missing_ok=True)


def _folder() -> Path:
    return Path(settings.LIANZHANG_HOME) / "packages"


def _write(
    archive: zipfile.ZipFile,
    entries: Sequence[Entry],
    *,
    header: ExportHeader,
    tell: Callable[[int, int], object],
    most_bytes: int,
) -> list[Line]:
    lines: list[Line] = []
    taken = 0
    for number, entry in enumerate(entries, start=1):
        tell(number - 1, len(entries))
        path = entry.file_name(number)
        why = _why_not(entry, number, taken=taken, most_bytes=most_bytes)
        if why:
            lines.append(Line(number=number, path="", entry=entry, size=entry.size, left_out=why))
            continue
        content = _content(entry, header)
        archive.writestr(path, content)
        if entry.path is not None:
            taken += len(content)
        digest = hashlib.sha256(content).hexdigest()
        lines.append(Line(number=number, path=path, entry=entry, size=len(content), sha256=digest))
    return lines


def _content(entry: Entry, header: ExportHeader) -> bytes:
    if entry.path is not None:
        return entry.path.read_bytes()
    if entry.write is None:
        raise ValueError(f"{entry.name}: neither a kept file nor one to be written")
    return entry.write(replace(header, title=entry.name))


def _why_not(entry: Entry, number: int, *, taken: int, most_bytes: int) -> str:
    if entry.path is None:
        return ""
    if number > MOST_FILES:
        return _("超过%(most)d个文件，未装入") % {"most": MOST_FILES}
    if taken + entry.size > most_bytes:
        return _("超过%(most)d MB，未装入") % {"most": most_bytes >> 20}
    return "" if entry.path.exists() else _("文件不在库中，未装入")


LINES = TableSpec(
    key="inspection_contents",
    title=CONTENTS,
    columns=(
        Column("number", gettext_lazy("序号"), lambda line: f"{line.number:03d}"),
        Column("file", gettext_lazy("文件"), lambda line: line.path or line.left_out, is_wrapped=True),
        Column("kind", gettext_lazy("种类"), lambda line: line.entry.kind),
        Column("about", gettext_lazy("内容"), lambda line: line.entry.about or None, is_wrapped=True),
        Column("taken_on", gettext_lazy("日期"), lambda line: line.entry.on, kind="date"),
        Column("place", gettext_lazy("地点"), lambda line: line.entry.place or None),
        Column("size_count", gettext_lazy("字节"), lambda line: line.size, kind="integer"),
    ),
    is_ticked=False,
    invented=None,
)
DIGEST = Column("sha256", gettext_lazy("校验值（SHA-256）"), lambda line: line.sha256 or None)


def _page(lines: Sequence[Line], header: ExportHeader) -> str:
    return render_to_string("briefings/contents.html", {"lines": lines, "header": header})


def _document(lines: Sequence[Line], header: ExportHeader) -> bytes:
    document = docx.begin(header, paper="a4-landscape")
    docx.note(document, f"{header.scope}　{header.who}　{header.export_id}")
    docx.grid(document, LINES.columns, lines, size=10.5)
    return _saved(document)


def _saved(document: Any) -> bytes:
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _workbook(lines: Sequence[Line], header: ExportHeader) -> bytes:
    out = io.BytesIO()
    xlsx.write(LINES, lines, out=out, header=header, columns=(*LINES.columns, DIGEST))
    return out.getvalue()
