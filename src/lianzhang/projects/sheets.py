"""The ledger of key projects by month, and what every ledger of projects does with a row. One project, two ledgers over
it: the other is that of leads."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from chainlab import names
from chainlab.sheets.reading import Blank
from lianzhang.accounts.models import Body
from lianzhang.accounts.rules import Act, Role, Scope, Thing
from lianzhang.chains.models import Chain
from lianzhang.chains.sheets import naming
from lianzhang.intake import lookups, protocol, recording, verdicts
from lianzhang.intake.columns import EXTRA, Column, Desk, Kept, Question, Shown
from lianzhang.intake.declared import DeclaredLedger, Sheet
from lianzhang.intake.models import Batch, LedgerExtra
from lianzhang.intake.protocol import Change, Finding, Incoming, Proposal
from lianzhang.projects import days, investors, tables
from lianzhang.projects.actions import plans, reporting
from lianzhang.projects.leads import likeness
from lianzhang.projects.models import Project
from lianzhang.projects.monthly import locking
from lianzhang.projects.monthly.queries import last_day
from lianzhang.projects.stages import Stage
from lianzhang.registry.names import resolver
from lianzhang.trail.models import Proof

STAGES = {stage.name.lower(): stage for stage in Stage}
OUR_CODE = "XM-"
# How sure a proposal is: what is likely the form chooses beforehand, what is possible a person looks at.
LIKELY, POSSIBLE = 1.0, 0.5
MOST_PROPOSED = 8


def told(row: Incoming, key: str) -> str:
    """What a row says in a column; nothing for a blank."""
    value = row.values.get(key)
    return "" if value is None or isinstance(value, Blank) else str(value).strip()


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
    """A row of a project ledger: found by our code, by the approval platform's code, or by chain and name; otherwise
    asked about where its investor, name or site is that of a project that is there."""

    gated = frozenset({"stage"})
    name_field = "name"
    firm_field = "builder"  # the firm whose project it is, and its credit code
    firm_code_field = "builder_uscc"
    another: Any = _lazy("另一个项目，登记为新项目")
    is_asked_within_chain = True  # an investor alone is asked about only in the row's own chain

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
        return found if found is not None else self._recognised(taken, row=row, desk=desk)

    def change_of(self, row: Incoming, *, desk: Desk) -> Change:
        """With a word where an earlier row of the sheet would open a project of one investor in one place as well."""
        change = days.held(super().change_of(row, desk=desk), desk=desk)
        if change.kind != protocol.NEW:
            return change
        keys = desk.drawer.get("keys", {}).get(row.place, set())
        earlier: list[tuple[Change, set[str]]] = desk.drawer.setdefault("opening", [])
        twin = next((one for one, held in earlier if keys & held and _is_one_place(one, change)), None)
        if twin is not None:
            _tell_twins(twin, change, field=self.firm_field)
        earlier.append((change, keys))
        return change

    def _recognised(self, taken: Mapping[str, Any], *, row: Incoming, desk: Desk) -> Any | None:
        """The project a person said the row means, or none; raises Question where there is one that looks like it: what
        the entry form asks of one lead is asked of a row."""
        decided, keys = row.decision.get("as"), self._keys(taken, row=row, desk=desk)
        if decided == "same":
            found = Project.objects.visible_to(desk.by).filter(pk=int(row.decision["id"])).first()
            if found is not None:
                return found
        self._refuse_known_investor(keys, desk=desk)
        if decided != "new":
            self._ask_about_alike(taken, keys=keys, row=row, desk=desk)
        return None

    def _keys(self, taken: Mapping[str, Any], *, row: Incoming, desk: Desk) -> list[str]:
        """Every key under which the investor, or the firm, of a row may be known, with what the register calls it."""
        said = [(str(taken.get("investor_name") or ""), str(taken.get("investor_code") or ""))]
        said.append((told(row, self.firm_field), told(row, self.firm_code_field)))
        found: list[str] = []
        for name, code in said:
            found += investors.keys(investor_name=name, investor_code=code)
            others, registered = resolver(desk).known_as(name, credit_code=code or None)
            found += [investors.key(other) for other in others] + investors.coded(registered)
        desk.drawer.setdefault("keys", {})[row.place] = set(found)
        return list(dict.fromkeys(found))

    def _ask_about_alike(self, taken: Mapping[str, Any], *, keys: Sequence[str], row: Incoming, desk: Desk) -> None:
        known: likeness.Known = desk.once("alike", likeness.known)
        name, investor = str(taken.get("name") or ""), self._investor(taken, row=row)
        within = taken.get("chain_id") if self.is_asked_within_chain else None
        site = str(taken.get("site") or "")
        found = known.alike(name=name, investor_name=investor, site=site, keys=keys, within=within)
        if not found:
            return
        seen = self.seen(desk)
        codes = [known.code_of[pk] for pk in found][:MOST_PROPOSED]
        whose = [f"{known.code_of[pk]}（{known.reporter_of[pk]}首报，{why}）" for pk, why in found.items()]
        proposals = [
            Proposal(str(pk), known.label(pk), LIKELY if known.is_likely(pk, name=name) else POSSIBLE, (found[pk],))
            for pk in found
            if pk in seen
        ]
        raise Question(
            f"{name}（{investor}）"[:200] if investor else name[:200],
            [*proposals[:MOST_PROPOSED], Proposal("new", str(self.another), 0.0)],
            zh=f"可能已有同一项目：{'、'.join(whose[:MOST_PROPOSED])}。请认定是否同一个。",
            en=f"May be there already: {', '.join(codes)}. Say whether it is one of them.",
            field=self.name_field,
        )

    def _investor(self, taken: Mapping[str, Any], *, row: Incoming) -> str:
        """Whose project it is, as the row writes it."""
        return str(taken.get("investor_name") or "") or told(row, self.firm_field)

    def seen(self, desk: Desk) -> set[int]:
        """The projects the person sees, by id."""
        visible = Project.objects.visible_to(desk.by)
        found: set[int] = desk.once("seen projects", lambda: set(visible.values_list("pk", flat=True)))
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

    def _refuse_known_investor(self, keys: Sequence[str], *, desk: Desk) -> None:
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


def _is_one_place(one: Change, other: Change) -> bool:
    """Whether two new rows are of one chain, and of one site where both say theirs."""
    sites = {names.normalise(str(change.after["site"])) for change in (one, other) if change.after.get("site")}
    return one.after.get("chain_id") == other.after.get("chain_id") and len(sites) < 2


def _tell_twins(one: Change, other: Change, *, field: str) -> None:
    """Two rows of one sheet that may be one project: each says where the other stands."""
    for change, twin in ((one, other), (other, one)):
        zh, en = verdicts.where(twin, seen_from=change)
        zh = f"与{zh}“{twin.label}”投资方、产业链相同，请核对是否同一个项目；是的请只留一行。"
        en = f"Investor and chain of {en} “{twin.label}”: one project? Then keep one row."
        change.findings.append(Finding(field, "warning", zh, en, code="twin"))


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


class KeyProjectLedger(DeclaredLedger):
    """重点项目."""

    question_note = _lazy("同一个项目的选已有项目，名称以本表为准；不是同一个的登记为新项目。")


KEY_PROJECTS = KeyProjectLedger(
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
            goes_with={"done_as_of": "done_year_wan"},
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
