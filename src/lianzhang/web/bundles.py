"""The built front end: the tags that load it, and a check that it is there and not older than its manifest says."""

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core import checks
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

ENTRY = "src/main.ts"
FOLDER = "bundle"


def manifest_path() -> Path:
    """Where Vite writes its manifest."""
    return Path(settings.BUNDLE_MANIFEST)


@lru_cache(maxsize=4)
def _manifest(path: Path, _modified: int) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return read


def tags() -> SafeString:
    """Style sheets first, then the module; nothing when the front end was never built (`missing` says so at
    start-up)."""
    path = manifest_path()
    try:
        modified = path.stat().st_mtime_ns
    except FileNotFoundError:
        return SafeString("")
    entry = _manifest(path, modified)[ENTRY]
    sheets = ((static(f"{FOLDER}/{name}"),) for name in entry.get("css", []))
    styles = format_html_join("", '<link rel="stylesheet" href="{}">', sheets)
    return styles + format_html('<script type="module" src="{}"></script>', static(f"{FOLDER}/{entry['file']}"))


@checks.register("lianzhang")
def missing(**_kwargs: Any) -> list[checks.CheckMessage]:
    """A page without its styles still answers 200, so nobody notices in a test: say it at start-up."""
    path = manifest_path()
    if not path.exists():
        return [checks.Warning(f"{path.name} is missing: run `npm ci && npm run build` in frontend/", id="web.W001")]
    entry = json.loads(path.read_text(encoding="utf-8")).get(ENTRY, {})
    built = [entry.get("file", "-"), *entry.get("css", [])]
    absent = [name for name in built if not (path.parent / name).is_file()]
    said = f"the front end is half built: {', '.join(absent)} is missing"
    return [checks.Warning(said, id="web.W002")] if absent else []
