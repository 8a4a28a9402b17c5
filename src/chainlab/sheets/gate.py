"""The gate before any parser: what the file really is, and whether it is safe to hand to the reading child."""

from __future__ import annotations

import codecs
import dataclasses
import hashlib
from pathlib import Path
from typing import BinaryIO, Literal

from chainlab.sheets import archive, messages, reading

Format = Literal["xlsx", "xls", "csv"]
MAX_BYTES = 50 << 20

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_NOTED_PARTS = (
    ("macros_ignored", ("vbaproject.bin", "xl/macrosheets/")),
    ("external_links_ignored", ("xl/externallinks/",)),
    ("embeddings_ignored", ("xl/embeddings/", "xl/activex/")),
)


@dataclasses.dataclass(frozen=True, slots=True)
class Verdict:
    """What the gate found. `format` is None for a file that is refused; `complaints` say why, or what is left out."""

    format: Format | None
    sha256: str
    size: int
    complaints: tuple[reading.Complaint, ...] = ()
    encoding: str = ""

    @property
    def is_accepted(self) -> bool:
        return self.format is not None


def inspect(
    path: Path | str, *, name: str = "", max_bytes: int = MAX_BYTES, bounds: archive.Bounds | None = None
) -> Verdict:
    """Look at a file without parsing it. Costs about what inflating it costs; never raises for what a user sends.

    `name` is what its sender calls it, where it is stored under another name.
    """
    path = Path(path)
    try:
        size = path.stat().st_size
        if not path.is_file():
            return _refused("", 0, "file_missing")
        if size > max_bytes:
            return _refused("", size, "file_too_large", size_mb=size >> 20, limit_mb=max_bytes >> 20)
        with path.open("rb") as source:
            sha256 = hashlib.file_digest(source, "sha256").hexdigest()
            source.seek(0)
            return _inspect(source, sha256=sha256, size=size, name=name or path.name, bounds=bounds or archive.Bounds())
    except OSError:
        return _refused("", 0, "file_missing")


def _inspect(source: BinaryIO, *, sha256: str, size: int, name: str, bounds: archive.Bounds) -> Verdict:
    start = source.read(4096)
    source.seek(0)
    if not start:
        return _refused(sha256, size, "file_empty")
    if start.startswith(b"PK"):
        return _inspect_zip(source, sha256=sha256, size=size, bounds=bounds)
    if start.startswith(_OLE):
        return _inspect_ole(source.read(), sha256=sha256, size=size)
    return _inspect_text(source.read(), sha256=sha256, size=size, name=name)


def _refused(sha256: str, size: int, code: str, **words: object) -> Verdict:
    return Verdict(None, sha256, size, (messages.complaint(code, words=words),))


def _inspect_zip(source: BinaryIO, *, sha256: str, size: int, bounds: archive.Bounds) -> Verdict:
    try:
        names = [name.lower().replace("\\", "/") for name in archive.inspect(source, bounds=bounds)]
    except archive.Unsafe as refusal:
        return _refused(sha256, size, refusal.code, **refusal.words)
    if any(name.startswith("word/") for name in names):
        return _refused(sha256, size, "file_text_document")
    for kind, mark in (("xlsb", "xl/workbook.bin"), ("ods", "content.xml")):
        if mark in names:
            return _refused(sha256, size, "file_other_spreadsheet", kind=kind)
    if not any(name.endswith("workbook.xml") for name in names):
        return _refused(sha256, size, "file_unknown")
    noted = [
        messages.complaint(code)
        for code, marks in _NOTED_PARTS
        if any(mark in name for mark in marks for name in names)
    ]
    return Verdict("xlsx", sha256, size, tuple(noted))


def _inspect_ole(content: bytes, *, sha256: str, size: int) -> Verdict:
    """An OLE container names its streams in UTF-16."""

    def holds(stream: str) -> bool:
        return stream.encode("utf-16-le") in content

    if holds("EncryptedPackage"):
        return _refused(sha256, size, "file_password")
    if holds("Workbook") or holds("Book"):
        noted = (messages.complaint("macros_ignored"),) if holds("_VBA_PROJECT") else ()
        return Verdict("xls", sha256, size, noted)
    if holds("WordDocument"):
        return _refused(sha256, size, "file_text_document")
    return _refused(sha256, size, "file_unknown")


def _inspect_text(content: bytes, *, sha256: str, size: int, name: str) -> Verdict:
    start = content[:1024].removeprefix(codecs.BOM_UTF8).lstrip().lower()
    if start.startswith((b"<!doctype", b"<html", b"<table", b"<meta", b"<head", b"mime-version:")):
        return _refused(sha256, size, "file_html")
    if start.startswith(b"<?xml"):
        return _refused(sha256, size, "file_other_spreadsheet", kind="XML")
    encoding = encoding_of(content)
    if encoding is None:
        return _refused(sha256, size, "file_unknown")
    text = content.decode(encoding)
    head = text[:65_536]
    is_named_csv = name.lower().endswith((".csv", ".txt", ".tsv"))
    has_cells = is_named_csv or any(mark in head for mark in ",\t;，")
    if not has_cells or any(ord(sign) < 32 and sign not in "\t\r\n\0" for sign in head):
        return _refused(sha256, size, "file_unknown")
    if "\0" in text:
        return _refused(sha256, size, "csv_nul", row=text[: text.index("\0")].count("\n") + 1)
    shown = {"gb18030": "GBK", "utf-8-sig": "UTF-8"}.get(encoding, encoding.upper())
    noted = () if is_named_csv else (messages.complaint("read_as_csv", encoding=shown),)
    return Verdict("csv", sha256, size, noted, encoding)


def encoding_of(content: bytes) -> str | None:
    """The encoding of a text that a Chinese office may send, or None if it is no text."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        candidates = ["utf-16"]
    else:
        candidates = ["utf-8-sig", "gb18030"]
    for candidate in candidates:
        try:
            content.decode(candidate)
        except UnicodeDecodeError:
            continue
        return candidate
    return None
