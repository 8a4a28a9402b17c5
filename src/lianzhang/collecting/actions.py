"""Opening a collection, answering it, sending an answer back, accepting it, closing: the only writers of this app."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lianzhang.accounts.actions import Refused
from lianzhang.accounts.models import Body, Person
from lianzhang.accounts.rules import Act, Thing
from lianzhang.collecting import columns, queries, rules
from lianzhang.collecting.models import Collection, Submission, SubmissionRow
from lianzhang.intake import storage
from lianzhang.intake.writing import Writing
from lianzhang.jobs import actions as jobs
from lianzhang.jobs.models import Job
from lianzhang.records import codes
from lianzhang.records.models import Stale
from lianzhang.trail import actions as trail

State = Submission.State
NAMED = 8  # bodies named in a refusal
NIL = "零报告"  # an answer that there is nothing to tell
Values = Mapping[str, Any]


def open_form(
    *,
    title: str,
    request: str,
    form: Sequence[columns.FormColumn],
    has_many_rows: bool,
    bodies: Sequence[Body],
    due_at: datetime,
    previous: Collection | None,
    now: datetime,
    by: Person,
) -> Collection:
    """专项收表: a form goes out to the bodies that must answer it."""
    asked = Collection(
        title=title.strip(),
        request=request.strip(),
        columns=[column.plain() for column in columns.checked(form)],
        has_many_rows=has_many_rows,
        due_at=due_at,
        previous=previous,
        is_illustrative=by.acting is not None and by.acting.body.is_illustrative,
    )
    with transaction.atomic():
        asked.code = codes.next_code("SB", year=timezone.localdate(now).year)
        return open_collection(asked, bodies=bodies, now=now, by=by)


def open_collection(asked: Collection, *, bodies: Sequence[Body], now: datetime, by: Person) -> Collection:
    """Send a collection out; each body owes an answer from now on. Call inside the transaction that gave the code."""
    if not by.reach.may(Act.APPROVE, Thing.COLLECTION) or by.acting is None:
        raise Refused(_("您的职务不发起收表。"))
    if not bodies:
        raise Refused(_("没有选应报单位。"))
    _expect_ahead(asked.due_at, now=now)
    asked.owner, asked.opened_by, asked.opened_at = by.acting.body, by, now
    with transaction.atomic():
        trail.create(asked, verb="collection.opened", by=by, detail={"bodies": len(bodies)})
        owed = [Submission(collection=asked, body=body) for body in bodies]
        trail.create_many(owed, verb="submission.expected", by=by)
    return asked


def extend(collection: Collection, *, due_at: datetime, now: datetime, by: Person) -> Collection:
    """延期: a later (or nearer) moment for everybody; what came in stays judged by the moment that holds."""
    _require_asker(collection, by=by)
    _expect_ahead(due_at, now=now)
    with transaction.atomic():
        held = held_open(collection.pk)
        return trail.change(held, verb="collection.extended", changes={"due_at": due_at}, by=by)


def save(
    submission: Submission, *, rows: Sequence[Values], version: int | None, by: Person, note: str | None = None
) -> Submission:
    """Keep what a body has written so far; only rows that differ are written. Raises Stale on an old version."""
    _require_answerer(submission, by=by)
    with transaction.atomic():
        submission = locked(submission, move="save", version=version)
        most = rules.MOST_ROWS if submission.collection.has_many_rows else 1
        if len(rows) > most:
            raise Refused(_("本表每个单位只填一行。") if most == 1 else _("一次最多 %d 行。") % most)
        writing = Writing(by=by, detail={"collection": submission.collection.code, "rows": len(rows)})
        is_moved = _write_rows(submission, rows, writing=writing)
        changes = drafted(submission, is_moved=is_moved, note=note)
        writing.change(submission, verb="submission.saved", changes=changes, touches=is_moved)
        writing.close()
    return submission


def held_open(collection_id: int) -> Collection:
    """The collection, held until the transaction ends; Refused where it is closed.

    Locked first and read after that: a row read while it waits for the lock comes with whom it named before.
    """
    trail.hold()
    Collection.objects.select_for_update().only("pk").get(pk=collection_id)
    collection = Collection.objects.select_related("closed_by", "previous", "owner").get(pk=collection_id)
    rules.expect_open(collection)
    return collection


def locked(submission: Submission, *, move: str, version: int | None = None) -> Submission:
    """The answer as it stands, held with its collection until the transaction ends, so that nothing is written into
    one that is just being closed; Refused where the move is not to be made, Stale where the caller saw an older one."""
    held_open(submission.collection_id)
    held = Submission.objects.select_for_update(of=("self",))
    now = held.select_related("collection__closed_by", "collection__previous", "body").get(pk=submission.pk)
    rules.expect(move, now)
    if version is not None and now.version != version:
        raise Stale(now, {})
    return now


def drafted(submission: Submission, *, is_moved: bool, note: str | None) -> dict[str, Any]:
    """What saving changes on the answer itself. A returned one stays returned until it is handed in again, since its
    reason must stand on the page; one in which nothing was written yet is not begun by an empty save; a stated total
    was held against the rows of a workbook, which are no longer these."""
    is_begun = is_moved or (note is not None and note.strip() != submission.note)
    stays = submission.state == State.RETURNED or (submission.state == State.EXPECTED and not is_begun)
    changes: dict[str, Any] = {} if stays else {"state": State.DRAFT}
    if note is not None:
        changes["note"] = note.strip()[:300]
    if is_moved and "mismatch" in submission.upload:
        changes["upload"] = {key: value for key, value in submission.upload.items() if key != "mismatch"}
    return {name: value for name, value in changes.items() if getattr(submission, name) != value}


def submit(
    submission: Submission,
    *,
    now: datetime,
    by: Person,
    note: str = "",
    is_nil: bool = False,
    version: int | None = None,
) -> Submission:
    """报送: after the due moment too, and then marked late. An empty form goes only as a nil report said to be one."""
    _require_answerer(submission, by=by)
    with transaction.atomic():
        submission = locked(submission, move="submit", version=version)
        said = note.strip()[:300] or submission.note
        if is_nil:
            said = said or NIL
        if submission.collection.kind == Collection.Kind.FORM:
            _expect_filled(submission, is_nil=is_nil)
        mismatch = submission.upload.get("mismatch")
        if mismatch and not said:
            raise Refused(_("表中合计与各行之和不符（%(what)s）。请更正，或在说明中写明原因。") % {"what": mismatch})
        changes = {
            "state": State.SUBMITTED,
            "submitted_by": by,
            "submitted_at": now,
            "first_submitted_at": submission.first_submitted_at or now,
            "is_handed_in": by.reach.body_id != submission.body_id,
            "note": said,
        }
        return trail.change(submission, verb="submission.submitted", changes=changes, by=by)


def recall(submission: Submission, *, by: Person) -> Submission:
    """撤回: the body takes its answer back to change it, as long as nobody accepted it."""
    _require_answerer(submission, by=by)
    with transaction.atomic():
        submission = locked(submission, move="recall")
        return trail.change(submission, verb="submission.recalled", changes={"state": State.DRAFT}, by=by)


def send_back(submission: Submission, *, reason: str, now: datetime, by: Person) -> Submission:
    """退回: with what is to be put right."""
    _require_asker(submission.collection, by=by)
    with transaction.atomic():
        return returned(locked(submission, move="return"), reason=reason, now=now, by=by)


def returned(submission: Submission, *, reason: str, now: datetime, by: Person) -> Submission:
    """Mark an answer as sent back; the caller has checked that `by` may."""
    if not reason.strip():
        raise Refused(_("退回须写明理由。"))
    changes = {
        "state": State.RETURNED,
        "return_reason": reason.strip()[:200],
        "returned_by": by,
        "returned_at": now,
        "accepted_by": None,
        "accepted_at": None,
    }
    return trail.change(submission, verb="submission.returned", changes=changes, by=by)


def accept(submission: Submission, *, now: datetime, by: Person) -> Submission:
    """核收: by another person than who handed it in."""
    _require_asker(submission.collection, by=by)
    with transaction.atomic():
        submission = locked(submission, move="accept")
        if submission.submitted_by_id == by.pk:
            raise Refused(_("本人报送或代为上传的，须由另一人核收。"))
        return accepted(submission, now=now, by=by)


def accepted(submission: Submission, *, now: datetime, by: Person) -> Submission:
    """Mark an answer as accepted; the caller has checked that `by` may."""
    changes = {"state": State.ACCEPTED, "accepted_by": by, "accepted_at": now}
    return trail.change(submission, verb="submission.accepted", changes=changes, by=by)


def close(collection: Collection, *, although: str = "", now: datetime, by: Person) -> Collection:
    """关闭: for good. Who has not answered stays listed as such, and closing over them takes a reason that stays."""
    with transaction.atomic():
        _require_asker(collection, by=by)
        collection = held_open(collection.pk)
        silent = queries.not_answered(queries.submissions(collection))
        if silent and not although.strip():
            said = {"count": len(silent), "names": named(silent)}
            raise Refused(_("还有%(count)d个单位未报或退回未改：%(names)s。请催办，或写明理由后关闭。") % said)
        return closed(collection, although=although, now=now, by=by)


def closed(collection: Collection, *, although: str, now: datetime, by: Person, **detail: Any) -> Collection:
    """Mark a held collection as closed; the caller has checked that `by` may and that a reason is there if needed."""
    changes = {
        "state": Collection.State.CLOSED,
        "closed_by": by,
        "closed_at": now,
        "close_reason": although.strip()[:200],
    }
    return trail.change(collection, verb="collection.closed", changes=changes, by=by, detail=detail)


def named(found: Sequence[Submission]) -> str:
    """The bodies of some answers, the first few by name."""
    names = _("、").join(one.body.name for one in found[:NAMED])
    return names + (_("等") if len(found) > NAMED else "")


def receive(submission: Submission, *, upload: Any, kind: str, url: str, by: Person) -> Job:
    """Take in the workbook of an answer: kept, and read in the background. `kind` is the job that reads it."""
    _require_answerer(submission, by=by)
    rules.expect("save", submission)
    sha256, name = storage.keep(upload), storage.shown_name(upload.name)
    with transaction.atomic():
        submission = locked(submission, move="save")
        arguments = {"submission_id": submission.pk, "sha256": sha256, "name": name}
        job = jobs.ask(kind, arguments, queue=Job.Queue.QUICK, subject_url=url, by=by)
        changes = {"file_name": name, "upload": {"sha256": sha256, "job": job.pk}}
        trail.change(submission, verb="submission.uploaded", changes=changes, by=by)
    return job


def _write_rows(submission: Submission, rows: Sequence[Values], *, writing: Writing) -> bool:
    """Whether a row came, went or changed."""
    held = {row.position: row for row in SubmissionRow.objects.filter(submission=submission)}
    made, is_moved = [], False
    for position, said in enumerate(rows, start=1):
        row = held.pop(position, None)
        if row is None:
            made.append(SubmissionRow(submission=submission, position=position, values=dict(said)))
        elif row.values != said:
            writing.change(row, verb="submission_row.changed", changes={"values": dict(said)})
            is_moved = True
    for row in held.values():
        writing.remove(row, verb="submission_row.dropped")
    writing.create_many(made, verb="submission_row.entered")
    return is_moved or bool(made or held)


def _expect_filled(submission: Submission, *, is_nil: bool) -> None:
    rows = list(submission.rows.all())
    if is_nil and rows:
        raise Refused(_("表中已有内容，不能按零报告报送。"))
    if not rows and not is_nil:
        raise Refused(_("还没有填写内容。确实没有的，请勾选“零报告”。"))
    needed = [column for column in columns.of(submission.collection) if column.is_required]
    for row in rows:
        lacks = [column.label for column in needed if row.values.get(column.key) in (None, "")]
        if lacks:
            raise Refused(_("第 %(row)d 行未填：%(names)s。") % {"row": row.position, "names": _("、").join(lacks)})


def _expect_ahead(due_at: datetime, *, now: datetime) -> None:
    if due_at <= now:
        raise Refused(_("截止时间 %(due)s 已过。") % {"due": f"{timezone.localtime(due_at):%Y-%m-%d %H:%M}"})


def _require_answerer(submission: Submission, *, by: Person) -> None:
    if not Submission.objects.editable_by(by).filter(pk=submission.pk).exists():
        raise Refused(_("这份表不由您的单位填报。"))


def _require_asker(collection: Collection, *, by: Person) -> None:
    if not Collection.objects.editable_by(by).filter(pk=collection.pk).exists():
        raise Refused(_("只有发起单位和秘书处可以办理。"))


def month_code(month: date) -> str:
    """The code of the monthly round of a month: YB-2026-11."""
    return f"YB-{month:%Y-%m}"
