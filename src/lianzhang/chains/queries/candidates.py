"""候选企业: who could be recruited for a chain, with every piece of evidence; several proposals of one firm are one."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from lianzhang.accounts.models import Person
from lianzhang.chains.models import CandidateProposal, Chain
from lianzhang.records.scope import ScopedQuerySet

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
