"""三种版别: what of a list may stand on a paper that leaves, whoever prints it.

The working edition follows its reader's rights. The meeting edition and the outreach edition are the same for
everybody, because a paper is handed on: amounts in bands and only where the disclosure rule lets the sum go out,
anchors as counts, and in the outreach edition no firm at all. Last of all every text is searched for the names of
firms that may not stand there.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from lianzhang.chains.models import Anchor, Chain, Edition, TargetLine, TargetList
from lianzhang.chains.queries import bands, disclosure
from lianzhang.registry.models import Alias, Enterprise, Part

TOTAL = ""  # the cell of the whole list, beside those of its categories
Cells = dict[str, dict[str, float]]  # cell → contributor → 万元
SHORTEST = 2  # an alias of one sign would be found in every other word


@dataclass(frozen=True, kw_only=True)
class Category:
    """One category as a paper says it."""

    name: str
    supplier_count: int
    anchor_count: int
    covered: str  # a band, or empty where a firm's own figure would be read off it
    demand: str
    parts: list[str]
    months: str
    is_firm: bool | None  # whether it is chosen whatever the unknown amounts are


@dataclass(frozen=True, kw_only=True)
class Supplier:
    """One supplier as the meeting edition says it."""

    position: int
    name: str
    place: str
    categories: list[str]
    parts: list[str]
    anchor_count: int
    supplied_count: int  # of those, whom it supplies already
    covered: str
    runner_up: str
    facts: Mapping[str, Any]
    is_firm: bool | None


def released(lines: Iterable[Mapping[str, Any]], categories: Iterable[Mapping[str, Any]]) -> dict[str, list[str]]:
    """Which sums of a list may go out, decided once when it is computed: {covered: [cells], demand: [cells]}.

    `lines` and `categories` as the analysis gives them. Cells: `TOTAL`, a category's name, a supplier's code.
    """
    covered: Cells = {TOTAL: {}}
    for line in lines:
        for part in line["parts"]:
            for anchor in part["anchors"]:
                for cell in (TOTAL, part["category"], line["supplier"]):
                    _add(covered, cell, anchor["code"], anchor["amount_wan"])
    demand: Cells = {TOTAL: {}}
    for category in categories:
        for code, amount in category.get("by_anchor", {}).items():
            _add(demand, category["name"], code, amount)
            _add(demand, TOTAL, code, amount)
    return {"covered": _going_out(covered), "demand": _going_out(demand)}


def categories(listed: TargetList, lines: Iterable[TargetLine], *, scrub: "Scrub") -> list[Category]:
    """The categories of a list for a paper that leaves."""
    out, banded = _released(listed), bands.Bands()
    parts: dict[str, set[str]] = {}
    for line in lines:
        for part in line.parts:
            parts.setdefault(part["category"], set()).add(part["name"])
    firm = listed.robust_categories
    return [
        Category(
            name=scrub.text(entry["name"]),
            supplier_count=len(entry["suppliers"]),
            anchor_count=len(entry["anchors"]),
            covered=banded.amount(entry["covered_wan"]) if entry["name"] in out["covered"] else "",
            demand=banded.amount(entry["demand_wan"]) if entry["name"] in out["demand"] else "",
            parts=sorted(scrub.text(name) for name in parts.get(entry["name"], ())),
            months=banded.months(entry["certification_months"]) if entry.get("certification_months") else "",
            is_firm=None if firm is None else entry["name"] in firm,
        )
        for entry in listed.categories
    ]


def suppliers(
    listed: TargetList, lines: Iterable[TargetLine], names: Mapping[str, str], *, scrub: "Scrub"
) -> list[Supplier]:
    """The suppliers of a list for the meeting: no anchor's name, and no amount that one or two anchors would own."""
    from chainlab import places

    found, banded = [], bands.Bands()
    out, firm = _released(listed)["covered"], listed.robust_suppliers
    for line in lines:
        supplied: list[str] = next((reason["anchors"] for reason in line.reasons if reason["code"] == "supplies"), [])
        shown = line.supplier.code in out
        found.append(
            Supplier(
                position=line.position,
                name=scrub.text(line.supplier.name),
                place=places.name_of(line.region_code) or "",
                categories=[scrub.text(name) for name in line.categories],
                parts=[scrub.text(part["name"]) for part in line.parts],
                anchor_count=len(line.anchors),
                supplied_count=len(supplied),
                covered=banded.amount(float(line.covered_wan)) if shown else "",
                runner_up=scrub.text(names.get(line.runner_up.get("code", ""), "")),
                facts=line.facts,
                is_firm=None if firm is None else line.supplier.code in firm,
            )
        )
    return found


