"""候选企业: who could be recruited for a chain, with every piece of evidence; several proposals of one firm are one."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from lianzhang.accounts.models import Person
from lianzhang.chains.models import CandidateProposal, Chain, PartCoverage, Snapshot, TargetLine
from lianzhang.records.scope import ScopedQuerySet
from lianzhang.registry.models import Alias, Capability, Enterprise, Purchase

# Asked of the newest proposal first: what it leaves open, an older one may say.
TOLD = (
    "kind",
    "willingness",
    "certification",
    "certification_months",
    "certified_at",
    "capacity_wan",
    "cost_wan",
)


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What the standing proposals say of one firm; empty or None = nobody said."""

    kind: str = ""
    willingness: str = ""
    certification: str = ""
    certification_months: int | None = None
    certified_at: tuple[str, ...] = ()
    capacity_wan: Decimal | None = None
    cost_wan: Decimal | None = None
    part_codes: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    origins: tuple[tuple[str, str, date | None], ...] = ()  # origin, its name, its date

    @property
    def is_unwilling(self) -> bool:
        return self.willingness == CandidateProposal.Willingness.UNWILLING

    @property
    def is_relocation(self) -> bool:
        """Recruiting it as a whole moves a plant from another place: the fair-competition warning goes with it."""
        return self.kind == CandidateProposal.Kind.RELOCATION

    def stored(self) -> dict[str, Any]:
        """As the JSON of a list's line; who certified it is the anchors' own and stays out."""
        return {
            "kind": self.kind,
            "willingness": self.willingness,
            "certification": self.certification,
            "certification_months": self.certification_months,
            "capacity_wan": _number(self.capacity_wan),
            "cost_wan": _number(self.cost_wan),
            "origins": [[origin, name, day.isoformat() if day else ""] for origin, name, day in self.origins],
        }


def standing(person: Person) -> ScopedQuerySet[CandidateProposal]:
    """Proposals within reach that nobody withdrew, newest first."""
    found = CandidateProposal.objects.visible_to(person).filter(withdrawn_at=None)
    return found.select_related("enterprise", "entered_by", "chain").order_by("-entered_at", "-pk")


def facts(chain: Chain) -> dict[int, Facts]:
    """enterprise id → what its standing proposals on `chain` say together."""
    found = CandidateProposal.objects.filter(chain=chain, withdrawn_at=None, enterprise__isnull=False)
    grouped: dict[int, list[CandidateProposal]] = {}
    for proposal in found.select_related("entered_by").order_by("-entered_at", "-pk"):
        if proposal.enterprise_id is not None:
            grouped.setdefault(proposal.enterprise_id, []).append(proposal)
    return {pk: together(proposals) for pk, proposals in grouped.items()}


def together(proposals: Iterable[CandidateProposal]) -> Facts:
    """What proposals of one firm, newest first, say of it: of each fact the newest word, of parts all."""
    found = list(proposals)
    said = {name: next((v for p in found if (v := getattr(p, name)) not in ("", None, [])), None) for name in TOLD}
    given: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in said.items()}
    return Facts(
        **{name: value for name, value in given.items() if value is not None},
        part_codes=tuple(sorted({code for p in found for code in p.part_codes})),
        categories=tuple(sorted({name for p in found for name in p.categories})),
        origins=tuple((p.origin, p.origin_name or p.entered_by.name, p.origin_on) for p in found),
    )


def _number(value: Decimal | None) -> float | None:
    return None if value is None else float(value)


def unidentified(chain: Chain, *, person: Person) -> ScopedQuerySet[CandidateProposal]:
    """Standing proposals of names that nobody has matched with a registered firm."""
    return standing(person).filter(chain=chain, enterprise=None)


