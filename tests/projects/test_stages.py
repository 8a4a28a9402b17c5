"""The reviewed table holds together, and every answer drawn from it is the table's own."""

import dataclasses
import itertools
from typing import Any

import pytest

from lianzhang.accounts.rules import Act, Role, Scope, Thing, scope
from lianzhang.projects import stages
from lianzhang.projects.models import Project
from lianzhang.projects.stages import Stage, Status
from tests.cast import Cast
from tests.projects import scene

FIELDS = {field.name for field in Project._meta.get_fields()}


def test_every_stage_has_its_row_and_the_rows_stand_in_order() -> None:
    assert list(stages.table().gates) == list(Stage)


def test_every_required_field_is_a_field_of_the_project() -> None:
    for gate in stages.table().gates.values():
        assert {*gate.requires, *gate.recruited, *([gate.sets] if gate.sets else [])} <= FIELDS, gate.stage


def test_a_file_proves_one_thing_so_a_start_photograph_is_no_production_photograph() -> None:
    kinds = [kind.key for gate in stages.table().gates.values() for kind in gate.evidence]
    assert len(kinds) == len(set(kinds))
    assert set(kinds) == set(stages.table().evidence)


def test_from_the_signing_on_a_second_person_checks() -> None:
    checked = {gate.stage for gate in stages.table().gates.values() if gate.is_checked}
    assert checked == {stage for stage in Stage if stage >= Stage.SIGNED}


def ownerless(table: stages.Table) -> list[str]:
    """The stages nobody may move a project into, or that a second person should check and nobody may: both as the
    rights stand, so that a role which lost its right owns nothing any more."""
    may_write = {role.value for role in Role if scope(role, Act.WRITE, Thing.PROJECT) > Scope.NONE}
    may_approve = {role.value for role in Role if scope(role, Act.APPROVE, Thing.PROJECT) > Scope.NONE}
    return [
        gate.stage.name
        for gate in table.gates.values()
        if not gate.asks & may_write or (gate.is_checked and not gate.checks & may_approve)
    ]


def test_every_stage_has_an_owner_who_may_move_a_project_into_it() -> None:
    assert ownerless(stages.table()) == []


@pytest.mark.parametrize(
    "fault",
    [
        {"asks": frozenset()},
        {"asks": frozenset({"auditor", "sme"})},
        {"checks": frozenset()},
        {"checks": frozenset({"district"})},
    ],
)
def test_a_stage_without_an_owner_is_found(fault: dict[str, Any]) -> None:
    table = stages.table()
    gates = {**table.gates, Stage.SIGNED: dataclasses.replace(table.gates[Stage.SIGNED], **fault)}
    assert ownerless(dataclasses.replace(table, gates=gates)) == ["SIGNED"]


@pytest.mark.parametrize("gate", stages.table().gates.values(), ids=lambda gate: gate.stage.name)
def test_whoever_asks_may_write_and_whoever_checks_may_approve_or_leads(gate: stages.Gate) -> None:
    for role in gate.asks:
        assert scope(Role(role), Act.WRITE, Thing.PROJECT) > Scope.NONE, role
    assert bool(gate.checks) == gate.is_checked
    may_approve = {role for role in gate.checks if scope(Role(role), Act.APPROVE, Thing.PROJECT) > Scope.NONE}
    assert {"chief", "deputy", "task_force", "secretariat"} <= may_approve or not gate.is_checked


def test_every_stage_belongs_to_one_group_and_the_groups_cover_all() -> None:
    told = [stage for group in stages.table().groups for stage in stages.stages_of(group.key)]
    assert sorted(told) == list(Stage)
    assert stages.group_of(Stage.NEGOTIATING).key == "talks"


def test_every_row_explains_itself_in_both_languages() -> None:
    terms = [gate.help for gate in stages.table().gates.values()]
    terms += [*stages.table().groups, *stages.table().evidence.values()]
    assert all(term.zh and term.en and term.zh != term.en for term in terms)


def test_what_is_needed_only_grows_from_stage_to_stage() -> None:
    for is_recruited in (False, True):
        for earlier, later in itertools.pairwise(Stage):
            before = stages.required(earlier, is_recruited=is_recruited)
            after = stages.required(later, is_recruited=is_recruited)
            assert after[: len(before)] == before


def test_only_a_recruited_project_must_say_which_parts_it_supplies() -> None:
    assert "parts" not in stages.required(Stage.FULL_CAPACITY, is_recruited=False)
    assert "parts" in stages.required(Stage.IN_PRODUCTION, is_recruited=True)
    assert "parts" not in stages.required(Stage.COMPLETED, is_recruited=True)


def test_the_stage_after_the_last_is_none_and_no_stage_lies_between_neighbours() -> None:
    assert stages.following(Stage.LEAD) is Stage.EVALUATING
    assert stages.following(Stage.FULL_CAPACITY) is None
    assert stages.skipped(Stage.LEAD, Stage.EVALUATING) == []
    assert stages.skipped(Stage.LEAD, Stage.SIGNED) == [Stage.EVALUATING, Stage.NEGOTIATING]


def test_an_ended_project_is_not_resumed_and_only_an_end_frees_the_claim() -> None:
    moves = stages.table().moves
    assert set(moves) == set(Status)
    assert not set(stages.ENDED) & set().union(*(move.origins for move in moves.values()))
    assert {move.to for move in moves.values() if move.frees_claim} == set(stages.ENDED)
    assert {move.right for move in moves.values()} <= {"write", "approve"}


def test_a_row_that_names_an_unknown_kind_of_evidence_does_not_load() -> None:
    plain = {
        "version": 1,
        "group": [{"key": "g", "zh": "组", "en": "Group"}],
        "evidence": [],
        "status": [],
        "stage": [
            {"key": "lead", "group": "g", "requires": [], "evidence": ["no_such_kind"], "checked": False}
            | {"asks": [], "checks": [], "help_zh": "", "help_en": ""}
        ],
    }
    with pytest.raises(KeyError, match="no_such_kind"):
        stages.from_plain(plain)


def test_missing_fields_come_in_the_order_of_the_table_and_parts_count(cast: Cast) -> None:
    project = scene.lead(cast, investor_name="")
    assert stages.missing(project, Stage.LEAD) == []
    assert stages.missing(project, Stage.NEGOTIATING) == ["investor_name", "content", "owner", "intended_wan"]
    scene.complete(project, cast)
    project.investor_name = "甲"
    assert stages.missing(project, Stage.FULL_CAPACITY) == []
    project.gap_id = 1  # recruited for a gap: now the parts are wanted too
    assert stages.missing(project, Stage.IN_PRODUCTION) == ["parts"]


def test_labels_are_the_words_of_the_form() -> None:
    assert stages.labels(["investor_name", "parts"], of=Project) == ["投资方", "拟供零部件"]


def test_a_term_speaks_the_readers_language() -> None:
    from django.utils import translation

    talks = stages.group_of(Stage.NEGOTIATING)
    with translation.override("en"):
        assert talks.label == "In talks"
    with translation.override("zh-hans"):
        assert talks.label == "在谈"
