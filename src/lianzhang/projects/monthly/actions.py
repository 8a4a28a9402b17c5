"""The month: opened by the secretariat, written by districts, checked by task forces, closed by the secretariat,
corrected after that by dated records only."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lianzhang.accounts.actions import Refused
from lianzhang.accounts.models import Person
from lianzhang.collecting import actions as collecting
from lianzhang.collecting import queries as collecting_queries
from lianzhang.collecting.models import Collection, Submission
from lianzhang.intake.writing import Writing
from lianzhang.jobs import actions as jobs
from lianzhang.jobs.models import Job
from lianzhang.projects.models import MonthCorrection, MonthReport, Project
from lianzhang.projects.monthly import doubts, meanwhile, queries
from lianzhang.projects.monthly.queries import FIGURES, TEXTS, Row
from lianzhang.records.models import Stale
from lianzhang.trail import actions as trail
from lianzhang.trail import evidence
from lianzhang.trail.models import Attachment, Proof

State = MonthReport.State
SAID = (*FIGURES, *TEXTS, "explanation")
NAMED = 5  # projects named in a refusal


@dataclass(frozen=True)
class Said:
    """What a district says of one project. `version` is that of the report it saw, None where there was none."""

    project_id: int
    values: Mapping[str, Any]
    version: int | None = None


def open_round(*, month: dt.date, due_at: dt.datetime, request: str = "", now: dt.datetime, by: Person) -> Collection:
    """发起月度调度: every district with key projects owes its month."""
    if not queries.closes(by):
        raise Refused(_("月度调度由秘书处发起。"))
    month = month.replace(day=1)
    if month > timezone.localdate(now):
        raise Refused(_("%(month)s还没有开始，不能调度。") % {"month": said_month(month)})
    _expect_new(month)
    bodies = queries.districts()
    if not bodies:
        raise Refused(_("没有区市有在推进的重点项目。"))
    asked = Collection(
        code=collecting.month_code(month),
        kind=Collection.Kind.MONTH,
        period=month,
        title=_("%(month)s重点项目月度调度") % {"month": said_month(month)},
        request=request.strip(),
        has_many_rows=True,
        due_at=due_at,
        previous=Collection.objects.filter(kind=Collection.Kind.MONTH, period__lt=month).order_by("-period").first(),
        is_illustrative=all(body.is_illustrative for body in bodies),
    )
    try:
        with transaction.atomic():
            return collecting.open_collection(asked, bodies=bodies, now=now, by=by)
    except IntegrityError:  # a colleague opened the month at the same moment: the unique key decides, not a look
        _expect_new(month)
        raise


def _expect_new(month: dt.date) -> None:
    known = Collection.objects.filter(kind=Collection.Kind.MONTH, period=month).first()
    if known is not None:
        said = {"month": said_month(month), "code": known.code, "state": known.get_state_display()}
        raise Refused(_("%(month)s的调度已经发起（%(code)s），状态“%(state)s”。") % said)


def save(submission: Submission, *, said: Sequence[Said], by: Person, note: str | None = None, stamp: str = "") -> int:
    """Keep what a district says of its projects; how many rows differ. Raises Stale where a colleague was first.

    `stamp`: that of the workbook which says it, kept with the events so that the same workbook may correct itself.
    """
    _require_answerer(submission, by=by)
    wanted = {one.project_id: one for one in said}
    with transaction.atomic():
        submission = collecting.locked(submission, move="save")
        projects = list(queries.due(submission.body_id).filter(pk__in=wanted))
        if len(projects) != len(wanted):
            raise Refused(_("有项目不在本区市的重点项目之列，未保存。"))
        writing = Writing(
            by=by, detail={"round": submission.collection.code, **({meanwhile.SENT: stamp} if stamp else {})}
        )
        found = queries.rows(submission, projects=projects)
        count = sum(_keep(row, wanted[row.project.pk], submission=submission, writing=writing) for row in found)
        changes = collecting.drafted(submission, is_moved=count > 0, note=note)
        if changes:
            writing.change(submission, verb="submission.saved", changes=changes)
        writing.close()
    return count


def _keep(row: Row, said: Said, *, submission: Submission, writing: Writing) -> bool:
    """Write one row where it differs; the doubts are found again from what it says now."""
    values = {name: said.values[name] for name in SAID if name in said.values}
    report = row.report
    if report is None and all(row.value(name) == value or value in (None, "") for name, value in values.items()):
        return False
    is_new = report is None
    if report is None:
        carried = {name: row.value(name) for name in queries.CARRIED}
        report = MonthReport(project=row.project, month=queries.month_of(submission.collection))
        values = {**carried, **values, "submission": submission, "body": submission.body}
    elif said.version is not None and said.version != report.version:
        raise Stale(report, dict(values))
    changed = {name: value for name, value in values.items() if getattr(report, name) != value}
    if not changed and not is_new:
        return False
    if not row.is_writable:
        raise Refused(
            _("%(project)s的月报是“%(state)s”，不能再改。")
            % {"project": row.project.name, "state": report.get_state_display()}
        )
    _expect_amounts(row.project, changed)
    if is_new:
        for name, value in changed.items():
            setattr(report, name, value)
        report.doubts = _doubts(row, report)
        writing.create_many([report], verb="month_report.entered")
        return True
    would = {name: changed.get(name, getattr(report, name)) for name in FIGURES}
    found = _doubts_of(row, **{name: would[name] for name in ("done_month_wan", "done_year_wan")})
    writing.change(report, verb="month_report.changed", changes={**changed, "doubts": found})
    return True


def add_photo(submission: Submission, *, project: Project, kept: Attachment, by: Person) -> Proof:
    """佐证 of the month's progress: a kept file on the project, named by the row it belongs to."""
    _require_answerer(submission, by=by)
    with transaction.atomic():
        submission = collecting.locked(submission, move="save")
        row = next(iter(queries.rows(submission, projects=queries.due(submission.body_id).filter(pk=project.pk))), None)
        if row is None or row.report is None or not row.is_writable:
            raise Refused(_("先填写并保存本项目的月报，再添加照片；已报已核的不能再加。"))
        proof = evidence.attach(kept, to=project, purpose="progress", by=by)
        ids = [*row.report.proof_ids, proof.pk]
        trail.change(row.report, verb="month_report.changed", changes={"proof_ids": ids}, by=by)
    return proof


