"""Entering and amending enterprises, and the names by which ledgers call them."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from chainlab import names
from lianzhang.accounts.actions import Refused
from lianzhang.accounts.models import Person
from lianzhang.records import codes
from lianzhang.registry.models import Alias, Enterprise
from lianzhang.trail import actions as trail


def enter(*, name: str, today: date, by: Person | None, **fields: Any) -> Enterprise:
    """Enter an enterprise under its registered name. Raises Refused for a name or credit code already registered."""
    _expect_free(name, credit_code=fields.get("credit_code"), besides=None)
    with transaction.atomic():
        record = Enterprise(code=codes.next_code("QY", year=today.year), name=name.strip(), **_spelling(name), **fields)
        return trail.create(record, verb="enterprise.entered", by=by)


def amend(enterprise: Enterprise, *, changes: Mapping[str, Any], version: int, by: Person) -> Enterprise:
    """Change fields of an enterprise. A new name leaves the old one as 曾用名, so that old ledgers still find it."""
    changes = dict(changes)
    name = str(changes.get("name", enterprise.name))
    _expect_free(name, credit_code=changes.get("credit_code", enterprise.credit_code), besides=enterprise)
    old = enterprise.name
    with transaction.atomic():
        if names.normalise(name) != enterprise.name_key:
            changes |= _spelling(name)
            _keep_alias(enterprise, old, kind=Alias.Kind.FORMER, batch_code="", by=by)
        return trail.change(enterprise, verb="enterprise.amended", changes=changes, version=version, by=by)


def add_alias(enterprise: Enterprise, *, name: str, kind: str, by: Person, batch_code: str = "") -> Alias:
    """Say that ledgers call this enterprise `name`; confirmed by `by`, removable."""
    if not names.normalise(name):
        raise Refused(_("请填写名称。"))
    if names.normalise(name) == enterprise.name_key:
        raise Refused(_("这就是登记的名称。"))
    with transaction.atomic():
        return _keep_alias(enterprise, name, kind=kind, batch_code=batch_code, by=by)


def remove_alias(alias: Alias, *, by: Person) -> None:
    """Take a name away again: the next ledger that uses it will ask."""
    with transaction.atomic():
        detail = {"enterprise": alias.enterprise_id, "name": alias.name}
        trail.remove(alias, verb="alias.removed", detail=detail, by=by)


def keep_decision(
    question: str, *, decision: Mapping[str, Any], batch_code: str, may_enter: bool, by: Person
) -> Enterprise | None:
    """What a clerk decided a name means: an alias of a known firm, or a new one; None for a name left out."""
    if decision["as"] == "same":
        known = Enterprise.objects.visible_to(by).get_or_404(pk=int(decision["id"]))
        if names.normalise(question) != known.name_key:
            with transaction.atomic():
                _keep_alias(known, question, kind=Alias.Kind.LEDGER, batch_code=batch_code, by=by)
        return known
    if decision["as"] == "new" and may_enter:
        return enter(name=question, today=timezone.localdate(), by=by)
    return None


def _keep_alias(enterprise: Enterprise, name: str, *, kind: str, batch_code: str, by: Person) -> Alias:
    held = Alias.objects.filter(enterprise=enterprise, key=names.normalise(name)).first()
    if held is not None:
        return held
    return trail.create(
        Alias(
            enterprise=enterprise,
            name=name.strip(),
            key=names.normalise(name),
            kind=kind,
            confirmed_by=by,
            confirmed_at=timezone.now(),
            batch_code=batch_code,
        ),
        verb="alias.confirmed",
        by=by,
    )


def _spelling(name: str) -> dict[str, str]:
    """What goes with a name: the key it is found by, and its pinyin initials."""
    return {"name_key": names.normalise(name), "name_initials": initials(name)}


def initials(name: str) -> str:
    """The pinyin initials of a name: 冰箱厂 → bxc."""
    return "".join(syllable[:1] for syllable in names.sound(names.normalise(name)))[:200]


def _expect_free(name: str, *, credit_code: str | None, besides: Enterprise | None) -> None:
    others = Enterprise.objects.filter(merged_into__isnull=True)
    if besides is not None:
        others = others.exclude(pk=besides.pk)
    same_code = others.filter(credit_code=credit_code).first() if credit_code else None
    if same_code is not None:
        raise Refused(
            _("统一社会信用代码已登记在“%(name)s”（%(code)s）名下。") % {"name": same_code.name, "code": same_code.code}
        )
    same_name = others.filter(name_key=names.normalise(name)).first()
    if same_name is not None and (not credit_code or not same_name.credit_code):
        raise Refused(_("“%(name)s”已登记，编号 %(code)s。") % {"name": same_name.name, "code": same_name.code})