def total(listed: TargetList) -> tuple[str, str, str]:
    """(outside purchases, covered, share) of the whole list in bands; each empty where its sum may not go out."""
    out = _released(listed)
    demand = float(listed.demand_wan or 0) if TOTAL in out["demand"] else 0.0
    covered = float(listed.objective_wan or 0) if TOTAL in out["covered"] else 0.0
    share = bands.share(covered, demand) if covered and demand else ""
    banded = bands.Bands()
    return banded.amount(demand) if demand else "", banded.amount(covered) if covered else "", share


class Scrub:
    """Takes the names of firms out of text: part names, categories and titles are typed by people."""

    def __init__(self, names: Iterable[str], *, instead: str) -> None:
        self._names = sorted({name for name in names if len(name) >= SHORTEST}, key=lambda name: (-len(name), name))
        self._instead = instead

    def text(self, said: str) -> str:
        """`said` without any of the names."""
        for name in self._names:
            if name in said:
                said = said.replace(name, self._instead)
        return said


def scrub(listed: TargetList, *, edition: str) -> Scrub:
    """The names that may not stand in an edition: the anchors', and for outreach the suppliers' as well."""
    codes = set(listed.parameters.get("chains", ())) | {listed.chain.code}
    chains = Chain.objects.filter(code__in=codes)
    anchors = Anchor.objects.filter(chain__in=chains).values("enterprise_id")
    firms = Enterprise.objects.filter(pk__in=anchors) | Enterprise.objects.filter(
        code__in=listed.snapshot.firm_ids if listed.snapshot else ()
    )
    if edition == Edition.OUTREACH:
        firms = firms | Enterprise.objects.filter(pk__in=listed.lines.values("supplier_id"))
    names = {name for row in firms.values_list("code", "name") for name in row}
    names |= set(Alias.objects.filter(enterprise__in=firms.order_by().values("pk")).values_list("name", flat=True))
    return Scrub(names, instead=_("某企业"))


def certification_months(
    categories: Iterable[Mapping[str, Any]], bought: Iterable[tuple[str, str, int | None]]
) -> dict[str, int]:
    """Category → the longest certification in months, where enough anchors say one; `bought`: part, anchor, months."""
    category_of = dict(
        Part.objects.filter(category__in=[c["name"] for c in categories]).values_list("code", "category")
    )
    told: dict[str, dict[str, int]] = {}
    for part, anchor, months in bought:
        if months and part in category_of:
            by_anchor = told.setdefault(category_of[part], {})
            by_anchor[anchor] = max(months, by_anchor.get(anchor, 0))
    enough = disclosure.MIN_CONTRIBUTORS
    return {name: max(by_anchor.values()) for name, by_anchor in told.items() if len(by_anchor) >= enough}


def _released(listed: TargetList) -> dict[str, list[str]]:
    """What was decided when the list was computed; nothing goes out of a list from before the rule."""
    found: dict[str, list[str]] = listed.assumptions.get("released", {"covered": [], "demand": []})
    return found


def _add(cells: Cells, cell: str, contributor: str, amount: float) -> None:
    if amount > 0:
        by = cells.setdefault(cell, {})
        by[contributor] = by.get(contributor, 0.0) + amount


def _going_out(cells: Cells) -> list[str]:
    """The sums that keep the rule by themselves; they stand on the paper as bands, which no difference makes exact."""
    import numpy as np

    from chainlab.disclosure import Rule, State

    rule = Rule(**disclosure.RULE)
    return [cell for cell, by in cells.items() if rule.alone(np.asarray(list(by.values()))) is State.RELEASED]
