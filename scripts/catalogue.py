"""Translation catalogues without the gettext tools: read and write `.po`, compile `.mo`, find the words in the sources.

The catalogues are committed with the code and a user's machine has neither xgettext nor msgfmt, so what checks them
must not need these tools either.
"""

import ast
import re
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

# gettext's name → (position of the context, of the message, of the plural); None where it has none.
FUNCTIONS: dict[str, tuple[int | None, int, int | None]] = {
    **dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop"), (None, 0, None)),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (None, 0, 1)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), (0, 1, None)),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), (0, 1, 2)),
}
PLACEHOLDER = re.compile(r"%\([a-z_]+\)[sd]|\{[a-z_]+\}|%[sd]")
CALL = re.compile(r"\b(" + "|".join(FUNCTIONS) + r")\((?=\s*u?[\"'])")
LITERAL = re.compile(r"\s*u?((?:\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*')\s*)+")
HEADER = (
    "Content-Type: text/plain; charset=UTF-8\nContent-Transfer-Encoding: 8bit\n"
    "Language: {language}\nPlural-Forms: nplurals=2; plural=(n != 1);\n"
)


@dataclass(frozen=True, order=True)
class Key:
    """What a message is looked up by."""

    message: str
    context: str = ""
    plural: str = ""


@dataclass
class Entry:
    """A message, its translations (singular and plural), and where it is used."""

    key: Key
    texts: list[str] = field(default_factory=list)
    places: list[str] = field(default_factory=list)
    is_fuzzy: bool = False

    @property
    def is_translated(self) -> bool:
        return bool(self.texts) and all(self.texts) and not self.is_fuzzy


Catalogue = dict[Key, Entry]


# --- .po --------------------------------------------------------------------------------------------------------------


def read(path: Path) -> Catalogue:
    """The entries of a `.po` file; the header and entries marked obsolete (`#~`) are left out."""
    entries = (parse(block) for block in re.split(r"\n\s*\n", path.read_text(encoding="utf-8")))
    return {entry.key: entry for entry in entries if entry is not None and entry.key.message}


def parse(block: str) -> Entry | None:
    """One entry; None for a block that holds none."""
    parts: dict[str, str] = {}
    places: list[str] = []
    name = ""
    for line in block.splitlines():
        if line.startswith("#:"):
            places += line[2:].split()
        if line.startswith("#"):
            continue
        if match := re.match(r'(msgctxt|msgid|msgid_plural|msgstr(?:\[\d\])?)\s+"', line):
            name = match[1]
            parts[name] = ""
        if name and (text := re.search(r'".*"', line)):
            parts[name] += unquote(text[0])
    if "msgid" not in parts:
        return None
    key = Key(parts["msgid"], parts.get("msgctxt", ""), parts.get("msgid_plural", ""))
    texts = [text for part, text in parts.items() if part.startswith("msgstr")]
    return Entry(key, texts, places, is_fuzzy=re.search(r"^#,.*\bfuzzy\b", block, re.MULTILINE) is not None)


def write(catalogue: Catalogue, path: Path, *, language: str) -> None:
    """The catalogue as a `.po`, sorted, without line numbers: two people adding words must not collide everywhere."""
    blocks = [
        'msgid ""\nmsgstr ""\n'
        + "\n".join(quote(f"{line}\n") for line in HEADER.format(language=language).splitlines())
    ]
    blocks += [block_of(catalogue[key]) for key in sorted(catalogue)]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n\n".join(blocks) + "\n", encoding="utf-8")


def block_of(entry: Entry) -> str:
    lines = [f"#: {place}" for place in sorted(set(entry.places))]
    # The flag tells the tools that a percent sign here is a place for a value.
    if PLACEHOLDER.search(entry.key.message) and "%" in entry.key.message:
        lines.append("#, python-format")
    if entry.key.context:
        lines.append(f"msgctxt {quote(entry.key.context)}")
    lines.append(f"msgid {quote(entry.key.message)}")
    if entry.key.plural:
        lines.append(f"msgid_plural {quote(entry.key.plural)}")
        texts = entry.texts or ["", ""]
        lines += [f"msgstr[{number}] {quote(text)}" for number, text in enumerate(texts)]
    else:
        lines.append(f"msgstr {quote(entry.texts[0] if entry.texts else '')}")
    return "\n".join(lines)


