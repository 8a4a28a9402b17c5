"""The nouns of the register: enterprises under one name, the parts they make and buy, and who may read purchases."""

from lianzhang.registry.models.enterprises import Alias, Enterprise, EnterpriseMerge, EnterpriseQuerySet, Source
from lianzhang.registry.models.parts import Capability, Part
from lianzhang.registry.models.purchases import BomLine, Purchase, PurchaseGrant

__all__ = [
    "Alias",
    "BomLine",
    "Capability",
    "Enterprise",
    "EnterpriseMerge",
    "EnterpriseQuerySet",
    "Part",
    "Purchase",
    "PurchaseGrant",
    "Source",
]
