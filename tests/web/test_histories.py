"""变更记录 of what the office decides on: who did what, and no amount that the record's own page weighs."""

from collections.abc import Callable

import pytest
from django.test import Client

from tests.cast import Cast
from tests.web import analysed

pytestmark = pytest.mark.django_db


def test_gap_target_list_map_and_scheme_tell_what_became_of_them(
    cast: Cast, signed_in: Callable[[str], Client]
) -> None:
    world = analysed.build(cast)
    client = signed_in("secretary")
    for kind, key, said in (
        ("gap", world.gaps["P1"].code, "提出缺口"),
        ("target", world.listed.code, "计算完成"),
        ("map", world.published.pk, "发布图谱"),
    ):
        page = client.get(f"/history/{kind}/{key}").content.decode()
        assert said in page
        for amount in (world.listed.objective_wan, world.listed.bound_wan, world.listed.demand_wan):
            assert str(int(amount)) not in page
    assert client.get(f"/history/scheme/{cast.scheme.code}").status_code == 200
    assert signed_in("sme").get(f"/history/gap/{world.gaps['P1'].code}").status_code == 404
