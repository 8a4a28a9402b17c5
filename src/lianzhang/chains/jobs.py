"""The chain's background work: the snapshot with its gaps, and the target list."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lianzhang.accounts.models import Appointment, Person
from lianzhang.chains import analysis, publication
from lianzhang.chains.actions import gaps, releases, snapshots, targets
from lianzhang.chains.models import Anchor, Chain, Release, Snapshot, TargetList
from lianzhang.chains.queries import disclosure
from lianzhang.jobs import actions
from lianzhang.jobs import queries as job_queries
from lianzhang.jobs.models import Job
from lianzhang.jobs.progress import Progress
from lianzhang.jobs.work import Unworkable
from lianzhang.registry import queries as registry

T = TypeVar("T")


def analyse(progress: Progress, *, chain_id: int) -> dict[str, Any]:
    """Freeze the chain's data as the asker may read it, compute coverage, propose gaps."""
    chain = Chain.objects.visible_to(progress.person).select_related("scheme").get(pk=chain_id)
    known = {one.pk: one for one in Snapshot.objects.filter(chain=chain, is_pooled=False).order_by("-taken_at")}
    snapshot, tables, made = _analyse(progress, chain)
    said = {"snapshot": snapshot.pk, "proposed": made, "parts": tables["parts"].num_rows}
    return said | {"message": _changed(snapshot, known, made)}


def _changed(snapshot: Snapshot, known: Mapping[str, Snapshot], made: int) -> str:
    """What came of computing anew, with what was `known` before, newest first: that nothing changed, or that a change
    was taken back, is said too, and since when."""
    last = next(iter(known.values()), None)
    if last is None or not analysis.is_same(last, snapshot):
        if (before := known.get(snapshot.pk)) is not None:
            at = f"{timezone.localtime(before.taken_at):%Y-%m-%d %H:%M}"
            return _("数据已恢复到与 %(at)s 的快照相同，沿用该快照；新提出 %(count)s 个缺口。") % {
                "at": at,
                "count": made,
            }
        return _("已生成新快照，新提出 %(count)s 个缺口。") % {"count": made}
    at = f"{timezone.localtime(last.taken_at):%Y-%m-%d %H:%M}"
    if snapshot.pk == last.pk:
        return _("数据与 %(at)s 的快照完全相同，没有变化，沿用该快照。") % {"at": at}
    return _("数据与 %(at)s 的快照完全相同，没有变化；已按今天的日期留存。") % {"at": at}


def decide_releases(progress: Progress, *, snapshot_id: str) -> dict[str, Any]:
    """Decide what goes out of a snapshot of before the rule: readers without a grant need not wait for the next one."""
    snapshot = Snapshot.objects.select_related("chain__scheme").get(pk=snapshot_id)
    tables = analysis.reopen(snapshot)
    progress.tell(_("按发布规则核定可发布的数字"))
    decide = partial(publication.of_snapshot, snapshot, tables)
    _publish(progress, snapshot, disclosure.contents_of(snapshot), decide)
    return {"snapshot": snapshot.pk}


def decide_list(progress: Progress, *, list_id: int) -> dict[str, Any]:
    """Decide what goes out of a list whose proof was broken off, as of one that was proven."""
    found = TargetList.objects.select_related("chain__scheme", "snapshot__chain")
    listed = found.get(pk=list_id)
    if listed.snapshot is None:
        return {}
    progress.tell(_("按发布规则核定可发布的数字"))
    _go_out(progress, listed, listed.snapshot, analysis.reopen(listed.snapshot))
    return {"list": listed.code, "url": f"/targets/{listed.code}"}


class Contradicted(Unworkable):
    """No list meets the conditions. The words name anchors and what could be covered of theirs: the list keeps them
    with the snapshot they are of, so that grants are asked again whenever they are shown; the job does not keep them.
    """

    def __init__(self, reason: str, *, snapshot: Snapshot) -> None:
        super().__init__(reason)
        self.snapshot = snapshot


def choose_targets(progress: Progress, *, list_id: int) -> dict[str, Any]:
    """Compute one target list on a fresh snapshot; a failure is written on the list too.

    The list is stored as soon as it stands. Its curve costs a hundred times as much and follows point by point: who
    stops the job meanwhile, or a worker that dies, takes nothing from the list, and a second attempt goes on behind
    the last point.
    """
    found = TargetList.objects.visible_to(progress.person).select_related("chain__scheme", "snapshot__chain")
    listed = found.get(pk=list_id)
    if listed.state == TargetList.State.RUNNING:
        try:
            _choose(progress, listed)
        except Contradicted as contradiction:
            said, snapshot = str(contradiction), contradiction.snapshot
            targets.fail(listed=listed, reason=said, snapshot=snapshot, by=progress.person)
            raise Unworkable(_("所列条件互相矛盾，原因见清单。")) from contradiction
        except Unworkable as reason:
            targets.fail(listed=listed, reason=str(reason), by=progress.person)
            raise
    _plot(progress, listed)
    return {"list": listed.code, "points": len(listed.frontier)}


