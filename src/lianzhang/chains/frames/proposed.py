"""What people and imports propose of firms to recruit: firm × part, and what is said of the firm as a whole."""

from collections.abc import Iterable, Mapping
from typing import Any

from lianzhang.chains.frames.places import number
from lianzhang.chains.models import Chain
from lianzhang.chains.queries import candidates
from lianzhang.registry.models import Enterprise


def rows(chains: Iterable[Chain], categories: Mapping[str, str]) -> list[dict[str, Any]]:
    """firm_code, part_id (null = of the firm as a whole), kind, is_willing, certification_months, capacity_wan,
    cost_wan; of chains pooled, what is said on the first that says anything. `categories` are by part."""
    facts: dict[int, candidates.Facts] = {}
    for chain in chains:
        facts = {**candidates.facts(chain), **facts}
    codes = dict(Enterprise.objects.filter(pk__in=facts).values_list("pk", "code"))
    found = []
    for firm, said in facts.items():
        named = set(said.part_codes) & categories.keys()
        named |= {code for code, category in categories.items() if category in said.categories}
        found += [_row(codes[firm], part, said) for part in [None, *sorted(named)]]
    return sorted(found, key=lambda row: (row["firm_code"], row["part_id"] or ""))


def _row(firm: str, part: str | None, said: candidates.Facts) -> dict[str, Any]:
    return {
        "firm_code": firm,
        "part_id": part,
        "kind": said.kind or None,
        "is_willing": False if said.is_unwilling else None,
        "certification_months": number(said.certification_months),
        "capacity_wan": number(said.capacity_wan),
        "cost_wan": number(said.cost_wan),
    }
