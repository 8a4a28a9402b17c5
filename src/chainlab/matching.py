"""Which registered enterprise a name may mean: candidates with their evidence.

A link is proposed as automatic only for an equal credit code, an equal key or a recorded alias, and only where place,
branch and code do not speak against it. Likeness alone never links: sister companies in two cities are more alike than
a company and its own short name.
"""

from __future__ import annotations

import dataclasses
import heapq
import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from chainlab import names, places

LIKELY = 0.45  # below this a proposal costs the clerk more reading than it saves
MOST_VISITED = 4_000  # postings looked at for one name: telling pieces first
MOST_COMPARED = 40

# reason: (Chinese, English); the ones that speak against a link stand in BLOCKING
REASONS = {
    "same_code": ("信用代码相同", "same credit code"),
    "same_name": ("名称相同", "same name"),
    "alias": ("已确认的别名", "confirmed alias"),
    "same_core": ("字号相同", "same core name"),
    "contains": ("一个包含另一个", "one contains the other"),
    "abbreviation": ("像是简称", "reads as an abbreviation"),
    "homophone": ("同音", "sounds the same"),
    "one_more": ("多一字", "one sign more"),
    "one_less": ("少一字", "one sign less"),
    "one_other": ("一字不同", "one sign differs"),
    "similar": ("相似", "similar"),
    "form_differs": ("公司形式不同", "another legal form"),
    "place_differs": ("地区冲突", "places differ"),
    "branch_differs": ("分公司", "one is a branch"),
    "code_differs": ("信用代码冲突", "credit codes differ"),
    "name_differs": ("名称不符", "names differ"),
    "several": ("同名多家", "several of this name"),
}
BLOCKING = frozenset({"place_differs", "branch_differs", "code_differs", "name_differs", "several"})
CERTAIN = frozenset({"same_code", "same_name", "alias"})


@dataclasses.dataclass(frozen=True, slots=True)
class Known:
    """A registered entity: its name, and what else it is known by."""

    id: str
    name: str
    uscc: str = ""
    region_code: str = ""
    aliases: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True, slots=True)
class Wanted:
    """A name in a ledger, with what the row says beside it."""

    name: str
    uscc: str = ""
    region_code: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class Candidate:
    """An entity a name may mean: likeness from 0 to 1, and why it is or is not the one (keys of REASONS)."""

    id: str
    name: str
    score: float
    reasons: tuple[str, ...]

    @property
    def is_automatic(self) -> bool:
        """Whether the link may be made without a person: certain evidence and nothing against it."""
        return bool(CERTAIN & set(self.reasons)) and not BLOCKING & set(self.reasons)

    def chips(self, language: str = "zh-hans") -> tuple[str, ...]:
        """The reasons in words."""
        return tuple(REASONS[reason][language == "en"] for reason in self.reasons)


class Index:
    """Entities to propose from, found by the signs, pairs of signs and sounds they share. Built once, asked often."""

    def __init__(self, known: Iterable[Known]) -> None:
        self.known = list(known)
        self._by_code: dict[str, int] = {}
        self._by_key: dict[str, list[int]] = defaultdict(list)
        self._by_alias: dict[str, list[int]] = defaultdict(list)
        self._postings: dict[str, list[int]] = defaultdict(list)
        for number, entry in enumerate(self.known):
            if entry.uscc:
                self._by_code.setdefault(entry.uscc, number)
            self._by_key[names.normalise(entry.name)].append(number)
            for alias in entry.aliases:
                self._by_alias[names.normalise(alias)].append(number)
            for text in {names.split(title).core for title in (entry.name, *entry.aliases)}:
                for piece in _pieces(text):
                    if not self._postings[piece] or self._postings[piece][-1] != number:
                        self._postings[piece].append(number)

    def candidates(
        self, name: str | Wanted, *, uscc: str = "", region_code: str = "", limit: int = 5, at_least: float = LIKELY
    ) -> list[Candidate]:
        """The best `limit` entities that a name may mean, each once, certain ones first."""
        wanted = name if isinstance(name, Wanted) else Wanted(name, uscc, region_code)
        certain = dict(self._certain(wanted))
        found = [self._compare(number, wanted, evidence) for number, evidence in certain.items()]
        if not any(candidate.is_automatic for candidate in found):
            found += [self._compare(number, wanted, "") for number in self._near(wanted) if number not in certain]
        likely = [candidate for candidate in found if candidate.score >= at_least]
        best: dict[str, Candidate] = {}
        for candidate in sorted(likely, key=lambda one: (-one.score, len(one.name), one.name)):
            best.setdefault(candidate.id, candidate)
        return self._without_rivals(list(best.values())[:limit])

    def _certain(self, wanted: Wanted) -> Iterator[tuple[int, str]]:
        key = names.normalise(wanted.name)
        for number in self._by_alias.get(key, ()):
            yield number, "alias"
        for number in self._by_key.get(key, ()):
            yield number, "same_name"
        if wanted.uscc in self._by_code:
            yield self._by_code[wanted.uscc], "same_code"

    @staticmethod
    def _without_rivals(found: list[Candidate]) -> list[Candidate]:
        """One name, two entities: neither is taken for certain. A code decides between them."""
        certain = [candidate for candidate in found if candidate.is_automatic]
        by_code = [candidate for candidate in certain if "same_code" in candidate.reasons]
        rivals = {candidate.id for candidate in certain if len(certain) > 1 and candidate not in by_code}
        if by_code and rivals:
            rivals |= {candidate.id for candidate in by_code}  # the code says one firm, the name another
        return [
            dataclasses.replace(candidate, reasons=(*candidate.reasons, "several"))
            if candidate.id in rivals
            else candidate
            for candidate in found
        ]

    def _near(self, wanted: Wanted) -> list[int]:
        """Numbers of the entities that share the most telling pieces with the name."""
        postings = [
            (self._postings[piece], weight)
            for piece, weight in _pieces(names.split(wanted.name).core).items()
            if piece in self._postings
        ]
        shared: dict[int, float] = defaultdict(float)
        visited = 0
        for posting, weight in sorted(postings, key=lambda pair: len(pair[0])):
            visited += len(posting)
            if visited > MOST_VISITED and shared:
                break
            telling = weight * math.log(1 + len(self.known) / len(posting))
            for number in posting:
                shared[number] += telling
        return heapq.nlargest(MOST_COMPARED, shared, key=shared.__getitem__)

    def _compare(self, number: int, wanted: Wanted, certain: str) -> Candidate:
        entry = self.known[number]
        score, reasons = max(_likeness(wanted.name, title) for title in (entry.name, *entry.aliases))
        against = list(_against(wanted, entry))
        if certain:
            if certain == "same_code" and score < 0.4:
                against.append("name_differs")  # a valid code under the name of another firm
            # What speaks against a certain match is shown, but must not push it off the list.
            return Candidate(entry.id, entry.name, 1.0, (certain, *against))
        score = max(0.0, score - 0.12 * len(against))
        return Candidate(entry.id, entry.name, round(min(score, 0.99), 4), (*reasons, *against))


