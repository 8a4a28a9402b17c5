"""Coming in and going out, tried through real requests."""

import re
from datetime import timedelta
from urllib.parse import unquote

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import Http404
from django.test import Client, RequestFactory
from django.utils import timezone

from lianzhang.accounts import actions
from lianzhang.accounts.models import ApiToken, SignInLink
from lianzhang.accounts.rules import Post
from lianzhang.trail.models import Event
from lianzhang.web import access
from tests import cast as casts

pytestmark = pytest.mark.django_db
SIGN_IN = "/people/sign-in"


def enter(client: Client, username: str, password: str, **extra: str) -> object:
    return client.post(SIGN_IN, {"username": username, "password": password, **extra})


def test_the_right_password_lets_in_and_leaves_an_event(cast: casts.Cast) -> None:
    client = Client()
    answer = enter(client, "clerk_a", casts.PASSWORD)
    assert answer.status_code == 302
    assert client.get("/people/me").status_code == 200
    assert Event.objects.filter(verb="person.signed_in", actor_id=cast.clerk_a.pk).count() == 1


def test_a_wrong_password_and_an_unknown_name_get_the_same_answer(cast: casts.Cast) -> None:
    wrong = enter(Client(), "clerk_a", "not this one at all")
    unknown = enter(Client(), "nobody_here", "not this one at all")
    assert wrong.status_code == unknown.status_code == 422
    said = [re.sub(r'value="[^"]*"', "", answer.content.decode()) for answer in (wrong, unknown)]
    assert said[0] == said[1]
    assert "登录名或密码不对" in said[0]


def test_five_wrong_passwords_lock_this_name_on_this_device(cast: casts.Cast) -> None:
    client = Client()
    answers = [enter(client, "clerk_a", f"wrong {n}").status_code for n in range(5)]
    assert answers == [422] * 4 + [429]
    locked = enter(client, "clerk_a", casts.PASSWORD)
    assert locked.status_code == 429
    assert "15 分钟后再试" in locked.content.decode()
    assert enter(client, "colleague_a", casts.PASSWORD).status_code == 302


def test_the_session_key_changes_at_sign_in(cast: casts.Cast) -> None:
    client = Client()
    session = client.session
    session["planted"] = "by somebody else"
    session.save()
    client.cookies["sessionid"] = session.session_key
    enter(client, "clerk_a", casts.PASSWORD)
    assert client.session.session_key != session.session_key
    assert "planted" not in client.session


@pytest.mark.parametrize("target", ["https://elsewhere.example/", "//elsewhere.example/", "javascript:alert(1)"])
def test_sign_in_leads_nowhere_but_here(cast: casts.Cast, target: str) -> None:
    answer = enter(Client(), "clerk_a", casts.PASSWORD, next=target)
    assert answer.headers["Location"].startswith("/")
    assert not answer.headers["Location"].startswith("//")


def test_sign_in_leads_to_the_page_that_was_asked_for(cast: casts.Cast) -> None:
    asked = Client().get("/people/?q=甲")
    assert asked.headers["Location"].startswith(SIGN_IN)
    answer = enter(Client(), "clerk_a", casts.PASSWORD, next="/people/?q=甲")
    assert unquote(answer.headers["Location"]) == "/people/?q=甲"


def test_signing_out_ends_the_session(cast: casts.Cast) -> None:
    client = Client()
    enter(client, "clerk_a", casts.PASSWORD)
    assert client.get("/people/sign-out").status_code == 405
    client.post("/people/sign-out")
    assert client.get("/people/me").status_code == 302
    assert Event.objects.filter(verb="person.signed_out", actor_id=cast.clerk_a.pk).exists()


def test_a_disabled_person_is_out_at_once(cast: casts.Cast) -> None:
    client = Client()
    enter(client, "clerk_a", casts.PASSWORD)
    actions.disable(person=cast.clerk_a, by=cast.security_admin, now=timezone.now())
    assert client.get("/people/me").status_code == 302
    assert enter(Client(), "clerk_a", casts.PASSWORD).status_code == 422


def test_a_session_ends_after_twelve_hours_whatever_it_did(cast: casts.Cast) -> None:
    client = Client()
    enter(client, "clerk_a", casts.PASSWORD)
    session = client.session
    session["began"] -= 12 * 60 * 60 + 1
    session.save()
    assert client.get("/people/me").status_code == 302


# --- one-time links ---------------------------------------------------------------------------------------------------


def link_for(cast: casts.Cast, name: str, purpose: str = SignInLink.Purpose.RESET) -> str:
    token = actions.issue_link(
        person=cast.people[name], purpose=purpose, valid=timedelta(hours=1), now=timezone.now(), by=None
    )
    return f"/people/link/{token}"


