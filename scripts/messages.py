"""The words on screen: collect the Chinese messages from the sources, keep their English, compile the catalogue.

python scripts/messages.py                  collect, keep what is translated, compile; lists what still lacks English
python scripts/messages.py --from FOLDER    and take missing translations from the .po files in FOLDER
python scripts/messages.py --check          change nothing; complain of what is missing or out of date
"""

import argparse
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from scripts import catalogue  # noqa: E402 - the path above makes it importable from anywhere

LANGUAGE = "en"
LOCALE = Path("src/lianzhang/locale") / LANGUAGE / "LC_MESSAGES"


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--from", dest="folder", type=Path, help="folder of .po files with further translations")
    parser.add_argument("--check", action="store_true", help="change nothing")
    options = parser.parse_args(arguments)
    if not options.check:
        collect(ROOT, others=sorted(options.folder.glob("*.po")) if options.folder else [])
    found = complaints(ROOT)
    print("\n".join(found) or "every message has its English")
    return 1 if found else 0


def sources(root: Path) -> list[Path]:
    """Files whose words a user may read."""
    package = root / "src" / "lianzhang"
    return [
        p
        for p in package.rglob("*")
        if p.suffix in {".py", ".html", ".txt"} and "static" not in p.relative_to(package).parts
    ]


def collect(root: Path, *, others: list[Path]) -> None:
    """Write the `.po` and the `.mo`: what the sources say now, with every translation already known."""
    path = root / LOCALE / "django.po"
    known = catalogue.read(path) if path.exists() else {}
    for other in others:
        for key, entry in catalogue.read(other).items():
            if entry.is_translated and not (key in known and known[key].is_translated):
                known[key] = entry
    now = catalogue.extract(sources(root), root=root / "src")
    for key, entry in now.items():
        entry.texts = known[key].texts if key in known else []
    catalogue.write(now, path, language=LANGUAGE)
    path.with_suffix(".mo").write_bytes(catalogue.compile_mo(now, language=LANGUAGE))


def complaints(root: Path) -> list[str]:
    """Messages without English, translations that lose a placeholder or break it, words nobody uses, a stale binary."""
    path = root / LOCALE / "django.po"
    if not path.exists():
        return [f"{LOCALE}/django.po is missing: make messages"]
    known, now = catalogue.read(path), catalogue.extract(sources(root), root=root / "src")
    found = [
        f"{entry.places[0]}: {key.message!r} has no English"
        for key, entry in sorted(now.items())
        if key not in known or not known[key].is_translated
    ]
    found += [f"{key.message!r} is used nowhere: make messages" for key in sorted(known) if key not in now]
    for key, entry in sorted(known.items()):
        wanted = set(catalogue.PLACEHOLDER.findall(key.message))
        found += [
            f"{key.message!r}: {text!r} does not carry the same values"
            for text in entry.texts
            if text and set(catalogue.PLACEHOLDER.findall(text)) != wanted
        ]
        found += [  # a page in English once ended in an error over "80 %"
            f"{key.message!r}: in {text!r} a percent sign is to be written %%"
            for text in entry.texts
            if wanted and "%" in catalogue.PLACEHOLDER.sub("", text).replace("%%", "")
        ]
    binary = path.with_suffix(".mo")
    if not binary.exists() or binary.read_bytes() != catalogue.compile_mo(known, language=LANGUAGE):
        found.append(f"{LOCALE}/django.mo is not what django.po says: make messages")
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
