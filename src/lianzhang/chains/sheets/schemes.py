"""重点产业链名录: the chains of a scheme as its ledger."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from chainlab.sheets.reading import Blank
from lianzhang.accounts.models import Person
from lianzhang.accounts.rules import Act, Scope, Thing
from lianzhang.chains.models import Chain, Scheme
from lianzhang.intake import lookups
from lianzhang.intake.columns import Coded, Column, Desk, Key, Refusal
from lianzhang.intake.declared import DeclaredLedger, Sheet
from lianzhang.intake.protocol import ContextField, Incoming

if TYPE_CHECKING:
    from lianzhang.intake.models import Batch

NATURES = {nature: nature for nature in Chain.Nature.values}


def scheme(desk: Desk) -> Scheme:
    """The scheme chosen at the upload, or the only one there is; raises Refusal where that cannot be said."""
    found: list[Scheme] = desk.once("schemes", lambda: list(Scheme.objects.editable_by(desk.by)))
    chosen = [one for one in found if str(one.pk) == str(desk.context.get("scheme"))] if desk.context else found
    if len(chosen) != 1:
        raise Refusal("请在上传时选定方案。", "Choose the scheme when uploading.", field="name", code="required")
    return chosen[0]


def scheme_of(row: Incoming, desk: Desk) -> Scheme:
    """The scheme a row's chain is in: by the chain's code, else the one chosen."""
    codes = {str(one.values["code"]) for one in desk.rows if one.values.get("code")}
    by_code: dict[str, Scheme] = desk.once(
        "schemes by chain",
        lambda: {c.code: c.scheme for c in Chain.objects.filter(code__in=codes).select_related("scheme")},
    )
    return by_code.get(str(row.values.get("code"))) or scheme(desk)


@dataclass(frozen=True, slots=True)
class GroupColumn(Column):
    """分组: its name in the sheet, its code in the record."""

    def take(self, value: Any, *, row: Incoming, desk: Desk) -> dict[str, Any]:
        if isinstance(value, Blank):
            return {self.attr: ""}
        groups = scheme_of(row, desk).groups
        codes = {name: code for code, *names in groups for name in names if name}
        if value not in codes:
            known = "、".join(zh for _code, zh, *_more in groups) or "—"
            raise Refusal(
                f"方案中没有分组“{value}”；现有：{known}。请改正，或先在方案中加上。",
                f"The scheme has no group “{value}” (it has: {known}). Correct it, or add it to the scheme first.",
                field=self.field,
                code="unknown_reference",
            )
        return {self.attr: codes[value]}

    def give(self, record: Any, *, desk: Desk) -> Any:  # noqa: ARG002
        return next((zh for code, zh, *_more in record.scheme.groups if code == record.group), record.group or None)


COLUMNS = (
    Key("code", "code"),
    Column("position", "position"),
    Column("name", "name_zh"),
    Column("name_en", "name_en"),
    GroupColumn("group", "group"),
    Coded("nature", "nature", NATURES),
    lookups.body("task_force", "body_id"),
    lookups.body("lead_department", "lead_department_id"),
    Column("remark", "note"),
)


class ChainSheet(Sheet):
    """产业链: found by code, else by its name in the scheme."""

    def fill(self, taken: dict[str, Any], *, row: Incoming, desk: Desk) -> None:
        if not row.values.get("code"):
            taken["scheme_id"] = scheme(desk).pk
            taken.setdefault("position", row.row_number)

    def may_create(self, taken: Mapping[str, Any], *, desk: Desk) -> bool:  # noqa: ARG002
        return Scheme.objects.editable_by(desk.by).filter(pk=scheme(desk).pk).exists()

    def label(self, taken: Mapping[str, Any], *, record: Any | None, row: Incoming) -> str:
        return str(taken.get("name_zh") or row.raw.get("name") or record or "")

    def build(self, taken: dict[str, Any], *, desk: Desk, batch: "Batch") -> Any:
        record = super().build(taken, desk=desk, batch=batch)
        home = scheme(desk)
        record.slug = _slug(record.name_zh, taken=desk.once("slugs", lambda: _slugs(home)))
        record.code = f"{home.code}-{record.slug}"
        record.is_illustrative = home.is_illustrative
        return record

    def candidates(self, desk: Desk) -> Iterable[Any]:
        return Chain.objects.filter(scheme=scheme(desk))

    def records(self, *, desk: Desk) -> Iterable[Any]:
        found = Chain.objects.visible_to(desk.by).select_related("scheme").order_by("scheme", "position")
        return found.filter(scheme_id=desk.context["scheme"]) if desk.context.get("scheme") else found


def _slugs(home: Scheme) -> set[str]:
    return set(home.chains.values_list("slug", flat=True))


def _slug(name: str, *, taken: set[str]) -> str:
    """A short address for a chain of this name, free in its scheme: 智能家电 → zhinengjiadian. Adds it to `taken`."""
    from pypinyin import lazy_pinyin

    plain = re.sub(r"[^a-z0-9]", "", "".join(lazy_pinyin(name)).lower())[:36] or "chain"
    found = next(slug for slug in (plain, *(f"{plain}-{n}" for n in range(2, 1000))) if slug not in taken)
    taken.add(found)
    return found


def _schemes(person: Person) -> Iterable[tuple[str, str]]:
    return [(str(pk), name) for pk, name in Scheme.objects.editable_by(person).values_list("pk", "name_zh")]


class ChainLedger(DeclaredLedger):
    """Handed in by whoever founds chains; a task force changes its own on the chain's page."""

    def may_use(self, person: Person) -> bool:
        return super().may_use(person) and person.reach.scope(Act.WRITE, Thing.CHAIN) is Scope.ALL


CHAINS = ChainLedger(
    key="chains",
    thing=Thing.CHAIN,
    context=(ContextField("scheme", _("方案"), _schemes, is_required=True, help=_("表中各链归入此方案。")),),
    sheets=(ChainSheet(key="chains", model=Chain, noun="chain", columns=COLUMNS, natural=("scheme_id", "name_zh")),),
)