def test_looking_at_a_link_does_not_use_it(cast: casts.Cast) -> None:
    address = link_for(cast, "clerk_a")
    for _ in range(3):
        assert Client().get(address).status_code == 200
    client = Client()
    assert client.post(address).headers["Location"] == "/people/me/password"
    assert client.get("/people/me").status_code == 200


def test_a_link_lets_in_once(cast: casts.Cast) -> None:
    address = link_for(cast, "clerk_a")
    Client().post(address)
    second = Client()
    assert second.post(address).status_code == 404
    assert second.get("/people/me").status_code == 302


def test_a_link_that_expired_or_never_was_lets_nobody_in(cast: casts.Cast) -> None:
    address = link_for(cast, "clerk_a")
    SignInLink.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert Client().post(address).status_code == 404
    assert Client().post("/people/link/never-was").status_code == 404


def test_a_reset_link_asks_for_a_new_password_and_not_for_the_old(cast: casts.Cast) -> None:
    client = Client()
    client.post(link_for(cast, "clerk_a"))
    page = client.get("/people/me/password").content.decode()
    assert "当前密码" not in page
    assert "下次凭登录名 clerk_a 和密码登录" in page  # whoever came by a link has not typed it yet
    new = {"password": "harbour lantern seven", "again": "harbour lantern seven"}
    assert client.post("/people/me/password", new).status_code == 302
    assert "当前密码" in client.get("/people/me/password").content.decode()
    assert enter(Client(), "clerk_a", "harbour lantern seven").status_code == 302


@pytest.mark.parametrize(
    ("extra", "status"),
    [
        ({}, 200),
        ({"HTTP_X_FORWARDED_PROTO": "https"}, 404),
        ({"REMOTE_ADDR": "192.0.2.7"}, 404),
        ({"HTTP_X_FORWARDED_FOR": "192.0.2.7"}, 404),
        ({"HTTP_FORWARDED": "for=192.0.2.7"}, 404),
        ({"HTTP_HOST": "chain.example.org"}, 404),
        ({"HTTP_HOST": "localhost:8000"}, 200),
        ({"HTTP_HOST": "127.0.0.1:8000"}, 200),
        ({"HTTP_HOST": "[::1]:8000", "REMOTE_ADDR": "::1"}, 200),
        ({"HTTP_HOST": "[::1]", "REMOTE_ADDR": "::1"}, 200),
        ({"REMOTE_ADDR": ""}, 404),
    ],
)
def test_an_example_link_works_on_this_machine_only(cast: casts.Cast, extra: dict[str, str], status: int) -> None:
    address = link_for(cast, "clerk_a", SignInLink.Purpose.EXAMPLE)
    known = {"HTTP_HOST": "localhost", **extra}
    assert Client().get(address, **known).status_code == status
    assert Client().post(address, **known).status_code == (302 if status == 200 else 404)


def test_only_an_administrator_issues_a_link_and_never_for_oneself(cast: casts.Cast) -> None:
    for name, subject in [("secretary", "chief"), ("security_admin", "security_admin"), ("chief", "clerk_a")]:
        with pytest.raises(actions.Refused):
            actions.issue_link(
                person=cast.people[subject],
                purpose=SignInLink.Purpose.RESET,
                valid=timedelta(hours=1),
                now=timezone.now(),
                by=cast.people[name],
            )


# --- posts ------------------------------------------------------------------------------------------------------------


def second_post(cast: casts.Cast) -> object:
    return actions.appoint(
        person=cast.clerk_a, body=cast.experts, post=Post.EXPERT, starts_on=casts.SINCE, by=cast.secretary
    )


def test_a_person_with_two_posts_switches_and_the_trail_says_so(cast: casts.Cast) -> None:
    other = second_post(cast)
    client = Client()
    enter(client, "clerk_a", casts.PASSWORD)
    key = client.session.session_key
    answer = client.post("/people/act-as", {"appointment": other.pk, "next": "/people/me"})
    assert answer.status_code == 302
    assert client.session["acting"] == other.pk
    assert client.session.session_key != key
    event = Event.objects.filter(verb="appointment.acted_in").get()
    assert (event.actor_id, event.subject_id) == (cast.clerk_a.pk, str(other.pk))
    assert 'class="post-label">专家委 · 专家' in client.get("/people/me").content.decode()


