"""The zip inside an xlsx: its directory is checked, every part is inflated once and measured, nothing is parsed.

Sizes in a zip directory are claims, so bytes are counted while inflating; a sheet with cells at A1 and XFD1048576 makes
the parser ask for the whole grid and abort the process, so the farthest filled cell is looked for in the text first.
"""

from __future__ import annotations

import dataclasses
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Signs = NDArray[np.uint8]
    Places = NDArray[np.int64]
    Numbers = NDArray[np.int32]

MAX_ROW = 1_048_576
MAX_COLUMN = 16_384
CHUNK = 1 << 20
RATIO_FROM_BYTES = 1 << 20  # a small part may be all spaces; only a large one is a bomb

_MARKUP = re.compile(rb"<!DOCTYPE|<!ENTITY", re.IGNORECASE)
_FILLED_CELL = re.compile(
    rb"<(?:[\w.-]+:)?c\s(?:[^<>]*?\s)?r\s*=\s*[\"']\s*\$?([A-Za-z]{1,9})\$?(\d{1,15})\s*[\"'][^<>]*(?<!/)>"
)
QUICK_FROM_BYTES = 1 << 16  # below it, looking one by one is quicker than importing what looks at many
_OTHER_ENCODING = re.compile(rb"^\s*<\?xml[^>]*encoding\s*=\s*[\"'](?!utf-8|us-ascii|ascii)", re.IGNORECASE)


class Unsafe(Exception):
    """The archive is refused: `code` and `words` say why in messages.toml."""

    def __init__(self, code: str, **words: object) -> None:
        super().__init__(code)
        self.code = code
        self.words = words


@dataclasses.dataclass(frozen=True, slots=True)
class Bounds:
    """How large an archive may be."""

    entries: int = 1_000
    unpacked_bytes: int = 512 << 20
    ratio: int = 200
    grid_cells: int = 12_000_000


def inspect(source: BinaryIO, *, bounds: Bounds) -> tuple[str, ...]:
    """The names of the parts of a sound archive; raises Unsafe."""
    try:
        with zipfile.ZipFile(source) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OverflowError, struct.error):
        raise Unsafe("file_truncated") from None
    _check_directory(parts, bounds=bounds)
    unpacked = 0
    for part in parts:
        unpacked += _measure(source, part, bounds=bounds, already=unpacked)
    return tuple(part.filename for part in parts)


def _check_directory(parts: list[zipfile.ZipInfo], *, bounds: Bounds) -> None:
    if len(parts) > bounds.entries:
        raise _odd(f"{len(parts)} 个部件", f"{len(parts)} parts")
    seen: set[str] = set()
    for part in parts:
        name = part.orig_filename.replace("\\", "/")
        if name.startswith("/") or ":" in name or "\0" in name or ".." in name.split("/"):
            raise _odd("部件路径越界", "a part lies outside the archive")
        if name.lower() in seen:
            raise _odd("部件重名", "two parts have one name")
        seen.add(name.lower())
        if part.flag_bits & 0x1:
            raise Unsafe("file_password")
        if part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise _odd("压缩方式不支持", "unknown compression")
    ends = 0
    for part in sorted(parts, key=lambda part: part.header_offset):
        if part.header_offset < ends:
            raise _odd("部件互相重叠", "parts overlap")
        ends = part.header_offset + 30 + part.compress_size


def _odd(zh: str, en: str) -> Unsafe:
    return Unsafe("file_unsafe", reason=(zh, en))


def _measure(source: BinaryIO, part: zipfile.ZipInfo, *, bounds: Bounds, already: int) -> int:
    """Inflate one part, count its bytes and look at its text; the count."""
    try:
        return _scanned(source, part, bounds=bounds, already=already, is_exact=False)
    except _Doubtful:
        return _scanned(source, part, bounds=bounds, already=already, is_exact=True)


def _scanned(source: BinaryIO, part: zipfile.ZipInfo, *, bounds: Bounds, already: int, is_exact: bool) -> int:
    counted = 0
    scan = _Scan(part.filename, grid_cells=bounds.grid_cells, is_exact=is_exact)
    for chunk in _inflate(source, part):
        counted += len(chunk)
        if already + counted > bounds.unpacked_bytes:
            raise Unsafe("file_unpacked_too_large", limit_mb=bounds.unpacked_bytes >> 20)
        if counted > RATIO_FROM_BYTES and counted > bounds.ratio * max(part.compress_size, 1):
            raise _odd("压缩率异常", "a part is packed too tightly")
        scan.feed(chunk)
    if counted != part.file_size:
        raise _odd("声明的大小与实际不符", "a part is not as large as it says")
    return counted


def _inflate(source: BinaryIO, part: zipfile.ZipInfo) -> Iterator[bytes]:
    """The bytes of a part as they really are, whatever the directory says."""
    source.seek(part.header_offset)
    header = source.read(30)
    if len(header) < 30 or header[:4] != b"PK\x03\x04":
        raise Unsafe("file_truncated")
    name_length, extra_length = struct.unpack("<HH", header[26:30])
    if source.read(name_length) != part.orig_filename.encode("utf-8" if part.flag_bits & 0x800 else "cp437", "replace"):
        raise _odd("部件名称前后不一", "a part has two names")
    source.seek(extra_length, 1)
    left = part.compress_size
    inflater = zlib.decompressobj(-zlib.MAX_WBITS) if part.compress_type == zipfile.ZIP_DEFLATED else None
    while left > 0:
        packed = source.read(min(CHUNK, left))
        if not packed:
            raise Unsafe("file_truncated")
        left -= len(packed)
        if inflater is None:
            yield packed
            continue
        yield from _pieces(inflater, packed)
    if inflater is not None and (not inflater.eof or inflater.unused_data):
        raise Unsafe("file_truncated")


