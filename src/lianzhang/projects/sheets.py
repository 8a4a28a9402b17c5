"""The ledger of key projects by month, and what every ledger of projects does with a row. One project, two ledgers over
it: the other is that of leads."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from chainlab.sheets.reading import Blank
from lianzhang.accounts.models import Body
from lianzhang.accounts.rules import Act, Role, Scope, Thing
from lianzhang.chains.models import Chain
from lianzhang.chains.sheets import naming
from lianzhang.intake import lookups, protocol, recording
from lianzhang.intake.columns import EXTRA, Column, Desk, Kept, Shown
from lianzhang.intake.declared import DeclaredLedger, Sheet
from lianzhang.intake.models import Batch, LedgerExtra
from lianzhang.intake.protocol import Change, Finding, Incoming
from lianzhang.projects import tables
from lianzhang.projects.actions import plans, reporting
from lianzhang.projects.models import Project
from lianzhang.projects.monthly import locking
from lianzhang.projects.monthly.queries import last_day
from lianzhang.projects.stages import Stage
from lianzhang.registry.names import resolver
from lianzhang.trail.models import Proof

STAGES = {stage.name.lower(): stage for stage in Stage}
OUR_CODE = "XM-"


@dataclass(frozen=True, slots=True)
class StageColumn(Column):
    """阶段: the sheet mixes the stage with the status; the record keeps them apart."""

    def take(self, value: Any, *, row: Incoming, desk: Desk) -> dict[str, Any]:
        if isinstance(value, Blank) or value in STAGES:
            return {} if isinstance(value, Blank) else {self.attr: STAGES[value].value}
        zh = f"“{row.raw.get(self.field)}”是状态，须在项目页写明原因办理，本行未改动状态。"
        en = "Set the status in the system."
        desk.warn(row, Finding(self.field, "warning", zh, en, code="gated"))
        return {}

    def give(self, record: Any, *, desk: Desk) -> Any:
        return self.said(record.stage, desk=desk)

    def said(self, stored: Any, *, desk: Desk) -> Any:  # noqa: ARG002
        return Stage(stored).name.lower()


@dataclass(frozen=True, slots=True)
class EnterpriseColumn(Column):
    """建设单位 or 公司名称: linked where the register knows it, kept as a name where it does not."""

    code_field: str = "uscc"
    name_attr: str = ""

    def take(self, value: Any, *, row: Incoming, desk: Desk) -> dict[str, Any]:
        name = "" if isinstance(value, Blank) else str(value)
        code = row.values.get(self.code_field)
        found = None
        if name:
            found = resolver(desk).certain(name, credit_code=None if isinstance(code, Blank) else code)
        said: dict[str, Any] = {self.attr: found, EXTRA + self.field: None if found else name or None}
        return {**said, **({self.name_attr: name} if self.name_attr else {})}

    def give(self, record: Any, *, desk: Desk) -> Any:
        if record.enterprise_id is not None:
            return record.enterprise.name
        return Kept(self.field).give(record, desk=desk)


class ProjectSheet(Sheet):
    """A row of a project ledger: found by our code, by the approval platform's code, or by chain and name."""

    gated = frozenset({"stage"})
    name_field = "name"

    def fill(self, taken: dict[str, Any], *, row: Incoming, desk: Desk) -> None:
        if desk.by.reach.role is Role.DISTRICT:
            taken.setdefault("district_id", desk.by.reach.body_id)
        self.name_it(taken, row=row)
        code = str(row.values.get("code") or "")
        if code and not code.startswith(OUR_CODE):
            taken[EXTRA + "code"] = code
        if not code.startswith(OUR_CODE):
            naming.from_context(taken, desk=desk)

    def name_it(self, taken: dict[str, Any], *, row: Incoming) -> None:
        """The name a row gives its project."""

    def find(self, taken: dict[str, Any], *, row: Incoming, desk: Desk) -> Any | None:
        code = str(row.values.get("code") or "")
        if code.startswith(OUR_CODE):
            return super().find(taken, row=row, desk=desk)
        platform = self._by_platform(desk).get(code) if code else None
        found = platform or self.by_natural(desk).get(self.natural_key(taken))
        if found is None:
            self._refuse_known_investor(taken, row=row)
        return found

    def _by_platform(self, desk: Desk) -> dict[str, Any]:
        def read() -> dict[str, Any]:
            kept = LedgerExtra.objects.filter(
                ledger=self.ledger, subject_type="projects.project", values__has_key="code"
            )
            ids = {int(one.subject_id): one.values["code"] for one in kept}
            return {ids[pk]: project for pk, project in Project.objects.in_bulk(list(ids)).items()}

        found: dict[str, Any] = desk.once(("platform", self.key), read)
        return found

    def _refuse_known_investor(self, taken: Mapping[str, Any], *, row: Incoming) -> None:
        """首报首谈: an investor somebody reported first is told, not entered twice."""

    def may_create(self, taken: Mapping[str, Any], *, desk: Desk) -> bool:
        width = desk.by.reach.scope(Act.WRITE, Thing.PROJECT)
        if width is Scope.OWN and desk.by.reach.role is Role.DISTRICT:
            return taken.get("district_id") == desk.by.reach.body_id
        return naming.may_write(taken, thing=Thing.PROJECT, desk=desk)

    def label(self, taken: Mapping[str, Any], *, record: Any | None, row: Incoming) -> str:
        return str(taken.get("name") or row.raw.get(self.name_field) or record or "")

    def create(self, taken: dict[str, Any], *, desk: Desk, batch: Batch) -> Any | None:
        said = {name: value for name, value in taken.items() if not name.startswith(EXTRA)}
        stage = Stage(said.pop("stage", Stage.LEAD))
        now = batch.uploaded_at
        body = Body.objects.filter(pk=desk.by.reach.body_id or 0).first()
        return reporting.enter(
            stage=stage,
            basis=_("台账批次 %(code)s") % {"code": batch.code},
            on=said.get("started_on") if stage >= Stage.STARTED else None,
            now=now,
            by=desk.by,
            chain=Chain.objects.get(pk=said.pop("chain_id")),
            district=Body.objects.filter(pk=said.pop("district_id", None)).first(),
            first_reported_by=body,
            first_reported_at=now,
            is_key=self.ledger == "key_projects",
            **said,
        )

    def history(self, record: Any) -> str:
        has_proofs = Proof.objects.about(record).exists()
        return _("佐证材料") if has_proofs else _("阶段记录") if record.entries.count() > 1 else ""

    def candidates(self, desk: Desk) -> Iterable[Any]:  # noqa: ARG002
        return Project.objects.all()

    def records(self, *, desk: Desk) -> Iterable[Any]:
        found = Project.objects.visible_to(desk.by).select_related("enterprise", "first_reported_by").order_by("code")
        return found.filter(chain_id=desk.context["chain"]) if desk.context.get("chain") else found


