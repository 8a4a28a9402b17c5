"""Choosing a firm among thousands: a short list opens, a long one is typed into; what is typed is a code or a name."""

from datetime import date
from typing import Any

import pytest
from django import forms
from django.test import Client
from django.urls import reverse

from lianzhang.accounts import actions
from lianzhang.accounts.models import Body, Person
from lianzhang.accounts.rules import Post
from lianzhang.registry.models import Enterprise, Part
from lianzhang.web import finders
from lianzhang.web.forms import picking
from tests.cast import Cast

pytestmark = pytest.mark.django_db


class FirmForm(forms.Form):
    firm = picking.One("enterprise", queryset=Enterprise.objects.none())
    parts = picking.Several(queryset=Part.objects.none(), to_field_name="code", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["firm"].queryset = Enterprise.objects.order_by("code")
        fields["parts"].queryset = Part.objects.order_by("code")


@pytest.fixture
def many(cast: Cast) -> Cast:
    """More firms and parts than a list may show."""
    names = [f"示例企业{n:03d}" for n in range(picking.LONGEST + 1)]
    Enterprise.objects.bulk_create(
        Enterprise(code=f"QY-M-{n}", name=name, name_key=name) for n, name in enumerate(names)
    )
    Part.objects.bulk_create(Part(code=f"LJ {n}", name=f"零部件{n}", category="类别") for n in range(len(names)))
    return cast


def test_few_firms_are_a_list(cast: Cast) -> None:
    assert "<select" in str(FirmForm()["firm"])


def test_thousands_of_firms_are_typed_and_not_listed(many: Cast) -> None:
    said = str(FirmForm()["firm"]) + str(FirmForm()["parts"])
    assert "<option" not in said
    assert "of=enterprise" in said


@pytest.mark.parametrize("said", ["QY-M-7", "QY-M-7 示例企业007", " 示例企业007 "])
def test_a_firm_is_taken_by_its_code_or_its_full_name(said: str, many: Cast) -> None:
    form = FirmForm({"firm": said})
    assert form.is_valid(), form.errors
    assert form.cleaned_data["firm"].code == "QY-M-7"


def test_a_firm_nobody_knows_is_refused_and_what_was_typed_stays(many: Cast) -> None:
    form = FirmForm({"firm": "查无此企"})
    assert "名录中没有这个编号或全称" in form.errors["firm"][0]
    assert "查无此企" in str(form["firm"])


def test_whoever_typed_part_of_a_name_without_scripts_is_told_the_names_that_hold_it(many: Cast) -> None:
    form = FirmForm({"firm": "企业007"})
    assert not form.is_valid()
    assert "QY-M-7 示例企业007" in form.errors["firm"][0]


def test_what_is_offered_is_found_by_pinyin_too(many: Cast, client: Client) -> None:
    client.force_login(many.clerk_a)
    for asked in ("slqy007", "qiye007", "shi li qi ye 007"):
        said = client.get(reverse("look:pick"), {"of": "enterprise", "q": asked}).json()
        assert said == {"options": ["QY-M-7 示例企业007"]}


def test_the_chosen_firm_shows_with_code_and_name(many: Cast) -> None:
    chosen = Enterprise.objects.get(code="QY-M-3")
    assert "QY-M-3 示例企业003" in str(FirmForm(initial={"firm": chosen.pk})["firm"])


def test_many_parts_are_given_one_code_a_line(many: Cast) -> None:
    form = FirmForm({"firm": "QY-M-7", "parts": "LJ 1\r\n\r\n LJ 2 "})
    assert form.is_valid(), form.errors
    assert sorted(part.code for part in form.cleaned_data["parts"]) == ["LJ 1", "LJ 2"]
    assert "LJ 2" in str(FirmForm(initial={"parts": ["LJ 2"]})["parts"])


def test_bodies_stand_under_their_kind(cast: Cast) -> None:
    class OfficeForm(forms.Form):
        body = picking.Office(queryset=Body.objects.all())

    shown = str(OfficeForm()["body"])
    districts = shown.partition('<optgroup label="区市">')[2].partition("</optgroup>")[0]
    assert cast.east.name in districts
    assert cast.force_a.name not in districts
    assert OfficeForm({"body": cast.east.pk}).is_valid()
    assert OfficeForm({"body": cast.east.name}).is_valid()


def test_a_person_is_typed_by_name_account_or_sound_once_there_are_many(cast: Cast, client: Client) -> None:
    class Appoint(forms.Form):
        person = picking.Who(queryset=Person.objects.all())

    assert Person.objects.count() > picking.MOST_PEOPLE
    assert "of=person" in str(Appoint()["person"])
    clerk = actions.register(username="zhang.san", name="张三", by=cast.secretary)
    for said in (clerk.username, f"{clerk.username} {clerk.name}", clerk.name, str(clerk.pk)):
        form = Appoint({"person": said})
        assert form.is_valid(), said
        assert form.cleaned_data["person"] == clerk
    client.force_login(cast.secretary)
    offered = client.get(reverse("look:pick"), {"of": "person", "q": "zhangsan"}).json()["options"]
    assert offered == ["zhang.san 张三"]
    twin = Person.objects.create(username="twin", name=clerk.name)
    assert not Appoint({"person": clerk.name}).is_valid()
    assert Appoint({"person": "twin"}).is_valid()
    assert f"twin {twin.name}" in str(Appoint(initial={"person": twin.pk})["person"])
    client.force_login(cast.people["anchor_1"])
    offered = client.get(reverse("look:pick"), {"of": "person", "q": cast.people["anchor_2"].name}).json()["options"]
    assert not any(line.startswith("anchor_2 ") for line in offered)


def test_a_leader_of_two_posts_is_chosen_in_one_of_them(cast: Cast, client: Client) -> None:
    class Ask(forms.Form):
        leader = picking.Leader(required=False)

        def __init__(self, *args: Any, longest: int = picking.MOST_PEOPLE) -> None:
            super().__init__(*args)
            fields: dict[str, Any] = self.fields
            fields["leader"].queryset = finders.leaders()
            fields["leader"].widget.longest = longest

    assert "<select" in str(Ask()["leader"])  # few leaders are a list
    assert "of=leader" in str(Ask(longest=1)["leader"])
    chief, day = cast.people["chief"], date(2026, 1, 1)
    second = actions.appoint(person=chief, body=cast.force_b, post=Post.DEPUTY_CHIEF, starts_on=day, by=None)
    client.force_login(cast.secretary)
    offered = client.get(reverse("look:pick"), {"of": "leader", "q": chief.name}).json()["options"]
    (line,) = [said for said in offered if cast.force_b.name in said and said.startswith(f"{chief.username} ")]
    form = Ask({"leader": line})
    assert form.is_valid(), form.errors
    assert form.cleaned_data["leader"] == second
    assert line in str(Ask({"leader": str(second.pk)}, longest=1)["leader"]).replace("&#x27;", "'")
    assert not Ask({"leader": chief.username}).is_valid()
    assert Ask({"leader": ""}).is_valid()


def test_what_is_offered_while_typing_is_what_one_may_see(many: Cast, client: Client) -> None:
    address = reverse("look:pick")
    client.force_login(many.clerk_a)
    offered = client.get(address, {"of": "enterprise", "q": "企业007"}).json()["options"]
    assert offered == ["QY-M-7 示例企业007"]
    assert client.get(address, {"of": "nothing", "q": "企业"}).json() == {"options": []}
    client.force_login(many.people["auditor"])
    assert client.get(address, {"of": "enterprise", "q": "企业007"}).json() == {"options": []}
