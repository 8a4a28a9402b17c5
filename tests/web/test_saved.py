"""Saved views: the state of a table under a name; one's own to change, colleagues' to use."""

from collections.abc import Callable

import pytest
from django.test import Client

from lianzhang.accounts.models import SavedView
from lianzhang.trail.models import Event

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("style")]
SignIn = Callable[[str], Client]
VIEW = {"table": "bodies", "name": "企业", "query": "kind=firm", "next": "/style/bodies?kind=firm"}


def names(client: Client) -> list[str]:
    shown = client.get("/_/views/?table=bodies&path=/style/bodies&query=").content.decode()
    return [name for name in ("企业", "共享的") if f">{name}" in shown]


def test_a_saved_view_is_offered_where_it_was_made(signed_in: SignIn) -> None:
    client = signed_in("clerk_a")
    answer = client.post("/_/views/save", VIEW)
    assert answer.headers["Location"] == "/style/bodies?kind=firm"
    assert names(client) == ["企业"]
    assert Event.objects.filter(verb="view.saved").count() == 1


def test_only_a_shared_view_is_seen_by_others(signed_in: SignIn) -> None:
    client = signed_in("clerk_a")
    client.post("/_/views/save", VIEW)
    client.post("/_/views/save", {**VIEW, "name": "共享的", "is_shared": "1"})
    assert names(signed_in("clerk_b")) == ["共享的"]


def test_a_name_is_taken_once(signed_in: SignIn) -> None:
    client = signed_in("clerk_a")
    for _ in range(2):
        answer = client.post("/_/views/save", VIEW, follow=True)
    assert "已有名为“企业”的视图，请换一个名称。" in answer.content.decode()
    assert SavedView.objects.count() == 1


def test_a_view_without_a_name_is_refused(signed_in: SignIn) -> None:
    answer = signed_in("clerk_a").post("/_/views/save", {**VIEW, "name": " "}, follow=True)
    assert "视图没有保存" in answer.content.decode()
    assert not SavedView.objects.exists()


def test_another_persons_view_cannot_be_deleted_even_when_shared(signed_in: SignIn) -> None:
    signed_in("clerk_a").post("/_/views/save", {**VIEW, "is_shared": "1"})
    view = SavedView.objects.get()
    assert signed_in("clerk_b").post(f"/_/views/{view.pk}/forget").status_code == 404
    assert signed_in("clerk_a").post(f"/_/views/{view.pk}/forget").status_code == 302
    assert not SavedView.objects.exists()


@pytest.mark.parametrize("address", ["https://evil.example/", "//evil.example", "javascript:alert(1)", ""])
def test_no_form_field_sends_anyone_elsewhere(signed_in: SignIn, address: str) -> None:
    answer = signed_in("clerk_a").post("/_/views/save", {**VIEW, "next": address})
    assert answer.headers["Location"] == "/"


def test_a_view_is_never_made_by_following_a_link(signed_in: SignIn) -> None:
    assert signed_in("clerk_a").get("/_/views/save").status_code == 405