def test_nobody_acts_in_a_post_of_another_or_in_one_that_ended(cast: casts.Cast) -> None:
    ended = second_post(cast)
    actions.end(appointment=ended, on=timezone.localdate() - timedelta(days=1), by=cast.secretary)
    client = Client()
    enter(client, "clerk_a", casts.PASSWORD)
    foreign = cast.chief.appointments.get()
    for wanted in (ended.pk, foreign.pk, "", "x"):
        assert client.post("/people/act-as", {"appointment": wanted}).status_code == 404
    with pytest.raises(actions.Refused):
        actions.change_post(person=cast.clerk_a, appointment=foreign)


def test_a_post_that_ends_during_a_session_gives_way_to_the_next(cast: casts.Cast) -> None:
    other = second_post(cast)
    client = Client()
    enter(client, "clerk_a", casts.PASSWORD)
    client.post("/people/act-as", {"appointment": other.pk})
    actions.end(appointment=other, on=timezone.localdate() - timedelta(days=1), by=cast.secretary)
    assert 'class="post-label">链A专班 · 专班成员' in client.get("/people/me").content.decode()


# --- password and tokens ----------------------------------------------------------------------------------------------


def test_a_new_password_ends_other_sessions_tokens_and_links(cast: casts.Cast) -> None:
    here, there = Client(), Client()
    for client in (here, there):
        enter(client, "clerk_a", casts.PASSWORD)
    pending = link_for(cast, "clerk_a")
    post = cast.clerk_a.appointments.get()
    form = {"label": "月报程序", "appointment": post.pk, "days": 30}
    shown = here.post("/people/me/tokens", form).content.decode()
    token = re.search(r"lz_[\w-]{40,}", shown)[0]
    assert actions.bearer(token, now=timezone.now()) == cast.clerk_a
    new = {"present": casts.PASSWORD, "password": "harbour lantern seven", "again": "harbour lantern seven"}
    assert here.post("/people/me/password", new).status_code == 302
    assert here.get("/people/me").status_code == 200
    assert there.get("/people/me").status_code == 302
    assert actions.bearer(token, now=timezone.now()) is None
    assert Client().post(pending).status_code == 404


@pytest.mark.parametrize(
    ("changed", "complaint"),
    [
        ({"present": "wrong"}, "当前密码不对"),
        ({"again": "something else entirely"}, "两次输入的密码不一致"),
        ({"password": "short", "again": "short"}, "密码至少 12 位。"),
        ({"password": "clerk_a-12345", "again": "clerk_a-12345"}, "相近，请换一个"),
        ({"password": "password12345", "again": "password12345"}, "常见"),
    ],
)
def test_a_password_is_refused_with_its_reason(cast: casts.Cast, changed: dict[str, str], complaint: str) -> None:
    client = Client()
    enter(client, "clerk_a", casts.PASSWORD)
    form = {"present": casts.PASSWORD, "password": "harbour lantern seven", "again": "harbour lantern seven", **changed}
    answer = client.post("/people/me/password", form)
    assert answer.status_code == 422
    assert complaint in answer.content.decode()


def test_a_token_is_shown_once_kept_as_a_hash_and_revoked_by_its_owner_only(cast: casts.Cast) -> None:
    client = Client()
    enter(client, "clerk_a", casts.PASSWORD)
    form = {"label": "月报程序", "appointment": cast.clerk_a.appointments.get().pk, "days": 30}
    token = re.search(r"lz_[\w-]{40,}", client.post("/people/me/tokens", form).content.decode())[0]
    kept = ApiToken.objects.get()
    assert token not in str(vars(kept))
    assert token not in client.get("/people/me").content.decode()
    other = Client()
    enter(other, "colleague_a", casts.PASSWORD)
    assert other.post(f"/people/me/tokens/{kept.pk}/revoke").status_code == 404
    assert client.post(f"/people/me/tokens/{kept.pk}/revoke").status_code == 302
    assert actions.bearer(token, now=timezone.now()) is None


def test_a_token_for_the_post_of_another_cannot_be_asked_for(cast: casts.Cast) -> None:
    client = Client()
    enter(client, "clerk_a", casts.PASSWORD)
    form = {"label": "月报程序", "appointment": cast.chief.appointments.get().pk, "days": 30}
    assert client.post("/people/me/tokens", form).status_code == 422
    assert not ApiToken.objects.exists()


def test_a_page_that_forgot_its_guard_finds_nobody(rf: RequestFactory) -> None:
    """Every address names its rule (a gate), and what it shows hangs on this one: a stranger's is no person's page."""
    request = rf.get("/chains/")
    request.user = AnonymousUser()
    with pytest.raises(Http404):
        access.person_of(request)
