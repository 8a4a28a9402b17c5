"""本地配套率 over time, and two snapshots side by side."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from lianzhang.accounts.models import Person
from lianzhang.accounts.rules import Thing
from lianzhang.chains.models import Chain, Snapshot
from lianzhang.chains.queries import changes, shares, teardown
from lianzhang.chains.queries.shares import By, Point
from lianzhang.chains.tables import changes as tables
from lianzhang.tables import values
from lianzhang.web import access, listing
from lianzhang.web.charts.shares import local_share_option
from lianzhang.web.views.chains import tabs

HERE = "teardowns:shares"


@access.reads(Thing.GAP)
@require_GET
def history(request: HttpRequest, code: str) -> HttpResponse:
    """本地配套率 of one chain on every snapshot: one variant drawn, all three in the table."""
    person = access.person_of(request)
    found = _chain(person, code)
    points = shares.history(shares.snapshots(found, person=person), person=person)
    by = _by(request)
    context: dict[str, Any] = {
        "chain": found,
        "tabs": tabs(found, person=person, here=HERE),
        "by": by,
        "variants": [(one, one.label, one is by) for one in By],
        "chart": local_share_option([_place(found, point, by) for point in reversed(points)]),
        "lead": _lead(points, by),
        "compare_url": _compare_url(found, points),
        "held_back": any(not point.is_own for point in points),
        "as_of": points[0].taken_on if points else None,
        "scope": _("%(chain)s · %(by)s") % {"chain": found.name, "by": by.label},
        "illustrative": found.is_illustrative,
    }
    table = tables.shares(found, could=shares.reachable(points))
    return listing.respond(request, table, points, template="teardowns/shares.html", context=context)


@access.reads(Thing.GAP)
@require_GET
def compare(request: HttpRequest, code: str) -> HttpResponse:
    """两次快照比较: what opened, what closed, what moved, what data came and went."""
    person = access.person_of(request)
    found = _chain(person, code)
    known = shares.snapshots(found, person=person)
    first, second = _chosen(request, known)
    told = {point.snapshot: point for point in shares.history(known, person=person)}
    changed = changes.between(first, second, known, person=person)
    context = {
        "chain": found,
        "first": first,
        "second": second,
        "known": known,
        "changed": changed,
        "lead": _said(changed, told[first.pk], told[second.pk]),
        "sides": [(side, told[side.pk], side.map_version) for side in (first, second)],
        "as_of": second.taken_on,
        "scope": _("%(first)s 与 %(second)s") % {"first": first.taken_on, "second": second.taken_on},
        "illustrative": found.is_illustrative or second.is_illustrative,
    }
    rows = tables.lines(found, changed, is_illustrative=second.is_illustrative)
    spec = tables.changes(reads_both=changed.reads_both)
    return listing.respond(request, spec, rows, template="teardowns/compare.html", context=context)


def _chain(person: Person, code: str) -> Chain:
    return teardown.manufacturing(person).get_or_404(code=code)


def _by(request: HttpRequest) -> By:
    asked = request.GET.get("by", "")
    return By(asked) if asked in By.values else By.AMOUNT


def _chosen(request: HttpRequest, known: list[Snapshot]) -> tuple[Snapshot, Snapshot]:
    """The two that were asked for, the earlier first; without a question the last two."""
    if len(known) < 2:
        raise Http404
    ids = {one.pk: one for one in known}
    first, second = (ids.get(request.GET.get(name, "")) for name in ("first", "second"))
    second = second or known[0]
    first = first or next((one for one in known if one.taken_at < second.taken_at), known[-1])
    return (first, second) if first.taken_at <= second.taken_at else (second, first)


def _place(chain: Chain, point: Point, by: By) -> tuple[Any, float | None, str, str]:
    share = point.shares.get(by.value)
    at = timezone.localtime(point.taken_at)
    words = f"{at:%Y-%m-%d} {values.plain(share, 'ratio')}" if share is not None else ""
    return at, share, words, reverse("teardowns:snapshot", args=[chain.code, point.snapshot])


def _lead(points: list[Point], by: By) -> str:
    told = [point for point in points if point.shares.get(by.value) is not None]
    if not told:
        return _("本地配套率（%(by)s）还没有可以显示的数字。") % {"by": by.label}
    newest, oldest = told[0], told[-1]
    said = _("本地配套率（%(by)s）%(share)s") % {"by": by.label, "share": _ratio(newest, by)}
    if newest is oldest:
        return said + _("，只有一次快照。")
    moved = ((newest.shares[by.value] or 0) - (oldest.shares[by.value] or 0)) * 100
    words = {"day": oldest.taken_on, "before": _ratio(oldest, by), "points": f"{abs(moved):.1f}", "count": len(told)}
    if not round(moved, 1):
        return said + _("，与 %(day)s 持平，共 %(count)s 次快照。") % words
    if moved > 0:
        return said + _("，较 %(day)s 的 %(before)s 提高 %(points)s 个百分点，共 %(count)s 次快照。") % words
    return said + _("，较 %(day)s 的 %(before)s 下降 %(points)s 个百分点，共 %(count)s 次快照。") % words


def _ratio(point: Point, by: By) -> str:
    return values.plain(point.shares[by.value], "ratio")


def _compare_url(chain: Chain, points: list[Point]) -> str:
    return reverse("teardowns:compare", args=[chain.code]) if len(points) > 1 else ""


def _said(changed: changes.Changes, before: Point, after: Point) -> str:
    said = _("缺口新增 %(opened)s 个、销号 %(closed)s 个，%(gone)s 个情形已消除、待销号。") % {
        "opened": len(changed.opened),
        "closed": len(changed.closed),
        "gone": len(changed.gone),
    }
    shown = [point.shares.get(By.AMOUNT.value) for point in (before, after)]
    if None not in shown:
        words = {"before": _ratio(before, By.AMOUNT), "after": _ratio(after, By.AMOUNT)}
        said += _("本地配套率（按金额）%(before)s → %(after)s。") % words
    return said
