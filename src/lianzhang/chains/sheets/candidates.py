"""候选企业台账: recommendations by product and lists from outside; each row is a proposal with its source and date.

A firm is known by its credit code or name; a name like a registered one is asked about; one that is not registered
waits under its name. The same firm from the same source is the same proposal, as long as nobody withdrew it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from chainlab import names
from chainlab.sheets.reading import Blank
from lianzhang.accounts.rules import Thing
from lianzhang.chains.models import Anchor, CandidateProposal, Chain
from lianzhang.chains.sheets import naming
from lianzhang.intake.columns import Coded, Column, Desk, Kept, Key, Refusal
from lianzhang.intake.declared import DeclaredLedger, Sheet
from lianzhang.registry.models import Enterprise, Part
from lianzhang.registry.names import resolver

if TYPE_CHECKING:
    from lianzhang.intake.models import Batch
    from lianzhang.intake.protocol import Incoming

SEPARATORS = re.compile(r"[;；、,，\n]")
Certification, Origin = CandidateProposal.Certification, CandidateProposal.Origin


@dataclass(frozen=True, slots=True)
class Several(Column):
    """Several names in one cell, kept as a list of what each stands for in the catalogue of parts."""

    what_zh: str = ""
    what_en: str = ""

    def take(self, value: Any, *, row: Incoming, desk: Desk) -> dict[str, Any]:  # noqa: ARG002
        if isinstance(value, Blank):
            return {self.attr: []}
        said = [one.strip() for one in SEPARATORS.split(str(value)) if one.strip()]
        known = _catalogue(desk)[self.attr]
        if unknown := [one for one in said if one not in known]:
            raise Refusal(
                f"零部件目录中没有这些{self.what_zh}：{'、'.join(unknown)}。",
                f"The catalogue of parts has no such {self.what_en}: {', '.join(unknown)}.",
                field=self.field,
                code="unknown_reference",
            )
        return {self.attr: sorted({known[one] for one in said})}

    def give(self, record: Any, *, desk: Desk) -> Any:
        return self.said(getattr(record, self.attr), desk=desk)

    def said(self, stored: Any, *, desk: Desk) -> Any:
        shown = _catalogue(desk)[f"{self.attr} shown"]
        return "；".join(shown.get(one, one) for one in stored or ()) or None


@dataclass(frozen=True, slots=True)
class OfFirm(Kept):
    """What identifies the firm: the register's own where it is registered, else kept as the row said it."""

    registered: str = ""

    def give(self, record: Any, *, desk: Desk) -> Any:
        if record.enterprise is not None:
            return getattr(record.enterprise, self.registered) or None
        return super(OfFirm, self).give(record, desk=desk)


@dataclass(frozen=True, slots=True)
class Company(Column):
    """The firm by its name in the register, where somebody said which it is."""

    def give(self, record: Any, *, desk: Desk) -> Any:  # noqa: ARG002
        return record.name if record.enterprise is None else record.enterprise.name


def _catalogue(desk: Desk) -> dict[str, dict[str, str]]:
    def read() -> dict[str, dict[str, str]]:
        rows = list(Part.objects.order_by("pk").values_list("code", "name", "category"))
        codes = {code: code for code, _, _ in rows}
        categories = {category: category for _, _, category in rows if category}
        return {
            "part_codes": {name: code for code, name, _ in reversed(rows)} | codes,
            "part_codes shown": {code: name for code, name, _ in rows},
            "categories": categories,
            "categories shown": categories,
        }

    found: dict[str, dict[str, str]] = desk.once("catalogue", read)
    return found


def _choice(field: str, values: Iterable[str]) -> Coded:
    return Coded(field, field, {value: value for value in values if value})


COLUMNS = (
    Key("code", "code"),
    naming.column(),
    Company("company", "name"),
    OfFirm("uscc", registered="credit_code"),
    OfFirm("region_code", registered="region_code"),
    Several("parts", "part_codes", "零部件", "parts"),
    Several("categories", "categories", "类别", "categories"),
    _choice("kind", CandidateProposal.Kind.values),
    Column("capacity_wan", "capacity_wan"),
    _choice("certification", Certification.values),
    Column("certification_months", "certification_months"),
    _choice("willingness", CandidateProposal.Willingness.values),
    Column("cost_wan", "cost_wan"),
    _choice("origin", Origin.values),
    Column("origin_name", "origin_name"),
    Column("origin_on", "origin_on"),
    Column("note", "note"),
)


