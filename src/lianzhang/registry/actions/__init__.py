"""Writing the register. Each action checks the right, writes with its version, and leaves its trail event."""

from lianzhang.registry.actions.bandings import Band, redraw
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
from lianzhang.registry.actions.lines import choose_levels, enter_line
from lianzhang.registry.actions.sharing import release_shared, withdraw_shared
from lianzhang.registry.actions.suppliers import settle_supplier
from lianzhang.registry.actions.trees import Place, draft_version, found_tree, publish_version

__all__ = [
    "NAMED_READERS",
    "Band",
    "Place",
    "Scope",
    "able_readers",
    "add_alias",
    "amend",
    "choose_levels",
    "confirm_grant",
    "draft_version",
    "enter",
    "enter_line",
    "found_tree",
    "grant",
    "granted_kinds",
    "initials",
    "keep_decision",
    "overlapping",
    "publish_version",
    "redraw",
    "release_shared",
    "remove_alias",
    "settle_supplier",
    "withdraw_grant",
    "withdraw_shared",
]
