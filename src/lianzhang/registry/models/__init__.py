"""The nouns of the register: enterprises under one name, their parts and purchases, and who may read what they say."""

from lianzhang.registry.models.answers import CategoryAnswer, PartAnswer, SharedSupplier, SupplierMention
from lianzhang.registry.models.bandings import Banding
from lianzhang.registry.models.enterprises import Alias, Enterprise, EnterpriseMerge, EnterpriseQuerySet, Source
from lianzhang.registry.models.grants import PurchaseGrant
from lianzhang.registry.models.lines import Level, MaterialGroup, ProductLine
from lianzhang.registry.models.parts import Capability, Part
from lianzhang.registry.models.purchases import BomLine, Purchase
from lianzhang.registry.models.trees import PartTree, TreeNode, TreeVersion

__all__ = [
    "Alias",
    "Banding",
    "BomLine",
    "Capability",
    "CategoryAnswer",
    "Enterprise",
    "EnterpriseMerge",
    "EnterpriseQuerySet",
    "Level",
    "MaterialGroup",
    "Part",
    "PartAnswer",
    "PartTree",
    "ProductLine",
    "Purchase",
    "PurchaseGrant",
    "SharedSupplier",
    "Source",
    "SupplierMention",
    "TreeNode",
    "TreeVersion",
]