def leave_targets(job: Job) -> None:
    """A list whose computation was stopped or died keeps its first choice, if all behind it may still be read, or says
    so itself; one that stands keeps its curve so far."""
    found = TargetList.objects.filter(pk=job.arguments["list_id"])
    listed = found.select_related("chain__scheme", "snapshot__chain").first()
    if listed is None:
        return
    if listed.state == TargetList.State.RUNNING and _stands(listed, job):
        targets.keep_first(listed=listed, by=job.asked_by)
        actions.ask("chains.release_list", {"list_id": listed.pk}, queue=Job.Queue.LONG, by=_asker(job))
    elif listed.state == TargetList.State.RUNNING:
        reason = job_queries.standing(job, now=timezone.now()).message
        targets.fail(listed=listed, reason=reason, by=job.asked_by)
    elif listed.frontier:
        targets.plotted(listed=listed, by=job.asked_by)


def _stands(listed: TargetList, job: Job) -> bool:
    """Whether there is a first choice, and its asker may still read everything it was made of."""
    if not listed.first or listed.snapshot is None:
        return False
    return registry.reads_all(disclosure.contents_of(listed.snapshot), _as_of_now(_asker(job)))


def _asker(job: Job) -> Person:
    """Who asked for the work, in the post it was asked for."""
    asked_by: Person = job.asked_by
    return asked_by.act_as(job.acting) if job.acting else asked_by


def _analyse(
    progress: Progress, chain: Chain, *, also: Sequence[Chain] = (), total: int = 4
) -> tuple[Snapshot, dict[str, Any], int]:
    progress.tell(_("读取有权使用的数据"), done=0, total=total)
    taken = analysis.take(chain, person=progress.person, on=timezone.localdate(), also=also)
    if taken.tables["purchases"].num_rows == 0:
        raise Unworkable(_("没有可用的采购数据：链主尚未填报，或尚未授权本专班查看。请下载拆零件模板发给链主。"))
    progress.tell(_("写入快照与覆盖"), done=2, total=total)
    on, now, by = timezone.localdate(), timezone.now(), progress.person
    try:
        snapshot = _kept(
            progress, taken.contents, lambda: snapshots.store(chain=chain, analysis=taken, on=on, now=now, by=by)
        )
    except Unworkable:
        snapshots.discard(chain, taken.snapshot_id)
        raise
    if snapshot.is_pooled:
        return snapshot, taken.tables, 0
    progress.tell(_("按发布规则核定可发布的数字"), done=2, total=total)
    contents = disclosure.contents_of(snapshot)
    _publish(progress, snapshot, contents, partial(publication.of_snapshot, snapshot, taken.tables))
    progress.tell(_("提出缺口"), done=3, total=total)
    proposals = analysis.proposals(chain, taken.tables)
    made = _kept(progress, contents, lambda: gaps.propose(snapshot=snapshot, proposals=proposals, by=by))
    return snapshot, taken.tables, made


def _kept(progress: Progress, contents: Iterable[Sequence[Any]], write: Callable[[], T]) -> T:
    """Write what was computed from `contents` if all of it may still be read; else end in words, with nothing kept.

    Asked in the transaction that writes: a firm may withdraw its grant, or the grant end, while the work goes on.
    """
    with transaction.atomic():
        _expect_readable(progress, contents)
        return write()


def _expect_readable(progress: Progress, contents: Iterable[Sequence[Any]]) -> None:
    if not registry.reads_all(contents, _as_of_now(progress.person)):
        raise Unworkable(
            _("计算期间有企业收回授权、授权到期或任职变动，所读数据已不能全部使用。结果没有保存，请重新生成。")
        )


def _as_of_now(person: Person) -> Person:
    """The person in the post the work was asked for, if it is still held: rights known since the start may be stale."""
    acting = person.acting
    again: Person = Person.objects.get(pk=person.pk)
    if acting is None or not Appointment.objects.in_force(timezone.localdate()).filter(pk=acting.pk).exists():
        return again
    return again.act_as(acting)


