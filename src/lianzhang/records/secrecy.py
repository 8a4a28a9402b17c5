"""The classification of fields: who may see a value, may it stand in the trail, does it leave in an export."""

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """From least to most protected. Nothing here is a state-secret grade: the system must not hold state secrets."""

    PUBLIC = "public"
    INTERNAL = "internal"
    SENSITIVE = "sensitive"  # personal data: masked by default, never written into the trail's body
    SECRET = "secret"  # 商业秘密（授权可见）: readable by its owner and by grant only


LEVELS = tuple(Level)


@dataclass(frozen=True)
class Secrecy:
    """Names every concrete field of a model once, as space-separated words by level.

    `id` and `version` are internal without being named.
    """

    public: str = ""
    internal: str = ""
    sensitive: str = ""
    secret: str = ""

    def fields(self, level: Level) -> frozenset[str]:
        return frozenset(getattr(self, level.value).split())

    def complaints(self, names: frozenset[str]) -> list[str]:
        """What is wrong with this classification of the fields `names`: unclassified, unknown, or classified twice."""
        named = [name for level in LEVELS for name in sorted(self.fields(level))]
        twice = sorted({name for name in named if named.count(name) > 1})
        missing = sorted(names - set(named) - {"id", "version"})
        unknown = sorted(set(named) - names)
        return (
            [f"{name} is not classified" for name in missing]
            + [f"{name} is no field" for name in unknown]
            + [f"{name} is classified twice" for name in twice]
        )
