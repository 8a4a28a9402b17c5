"""Files that came in one parcel for many projects: which is for all of them, and which is whose own.

A file as it is serves every project. A zip holds each project's own: whatever lies under a name that begins with the
project's code or with the whole of its name, be it the file or a folder above it.
"""

import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.files.base import ContentFile
from django.utils.translation import gettext as _

from chainlab import names
from lianzhang.accounts.actions import Refused
from lianzhang.projects.models import Project

MOST_UNPACKED = 200 * 1024 * 1024


@dataclass
class Parcel:
    """`shared` is for every project; `own` by project id; `unclaimed` are names nobody's code or name begins."""

    shared: list[Any] = field(default_factory=list)
    own: dict[int, list[ContentFile[bytes]]] = field(default_factory=dict)
    unclaimed: list[str] = field(default_factory=list)

    def own_of(self, project: Project) -> Sequence[Any]:
        """What is the project's own; raises Refused where nothing in the parcel is for it."""
        found = self.own.get(project.pk, ())
        if not found and not self.shared:
            raise Refused(_("zip 中没有以 %(code)s 或项目名称开头的文件。") % {"code": project.code})
        return found


def opened(uploads: Sequence[Any], *, projects: Sequence[Project]) -> Parcel:
    """The uploads sorted by project; raises Refused for a zip that cannot be read."""
    parcel = Parcel()
    marks = {project.pk: (project.code, names.normalise(project.name)) for project in projects}
    for upload in uploads:
        if not str(upload.name).lower().endswith(".zip"):
            parcel.shared.append(upload)
            continue
        for path, data in _unpacked(upload):
            whose = _whose(path, marks)
            if whose is None:
                parcel.unclaimed.append(path)
            else:
                parcel.own.setdefault(whose, []).append(ContentFile(data, name=path))
    return parcel


def _unpacked(upload: Any) -> list[tuple[str, bytes]]:
    try:
        with zipfile.ZipFile(upload) as archive:
            inside = [info for info in archive.infolist() if not info.is_dir()]
            if sum(info.file_size for info in inside) > MOST_UNPACKED:
                raise Refused(_("zip 文件损坏或过大，不能读取。"))
            return [(_named(info), archive.read(info)) for info in inside]
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as broken:
        raise Refused(_("zip 文件损坏或过大，不能读取。")) from broken


def _named(info: zipfile.ZipInfo) -> str:
    """The path inside; Windows packs Chinese names in GBK without saying so, and they are read as code page 437."""
    if info.flag_bits & 0x800:
        return info.filename.replace("\\", "/")
    try:
        return info.filename.encode("cp437").decode("gb18030").replace("\\", "/")
    except UnicodeError:
        return info.filename.replace("\\", "/")


def _whose(path: str, marks: Mapping[int, tuple[str, str]]) -> int | None:
    """The project whose code or name a part of the path begins with; of several the longest name."""
    best: tuple[int, int | None] = (0, None)
    for part in path.split("/"):
        read = names.normalise(part)
        for pk, (code, name) in marks.items():
            size = max(len(code) if _begins(part, code) else 0, len(name) if name and read.startswith(name) else 0)
            if size > best[0]:
                best = (size, pk)
    return best[1]


def _begins(name: str, code: str) -> bool:
    """A longer number is another project's."""
    return name.startswith(code) and not name[len(code) : len(code) + 1].isdigit()
