"""招引成效: what became of a target list, and where on the map somebody is being recruited."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db.models import Count, Q

from lianzhang.accounts.models import Person
from lianzhang.chains.models import Chain, Segment, TargetList
from lianzhang.projects import stages
from lianzhang.projects.models import Project, Supply
from lianzhang.projects.stages import Stage


@dataclass(frozen=True, kw_only=True)
class Became:
    """Of the lines of a list: how many became leads within reach, how far they came, and which of its categories a
    project on the list now supplies from home, as its checker confirmed."""

    line_count: int
    lead_count: int
    signed_count: int
    produced_count: int
    ended_count: int
    categories: tuple[str, ...]  # of the list, in its order
    supplied: tuple[str, ...]  # those of them that are supplied now

    @property
    def is_begun(self) -> bool:
        """Whether any line became a lead."""
        return self.lead_count > 0


def became(listed: TargetList, *, person: Person) -> Became:
    """What a list has led to, counting the projects `person` sees; two queries."""
    found = Project.objects.visible_to(person).filter(target_line__target_list=listed)
    ended = Q(status__in=stages.ENDED)
    counts = found.aggregate(
        lead_count=Count("pk"),
        signed_count=Count("pk", filter=Q(stage__gte=Stage.SIGNED) & ~ended),
        produced_count=Count("pk", filter=Q(stage__gte=Stage.IN_PRODUCTION) & ~ended),
        ended_count=Count("pk", filter=ended),
    )
    confirmed = Supply.objects.filter(project__in=found.exclude(ended), is_confirmed=True)
    supplied = set(confirmed.values_list("part__category", flat=True))
    names = tuple(str(entry["name"]) for entry in listed.categories)
    return Became(
        line_count=listed.supplier_count,
        categories=names,
        supplied=tuple(name for name in names if name in supplied),
        **counts,
    )


def by_segment(chain: Chain, *, person: Person) -> dict[str, int]:
    """How many leads and projects within reach are on their way to each segment of a chain's map, by the segment's key;
    who produces is counted among the makers by the next snapshot."""
    coming = Project.objects.visible_to(person).filter(status__in=stages.OPEN, stage__lt=Stage.IN_PRODUCTION)
    found = coming.filter(chain=chain).exclude(segment_key="")
    return dict(found.order_by().values_list("segment_key").annotate(count=Count("pk")))


def segment_of(codes: Iterable[str], *, maps: Collection[int]) -> str:
    """The key of the segment that makes the first of the parts called `codes`; empty where the maps place none."""
    wanted = list(codes)
    rows = Segment.objects.filter(map__in=maps, parts__code__in=wanted).order_by("position", "key")
    keys = {code: key for code, key in reversed(list(rows.values_list("parts__code", "key"))) if code in set(wanted)}
    return next((keys[code] for code in wanted if code in keys), "")
