"""全市总表: the first page of the secretariat and the leaders."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from lianzhang.accounts.models import Person
from lianzhang.accounts.rules import Role, Thing
from lianzhang.briefings import addresses, instructions
from lianzhang.briefings import city as composition
from lianzhang.briefings.tables import city as tables
from lianzhang.chains.models import Scheme
from lianzhang.chains.queries import schemes
from lianzhang.tables import html
from lianzhang.web import access, contested, exports, listing
from lianzhang.web.navigation import address

SECTIONS = "sections"
CHIEFS = frozenset({Role.GENERAL_CHIEF, Role.CHIEF, Role.DEPUTY})


@dataclass(frozen=True, kw_only=True)
class Banded(listing.Listing):
    """The table with one band per group of the scheme, as long as nobody sorted it otherwise."""

    @property
    def columns(self) -> tuple[Any, ...]:
        """The group is the band, so it needs no column of its own."""
        return tuple(column for column in self.chosen.columns if column.key != "group")

    @cached_property
    def rows(self) -> SafeString:
        """The rows under the name of their group."""
        found: dict[str, list[composition.Row]] = {}
        for row in self.page.object_list:
            found.setdefault(row.group, []).append(row)
        parts = []
        for name, rows in found.items():
            said = escape(f"{name} {ngettext('%(n)d条', '%(n)d条', len(rows)) % {'n': len(rows)}}")
            parts.append(f'<tr class="band"><th scope="rowgroup" colspan="{len(self.columns)}">{said}</th></tr>')
            parts.append(html.rows(self.spec, self.columns, rows))
        return mark_safe("".join(parts))  # noqa: S308 - escaped above and by tables.html


@access.reads(Thing.PLAN)
@require_GET
def city(request: HttpRequest, scheme: str = "", year: int | None = None) -> HttpResponse:
    """One row per chain of a scheme in a plan year, by default the scheme worked by and its newest plans."""
    person, today = access.person_of(request), timezone.localdate()
    known = list(contested.beside(schemes.schemes(person), person))
    chosen = schemes.chosen(known, asked=scheme, today=today)
    if chosen is None or (scheme and chosen.code != scheme):
        if scheme:
            raise Http404(scheme)
        return render(request, "chains/no_scheme.html", {"may_write": _may_write(person)})
    composed = composition.compose(person, chosen, year=year, today=today)
    said = {
        "title": _title(composed),
        "lead": sentence(composed) + contested.waiting(chosen),
        "scope": f"{chosen.name} {composed.year}",
        "as_of": composed.as_of,
        "illustrative": chosen.is_illustrative,
    }
    if request.GET.get("format", "") in exports.FORMS:
        return listing.respond(request, tables.CITY, composed.rows, context=said)
    return _page(request, composed, known, said)


def _page(request: HttpRequest, composed: composition.City, known: list[Scheme], said: dict[str, Any]) -> HttpResponse:
    listed = listing.build(request, tables.CITY, composed.rows)
    table = Banded(**{name: getattr(listed, name) for name in listed.__dataclass_fields__})
    partial = request.headers.get("HX-Target") == listing.REGION
    person = access.person_of(request)
    said |= {"table": table, "spec": tables.CITY, "city": composed, **_pickers(composed, known)}
    said["sections_url"] = addresses.address("chains:sections") if person.reach.role in CHIEFS else ""
    response = render(request, "parts/table.html" if partial else "chains/city.html", said)
    patch_vary_headers(response, ["HX-Target"])
    return response


@access.reads(Thing.PLAN)
@require_GET
def sections(request: HttpRequest) -> HttpResponse:
    """提请协调事项 and 批示交办及落实 of a chief: under the city table, or a page of their own."""
    person = access.person_of(request)
    if person.reach.role not in CHIEFS:
        raise Http404
    said = instructions.sections(person, today=timezone.localdate())
    context = {**said, "illustrative": any(item.is_illustrative for items in said.values() for item in items)}
    is_part = request.headers.get("HX-Target") == SECTIONS
    response = render(request, "chains/sections.html" if is_part else "chains/sections_page.html", context)
    patch_vary_headers(response, ["HX-Target"])
    return response


def _pickers(composed: composition.City, known: list[Scheme]) -> dict[str, Any]:
    years = sorted({*composed.years, composed.year}, reverse=True)
    code = composed.scheme.code
    return {
        "schemes": [
            {"label": s.name, "url": address_of(s.code), "is_here": s.pk == composed.scheme.pk, "scheme": s}
            for s in known
        ],
        "years": [{"label": year, "url": address_of(code, year), "is_here": year == composed.year} for year in years],
    }


def address_of(scheme: str, year: int | None = None) -> str:
    """The city table of a scheme, in a year."""
    return addresses.address("chains:city_of", scheme, *([str(year)] if year else []))


def _title(composed: composition.City) -> str:
    return _("%(scheme)s · %(year)s年度总表") % {"scheme": composed.scheme.name, "year": composed.year}


def sentence(composed: composition.City) -> SafeString:
    """24 条链中 15 条有年度计划，共 n 项；逾期 k 项，涉及 m 条链。 Every number opens its rows."""
    kept = composed.summary.kept_count
    said = ngettext("另有%(n)d条原链存档并继续统计。", "另有%(n)d条原链存档并继续统计。", kept) % {"n": kept}
    return _own_sentence(composed) + (format_html("{}", said) if kept else SafeString())


def _own_sentence(composed: composition.City) -> SafeString:
    said = composed.summary

    def number(value: int, situation: str = "") -> SafeString:
        query: dict[str, str | int] = {"scheme": composed.scheme.code, "year": composed.year}
        if situation:
            query["situation"] = situation
        url = addresses.address("chains:plan_actions", **query)
        return (
            format_html('<a href="{}"><strong class="fig">{}</strong></a>', url, value)
            if url
            else format_html("{}", value)
        )

    if said.chain_count == 0:
        return format_html("{}", _("本方案还没有产业链。"))
    if said.action_count == 0:
        return format_html(_("{}条链，{}年还没有年度计划。"), said.chain_count, composed.year)
    first = format_html(
        _("{}条链中{}条有年度计划，共{}项；"),
        said.chain_count,
        number(said.planned_chain_count),
        number(said.action_count),
    )
    if said.overdue_count == 0:
        return first + format_html("{}", _("没有逾期事项。"))
    late = format_html(_("逾期{}项，涉及{}条链"), number(said.overdue_count, "overdue"), said.overdue_chain_count)
    if said.unreported_count == 0:
        return first + late + format_html("{}", _("。"))
    if said.unreported_count == said.overdue_count:
        return first + late + format_html("{}", _("，均为时限已过、未收到进展填报。"))
    return first + late + format_html(_("，其中{}项未收到进展填报。"), said.unreported_count)


def _may_write(person: Person) -> bool:
    return Scheme.objects.all().editable_by(person).exists() or bool(address("chains:new_scheme"))
