"""How Chinese names sound: pinyin, and an index of the names of records that is asked by a few letters.

Reading twenty thousand names for every letter somebody types cost twice the time of a page. Each process keeps them,
spelt, and follows the trail: whatever was written since it last looked is read again, and nothing else. What is kept
is never shown; the palette reads the records it shows anew, as the person may see them.
"""

import threading
from bisect import bisect_right
from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache
from itertools import accumulate
from typing import Any

from django.apps import apps
from django.db.models import IntegerField, TextField, Value
from django.db.models.functions import Cast

from lianzhang.trail import queries as trail

MOST_KEYS = 300  # of one kind that sound alike; more letters say more
MOST_TRIED = 1_000
MOST_STEPS = 2_000


class Shelf:
    """The names of one kind of record, spelt, in one text that is searched as a whole."""

    def __init__(self, names: Iterable[tuple[int, str]]) -> None:
        self._lines: dict[int, str] = {}
        self.put(names, instead_of=())

    def put(self, names: Iterable[tuple[int, str]], *, instead_of: Collection[int]) -> None:
        """Put in these names, and take out those `instead_of` which they stand: a record that is gone has none."""
        for pk in instead_of:
            self._lines.pop(pk, None)
        for pk, name in names:
            short, syllables = spelling(name)
            self._lines[pk] = f"{short}\t{''.join(syllables)}\n{name}"
        spelt = [line.partition("\n")[0] + "\n" for line in self._lines.values()]
        self._text, self._pks = "".join(spelt), list(self._lines)
        self._ends = list(accumulate(map(len, spelt)))

    def find(self, sound: str) -> list[int]:
        """The records whose name sounds so."""
        keys, at = list[int](), self._text.find(sound)
        for _tried in range(MOST_TRIED):
            if at < 0 or len(keys) == MOST_KEYS:
                break
            number = bisect_right(self._ends, at)
            pk = self._pks[number]
            if sounds_like(self._lines[pk].partition("\n")[2], sound):
                keys.append(pk)
            at = self._text.find(sound, self._ends[number])
        return keys


_shelves: dict[tuple[str, str], Shelf] = {}
_seen: tuple[int, str] = (0, "")
_lock = threading.Lock()


def keys(names: Collection[tuple[str, str]], sound: str) -> dict[tuple[str, str], list[int]]:
    """For each (model, field of its name): the keys of the records that sound so, whoever may see them."""
    with _lock:
        _follow()
        missing = [name for name in names if name not in _shelves]
        for name, found in _read(missing).items():
            _shelves[name] = Shelf(found)
        return {name: _shelves[name].find(sound) for name in names}


def _names(name: tuple[str, str], number: int = 0) -> Any:
    manager: Any = apps.get_model(name[0])._default_manager
    kind = Value(number, IntegerField())
    return manager.order_by().values_list(kind, "pk", Cast(name[1], TextField()))


def _read(names: Sequence[tuple[str, str]]) -> dict[tuple[str, str], list[tuple[int, str]]]:
    """The names of whole kinds, in one query."""
    found: dict[tuple[str, str], list[tuple[int, str]]] = {name: [] for name in names}
    selects = [_names(name, number) for number, name in enumerate(names)]
    if selects:
        for number, pk, text in selects[0].union(*selects[1:], all=True) if selects[1:] else selects[0]:
            found[names[number]].append((pk, text))
    return found


def _follow() -> None:
    """Bring the shelves up to the last event of the trail; a trail that is another one empties them."""
    global _seen  # noqa: PLW0603 - one index a process
    steps = trail.since(_seen[0], limit=MOST_STEPS)
    is_same = bool(steps) and steps[0][:2] == _seen and len(steps) < MOST_STEPS
    if not is_same:
        _shelves.clear()
        _seen = trail.newest()
        return
    _seen = steps[-1][:2]
    for name, shelf in _shelves.items():
        touched = {int(pk) for _seq, _mac, kind, pk in steps[1:] if kind == name[0].lower() and pk.isdecimal()}
        if touched:
            renamed = _names(name).filter(pk__in=touched)
            shelf.put(((pk, text) for _number, pk, text in renamed), instead_of=touched)


def letters(asked: str) -> str:
    """What was asked as letters of pinyin; empty where it can be none. `bing xiang` is one word."""
    joined = "".join(asked.split()).casefold()
    return joined if joined.isascii() and joined.isalnum() and not joined.isdigit() else ""


def sounds_like(text: str, sound: str) -> bool:
    """Whether `sound` is within the initials of the text's pinyin, or its spelling from some syllable on."""
    if not sound:
        return False
    short, syllables = spelling(text)
    if sound in short:
        return True
    whole = "".join(syllables)
    return sound in whole and any("".join(syllables[start:]).startswith(sound) for start in range(len(syllables)))


def initials(text: str) -> str:
    """The pinyin initials of `text` in lower case: 全市总表 → qszb."""
    return spelling(text)[0]


@lru_cache(maxsize=50_000)
def spelling(text: str) -> tuple[str, tuple[str, ...]]:
    """Initials and syllables of `text` in lower case; what is not Chinese stands in both as it is."""
    # pypinyin reads its dictionaries when imported; the web process pays for it with the first search, not at start.
    import pypinyin

    parts = pypinyin.lazy_pinyin(text.casefold(), errors=lambda other: f"\0{other}")
    short = "".join(part[1:] if part.startswith("\0") else part[0] for part in parts)
    return short, tuple("".join(part.lstrip("\0").split()) for part in parts)
