"""年度计划事项: the yearly plan of a chain as its ledger."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from lianzhang.accounts.rules import Thing
from lianzhang.chains.models import Action
from lianzhang.chains.sheets import naming
from lianzhang.intake import lookups
from lianzhang.intake.columns import Coded, Column, Desk, Kept, Key, Refusal
from lianzhang.intake.declared import DeclaredLedger, Sheet
from lianzhang.intake.protocol import Incoming
from lianzhang.intake.writing import Writing

if TYPE_CHECKING:
    from lianzhang.intake.models import Batch

PARTNERS = lookups.Several("support_bodies", "partners", table=lookups.bodies, what_zh="机构", what_en="body")
COLUMNS = (
    Key("code", "code"),
    naming.column(),
    Column("year", "year"),
    Column("title", "matter"),
    lookups.body("lead_body", "responsible_id"),
    PARTNERS,
    Column("due_on", "due_on"),
    Column("target_count", "target_value"),
    Column("done_count", "done_value"),
    Column("count_unit", "unit"),
    Column("progress", "progress"),
    Kept("evidence"),
    Coded("light", "light", {light: light for light in Action.Light.values}),
    Column("light_reason", "light_reason"),
    Kept("next_step"),
    Kept("remark"),
)


class ActionSheet(Sheet):
    """计划事项: found by code, else by chain, year and words."""

    def fill(self, taken: dict[str, Any], *, row: Incoming, desk: Desk) -> None:
        if row.values.get("code"):
            return
        naming.from_context(taken, desk=desk)
        naming.year_from_context(taken, desk=desk)
        _refuse_half(taken)

    def find(self, taken: dict[str, Any], *, row: Incoming, desk: Desk) -> Any | None:
        found = super().find(taken, row=row, desk=desk)
        if found is not None:
            _refuse_half({**vars(found), **taken})
            if found.source_id is not None and taken.get("matter", found.matter) != found.matter:
                raise Refusal(
                    "该事项摘自来源，文字不能改；需要调整的，请另起一行补充。",
                    "This action quotes its source; its words stay. Add another row instead.",
                    field="title",
                )
        return found

    def may_create(self, taken: Mapping[str, Any], *, desk: Desk) -> bool:
        return naming.may_write(taken, thing=Thing.PLAN, desk=desk)

    def label(self, taken: Mapping[str, Any], *, record: Any | None, row: Incoming) -> str:
        return str(taken.get("matter") or row.raw.get("title") or record or "")

    def build(self, taken: dict[str, Any], *, desk: Desk, batch: "Batch") -> Any:
        record = super().build(taken, desk=desk, batch=batch)
        record.is_own_addition = True
        record.position = 900  # after what the published plan lists
        return record

    def attributes(self, record: Any, *, desk: Desk) -> dict[str, Any]:
        partners = sorted(body.pk for body in record.partners.all())
        return {**super().attributes(record, desk=desk), "partners": partners}

    def settle(self, record: Any, values: Mapping[str, Any], *, desk: Desk, writing: Writing) -> None:
        super().settle(record, values, desk=desk, writing=writing)
        if "partners" in values:
            record.partners.set(values["partners"] or [])

    def candidates(self, desk: Desk) -> Iterable[Any]:  # noqa: ARG002
        return Action.objects.all().prefetch_related("partners")

    def records(self, *, desk: Desk) -> Iterable[Any]:
        found = Action.objects.visible_to(desk.by).prefetch_related("partners").order_by("chain", "year", "position")
        return found.filter(chain_id=desk.context["chain"]) if desk.context.get("chain") else found


def _refuse_half(taken: Mapping[str, Any]) -> None:
    """What only makes sense together: a light set by hand and its reason, a target and its unit."""
    if taken.get("light") and not taken.get("light_reason"):
        raise Refusal(
            "手工亮灯须写明亮灯原因。", "A light set by hand needs its reason.", field="light_reason", code="required"
        )
    if taken.get("target_value") is not None and not taken.get("unit"):
        raise Refusal("有目标数须写计量单位。", "A target needs its unit.", field="count_unit", code="required")


PLAN_ACTIONS = DeclaredLedger(
    key="plan_actions",
    thing=Thing.PLAN,
    context=(naming.choice_for(Thing.PLAN), naming.years(2023, 2030)),
    sheets=(
        ActionSheet(
            invented="chain__is_illustrative",
            key="actions",
            model=Action,
            noun="action",
            columns=COLUMNS,
            prefix="JH",
            natural=("chain_id", "year", "matter"),
        ),
    ),
)
