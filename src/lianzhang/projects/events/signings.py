"""活动签约明细: a bulk sheet of deals, each tied to the one project it is about, or opening a lead where there is none.

A row is asked about where a project is only likely the same: the same investor under another name. One project counts
once: what was signed at an earlier event already is said and left out.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from chainlab import names
from lianzhang.accounts.models import Body
from lianzhang.accounts.rules import Act, Role, Scope, Thing
from lianzhang.chains.models import Chain
from lianzhang.chains.sheets import naming
from lianzhang.intake import lookups, protocol, recording
from lianzhang.intake.columns import Column, Desk, Question, Refusal, Shown
from lianzhang.intake.declared import DeclaredLedger, Sheet
from lianzhang.intake.models import Batch
from lianzhang.intake.protocol import Change, ContextField, Finding, Incoming, PlanChanged, Proposal
from lianzhang.intake.showing import MADE
from lianzhang.projects import investors
from lianzhang.projects.actions import events, reporting
from lianzhang.projects.events import earlier, sheets
from lianzhang.projects.leads import likeness
from lianzhang.projects.models import Claim, Event, Project, Signing

OWNED = ("entries", "claims", "clocks")  # what a lead is opened with, and what goes again with it


def _known(desk: Desk) -> likeness.Known:
    """Every open project by what a row may call it, read once for a pass."""
    found: likeness.Known = desk.once("alike", likeness.known)
    return found


def _own(desk: Desk) -> set[int]:
    """The projects the person may work on: what a row can be tied to."""
    own = Project.objects.editable_by(desk.by)
    found: set[int] = desk.once("own projects", lambda: set(own.values_list("pk", flat=True)))
    return found


class SigningSheet(Sheet):
    """活动签约."""

    def fill(self, taken: dict[str, Any], *, row: Incoming, desk: Desk) -> None:
        event = sheets.event_of(row, desk=desk)
        taken["event_id"] = event.pk
        before = earlier.of(row, desk=desk)
        project = self._project(event, before, row=row, desk=desk)
        taken |= self._lead(event, row=row, desk=desk) if project is None else {"project_id": project}
        taken |= earlier.stated(row, before, project=project, desk=desk)
        if project is not None:
            earlier.refuse_itself(project, before, desk=desk)
            if earlier.ATTR not in taken:
                self._ask_about_repeats(project, row=row, desk=desk)

    def _project(self, event: Event, before: int | None, *, row: Incoming, desk: Desk) -> int | None:
        """The project a row means, or None for a new one; raises Refusal or Question where that cannot be said. What
        the row comes after is not the one it means."""
        code, known = sheets.said(row, "project_code"), _known(desk)
        if code:
            found = desk.once(("project", code), lambda: Project.objects.visible_to(desk.by).filter(code=code).first())
            if found is None:
                zh, en = f"系统中没有项目“{code}”。新项目请将编号留空。", f"There is no project “{code}” here."
                raise Refusal(zh, en, field="project_code", code="unknown_code")
            return int(found.pk)
        if row.decision.get("as") == "same":
            return int(row.decision["id"])
        chain, name = self._chain(event, row=row, desk=desk), sheets.said(row, "name")
        investor = sheets.said(row, "investor")
        key = investors.key(investor)
        named = known.by_name.get(names.normalise(name), ())
        same = [pk for pk in named if known.chain_of[pk] == chain and pk != before]
        exact = [pk for pk in same if not key or pk in known.by_key.get(key, ())]
        if len(exact) == 1 and exact[0] in _own(desk):
            return exact[0]
        if row.decision.get("as") in ("new", earlier.AFTER):
            return None
        self._refuse_claimed(key, desk=desk)
        likely = [pk for pk in known.alike(name=name, investor_name=investor) if pk != before]
        signed = [] if before else list(earlier.signed(desk).alike(name=name, investor_name=investor))
        if likely or signed:
            raise self._question(row, likely, signed, desk=desk)
        return None

    def _question(self, row: Incoming, likely: Sequence[int], signed: Sequence[int], *, desk: Desk) -> Question:
        name, known = sheets.said(row, "name"), _known(desk)
        offered = [
            Proposal(str(pk), known.label(pk), 1.0 if known.is_likely(pk, name=name) else 0.5)
            for pk in likely
            if pk in _own(desk)
        ][: earlier.MOST]
        codes = {pk: known.code_of[pk] for pk in likely} | {pk: earlier.signed(desk).code_of[pk] for pk in signed}
        told = "、".join(list(codes.values())[: earlier.MOST])
        return Question(
            self._asked(row),
            [*offered, *earlier.proposals(signed, desk=desk), Proposal("new", gettext("另一个项目，登记为线索"), 0.0)],
            zh=f"与已有项目 {told} 同名或投资方相同、相近，请认定是否同一个，或是其再次签约、续建、增资。",
            en=f"Name or investor like {told.replace('、', ', ')}; say whether it is one of them, or comes after it.",
            field="name",
        )

    def _ask_about_repeats(self, project: int, *, row: Incoming, desk: Desk) -> None:
        """重复签约: what the page asks of a signing is asked of a row, once; an answer is not followed by another."""
        found = {} if row.decision.get("as") == "new" else earlier.repeats(project, desk=desk)
        if not found:
            return
        if row.decision.get("as") == "same":
            desk.warn(row, earlier.hint(found, desk=desk))
            return
        codes = "、".join([earlier.signed(desk).code_of[pk] for pk in found][: earlier.MOST])
        raise Question(
            self._asked(row),
            [*earlier.proposals(list(found), desk=desk), Proposal("new", gettext("另一个项目，与此前签约无关"), 0.0)],
            zh=f"可能是 {codes} 的重复签约。是再次签约、续建或增资的，选前期项目。",
            en=f"May be the second signing of {codes.replace('、', ', ')}. If it comes after one of them, choose that.",
            field=earlier.FIELD,
        )

    def _asked(self, row: Incoming) -> str:
        name, investor = sheets.said(row, "name"), sheets.said(row, "investor")
        return (f"{name}（{investor}）" if investor else name)[:200]

    def _refuse_claimed(self, key: str, *, desk: Desk) -> None:
        """首报首谈 holds for what is signed in a hall, too: whose is not one's own is told who was first."""
        claim = Claim.objects.filter(key=key).select_related("project", "body").first() if key else None
        if claim is None or claim.project_id in _own(desk):
            return
        by = claim.body.name_zh if claim.body else "—"
        raise Refusal(
            f"该投资方已由{by}首报，编号 {claim.project.code}。请由首报单位对应，或先与其对接。",
            f"Reported first by {by}: {claim.project.code}. They tie it, or speak to them first.",
            field="investor",
            code="first_report",
        )

    def _chain(self, event: Event, *, row: Incoming, desk: Desk) -> int:
        said = sheets.said(row, "chain")
        return int(naming.column().find(said, desk=desk)) if said else event.chain_id

    def _lead(self, event: Event, *, row: Incoming, desk: Desk) -> dict[str, Any]:
        """What the lead is opened with; kept with the row, since the row is all there is to open it from."""
        region = sheets.said(row, "region_code")
        district = lookups.District("region_code", "district").take(region, row=row, desk=desk) if region else {}
        if desk.by.reach.role is Role.DISTRICT:
            district = {"district": desk.by.reach.body_id}
        return {
            f"{MADE}name": sheets.said(row, "name"),
            f"{MADE}investor": sheets.said(row, "investor"),
            f"{MADE}place": sheets.said(row, "investor_origin"),
            f"{MADE}chain": self._chain(event, row=row, desk=desk),
            f"{MADE}district": district.get("district"),
            f"{MADE}is_another": row.decision.get("as") == "new",
        }

    def find(self, taken: dict[str, Any], *, row: Incoming, desk: Desk) -> Any | None:
        if "project_id" not in taken:
            return None
        held: dict[int, Signing] = desk.once(
            "signings", lambda: {one.project_id: one for one in Signing.objects.select_related("event")}
        )
        found = held.get(taken["project_id"])
        if found is None or found.event_id == taken["event_id"]:
            return found
        where = f"“{found.event.name}”（{found.event.code}）"
        zh = f"此项目已在{where}签约，一个项目只计一次，本行不计；是续建或增资的，不填项目编号，在“前期项目”填其编号。"
        en = f"Signed at “{found.event.name}” ({found.event.code}) already and counted once; this row does not count."
        en += " An extension or increase leaves the project's code blank and gives it as the earlier project."
        desk.drawer.setdefault("repeated", {})[row.place] = Finding("name", "warning", zh, en, code="signed_before")
        return None

    def change_of(self, row: Incoming, *, desk: Desk) -> Change:
        change = super().change_of(row, desk=desk)
        finding = desk.drawer.get("repeated", {}).get(row.place)
        if finding is not None:
            change.kind, change.after = protocol.IGNORED, {}
            change.findings.append(finding)
        elif change.kind == protocol.NEW:
            change.label = self._destined(change, desk)[:200]
        return change

    def _destined(self, change: Change, desk: Desk) -> str:
        """Where the row goes: the project it is tied to, or the lead it opens."""
        project = change.after.get("project_id")
        if project is None:
            return gettext("%(name)s（登记为线索）") % {"name": change.label}
        return gettext("%(name)s（对应项目）") % {"name": _label(project, desk=desk) or change.label}

    def natural_of(self, change: Change) -> Any:
        """Two rows are one deal where they mean one project, or would open one lead."""
        after = change.after
        if change.kind == protocol.NEW and after.get("project_id") is None:
            named = (names.normalise(str(after.get(f"{MADE}{key}") or "")) for key in ("name", "investor"))
            return (after["event_id"], *named)
        return (after["event_id"], after["project_id"]) if change.kind == protocol.NEW else super().natural_of(change)

    def may_create(self, taken: Mapping[str, Any], *, desk: Desk) -> bool:
        own = Event.objects.editable_by(desk.by)
        editable: set[int] = desk.once("own events", lambda: set(own.values_list("pk", flat=True)))
        if taken["event_id"] not in editable:
            return False
        if "project_id" in taken:
            return taken["project_id"] in _own(desk)
        width = desk.by.reach.scope(Act.WRITE, Thing.PROJECT)
        if desk.by.reach.role is Role.DISTRICT:
            return width > Scope.NONE
        return naming.may_write({"chain_id": taken[f"{MADE}chain"]}, thing=Thing.PROJECT, desk=desk)

    def label(self, taken: Mapping[str, Any], *, record: Any | None, row: Incoming) -> str:  # noqa: ARG002
        return str(row.raw.get("name") or row.values.get("name") or record or "")

    def create(self, taken: dict[str, Any], *, desk: Desk, batch: Batch) -> Any | None:
        event = Event.objects.select_related("chain").get(pk=taken["event_id"])
        project = Project.objects.filter(pk=taken.get("project_id") or 0).first()
        return events.tie_signing(
            event=event,
            project=project or self._open(taken, event=event, desk=desk, batch=batch),
            signed_on=taken.get("signed_on") or event.held_on,
            intended_wan=taken.get("intended_wan"),
            note=taken.get("note", ""),
            by=desk.by,
        )

    def _open(self, taken: Mapping[str, Any], *, event: Event, desk: Desk, batch: Batch) -> Project:
        """The lead of a row. Another one that this batch has just opened is no duplicate: the sheet has both."""
        opened: set[int] = desk.drawer.setdefault("opened", set())
        said: dict[str, Any] = {
            "name": taken[f"{MADE}name"],
            "investor_name": taken.get(f"{MADE}investor", ""),
            "investor_place": taken.get(f"{MADE}place", ""),
            "chain": Chain.objects.get(pk=taken[f"{MADE}chain"]),
            "district": Body.objects.filter(pk=taken.get(f"{MADE}district") or 0).first(),
            "intended_wan": taken.get("intended_wan"),
            "origin": {"event": event.code, "event_name": event.name},
            "is_illustrative": event.is_illustrative,
            "now": batch.uploaded_at,
            "by": desk.by,
        }
        although = gettext("签约明细认定为另一个项目") if taken.get(f"{MADE}is_another") else ""
        before = Project.objects.filter(pk=taken.get(earlier.ATTR) or 0).first()
        if before is not None:
            although = gettext("%(code)s的续建或增资") % {"code": before.code}
            said["predecessor"] = before
        try:
            project = reporting.report_lead(**said, although=although)
        except reporting.Duplicate as duplicate:
            if not {found.pk for found in duplicate.found} <= opened:
                raise PlanChanged from None
            project = reporting.report_lead(**said, although=gettext("同一批签约中的另一个项目"))
        opened.add(project.pk)
        return project

    def attributes(self, record: Any, *, desk: Desk) -> dict[str, Any]:
        now = dict.fromkeys((earlier.ATTR, earlier.WAS), record.project.predecessor_id)
        return {**super().attributes(record, desk=desk), **now}

    def settle(self, record: Any, values: Mapping[str, Any], *, desk: Desk, writing: recording.Writing) -> None:
        super().settle(record, values, desk=desk, writing=writing)
        if earlier.ATTR in values:
            project = Project.objects.get(pk=record.project_id)
            if project.predecessor_id != values[earlier.ATTR]:
                changes = {"predecessor_id": values[earlier.ATTR]}
                writing.change(project, verb="project.edited", changes=changes)

    def withdraw(self, record: Any, made: Mapping[str, Any], *, writing: recording.Writing) -> None:
        """The lead that was opened for a row goes with it, where nobody has worked on it since; a project that was
        there comes after what it came after before, where it still is as the row left it."""
        if f"{MADE}name" not in made:
            tied = Project.objects.get(pk=record.project_id)
            if earlier.ATTR in made and tied.predecessor_id == made[earlier.ATTR]:
                changes = {"predecessor_id": made.get(earlier.WAS)}
                writing.change(tied, verb="project.edited", changes=changes)
            return
        project = Project.objects.filter(pk=record.project_id, version=1).first()
        if project is not None and not recording.in_use(project, besides=OWNED):
            writing.remove(project, verb="lead.import_undone")

    def records(self, *, desk: Desk) -> Iterable[Any]:
        found = Signing.objects.visible_to(desk.by).order_by("event__code", "pk")
        if desk.context.get("event"):
            found = found.filter(event_id=desk.context["event"])
        return found.select_related("event", "project__chain", "project__district")


