"""The address of a row is the one Django would give."""

from typing import Any

import pytest
from django.urls import reverse

from lianzhang.tables.addresses import address


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("supervision:task", ("DB-2026-001",)),
        ("jobs:job", (17,)),
        ("targets:line", ("MB-2026-002", 3)),
        ("teardowns:part", ("home-appliances", "压缩机 A&B")),
        ("maps:segment", ("home-appliances", 2, "上游/压缩机")),
    ],
)
def test_it_is_what_reverse_gives(name: str, keys: tuple[Any, ...]) -> None:
    assert address(name, *keys).replace("%26", "&") == reverse(name, args=keys)
