"""台账与其查询表: which table shows which ledger, so that each leads to the other and a filtered table also leaves as
the workbook it is handed in by."""

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from lianzhang.accounts.models import Appointment, Person
from lianzhang.intake import files, ledgers
from lianzhang.intake import tables as intake_tables
from lianzhang.intake.protocol import Ledger
from lianzhang.tables import TableSpec
from lianzhang.tables.addresses import address
from lianzhang.web import access

WORKBOOK, PLAIN = "ledger", "ledger-csv"
FORMS = frozenset({WORKBOOK, PLAIN})
# Ledger → the page on which it is searched.
PAGES = {
    "chains": "chains:list",
    "enterprises": "registry:list",
    "plan_actions": "chains:plan_actions",
    "key_projects": "projects:key",
    "leads": "projects:leads",
    "events": "projects:events",
    "requests": "supervision:requests",
    "address_list": "accounts:people",
    "map_segments": "maps:list",
    "teardown": "teardowns:list",
    "category_answers": "answers:asked",
    "part_answers": "answers:asked",
    "supplier_mentions": "answers:asked",
    "material_purchases": "registry:purchases",
    "part_trees": "standards:trees",
    "sites": "resources:sites",
    "signings": "projects:signings",
    "encounters": "projects:met",
    "candidates": "targets:list",
}
# Table → the ledger its rows are handed in by.
LEDGERS = {
    "enterprises": "enterprises",
    "plan_actions": "plan_actions",
    "projects": "leads",
    "leads_ledger": "leads",
    "key_projects_ledger": "key_projects",
    "events_ledger": "events",
    "sites": "sites",
    "signings": "signings",
    "encounters": "encounters",
    "requests_ledger": "requests",
    "people": "address_list",
    "schemes": "chains",
    "maps": "map_segments",
    "teardown_chains": "teardown",
}
# Tables whose rows are not the rows of the ledger one by one; only the way to the ledger is offered.
NOT_ROW_BY_ROW = frozenset({"schemes", "maps", "teardown_chains"})


def page_of(ledger: Ledger, person: Person) -> str:
    """The address at which a ledger is searched; empty for somebody who may not open it."""
    return access.offered(PAGES[ledger.key], person.reach) if ledger.key in PAGES else ""


def ledger_of(table: TableSpec, person: Any) -> Ledger | None:
    """The ledger that the rows of a table are handed in by, for a person who hands it in."""
    key = LEDGERS.get(table.key)
    if key is None or getattr(person, "reach", None) is None:
        return None
    found = ledgers.get(key)
    return found if found.may_use(person) else None


def forms(table: TableSpec, person: Any) -> list[tuple[str, str]]:
    """(form, name) of the files that can be handed in again."""
    if table.key in NOT_ROW_BY_ROW or ledger_of(table, person) is None:
        return []
    return [(WORKBOOK, _("Excel（台账格式，可再导入）")), (PLAIN, _("CSV（台账格式，可再导入）"))]


def url(table: TableSpec, person: Any) -> str:
    """The page on which the rows of a table are handed in; empty where that is not this person's."""
    found = ledger_of(table, person)
    return address("intake:ledger", found.key) if found is not None else ""


def hand_in(key: str, person: Person) -> str:
    """The page on which a ledger that has no table of its own is handed in; empty where that is not this person's."""
    return address("intake:ledger", key) if ledgers.get(key).may_use(person) else ""


def take_away(ledger: Ledger, found: Iterable[Any], *, form: str, by: Person) -> HttpResponse:
    """The rows found, as the workbook (or CSV) of their ledger."""
    language, only = intake_tables.language(), _ids(found)
    sheet = ledger.layout.sheets[0]
    if form == PLAIN:
        content = files.export_csv(ledger, sheet.key, context={}, only=only, language=language, by=by)
    else:
        content = files.export(ledger, context={}, only=only, language=language, by=by)
    name = f"{ledger.layout.title(language)}_{timezone.localdate():%Y%m%d}"
    media_type, ending = (files.CSV, "csv") if form == PLAIN else (files.XLSX, "xlsx")
    return file(content, f"{name}.{ending}", media_type=media_type)


def file(content: bytes, name: str, *, media_type: str = files.XLSX) -> HttpResponse:
    """A download."""
    response = HttpResponse(content, content_type=media_type)
    response.headers["Content-Disposition"] = str(content_disposition_header(as_attachment=True, filename=name))
    return response


def _ids(found: Iterable[Any]) -> frozenset[int]:
    """The records of the ledger among the rows: the rows themselves; for a person, the posts held."""
    if isinstance(found, QuerySet) and found.model is Person:
        held = Appointment.objects.filter(person__in=found.order_by().values("pk"))
        return frozenset(held.values_list("pk", flat=True))
    if isinstance(found, QuerySet):
        return frozenset(found.order_by().values_list("pk", flat=True))
    return frozenset(row.pk for row in found)