def submit(submission: Submission, *, note: str = "", now: dt.datetime, by: Person) -> Submission:
    """报送: every project answered, every doubt explained; after the due moment marked late."""
    _require_answerer(submission, by=by)
    with transaction.atomic():
        submission = collecting.locked(submission, move="submit")
        found = queries.rows(submission)
        lacking = [row for row in found if row.is_writable and queries.missing(row)]
        if lacking:
            said = {"count": len(lacking), "names": _named(lacking)}
            raise Refused(_("还有%(count)d个项目没有填齐：%(names)s。") % said)
        writing = Writing(by=by, detail={"round": submission.collection.code})
        for row in found:
            if row.report is not None and row.is_writable:
                changes = {"state": State.SUBMITTED, "reported_by": by, "reported_at": now, "doubts": row.doubts}
                writing.change(row.report, verb="month_report.submitted", changes={**changes, "submission": submission})
        writing.close()
        submission = collecting.submit(submission, note=note, now=now, by=by)
        return _settle(submission, now=now, by=by)


def recall(submission: Submission, *, by: Person) -> Submission:
    """撤回: rows nobody has checked yet go back to the district."""
    with transaction.atomic():
        submission = collecting.recall(submission, by=by)
        writing = Writing(by=by, detail={"round": submission.collection.code})
        for report in submission.month_reports.filter(state=State.SUBMITTED):
            writing.change(report, verb="month_report.recalled", changes={"state": State.DRAFT})
        writing.close()
    return submission


def check(
    collection: Collection, *, reports: Iterable[int], passes: bool, reason: str = "", now: dt.datetime, by: Person
) -> int:
    """核验: a task force passes rows of its chain, or sends them back with the reason; how many."""
    if not passes and not reason.strip():
        raise Refused(_("退回须写明理由。"))
    with transaction.atomic():
        collection = collecting.held_open(collection.pk)
        asked = queries.to_check(by, collection).filter(pk__in=list(reports))
        found = list(asked.select_related("project", "submission__body"))
        if not found:
            raise Refused(_("所选行没有待您核验的：须是本链、已报送、非本人报送。"))
        said = {"state": State.CHECKED if passes else State.RETURNED, "checked_by": by, "checked_at": now}
        writing = Writing(by=by, detail={"round": collection.code})
        verb = "month_report.checked" if passes else "month_report.returned"
        for report in found:
            writing.change(report, verb=verb, changes={**said, "check_note": reason.strip()[:200]})
        writing.close()
        for submission in {report.submission for report in found if report.submission is not None}:
            submission.collection = collection
            _settle(submission, now=now, by=by)
    return len(found)


