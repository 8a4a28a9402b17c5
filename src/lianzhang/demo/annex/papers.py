"""Invented evidence for many records at once: one file on disk, and of each paper its own record, day and proof."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone

from lianzhang.accounts.models import Person
from lianzhang.demo.annex.works import paper
from lianzhang.projects.models import Project
from lianzhang.trail import actions as trail
from lianzhang.trail import evidence
from lianzhang.trail.models import Attachment, Proof


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """A paper of one kind about a project."""

    project: Project
    kind: str
    day: date
    by: Person


def prove(wanted: Sequence[Wanted]) -> list[int]:
    """Keep and attach every paper; the keys of the proofs, in the order asked."""
    found: dict[int, int] = {}
    for by in dict.fromkeys(one.by for one in wanted):
        mine = [n for n, one in enumerate(wanted) if one.by == by]
        found |= zip(mine, _attached([wanted[n] for n in mine], by=by), strict=True)
    return [found[n] for n in range(len(wanted))]


def _attached(wanted: list[Wanted], *, by: Person) -> list[int]:
    """The papers one person hands in: the first is stored, the others are the same bytes."""
    first = evidence.keep(
        ContentFile(paper(), name="示例佐证.pdf"),
        kind=wanted[0].kind,
        by=by,
        taken_on=wanted[0].day,
        place="示例市",
    )
    now = timezone.now()
    alike = {name: getattr(first, name) for name in ("sha256", "name", "size", "media_type", "place", "uploaded_by_id")}
    rest = [Attachment(kind=one.kind, taken_on=one.day, uploaded_at=now, **alike) for one in wanted[1:]]
    kept = [first, *trail.create_many(rest, verb="attachment.kept", by=by)]
    with transaction.atomic():
        proofs = Proof.objects.bulk_create(
            Proof(
                attachment=attachment,
                subject_type=one.project._meta.label_lower,
                subject_id=str(one.project.pk),
                purpose=one.kind,
                attached_at=now,
            )
            for one, attachment in zip(wanted, kept, strict=True)
        )
        trail.append(
            [
                trail.Entry("evidence.attached", one.project, {}, {}, {"file": first.name, "purpose": one.kind})
                for one in wanted
            ],
            by=by,
        )
    return [proof.pk for proof in proofs]
