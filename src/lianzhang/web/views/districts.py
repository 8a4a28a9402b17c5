"""区市: one page for each district, its own for the liaison, and all side by side without a ranking."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from lianzhang.accounts.models import Body
from lianzhang.accounts.rules import BodyKind, Role, Thing
from lianzhang.projects import by_district, stages
from lianzhang.tables import values
from lianzhang.web import access, listing
from lianzhang.web.views.projects import tabs


@access.reads(Thing.PROJECT)
@require_GET
def districts(request: HttpRequest) -> HttpResponse:
    """All districts in the order of their codes; a liaison is led to the own one."""
    person, today = access.person_of(request), timezone.localdate()
    if person.reach.role is Role.DISTRICT:
        own = Body.objects.visible_to(person).get_or_404(pk=person.reach.body_id or 0)
        return redirect("projects:district", code=own.code)
    rows = by_district.standings(person, today=today)
    late = [one for one in rows if one.late_count]
    context = {
        "lead": _("%(count)s个区市，%(late)s个有滞后项目，共%(projects)s个。")
        % {"count": len(rows), "late": len(late), "projects": sum(one.late_count for one in late)},
        "as_of": today,
        "tabs": tabs(request, "projects:districts"),
    }
    return listing.respond(request, by_district.DISTRICTS, rows, template="projects/districts.html", context=context)


@access.reads(Thing.PROJECT)
@require_GET
def district(request: HttpRequest, code: str) -> HttpResponse:
    """One district: its projects by stage, money by kind, what is late, leads running out, months on time."""
    person, today = access.person_of(request), timezone.localdate()
    bodies = Body.objects.visible_to(person).filter(kind=BodyKind.DISTRICT)
    if person.reach.role is Role.DISTRICT:
        bodies = bodies.filter(pk=person.reach.body_id or 0)
    body = bodies.get_or_404(code=code)
    (standing,) = by_district.standings(person, today=today, bodies=[body])
    late = by_district.late(person, body, today=today)
    running_out = by_district.running_out(person, body, today=today)
    months = list(by_district.months_of(person, [body.pk])[: by_district.YEAR])
    context: dict[str, Any] = {
        "body": body,
        "lead": _lead(standing),
        "counts": [
            (group.label, standing.groups[group.key], _projects(body, group=group.key))
            for group in stages.table().groups
        ],
        "standing": standing,
        "money": [
            (label, values.plain(standing.money[name], "yi") if standing.money[name] is not None else "—")
            for name, label in _kinds()
        ],
        "late": listing.plain(request, by_district.LATE, late),
        "late_url": _projects(body, late="1"),
        "running_out": listing.plain(request, by_district.RUNNING_OUT, running_out),
        "months": listing.plain(request, by_district.MONTHS, months),
        "funnel_url": reverse("projects:funnel") + f"?district={body.code}",
        "districts_url": "" if person.reach.role is Role.DISTRICT else reverse("projects:districts"),
        "illustrative": body.is_illustrative or any(row.is_illustrative for row in (*late, *running_out)),
        "as_of": today,
    }
    return render(request, "projects/district.html", context)


def _lead(one: by_district.Standing) -> str:
    said = _(
        "在谈%(talks)s个，签约%(signed)s个，在建%(building)s个，投产%(production)s个；另有线索%(leads)s条。滞后%(late)s个。"
    ) % {**one.groups, "late": one.late_count}
    if one.answers is not None:
        words = {"count": one.answers.expected, "on_time": one.answers.on_time}
        said += _("最近%(count)s次月报按期%(on_time)s次。") % words
    return said


def _projects(body: Body, **conditions: str) -> str:
    query = "&".join(f"{name}={value}" for name, value in {"district": body.code, **conditions}.items())
    return f"{reverse('projects:list')}?{query}"


def _kinds() -> tuple[tuple[str, str], ...]:
    return (
        ("intended_wan", _("意向投资")),
        ("agreed_wan", _("协议投资")),
        ("arrived_wan", _("到位资金")),
    )