def _pieces(inflater: zlib._Decompress, packed: bytes) -> Iterator[bytes]:
    """Inflate in bounded pieces: one megabyte of a bomb must not become a gigabyte in memory."""
    try:
        while packed:
            piece = inflater.decompress(packed, CHUNK)
            yield piece
            packed = inflater.unconsumed_tail
            if inflater.eof:
                break
    except zlib.error:
        raise Unsafe("file_truncated") from None


class _Doubtful(Exception):
    """A quick look, which takes empty cells for filled ones, is not enough to accept a part."""


class _Scan:
    """Looks at the text of one part while it streams by: foreign markup, odd encodings, the farthest filled cell.

    Not `is_exact`: cells as every writer of spreadsheets writes them are measured many at a time, empty ones with the
    filled; all others one by one. What it accepts the exact look accepts; where it would not it is `_Doubtful`.
    """

    def __init__(self, name: str, *, grid_cells: int, is_exact: bool = True) -> None:
        self.name = name
        self.grid_cells = grid_cells
        self.is_exact = is_exact
        self.rows = 0
        self.columns = 0
        self._tail = b""
        self._is_markup: bool | None = None

    def feed(self, chunk: bytes) -> None:
        if self._is_markup is None and chunk:
            self._begin(chunk)
        if not self._is_markup:
            return
        text = self._tail + chunk
        if b"!" in text and _MARKUP.search(text):
            raise _odd("含有 DOCTYPE 或实体声明", "it declares a DOCTYPE or entities")
        cut = text.rfind(b"<")
        self._tail = text[cut:] if cut >= 0 and len(text) - cut < 65_536 else b""
        self._measure_cells(text[: len(text) - len(self._tail)])

    def _begin(self, chunk: bytes) -> None:
        start = chunk[:200]
        if start[:2] in (b"\xff\xfe", b"\xfe\xff") or start[:2] in (b"<\0", b"\0<") or _OTHER_ENCODING.match(start):
            raise _odd("XML 编码不是 UTF-8", "its XML is not UTF-8")
        lower = self.name.lower()
        self._is_markup = lower.endswith((".xml", ".rels", ".vml")) or start.removeprefix(
            b"\xef\xbb\xbf"
        ).lstrip().startswith(b"<")

    def _measure_cells(self, text: bytes) -> None:
        rows, columns = (None if self.is_exact else _farthest(text)) or _farthest_filled(text)
        self.rows, self.columns = max(self.rows, rows), max(self.columns, columns)
        if not self.is_exact and (
            self.rows > MAX_ROW or self.columns > MAX_COLUMN or self.rows * self.columns > self.grid_cells
        ):
            raise _Doubtful
        if self.rows > MAX_ROW or self.columns > MAX_COLUMN:
            raise _odd("单元格超出 Excel 的行列范围", "a cell lies outside Excel's grid")
        if self.rows * self.columns > self.grid_cells:
            part = self.name.rsplit("/", 1)[-1].removesuffix(".xml")
            raise Unsafe("file_extent", part=part, rows=self.rows, columns=self.columns)


def _farthest_filled(text: bytes) -> tuple[int, int]:
    """The last row and the last column with a filled cell; 0 for none."""
    found = _FILLED_CELL.findall(text)
    columns = map(_column_number, {letters.upper() for letters, _ in found})
    return max((int(digits) for _, digits in found), default=0), max(columns, default=0)


def _farthest(text: bytes) -> tuple[int, int] | None:
    """The last row and the last column with a cell, filled or not; None where one is not written as `<c r="AB12"`."""
    if len(text) < QUICK_FROM_BYTES:
        return None
    import numpy as np

    signs = np.frombuffer(text + bytes(24), np.uint8)
    colon = np.flatnonzero(signs == ord(":"))
    if (signs[colon + 1] == ord("c")).any():
        return None
    start = np.flatnonzero(signs == ord("<"))
    start = start[signs[start + 1] == ord("c")]
    start = start[signs[start + 2] <= ord(" ")]
    if not len(start) or any((signs[start + 2 + n] != sign).any() for n, sign in enumerate(b' r="')):
        return None
    letters, at = _numbers(signs, start + 6, base=26, first=ord("A"), places=3)
    digits, end = _numbers(signs, at, base=10, first=ord("0"), places=7)
    if (at == start + 6).any() or (end == at).any() or (signs[end] != ord('"')).any():
        return None
    return int(digits.max()), int(letters.max())


def _numbers(signs: Signs, at: Places, *, base: int, first: int, places: int) -> tuple[Numbers, Places]:
    """The numbers that begin at some places, written with `base` signs from `first` on, and where each of them ends:
    the letters of a column count from 1, digits from 0."""
    import numpy as np

    number, end, is_inside = np.zeros(len(at), np.int32), at.copy(), np.ones(len(at), bool)
    for _ in range(places):
        sign = signs[end] - np.uint8(first)  # below `first` it wraps round to more than `base`
        is_inside &= sign < base
        if not is_inside.any():
            break
        number = np.where(is_inside, number * np.int32(base) + sign + np.int32(base == 26), number)
        end += is_inside
    return number, end


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
