"""收表: what firms are asked and still owe, for the task force that collects it; how far a firm is, where a grant lets
it be read. Names (盲比级) are neither handed out nor taken in here: no task force reads them."""

from __future__ import annotations

import io
import re
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import CharField, Q, Value

from lianzhang.accounts.models import Appointment, Person
from lianzhang.accounts.reach import Reach
from lianzhang.accounts.rules import Act, BodyKind, Thing
from lianzhang.registry import asking
from lianzhang.registry.actions.lines import PAPER_LEVELS
from lianzhang.registry.models import CategoryAnswer, Enterprise, Level, PartAnswer, ProductLine, PurchaseGrant
from lianzhang.registry.models.grants import lines_opened
from lianzhang.registry.sheets import prefilled

MOST_FIRMS = 60  # workbooks of so many firms go into one package
_UNFIT = re.compile(r'[\\/:*?"<>|\x00-\x1f]')


def collects(reach: Reach) -> bool:
    """Whether the person collects answers of firms: a task force does."""
    return reach.body_kind == BodyKind.TASK_FORCE and reach.may(Act.WRITE, Thing.GAP)


@dataclass(frozen=True)
class Owed:
    """One firm at one level. What is answered is None where no grant lets the person read it."""

    level: Level
    lines: tuple[ProductLine, ...]
    asked: int
    answered: int | None
    withheld: int
    by_proxy: int  # of the answers: handed in for the firm

    @property
    def is_open(self) -> bool:
        """Whether the person may read the answers, and hand them in for the firm."""
        return self.answered is not None

    @property
    def is_done(self) -> bool:
        return self.answered is not None and self.answered >= self.asked


@dataclass(frozen=True)
class Collected:
    """One firm: whether it can sign in, whether a paper grant is there, what it owes at each level."""

    firm: Enterprise
    has_account: bool
    is_on_paper: bool
    levels: tuple[Owed, ...]

    @property
    def is_unasked(self) -> bool:
        """No line answers by ticks or bands yet."""
        return not self.levels


def firms(person: Person, *, anchors: Iterable[int]) -> list[Enterprise]:
    """Whom the person collects from: the anchors of the own chains, and whoever granted the own body."""
    granted = PurchaseGrant.objects.standing().filter(body_id=person.reach.body_id or 0).values("firm_id")
    meant = Q(pk__in=anchors) | Q(pk__in=granted)
    return list(Enterprise.objects.visible_to(person).filter(meant, merged_into__isnull=True).order_by("name"))


def collected(found: Sequence[Enterprise], *, person: Person, today: date) -> list[Collected]:
    """Every firm with what it owes. Nine questions, however many firms."""
    lines: dict[int, list[ProductLine]] = defaultdict(list)
    mine = ProductLine.objects.visible_to(person).filter(firm__in=[firm.pk for firm in found], is_active=True)
    for line in mine.select_related("firm", "product").order_by("name"):
        lines[line.firm_id].append(line)
    desk = _Desk.lay([line for some in lines.values() for line in some], person=person, today=today)
    accounts = _accounts(found, on=today)
    on_paper = _on_paper(person)
    return [
        Collected(
            firm=firm,
            has_account=firm.body_id in accounts,
            is_on_paper=firm.pk in on_paper,
            levels=tuple(desk.owed(level, lines[firm.pk]) for level in PAPER_LEVELS if _speak(lines[firm.pk], level)),
        )
        for firm in found
    ]


def _speak(lines: Iterable[ProductLine], level: Level) -> list[ProductLine]:
    return [line for line in lines if level.value in line.levels]


def _accounts(found: Sequence[Enterprise], *, on: date) -> set[int | None]:
    bodies = [firm.body_id for firm in found if firm.body_id is not None]
    return set(Appointment.objects.in_force(on).filter(body_id__in=bodies).values_list("body_id", flat=True))


