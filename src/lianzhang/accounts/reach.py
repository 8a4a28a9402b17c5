"""How far a person's hand goes: worked out once from the post the person is acting in, then asked by every queryset."""

from dataclasses import dataclass

from lianzhang.accounts.rules import ADMINISTRATIONS, LEDGERS_OF, Act, Role, Scope, Thing, scope


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

    def hands_in(self, ledger: str) -> bool:
        """Whether the person's role hands in the ledger called `ledger`, as far as the role decides."""
        only = LEDGERS_OF.get(self.role)
        return self.may(Act.WRITE, Thing.LEDGER) and (only is None or ledger in only)

    @property
    def reads_trail(self) -> bool:
        return self.may(Act.READ, Thing.TRAIL)

    @property
    def is_administrator(self) -> bool:
        return self.post in ADMINISTRATIONS


NOWHERE = Reach(role=Role.NOBODY)
