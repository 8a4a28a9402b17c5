"""A program that talks to the API for a member of the cast."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from lianzhang.accounts import actions
from tests.cast import Cast

API = "/api/v1"


class Program:
    """A client with a bearer token; answers are JSON."""

    def __init__(self, token: str) -> None:
        self.token = token
        self.client = Client(headers={"Authorization": f"Bearer {token}"})

    def get(self, path: str, **query: Any) -> Any:
        return self.client.get(API + path, query)

    def post(self, path: str, sent: Any, **headers: str) -> Any:
        return self.client.post(API + path, json.dumps(sent), content_type="application/json", headers=headers)


@pytest.fixture
def program(cast: Cast) -> Callable[[str], Program]:
    """`program("secretary")`: a program of the secretary, with a token of that post."""

    def make(name: str) -> Program:
        person = cast.people[name]
        token = actions.issue_token(
            person=person,
            appointment=person.acting,
            label="月报程序",
            valid=timedelta(days=1),
            now=timezone.now(),
            by=person,
        )
        return Program(token)

    return make
