"""The history of 本地配套率: each snapshot's share in its three variants, as far as a reader may be told it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import models
from django.db.models import F, FloatField, IntegerField, Sum
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, Coalesce
from django.utils.translation import gettext_lazy as _

from lianzhang.accounts.models import Person
from lianzhang.chains.models import Chain, PartCoverage, Snapshot
from lianzhang.chains.queries import disclosure, releases


class By(models.TextChoices):
    """口径: by what the share is counted; figures of different variants are never compared."""

    AMOUNT = "amount", _("按金额")
    PARTS = "part", _("按零部件种类")
    SUPPLIERS = "supplier", _("按供应商家数")


@dataclass(frozen=True, kw_only=True)
class Point:
    """One snapshot. `shares` holds what the reader may be told: a variant that is not in it is not told, one that is
    None is not known."""

    snapshot: str
    taken_on: date
    taken_at: datetime
    buyer_count: int
    map_number: int | None
    shares: Mapping[str, float | None]
    is_own: bool  # whether these are the snapshot's own figures, and not what went out of it
    is_illustrative: bool


def snapshots(chain: Chain, *, person: Person, most: int = 60) -> list[Snapshot]:
    """The newest snapshots of a chain, newest first, each with `by_amount`, `by_part` and `by_supplier` of the city;
    without the 50 KB of their summaries."""
    found = Snapshot.objects.visible_to(person).filter(chain=chain, is_pooled=False)
    city = {f"by_{by.value}": Cast(KT(f"summary__tiers__0__{by.value}_ratio"), FloatField()) for by in By}
    annotated = found.annotate(buyers=Cast(KT("summary__buyer_count"), IntegerField()), **city)
    return list(annotated.select_related("map_version").defer("summary").order_by("-taken_at")[:most])


def history(found: Sequence[Snapshot], *, person: Person) -> list[Point]:
    """`found`, newest first, as points: rows are asked of the newest and hold for those it includes; two queries."""
    shown = disclosure.of(found[0] if found else None, person=person)
    own = {one.pk for one in found if shown.reads(one)}
    told = releases.past([one for one in found if one.pk not in own], person=person) if len(own) < len(found) else {}
    return [_point(one, told, is_own=one.pk in own) for one in found]


def reachable(points: Iterable[Point | None]) -> dict[str, float]:
    """可就地供应率 of the snapshots whose own figures the reader may be told: what could be had at home ÷ what is
    bought with a known place, over all parts. It moves when a new works is checked; the share moves when buyers buy."""
    own = {point.snapshot for point in points if point is not None and point.is_own}
    if not own:
        return {}
    rows = PartCoverage.objects.filter(snapshot__in=own, reachable_wan__isnull=False).order_by().values("snapshot")
    known = Sum(F("amount_wan") - Coalesce(F("unknown_amount_wan"), 0.0))
    sums = rows.annotate(could=Sum("reachable_wan"), known=known).values_list("snapshot", "could", "known")
    return {snapshot: could / bought for snapshot, could, bought in sums if bought}


def _point(one: Snapshot, told: Mapping[str, float | None], *, is_own: bool) -> Point:
    shares = {by.value: getattr(one, f"by_{by.value}") for by in By} if is_own else {}
    if not is_own and told.get(one.pk) is not None:
        shares = {By.AMOUNT.value: told[one.pk]}
    return Point(
        snapshot=one.pk,
        taken_on=one.taken_on,
        taken_at=one.taken_at,
        buyer_count=one.buyers or 0,  # type: ignore[attr-defined]
        map_number=one.map_version.number if one.map_version else None,
        shares=shares,
        is_own=is_own,
        is_illustrative=one.is_illustrative,
    )