class CandidateSheet(Sheet):
    """候选企业: found by code, else the standing proposal of the same firm from the same source."""

    def fill(self, taken: dict[str, Any], *, row: Incoming, desk: Desk) -> None:
        if not row.values.get("code"):
            naming.from_context(taken, desk=desk)
            taken.setdefault("origin", Origin.IMPORT)
        firm = resolver(desk).resolve(
            str(taken["name"]), credit_code=row.values.get("uscc"), decision=row.decision, field="company"
        )
        if firm is not None:
            # The register's own name stands; what the row called it stays in the row.
            taken["name"] = resolver(desk).name_of[firm]
        taken["enterprise_id"] = firm
        for name in ("kind", "certification", "willingness", "origin_name", "note"):
            if name in taken and taken[name] is None:
                taken[name] = ""

    def find(self, taken: dict[str, Any], *, row: Incoming, desk: Desk) -> Any | None:
        found = super().find(taken, row=row, desk=desk)
        if found is None:
            found = _standing(desk).get(_key(taken))
        if found is not None and found.withdrawn_at is not None:
            raise Refusal("提名已撤回，不能再改。", "The proposal was withdrawn and stays as it is.", field="code")
        if found is not None and found.enterprise_id == taken["enterprise_id"]:
            taken.pop("name")  # as it was proposed
        said = {**(vars(found) if found is not None else {}), **taken}
        _expect_recruitable(said, desk=desk)
        _expect_consistent(said)
        return found

    def may_create(self, taken: Mapping[str, Any], *, desk: Desk) -> bool:
        return naming.may_write(taken, thing=Thing.TARGET, desk=desk)

    def label(self, taken: Mapping[str, Any], *, record: Any | None, row: Incoming) -> str:
        return str(taken.get("name") or row.raw.get("company") or record or "")

    def natural_key(self, values: Mapping[str, Any]) -> tuple[Any, ...]:
        return _key(values)

    def build(self, taken: dict[str, Any], *, desk: Desk, batch: Batch) -> Any:
        record = super().build(taken, desk=desk, batch=batch)
        record.entered_by, record.entered_at = desk.by, batch.uploaded_at
        is_invented = Enterprise.objects.filter(pk=record.enterprise_id, is_illustrative=True).exists()
        record.is_illustrative = record.chain.is_illustrative or is_invented
        return record

    def records(self, *, desk: Desk) -> Iterable[Any]:
        found = CandidateProposal.objects.visible_to(desk.by).filter(withdrawn_at=None)
        if desk.context.get("chain"):
            found = found.filter(chain_id=desk.context["chain"])
        return found.select_related("enterprise").order_by("chain", "code")


def _key(said: Mapping[str, Any]) -> tuple[Any, ...]:
    firm = said.get("enterprise_id") or names.normalise(str(said.get("name", "")))
    return (said.get("chain_id"), firm, said.get("origin_name") or "")


def _standing(desk: Desk) -> dict[tuple[Any, ...], CandidateProposal]:
    found: dict[tuple[Any, ...], CandidateProposal] = desk.once(
        "standing proposals",
        lambda: {_key(vars(one)): one for one in CandidateProposal.objects.filter(withdrawn_at=None).order_by("pk")},
    )
    return found


def _expect_recruitable(said: Mapping[str, Any], *, desk: Desk) -> None:
    firm, chain = said.get("enterprise_id"), said.get("chain_id")
    if firm is None:
        return
    homes: dict[int, list[str]] = desk.once(
        "home regions", lambda: dict(Chain.objects.values_list("pk", "scheme__home_regions"))
    )
    places: dict[int, str] = desk.once("places", lambda: dict(Enterprise.objects.values_list("pk", "region_code")))
    anchors: set[tuple[int, int]] = desk.once(
        "anchors", lambda: set(Anchor.objects.standing().values_list("chain_id", "enterprise_id"))
    )
    name = said["name"]
    if places.get(firm, "").startswith(tuple(map(str, homes.get(int(chain or 0), ()))) or ("\0",)):
        raise Refusal(f"{name}已在本市，不是招引对象，不能列入。", f"{name} is in the city already.", field="company")
    if (chain, firm) in anchors:
        raise Refusal(f"{name} 是本链链主，不能作为候选配套商。", f"{name} is an anchor of the chain.", field="company")


def _expect_consistent(said: Mapping[str, Any]) -> None:
    if said.get("certification") == Certification.CERTIFIED and said.get("certification_months"):
        raise Refusal("认证已通过，不再需要月数。", "Certified: no months are left.", field="certification_months")
    if said.get("origin_on") and said["origin_on"] > timezone.localdate():
        raise Refusal("来源日期在今天之后。", "The date of the source is after today.", field="origin_on")
    if said.get("origin") == Origin.IMPORT and not (said.get("origin_name") and said.get("origin_on")):
        raise Refusal(
            "外部导入的候选须写明来源名称和日期。",
            "An imported candidate needs its source and date.",
            field="origin_on" if said.get("origin_name") else "origin_name",
            code="required",
        )
    for name, field in (("capacity_wan", "capacity_wan"), ("cost_wan", "cost_wan")):
        if said.get(name) is not None and said[name] < 0:
            raise Refusal("金额不能为负。", "An amount cannot be negative.", field=field, code="out_of_range")


CANDIDATES = DeclaredLedger(
    key="candidates",
    thing=Thing.TARGET,
    context=(naming.choice_for(Thing.TARGET),),
    sheets=(
        CandidateSheet(
            key="candidates",
            model=CandidateProposal,
            noun="candidate_proposal",
            columns=COLUMNS,
            prefix="HX",
            natural=("chain_id", "enterprise_id", "name", "origin_name"),
        ),
    ),
)
