"""专家意见: asked of an expert or filed from paper with its scan; never changed, only superseded by a later one."""

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lianzhang.accounts.actions import Refused
from lianzhang.accounts.models import Appointment, Person
from lianzhang.accounts.rules import Post
from lianzhang.chains.models import Consultation, Gap, Opinion
from lianzhang.trail import actions as trail
from lianzhang.trail import evidence as files
from lianzhang.trail.models import Attachment

EVIDENCE = "opinion"  # the purpose under which the scan of an opinion is attached


def file(
    *,
    gap: Gap,
    body_name: str,
    person_name: str,
    given_on: date,
    attitude: str,
    text: str,
    scan: Attachment,
    now: datetime,
    by: Person,
    supersedes: Opinion | None = None,
) -> Opinion:
    """File what an expert said on paper, with its scan; by whoever writes the gap."""
    if not Gap.objects.editable_by(by).filter(pk=gap.pk).exists():
        raise Refused(_("您现在的职务无权修改此缺口。"))
    if given_on > timezone.localdate(now):
        raise Refused(_("意见日期晚于今天。"))
    opinion = Opinion(
        gap=gap,
        body_name=body_name.strip(),
        person_name=person_name.strip(),
        given_on=given_on,
        attitude=attitude,
        text=text.strip(),
        supersedes=supersedes,
        filed_by=by,
        filed_at=now,
        is_illustrative=gap.is_illustrative,
    )
    with transaction.atomic():
        _enter(opinion, by=by)
        files.attach(scan, to=opinion, purpose=EVIDENCE, by=by)
    return opinion


def ask(
    *, gap: Gap, expert: Person, title: str, question: str, due_on: date | None, now: datetime, by: Person
) -> Consultation:
    """Ask an expert about a gap. The expert reads the title and the question, and nothing else of the gap."""
    today = timezone.localdate(now)
    if not Gap.objects.editable_by(by).filter(pk=gap.pk).exists():
        raise Refused(_("您现在的职务无权修改此缺口。"))
    if not Appointment.objects.in_force(today).filter(person=expert, post=Post.EXPERT).exists():
        raise Refused(_("%(name)s现在不是专家，不能征询。") % {"name": expert.name})
    if due_on is not None and due_on < today:
        raise Refused(_("答复日期早于今天。"))
    waiting = Consultation.objects.filter(gap=gap, expert=expert, opinion=None, withdrawn_at=None)
    with transaction.atomic():
        if waiting.exists():
            raise Refused(_("已就此缺口征询%(name)s，尚未答复。") % {"name": expert.name})
        return trail.create(
            Consultation(
                gap=gap,
                expert=expert,
                title=title.strip(),
                question=question.strip(),
                due_on=due_on,
                asked_by=by,
                asked_at=now,
            ),
            verb="consultation.asked",
            by=by,
        )


def answer(*, consultation: Consultation, attitude: str, text: str, version: int, now: datetime, by: Person) -> Opinion:
    """The expert's opinion, in the name of the body the expert sits in; a second one takes the place of the first."""
    if consultation.expert_id != by.pk:
        raise Refused(_("只能由被征询的专家本人答复。"))
    if consultation.withdrawn_at is not None:
        raise Refused(_("征询已撤回。"))
    if not text.strip():
        raise Refused(_("请填写意见。"))
    opinion = Opinion(
        gap=consultation.gap,
        body_name=by.acting.body.name_zh if by.acting is not None else "",
        person_name=by.name,
        given_on=timezone.localdate(now),
        attitude=attitude,
        text=text.strip(),
        supersedes=consultation.opinion,
        filed_by=by,
        filed_at=now,
        is_illustrative=consultation.gap.is_illustrative,
    )
    with transaction.atomic():
        _enter(opinion, by=by)
        trail.change(consultation, verb="consultation.answered", changes={"opinion": opinion}, version=version, by=by)
    return opinion


def withdraw(*, consultation: Consultation, version: int, now: datetime, by: Person) -> Consultation:
    """Take back a question that nobody answered; the expert reads it no longer."""
    if not Gap.objects.editable_by(by).filter(pk=consultation.gap_id).exists():
        raise Refused(_("您现在的职务无权修改此缺口。"))
    if consultation.opinion_id is not None:
        raise Refused(_("已有答复，不能撤回。"))
    with transaction.atomic():
        return trail.change(
            consultation, verb="consultation.withdrawn", changes={"withdrawn_at": now}, version=version, by=by
        )


def _enter(opinion: Opinion, *, by: Person) -> None:
    """Insert the opinion; what it supersedes must be of the same gap and must still stand."""
    before = opinion.supersedes
    if before is not None and before.gap_id != opinion.gap_id:
        raise Refused(_("只能替代同一缺口的意见。"))
    if before is not None and Opinion.objects.filter(supersedes=before).exists():
        raise Refused(_("该意见已被替代。"))
    trail.create(opinion, verb="opinion.filed", by=by)
