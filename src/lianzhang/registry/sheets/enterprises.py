"""The enterprises ledger: which row is which firm, what it says of it, and the firm in the ledger's columns again."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet

from chainlab import names
from lianzhang.accounts.rules import Act, Role, Scope, Thing
from lianzhang.intake.columns import Coded, Column, Desk
from lianzhang.intake.declared import DeclaredLedger, Sheet
from lianzhang.intake.protocol import Incoming
from lianzhang.intake.writing import Writing
from lianzhang.registry import actions
from lianzhang.registry.models import Alias, Enterprise
from lianzhang.registry.names import resolver
from lianzhang.trail import queries as trail
from lianzhang.trail.queries import Moved

if TYPE_CHECKING:
    from lianzhang.accounts.models import Person
    from lianzhang.intake.models import Batch

SEPARATOR = re.compile(r"[;；、\n]")
SHORT, FORMER = "short_name", "former_name"
ALIAS_KINDS = {SHORT: Alias.Kind.SHORT, FORMER: Alias.Kind.FORMER}


class Beside(Column):
    """A name kept as an alias of the enterprise, not in the row itself."""

    def give(self, record: Any, *, desk: Desk) -> Any:
        return aliases(desk, record).get(self.attr)


COLUMNS = (
    Column("name", "name"),
    Column("uscc", "credit_code"),
    Beside("short_name", SHORT),
    Beside("former_name", FORMER),
    Column("region_code", "region_code"),
    Column("address", "address"),
    Column("chain", "chain_names"),
    Column("segment", "segment_name"),
    Coded("role", "chain_role", {role: role for role in Enterprise.ChainRole.values}),
    Column("industry_code", "industry_code"),
    Column("main_products", "products"),
    Column("is_above_scale", "is_above_scale"),
    Column("is_specialised", "is_specialised"),
    Column("is_high_tech", "is_high_tech"),
    Column("stock_code", "stock_code"),
    Column("revenue_wan", "revenue_wan"),
    Column("data_on", "data_on"),
    Column("contact", "contact_name"),
    Column("phone", "contact_phone"),
    Column("remark", "note"),
)


class EnterpriseSheet(Sheet):
    """企业名单: found by credit code, exact name or alias; what is only similar waits for a person."""

    def fill(self, taken: dict[str, Any], *, row: Incoming, desk: Desk) -> None:  # noqa: ARG002
        name = str(taken["name"])
        taken["name_key"] = names.normalise(name)
        taken["name_initials"] = actions.initials(name)
        for attr in (SHORT, FORMER):
            if attr in taken:
                taken[attr] = _spelled(_split(taken[attr]), besides=taken["name_key"])

    def may_create(self, taken: Mapping[str, Any], *, desk: Desk) -> bool:
        reach = desk.by.reach
        width = reach.scope(Act.WRITE, Thing.ENTERPRISE)
        in_area = bool(reach.region_code) and str(taken.get("region_code") or "").startswith(reach.region_code)
        return width is Scope.ALL or (width is Scope.OWN and reach.role is Role.DISTRICT and in_area)

    def label(self, taken: Mapping[str, Any], *, record: Any | None, row: Incoming) -> str:  # noqa: ARG002
        return str(row.raw.get("name") or taken.get("name") or "")

    def find(self, taken: dict[str, Any], *, row: Incoming, desk: Desk) -> Any | None:
        found = resolver(desk).resolve(
            str(taken["name"]), credit_code=taken.get("credit_code"), decision=row.decision, field="name"
        )
        if found is None:
            return None
        record: Any = desk.once("enterprises", lambda: _by_id(desk)).get(found) or Enterprise.objects.get(pk=found)
        if taken["name_key"] != record.name_key:
            is_renamed = bool(taken.get("credit_code")) and taken["credit_code"] == record.credit_code
            if is_renamed and not _is_alias(desk, record, taken["name_key"]):
                former = _split(aliases(desk, record).get(FORMER)) + _split(taken.get(FORMER))
                taken[FORMER] = _spelled([*former, record.name], besides=taken["name_key"])
                return record
        # Another spelling of a name that is known: the register keeps its own.
        for attr in ("name", "name_key", "name_initials"):
            taken.pop(attr)
        return record

    def attributes(self, record: Any, *, desk: Desk) -> dict[str, Any]:
        return {**super().attributes(record, desk=desk), **aliases(desk, record)}

    def settle(self, record: Any, values: Mapping[str, Any], *, desk: Desk, writing: Writing) -> None:
        super().settle(record, values, desk=desk, writing=writing)
        for attr, kind in ALIAS_KINDS.items():
            if attr in values:
                wanted = _split(values[attr])
                desk.drawer.setdefault("new_aliases", []).extend(
                    _sync(record, kind, wanted, is_new=record.version == 1, writing=writing)
                )

    def elsewhere(self, ids: Collection[str], *, since: int, desk: Desk) -> Iterable[tuple[str, str, Any, Moved]]:
        """Short and former names have each a trail of their own: taken back from the last one on, they are as then."""
        attr_of = {str(kind): attr for attr, kind in ALIAS_KINDS.items()}
        standing: dict[int, dict[str, Any]] = desk.once("aliases", _aliases)
        held: dict[tuple[str, str], set[str]] = {}
        moved: dict[tuple[str, str], list[Moved]] = {}
        for event in trail.moved(Alias, None, since=since):
            said = event.before or event.after
            place = str(said.get("enterprise_id")), attr_of.get(str(said.get("kind")), "")
            if place[0] in ids and place[1]:
                moved.setdefault(place, []).append(event)
        for place, events in moved.items():
            held[place] = set(_split(standing.get(int(place[0]), {}).get(place[1])))
            for event in reversed(events):
                gone, came = event.before.get("name"), event.after.get("name")
                held[place] = (held[place] - {came}) | ({gone} if gone else set())
            base = "；".join(sorted(held[place]))
            for event in events:
                yield *place, base, event

    def finish(self, *, desk: Desk, writing: Writing) -> None:
        writing.create_many(desk.drawer.pop("new_aliases", []), verb="alias.imported")

    def records(self, *, desk: Desk) -> QuerySet[Enterprise]:
        found = Enterprise.objects.visible_to(desk.by).order_by("name", "pk")
        chain = desk.context.get("chain")
        return found.filter(chain_names__contains=chain) if chain else found


class EnterpriseLedger(DeclaredLedger):
    """企业名单 as the intake knows it; a decided name becomes an alias."""

    def decide(self, question: str, *, decision: Mapping[str, Any], batch: Batch, by: Person) -> None:
        actions.keep_decision(question, decision=decision, batch_code=batch.code, may_enter=False, by=by)


ENTERPRISES = EnterpriseLedger(
    key="enterprises",
    thing=Thing.ENTERPRISE,
    sheets=(
        EnterpriseSheet(
            key="enterprises",
            model=Enterprise,
            noun="enterprise",
            columns=COLUMNS,
            code_field=None,
            goes_with={"name_key": "name", "name_initials": "name"},
            prefix="QY",
            owned=("aliases",),
        ),
    ),
)


def aliases(desk: Desk, record: Any) -> dict[str, Any]:
    """The short and former names of an enterprise as a ledger writes them."""
    grouped: dict[int, dict[str, Any]] = desk.once("aliases", _aliases)
    return grouped.get(record.pk, {})


def _aliases() -> dict[int, dict[str, Any]]:
    listed: dict[int, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    attr_of = {kind: attr for attr, kind in ALIAS_KINDS.items()}
    for pk, kind, name in Alias.objects.order_by("pk").values_list("enterprise_id", "kind", "name"):
        if kind in attr_of:
            listed[pk][attr_of[Alias.Kind(kind)]].append(name)
    return {pk: {attr: "；".join(sorted(given)) for attr, given in kinds.items()} for pk, kinds in listed.items()}


def _sync(
    record: Enterprise, kind: Alias.Kind, wanted: Sequence[str], *, is_new: bool, writing: Writing
) -> list[Alias]:
    """Remove aliases of a kind that are no longer named; the ones to be added."""
    keys = {names.normalise(name): name for name in wanted}
    held = [] if is_new else list(Alias.objects.filter(enterprise=record))
    for alias in held:
        if alias.kind == kind and alias.key not in keys:
            writing.remove(alias, verb="alias.import_removed")
    known = {alias.key for alias in held if alias.kind != kind or alias.key in keys}
    return [Alias(enterprise=record, name=name, key=key, kind=kind) for key, name in keys.items() if key not in known]


def _by_id(desk: Desk) -> dict[int, Enterprise]:
    if len(desk.rows) < 50:
        return {}
    return {record.pk: record for record in Enterprise.objects.filter(merged_into__isnull=True)}


def _is_alias(desk: Desk, record: Any, key: str) -> bool:
    known: dict[int, set[str]] = desk.once("alias_keys", _alias_keys)
    return key in known.get(record.pk, set())


def _alias_keys() -> dict[int, set[str]]:
    known: dict[int, set[str]] = defaultdict(set)
    for pk, key in Alias.objects.values_list("enterprise_id", "key"):
        known[pk].add(key)
    return known


def _split(text: Any) -> list[str]:
    return [part.strip() for part in SEPARATOR.split(str(text or "")) if part.strip()]


def _spelled(parts: Iterable[str], *, besides: str) -> str:
    """Names once each, in a fixed order; the registered name itself is no alias."""
    return "；".join(
        sorted({names.normalise(part): part for part in parts if names.normalise(part) != besides}.values())
    )
