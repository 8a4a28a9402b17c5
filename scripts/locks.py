"""Renew the lock files: exact versions with hashes, no address of any registry inside."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from scripts import setup  # noqa: E402 - the path above makes it importable from anywhere

HOW = ("--python-version", "3.11", "--generate-hashes", "--no-emit-index-url", "--no-header", "--quiet")
PACKAGE_LOCKS = ("frontend/package-lock.json", "scripts/chromium/package-lock.json")


def main(arguments: list[str]) -> int:
    """`--upgrade` takes newer versions; without it what is locked stays where it still fits."""
    setup.stage("installer", [setup.TOOLS_LOCK], setup.install_tools, stamps=setup.TOOLS)
    extra = [word for word in arguments if word.startswith("--upgrade")]
    for source in sorted((ROOT / "scripts" / "locks").glob("*.in")):
        compile_lock(source.relative_to(ROOT), output=str(source.relative_to(ROOT).with_suffix(".lock")), extra=extra)
    compile_lock("pyproject.toml", output="requirements.lock", extra=extra)
    # The test packages agree with what runs in production, line by line.
    compile_lock("--group", "dev", "-c", "requirements.lock", output="requirements-dev.lock", extra=extra)
    compile_lock("--group", "cluster", output="requirements-cluster.lock", extra=extra)
    for name in PACKAGE_LOCKS:
        if (ROOT / name).exists():
            strip_addresses(ROOT / name)
    return 0


def compile_lock(*sources: str | Path, output: str, extra: list[str]) -> None:
    setup.uv("pip", "compile", *HOW, *extra, *(str(source) for source in sources), "-o", output)
    print(output)


def strip_addresses(lock: Path) -> None:
    """npm writes where it fetched from and whom to fund; `npm ci` needs only names, versions and digests."""
    content = json.loads(lock.read_text(encoding="utf-8"))
    for entry in content.get("packages", {}).values():
        for name in ("resolved", "funding"):
            entry.pop(name, None)
    lock.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except (setup.SetupFailed, subprocess.SubprocessError) as failure:
        sys.exit(f"locks: {failure}")
