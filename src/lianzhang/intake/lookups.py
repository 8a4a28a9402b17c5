"""Names that ledgers use for bodies and districts, read once for a pass."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from chainlab.sheets.reading import Blank
from lianzhang.accounts.models import Body
from lianzhang.accounts.rules import BodyKind
from lianzhang.intake.columns import Column, Desk, Named, Refusal
from lianzhang.intake.protocol import Incoming


def bodies(desk: Desk) -> Mapping[str, Any]:
    """Name → id of every body in use."""
    found: dict[str, Any] = desk.once(
        "bodies", lambda: dict(Body.objects.filter(is_active=True).order_by("-pk").values_list("name_zh", "pk"))
    )
    return found


def body(field: str, attr: str) -> Named:
    """A column that names a body."""
    return Named(field, attr, table=bodies, what_zh="机构", what_en="body")


@dataclass(frozen=True, slots=True)
class District(Column):
    """区市: a division code in the sheet, the body of that district in the record."""

    def take(self, value: Any, *, row: Incoming, desk: Desk) -> dict[str, Any]:  # noqa: ARG002
        if isinstance(value, Blank):
            return {self.attr: None}
        found = districts(desk).get(str(value))
        if found is None:
            raise Refusal(
                f"系统中没有区划代码 {value} 的区市机构，请核对或先建机构。",
                f"There is no district body for division {value}; check it or enter the body first.",
                field=self.field,
                code="unknown_reference",
            )
        return {self.attr: found}

    def give(self, record: Any, *, desk: Desk) -> Any:
        return self.said(getattr(record, self.attr), desk=desk)

    def said(self, stored: Any, *, desk: Desk) -> Any:
        return next((code for code, pk in districts(desk).items() if pk == stored), None)


def districts(desk: Desk) -> dict[str, Any]:
    """Division code → id of the district's body."""
    found: dict[str, Any] = desk.once(
        "districts",
        lambda: dict(
            Body.objects.filter(kind=BodyKind.DISTRICT, is_active=True)
            .exclude(region_code="")
            .values_list("region_code", "pk")
        ),
    )
    return found


@dataclass(frozen=True, slots=True)
class Several(Named):
    """Several records of another table in one cell, separated by semicolons; kept as a relation of many."""

    def take(self, value: Any, *, row: Incoming, desk: Desk) -> dict[str, Any]:  # noqa: ARG002
        if isinstance(value, Blank):
            return {self.attr: []}
        named = [part.strip() for part in str(value).replace(";", "；").replace("、", "；").split("；") if part.strip()]
        return {self.attr: sorted({self.find(name, desk=desk) for name in named})}

    def give(self, record: Any, *, desk: Desk) -> Any:
        held = sorted(related.pk for related in getattr(record, self.attr).all())
        return "；".join(self.name_of(pk, desk=desk) or "" for pk in held)
