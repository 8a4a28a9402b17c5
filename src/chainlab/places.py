"""Administrative divisions: their six-digit codes (GB/T 2260) and the names that stand for them.

The list is the Ministry's, as carried by python-stdnum; names no longer in force are left out. Codes from 99 are
nobody's in the standard: the invented city of the example has them, and each of its names says that it is an example.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterator

_TAIL = re.compile(r"(?:壮族|回族|维吾尔)?自治区$|特别行政区$|省$|市$")
_LOWER_TAIL = re.compile(r"(?:[区县]|自治州|自治县|地区)$")
_COMMON = re.compile(r"(?:新|高新|开发|郊|城|矿|市)区$")  # 高新区 is a zone in any city, not a division of one
_STOPGAPS = {"市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划"}
INVENTED = {
    "990000": "示例省",
    "990100": "示例市",
    "990101": "示例东区",
    "990102": "示例西区",
    "990103": "示例北区",
    "990200": "示例邻市",
    "990201": "示例邻市甲区",
    "990202": "示例邻市乙区",
}


@functools.cache
def names() -> dict[str, str]:
    """Code -> name in force, for provinces, cities and counties; and the example's."""
    found: dict[str, str] = {}
    for code, entries in _entries():
        name = next((name for name in map(_in_force, entries) if name), "")
        if name:
            found.setdefault(code, name)
    return found | INVENTED


def name_of(code: str) -> str | None:
    """The name of a division; its code where the list has none (a zone, an invented place), None where not told."""
    return names().get(code) or names().get(code.ljust(6, "0")) or code or None


def is_former(text: str) -> bool:
    """Whether a place of this name, bare or after its province or city, was renamed or abolished."""
    text = re.sub(r"\s", "", unicodedata.normalize("NFKC", text))
    return any(text.endswith(name) for name in _former() if name[:2] in text)


@functools.cache
def _former() -> frozenset[str]:
    current = set(names().values())
    past = {entry.rpartition("]")[2] for _, entries in _entries() for entry in entries if not _in_force(entry)}
    return frozenset(name for name in past - current if not _COMMON.search(name))


def _entries() -> Iterator[tuple[str, list[str]]]:
    """Codes with every name they have had, as the list writes them: [-2010]崇文区."""
    from importlib import resources

    province = ""
    for line in resources.files("stdnum.cn").joinpath("loc.dat").read_text(encoding="utf-8").splitlines():
        head = re.match(r'^(\d\d) province="(.+)"', line)
        entry = re.match(r'^\s+(\d{4}) county="(.+)"', line)
        if head:
            province = head[1]
            yield f"{province}0000", [head[2]]
        elif entry:
            yield province + entry[1], entry[2].split(",")


def codes_named(text: str) -> frozenset[str]:
    """Codes whose name, or province + city + district path, is `text`: written out first, then without 省 市 区 县."""
    text = re.sub(r"\s|[>/,，、·-]", "", unicodedata.normalize("NFKC", text)).removeprefix("中国")
    alike = {code: _spellings(code) for code in _by_ending().get(text[-2:], ())}
    whole = {code for code, (written_out, _short) in alike.items() if text in written_out}
    return _upper(whole or {code for code, (_written_out, short) in alike.items() if text in short})


def agree(one: str, other: str) -> bool:
    """Whether one code is the other or lies above it: 370000 and 370214 agree, 370214 and 370202 do not."""
    left, right = sorted((trimmed(one), trimmed(other)), key=len)
    return right.startswith(left)


def trimmed(code: str) -> str:
    """The code without the zeros that stand for 'all of it': 370200 is 3702."""
    code = code[:6]
    while len(code) > 2 and code.endswith("00"):
        code = code[:-2]
    return code


def bare(name: str) -> str:
    """青岛 for 青岛市; a name of two signs keeps its tail."""
    cut = _LOWER_TAIL.sub("", _TAIL.sub("", name))
    return cut if len(cut) >= 2 else name


@functools.cache
def heads() -> dict[str, str]:
    """What a registered name may begin with -> code: provinces and cities bare or whole, counties only whole.

    Bare county names (平安, 长虹) are brands as often as places.
    """
    found: dict[str, str] = {}
    for code, name in sorted(names().items(), reverse=True):
        if name in _STOPGAPS:
            continue
        found[name] = code
        if code.endswith("00"):
            found[bare(name)] = code
    return found


def _in_force(name: str) -> str:
    """ "[2015-]密云区" is 密云区; "[-2010]崇文区" is no more."""
    match = re.match(r"^\[(\d*)-(\d*)\](.+)$", name)
    if match is None:
        return name
    return "" if match[2] else match[3]


@functools.cache
def _by_ending() -> dict[str, list[str]]:
    """The last two signs of a name, whole or bare -> codes: the few that a text can mean, without spelling out all."""
    found: dict[str, list[str]] = {}
    for code, name in names().items():
        if name not in _STOPGAPS:
            for ending in {name[-2:], bare(name)[-2:]}:
                found.setdefault(ending, []).append(code)
    return found


@functools.cache
def _spellings(code: str) -> tuple[frozenset[str], frozenset[str]]:
    """Every way to write a division out, and every way to write it without 省 市 区 县."""
    known, whole, short = names(), set[str](), set[str]()
    name = known[code]
    parents = [part for part in (known.get(f"{code[:2]}0000", ""), known.get(f"{code[:4]}00", "")) if part]
    parents = [part for part in dict.fromkeys(parents) if part != name]
    for above in _paths(parents):
        whole.add(above + name)
        short_above = "".join(bare(part) for part in parents if part in above) if above else ""
        short |= {short_above + bare(name), short_above + name}
    return frozenset(whole), frozenset(short)


def _paths(parents: list[str]) -> set[str]:
    """Nothing, each parent, and both: 城阳区, 青岛市城阳区, 山东省城阳区, 山东省青岛市城阳区."""
    return {"", *parents, "".join(parents)}


def _upper(codes: set[str]) -> frozenset[str]:
    """北京市 is the province and its only city of the same name: the upper one stands for both."""
    upper = min(codes, default="")
    return frozenset({upper} if codes and all(agree(code, upper) for code in codes) else codes)
