"""Pictures in the docs show the pages as they are: each names its sources and their digest when it was taken."""

import hashlib
import json
import re
from pathlib import Path

PICTURES = Path("docs/screenshots")
RECORD = PICTURES / "made-from.json"
SHOWN = re.compile(r"!\[[^\]]*\]\(([^)\s]+\.(?:png|svg|jpg))\)")


def check_pictures(root: Path) -> list[str]:
    """Pictures that are missing, shown nowhere, unrecorded, or older than the page they show."""
    kept = {path.name for path in (root / PICTURES).glob("*.png")}
    found = []
    shown: set[str] = set()
    for page in [*root.glob("*.md"), *root.glob("docs/**/*.md")]:
        for name in SHOWN.findall(page.read_text(encoding="utf-8")):
            shown.add(Path(name).name)
            if not (page.parent / name).exists():
                found.append(f"{page.relative_to(root)}: shows {name}, which is not there")
    found += [f"{PICTURES / name}: shown on no page" for name in sorted(kept - shown)]
    record = json.loads((root / RECORD).read_text(encoding="utf-8")) if (root / RECORD).exists() else {}
    for name in sorted(kept):
        entry = record.get(name)
        if entry is None:
            found.append(f"{PICTURES / name}: not recorded in {RECORD.name}")
        elif entry["digest"] != digest(root, entry["sources"]):
            found.append(
                f"{PICTURES / name}: the page changed since it was taken "
                "(pytest tests/journeys/test_pictures.py --update-pictures)"
            )
    return found


def digest(root: Path, names: list[str]) -> str:
    """One digest over the sources of a page; a source that is gone counts as changed."""
    together = hashlib.sha256()
    for name in sorted(names):
        path = root / name
        together.update(name.encode() + (path.read_bytes() if path.exists() else b"gone"))
    return together.hexdigest()
