"""What goes into the package: one entry a file, in the order of the contents page."""

import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path, PurePosixPath
from typing import Any

from django.db.models import Count, Prefetch, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from lianzhang.accounts.models import Person
from lianzhang.briefings import plans as counted
from lianzhang.briefings.inspection import minutes
from lianzhang.briefings.period import changes
from lianzhang.briefings.period import tables as period_tables
from lianzhang.briefings.period.scope import Period, Whose
from lianzhang.chains.queries import plans
from lianzhang.chains.tables import plans as plan_tables
from lianzhang.collecting import queries as collecting
from lianzhang.collecting import tables as collecting_tables
from lianzhang.projects import queries as projects
from lianzhang.projects import stages
from lianzhang.projects import tables as project_tables
from lianzhang.projects.models import Project
from lianzhang.supervision import states
from lianzhang.supervision import tables as supervision_tables
from lianzhang.supervision.models import Decision, Meeting, Task, Visit
from lianzhang.tables import ExportHeader, TableSpec, xlsx
from lianzhang.trail import evidence
from lianzhang.trail.models import Proof
from lianzhang.workdays import queries as workdays

Writer = Callable[[ExportHeader], bytes]
LONGEST_NAME = 60
UNSAFE = frozenset('\\/:*?"<>|')


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One file: where it lies, what it is, and how its bytes come about. `path` is a file kept already."""

    folder: str
    name: str
    ending: str
    kind: str
    about: str = ""
    on: date | None = None
    place: str = ""
    write: Writer | None = None
    path: Path | None = None
    size: int = 0

    def file_name(self, number: int) -> str:
        """Its path in the archive, which begins with its number in the contents."""
        return str(PurePosixPath(self.folder) / f"{number:03d}_{safe(self.name)}{self.ending}")


def safe(text: str) -> str:
    """A name any system can unpack: no path, no signs a file system refuses, not too long."""
    kept = "".join("_" if sign in UNSAFE else sign for sign in text if sign.isprintable()).strip(" .")
    return kept[:LONGEST_NAME] or _("未命名")


def gather(whose: Whose, period: Period, *, today: date) -> list[Entry]:
    """Every file of the package, as its reader may have it."""
    tasks = list(_tasks(whose, period))
    return [
        *_meetings(whose, period),
        *_ledgers(whose, period, tasks, today=today),
        *_evidence(whose, period),
        *_proofs_of_tasks(tasks),
        *_collections(whose, period),
    ]


def is_illustrative(whose: Whose) -> bool:
    """Whether anything in reach is invented: then the whole package says so."""
    seen = Project.objects.visible_to(whose.person).filter(whose.of(), is_illustrative=True)
    return whose.is_illustrative or seen.exists()


def _meetings(whose: Whose, period: Period) -> list[Entry]:
    person = whose.person
    tasks = Prefetch("tasks", Task.objects.visible_to(person).select_related("responsible"), to_attr="told")
    decisions = Decision.objects.visible_to(person).select_related("responsible").prefetch_related(tasks)
    found = Meeting.objects.visible_to(person).filter(held_on__gte=period.first, held_on__lte=period.last)
    if whose.chain is not None:
        found = found.filter(chain=whose.chain)
    related = found.select_related("chain", "chaired_by__person", "host").prefetch_related(
        "attendees", Prefetch("decisions", decisions.order_by("number"), to_attr="made")
    )
    return [
        Entry(
            folder=_("1-会议"),
            name=f"{meeting.code}_{meeting.title}",
            ending=".docx",
            kind=_("会议纪要和议定事项"),
            about=meeting.title,
            on=meeting.held_on,
            place=meeting.place,
            write=minutes.writer(meeting),
        )
        for meeting in related.order_by("held_on", "code")
    ]


def _tasks(whose: Whose, period: Period) -> Any:
    """督办 of the period: assigned or closed in it, or open at its end."""
    open_then = Q(state__in=states.OPEN) | Q(closed_at__gte=period.until)
    found = Task.objects.visible_to(whose.person).filter(
        whose.of_work(district="responsible"),
        Q(closed_at__gte=period.since, closed_at__lt=period.until) | Q(open_then, assigned_at__lt=period.until),
    )
    related = ("responsible", "chain", "assigned_by_body", "signed_by", "handled_by", "submitted_by", "closed_by")
    return found.select_related(*related).order_by("assigned_at", "code")


def _ledgers(whose: Whose, period: Period, tasks: Sequence[Task], *, today: date) -> list[Entry]:
    person, calendar = whose.person, workdays.calendar()
    of_chain = Q(chain=whose.chain) if whose.chain is not None else Q()
    actions = counted.actions(person, today=today).filter(of_chain)
    requests = changes.requests(whose, period, today=today)
    visits = Visit.objects.visible_to(person).filter(
        of_chain, visited_on__gte=period.first, visited_on__lte=period.last
    )
    visits = visits.select_related("chain", "enterprise", "visitor__person").annotate(
        promise_count=Count("tasks"), open_count=Count("tasks", filter=Q(tasks__state__in=states.OPEN))
    )
    events = projects.events(person).filter(of_chain, held_on__gte=period.first, held_on__lte=period.last)
    listed = projects.listed(person, today=today).filter(whose.of()).order_by("chain__position", "-stage", "code")
    parts: list[tuple[TableSpec, Any]] = [
        (project_tables.PROJECTS, listed),
        (supervision_tables.tasks(today=today, calendar=calendar), tasks),
        (supervision_tables.requests(today=today, calendar=calendar), requests.select_related("chain__body")),
    ]
    if whose.district is None:
        years = range(period.first.year, period.last.year + 1)
        parts.append((plan_tables.ACTIONS, plans.with_proofs(actions.filter(year__in=years))))
        parts += [(supervision_tables.VISITS, visits), (project_tables.EVENTS, events)]
    return [_ledger(person, spec, rows, today=today) for spec, rows in parts]


def _ledger(person: Person, spec: TableSpec, rows: Iterable[Any], *, today: date, folder: str = "") -> Entry:
    """A table as a workbook, in the columns this person may see."""
    found = list(rows)

    def write(header: ExportHeader) -> bytes:
        out = io.BytesIO()
        xlsx.write(spec, found, out=out, header=header, columns=spec.for_person(person))
        return out.getvalue()

    said = _("%(count)d行") % {"count": len(found)}
    return Entry(
        folder=folder or _("2-台账"),
        name=str(spec.title),
        ending=".xlsx",
        kind=_("台账"),
        about=said,
        on=today,
        write=write,
    )


def _evidence(whose: Whose, period: Period) -> list[Entry]:
    """佐证 by project and stage: what entries of the period rested on, and what was attached in it."""
    entries = changes.entries(whose, period)
    stage_of = {pk: entry.stage for entry in entries for pk in entry.proof_ids}
    seen = Project.objects.visible_to(whose.person).filter(whose.of())
    names = {str(pk): (code, name) for pk, code, name in seen.values_list("pk", "code", "name")}
    attached = Q(attached_at__gte=period.since, attached_at__lt=period.until)
    found = (
        Proof.objects.filter(attached | Q(pk__in=list(stage_of)), subject_type=Project._meta.label_lower)
        .select_related("attachment")
        .order_by("pk")
    )
    own = [proof for proof in found if proof.subject_id in names]
    own.sort(key=lambda proof: (names[proof.subject_id], _stage(proof, stage_of), proof.pk))
    return [_of_project(proof, names[proof.subject_id], _stage(proof, stage_of)) for proof in own]


def _stage(proof: Proof, known: dict[int, int]) -> int:
    """The stage a file proves: of the entry that rests on it, else the one its kind is asked for; 0 for none."""
    if proof.pk in known:
        return known[proof.pk]
    gates = stages.table().gates.values()
    return next((gate.stage.value for gate in gates if any(kind.key == proof.purpose for kind in gate.evidence)), 0)


def _of_project(proof: Proof, project: tuple[str, str], stage: int) -> Entry:
    code, name = project
    known = stages.table().evidence.get(proof.purpose)
    label = str(stages.Stage(stage).label) if stage else _("进度")
    number = list(stages.Stage).index(stages.Stage(stage)) + 1 if stage else 0  # so that folders sort in order
    return _kept(
        proof,
        folder=str(PurePosixPath(_("3-佐证")) / safe(f"{code}_{name}") / f"{number:02d}-{label}"),
        kind=known.label if known is not None else _("佐证"),
        about=f"{code} {name} · {label}",
    )


def _kept(proof: Proof, *, folder: str, kind: str, about: str) -> Entry:
    attachment = proof.attachment
    named = Path(attachment.name)
    return Entry(
        folder=folder,
        name=f"{kind}_{named.stem}",
        ending=named.suffix.lower(),
        kind=kind,
        about=about,
        on=attachment.taken_on or timezone.localdate(proof.attached_at),
        place=attachment.place,
        path=evidence.path_of(attachment),
        size=attachment.size,
    )


def _proofs_of_tasks(tasks: Sequence[Task]) -> list[Entry]:
    """销号佐证: the files handed in with the reports of a task, as its own page shows them."""
    by_pk = {str(task.pk): task for task in tasks}
    found = Proof.objects.filter(subject_type=Task._meta.label_lower, subject_id__in=list(by_pk))
    found = found.select_related("attachment")
    return [
        _kept(
            proof,
            folder=str(PurePosixPath(_("4-督办销号")) / safe(f"{task.code}_{task.title}"[:LONGEST_NAME])),
            kind=_("销号佐证"),
            about=f"{task.code} {task.title}",
        )
        for proof in found.order_by("subject_id", "pk")
        if (task := by_pk.get(proof.subject_id)) is not None
    ]


def _collections(whose: Whose, period: Period) -> list[Entry]:
    """收表 and 月度调度 that fell due in the period: what came in, from the bodies whose answers one may see."""
    answers: dict[int, list[Any]] = {}
    for one in changes.submissions(whose, period).select_related("collection__previous"):
        answers.setdefault(one.collection_id, []).append(one)
    found = []
    for rows in answers.values():
        collection = rows[0].collection
        if collection.kind == collection.Kind.MONTH:
            month = Period("month", collection.period, collection.period)
            spec, lines = period_tables.MONTHS, list(changes.reports(whose, month))
        else:
            spec, lines = collecting_tables.whole(collection), collecting.whole(collection, rows)
        made = _ledger(whose.person, spec, lines, today=timezone.localdate(collection.due_at), folder=_("5-收表调度"))
        told = collecting.standing(rows)
        said = _("应报%(expected)d，已报%(received)d，按时%(on_time)d") % {
            "expected": told.expected,
            "received": told.received,
            "on_time": told.on_time,
        }
        about = _("；").join(part for part in (said, collecting_tables.closing(collection, rows)) if part)
        found.append(_renamed(made, name=f"{collection.code}_{collection.title}", about=about))
    return found


def _renamed(entry: Entry, *, name: str, about: str) -> Entry:
    return replace(entry, name=name, about=about, kind=_("收表汇总"))
