"""逐月变化 of a ledger: this month beside the last, every count opening its records."""

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any, cast

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from lianzhang.accounts.models import Person
from lianzhang.accounts.rules import Thing
from lianzhang.intake import ledgers, months
from lianzhang.intake import tables as intake_tables
from lianzhang.intake.declared import DeclaredLedger
from lianzhang.intake.months import Month, Touched
from lianzhang.projects import tables as project_tables
from lianzhang.registry import tables as registry_tables
from lianzhang.registry.models import Purchase
from lianzhang.supervision import tables as supervision_tables
from lianzhang.tables import Badge, Column, Empty, Filter, TableSpec
from lianzhang.tables.values import plain
from lianzhang.web import access, listing

NEW, CHANGED = "new", "changed"
KINDS = ((NEW, gettext_lazy("新增")), (CHANGED, gettext_lazy("变更")))
ADDRESSES: Mapping[str, Callable[[Any], str]] = {
    "enterprises": registry_tables.enterprise_url,
    "plan_actions": lambda record: reverse("chains:action", args=[record.code]),
    "key_projects": project_tables.page,
    "leads": project_tables.page,
    "events": project_tables.event_page,
    "requests": supervision_tables.request_page,
    "address_list": lambda record: reverse("accounts:person", args=[record.person_id]),
}
NAMES = ("matter", "name", "name_zh", "text")


@access.writes(Thing.LEDGER)
@require_GET
def of_ledger(request: HttpRequest, key: str) -> HttpResponse:
    """A calendar month of a ledger beside the one before, and the records it entered or changed."""
    person, today = access.person_of(request), timezone.localdate()
    ledger = _ledger(key, person)
    month = _asked(request.GET.get("month", ""), today=today)
    now, then = months.of(ledger, month, by=person), months.of(ledger, months.before(month), by=person)
    title = intake_tables.title(key)
    following = months.after(month)
    context = {
        "title": _("%(ledger)s：逐月变化") % {"ledger": title},
        "lead": _sentence(now, then),
        "ledger_key": key,
        "ledger_title": title,
        "month": now,
        "previous": then,
        "figures": _figures(ledger, now, then),
        "earlier_url": f"?month={months.before(month):%Y-%m}",
        "later_url": f"?month={following:%Y-%m}" if following <= today else "",
        "is_running": month <= today < following,
        "as_of": today,
        "illustrative": bool(months.main(ledger).invented_among([one.record for one in (*now.touched, *then.touched)])),
        "scope": f"{month:%Y-%m}",
    }
    return listing.respond(request, _spec(key), now.touched, template="intake/months.html", context=context)


def _ledger(key: str, person: Person) -> DeclaredLedger:
    try:
        found = ledgers.get(key)
    except LookupError as unknown:
        raise Http404 from unknown
    if not found.may_use(person):
        raise Http404
    return cast(DeclaredLedger, found)


def _asked(text: str, *, today: dt.date) -> dt.date:
    """The month an address asks for, else the running one; no month that has not begun."""
    try:
        asked = dt.date.fromisoformat(f"{text}-01")
    except ValueError:
        asked = today
    return min(asked, today).replace(day=1)


def _sentence(now: Month, then: Month) -> str:
    return _("%(month)s新增 %(new)s 条、变更 %(changed)s 条；上月新增 %(new_then)s 条、变更 %(changed_then)s 条。") % {
        "month": _month(now.first),
        "new": now.new_count,
        "changed": now.changed_count,
        "new_then": then.new_count,
        "changed_then": then.changed_count,
    }


def _month(first: dt.date) -> str:
    return _("%(year)s年%(month)s月") % {"year": first.year, "month": first.month}


def _figures(ledger: DeclaredLedger, now: Month, then: Month) -> list[dict[str, str]]:
    """(what, then, now, difference), counts first, then the net movement of every amount."""
    here, there = f"?month={now.first:%Y-%m}", f"?month={then.first:%Y-%m}"
    rows = [
        _row(_("新增（条）"), then.new_count, now.new_count, kind="integer", urls=(there, here), shown=NEW),
        _row(_("变更（条）"), then.changed_count, now.changed_count, kind="integer", urls=(there, here), shown=CHANGED),
    ]
    if now.removed_count is not None:
        rows.append(_row(_("撤除（条）"), then.removed_count, now.removed_count, kind="integer"))
    language = intake_tables.language()
    for field, attr in months.money(ledger):
        if now.moved.get(attr) or then.moved.get(attr):
            name = field.header(language).partition("（")[0].partition(" (")[0]
            label = _("%(amount)s净增减（万元）") % {"amount": name}
            rows.append(_row(label, then.moved.get(attr, 0), now.moved.get(attr, 0), kind="wan"))
    return rows


def _row(
    label: str, then: Any, now: Any, *, kind: Any, urls: tuple[str, str] = ("", ""), shown: str = ""
) -> dict[str, str]:
    there, here = (f"{url}&kind={shown}#table" if url else "" for url in urls)
    said = {"then": plain(then, kind), "now": plain(now, kind), "change": plain((now or 0) - (then or 0), kind)}
    return {"label": label, "then_url": there, "now_url": here, **said}


def _spec(key: str) -> TableSpec:
    address = ADDRESSES.get(key)
    return TableSpec(
        key="ledger_month",
        invented=None,
        title=_("本月新增与变更"),
        columns=(
            Column("record", _("记录"), lambda t: _name(t.record), link=_link(address), is_wrapped=True),
            Column("kind", _("结果"), _kind, kind="badge"),
            Column("count", _("次数"), lambda t: t.count, kind="integer", sort="count"),
            Column("last_at", _("最后变动"), lambda t: t.last_at, kind="datetime", sort="last_at"),
        ),
        filters=(
            # The rows of the month are already read: the filter keeps the month in the address.
            Filter("month", _("月份"), kind="text", apply=lambda rows, _month: rows),
            Filter("kind", _("结果"), choices=KINDS, apply=_of_kind),
        ),
        search=("record",),
        row_id=lambda t: t.record.pk,
        empty=Empty(_("本月没有新增和变更。")),
        note=_(
            "按自然月统计您可见的记录，依据操作留痕：本月首次登记的计新增，此前已有、本月改过内容的计变更，一条记录只计一次。"
            "金额净增减＝本月各次登记与修改前后之差的合计，含新增。"
        ),
    )


def _link(address: Callable[[Any], str] | None) -> Callable[[Touched], str] | None:
    return (lambda touched: address(touched.record)) if address is not None else None


def _name(record: Any) -> str:
    """What people call a record."""
    if isinstance(record, Purchase):
        return f"{record.buyer.name} {record.part.name} {record.year}"
    found = next((str(text) for name in NAMES if (text := getattr(record, name, ""))), "")
    return found or str(record)


def _kind(touched: Touched) -> Badge:
    return Badge(_("新增"), "accent") if touched.is_new else Badge(_("变更"), "normal")


def _of_kind(found: list[Touched], kind: str) -> list[Touched]:
    return [touched for touched in found if touched.is_new == (kind == NEW)]
