"""No lock file names a registry, and no file names a machine of ours."""

import re
from pathlib import Path

from tests.repository.checks import sources

LOCKS = ("*.lock", "package-lock.json", "*-shrinkwrap.yaml")
ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://\S+|\bgit@[\w.-]+")

MACHINE_PATH = re.compile(
    r"(?<![\w.<}/~-])/(?:work|root|home/\w+|Users/\w+|opt/(?:pypi|wheels))(?=[/\s\"'`:,)]|$)", re.MULTILINE
)
REGISTRIES = (
    "pypi.org",
    "pythonhosted.org",
    "npmjs.org",
    "npmjs.com",
    "yarnpkg.com",
    "npmmirror.com",
    "tuna.tsinghua.edu.cn",
)
REGISTRY = re.compile(r"\b(?:" + "|".join(re.escape(host) for host in REGISTRIES) + r")\b")
PRIVATE_HOST = re.compile(
    r"://[\w.-]+\.(?:internal|local|lan|corp)\b|\b(?:10\.\d{1,3}|192\.168|172\.(?:1[6-9]|2\d|3[01]))(?:\.\d{1,3}){2}\b(?!\.\d)"
)
BINARY = {".png", ".mo", ".xlsx", ".docx", ".parquet", ".woff2", ".ico", ".gz", ".zip"}
# This file names what it forbids.
OWN = "tests/repository/checks/addresses.py"


def check_locks(root: Path) -> list[str]:
    """Lock files without an address inside, each with the digests that make one needless."""
    found = []
    for path in (path for path in sources.tracked(root) if any(path.match(pattern) for pattern in LOCKS)):
        text = path.read_text(encoding="utf-8")
        found += [f"{sources.place(root, path)}: names {address}" for address in ADDRESS.findall(text)[:3]]
        if "hash=sha256:" not in text and '"integrity": "sha512-' not in text:
            found.append(f"{sources.place(root, path)}: carries no digests")
    return found


def check_machines(root: Path) -> list[str]:
    """Paths of the machine it was written on, registries, hosts of a private network."""
    found = []
    for path in sources.tracked(root):
        name = path.relative_to(root).as_posix()
        if path.suffix in BINARY or name == OWN:
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        for pattern in (MACHINE_PATH, REGISTRY, PRIVATE_HOST):
            found += [f"{name}: names {match[0]!r}" for match in list(pattern.finditer(text))[:3]]
    return found
