"""工作日调整 on pages."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lianzhang.web import access, listing, submitting
from lianzhang.web.forms import supervision as forms
from lianzhang.web.views.projects import FORM
from lianzhang.workdays import actions, clock, tables
from lianzhang.workdays.models import CalendarDay


@access.signed_in
@require_GET
def calendar(request: HttpRequest) -> HttpResponse:
    """工作日调整: the city's own days over the national calendar, and for which years that calendar is published."""
    person, today = access.person_of(request), timezone.localdate()
    may_write = not CalendarDay.objects.editable_by(person).query.is_empty()
    estimated = [year for year in (today.year, today.year + 1) if clock.is_estimated(year)]
    lead = _("%(year)s年放假安排尚未公布，暂按周末推算，公布后请更新。") % {"year": estimated[0]} if estimated else ""
    years = [(year, clock.breaks(year)) for year in (today.year, today.year + 1) if not clock.is_estimated(year)]
    context = {"lead": lead, "may_write": may_write, "years": years}
    found = CalendarDay.objects.visible_to(person)
    return listing.respond(request, tables.CALENDAR, found, template="supervision/calendar.html", context=context)


@access.signed_in
@require_http_methods(FORM)
def declare_day(request: HttpRequest) -> HttpResponse:
    """Enter a day that is, or is not, worked here."""
    person = access.person_of(request)
    if CalendarDay.objects.editable_by(person).query.is_empty():
        raise Http404
    form = forms.DayForm(request.POST or None)
    back = reverse("supervision:calendar")

    def act(said: dict[str, Any]) -> str:
        actions.declare_day(by=person, **said)
        return back

    frame = {"title": _("工作日调整"), "back_url": back, "crumb_url": back, "crumb": _("工作日调整")}
    return submitting.respond(request, form, act=act, frame=frame)


@access.signed_in
@require_POST
def withdraw_day(request: HttpRequest, pk: int) -> HttpResponse:
    """Go back to the national calendar for a day."""
    person = access.person_of(request)
    actions.withdraw_day(day=CalendarDay.objects.editable_by(person).get_or_404(pk=pk), by=person)
    return redirect("supervision:calendar")