def firms(chain: Chain, *, person: Person) -> "QuerySet[Enterprise]":
    """候选企业 of a chain: firms elsewhere that supply its anchors (by right), can make their parts, or are proposed.

    Annotated: supplied_count (anchors that buy from it, as far as the person may read), able_count (parts it can make
    that the newest snapshot knows), proposed_count, is_relocation, told_willingness, told_certification.
    """
    here = Q()
    for prefix in chain.scheme.home_regions:
        here |= Q(region_code__startswith=str(prefix))
    anchors = chain.anchors.standing().values("enterprise_id")
    bought = Purchase.objects.visible_to(person).filter(buyer__in=anchors, make=Purchase.Make.BOUGHT)
    able = Capability.objects.filter(enterprise=OuterRef("pk"), part__in=_wanted(chain, person=person))
    said = CandidateProposal.objects.filter(chain=chain, withdrawn_at=None, enterprise=OuterRef("pk"))
    known = said.order_by("-entered_at", "-pk")
    buyers = bought.filter(supplier=OuterRef("pk")).order_by().values("supplier")
    found = Enterprise.objects.visible_to(person).exclude(pk__in=anchors)
    if chain.scheme.home_regions:
        found = found.exclude(here)
    suppliers = bought.filter(supplier__isnull=False).order_by().values("supplier")
    return found.filter(Q(pk__in=suppliers) | Exists(able) | Exists(said)).annotate(
        supplied_count=Coalesce(Subquery(buyers.annotate(n=Count("buyer", distinct=True)).values("n")), 0),
        able_count=Coalesce(Subquery(able.order_by().values("enterprise").annotate(n=Count("pk")).values("n")), 0),
        proposed_count=Coalesce(Subquery(said.order_by().values("enterprise").annotate(n=Count("pk")).values("n")), 0),
        told_kind=Subquery(known.exclude(kind="").values("kind")[:1]),
        told_willingness=Subquery(known.exclude(willingness="").values("willingness")[:1]),
        told_certification=Subquery(known.exclude(certification="").values("certification")[:1]),
    )


@dataclass(frozen=True, kw_only=True)
class Supply:
    """One part a firm supplies to one anchor, as the anchor said it: an amount, a band or neither."""

    part: str
    buyer: str
    year: int
    amount_wan: Decimal | None
    low_wan: Decimal | None
    high_wan: Decimal | None


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """Everything that speaks for or about one candidate, as far as its reader may see it."""

    facts: Facts
    supplies: list[Supply]
    capabilities: list[Capability]
    proposals: list[CandidateProposal]
    aliases: list[str]
    lines: "QuerySet[TargetLine]"


def evidence(firm: Enterprise, chain: Chain, *, person: Person) -> Evidence:
    """What speaks for or about one candidate: its supplies (by right), capabilities, proposals, names and lists."""
    anchors = chain.anchors.standing().values("enterprise_id")
    bought = Purchase.objects.visible_to(person).filter(supplier=firm, buyer__in=anchors, make=Purchase.Make.BOUGHT)
    columns = ("part__name", "buyer__name", "year", "amount_wan", "amount_low_wan", "amount_high_wan")
    said = CandidateProposal.objects.visible_to(person).filter(chain=chain, enterprise=firm)
    proposals = list(said.select_related("entered_by", "withdrawn_by").order_by("-entered_at", "-pk"))
    lines = TargetLine.objects.visible_to(person).filter(supplier=firm, target_list__chain=chain)
    return Evidence(
        facts=together(proposal for proposal in proposals if proposal.withdrawn_at is None),
        supplies=[
            Supply(part=p, buyer=b, year=y, amount_wan=a, low_wan=low, high_wan=high)
            for p, b, y, a, low, high in bought.order_by("-year", "part__code", "buyer").values_list(*columns)[:MOST]
        ],
        capabilities=list(
            Capability.objects.visible_to(person).filter(enterprise=firm).select_related("part", "source")[:MOST]
        ),
        proposals=proposals,
        aliases=list(Alias.objects.visible_to(person).filter(enterprise=firm).values_list("name", flat=True)),
        lines=lines.select_related("target_list").order_by("-target_list__created_at"),
    )


MOST = 200


def _wanted(chain: Chain, *, person: Person) -> Any:
    """The parts the chain's anchors buy, by the newest snapshot."""
    snapshots = Snapshot.objects.visible_to(person).filter(is_pooled=False, chain=chain).order_by("-taken_at")
    return PartCoverage.objects.order_by().filter(snapshot__in=snapshots.values("pk")[:1]).values("part")
