"""待填表: some purchases of one firm as rows of the teardown workbook, with the firms and parts they name."""

from collections.abc import Iterable, Sequence
from typing import Any

from lianzhang.accounts.models import Person
from lianzhang.chains.sheets.teardown import TEARDOWN
from lianzhang.registry.models import Enterprise, Purchase


def records(
    firm: Enterprise, rows: Sequence[Purchase], *, suppliers: Iterable[Enterprise], by: Person
) -> dict[str, list[dict[str, Any]]]:
    """Sheet → rows. The firm's `suppliers` are listed so that a row can name one; the bill of materials and the
    capabilities are not asked for and stay empty."""
    parts = {row.part_id: row.part for row in rows}
    return TEARDOWN.give({"firms": [firm, *suppliers], "parts": parts.values(), "purchases": rows}, by=by)
