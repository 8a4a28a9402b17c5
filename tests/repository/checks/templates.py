"""Templates: every word goes through the catalogue, and the holes that automatic escaping leaves open stay closed."""

import re
from collections.abc import Iterator
from pathlib import Path

from tests.repository.checks import sources

# A language is called by its own name: <button lang="zh-Hans">中文</button>.
OWN_NAME = re.compile(r"""<[^>]*\blang=["']zh[^>]*>[^<{]*""")
# Punctuation too: “Chief：” is half English.
CHINESE = re.compile(r"[\u4e00-\u9fff\u3001-\u3002\uff01\uff08-\uff09\uff0c\uff1a-\uff1f]+")
COMMENT = re.compile(r"\{#.*?#\}|\{% comment.*?endcomment %\}|<!--.*?-->", re.DOTALL)
TRANSLATED = re.compile(r"\{%-?\s*blocktrans(?:late)?\b.*?endblocktrans(?:late)?\s*-?%\}|\{[%{].*?[%}]\}", re.DOTALL)
# Escaping does not help an attribute without quotes: the value may start a new one.
UNQUOTED = re.compile(r"<[^>]*\s[\w:-]+=\{\{[^}]*\}\}")
# Nor an address that begins with a value: the value may be `javascript:…`. A name that
# ends in `url` or `path` is the server's own; the filter `address` lets only addresses a browser may open through.
ADDRESS = re.compile(
    r"""\b(?:href|src|action|formaction|hx-(?:get|post|put|patch|delete)|data-href)=["']\s*\{\{\s*([\w.]+)(?!\|address\b)(?![\w.])"""
)
OWN_ADDRESS = re.compile(r"(?:^|[._])(?:url|href|path|action)$")
INLINE = re.compile(
    r"<script(?![^>]*\b(?:src|type=[\"']application/(?:ld\+)?json)\b)[^>]*>|<style\b|\son[a-z]+=|\bhx-on\b|javascript:",
    re.IGNORECASE,
)
ELSEWHERE = re.compile(r"""(?:src|href)=["'](?:https?:)?//[^"']+""")
# A box that scrolls must be reachable by key, and say what it is.
SCROLLS = re.compile(r"""<\w+(?=[^>]*class="[^"]*\btable-scroll\b)(?![^>]*tabindex="0"[^>]*aria-label)[^>]*>""")
UNSAFE = re.compile(r"\|\s*safe\b|\{%\s*autoescape\s+off")


def check_words(root: Path) -> list[str]:
    """Chinese that no translator would ever be shown."""
    found = []
    for name, text in templates(root):
        plain = TRANSLATED.sub(blank, OWN_NAME.sub(blank, COMMENT.sub(blank, text)))
        found += [f"{name}:{line_of(plain, hit)}: “{hit[0]}” is not translated" for hit in CHINESE.finditer(plain)]
    return found


def check_holes(root: Path) -> list[str]:
    """What lets a stored value become script: unquoted attributes, addresses that begin with a value, `|safe`."""
    found = []
    for name, raw in templates(root):
        text = COMMENT.sub(blank, raw)
        found += [f"{name}:{line_of(text, hit)}: an attribute without quotes" for hit in UNQUOTED.finditer(text)]
        found += [
            f"{name}:{line_of(text, hit)}: an address begins with {hit[1]}"
            for hit in ADDRESS.finditer(text)
            if not OWN_ADDRESS.search(hit[1])
        ]
        found += [
            f"{name}:{line_of(text, hit)}: {hit[0].strip()} switches escaping off" for hit in UNSAFE.finditer(text)
        ]
    return found


def check_policy(root: Path) -> list[str]:
    """What the content policy would refuse, and what an intranet could not fetch."""
    found = []
    for name, raw in templates(root):
        text = COMMENT.sub(blank, raw)
        found += [
            f"{name}:{line_of(text, hit)}: {hit[0].strip()} is refused by the policy" for hit in INLINE.finditer(text)
        ]
        found += [f"{name}:{line_of(text, hit)}: {hit[0]} is outside the intranet" for hit in ELSEWHERE.finditer(text)]
    return found


def check_scrolls(root: Path) -> list[str]:
    """A wide table nobody can scroll without a mouse."""
    return [
        f"{name}:{line_of(text, hit)}: a box that scrolls takes tabindex, role and aria-label"
        for name, text in templates(root)
        for hit in SCROLLS.finditer(text)
    ]


def templates(root: Path) -> Iterator[tuple[str, str]]:
    for path in sorted((root / "src" / "lianzhang").rglob("*.html")):
        yield sources.place(root, path), path.read_text(encoding="utf-8")


def blank(match: re.Match[str]) -> str:
    """As many lines as were there, so that what follows keeps its number."""
    return " " + "\n" * match[0].count("\n")


def line_of(text: str, hit: re.Match[str]) -> int:
    return text.count("\n", 0, hit.start()) + 1
