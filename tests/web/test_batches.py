"""What is done with ticked rows: each for itself, and whatever was left as it was is named with its reason."""

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from lianzhang.chains.actions import gaps, plans
from lianzhang.chains.models import Action, Gap, TargetLine
from lianzhang.projects.models import Project
from lianzhang.registry.models import Enterprise
from tests import cast as casts
from tests.web import analysed

SignIn = Callable[[str], Client]
pytestmark = pytest.mark.django_db


def _gaps(cast: casts.Cast, *titles: str) -> list[Gap]:
    kind = Gap.Kind.NO_LOCAL_SUPPLIER
    return [
        Gap.objects.create(code=f"QK-2026-{n:03}", chain=cast.chain_a, title=title, kind=kind)
        for n, title in enumerate(titles, start=1)
    ]


def _asked(found: list[Any], **said: Any) -> dict[str, Any]:
    versions = {f"version_{gap.code}": gap.version for gap in found}
    return {"row": [gap.code for gap in found], "asked": "1", **versions, **said}


def test_ticked_proposals_are_confirmed_at_once_and_what_another_changed_is_named(
    cast: casts.Cast, signed_in: SignIn
) -> None:
    clerk, found = signed_in("clerk_a"), _gaps(cast, "压缩机", "密封圈", "电机")
    page = reverse("gaps:confirm_many")
    shown = clerk.post(page, {"row": [gap.code for gap in found]}).content.decode()
    assert all(f'name="version_{gap.code}"' in shown for gap in found)
    said = _asked(found, label="break_point", route="attract", owner=cast.bodies["force_a"].pk, due_on="2036-12-20")
    gaps.dismiss(gap=found[1], reason="型号写错", version=found[1].version, by=cast.clerk_a)
    told = clerk.post(page, said).content.decode()
    assert "办好 2 行，未办 1 行" in told
    assert "已不成立，未改动" in told
    states = dict(Gap.objects.values_list("title", "state"))
    assert states == {"压缩机": "assigned", "密封圈": "invalid", "电机": "assigned"}, "with a body and a deadline"


def test_nobody_confirms_the_gaps_of_another_chain_by_ticking(cast: casts.Cast, signed_in: SignIn) -> None:
    found = _gaps(cast, "压缩机")
    said = _asked(found, route="attract")
    assert "没有您能办理的" in signed_in("clerk_b").post(reverse("gaps:confirm_many"), said).content.decode()
    assert Gap.objects.get().state == "proposed"


def test_a_ticked_row_of_another_chain_is_named_beside_what_is_done(cast: casts.Cast, signed_in: SignIn) -> None:
    clerk, (own, other) = signed_in("clerk_a"), _gaps(cast, "压缩机", "商贸")
    Gap.objects.filter(pk=other.pk).update(chain=cast.chain_b)
    page = reverse("gaps:confirm_many")
    assert f"不办理：{other.code}" in clerk.post(page, {"row": [own.code, other.code]}).content.decode()
    said = _asked([own, other], label="break_point", route="attract", owner=cast.bodies["force_a"].pk)
    told = clerk.post(page, {**said, "due_on": "2036-12-20"}).content.decode()
    assert "办好 1 行，未办 1 行" in told
    assert f"{other.code}</a>" in told
    assert Gap.objects.get(pk=other.pk).state == "proposed"


def test_a_deadline_is_set_for_ticked_gaps_that_somebody_stands_for(cast: casts.Cast, signed_in: SignIn) -> None:
    found = _gaps(cast, "压缩机", "密封圈")
    words: dict[str, Any] = {"label": "break_point", "route": "attract", "route_reason": "", "due_on": None}
    owner, now = cast.bodies["force_a"], timezone.now()
    found[0] = gaps.confirm(gap=found[0], owner=owner, version=found[0].version, now=now, by=cast.clerk_a, **words)
    page, clerk = reverse("gaps:entrust_many"), signed_in("clerk_a")
    assert clerk.post(page, _asked(found)).status_code == 422
    told = clerk.post(page, _asked(found, due_on="2036-12-20")).content.decode()
    assert "确认后才定责任单位和时限" in told
    kept = {gap.title: (gap.due_on and str(gap.due_on), gap.owner) for gap in Gap.objects.all()}
    assert kept == {"压缩机": ("2036-12-20", owner), "密封圈": (None, None)}


def test_ticked_plan_actions_get_a_body_and_one_that_is_done_is_named(cast: casts.Cast, signed_in: SignIn) -> None:
    matters = ("办对接会", "建检测平台")
    found = [plans.add(chain=cast.chain_a, year=2026, matter=matter, by=cast.clerk_a) for matter in matters]
    Action.objects.filter(pk=found[1].pk).update(state=Action.State.DONE)
    said = _asked(found, owner=cast.bodies["department"].pk)
    page = reverse("chains:entrust_actions")
    assert "没有您能办理的" in signed_in("clerk_b").post(page, said).content.decode()
    told = signed_in("clerk_a").post(page, said).content.decode()
    assert "办好 1 行，未办 1 行" in told
    assert "该事项已完成，不能再改" in told
    found[0].refresh_from_db()
    assert found[0].responsible == cast.bodies["department"]


def test_ticked_lines_become_leads_and_one_that_is_a_lead_already_is_named(cast: casts.Cast, signed_in: SignIn) -> None:
    listed, clerk = analysed.build(cast).listed, signed_in("clerk_a")
    lines = list(TargetLine.objects.filter(target_list=listed).order_by("position"))
    page = reverse("targets:open_leads", args=[listed.code])
    assert f"办好 {len(lines)} 行，未办 0 行" in clerk.post(page, {"row": [n.position for n in lines]}).content.decode()
    assert Project.objects.filter(target_line__in=lines).count() == len(lines)
    again = clerk.post(page, {"row": [lines[0].position, "x"]}).content.decode()
    assert f"早先已转为线索 {Project.objects.get(target_line=lines[0]).code}" in again
    assert "办好 0 行，未办 1 行" in again
    assert signed_in("clerk_b").post(page, {"row": ["1"]}).status_code == 404


def test_ticked_rows_alone_are_taken_away(cast: casts.Cast, signed_in: SignIn) -> None:
    _gaps(cast, "压缩机", "密封圈", "电机")
    taken = signed_in("clerk_a").get("/gaps/", {"format": "csv", "row": ["QK-2026-001", "QK-2026-003"]})
    rows = list(csv.reader(io.StringIO(taken.content.decode("utf-8-sig"))))
    assert [row[2] for row in rows[1:]] == ["压缩机", "电机"]
    firm = Enterprise.objects.get(name="链主一有限公司")
    taken = signed_in("secretary").get("/enterprises/", {"format": "csv", "row": [str(firm.pk), "DROP", "9" * 40]})
    assert [row[1] for row in csv.reader(io.StringIO(taken.content.decode("utf-8-sig")))][1:] == ["链主一有限公司"]
