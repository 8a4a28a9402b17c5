"""The palette: pages and records by name, initials and code, never beyond one's reach."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from lianzhang.accounts.reach import Reach
from lianzhang.accounts.rules import Post, Role
from lianzhang.trail import actions as trail
from lianzhang.web import finders, navigation, sounds
from tests import cast as casts
from tests.web import analysed

pytestmark = pytest.mark.django_db
SignIn = Callable[[str], Client]


@pytest.fixture(autouse=True)
def nothing_heard_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that has spelt no name: a scene is put back with the trail it had, which would name nothing as new."""
    monkeypatch.setattr(sounds, "_shelves", {})
    monkeypatch.setattr(sounds, "_seen", (0, ""))


def found(client: Client, asked: str) -> list[tuple[str, str]]:
    results = client.get("/_/palette.json", {"q": asked}).json()["results"]
    return [(hit["label"], hit["url"]) for hit in results]


@pytest.mark.parametrize(
    ("text", "letters"),
    [("全市总表", "qszb"), ("冰箱压缩机", "bxysj"), ("ABS 树脂", "abs sz"), ("链主A", "lza"), ("", "")],
)
def test_initials_are_those_of_the_pinyin(text: str, letters: str) -> None:
    assert sounds.initials(text) == letters


@pytest.mark.parametrize("asked", ["链主二", "lze", "LZE", "firm-2", "lianzhuer", "lian zhu er", "Zhuer"])
def test_a_body_is_found_by_name_pinyin_and_code(signed_in: SignIn, asked: str) -> None:
    assert ("链主二", "/people/bodies/firm-2") in found(signed_in("secretary"), asked)


@pytest.mark.parametrize("asked", ["ian", "anzhu", "lianzhusan"])
def test_letters_from_within_a_syllable_are_no_pinyin(signed_in: SignIn, asked: str) -> None:
    assert ("链主二", "/people/bodies/firm-2") not in found(signed_in("secretary"), asked)


def test_a_firm_does_not_learn_that_another_exists(signed_in: SignIn) -> None:
    for asked in ("链主二", "lze", "firm-2"):
        assert found(signed_in("anchor_1"), asked) == []
    assert found(signed_in("anchor_1"), "链主一") == [
        ("链主一有限公司", "/enterprises/QY-2024-001/"),
        ("链主一", "/people/bodies/firm-1"),
    ]


def test_gaps_target_lists_and_parts_are_found_by_whoever_reads_them(
    cast: casts.Cast, signed_in: SignIn, django_assert_max_num_queries: Any
) -> None:
    world = analysed.build(cast)
    gap, part = world.gaps["P1"], world.scene.parts["P1"]
    clerk = signed_in("clerk_a")
    found(clerk, "ysj")  # the names are read and spelt once a process
    for asked in (part.name, sounds.initials(part.name)):
        with django_assert_max_num_queries(12):
            hits = found(clerk, asked)
        assert (part.name, f"/teardowns/test-a/part/{part.code}") in hits
        assert (gap.title, f"/gaps/{gap.code}") in hits
        assert found(signed_in("anchor_1"), asked) == []
    assert (world.listed.title, f"/targets/{world.listed.code}") in found(clerk, world.listed.code)


def test_a_name_written_since_is_found_by_its_sound(cast: casts.Cast, signed_in: SignIn) -> None:
    secretary = signed_in("secretary")
    assert found(secretary, "jiaojian") == []
    body = cast.bodies["association"]
    trail.change(body, verb="body.amended", changes={"name_zh": "橡胶件协会"}, by=cast.secretary)
    assert found(secretary, "jiaojian") == [("橡胶件协会", f"/people/bodies/{body.code}")]
    assert found(secretary, "xiehui") == [("橡胶件协会", f"/people/bodies/{body.code}")]


def test_an_exact_code_comes_first(signed_in: SignIn) -> None:
    assert found(signed_in("secretary"), "office")[0] == ("审计与系统管理", "/people/bodies/office")


def test_nothing_asked_gives_the_pages_of_the_menu(signed_in: SignIn) -> None:
    urls = [url for _label, url in found(signed_in("secretary"), "")]
    assert "/people/" in urls


def test_pages_are_found_by_name_and_initials(signed_in: SignIn) -> None:
    for asked in ("机构", "jgry", "jigou", "renyuan"):
        assert ("机构人员", "/people/") in found(signed_in("secretary"), asked)


def test_answers_are_kept_by_no_cache(signed_in: SignIn) -> None:
    assert signed_in("secretary").get("/_/palette.json").headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("asked", ["%", "_", "'", "\\", "a" * 500])
def test_odd_questions_find_nothing_and_break_nothing(signed_in: SignIn, asked: str) -> None:
    assert all(url.startswith("/") for _label, url in found(signed_in("secretary"), asked))


def test_nobody_signed_in_finds_nothing() -> None:
    assert Client().get("/_/palette.json", {"q": "a"}).status_code == 302


def reach(role: Role, post: Post) -> Reach:
    return Reach(role=role, post=post)


def labels(made: Reach, path: str = "/") -> list[str]:
    return [link.label for section in navigation.sections(made, path=path) for link in section.entries]


def test_the_menu_shows_what_the_post_may_read() -> None:
    assert "操作记录" not in labels(reach(Role.SECRETARIAT, Post.SECRETARY))
    assert "机构人员" in labels(reach(Role.SECRETARIAT, Post.SECRETARY))
    assert "机构人员" not in labels(reach(Role.AUDITOR, Post.AUDITOR))


def test_the_page_one_is_on_is_marked_once() -> None:
    menu = navigation.sections(reach(Role.SECRETARIAT, Post.SECRETARY), path="/people/bodies/firm-1")
    assert [link.label for section in menu for link in section.entries if link.is_here] == ["机构人员"]


def test_no_two_entries_have_one_key() -> None:
    keys = [entry.key for group in navigation.MENU for entry in group.entries if entry.key]
    assert len(keys) == len(set(keys))


def test_a_group_without_a_line_is_left_out() -> None:
    menu = navigation.sections(reach(Role.NOBODY, Post.EXPERT), path="/")
    assert all(section.entries for section in menu)


def test_a_finder_without_its_page_is_silent(monkeypatch: pytest.MonkeyPatch, signed_in: SignIn) -> None:
    lost = finders.Finder(kind="x", model="accounts.Body", name="name_zh", codes=("code",), url_name="nowhere:body")
    monkeypatch.setattr(finders, "FINDERS", (lost,))
    assert found(signed_in("secretary"), "链主") == []