def _settle(submission: Submission, *, now: dt.datetime, by: Person) -> Submission:
    """The district's answer follows its rows: one sent back sends it back, all passed accept it."""
    rows = list(submission.month_reports.select_related("project"))
    back = [one for one in rows if one.state == State.RETURNED]
    if back:
        names = _("、").join(one.project.name for one in back[:NAMED])
        reason = _("退回%(count)d行：%(names)s") % {"count": len(back), "names": names}
        return collecting.returned(submission, reason=reason, now=now, by=by)
    if rows and all(one.state == State.CHECKED for one in rows):
        return collecting.accepted(submission, now=now, by=by)
    return submission


def close(collection: Collection, *, although: str = "", now: dt.datetime, by: Person) -> Job:
    """关账: the month is locked at once and for good; the figures go onto the projects in the background.

    Over a district that has not answered, and over rows nobody checked (they are not written), it takes a reason, which
    stays on the month and in the reports about it.
    """
    if not queries.closes(by):
        raise Refused(_("月度调度由秘书处关账。"))
    with transaction.atomic():
        collection = collecting.held_open(collection.pk)
        silent = collecting_queries.not_answered(collecting_queries.submissions(collection))
        open_rows = MonthReport.objects.filter(
            month=queries.month_of(collection), state__in=(State.SUBMITTED, State.RETURNED)
        )
        count = open_rows.count()
        if (silent or count) and not although.strip():
            raise Refused(_left(silent, count))
        collection = collecting.closed(collection, although=although, now=now, by=by, silent=len(silent), rows=count)
        return ask_to_write(collection, by=by)


def _left(silent: Sequence[Submission], count: int) -> str:
    """What a close would pass over, and what to do."""
    told = []
    if silent:
        said = {"count": len(silent), "names": collecting.named(silent)}
        told.append(_("%(count)d个区市未报或退回未改（%(names)s）") % said)
    if count:
        told.append(_("%(count)d行已报未核或退回未改") % {"count": count})
    what = _("，").join(told)
    return _("还有%(what)s。请催办，或写明理由后关账：这些数字不写入项目，理由留在本月和月报上。") % {"what": what}


def ask_to_write(collection: Collection, *, by: Person) -> Job:
    """Write what is checked onto the projects, in the background; asked again it goes on where it was."""
    if collection.state != Collection.State.CLOSED:
        raise Refused(_("关账后才写入项目。"))
    arguments = {"collection_id": collection.pk}
    return jobs.ask(
        "projects.write_month", arguments, queue=Job.Queue.QUICK, subject_url=f"/rounds/{collection.code}/", by=by
    )


def write(reports: Sequence[MonthReport], *, by: Person) -> int:
    """Carry checked rows of a closed month onto their projects, in the caller's transaction; how many changed. A
    project that carries a later month already is left alone."""
    trail.hold()
    writing, count = Writing(by=by, detail={}), 0
    projects = Project.objects.select_for_update().in_bulk([report.project_id for report in reports])
    for report in reports:
        project, end = projects[report.project_id], queries.last_day(report.month)
        if project.done_as_of is not None and project.done_as_of > end:
            continue
        writing.detail = {"month": f"{report.month:%Y-%m}"}
        said: dict[str, Any] = {name: getattr(report, name) for name in TEXTS}
        said |= {"done_year_wan": report.done_year_wan, "done_as_of": end, "progress_on": end}
        if report.arrived_wan is not None:
            said["arrived_wan"] = report.arrived_wan
        changed = {name: value for name, value in said.items() if getattr(project, name) != value}
        if changed:
            writing.change(project, verb="project.month_closed", changes=changed)
            count += 1
    writing.close()
    return count


