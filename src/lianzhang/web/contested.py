"""首报争议 in a sentence, wherever those who decide or are a party look first; the numbers open their rows."""

from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lianzhang.accounts.models import Person
from lianzhang.accounts.rules import Act, Scope, Thing
from lianzhang.projects import contests
from lianzhang.projects.models import Contest
from lianzhang.records.counting import CountOf


def sentence(standing: contests.Standing, *, today: date) -> SafeString:
    """What waits, since when, and what was decided how."""
    if not standing.counts:
        return SafeString()
    said = [_waiting(standing, today=today)]
    decided = [state for state in contests.DECIDED if standing.counts.get(state)]
    if decided:
        parts = format_html_join(_("、"), "{} {}", ((Contest.State(s).label, _number(standing, s)) for s in decided))
        said.append(format_html(_("已裁定{}项：{}。"), _opens(standing.decided_count, *contests.DECIDED), parts))
    if standing.counts.get(Contest.State.WITHDRAWN):
        said.append(format_html(_("已撤回{}项。"), _number(standing, Contest.State.WITHDRAWN)))
    return format_html_join("", "{}", ((part,) for part in said))


def beside(rows: Any, person: Person) -> Any:
    """The rows of a page that is read anyway, each with how many contests wait for whoever decides them: the page where
    their day begins asks no question more."""
    if person.reach.scope(Act.APPROVE, Thing.PROJECT) is not Scope.ALL:
        return rows
    waits = Contest.objects.visible_to(person).filter(state=Contest.State.OPEN)
    return rows.annotate(contests_waiting=CountOf(waits))


def waiting(row: Any) -> SafeString:
    """待裁定, from one of those rows; nothing to others or where none waits."""
    return _to_decide(getattr(row, "contests_waiting", 0))


def within_reach(person: Person) -> SafeString:
    """The same over the leads, to everybody who sees one of them."""
    return _to_decide(contests.open_count(person))


def _to_decide(count: int) -> SafeString:
    if not count:
        return SafeString()
    text = ngettext("首报争议{}项待裁定。", "首报争议{}项待裁定。", count)
    return format_html(text, _opens(count, Contest.State.OPEN))


def _waiting(standing: contests.Standing, *, today: date) -> SafeString:
    if standing.waiting_since is None:
        return format_html("{}", _("没有待裁定的争议。"))
    days = (today - timezone.localdate(standing.waiting_since)).days
    number = _number(standing, Contest.State.OPEN)
    if not days:
        return format_html(_("{}项争议待裁定，均为今天提出。"), number)
    text = ngettext("{}项争议待裁定，最早的已等{}天。", "{}项争议待裁定，最早的已等{}天。", days)
    return format_html(text, number, days)


def _number(standing: contests.Standing, state: str) -> SafeString:
    return _opens(standing.counts.get(state, 0), state)


def _opens(count: int, *states: str) -> SafeString:
    query = urlencode([("state", str(state.value if isinstance(state, Contest.State) else state)) for state in states])
    return format_html(
        '<a href="{}?{}"><strong class="fig">{}</strong></a>', reverse("projects:contests"), query, count
    )
