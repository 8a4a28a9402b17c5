"""A figure on a one-pager: never a number alone, but what it counts, how it changed, and where it is from."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from lianzhang.tables import values


@dataclass(frozen=True, kw_only=True)
class Figure:
    """数字: `value` is None where it is not known, never 0 for unknown; `change` is against the chosen date."""

    key: str
    label: str
    value: float | int | Decimal | None
    kind: values.Kind = "integer"
    unit: str = ""
    change: float | int | Decimal | None = None
    scope: str = ""  # 口径
    source: str = ""
    as_of: date | None = None
    url: str = ""
    is_restricted: bool = False
    is_unreleased: bool = False  # held back by the disclosure rule

    @property
    def shown(self) -> str:
        """The value as it is written."""
        if self.is_restricted:
            return values.Blank.RESTRICTED.sign
        if self.is_unreleased:
            return values.Blank.UNRELEASED.sign
        return values.plain(self.value, self.kind) if self.value is not None else values.Blank.UNFILLED.sign

    @property
    def change_shown(self) -> str:
        """The change as it is written, with its sign; empty where there is none to tell."""
        if self.change is None or self.is_restricted:
            return ""
        if self.kind == "ratio":
            points = round(float(self.change) * 100, 1)
            return _("%(points)s 个百分点") % {"points": f"{points:+.1f}"} if points else _("持平")
        return values.plain(self.change, self.kind, is_signed=True) if self.change else _("持平")

    def frozen(self) -> dict[str, Any]:
        """As JSON, for a document whose figures must stay."""
        found = asdict(self)
        found["value"] = None if self.is_restricted or self.value is None else str(self.value)
        found["change"] = None if self.is_restricted or self.change is None else str(self.change)
        found["as_of"] = self.as_of.isoformat() if self.as_of else None
        return found | {"shown": self.shown, "change_shown": self.change_shown}


def counted(rows: list[Any], is_in: Callable[[Any, date], bool], *, today: date, since: date) -> tuple[int, int]:
    """How many `rows` are in on `today`, and how many more than on `since`."""
    now = sum(1 for row in rows if is_in(row, today))
    return now, now - sum(1 for row in rows if is_in(row, since))
