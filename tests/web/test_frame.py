"""The frame: every drawing it names exists, the built front end is there, sources of figures open both ways."""

import datetime as dt
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client, RequestFactory

from lianzhang.web import bundles, context, explain, navigation

SignIn = Callable[[str], Client]


def test_every_drawing_that_is_named_is_drawn(root: Path) -> None:
    sprite = (root / "src/lianzhang/web/static/look/icons.svg").read_text(encoding="utf-8")
    drawn = set(re.findall(r'<symbol id="([a-z]+)"', sprite))
    named = {entry.icon for group in navigation.MENU for entry in group.entries}
    for template in (root / "src/lianzhang/web/templates").rglob("*.html"):
        named |= set(re.findall(r'{% icon "([^"]+)" %}', template.read_text(encoding="utf-8")))
    assert named - drawn == set()


class TestBundle:
    """The built front end."""

    @pytest.fixture
    def built(self, tmp_path: Path, settings: Any) -> Path:
        manifest = {bundles.ENTRY: {"file": "assets/main-1.js", "css": ["assets/main-2.css"]}}
        (tmp_path / "assets").mkdir()
        for name in ("main-1.js", "main-2.css"):
            (tmp_path / "assets" / name).touch()
        (tmp_path / "manifest.json").write_text(json.dumps(manifest))
        settings.BUNDLE_MANIFEST = tmp_path / "manifest.json"
        return tmp_path

    def test_styles_come_before_the_script(self, built: Path) -> None:
        assert bundles.tags() == (
            '<link rel="stylesheet" href="/static/bundle/assets/main-2.css">'
            '<script type="module" src="/static/bundle/assets/main-1.js"></script>'
        )
        assert bundles.missing() == []

    def test_a_missing_file_is_said_at_start(self, built: Path) -> None:
        (built / "assets" / "main-2.css").unlink()
        [warning] = bundles.missing()
        assert "assets/main-2.css is missing" in warning.msg

    def test_a_front_end_never_built_is_said_at_start_and_pages_still_answer(self, built: Path) -> None:
        (built / "manifest.json").unlink()
        [warning] = bundles.missing()
        assert "npm run build" in warning.msg
        assert bundles.tags() == ""

    def test_a_new_build_is_taken_without_a_restart(self, built: Path) -> None:
        bundles.tags()
        manifest = built / "manifest.json"
        before = manifest.stat()
        manifest.write_text(json.dumps({bundles.ENTRY: {"file": "assets/main-9.js"}}))
        assert manifest.stat().st_mtime_ns != before.st_mtime_ns
        assert "main-9.js" in bundles.tags()


class TestExplained:
    """Where a figure comes from."""

    FIGURE = explain.Explained(label="完成投资", definition="定义甲", as_of=dt.date(2026, 11, 20))

    def test_what_is_not_known_is_said_to_be_unknown(self) -> None:
        assert self.FIGURE.lines == [
            ("定义", "定义甲"),
            ("范围", "未写明"),
            ("来源", "未写明"),
            ("数据截至", "2026-11-20"),
        ]

    @pytest.mark.django_db
    def test_it_opens_over_the_page_or_as_a_page(self, style: None, signed_in: SignIn) -> None:
        client = signed_in("secretary")
        dialog = client.get("/style/explained", headers={"HX-Target": "explain-body"}).content.decode()
        page = client.get("/style/explained").content.decode()
        assert "<html" not in dialog
        assert 'method="dialog"' in dialog
        assert "<html" in page
        assert 'method="dialog"' not in page.split('id="page"')[1].split("</article>")[0]


@pytest.mark.django_db
class TestShell:
    """What stands around every page."""

    def test_a_page_of_ones_own_cannot_replace_the_frame(self, style: None, signed_in: SignIn) -> None:
        shell = context.shell(RequestFactory().get("/"))
        assert list(shell) == ["shell"]

    def test_the_secrecy_line_is_on_every_page(self, style: None, signed_in: SignIn) -> None:
        client = signed_in("secretary")
        for address in ("/style/city", "/style/L-01", "/style/refused", "/nowhere", "/people/sign-in"):
            assert "本系统不得存储、处理国家秘密" in client.get(address, follow=True).content.decode(), address

    def test_the_posts_one_holds_are_offered(self, style: None, signed_in: SignIn) -> None:
        shown = signed_in("chief").get("/style/city").content.decode()
        assert 'aria-current="true">链A专班 · 链长</button>' in shown

    def test_the_frame_costs_no_query_in_a_fragment(
        self, style: None, signed_in: SignIn, django_assert_max_num_queries: Any
    ) -> None:
        client = signed_in("secretary")
        client.get("/style/city")
        with django_assert_max_num_queries(4):  # session, person, posts of the person, expiry of the session
            client.get("/style/city", headers={"HX-Target": "table"})

    def test_english_is_said_to_be_english(self, style: None, signed_in: SignIn) -> None:
        client = signed_in("secretary")
        client.cookies["django_language"] = "en"
        assert '<html lang="en">' in client.get("/style/city").content.decode()
        client.cookies["django_language"] = "zh-hans"
        assert '<html lang="zh-Hans">' in client.get("/style/city").content.decode()


class TestRefusals:
    """Pages that say what is wrong and what to do."""

    @pytest.mark.django_db
    def test_a_page_that_is_not_there_says_how_to_find_it(self, style: None, signed_in: SignIn) -> None:
        answer = signed_in("secretary").get("/nowhere")
        assert answer.status_code == 404
        assert "可按 Ctrl K 按名称或编号查找" in answer.content.decode()

    @pytest.mark.django_db
    def test_the_merge_page_sends_back_exactly_what_was_chosen(self, style: None, signed_in: SignIn) -> None:
        shown = signed_in("secretary").get("/style/refused").content.decode()
        assert '<input type="hidden" name="version" value="1234">' in shown
        assert shown.count('type="radio" name="name"') == 2

    def test_a_broken_system_is_reported_by_a_page_that_needs_nothing_else(self, root: Path) -> None:
        source = (root / "src/lianzhang/web/templates/500.html").read_text(encoding="utf-8")
        assert "{% extends" not in source
        assert "{% load i18n %}" in source
        assert re.findall(r"{% load ([^%]+) %}", source) == ["i18n"]


def test_a_slash_too_many_is_taken_off_and_one_that_lacks_is_added(signed_in: Callable[[str], Client]) -> None:
    client = signed_in("secretary")
    assert client.get("/people/bodies/?q=a").headers["Location"] == "/people/bodies?q=a"
    assert client.get("/people").headers["Location"] == "/people/"
    assert client.get("/people/bodies/nobody-s/").headers["Location"] == "/people/bodies/nobody-s"
    assert client.get("/people/nonsense/").status_code == 404
