"""候选提名: proposing a firm to recruit, saying which registered firm it is, correcting and withdrawing."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from chainlab import names
from lianzhang.accounts.actions import Refused
from lianzhang.accounts.models import Person
from lianzhang.accounts.rules import Act, Thing
from lianzhang.chains.models import CandidateProposal, Chain
from lianzhang.intake.protocol import Proposal
from lianzhang.records import codes
from lianzhang.registry.models import Enterprise
from lianzhang.registry.names import ASKING, Resolver
from lianzhang.trail import actions as trail

FACTS = (
    "categories",
    "part_codes",
    "kind",
    "willingness",
    "certification",
    "certification_months",
    "certified_at",
    "capacity_wan",
    "cost_wan",
    "origin",
    "origin_name",
    "origin_on",
    "note",
)
NEW = "new"


class Doubtful(Refused):
    """A registered firm bears a name like this one: somebody says whether it is the same."""

    def __init__(self, name: str, alike: list[Proposal]) -> None:
        super().__init__(_("“%(name)s”与在册企业名称相近，请认定是否为同一家。") % {"name": name})
        self.alike = alike


def propose(
    *, chain: Chain, name: str, facts: Mapping[str, Any], today: date, now: datetime, by: Person, meant: str = ""
) -> CandidateProposal:
    """Propose a firm by its name or code. `meant` settles a name that is like a registered one: its id, or `NEW`.

    Raises Doubtful for a name that may mean a registered firm, Refused for one that is here already.
    """
    if not Chain.objects.within(by, act=Act.WRITE, thing=Thing.TARGET).filter(pk=chain.pk).exists():
        raise Refused(_("只有编制本链目标清单的单位可以提名候选企业。"))
    name = name.strip()
    if not names.normalise(name):
        raise Refused(_("请填写企业名称。"))
    firm = _meant(name, meant=meant, by=by)
    _expect_recruitable(chain, firm)
    said = {field: facts[field] for field in FACTS if field in facts}
    _expect_consistent(said, today=today)
    with transaction.atomic():
        proposal = CandidateProposal(
            code=codes.next_code("HX", year=now.year),
            chain=chain,
            enterprise=firm,
            name=name if firm is None else firm.name,
            entered_by=by,
            entered_at=now,
            is_illustrative=chain.is_illustrative or bool(firm and firm.is_illustrative),
            **said,
        )
        return trail.create(proposal, verb="candidate_proposal.made", by=by)


def correct(
    *, proposal: CandidateProposal, facts: Mapping[str, Any], version: int, today: date, by: Person
) -> CandidateProposal:
    """Say otherwise what is known of the firm."""
    _expect_standing(proposal)
    said = {field: facts[field] for field in FACTS if field in facts}
    _expect_consistent(said, today=today)
    with transaction.atomic():
        return trail.change(proposal, verb="candidate_proposal.corrected", changes=said, version=version, by=by)


def identify(*, proposal: CandidateProposal, enterprise: Enterprise, version: int, by: Person) -> CandidateProposal:
    """Say which registered firm a proposed name means."""
    _expect_standing(proposal)
    _expect_recruitable(proposal.chain, enterprise)
    changes = {"enterprise": enterprise, "is_illustrative": proposal.is_illustrative or enterprise.is_illustrative}
    with transaction.atomic():
        return trail.change(proposal, verb="candidate_proposal.identified", changes=changes, version=version, by=by)


def withdraw(*, proposal: CandidateProposal, reason: str, version: int, now: datetime, by: Person) -> CandidateProposal:
    """Take a proposal back, with the reason; it stays as what was proposed once."""
    _expect_standing(proposal)
    if not reason.strip():
        raise Refused(_("请写明撤回的理由。"))
    changes = {"withdrawn_by": by, "withdrawn_at": now, "withdrawn_reason": reason.strip()}
    with transaction.atomic():
        return trail.change(proposal, verb="candidate_proposal.withdrawn", changes=changes, version=version, by=by)


def _meant(name: str, *, meant: str, by: Person) -> Enterprise | None:
    """The registered firm a name means; None for one that is not registered."""
    seen = Enterprise.objects.visible_to(by)
    if by_code := seen.filter(code=name).first():
        return by_code
    resolver = Resolver()
    if (sure := resolver.certain(name)) is not None:
        return seen.get_or_404(pk=sure)
    alike = [one for one in resolver.near(name) if one.score >= ASKING]
    if alike and meant in {one.subject_id for one in alike}:
        return seen.get_or_404(pk=int(meant))
    if alike and meant != NEW:
        raise Doubtful(name, alike)
    return None


def _expect_recruitable(chain: Chain, firm: Enterprise | None) -> None:
    if firm is None:
        return
    home = tuple(str(prefix) for prefix in chain.scheme.home_regions)
    if home and firm.region_code.startswith(home):
        raise Refused(_("%(names)s已在本市，不是招引对象，不能列入。") % {"names": firm.name})
    if chain.anchors.standing().filter(enterprise=firm).exists():
        raise Refused(_("%(name)s 是本链链主，不能作为候选配套商。") % {"name": firm.name})


def _expect_standing(proposal: CandidateProposal) -> None:
    if proposal.withdrawn_at is not None:
        raise Refused(_("提名已撤回，不能再改。"))


def _expect_consistent(said: Mapping[str, Any], *, today: date) -> None:
    Certification, Origin = CandidateProposal.Certification, CandidateProposal.Origin  # noqa: N806 - two nouns
    if said.get("certification") == Certification.CERTIFIED and said.get("certification_months"):
        raise Refused(_("认证已通过，不再需要月数。"))
    if said.get("certified_at") and said.get("certification") not in (None, "", Certification.CERTIFIED):
        raise Refused(_("选了已通过认证的链主，认证状态应为“已通过”。"))
    if said.get("origin_on") and said["origin_on"] > today:
        raise Refused(_("来源日期在今天之后。"))
    if said.get("origin") == Origin.IMPORT and not (said.get("origin_name") and said.get("origin_on")):
        raise Refused(_("外部导入的候选须写明来源名称和日期。"))
