"""How far a person's hand goes: worked out once from the post the person is acting in, then asked by every queryset."""

from dataclasses import dataclass

from lianzhang.accounts.rules import ADMINISTRATIONS, Act, Role, Scope, Thing, scope


@dataclass(frozen=True)
class Reach:
    """The post being acted in, reduced to what permission needs."""

    role: Role
    post: str = ""
    body_id: int | None = None
    body_kind: str = ""
    region_code: str = ""
    person_id: int | None = None

    def scope(self, act: Act, thing: Thing) -> Scope:
        """NONE, OWN or ALL: the width of the right to `act` on `thing`."""
        return scope(self.role, act, thing)

    def may(self, act: Act, thing: Thing) -> bool:
        """Whether the person may `act` on at least some of `thing`."""
        return self.scope(act, thing) > Scope.NONE

    @property
    def reads_trail(self) -> bool:
        return self.may(Act.READ, Thing.TRAIL)

    @property
    def is_administrator(self) -> bool:
        return self.post in ADMINISTRATIONS


NOWHERE = Reach(role=Role.NOBODY)
