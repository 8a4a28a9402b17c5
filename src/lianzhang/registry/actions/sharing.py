"""发布共性配套商: the innovation centre lets a name go once enough anchors gave it, and takes it back."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from lianzhang.accounts.actions import Refused
from lianzhang.accounts.models import Person
from lianzhang.accounts.rules import BodyKind
from lianzhang.registry import sharing
from lianzhang.registry.models import SharedSupplier
from lianzhang.registry.models.answers import MIN_ANCHORS
from lianzhang.trail import actions as trail


def release_shared(shared: sharing.Shared, *, today: date, by: Person) -> SharedSupplier:
    """Release a supplier that enough consenting anchors named: its name, and the categories they share."""
    _expect_centre(by)
    if shared.anchor_count < MIN_ANCHORS:
        raise Refused(
            _("“%(name)s”只有 %(count)s 家链主提及，须 %(wanted)s 家以上方可发布。")
            % {"name": shared.name, "count": shared.anchor_count, "wanted": MIN_ANCHORS}
        )
    if shared.release is not None:
        raise Refused(_("“%(name)s”已经发布。") % {"name": shared.name})
    record = SharedSupplier(
        body_id=by.reach.body_id or 0,
        supplier=shared.supplier,
        name=shared.name,
        name_key=shared.supplier.name_key if shared.supplier else shared.key[1:],
        categories=shared.categories,
        anchor_count=shared.anchor_count,
        released_by=by,
        released_on=today,
        is_illustrative=bool(shared.supplier and shared.supplier.is_illustrative),
    )
    with transaction.atomic():
        return trail.create(record, verb="shared_supplier.released", by=by)


def withdraw_shared(release: SharedSupplier, *, version: int, now: datetime, by: Person) -> SharedSupplier:
    """Take a released name back: nobody else reads it from then on."""
    _expect_centre(by)
    if release.body_id != by.reach.body_id or release.withdrawn_at is not None:
        raise Refused(_("此发布已撤回，或不是本中心的。"))
    changes = {"withdrawn_at": now, "withdrawn_by": by}
    with transaction.atomic():
        return trail.change(release, verb="shared_supplier.withdrawn", changes=changes, version=version, by=by)


def _expect_centre(by: Person) -> None:
    if by.reach.body_kind != BodyKind.INNOVATION_CENTRE:
        raise Refused(_("共性配套商由创新中心比对、发布。"))
