"""招商线索 as a ledger: a row names an investor, and is asked about where it looks like a project that is there."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from chainlab import names
from chainlab.sheets.reading import Blank
from lianzhang.accounts.rules import Thing
from lianzhang.chains.sheets import naming
from lianzhang.intake import lookups, packing, recording
from lianzhang.intake.columns import EXTRA, Column, Desk, Kept, Refusal, Shown
from lianzhang.intake.declared import DeclaredLedger
from lianzhang.intake.models import Batch, LedgerExtra
from lianzhang.intake.protocol import Incoming
from lianzhang.projects.actions import needs, reporting
from lianzhang.projects.leads import wants
from lianzhang.projects.models import Claim, Project
from lianzhang.projects.sheets import EnterpriseColumn, ProjectSheet, StageColumn

WANTED = (EXTRA + "carrier_need", EXTRA + "land_area_mu")


class LeadSheet(ProjectSheet):
    """招商线索: named by the project, else by the company."""

    name_field = "project_name"
    firm_field = "company"
    firm_code_field = "uscc"
    another = _lazy("另一个项目，登记为线索")
    is_asked_within_chain = False

    def name_it(self, taken: dict[str, Any], *, row: Incoming) -> None:
        company = row.values.get("company")
        if not taken.get("name") and company and not isinstance(company, Blank):
            taken["name"] = _("%(company)s项目") % {"company": company}
        code = row.values.get("uscc")
        is_company = names.normalise(str(taken.get("investor_name") or company or "")) == names.normalise(str(company))
        if company and not isinstance(company, Blank):
            taken.setdefault("investor_name", str(company))
            if code and not isinstance(code, Blank) and is_company:
                taken["investor_code"] = str(code)

    def _refuse_known_investor(self, keys: Sequence[str], *, desk: Desk) -> None:
        """首报首谈: whose investor somebody else reported first, with a project that one does not see, is told so; what
        one sees is asked about instead."""
        claims: dict[str, Claim] = desk.once("claims", _claims)
        claim = next((claims[key] for key in keys if key in claims), None)
        if claim is not None and claim.project_id not in self.seen(desk):
            by = claim.body.name_zh if claim.body else "—"
            raise Refusal(
                f"该投资方已由{by}首报，编号 {claim.project.code}。请先与首报单位对接。",
                f"Reported first by {by}: {claim.project.code}. Speak to them first.",
                field="investor",
                code="first_report",
            )

    def settle(self, record: Any, values: Mapping[str, Any], *, desk: Desk, writing: recording.Writing) -> None:
        if any(name in values for name in WANTED):
            before = desk.drawer.get("extras", {}).get((record._meta.label_lower, str(record.pk)))
            if before is None:
                before = _kept(self.ledger, record)
            said = {name.removeprefix(EXTRA): values[name] for name in WANTED if name in values}
            desk.once("wanted", list).append((record, _wanted(before), _wanted({**before, **said})))
        super().settle(record, values, desk=desk, writing=writing)

    def finish(self, *, desk: Desk, writing: recording.Writing) -> None:
        needs.follow_sheet(desk.once("wanted", list), writing=writing)

    def create(self, taken: dict[str, Any], *, desk: Desk, batch: Batch) -> Any | None:
        project = super().create(taken, desk=desk, batch=batch)
        reporting.reclaim(project, now=batch.uploaded_at, by=desk.by)  # type: ignore[arg-type]
        return project


def _claims() -> dict[str, Claim]:
    """Who first reported which investor, by key."""
    return {claim.key: claim for claim in Claim.objects.select_related("project", "body")}


def _kept(ledger: str, record: Any) -> dict[str, Any]:
    """What a ledger keeps beside a project."""
    found = LedgerExtra.objects.filter(
        ledger=ledger, subject_type=record._meta.label_lower, subject_id=str(record.pk)
    ).first()
    return found.values if found else {}


def wanted_of(project: Any) -> dict[str, Any] | None:
    """What the ledger of leads once said a project needs of a site, read into the fields of a need; None: nothing."""
    found = _wanted(_kept("leads", project))
    return None if wants.is_blank(found) else found


def _wanted(kept: Mapping[str, Any]) -> dict[str, Any]:
    """载体需求 and 地块面积 of a row, read into the fields of a need."""
    land = packing.unpack(kept.get("land_area_mu"))
    return wants.read(str(packing.unpack(kept.get("carrier_need")) or ""), land_mu=land or None)


_LEAD_EXTRAS = (
    *("is_foreign", "registered_capital_wan", "tax_estimate_wan", "source", "recommender", "provider_body", "owner"),
    *("city_instruction", "bureau_instruction", "entered_on", "followed_on", "contact_form", "contact_note"),
    *("review_team", "review_note", "review_opinion", "importance", "signed_on", "signing_event", "registered_on"),
    *("is_shared", "request", "advantage", "position", "revenue_wan", "carrier_need", "land_area_mu"),
    *("financing_need", "scenario_need", "policy_need", "end_reason", "end_note", "return_reason"),
    *("transfer_note", "remark"),
)


class LeadLedger(DeclaredLedger):
    """招商线索."""

    question_note = _lazy("同一个项目的选已有项目；不是同一个的登记为线索，首报权不变。")


LEADS = LeadLedger(
    key="leads",
    thing=Thing.PROJECT,
    context=(naming.choice_for(Thing.PROJECT),),
    sheets=(
        LeadSheet(
            key="leads",
            model=Project,
            noun="lead",
            natural=("chain_id", "name"),
            gated=frozenset({"stage"}),
            owned=("entries", "claims", "site_need"),
            columns=(
                Shown("code", "code", shown=lambda record: record.code),
                EnterpriseColumn("company", "enterprise_id"),
                Kept("uscc"),
                Column("project_name", "name"),
                Column("investor", "investor_name"),
                Column("investor_origin", "investor_place"),
                naming.column(),
                Column("segment", "segment_key"),
                Column("total_wan", "total_wan"),
                Column("intended_wan", "intended_wan"),
                Column("agreed_wan", "agreed_wan"),
                Column("paid_in_wan", "arrived_wan"),
                Column("place", "site"),
                lookups.District("region_code", "district_id"),
                lookups.body("lead_body", "owner_id"),
                StageColumn("stage", "stage"),
                Column("started_on", "started_on"),
                *(Kept(field) for field in _LEAD_EXTRAS),
            ),
        ),
    ),
)