def _label(pk: int, *, desk: Desk) -> str:
    """What a person knows a project by, open or not."""
    known = next((each for each in (_known(desk), earlier.signed(desk)) if pk in each.code_of), None)
    return known.label(pk) if known is not None else ""


def _district_of(record: Any) -> str | None:
    return (record.project.district.region_code or None) if record.project.district else None


class SigningLedger(DeclaredLedger):
    """活动签约明细."""

    question_note = _(
        "同一个项目的选已有项目，只计一次；再次签约、续建、增资的选前期项目；都不是的登记为线索，首报权不变。"
    )


SIGNINGS = SigningLedger(
    key="signings",
    thing=Thing.EVENT,
    context=(ContextField("event", _("活动"), sheets.events_of, help=_("表中没有填活动的行归入此活动。")),),
    sheets=(
        SigningSheet(
            key="signings",
            model=Signing,
            noun="signing",
            code_field=None,
            natural=("event_id", "project_id"),
            invented="event__is_illustrative",
            columns=(
                Shown("event_code", "event", shown=lambda record: record.event.code),
                Shown("event", "event", shown=lambda record: record.event.name),
                Shown("project_code", "project", shown=lambda record: record.project.code),
                earlier.EarlierColumn(earlier.FIELD, earlier.ATTR),
                Shown("name", "project", shown=lambda record: record.project.name),
                Shown("investor", "project", shown=lambda record: record.project.investor_name),
                Shown("investor_origin", "project", shown=lambda record: record.project.investor_place),
                Shown("chain", "project", shown=lambda record: record.project.chain.name_zh),
                Shown("region_code", "project", shown=_district_of),
                Column("intended_wan", "intended_wan"),
                Column("signed_on", "signed_on"),
                Column("remark", "note"),
            ),
        ),
    ),
)
