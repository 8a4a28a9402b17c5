"""Reading gaps: those within reach, what newer snapshots say of one, what experts said, what is due to be looked at."""

import json
from collections.abc import Sequence
from datetime import date
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery, TextField
from django.db.models.functions import Cast

from lianzhang.accounts.models import Person
from lianzhang.chains import stages
from lianzhang.chains.models import Consultation, Gap, Opinion, PartCoverage, TargetLine, TargetList
from lianzhang.records.scope import ScopedQuerySet
from lianzhang.trail.models import Proof


def gaps(person: Person) -> ScopedQuerySet[Gap]:
    """Gaps within reach."""
    return Gap.objects.visible_to(person).select_related("chain", "part", "owner", "snapshot")


def newer_coverage(gap: Gap) -> PartCoverage | None:
    """The part's coverage on the newest snapshot taken since somebody stood for the gap."""
    if gap.part_id is None:
        return None
    rows = PartCoverage.objects.filter(snapshot__chain=gap.chain_id, snapshot__is_pooled=False, part=gap.part_id)
    newer = rows.select_related("snapshot")
    if gap.confirmed_at is not None:
        newer = newer.filter(snapshot__taken_at__gt=gap.confirmed_at)
    return newer.order_by("-snapshot__taken_at").first()


def other_open(gap: Gap, *, besides: Gap | None = None) -> str:
    """The code of the chain's other open gap of the same part, `besides` one that does not count; else empty."""
    others = same_part(gap).filter(state__in=stages.OPEN)
    others = others if besides is None else others.exclude(pk=besides.pk)
    return others.values_list("code", flat=True).first() or ""


def same_part(gap: Gap) -> ScopedQuerySet[Gap]:
    """The chain's other gaps of the same part."""
    found: ScopedQuerySet[Gap] = Gap.objects.filter(chain=gap.chain_id, part=gap.part_id, part__isnull=False)
    return found.exclude(pk=gap.pk)


def proposed_again(gap: Gap) -> Gap | None:
    """What analysis proposed of the part of a closed gap since, and nobody stands for yet."""
    if gap.state != stages.State.CLOSED:
        return None
    found: Gap | None = same_part(gap).filter(state=stages.State.PROPOSED).select_related("snapshot").first()
    return found


def is_due(today: date) -> Q:
    """逾期复核: gaps somebody stands for whose day of review has come."""
    return Q(state__in=stages.STANDING, review_on__lte=today)


def to_review(person: Person, *, today: date) -> ScopedQuerySet[Gap]:
    """逾期复核 within reach, longest ago first."""
    return Gap.objects.visible_to(person).filter(is_due(today)).order_by("review_on", "code")


def opinions(gap: Gap, *, person: Person) -> list[Opinion]:
    """Every opinion on the gap, those that still stand first, each group newest first."""
    found = Opinion.objects.visible_to(person).filter(gap=gap).select_related("superseded_by", "filed_by")
    return sorted(found.order_by("-given_on", "-pk"), key=lambda one: hasattr(one, "superseded_by"))


def consultations(person: Person) -> ScopedQuerySet[Consultation]:
    """Questions to experts as far as `person` may know of them."""
    return Consultation.objects.visible_to(person).select_related("gap", "expert", "asked_by", "opinion")


def with_rights(person: Person) -> ScopedQuerySet[Any]:
    """Gaps within reach, each with `may_write`, `may_approve`, and the gap of the same part that was closed last
    (`closed_code`, `closed_on`), for the page of one."""
    this = {"pk": OuterRef("pk")}
    closed = Gap.objects.filter(chain=OuterRef("chain"), part=OuterRef("part"), state=stages.State.CLOSED)
    last = closed.exclude(**this).order_by("-closed_at")
    return (
        gaps(person)
        .select_related("confirmed_by", "closing_snapshot")
        .defer("snapshot__summary", "closing_snapshot__summary")
        .annotate(
            may_write=Exists(Gap.objects.editable_by(person).filter(**this)),
            may_approve=Exists(Gap.objects.all().approvable_by(person).filter(**this)),
            closed_code=Subquery(last.values("code")[:1]),
            closed_on=Subquery(last.values("closed_at")[:1]),
        )
    )


def coverages(gap: Gap, *, person: Person, most: int = 8) -> list[PartCoverage]:
    """What the newest snapshots say of the gap's part, oldest first; without the 50 KB of their summaries."""
    if gap.part_id is None:
        return []
    rows = PartCoverage.objects.visible_to(person).filter(
        snapshot__chain=gap.chain_id, snapshot__is_pooled=False, part=gap.part_id
    )
    newest = rows.select_related("snapshot").defer("snapshot__summary").order_by("-snapshot__taken_at")[:most]
    return list(reversed(newest))


def listed(gap: Gap, *, person: Person, most: int = 30) -> list[TargetLine]:
    """The lines of target lists that cover the gap's part, newest list first."""
    if gap.part is None:
        return []
    # The parts of a line are JSON; both databases write it as text in the same way but for signs beyond ASCII.
    said = {f'"code": {json.dumps(gap.part.code, ensure_ascii=is_ascii)}' for is_ascii in (True, False)}
    covers = reduce(or_, (Q(parts_text__contains=words) for words in said))
    states = (TargetList.State.READY, TargetList.State.APPROVED)
    found = TargetLine.objects.visible_to(person).filter(target_list__chain=gap.chain_id, target_list__state__in=states)
    found = found.annotate(parts_text=Cast("parts", TextField())).filter(covers)
    columns = ("position", "region_code", "supplier__name", "target_list__code", "target_list__title")
    rows = found.select_related("supplier", "target_list").only(*columns, "target_list__state")
    return list(rows.order_by("-target_list__created_at", "position")[:most])


def proofs(gap: Gap, said: Sequence[Opinion]) -> "QuerySet[Proof]":
    """The evidence of the gap and the scans of the opinions on it."""
    about = Q(subject_type=gap._meta.label_lower, subject_id=str(gap.pk))
    about |= Q(subject_type=Opinion._meta.label_lower, subject_id__in=[str(one.pk) for one in said])
    return Proof.objects.filter(about).select_related("attachment").order_by("-attached_at", "-pk")
