"""The first snapshot and the first target list of the annex, made the way the task force makes them."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from lianzhang.accounts.models import Person
from lianzhang.chains.actions import candidates, gaps, targets
from lianzhang.chains.models import Chain, Gap, TargetList
from lianzhang.demo.annex import cast, group
from lianzhang.jobs import work
from lianzhang.jobs.models import Job

# "10 categories, 22 suppliers" of the founding report are parameters here, nothing more.
PARAMETERS = targets.Parameters(max_categories=10, max_suppliers=22, min_anchors=2, draws=4)
PROPOSED: tuple[tuple[str, dict[str, Any]], ...] = (
    ("示例配套商035", {"kind": "new", "willingness": "willing", "cost_wan": 1200, "note": "示例：拟设区域工厂"}),
    ("示例配套商085", {"kind": "relocation", "willingness": "undecided", "cost_wan": 3000, "note": "示例：租约将满"}),
    ("示例配套商077", {"kind": "expansion", "certification": "in_progress", "certification_months": 9}),
    (
        "示例配套商040",
        {"origin": "import", "origin_name": "示例产业平台", "certification": "certified", "note": "示例：按产品推荐"},
    ),
    ("示例外地新企业", {"origin": "product", "origin_name": "示例产业平台", "categories": ["压缩机"]}),
)
ROUTES = (
    (Gap.Label.BREAK_POINT, Gap.Route.ATTRACT, ""),
    (Gap.Label.BREAK_POINT, Gap.Route.ATTRACT, ""),
    (Gap.Label.BLOCKAGE, Gap.Route.NURTURE, ""),
    (Gap.Label.BLOCKAGE, Gap.Route.CROSS_CHAIN, ""),
    (Gap.Label.CHOKE_POINT, Gap.Route.RESEARCH, ""),
    (Gap.Label.BREAK_POINT, Gap.Route.LEAVE, "示例：用量小，市外供应充足"),
)


def run(*, today: date, say: Callable[[str], object]) -> TargetList:
    """Compute what the annex shows; the analysis itself is the product's own, nothing is written by hand."""
    say("annex: teardown, coverage, gaps and the target list")
    chain = Chain.objects.get(code=cast.APPLIANCE)
    clerk = Person.objects.get(username="example-clerk")
    _propose(chain, clerk, today=today)
    listed = targets.ask(
        chain=chain, title="示例：10类零部件、22家配套商", parameters=PARAMETERS, by=clerk, now=timezone.now()
    )
    _work(listed)
    _confirm(chain, today=today)
    group.consult()
    listed.refresh_from_db()
    chief = Person.objects.get(username="example-chief")
    return targets.approve(listed=listed, version=listed.version, now=timezone.now(), by=chief)


def _propose(chain: Chain, clerk: Person, *, today: date) -> None:
    """What people and a platform say of a few candidates: how they would come, whether they want to, what it costs."""
    for name, facts in PROPOSED:
        said = facts | ({"origin_on": today - timedelta(days=30)} if "origin_name" in facts else {})
        candidates.propose(chain=chain, name=name, facts=said, today=today, now=timezone.now(), by=clerk)


def _work(listed: TargetList) -> None:
    """Do the job here and now instead of waiting for a worker; a worker that comes later finds it done."""
    if listed.job_id is None:
        raise RuntimeError(f"target list {listed.code} has no job")
    Job.objects.filter(pk=listed.job_id, state=Job.State.WAITING).update(
        state=Job.State.RUNNING, started_at=timezone.now(), heartbeat_at=timezone.now()
    )
    if work.do(listed.job_id):
        failure = Job.objects.values_list("failure", flat=True).get(pk=listed.job_id)
        raise RuntimeError(f"the example's target list was not computed: {failure}")


def _confirm(chain: Chain, *, today: date) -> None:
    """The head of the task force stands for the first few proposed gaps."""
    head = Person.objects.get(username="example-head")
    proposed = Gap.objects.filter(chain=chain, state=Gap.State.PROPOSED).select_related("chain").order_by("code")
    for gap, (label, route, reason) in zip(proposed[: len(ROUTES)], ROUTES, strict=False):
        gaps.confirm(
            gap=gap,
            label=label,
            route=route,
            route_reason=reason,
            owner=chain.body,
            due_on=today + timedelta(days=60),
            version=gap.version,
            now=timezone.now(),
            by=head,
        )
