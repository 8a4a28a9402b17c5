"""The oracle of `chainlab.coverage`: loops, no table library, exact fractions; and invented purchases."""

import random
from collections import defaultdict
from fractions import Fraction
from typing import Any

Rows = list[dict[str, Any]]
TIERS = ("city", "ring", "province", "nation", "abroad")


def by_part(purchases: Rows, firms: Rows, *, home: list[str]) -> Rows:
    """What `coverage.by_part` promises, in the words of its docstring."""
    places = _places(firms)
    lines = []
    for part in sorted({row["part_id"] for row in purchases}):
        rows = [row for row in purchases if row["part_id"] == part]
        known = [row for row in rows if row["amount_wan"] is not None]
        total = sum((Fraction(row["amount_wan"]) for row in known), Fraction(0))
        unplaced = sum((Fraction(r["amount_wan"]) for r in known if not places.get(r["supplier_id"])), Fraction(0))
        local = sum(
            (
                Fraction(row["amount_wan"])
                for row in known
                if any(code.startswith(prefix) for code in places.get(row["supplier_id"], ()) for prefix in home)
            ),
            Fraction(0),
        )
        amounts: dict[Any, Fraction] = defaultdict(Fraction)
        for row in rows:
            if row["supplier_id"] is not None:
                amounts[row["supplier_id"]] += Fraction(row["amount_wan"] or 0)
        named = sum(amounts.values())
        shares = [amount / named for amount in amounts.values()] if named else []
        top = max(shares) if shares else None
        lines.append(
            {
                "part_id": part,
                "amount_wan": total,
                "local_amount_wan": local,
                "unknown_amount_wan": unplaced,
                "unknown_count": len(rows) - len(known),
                "local_ratio": local / (total - unplaced) if total != unplaced else None,
                "hhi": sum(share * share for share in shares) if shares else None,
                "supplier_count": len(amounts),
                "top_share": top,
                "is_single_source": len(amounts) == 1 or (top is not None and top >= Fraction(95, 100)),
            }
        )
    return lines


def by_tier(purchases: Rows, firms: Rows, *, prefixes: list[list[str]]) -> Rows:
    """What `coverage.by_tier` promises; prefixes of city, ring, province, nation."""
    rank = {
        firm: min(_rank(code, prefixes) for code in codes) for firm, codes in _places(firms).items() if firm is not None
    }
    lines = []
    for number, tier in enumerate(TIERS):
        within = [row for row in purchases if rank.get(row["supplier_id"], 99) <= number]
        placed = [row for row in purchases if row["supplier_id"] in rank]
        line: dict[str, Any] = {"tier": tier}
        for noun, count in (("amount_wan", _amount), ("parts", _parts), ("suppliers", _suppliers)):
            line[noun], line[f"total_{noun}"] = count(within), count(placed)
            line[f"unplaced_{noun}"] = count(purchases) - count(placed)
        lines.append(line)
    return lines


def _amount(rows: Rows) -> Fraction:
    return sum((Fraction(row["amount_wan"] or 0) for row in rows), Fraction(0))


def _parts(rows: Rows) -> int:
    return len({row["part_id"] for row in rows})


def _suppliers(rows: Rows) -> int:
    return len({row["supplier_id"] for row in rows} - {None})


def _places(firms: Rows) -> dict[Any, list[str]]:
    places: dict[Any, list[str]] = defaultdict(list)
    for row in firms:
        if row["firm_id"] is not None and row["region_code"]:
            places[row["firm_id"]].append(row["region_code"])
    return places


def _rank(code: str, prefixes: list[list[str]]) -> int:
    for number, found in enumerate(prefixes):
        if any(code.startswith(prefix) for prefix in found):
            return number
    return len(prefixes)


def invented(seed: int, *, rows: int = 400) -> tuple[Rows, Rows]:
    """Purchases and firms with every awkward case: unknown, unlisted, twice listed, no amount, zero, no place."""
    draw = random.Random(seed)
    regions = ["370201", "370285", "370600", "370100", "110000", "810000", "DE", "", None]
    firms = [{"firm_id": f"f{draw.randrange(40)}", "region_code": draw.choice(regions)} for _ in range(45)]
    firms.append({"firm_id": None, "region_code": "370201"})
    amounts = [None, 0.0, *(draw.randrange(1, 4000) / 8 for _ in range(12))]
    purchases = [
        {
            "buyer_id": f"b{draw.randrange(4)}",
            "part_id": f"p{int(draw.paretovariate(0.7)) % 30:02}",
            "supplier_id": draw.choice([None, *(f"f{draw.randrange(48)}" for _ in range(6))]),
            "amount_wan": draw.choice(amounts),
        }
        for _ in range(rows)
    ]
    return purchases, firms