def propose(
    wanted: Sequence[str | Wanted], known: Iterable[Known] | Index, *, limit: int = 5, at_least: float = LIKELY
) -> dict[str, list[Candidate]]:
    """Candidates for each name among `known`, best first; `Candidate.is_automatic` says which may be linked."""
    index = known if isinstance(known, Index) else Index(known)
    unique = {one if isinstance(one, str) else one.name: one for one in wanted}
    return {name: index.candidates(one, limit=limit, at_least=at_least) for name, one in unique.items()}


def _likeness(wanted: str, known: str) -> tuple[float, tuple[str, ...]]:
    """How alike two names are, from 0 to 1, and in what."""
    from rapidfuzz.distance import Indel, JaroWinkler, Levenshtein

    left, right = names.split(wanted), names.split(known)
    key_left, key_right = names.normalise(wanted), names.normalise(known)
    one, other = left.core, right.core
    score = max(
        0.95 * Indel.normalized_similarity(key_left, key_right),
        0.9 * JaroWinkler.normalized_similarity(one, other),
    )
    reasons: list[str] = []
    distance = Levenshtein.distance(one, other, score_cutoff=1)
    if one == other:
        score, reasons = max(score, 0.96), ["same_core"]
    elif names.sound(one) == names.sound(other):
        score, reasons = max(score, 0.94), ["homophone"]
    elif distance == 1 and min(len(one), len(other)) >= 3:
        word = "one_other" if len(one) == len(other) else "one_more" if len(one) > len(other) else "one_less"
        score, reasons = max(score, 0.86), [word]
    elif one in other or other in one:
        covered = min(len(one), len(other)) / max(len(one), len(other))
        starts = other.startswith(one) or one.startswith(other)
        score, reasons = max(score, (0.72 if starts else 0.62) + 0.2 * covered), ["contains"]
    elif len(one) >= 2 and _is_subsequence(one, other):
        begins = one[0] == other[0]
        score, reasons = max(score, 0.55 + 0.1 * begins + 0.2 * len(one) / len(other)), ["abbreviation"]
    else:
        reasons = ["similar"]
    if left.form and right.form and left.form != right.form:
        score, reasons = score - 0.01, [*reasons, "form_differs"]
    return score, tuple(reasons)


def _against(wanted: Wanted, entry: Known) -> Iterator[str]:
    """What speaks against a link however alike the names are."""
    left, right = names.split(wanted.name), names.split(entry.name)
    codes_left = [code for code in (left.region_code, wanted.region_code) if code]
    codes_right = [code for code in (right.region_code, entry.region_code) if code]
    if codes_left and codes_right and not any(places.agree(one, other) for one in codes_left for other in codes_right):
        yield "place_differs"
    if left.branch != right.branch:
        yield "branch_differs"
    if wanted.uscc and entry.uscc and wanted.uscc != entry.uscc:
        yield "code_differs"


def _is_subsequence(short: str, long: str) -> bool:
    signs = iter(long)
    return all(sign in signs for sign in short)


def _pieces(text: str) -> dict[str, float]:
    """Signs, pairs of signs and pairs of sounds, with how much each tells."""
    pieces = dict.fromkeys(text, 0.4)
    pieces |= {text[at : at + 2]: 1.0 for at in range(len(text) - 1)}
    sounds = names.sound(text)
    pieces |= {f"{sounds[at]} {sounds[at + 1]}": 0.6 for at in range(len(sounds) - 1)}
    return pieces
