"""合并: two records of one firm become one. What moves is declared by relation; a merge can be rolled back."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _

from lianzhang.accounts.actions import Refused
from lianzhang.accounts.models import Person
from lianzhang.accounts.rules import Act, Thing
from lianzhang.registry.models import Enterprise, EnterpriseMerge
from lianzhang.trail import actions as trail

MOVE = "move"  # the row is the survivor's from now on; one that the survivor has already stays where it is
STAY = "stay"  # a record of what was: it keeps naming the enterprise of its time

# Every relation to Enterprise, by "app.Model.field". A test fails when a relation has no rule here.
RULES: dict[str, str] = {
    "registry.Enterprise.parent": MOVE,
    "registry.Enterprise.merged_into": STAY,
    "registry.Alias.enterprise": MOVE,
    "registry.PurchaseGrant.firm": STAY,  # a grant names the firm that gave it; another record's data is not opened
    "registry.ProductLine.firm": MOVE,
    "registry.MaterialGroup.firm": MOVE,
    "registry.SupplierMention.supplier": MOVE,
    "registry.SharedSupplier.supplier": MOVE,
    "registry.Purchase.buyer": MOVE,
    "registry.Purchase.supplier": MOVE,
    "registry.BomLine.firm": MOVE,
    "registry.Capability.enterprise": MOVE,
    "registry.EnterpriseMerge.survivor": STAY,
    "registry.EnterpriseMerge.merged": STAY,
    "chains.Anchor.enterprise": MOVE,
    "chains.Placement.enterprise": MOVE,
    "chains.CandidateProposal.enterprise": MOVE,
    "chains.TargetLine.supplier": STAY,  # a saved list is what was computed then
    "projects.Encounter.enterprise": MOVE,
    "projects.Project.enterprise": MOVE,
    "projects.Project.introducer": MOVE,
    "resources.Resource.keeper_enterprise": MOVE,
    "supervision.Request.enterprise": MOVE,
    "supervision.Visit.enterprise": MOVE,
    "briefings.Briefing.enterprise": STAY,  # an issued document names what it was about
}


@dataclass(frozen=True)
class Movement:
    """Rows of one relation that a merge would move."""

    key: str
    what: str
    count: int


def relations() -> list[tuple[str, Any]]:
    """Every foreign key of ours to Enterprise, by name."""
    return [
        (f"{model._meta.app_label}.{model.__name__}.{field.name}", field)
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, models.ForeignKey) and field.related_model is Enterprise
    ]


def preview(*, merged: Enterprise) -> list[Movement]:
    """What a merge would move, relation by relation."""
    return [
        Movement(key, f"{field.model._meta.verbose_name} · {field.verbose_name}", count)
        for key, field in relations()
        if RULES[key] == MOVE and (count := field.model._base_manager.filter(**{field.name: merged}).count())
    ]


def merge(*, survivor: Enterprise, merged: Enterprise, reason: str, now: datetime, by: Person) -> EnterpriseMerge:
    """Make `merged` part of `survivor`. Raises Refused for contradicting codes or without the right to merge."""
    if not by.reach.may(Act.APPROVE, Thing.ENTERPRISE):
        raise Refused(_("合并企业由秘书处办理。"))
    if survivor.pk == merged.pk or merged.merged_into_id is not None or survivor.merged_into_id is not None:
        raise Refused(_("请选两家在册的企业。"))
    if survivor.credit_code and merged.credit_code and survivor.credit_code != merged.credit_code:
        raise Refused(_("两家企业的统一社会信用代码不同，不能合并。"))
    if survivor.body_id and merged.body_id:
        raise Refused(_("两家企业都有自己的账号机构，先停用其中一个再合并。"))
    if not reason.strip():
        raise Refused(_("合并须写明理由。"))
    with transaction.atomic():
        moved = {
            key: ids for key, field in relations() if RULES[key] == MOVE if (ids := _move(field, merged, survivor))
        }
        trail.change(merged, verb="enterprise.merged", changes={"merged_into": survivor}, by=by)
        record = EnterpriseMerge(
            survivor=survivor, merged=merged, moved=moved, reason=reason.strip(), merged_by=by, merged_at=now
        )
        trail.create(record, verb="merge.made", by=by)
        trail.note(survivor, verb="enterprise.absorbed", detail={"merged": merged.code, "moved": _counts(moved)}, by=by)
    return record


def roll_back(record: EnterpriseMerge, *, now: datetime, by: Person) -> list[str]:
    """Give back what a merge moved and is still the survivor's; the relations where something has moved on since."""
    if not by.reach.may(Act.APPROVE, Thing.ENTERPRISE):
        raise Refused(_("合并企业由秘书处办理。"))
    if record.undone_at is not None:
        raise Refused(_("这次合并已撤销。"))
    kept = []
    fields = dict(relations())
    with transaction.atomic():
        for key, ids in record.moved.items():
            field = fields[key]
            still = field.model._base_manager.filter(pk__in=ids, **{field.name: record.survivor_id})
            count = _repoint(field, still, record.merged_id)
            if count < len(ids):
                kept.append(key)
        trail.change(record.merged, verb="enterprise.restored", changes={"merged_into": None}, by=by)
        changes = {"undone_by": by, "undone_at": now}
        trail.change(record, verb="merge.rolled_back", changes=changes, detail={"kept": kept}, by=by)
        trail.note(record.survivor, verb="enterprise.released", detail={"merged": record.merged.code}, by=by)
    return kept


def _move(field: Any, merged: Enterprise, survivor: Enterprise) -> list[int]:
    """Point rows of one relation at the survivor, one by one where it may have the same row already; ids moved."""
    ids = []
    for row in field.model._base_manager.filter(**{field.name: merged}):
        if row.pk == survivor.pk and field.model is Enterprise:
            continue
        one = field.model._base_manager.filter(pk=row.pk)
        try:
            with transaction.atomic():
                _repoint(field, one, survivor.pk)
        except IntegrityError:
            continue  # the survivor has it already
        ids.append(row.pk)
    return ids


def _repoint(field: Any, rows: Any, enterprise_id: int) -> int:
    changes: dict[str, Any] = {field.attname: enterprise_id}
    if any(f.name == "version" for f in field.model._meta.concrete_fields):
        changes["version"] = models.F("version") + 1
    return int(rows.update(**changes))


def _counts(moved: dict[str, list[int]]) -> dict[str, int]:
    return {key: len(ids) for key, ids in moved.items()}


def unruled() -> Iterable[str]:
    """Relations without a rule."""
    return sorted({key for key, _field in relations()} - set(RULES))
