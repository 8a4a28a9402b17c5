"""A standard tree written down as an outline: level by level, as it is pasted from a workbook."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from chainlab import names
from lianzhang.accounts.actions import Refused
from lianzhang.accounts.models import Person
from lianzhang.records import codes
from lianzhang.registry.actions.trees import Place, draft_version
from lianzhang.registry.models import Part, PartTree, TreeVersion
from lianzhang.trail import actions as trail


@dataclass(frozen=True)
class Line:
    """One line of the outline: level 1 is a product. A part that is not in the catalogue yet is entered."""

    level: int
    name: str
    category: str = ""
    quantity: Decimal | None = None
    code: str = ""
    unit: str = ""
    segment: str = ""


def draft_outline(
    tree: PartTree, *, lines: Sequence[Line], note: str, now: datetime, by: Person, batch_code: str = ""
) -> TreeVersion:
    """Lay the outline down as the draft of a tree, in place of a draft that stands. Raises Refused with the row."""
    if not PartTree.objects.editable_by(by).filter(pk=tree.pk).exists():
        raise Refused(_("标准零部件树由创新中心或产业链专班维护。"))
    above = _parents(lines)
    with transaction.atomic():
        parts = _parts(lines, year=timezone.localtime(now).year, is_illustrative=tree.is_illustrative, by=by)
        places = [
            Place(part, above=parent, quantity=None if parent is None else line.quantity, segment=line.segment)
            for line, part, parent in zip(lines, parts, above, strict=True)
        ]
        return draft_version(tree, places=places, note=note, now=now, by=by, batch_code=batch_code)


def _parents(lines: Sequence[Line]) -> list[int | None]:
    """The row each row stands below: the nearest one before it that is one level higher."""
    last: dict[int, int] = {}
    found: list[int | None] = []
    for number, line in enumerate(lines):
        if line.level < 1 or (line.level > 1 and line.level - 1 not in last):
            raise Refused(
                _("第 %(row)s 行“%(part)s”的层级是 %(level)s，前面没有它的上一级。")
                % {"row": number + 1, "part": line.name, "level": line.level}
            )
        found.append(last.get(line.level - 1))
        last = {level: row for level, row in last.items() if level < line.level} | {line.level: number}
    return found


def _parts(lines: Sequence[Line], *, year: int, is_illustrative: bool, by: Person) -> list[Part]:
    """The part of the catalogue each line means; new ones are entered, with the category the line gives."""
    known = list(Part.objects.order_by("-pk"))
    by_code = {part.code: part for part in known}
    by_name = {names.normalise(part.name): part for part in known}
    found: list[Part] = []
    for number, line in enumerate(lines):
        part = by_code.get(line.code) if line.code else by_name.get(names.normalise(line.name))
        if line.code and part is None:
            raise Refused(
                _("第 %(row)s 行：零部件目录中没有编码“%(code)s”，新增的请将编码留空。")
                % {"row": number + 1, "code": line.code}
            )
        if part is None:
            code = codes.next_code("LJ", year=year)
            new = Part(
                code=code, name=line.name, category=line.category, unit=line.unit, is_illustrative=is_illustrative
            )
            part = by_name[names.normalise(line.name)] = trail.create(new, verb="part.entered", by=by)
        found.append(part)
    return found
