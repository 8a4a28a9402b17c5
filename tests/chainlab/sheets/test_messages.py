"""Words of the complaints: both languages, short, official, the same blanks to fill."""

import re
import string

import pytest

from chainlab.sheets import Field, messages

BLANKS = {"field": "栏"}


def blanks(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize(("code", "text"), messages.texts().items())
def test_a_complaint_says_the_same_in_both_languages(code: str, text: messages.Text) -> None:
    assert text.level in ("error", "warning", "note")
    assert blanks(text.zh) == blanks(text.en)
    assert re.search("[\u4e00-\u9fff]", text.zh)
    assert not re.search("[\u4e00-\u9fff]", re.sub(r"[是否]|不适用", "", text.en))


@pytest.mark.parametrize(("code", "text"), messages.texts().items())
def test_a_complaint_is_short_and_does_not_shout(code: str, text: messages.Text) -> None:
    assert len(text.zh) <= 80
    assert not re.search("[!！]|成功", text.zh + text.en)


def test_a_users_text_in_a_message_is_one_line_and_not_endless() -> None:
    complaint = messages.complaint("not_a_number", field=Field("a", "产值", "Output"), text="甲\n乙" + "丙" * 500)
    assert "\n" not in complaint.message_zh
    assert len(complaint.message_zh) < 120


def test_braces_in_a_users_text_are_left_alone() -> None:
    complaint = messages.complaint("not_a_number", field=Field("a", "产值", "Output"), text="{field.__class__}")
    assert "{field.__class__}" in complaint.message_zh