def _on_paper(person: Person) -> set[int]:
    """Firms whose confirmed paper grant opens something to the own body."""
    held = PurchaseGrant.objects.standing().filter(body_id=person.reach.body_id or 0, scan__isnull=False)
    return set(held.values_list("firm_id", flat=True))


@dataclass
class _Desk:
    """Everything that the levels of many firms are counted from."""

    outlines: dict[int, asking.Outline]
    opened: dict[Level, set[int]]
    ticks: dict[int, list[PartAnswer]]
    bands: dict[int, list[CategoryAnswer]]
    year: int

    @classmethod
    def lay(cls, lines: Sequence[ProductLine], *, person: Person, today: date) -> _Desk:
        ids = [line.pk for line in lines]
        ticks: dict[int, list[PartAnswer]] = defaultdict(list)
        bands: dict[int, list[CategoryAnswer]] = defaultdict(list)
        for tick in PartAnswer.objects.visible_to(person).filter(line__in=ids):
            ticks[tick.line_id].append(tick)
        for band in CategoryAnswer.objects.visible_to(person).filter(line__in=ids):
            bands[band.line_id].append(band)
        each = [
            lines_opened(level, person=person)
            .filter(pk__in=ids)
            .order_by()
            .values_list(Value(level.value, CharField()), "pk")
            for level in PAPER_LEVELS
        ]
        opened: dict[Level, set[int]] = {level: set() for level in PAPER_LEVELS}
        for level, pk in each[0].union(*each[1:], all=True):
            opened[Level(level)].add(pk)
        return cls(asking.outlines(lines), opened, ticks, bands, asking.year_asked(today))

    def owed(self, level: Level, lines: Iterable[ProductLine]) -> Owed:
        speaking = tuple(_speak(lines, level))
        told = [self._asked(level, line) for line in speaking]
        is_open = all(line.pk in self.opened[level] for line in speaking)
        answers = self.ticks if level is Level.TICKS else self.bands
        by_proxy = sum(one.proxy_id is not None for line in speaking for one in answers[line.pk])
        return Owed(
            level=level,
            lines=speaking,
            asked=sum(one.asked or 0 for one in told),
            answered=sum(one.answered for one in told) if is_open else None,
            withheld=sum(one.withheld for one in told),
            by_proxy=by_proxy,
        )

    def _asked(self, level: Level, line: ProductLine) -> asking.Asked:
        outline = self.outlines[line.pk]
        if level is Level.TICKS:
            return asking.ticks_asked(line, outline, self.ticks[line.pk])
        return asking.bands_asked(line, asking.band_rows(outline, self.bands[line.pk], [], year=self.year))


def workbook(owed: Owed, *, person: Person, year: int, language: str) -> prefilled.Filled:
    """The workbook of one firm and level, filled in with what the person may read."""
    made = prefilled.write(owed.level, person=person, year=year, language=language, of=owed.lines)
    if made is None:
        raise LookupError(owed.level)
    return made


def file_name(owed: Owed, *, firm: str, year: int) -> str:
    """The same name whoever takes it away: firm, level, year."""
    return _UNFIT.sub("_", f"{firm}_{owed.level.label}_{year}.xlsx")


def package(found: Sequence[Collected], *, person: Person, year: int, language: str) -> bytes:
    """Every workbook that is still open, in a folder for each firm."""
    out, folders = io.BytesIO(), dict[str, int]()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:  # workbooks are packed already
        for one in found[:MOST_FIRMS]:
            folder = _UNFIT.sub("_", one.firm.name)
            folders[folder] = folders.get(folder, 0) + 1
            if folders[folder] > 1:
                folder = f"{folder}_{one.firm.code}"
            for owed in one.levels:
                if owed.is_done:
                    continue
                made = workbook(owed, person=person, year=year, language=language)
                archive.writestr(f"{folder}/{file_name(owed, firm=one.firm.name, year=year)}", made.content)
    return out.getvalue()
