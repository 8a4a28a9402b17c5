"""Issuing a document: its figures are frozen with the snapshot they came from, and its file is kept by content."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction

from lianzhang.accounts.models import Body, Person
from lianzhang.briefings.models import Briefing
from lianzhang.chains.models import Chain, Snapshot
from lianzhang.records import codes
from lianzhang.registry.models import Enterprise
from lianzhang.trail import actions as trail
from lianzhang.trail import evidence


def issue(
    *,
    kind: str,
    title: str,
    figures: Mapping[str, Any],
    content: bytes,
    as_of: date,
    since: date | None,
    now: datetime,
    by: Person,
    chain: Chain | None = None,
    enterprise: Enterprise | None = None,
    district: Body | None = None,
    snapshot: Snapshot | None = None,
    is_illustrative: bool = False,
) -> Briefing:
    """定稿. `content` is the Word document as signed, `figures` what it says: a year later it still says it."""
    with transaction.atomic():
        code = codes.next_code("CL", year=now.year)
        kept = evidence.keep(ContentFile(content, name=f"{code}.docx"), kind="briefing", by=by)
        # A briefing quotes the snapshot it was drafted from, not today's: the figures a leader signed must still be
        # the figures in the file a year later.
        briefing = Briefing(
            code=code,
            kind=kind,
            title=title,
            chain=chain,
            enterprise=enterprise,
            district=district,
            since=since,
            as_of=as_of,
            figures=dict(figures),
            snapshot=snapshot,
            issued_by=by,
            issued_at=now,
            file=kept,
            is_illustrative=is_illustrative,
        )
        return trail.create(briefing, verb="briefing.issued", by=by)
