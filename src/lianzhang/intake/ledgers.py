"""The ledgers of this installation by key: settings list dotted names, so that this app knows none above it."""

from functools import cache
from typing import cast

from django.conf import settings
from django.utils.module_loading import import_string

from lianzhang.accounts.models import Person
from lianzhang.intake.protocol import Ledger


@cache
def _load(dotted: str) -> Ledger:
    return cast(Ledger, import_string(dotted))


def get(key: str) -> Ledger:
    """The ledger called `key`; LookupError where this installation has none."""
    if key not in settings.LEDGERS:
        raise LookupError(f"no such ledger: {key}")
    return _load(settings.LEDGERS[key])


def usable_by(person: Person) -> list[Ledger]:
    """The ledgers a person may hand in, in the order of the settings."""
    return [ledger for ledger in map(get, settings.LEDGERS) if ledger.may_use(person)]
