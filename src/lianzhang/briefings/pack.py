"""推进会清单: every chain's plan actions, late tasks and projects by stage, as one workbook and one Word document."""

from dataclasses import dataclass
from datetime import date
from typing import IO, Any

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lianzhang.accounts.models import Person
from lianzhang.briefings import city
from lianzhang.briefings import plans as counted
from lianzhang.briefings.addresses import address
from lianzhang.chains import rules
from lianzhang.chains.models import Action, Chain, Scheme
from lianzhang.chains.queries import plans, schemes
from lianzhang.chains.tables import plans as plan_tables
from lianzhang.projects import stages
from lianzhang.projects.models import Project
from lianzhang.supervision import queries as supervision
from lianzhang.supervision.models import Task
from lianzhang.tables import Column, ExportHeader, Light, TableSpec

# What the papers say of each: naming all columns of four tables costs as much as finding the rows.
CHAIN_COLUMNS = ("chain__name_zh", "chain__name_en")
ACTION_COLUMNS = (
    *("code", "year", "matter", "matter_en", "due_on", "progress", "progress_on", "target_value", "done_value"),
    *("counted_from", "state", "light", "light_reason", "responsible__name_zh", "responsible__name_en", *CHAIN_COLUMNS),
)
TASK_COLUMNS = ("code", "title", "due_on", "state", "responsible__name_zh", "responsible__name_en", *CHAIN_COLUMNS)
PROJECT_COLUMNS = (
    *("code", "name", "stage", "stage_note", "plan_year_wan", "done_year_wan", "next_milestone", "next_due_on"),
    *("blockage", "district__name_zh", "district__name_en", *CHAIN_COLUMNS),
)


@dataclass(frozen=True, kw_only=True)
class Planned:
    """A plan action with how it stands."""

    action: Action
    verdict: rules.Verdict


@dataclass(frozen=True, kw_only=True)
class Pack:
    """The meeting's lists for a scheme and a plan year."""

    scheme: Scheme
    year: int
    today: date
    planned: list[Planned]
    tasks: list[Task]
    projects: list[Project]
    task_count: int
    project_count: int

    @property
    def parts(self) -> list[tuple[TableSpec, list[Any]]]:
        """The three tables with their rows, in the order of the papers."""
        return [(ACTIONS, self.planned), (TASKS, self.tasks), (PROJECTS, self.projects)]

    @property
    def counts(self) -> list[int]:
        """How many rows each of the tables has, shown or not."""
        return [len(self.planned), self.task_count, self.project_count]

    @property
    def lead(self) -> str:
        """The sentence over the papers."""
        late = sum(1 for planned in self.planned if planned.verdict.is_overdue)
        said = _("%(year)s 年度计划 %(actions)s 项，逾期 %(late)s 项；督办逾期 %(tasks)s 件；项目 %(projects)s 个。")
        return said % {
            "year": self.year,
            "actions": len(self.planned),
            "late": late,
            "tasks": self.task_count,
            "projects": self.project_count,
        }


def compose(scheme: Scheme, *, person: Person, year: int | None, today: date, most: int | None = None) -> Pack:
    """The lists as `person` sees them; the newest year with plans unless told.

    A page shows at most `most` tasks and projects: a large city has thousands late, and they are in the files.
    """
    reported = Chain.objects.filter(schemes.reported_under(scheme))
    found = list(
        plans.with_proofs(counted.actions(person, today=today))
        .filter(chain__in=reported)
        .select_related(None)
        .select_related("chain", "responsible")
        .only(*ACTION_COLUMNS)
        .order_by("chain__position", "position", "code")
    )
    chosen = year or max((action.year for action in found), default=today.year)
    overdue = supervision.overdue(today).visible_to(person)
    # The first are asked with a condition on each task, so that a database walks the due days in order and stops at the
    # page; their number chain by chain, from an index alone.
    tasks = overdue.filter(Exists(reported.filter(pk=OuterRef("chain_id"))))
    counted_tasks = Task.objects.visible_to(person).filter(supervision.is_counted_overdue(today), chain__in=reported)
    ongoing = Project.objects.visible_to(person).filter(chain__in=reported, status__in=stages.OPEN)
    in_order = tasks.select_related("chain", "responsible").only(*TASK_COLUMNS).order_by("due_on", "code")
    by_stage = ongoing.select_related("chain", "district").only(*PROJECT_COLUMNS)
    by_stage = by_stage.order_by("chain__position", "-stage", "code")
    return Pack(
        scheme=scheme,
        year=chosen,
        today=today,
        planned=[
            Planned(action=action, verdict=plans.verdict(action, today=today))
            for action in found
            if action.year == chosen
        ],
        tasks=list(in_order) if most is None else in_order.leading(most),
        projects=list(by_stage) if most is None else by_stage.leading(most),
        task_count=counted_tasks.count(),
        project_count=ongoing.count(),
    )


