"""How a row of a project's details reaches the person: through its project's chain or district."""

from typing import Self

from lianzhang.accounts.models import Person
from lianzhang.accounts.rules import Act, Role, Scope, Thing
from lianzhang.chains.models import Chain
from lianzhang.records.scope import M, ScopedQuerySet


class ByProjectQuerySet(ScopedQuerySet[M]):
    path = ""  # how a row reaches its project: "" for the project itself, "project__" for its details

    def visible_to(self, person: Person) -> Self:
        return self._within(person, Act.READ)

    def editable_by(self, person: Person) -> Self:
        return self._within(person, Act.WRITE)

    def approvable_by(self, person: Person) -> Self:
        return self._within(person, Act.APPROVE)

    def _within(self, person: Person, act: Act) -> Self:
        width = person.reach.scope(act, Thing.PROJECT)
        if width is Scope.ALL:
            return self.all()
        if width is Scope.NONE:
            return self.none()
        if person.reach.role is Role.DISTRICT:
            return self.filter(**{f"{self.path}district_id": person.reach.body_id})
        return self.filter(**{f"{self.path}chain__in": Chain.objects.own_of(person).values("pk")})
