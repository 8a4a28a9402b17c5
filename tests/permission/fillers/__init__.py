"""How to fill the arguments of every address, one module per app.

A module has one function:

    def fill(world: World) -> Filling:
        return {
            "projects:list": [Case()],                                            # no arguments, no subject
            "projects:project": each(world, "project", Project, code="code"),     # one case per marked record
            "projects:explain": [Case({"code": "XM-1", "figure": "agreed"}, ("project", "east"))],
        }

The key is the name of the address with its namespace. A case's `subject` is (thing, owner) of the record it opens, as
`oracle.TABLE` knows them: who may not see that thing gets 404 there, for GET and for POST, and no page may show a mark
of a thing its reader may not see. A new kind of record needs a marked one in `world.py` and a row in `oracle.py`.
`test_every_address_has_a_filler` fails for a page without one.
"""

import importlib
import pkgutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.permission.world import World


@dataclass(frozen=True)
class Case:
    """One way to fill an address. `query` is put behind it; `variant` names another way to ask for the same record."""

    kwargs: Mapping[str, Any] = field(default_factory=dict)
    subject: tuple[str, str] | None = None
    query: str = ""
    variant: str = ""


Filling = dict[str, list[Case]]


def each(world: World, thing: str, model: type[Any], **names: str) -> list[Case]:
    """One case per marked record of `model`: argument name → attribute (dots and double underscores follow)."""
    return [
        Case({argument: _value(record, path) for argument, path in names.items()}, (thing, owner))
        for owner, record in world.of(thing, model)
    ]


def gather(world: World) -> Filling:
    """All fillings together; two modules that fill the same address are a mistake."""
    found: Filling = {}
    for info in pkgutil.iter_modules(__path__):
        filling = importlib.import_module(f"{__name__}.{info.name}").fill(world)
        twice = set(found) & set(filling)
        assert not twice, f"filled twice: {sorted(twice)}"
        found |= filling
    return found


def _value(record: Any, path: str) -> Any:
    for name in path.split("__"):
        record = getattr(record, name)
    return record
