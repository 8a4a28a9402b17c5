"""Answers of a firm from its own page: ticks, bands, names. Each row that changes leaves its event."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from chainlab import names
from lianzhang.accounts.actions import Refused
from lianzhang.accounts.models import Person
from lianzhang.records.models import Stale
from lianzhang.registry.bands import Limits
from lianzhang.registry.models import CategoryAnswer, Level, PartAnswer, ProductLine, SupplierMention, TreeVersion
from lianzhang.registry.names import Resolver
from lianzhang.trail import actions as trail


@dataclass(frozen=True)
class Tick:
    """目录级: one part. `version` is that of the answer the person saw, None where there was none; `is_untouched` if
    the row says what was shown."""

    part_id: int
    make: str = ""
    is_supplier_local: bool | None = None
    is_welcome: bool | None = None
    is_withheld: bool = False
    version: int | None = None
    is_untouched: bool = False

    @property
    def is_empty(self) -> bool:
        return not (self.make or self.is_withheld) and self.is_supplier_local is None and self.is_welcome is None


@dataclass(frozen=True)
class Bands:
    """分档级: one category and plant."""

    category: str
    plant: str = ""
    make: str = ""
    amount: Limits | None = None
    is_withheld: bool = False
    suppliers: Limits | None = None
    source_region: str = ""
    is_abroad: bool | None = None
    certification: Limits | None = None
    version: int | None = None
    is_untouched: bool = False

    @property
    def is_empty(self) -> bool:
        said = (self.make, self.amount, self.suppliers, self.source_region, self.certification)
        return not (any(said) or self.is_withheld) and self.is_abroad is None


def answer_ticks(
    line: ProductLine, *, ticks: Sequence[Tick], tree_version: TreeVersion | None, today: date, by: Person
) -> int:
    """Keep what was ticked; how many answers are new or changed. An emptied answer is taken back.

    Raises Stale where somebody else answered a part since the person looked, and the person says something new of it.
    """
    _expect(line, Level.TICKS, by)
    signed = {"tree_version": tree_version, "answered_on": today, "answered_by": by, "proxy": None}
    count = 0
    with transaction.atomic():
        trail.hold()
        held = {one.part_id: one for one in PartAnswer.objects.select_for_update().filter(line=line)}
        for tick in ticks:
            said = {
                "make": "" if tick.is_withheld else tick.make,
                "is_supplier_local": tick.is_supplier_local,
                "is_welcome": tick.is_welcome,
                "is_withheld": tick.is_withheld,
            }
            new = PartAnswer(line=line, part_id=tick.part_id, **said, **signed, is_illustrative=line.is_illustrative)
            count += _keep(held.get(tick.part_id), new, said, signed, tick, noun="part_answer", by=by)
    return count


def answer_bands(line: ProductLine, *, year: int, rows: Sequence[Bands], today: date, by: Person) -> int:
    """Keep bands of one year; how many answers are new or changed. An emptied answer is taken back. Raises Stale as
    `answer_ticks` does."""
    _expect(line, Level.BANDS, by)
    _expect_once(rows)
    signed = {"answered_on": today, "answered_by": by, "proxy": None}
    count = 0
    with transaction.atomic():
        trail.hold()
        of_year = CategoryAnswer.objects.select_for_update().filter(line=line, year=year)
        held = {(one.category, one.plant): one for one in of_year}
        for row in rows:
            said = _bands(row)
            place = {"category": row.category, "plant": row.plant, "year": year}
            new = CategoryAnswer(line=line, **place, **said, **signed, is_illustrative=line.is_illustrative)
            count += _keep(held.get((row.category, row.plant)), new, said, signed, row, noun="category_answer", by=by)
    return count


def _bands(row: Bands) -> dict[str, Any]:
    amount_low, amount_high = _ends(None if row.is_withheld else row.amount)
    supplier_low, supplier_high = _ends(row.suppliers)
    months_low, months_high = _ends(row.certification)
    return {
        "make": row.make,
        "amount_low_wan": amount_low,
        "amount_high_wan": amount_high,
        "is_withheld": row.is_withheld,
        "supplier_low": supplier_low,
        "supplier_high": supplier_high,
        "source_region": row.source_region,
        "is_abroad": row.is_abroad,
        "certification_low_months": months_low,
        "certification_high_months": months_high,
    }


def _ends(band: Limits | None) -> tuple[Decimal | None, Decimal | None]:
    return (band.low, band.high) if band is not None else (None, None)


def _expect_once(rows: Sequence[Bands]) -> None:
    seen: set[tuple[str, str]] = set()
    for row in rows:
        if (row.category, row.plant) in seen:
            raise Refused(
                _("“%(category)s %(plant)s”填了两行，请只留一行。") % {"category": row.category, "plant": row.plant}
            )
        seen.add((row.category, row.plant))


def _keep(held: Any, new: Any, said: dict[str, Any], signed: dict[str, Any], row: Any, *, noun: str, by: Person) -> int:
    """Write one answer where it differs from the one held. A row that nobody touched says nothing: another contact's
    answer of meanwhile stays."""
    if held is None:
        if row.is_empty or (row.is_untouched and row.version is not None):
            return 0
        trail.create(new, verb=f"{noun}.entered", by=by)
        return 1
    if row.is_untouched or (not row.is_empty and all(getattr(held, name) == value for name, value in said.items())):
        return 0
    if row.version != held.version:
        raise Stale(held, said)
    if row.is_empty:
        trail.remove(held, verb=f"{noun}.withdrawn", by=by)
        return 1
    trail.change(held, verb=f"{noun}.entered", changes={**said, **signed}, version=row.version, by=by)
    return 1


def name_suppliers(line: ProductLine, *, named: Sequence[tuple[str, str]], today: date, by: Person) -> int:
    """Add supplier names, each with a category or without; how many were not there yet. Never an amount."""
    _expect(line, Level.NAMES, by)
    resolver = Resolver()
    held = set(SupplierMention.objects.filter(line=line).values_list("category", "name_key"))
    count = 0
    with transaction.atomic():
        for name, category in named:
            supplier = resolver.certain(name)
            if supplier == line.firm_id:
                raise Refused(_("“%(name)s”就是本企业，自制的不用填。") % {"name": name})
            key = names.normalise(resolver.name_of[supplier] if supplier else name)
            if not key or (category, key) in held:
                continue
            held.add((category, key))
            mention = SupplierMention(
                line=line, supplier_id=supplier, supplier_name=name[:200], name_key=key[:200], category=category[:80],
                answered_on=today, answered_by=by, is_illustrative=line.is_illustrative,
            )  # fmt: skip
            trail.create(mention, verb="mention.entered", by=by)
            count += 1
    return count


def withdraw_mention(mention: SupplierMention, *, by: Person) -> None:
    """Take a name back; a release that rested on it is asked again at once."""
    _expect(mention.line, Level.NAMES, by)
    with transaction.atomic():
        trail.remove(mention, verb="mention.withdrawn", by=by)


def _expect(line: ProductLine, level: Level, by: Person) -> None:
    if not ProductLine.objects.editable_by(by).filter(pk=line.pk).exists():
        raise Refused(_("答复由企业自己的联络人填写。"))
    if level.value not in line.levels or not line.is_active:
        raise Refused(
            _("产品线“%(line)s”没有选%(level)s，请先在“产品线与披露层级”中选定。")
            % {"line": line.name, "level": level.label}
        )