def write_xlsx(pack: Pack, *, out: IO[bytes], header: ExportHeader) -> None:
    """One workbook, a sheet a list, and 说明."""
    from lianzhang.tables import xlsx

    xlsx.write_many(pack.parts, out=out, header=header)


def write_docx(pack: Pack, *, out: IO[bytes], header: ExportHeader) -> None:
    """One Word document in the official layout."""
    from lianzhang.tables import docx

    document = docx.begin(header, paper="a4-landscape")
    docx.body(document, pack.lead)
    for number, (spec, rows) in zip("一二三", pack.parts, strict=True):
        docx.heading(document, f"{number}、{spec.title}")
        docx.grid(document, spec.shown_by_default(), rows, size=10.5)
        docx.note(document, str(spec.note))
    document.save(out)


def _light(planned: Planned) -> Light:
    verdict = planned.verdict
    return Light("late", reason=verdict.reason) if verdict.is_overdue else plan_tables.light(verdict)


ACTIONS = TableSpec(
    key="pack_actions",
    title=gettext_lazy("年度计划事项"),
    columns=(
        Column("chain", gettext_lazy("产业链"), lambda p: p.action.chain.name),
        Column(
            "matter",
            gettext_lazy("事项"),
            lambda p: city.statement(p.action),
            is_wrapped=True,
            link=lambda p: address("chains:action", p.action.code),
        ),
        Column(
            "responsible",
            gettext_lazy("责任单位"),
            lambda p: p.action.responsible.name if p.action.responsible else None,
        ),
        Column("due_on", gettext_lazy("时限"), lambda p: p.action.due_on, kind="date"),
        Column("progress", gettext_lazy("进展"), lambda p: p.action.progress or None, is_wrapped=True),
        Column("proof_count", gettext_lazy("佐证（件）"), lambda p: p.action.proof_count, kind="integer"),
        Column("light", gettext_lazy("灯"), _light, kind="light"),
        Column("reason", gettext_lazy("灯的理由"), lambda p: p.verdict.reason or None, is_wrapped=True),
    ),
    row_id=lambda p: p.action.code,
    note=gettext_lazy("灯按填报进展与时间进度判定；未报进展的不亮灯，只记逾期。"),
)
TASKS = TableSpec(
    key="pack_tasks",
    title=gettext_lazy("督办逾期事项"),
    columns=(
        Column("chain", gettext_lazy("产业链"), lambda t: t.chain.name if t.chain else None),
        Column(
            "title",
            gettext_lazy("事项"),
            lambda t: t.title,
            is_wrapped=True,
            link=lambda t: address("supervision:task", t.code),
        ),
        Column("responsible", gettext_lazy("承办单位"), lambda t: t.responsible.name),
        Column("due_on", gettext_lazy("办结期限"), lambda t: t.due_on, kind="date"),
        Column("state", gettext_lazy("状态"), lambda t: Task.State(t.state).label),
    ),
    row_id=lambda t: t.code,
    note=gettext_lazy("办结期限已过、未销号的事项。"),
)
PROJECTS = TableSpec(
    key="pack_projects",
    title=gettext_lazy("项目进展"),
    columns=(
        Column("chain", gettext_lazy("产业链"), lambda p: p.chain.name),
        Column(
            "name",
            gettext_lazy("项目"),
            lambda p: p.name,
            is_wrapped=True,
            link=lambda p: address("projects:project", p.code),
        ),
        Column("district", gettext_lazy("区市"), lambda p: p.district.name if p.district else None),
        Column("stage", gettext_lazy("阶段"), lambda p: p.stage_note or stages.Stage(p.stage).label),
        Column("plan_year_wan", gettext_lazy("年度计划投资"), lambda p: p.plan_year_wan, kind="wan"),
        Column("done_year_wan", gettext_lazy("累计完成投资"), lambda p: p.done_year_wan, kind="wan"),
        Column("next_milestone", gettext_lazy("下一节点"), lambda p: p.next_milestone or None),
        Column("next_due_on", gettext_lazy("节点时限"), lambda p: p.next_due_on, kind="date"),
        Column("blockage", gettext_lazy("存在问题"), lambda p: p.blockage or None, is_wrapped=True),
    ),
    row_id=lambda p: p.code,
    note=gettext_lazy("未流失、未终止的项目，按产业链和阶段排列；投资为填报数，未填不作 0 计。"),
)