class KeyProjectSheet(ProjectSheet):
    """重点项目."""

    def fill(self, taken: dict[str, Any], *, row: Incoming, desk: Desk) -> None:
        super().fill(taken, row=row, desk=desk)
        period = row.values.get("period_on")
        if isinstance(period, dt.date) and "done_year_wan" in taken:
            taken["done_as_of"] = last_day(period)
        if row.values.get("is_fai_registered") is False:
            taken["fai_registered_on"] = None

    def change_of(self, row: Incoming, *, desk: Desk) -> Change:
        change = super().change_of(row, desk=desk)
        if change.kind == protocol.NEW and change.after.get("total_wan") is None:
            # One the system holds may have none published; whoever enters a new one knows it.
            zh, en = "新登记的重点项目须填总投资。", "A new key project needs its total investment."
            change.kind = protocol.ERROR
            change.findings.append(Finding("total_wan", "error", zh, en, code="required"))
        return locking.held(change, row=row, desk=desk)

    def settle(self, record: Any, values: Mapping[str, Any], *, desk: Desk, writing: recording.Writing) -> None:
        super().settle(record, values, desk=desk, writing=writing)
        desk.once("planned", list).append(record)

    def finish(self, *, desk: Desk, writing: recording.Writing) -> None:
        plans.follow_sheet(desk.once("planned", list), writing=writing)

    def of_ledger(self, found: Any) -> Any:
        return found.filter(is_key=True)

    def records(self, *, desk: Desk) -> Iterable[Any]:
        return [project for project in super().records(desk=desk) if project.is_key]


def _reporter(record: Any) -> str | None:
    return record.first_reported_by.name_zh if record.first_reported_by else None


def _reported_on(record: Any) -> Any:
    return record.first_reported_at and timezone.localdate(record.first_reported_at)


KEY_PROJECTS = DeclaredLedger(
    key="key_projects",
    thing=Thing.PROJECT,
    context=(naming.choice_for(Thing.PROJECT),),
    sheets=(
        KeyProjectSheet(
            key="projects",
            model=Project,
            noun="project",
            natural=("chain_id", "name"),
            gated=frozenset({"stage"}),
            owned=("entries", "claims", "year_plans"),
            columns=(
                Shown("code", "code", shown=lambda record: record.code),
                Column("name", "name"),
                naming.column(),
                Column("segment", "segment_key"),
                Kept("link_kind"),
                lookups.District("region_code", "district_id"),
                lookups.body("lead_body", "owner_id"),
                Kept("supervisor_body"),
                EnterpriseColumn("builder", "enterprise_id", code_field="builder_uscc"),
                Kept("builder_uscc"),
                Kept("project_type"),
                Kept("nature"),
                Column("duration", "duration_note"),
                Column("content", "content"),
                Column("total_wan", "total_wan"),
                Column("year_plan_wan", "plan_year_wan"),
                Kept("period_on"),
                Kept("month_done_wan"),
                Column("year_done_wan", "done_year_wan"),
                Kept("total_done_wan"),
                Shown("completion_ratio", "done_year_wan", shown=tables.done_ratio),
                Kept("civil_wan"),
                Kept("equipment_wan"),
                Kept("land_wan"),
                Column("funds_in_wan", "arrived_wan"),
                Column("arrived_on", "arrived_on"),
                StageColumn("stage", "stage"),
                Shown("is_started", "stage", shown=lambda record: record.stage >= Stage.STARTED),
                Column("planned_start_on", "planned_start_on"),
                Column("started_on", "started_on"),
                Column("planned_completion_on", "planned_completion_on"),
                Column("planned_production_on", "planned_production_on"),
                Column("physical_progress", "progress"),
                Kept("current_node"),
                Column("next_node", "next_milestone"),
                Column("next_on", "next_due_on"),
                Column("block_kind", "blockage_kind"),
                Column("problem", "blockage"),
                Kept("next_step"),
                Shown("is_fai_registered", "fai", shown=lambda record: record.fai_registered_on is not None),
                Column("fai_registered_on", "fai_registered_on"),
                Shown("first_reporter", "first_reported_by_id", shown=_reporter),
                Shown("first_reported_on", "first_reported_at", shown=_reported_on),
                Kept("evidence"),
                Kept("audit_mark"),
                Kept("contact"),
                Kept("phone"),
                Kept("remark"),
            ),
        ),
    ),
)
