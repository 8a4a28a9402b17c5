"""The probe itself is tried: each planted leak, of the kinds that happen, must turn it red."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import models

from lianzhang.accounts.models import BodyQuerySet, OwnQuerySet, PersonQuerySet, SavedViewQuerySet
from lianzhang.chains.models import MapVersion
from lianzhang.chains.models.schemes import OfChainQuerySet
from lianzhang.intake.models import BatchQuerySet
from lianzhang.jobs.models import JobQuerySet
from lianzhang.projects.models.scope import ByProjectQuerySet
from lianzhang.registry.models import EnterpriseQuerySet, ProductLine, SupplierMention
from lianzhang.supervision.models import Handover
from lianzhang.supervision.models.requests import RequestQuerySet
from lianzhang.supervision.models.tasks import TaskQuerySet
from lianzhang.trail.models import TrailEventQuerySet
from lianzhang.web import access, exports, finders, listing
from tests.permission import probe
from tests.permission.world import World

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def everything(self: models.QuerySet[Any], _person: Any) -> models.QuerySet[Any]:
    return self.all()


QUERYSETS: list[tuple[type[Any], str, list[str], list[str]]] = [
    (ByProjectQuerySet, "visible_to", ["district_east"], ["projects:list", "projects:project"]),
    (ByProjectQuerySet, "visible_to", ["district_east"], ["api:list_projects", "api:get_projects"]),
    (TaskQuerySet, "visible_to", ["officer"], ["api:list_tasks"]),
    (TaskQuerySet, "visible_to", ["clerk_a"], ["api:sign_task"]),
    (RequestQuerySet, "visible_to", ["anchor_1"], ["supervision:requests", "supervision:request"]),
    (EnterpriseQuerySet, "visible_to", ["sme"], ["api:list_enterprises"]),
    (TaskQuerySet, "visible_to", ["officer"], ["look:palette"]),
    (BatchQuerySet, "visible_to", ["clerk_b"], ["intake:list", "intake:batch"]),
    (BatchQuerySet, "visible_to", ["secretary"], ["intake:batch"]),
    (JobQuerySet, "visible_to", ["clerk_b"], ["jobs:list", "jobs:job"]),
    (PersonQuerySet, "visible_to", ["anchor_1"], ["accounts:people", "accounts:person"]),
    (BodyQuerySet, "visible_to", ["anchor_1"], ["accounts:body"]),
    (type(MapVersion.objects.all()), "visible_to", ["expert"], ["maps:version"]),
    (type(Handover.objects.all()), "visible_to", ["clerk_b"], ["handovers:list", "handovers:handover"]),
    (type(ProductLine.objects.all()), "visible_to", ["association_contact"], ["registry:lines"]),
    (type(SupplierMention.objects.all()), "visible_to", ["innovator"], ["registry:shared"]),
    (OwnQuerySet, "editable_by", ["clerk_b"], ["accounts:revoke_token"]),
    (SavedViewQuerySet, "editable_by", ["clerk_b"], ["look:forget_view"]),
    (OfChainQuerySet, "visible_to", ["anchor_1"], ["api:list_actions", "api:get_actions"]),
]


@pytest.mark.parametrize(
    ("queryset", "rule", "people", "names"),
    QUERYSETS,
    ids=[f"{kind.__name__}-{people[0]}-{names[0]}" for kind, _rule, people, names in QUERYSETS],
)
def test_a_queryset_that_shows_everything_is_found(
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    queryset: type[Any],
    rule: str,
    people: list[str],
    names: list[str],
) -> None:
    served = set(probe.addresses())
    if not served & set(names):
        pytest.skip(f"{names[0]} is not served yet")
    monkeypatch.setattr(queryset, rule, everything)
    assert probe.walk(world, people=people, names=names).leaks != []


def test_an_export_that_skips_the_scope_is_found(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def unscoped(table: Any, rows: Any, **rest: Any) -> Any:
        everybody = list(type(rows[0])._default_manager.all()) if rows else []
        return original(table, everybody, **rest)

    original = exports.file
    monkeypatch.setattr(listing.exports, "file", unscoped)
    found = probe.walk(world, people=["district_east"], names=["projects:list"]).leaks
    assert any("format=" in leak for leak in found)
    assert not any("format=" not in leak for leak in found)


def test_a_search_that_skips_the_scope_is_found(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def unscoped(finder: Any, _person: Any, asked: str, heard: Any) -> Any:
        return original(finder, world.cast.secretary, asked, heard)

    original = finders._matching
    monkeypatch.setattr(finders, "_matching", unscoped)
    assert probe.walk(world, people=["district_east", "anchor_1"], names=["look:palette"]).leaks != []


def test_a_page_that_forgets_its_rule_is_found(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(TrailEventQuerySet, "visible_to", everything)
    monkeypatch.setattr(access.Person, "reach", world.cast.secretary.reach)
    assert probe.walk(world, people=["anchor_1"], names=["intake:list", "accounts:people"]).leaks != []


def test_the_probe_finds_nothing_where_nothing_leaks(world: World) -> None:
    names = ["accounts:people", "jobs:list", "handovers:list", "api:list_projects", "api:get_tasks", "look:palette"]
    people: list[Callable[..., Any] | str] = ["clerk_b", "anchor_1", "district_east", "auditor"]
    assert probe.walk(world, people=people, names=names).leaks == []
