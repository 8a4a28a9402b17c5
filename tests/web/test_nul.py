"""No NUL reaches the database: it is refused wherever it is sent, by name, before anything is looked up."""

import json

import pytest
from django.test import Client
from django.urls import reverse

from tests import cast as casts

pytestmark = pytest.mark.django_db
PAGES = ("/projects/?q=%00", "/projects/?%00=1", "/projects/%00/", "/chains/a%00b/", "/intake/?page=%00")
# As text in JSON: the escape itself, after an escaped backslash, and the bare byte.
ESCAPED = (rb'{"reason": "\u0000"}', rb'{"reason": "\\\u0000"}', b'{"reason": "\0"}', rb'{"\u0000": 1}')


@pytest.fixture
def client_in(cast: casts.Cast, client: Client) -> Client:
    client.force_login(cast.clerk_a, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.mark.parametrize("path", PAGES)
def test_a_nul_in_an_address_is_refused(client_in: Client, path: str) -> None:
    response = client_in.get(path)
    assert response.status_code == 400
    assert "空字符" in response.content.decode()


@pytest.mark.parametrize("path", ["/api/v1/projects?q=%00", "/api/v1/projects/%00", "/api/v1/tasks?cursor=%00"])
def test_the_api_refuses_a_nul_as_a_problem(client_in: Client, path: str) -> None:
    response = client_in.get(path)
    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["status"] == 400


@pytest.mark.parametrize("body", ESCAPED)
def test_a_nul_in_json_is_refused(client_in: Client, body: bytes) -> None:
    response = client_in.post("/api/v1/projects/XM-1/advance", body, content_type="application/json")
    assert response.status_code == 400
    assert "空字符" in response.json()["title"]


def test_text_that_only_looks_like_a_nul_in_json_passes(client_in: Client) -> None:
    body = json.dumps({"to": "registered", "on": "2026-11-23", "reason": "\\u0000"})
    response = client_in.post("/api/v1/projects/not-there/advance", body, content_type="application/json")
    assert "空字符" not in response.json()["title"]


@pytest.mark.parametrize("field", ["username", "password", "a\0b"])
def test_a_nul_in_a_form_is_refused(client: Client, field: str) -> None:
    assert client.post(reverse("accounts:sign_in"), {field: "\0"}).status_code == 400


def test_a_nul_in_a_cookie_is_refused(client: Client) -> None:
    response = client.get("/", headers={"cookie": r'sessionid="\000"'})
    assert response.status_code == 400