def quote(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return f'"{escaped}"'


def unquote(text: str) -> str:
    characters = {"n": "\n", "t": "\t", "r": "\r"}
    return re.sub(r"\\(.)", lambda match: characters.get(match[1], match[1]), text[1:-1])


# --- .mo --------------------------------------------------------------------------------------------------------------


def compile_mo(catalogue: Catalogue, *, language: str) -> bytes:
    """The catalogue in gettext's binary form; the same catalogue gives the same bytes."""
    pairs = [(b"", HEADER.format(language=language).encode())]
    for key, entry in catalogue.items():
        if entry.is_translated:
            identity = f"{key.context}\x04{key.message}" if key.context else key.message
            identity += f"\x00{key.plural}" if key.plural else ""
            pairs.append((identity.encode(), "\x00".join(entry.texts).encode()))
    pairs.sort()
    start = 7 * 4 + 16 * len(pairs)
    tables: list[list[int]] = [[], []]
    data = b""
    for column in (0, 1):
        for pair in pairs:
            tables[column] += [len(pair[column]), start + len(data)]
            data += pair[column] + b"\x00"
    header = (0x950412DE, 0, len(pairs), 28, 28 + 8 * len(pairs), 0, 0)
    return struct.pack(f"<7I{4 * len(pairs)}I", *header, *tables[0], *tables[1]) + data


# --- sources ----------------------------------------------------------------------------------------------------------


def extract(files: Iterable[Path], *, root: Path) -> Catalogue:
    """Every message in these Python files and Django templates, with the files that use it."""
    found: Catalogue = {}
    for path in sorted(files):
        place = path.relative_to(root).as_posix()
        for key in keys_in(path):
            found.setdefault(key, Entry(key)).places.append(place)
    return found


def keys_in(path: Path) -> Iterator[Key]:
    """The messages of one file; a call whose message is no literal has nothing to collect."""
    source = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        yield from keys_in_python(source)
    else:
        yield from keys_in_template(source, name=path.name)


def keys_in_python(source: str) -> Iterator[Key]:
    tree = ast.parse(source)
    known = FUNCTIONS | {alias: FUNCTIONS[name] for alias, name in renamed(tree)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and (shape := known.get(called(node))):
            values = [part.value if isinstance(part, ast.Constant) else None for part in node.args]
            yield from key_of(shape, values)


def renamed(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """The names a module gives to gettext's functions: of `gettext as _now`, no word was collected once."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            yield from ((one.asname, one.name) for one in node.names if one.asname and one.name in FUNCTIONS)


def called(node: ast.Call) -> str:
    return getattr(node.func, "id", None) or getattr(node.func, "attr", "")


def keys_in_template(source: str, *, name: str) -> Iterator[Key]:
    """Django turns a template into text in which only its gettext calls are left; these are read as Python."""
    from django.utils.translation.template import templatize

    text = templatize(source, origin=name)
    for call in CALL.finditer(text):
        position, values = call.end(), []
        while literal := LITERAL.match(text, position):
            values.append(ast.literal_eval(literal[0].strip()))
            position = literal.end() + 1 if text[literal.end() : literal.end() + 1] == "," else len(text)
        yield from key_of(FUNCTIONS[call[1]], values)


def key_of(shape: tuple[int | None, int, int | None], values: list[object]) -> Iterator[Key]:
    picked = [values[place] if place is not None and place < len(values) else "" for place in shape]
    if all(isinstance(value, str) for value in picked) and picked[1]:
        yield Key(str(picked[1]), context=str(picked[0]), plural=str(picked[2]))