def correct(
    *, collection: Collection, project: Project, field: str, value: Any, reason: str, now: dt.datetime, by: Person
) -> MonthCorrection:
    """更正 of a closed month: what was reported stays, the correction stands beside it, dated and with its reason."""
    if not queries.closes(by):
        raise Refused(_("关账后的更正由秘书处办理。"))
    if collection.state != Collection.State.CLOSED or collection.period is None:
        raise Refused(_("本月还没有关账，请由区市修改后重报。"))
    if field not in (*FIGURES, *TEXTS):
        raise Refused(_("这一栏不能更正。"))
    if not reason.strip():
        raise Refused(_("更正须写明理由。"))
    _expect_amounts(project, {field: value})
    with transaction.atomic():
        trail.hold()
        report = MonthReport.objects.filter(project=project, month=collection.period).first()
        if report is None:
            report = MonthReport(project=project, month=queries.month_of(collection), body=project.district)
            trail.create(report, verb="month_report.entered", by=by)
        before = queries.corrected([report]).get(report.pk, {}).get(field, plain(getattr(report, field)))
        if before == plain(value):
            raise Refused(_("与现值相同，没有可更正的。"))
        made = MonthCorrection(
            report=report,
            field=field,
            before=before[:300],
            after=plain(value)[:300],
            reason=reason.strip()[:200],
            corrected_on=timezone.localdate(now),
            by=by,
            at=now,
        )
        trail.create(made, verb="month_correction.made", by=by)
        _carry(project, report, field=field, value=value, reason=reason, by=by)
    return made


def _carry(project: Project, report: MonthReport, *, field: str, value: Any, reason: str, by: Person) -> None:
    """The project follows where the figure it carries is this month's."""
    project = Project.objects.select_for_update().get(pk=project.pk)
    end = queries.last_day(report.month)
    if field == "done_month_wan" or (project.done_as_of is not None and project.done_as_of > end):
        return
    changes: dict[str, Any] = {field: value}
    if field == "done_year_wan":
        changes["done_as_of"] = end
    elif project.done_as_of != end:
        return
    detail = {"month": f"{report.month:%Y-%m}", "reason": reason.strip()[:200]}
    trail.change(project, verb="project.month_corrected", changes=changes, detail=detail, by=by)


def plain(value: Any) -> str:
    """A value as a correction keeps it."""
    if isinstance(value, Decimal):
        return format(value.normalize(), "f") if value else "0"
    if isinstance(value, dt.date):
        return value.isoformat()
    return "" if value is None else str(value)


def said_month(month: dt.date) -> str:
    """2026年11月."""
    return _("%(year)d年%(month)d月") % {"year": month.year, "month": month.month}


def _doubts(row: Row, report: MonthReport) -> list[dict[str, str]]:
    return _doubts_of(row, done_month_wan=report.done_month_wan, done_year_wan=report.done_year_wan)


def _doubts_of(row: Row, *, done_month_wan: Decimal | None, done_year_wan: Decimal | None) -> list[dict[str, str]]:
    return doubts.of(
        done_month=done_month_wan, done_year=done_year_wan, plan_year=row.project.plan_year_wan, earlier=row.earlier
    )


def _named(found: Sequence[Row]) -> str:
    labels = {"explanation": _("存疑未说明"), "blockage": _("存在问题")}
    told = []
    for row in found[:NAMED]:
        lacks = [labels.get(name) or label(name) for name in queries.missing(row)]
        told.append(f"{row.project.name}（{_('、').join(lacks)}）")
    return _("、").join(told) + (_("等") if len(found) > NAMED else "")


def label(field: str) -> str:
    """What a field of the month is called."""
    found: Any = MonthReport._meta.get_field(field)
    return str(found.verbose_name)


def _expect_amounts(project: Project, said: Mapping[str, Any]) -> None:
    """A month may take back money that was reported twice; what the year adds up to is never less than nothing."""
    for name in ("done_year_wan", "arrived_wan"):
        amount = said.get(name)
        if isinstance(amount, Decimal) and amount < 0:
            raise Refused(_("%(project)s：金额不能是负数。") % {"project": project.name})


def _require_answerer(submission: Submission, *, by: Person) -> None:
    if not Submission.objects.editable_by(by).filter(pk=submission.pk).exists():
        raise Refused(_("这份月报不由您的单位填报。"))
