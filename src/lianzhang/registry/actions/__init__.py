"""Writing the register. Each action checks the right, writes with its version, and leaves its trail event."""

from lianzhang.registry.actions.enterprises import add_alias, amend, enter, initials, keep_decision, remove_alias
from lianzhang.registry.actions.grants import (
    NAMED_READERS,
    Scope,
    able_readers,
    confirm_grant,
    grant,
    granted_kinds,
    overlapping,
    withdraw_grant,
)

__all__ = [
    "NAMED_READERS",
    "Scope",
    "able_readers",
    "add_alias",
    "amend",
    "confirm_grant",
    "enter",
    "grant",
    "granted_kinds",
    "initials",
    "keep_decision",
    "overlapping",
    "remove_alias",
    "withdraw_grant",
]
