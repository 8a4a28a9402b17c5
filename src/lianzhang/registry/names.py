"""Which enterprise a ledger means: by credit code, by exact name, by confirmed alias; otherwise a person decides."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from chainlab import matching, names
from lianzhang.intake.columns import Question, Refusal
from lianzhang.intake.protocol import Proposal
from lianzhang.registry.models import Alias, Enterprise

if TYPE_CHECKING:
    from lianzhang.intake.columns import Desk

ASKING = 0.8  # a full name this close to a registered one is shown to a person before it counts as new


class Resolver:
    """All names of the register, read once. Answers with ids only: who may see a record is asked by the caller."""

    def __init__(self) -> None:
        self.name_of: dict[int, str] = {}
        self.code_of: dict[int, str | None] = {}
        self._by_code: dict[str, int] = {}
        self._by_key: dict[str, set[int]] = defaultdict(set)
        self._by_alias: dict[str, set[int]] = defaultdict(set)
        self._aliases: dict[int, list[str]] = defaultdict(list)
        self._region_of: dict[int, str] = {}
        rows = Enterprise.objects.filter(merged_into__isnull=True).values_list(
            "pk", "name", "name_key", "credit_code", "region_code"
        )
        for pk, name, key, code, region in rows:
            self.name_of[pk], self.code_of[pk], self._region_of[pk] = name, code, region
            self._by_key[key].add(pk)
            if code:
                self._by_code[code] = pk
        for pk, name, key in Alias.objects.filter(enterprise__merged_into__isnull=True).values_list(
            "enterprise_id", "name", "key"
        ):
            self._by_alias[key].add(pk)
            self._aliases[pk].append(name)
        self._index: matching.Index | None = None

    def resolve(
        self, name: str, *, credit_code: str | None = None, decision: Mapping[str, Any] | None = None, field: str
    ) -> int | None:
        """The id of the enterprise meant, or None for one that is new.

        A name counts as new without a question only where no registered one is close to it.

        Raises Refusal where code and name contradict one another, Question where only a person can say.
        """
        key = names.normalise(name)
        by_code = self._by_code.get(credit_code) if credit_code else None
        by_name = self._by_key.get(key, set())
        if by_code is not None:
            return self._checked(by_code, by_name, field=field)
        known = by_name | self._by_alias.get(key, set())
        fitting = {pk for pk in known if not self._contradicts(pk, credit_code)}
        if known and not fitting and by_name:
            raise Refusal(
                f"“{name}”已登记的统一社会信用代码与本行不同，请核对代码或名称。",
                f"“{name}” is registered under another credit code; check the code or the name.",
                field=field,
                code="contradiction",
            )
        if decision and decision.get("as") == "same":
            return int(decision["id"])
        if len(fitting) == 1:
            return fitting.pop()
        if decision and decision.get("as") == "new":
            return None
        if fitting:
            proposals = [Proposal(str(pk), self.name_of[pk], 1.0, ("several",)) for pk in sorted(fitting)]
            raise self._question(name, proposals, field=field)
        near = self.near(name, credit_code=credit_code)
        if any(one.score >= ASKING and not matching.BLOCKING & set(one.reasons) for one in near):
            raise self._question(name, near, field=field)
        return None

    def certain(self, name: str, *, credit_code: str | None = None) -> int | None:
        """The id of the enterprise meant beyond doubt, or None: where a bare name may stand as well."""
        try:
            return self.resolve(name, credit_code=credit_code, field="")
        except (Question, Refusal):
            return None

    def known(self, name: str, *, decision: Mapping[str, Any], credit_code: str | None = None, field: str) -> int:
        """The id of an enterprise that must be registered already; raises Question for any other name."""
        found = self.resolve(name, credit_code=credit_code, decision=decision, field=field)
        if found is None:
            raise self._question(name, self.near(name, credit_code=credit_code), field=field)
        return found

    def known_as(self, name: str, *, credit_code: str | None = None) -> tuple[list[str], str]:
        """What the register calls the one firm that a code or an exact name means, now and formerly, and its credit
        code; nothing where the register does not know one such firm."""
        key = names.normalise(name) if name.strip() else ""
        named = {pk for pk in self._by_key.get(key, set()) | self._by_alias.get(key, set()) if key}
        fitting = {pk for pk in named if not self._contradicts(pk, credit_code)}
        by_code = self._by_code.get(credit_code) if credit_code else None
        if by_code is None and len(fitting) != 1:
            return [], ""
        found = by_code if by_code is not None else next(iter(fitting))
        return [self.name_of[found], *self._aliases.get(found, ())], self.code_of[found] or ""

    def near(self, name: str, *, credit_code: str | None = None) -> list[Proposal]:
        """Enterprises the name may mean, most alike first; one with another credit code is not among them."""
        if self._index is None:
            self._index = matching.Index(
                matching.Known(str(pk), name, self.code_of[pk] or "", self._region_of[pk], tuple(self._aliases[pk]))
                for pk, name in self.name_of.items()
            )
        found = self._index.candidates(name, uscc=credit_code or "")
        return [
            Proposal(candidate.id, candidate.name, candidate.score, candidate.reasons)
            for candidate in found
            if not self._contradicts(int(candidate.id), credit_code)
        ]

    def _checked(self, pk: int, by_name: set[int], *, field: str) -> int:
        if by_name and pk not in by_name:
            other = self.name_of[min(by_name)]
            raise Refusal(
                f"信用代码属于“{self.name_of[pk]}”，名称却是“{other}”的名称，两者矛盾，请核对。",
                f"The credit code belongs to “{self.name_of[pk]}” but the name to “{other}”; check both.",
                field=field,
                code="contradiction",
            )
        return pk

    def _contradicts(self, pk: int, credit_code: str | None) -> bool:
        return bool(credit_code and self.code_of[pk] and self.code_of[pk] != credit_code)

    def _question(self, name: str, proposals: list[Proposal], *, field: str) -> Question:
        return Question(
            name,
            proposals,
            zh=f"“{name}”尚未认定是哪家企业，请认定。",
            en=f"It is not settled which enterprise “{name}” is; decide.",
            field=field,
        )


def resolver(desk: Desk) -> Resolver:
    """The resolver of this pass."""
    made: Resolver = desk.once("resolver", Resolver)
    return made
