"""The page of one gap put together: where it stands, what the next step needs, and all that hangs on it."""

from datetime import date
from typing import Any, NamedTuple

from django.db.models import CharField, Value
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from lianzhang.accounts.models import Body, Person
from lianzhang.accounts.rules import Act, Thing
from lianzhang.chains import stages
from lianzhang.chains.models import Consultation, Gap, Opinion, PartCoverage, TargetLine
from lianzhang.chains.queries import disclosure as disclosures
from lianzhang.chains.queries import gaps as queries
from lianzhang.projects.models import Project
from lianzhang.projects.stages import Stage
from lianzhang.registry.models import Enterprise
from lianzhang.supervision.models import Task
from lianzhang.tables import RESTRICTED
from lianzhang.trail.models import Proof
from lianzhang.web.forms.gaps import ConfirmGapForm

BAR = (stages.State.PROPOSED, *stages.STANDING, stages.State.CLOSED)
UNFILLED = (stages.State.ASSIGNED, stages.State.ACTING)  # steps that a gap left open does not take
TIERS = {
    "city": _("本市"),
    "ring": _("都市圈"),
    "province": _("省内"),
    "nation": _("国内"),
    "abroad": _("境外"),
}
PROJECT, TASK = "project", "task"
RIGHTS = {Act.WRITE: "may_write", Act.APPROVE: "may_approve"}


def address(gap: Gap) -> str:
    """The page of a gap."""
    return reverse("gaps:gap", args=[gap.code])


def frame(gap: Gap, *, title: str, move: str = "", submit: str = "") -> dict[str, Any]:
    """What surrounds a form about a gap; with the help of the step it takes."""
    return {
        "title": title,
        "submit": submit or (title if move else ""),
        "about": str(stages.move(move).help) if move else "",
        "back_url": address(gap),
        "crumb_url": address(gap),
        "crumb": gap.title,
        "illustrative": gap.is_illustrative,
    }


def context(gap: Any, person: Person) -> dict[str, Any]:
    """Everything the page shows; `gap` comes with the reader's rights (`queries.with_rights`)."""
    if not hasattr(gap, "may_write"):
        gap = queries.with_rights(person).get(pk=gap.pk)
    shown = disclosures.of(gap.snapshot, person=person)
    covered = queries.coverages(gap, person=person)
    said = queries.opinions(gap, person=person)
    proofs = list(queries.proofs(gap, said))
    suggested = gap.evidence.get("suggested") or ""
    return {
        "record": gap,
        "bar": _bar(gap),
        "coverage": [_shown(row, shown) for row in reversed(covered)],
        "shows": shown.sees_rows,
        "restricted": RESTRICTED,
        "suggested_label": dict(Gap.Label.choices).get(suggested, ""),
        "seen_now": _seen_now(gap),
        "fallen": _fallen(gap, covered),
        "was_closed": gap.state == Gap.State.PROPOSED and bool(gap.closed_code),
        "reason_zh": gap.evidence.get("reason_zh", ""),
        "reason_en": gap.evidence.get("reason_en", ""),
        "form": ConfirmGapForm(instance=gap, person=person) if _asks(gap) else None,
        "may_edit": gap.may_write,
        "is_standing": gap.state in stages.STANDING,
        "listed": _by_supplier(queries.listed(gap, person=person)),
        # "None is listed" would be untrue to who may not read lists.
        "reads_lists": person.reach.may(Act.READ, Thing.TARGET),
        "work": _work(gap, person),
        "opinions": [(one, _scan(gap, one, proofs)) for one in said],
        "waiting": _waiting(gap, person),
        "evidence": [_file(gap, proof) for proof in proofs if proof.subject_type == gap._meta.label_lower],
        "as_of": gap.snapshot.taken_on if gap.snapshot else None,
        "illustrative": gap.is_illustrative,
        **_next(gap, covered, person=person),
    }


class Work(NamedTuple):
    """A lead, a project or a task for the gap; `standing` is its stage or state as it is stored."""

    kind: str
    code: str
    title: str
    standing: str
    body_zh: str | None
    body_en: str | None
    due_on: date | None

    @property
    def word(self) -> Any:
        """线索 until something is signed, then 项目; 任务."""
        if self.kind == TASK:
            return _("任务")
        return _("线索") if int(self.standing) < Stage.SIGNED else _("项目")

    @property
    def url(self) -> str:
        """Its page."""
        return reverse("supervision:task" if self.kind == TASK else "projects:project", args=[self.code])

    @property
    def notes(self) -> list[Any]:
        """How it stands, with whom, until when."""
        state = Task.State(self.standing).label if self.kind == TASK else Stage(int(self.standing)).label
        body = Body(name_zh=self.body_zh or "", name_en=self.body_en or "").name
        return [note for note in (state, body, self.due_on) if note]


