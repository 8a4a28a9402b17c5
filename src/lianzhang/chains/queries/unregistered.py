"""Suppliers that anchors name in their rows and that are not in the register: until somebody says who they are, their
amounts have no place, and they are no candidates."""

import hashlib
from dataclasses import dataclass
from decimal import Decimal

from chainlab import names
from lianzhang.accounts.models import Person
from lianzhang.chains.models import Chain
from lianzhang.registry.models import Purchase

MOST = 40


@dataclass(frozen=True)
class Named:
    """A name, the rows it stands in, and what they come to in 万元 as far as it is known; the key is what a form calls
    it by."""

    key: str
    name: str
    rows: list[Purchase]

    @property
    def amount_wan(self) -> Decimal:
        return sum((row.amount_wan for row in self.rows if row.amount_wan is not None), Decimal(0))

    @property
    def region_code(self) -> str:
        """Where the rows say it produces, if they agree."""
        said = {row.production_region for row in self.rows} - {""}
        return said.pop() if len(said) == 1 else ""

    @property
    def buyers(self) -> list[str]:
        return sorted({row.buyer.name for row in self.rows})

    @property
    def parts(self) -> list[str]:
        return sorted({row.part.name for row in self.rows})


def suppliers(chain: Chain, *, person: Person) -> list[Named]:
    """The names in rows of the chain's anchors that `person` may read today, those of most money first."""
    anchors = chain.anchors.standing().values("enterprise_id")
    found = Purchase.objects.editable_by(person).filter(buyer__in=anchors, supplier=None).exclude(supplier_name="")
    found_names: dict[str, list[Purchase]] = {}
    for row in found.exclude(make=Purchase.Make.OWN).select_related("buyer", "part").order_by("-year", "pk"):
        found_names.setdefault(names.normalise(row.supplier_name), []).append(row)
    listed = [Named(_short(key), rows[0].supplier_name, rows) for key, rows in found_names.items() if key]
    return sorted(listed, key=lambda one: (-one.amount_wan, one.name))


def _short(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:16]
