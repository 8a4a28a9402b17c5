"""The pictures of the docs, taken from the running workbench.

pytest tests/journeys/test_pictures.py --update-pictures     takes them anew and records what they were made from

Without the option the pages are opened and must still say what the picture shows; `tests/repository/test_pictures.py`
holds every picture to the sources it was taken from.
"""

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.journeys.conftest import Enter
from tests.repository.checks import pictures

WEB = "src/lianzhang/web/templates"


@dataclass(frozen=True)
class Picture:
    """One picture: who sees it, where, what must be readable in it, and which sources decide how it looks."""

    name: str
    who: str
    address: str
    says: tuple[str, ...]
    sources: tuple[str, ...]


PICTURES = (
    Picture(
        "city.png",
        "示例·秘书处甲",
        "/chains/city/",
        ("24条链中15条有年度计划", "智能家电", "轨道交通"),
        (f"{WEB}/chains/city.html", "src/lianzhang/briefings/tables/city.py"),
    ),
    Picture(
        "target.png",
        "示例·专班成员甲",
        "/targets/MB-2026-001",
        ("选 10 类零部件、22 家配套商", "示例数据", "条件"),
        (f"{WEB}/targets/target.html", "src/lianzhang/chains/tables/targets.py"),
    ),
)


@pytest.mark.parametrize("picture", PICTURES, ids=lambda one: one.name)
def test_a_picture_shows_what_the_page_says(
    enter: Enter, root: Path, request: pytest.FixtureRequest, picture: Picture
) -> None:
    visitor = enter(picture.who, picture.address)
    said = visitor.text()
    assert [words for words in picture.says if words not in said] == []
    if request.config.getoption("--update-pictures", default=False):
        take(visitor.page.screenshot(), picture, root)


def take(image: bytes, picture: Picture, root: Path) -> None:
    """Keep the picture and the digest of what it was made from."""
    folder = root / pictures.PICTURES
    folder.mkdir(parents=True, exist_ok=True)
    (folder / picture.name).write_bytes(image)
    path = root / pictures.RECORD
    record = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    record[picture.name] = {
        "sources": list(picture.sources),
        "digest": pictures.digest(root, list(picture.sources)),
    }
    path.write_text(json.dumps(record, indent=2, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")
