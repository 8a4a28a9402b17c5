"""The trail as the auditor reads it: who did what to which record. What stood in business records is not shown."""

import json
from typing import Any

from django.apps import apps
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from lianzhang import tables
from lianzhang.tables.addresses import address
from lianzhang.trail import verbs
from lianzhang.trail.models import Event


def subject_name(subject_type: str) -> str:
    """What kind of record an event is about, in words."""
    try:
        return str(apps.get_model(subject_type)._meta.verbose_name) if subject_type else ""
    except (LookupError, ValueError):
        return subject_type


def changed_fields(event: Event) -> list[str]:
    """The labels of the fields an event changed; empty where it entered, removed or only noted something."""
    content = json.loads(bytes(event.body))
    if not content["before"] or not content["after"]:
        return []
    try:
        fields = {f.name: str(f.verbose_name) for f in apps.get_model(event.subject_type)._meta.concrete_fields}
    except (LookupError, ValueError):
        fields = {}
    return [fields.get(name, name) for name in content["after"]]


def _url(event: Event) -> str:
    return address("trail:event", event.seq)


def _by_name(found: QuerySet[Any], name: str) -> QuerySet[Any]:
    return found.filter(actor_name__icontains=name)


EVENTS = tables.TableSpec(
    key="trail",
    invented=None,
    title=_("操作记录"),
    columns=(
        tables.Column("seq", _("序号"), lambda e: str(e.seq), kind="code", sort="seq", link=_url),
        tables.Column("done_at", _("时间"), lambda e: e.at, kind="datetime", sort="at"),
        tables.Column("who", _("操作人"), lambda e: e.actor_name if e.actor_id else _("系统"), sort="actor_id"),
        tables.Column("what", _("动作"), lambda e: verbs.label(e.verb), sort="verb"),
        tables.Column("subject", _("对象"), lambda e: subject_name(e.subject_type), sort="subject_type"),
        tables.Column("subject_id", _("对象编号"), lambda e: e.subject_id, kind="code"),
        tables.Column("fields", _("变更字段"), changed_fields, kind="list"),
        tables.Column("mac", _("校验码"), lambda e: e.mac, kind="code", is_default=False),
    ),
    filters=(
        tables.Filter("who", _("操作人"), kind="text", apply=_by_name),
        tables.Filter("verb", _("动作"), choices=lambda _person: sorted(verbs.LABELS.items())),
        tables.Filter("subject_type", _("对象"), choices=lambda _person: subject_choices(), is_folded=True),
        tables.Filter("subject_id", _("对象编号"), kind="text", is_folded=True),
        tables.Filter("at", _("日期"), kind="date_range", path="at__date"),
    ),
    default_order=("-seq",),
    row_id="seq",
    row_url=_url,
    empty=tables.Empty(_("没有操作记录。")),
)


def subject_choices() -> list[tuple[str, str]]:
    """Every kind of record of ours, by name."""
    ours = [m for m in apps.get_models() if m.__module__.startswith("lianzhang.")]
    return sorted(((m._meta.label_lower, str(m._meta.verbose_name)) for m in ours), key=lambda pair: pair[1])