def _publish(
    progress: Progress,
    subject: Snapshot | TargetList,
    contents: Iterable[Sequence[Any]],
    decide: Callable[[], list[Release]],
) -> None:
    """Decide outside the transaction what goes out, for it takes seconds; keep it inside, if all may still be read."""
    expect = partial(_expect_readable, progress, contents)
    releases.publish(subject=subject, decide=decide, expect=expect, now=timezone.now(), by=progress.person)


def _choose(progress: Progress, listed: TargetList) -> None:
    from chainlab import engines
    from chainlab import targets as lab

    parameters = targets.Parameters.read(listed.parameters)
    also = list(Chain.objects.visible_to(progress.person).filter(code__in=parameters.chains).select_related("scheme"))
    snapshot, read, _made = _analyse(progress, listed.chain, also=also, total=6)
    _expect_pooled(parameters.chains, also, set(read["purchases"]["buyer_id"].to_pylist()))
    tables = analysis.reopen(snapshot)
    progress.tell(_("求最优组合"), done=4, total=6)
    try:
        outcome = analysis.choose(
            listed.chain,
            tables,
            parameters,
            tell=lambda said: progress.tell(said, done=5, total=6),
            keep=lambda found: _begin(progress, listed, snapshot, found),
        )
    except analysis.Unchoosable as nothing:
        raise Unworkable(nothing.reason) from nothing
    except lab.Infeasible as impossible:
        why = targets.by_name(impossible.message_zh, [*parameters.must_include, *snapshot.firm_ids])
        raise Contradicted(_("所列条件互相矛盾：%(why)s") % {"why": why}, snapshot=snapshot) from impossible
    except engines.BadTable as bad:
        raise Unworkable(bad.message_zh) from bad
    except TimeoutError as late:
        raise Unworkable(
            _("限时内没有找到满足全部条件的组合，也没有证明不存在。请放宽必须列入或每家链主的最低覆盖额，再算一次。")
        ) from late
    finish = partial(targets.finish, listed=listed, snapshot=snapshot, outcome=outcome, by=progress.person)
    _kept(progress, disclosure.contents_of(snapshot), finish)
    _go_out(progress, listed, snapshot, tables)


def _go_out(progress: Progress, listed: TargetList, snapshot: Snapshot, tables: dict[str, Any]) -> None:
    """What of a list that stands goes out: its totals, and the bands on its papers."""
    contents = disclosure.contents_of(snapshot)
    _publish(progress, listed, contents, partial(publication.of_list, listed, snapshot, tables))
    listed.refresh_from_db()
    bands = publication.banded(listed, tables)
    _kept(progress, contents, partial(targets.band, listed=listed, released=bands, by=progress.person))


def _expect_pooled(asked: Sequence[str], found: Sequence[Chain], buyers: set[str]) -> None:
    """A list that says it pools a chain has some of that chain's need in it: its grants may have ended since."""
    inside = Anchor.objects.standing().filter(chain__in=found, enterprise__code__in=buyers)
    told = set(inside.values_list("chain__code", flat=True))
    if silent := [code for code in asked if code not in told]:
        names = dict(Chain.objects.filter(code__in=silent).values_list("code", "name_zh"))
        raise Unworkable(
            _(
                "合并的%(chains)s没有您现在有权使用的采购数据，合并无从谈起。请先请其链主授权本单位，或不合并后另存一份。"
            )
            % {"chains": _("、").join(names.get(code, code) for code in silent)}
        )


def _begin(progress: Progress, listed: TargetList, snapshot: Snapshot, found: targets.Outcome) -> None:
    begin = partial(targets.begin, listed=listed, snapshot=snapshot, outcome=found, by=progress.person)
    _kept(progress, disclosure.contents_of(snapshot), begin)


def _plot(progress: Progress, listed: TargetList) -> None:
    """The curve, from where it stands to its plateau."""
    from chainlab import targets as lab

    if listed.snapshot is None:
        return
    contents = disclosure.contents_of(listed.snapshot)
    points = [list(point) for point in listed.frontier]
    after = lab.Point(supplier_count=int(points[-1][0]), covered_wan=points[-1][1], is_proven=True) if points else None
    progress.tell(_("清单已生成；正在计算家数与覆盖额的曲线"))
    tables, parameters = analysis.reopen(listed.snapshot), targets.Parameters.read(listed.parameters)
    for point in analysis.curve(listed.chain, tables, parameters, after=after):
        points.append([point.supplier_count, round(point.covered_wan, 4), point.is_proven])
        _kept(progress, contents, partial(targets.plot, listed=listed, points=points))
        progress.tell(_("清单已生成；曲线已算到 %(count)s 家") % {"count": point.supplier_count})
    if points:
        targets.plotted(listed=listed, by=progress.person)