def _work(gap: Gap, person: Person) -> list[Work]:
    """Leads, projects and tasks for the gap as far as the reader sees them, what is furthest first; one query."""
    word = CharField()
    projects = Project.objects.visible_to(person).filter(gap=gap).order_by()
    tasks = Task.objects.visible_to(person).filter(gap=gap).order_by()
    body = ("name_zh", "name_en")
    found = projects.values_list(
        Value(PROJECT, output_field=word), "code", "name", Cast("stage", word), *(f"owner__{n}" for n in body),
        "next_due_on",
    ).union(
        tasks.values_list(
            Value(TASK, output_field=word), "code", "title", "state", *(f"responsible__{n}" for n in body), "due_on"
        ),
        all=True,
    )  # fmt: skip
    rows = [Work._make(row) for row in found]
    return sorted(rows, key=lambda one: (one.kind, -int(one.standing) if one.kind == PROJECT else 0, one.code))


def evidence_rows(gap: Gap) -> list[dict[str, Any]]:
    """The purchases and capabilities behind the proposal, with names for codes."""
    rows = gap.evidence.get("rows", [])
    codes = {str(row[key]).partition("@")[0] for row in rows for key in ("anchor_id", "firm_id") if row.get(key)}
    names = dict(Enterprise.objects.filter(code__in=codes).values_list("code", "name"))
    return [
        {
            **row,
            "anchor": names.get(str(row.get("anchor_id") or ""), ""),
            "firm": names.get(str(row.get("firm_id") or "").partition("@")[0], ""),
            "place": TIERS.get(row.get("tier") or "", ""),
        }
        for row in rows
    ]


def _asks(gap: Any) -> bool:
    return bool(gap.may_write and gap.state == Gap.State.PROPOSED)


def _bar(gap: Gap) -> list[dict[str, str]]:
    """The steps of the table with the one that stands; none for a gap that does not hold."""
    if gap.state not in BAR:
        return []
    # A gap may be closed without having been assigned or worked on: its bar claims neither.
    is_short = gap.route == Gap.Route.LEAVE or gap.state == Gap.State.CLOSED
    steps = [state for state in BAR if not is_short or state not in UNFILLED]
    here = steps.index(stages.State(gap.state)) if gap.state in steps else 0
    words = ["past" if n < here else "now" if n == here else "later" for n in range(len(steps))]
    return [{"label": str(state.label), "state": word} for state, word in zip(steps, words, strict=True)]


def _next(gap: Any, covered: list[PartCoverage], *, person: Person) -> dict[str, Any]:
    """The step forward with what it lacks, whether this person may take it, and the other steps that may be taken."""
    newer = [row for row in covered if gap.confirmed_at is None or row.snapshot.taken_at > gap.confirmed_at]
    facts = stages.Facts(person_id=person.pk, newer=newer[-1] if newer else None)
    one = stages.following(gap)
    allowed = {move.key for move in stages.moves(gap) if any(getattr(gap, RIGHTS[act]) for act in move.by)}
    return {
        "move": one,
        "missing": stages.missing(gap, one, facts) if one else [],
        "may_move": one is not None and one.key in allowed,
        "closing": stages.table().closings.get(gap.kind),
        "may_close": "close" in allowed and not stages.missing(gap, stages.move("close"), facts),
        "may_dismiss": "dismiss" in allowed,
        "reopening": next((stages.move(key) for key in ("reopen", "restore") if key in allowed), None),
    }


def _shown(row: PartCoverage, shown: disclosures.Disclosure) -> tuple[PartCoverage, bool, bool]:
    """The coverage, whether its figures may be shown, and whether its count of suppliers may."""
    reads = shown.reads(row.snapshot)
    return row, reads, reads or row.buyer_count >= disclosures.MIN_CONTRIBUTORS


def _seen_now(gap: Gap) -> str:
    """What analysis sees of the part now, where that is another case than the gap's own."""
    kind = gap.evidence.get("kind", gap.kind)
    return str(Gap.Kind(kind).label) if kind != gap.kind and kind in Gap.Kind.values else ""


def _fallen(gap: Gap, covered: list[PartCoverage]) -> PartCoverage | None:
    """The newest coverage of a closed gap, where it shows the gap's case again."""
    if gap.state != Gap.State.CLOSED or gap.closing_snapshot is None or not covered:
        return None
    newest, since = covered[-1], gap.closing_snapshot.taken_at
    if newest.snapshot.taken_at <= since or stages.table().closings[gap.kind].is_met(newest):
        return None
    return newest


def _by_supplier(lines: list[TargetLine]) -> list[tuple[Enterprise, list[TargetLine]]]:
    """Each supplier once, with the lines that list it, newest list first."""
    found: dict[int, list[TargetLine]] = {}
    for line in lines:
        found.setdefault(line.supplier_id, []).append(line)
    return [(own[0].supplier, own) for own in found.values()]


def _waiting(gap: Any, person: Person) -> list[Consultation]:
    """Questions nobody answered yet, to whoever may take them back."""
    if not gap.may_write:
        return []
    return list(queries.consultations(person).filter(gap=gap, opinion=None, withdrawn_at=None))


def _scan(gap: Gap, opinion: Opinion, proofs: list[Proof]) -> dict[str, Any] | None:
    about = (opinion._meta.label_lower, str(opinion.pk))
    return next((_file(gap, proof) for proof in proofs if (proof.subject_type, proof.subject_id) == about), None)


def _file(gap: Gap, proof: Proof) -> dict[str, Any]:
    return {
        "name": proof.attachment.name,
        "url": reverse("gaps:file", args=[gap.code, proof.pk]),
        "added_at": proof.attached_at,
        "size": proof.attachment.size,
    }
