"""共性配套商: which names several anchors gave, and which of them the innovation centre may let go and has let go."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from lianzhang.accounts.models import Person
from lianzhang.registry.models import Enterprise, SharedSupplier, SupplierMention
from lianzhang.registry.models.answers import MIN_ANCHORS


@dataclass
class Shared:
    """One supplier as the anchors name it: by the registered firm where one was recognised, else by its name."""

    key: str
    name: str
    supplier: Enterprise | None
    firms: dict[int, str] = field(default_factory=dict)  # groups that name it, by the head firm, once each
    by_category: dict[str, set[int]] = field(default_factory=dict)
    release: Any = None  # SharedSupplier that stands released, as read by `SharedSupplier.objects.consenting()`

    @property
    def anchor_count(self) -> int:
        return len(self.firms)

    @property
    def categories(self) -> list[str]:
        """Those in which enough anchors name it: a category that one anchor alone named would tell of that anchor."""
        return sorted(name for name, firms in self.by_category.items() if name and len(firms) >= MIN_ANCHORS)

    @property
    def may_go(self) -> bool:
        """Whether it may be released: enough anchors, and not out already."""
        return self.anchor_count >= MIN_ANCHORS and self.release is None


def named(person: Person) -> list[Shared]:
    """Every supplier named to the centre `person` serves, those named most often first."""
    mentions = SupplierMention.objects.visible_to(person).select_related("supplier", "line__firm")
    found: dict[str, Shared] = {}
    for mention in mentions.order_by("pk"):
        _count(found.setdefault(_key(mention), _fresh(mention)), mention)
    _join_names(found)
    for release in SharedSupplier.objects.editable_by(person).filter(withdrawn_at__isnull=True).consenting():
        held = found.get(f"s{release.supplier_id}") or found.get(f"n{release.name_key}")
        if held is not None:
            held.release = release
    return sorted(found.values(), key=lambda one: (-one.anchor_count, one.name))


def one(person: Person, key: str) -> Shared | None:
    """The supplier of this key, if it is named to the centre."""
    return next((shared for shared in named(person) if shared.key == key), None)


def _key(mention: SupplierMention) -> str:
    return f"s{mention.supplier_id}" if mention.supplier_id else f"n{mention.name_key}"


def _fresh(mention: SupplierMention) -> Shared:
    supplier = mention.supplier
    return Shared(_key(mention), supplier.name if supplier else mention.supplier_name, supplier)


def _count(shared: Shared, mention: SupplierMention) -> None:
    firm = mention.line.firm
    head = firm.parent_id or firm.pk
    shared.firms.setdefault(head, firm.name)
    shared.by_category.setdefault(mention.category, set()).add(head)


def _join_names(found: dict[str, Shared]) -> None:
    """A name nobody recognised that is the registered name of a firm others recognised is that firm."""
    known = {shared.supplier.name_key: key for key, shared in found.items() if shared.supplier is not None}
    for key in [key for key in found if key.startswith("n") and key[1:] in known]:
        loose, kept = found.pop(key), found[known[key[1:]]]
        kept.firms = {**loose.firms, **kept.firms}
        for category, firms in loose.by_category.items():
            kept.by_category.setdefault(category, set()).update(firms)


def count(found: Iterable[Shared]) -> dict[str, int]:
    """How many are named, may go and are out."""
    rows = list(found)
    return {
        "named": len(rows),
        "may_go": sum(row.may_go for row in rows),
        "released": sum(row.release is not None for row in rows),
    }
