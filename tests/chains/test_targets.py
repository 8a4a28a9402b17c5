"""目标清单: asked for, approved by another, compared; and nobody learns a firm's purchases from it."""

import datetime as dt

import pytest
from django.utils import timezone

from lianzhang.accounts.actions import Refused
from lianzhang.chains import jobs
from lianzhang.chains.actions import targets as actions
from lianzhang.chains.models import CandidateProposal, Chain, TargetList
from lianzhang.chains.queries import comparison, disclosure
from lianzhang.chains.tables import asked, questions
from lianzhang.chains.tables import comparison as compared
from lianzhang.chains.tables import listed as tables
from lianzhang.jobs.models import Job
from lianzhang.jobs.progress import Progress
from lianzhang.jobs.work import Unworkable
from lianzhang.registry.models import Purchase
from tests.cast import Cast
from tests.chains import scene as scenes

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene(cast: Cast) -> scenes.Scene:
    return scenes.build(cast)


def listed(cast: Cast, **parameters: object) -> TargetList:
    wanted = {"max_categories": None, "max_suppliers": 2, "min_anchors": 1} | parameters
    found = actions.ask(
        chain=cast.chain_a, title="清单", parameters=actions.Parameters(**wanted), now=timezone.now(), by=cast.clerk_a
    )
    jobs.choose_targets(Progress(0, cast.clerk_a), list_id=found.pk)
    found.refresh_from_db()
    return found


def test_asking_enqueues_one_long_job_in_the_same_transaction(cast: Cast) -> None:
    found = actions.ask(
        chain=cast.chain_a, title="清单", parameters=actions.Parameters(), now=timezone.now(), by=cast.clerk_a
    )
    job = Job.objects.get()
    assert (job.kind, job.queue, job.arguments) == ("chains.targets", "long", {"list_id": found.pk})
    assert job.acting == cast.clerk_a.acting


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ({"must_include": ("QY-乙",), "must_exclude": ("QY-乙",)}, "^(?!QY-).+ 同时"),
        ({"must_include": ("QY-没有",)}, "QY-没有"),
        ({"must_include": ("QY-乙", "QY-丙"), "max_suppliers": 1}, "家数上限"),
        ({"must_include": ("QY-丁",)}, "已在本市"),
        ({"must_include_categories": ("没有这类",)}, "没有这些零部件类别：没有这类"),
        ({"must_include_categories": ("电机",), "must_exclude_categories": ("电机",)}, "类别电机同时在"),
        ({"must_include_categories": ("电机", "制冷"), "max_categories": 1}, "类别上限"),
    ],
)
def test_contradictory_parameters_are_refused_before_any_work(
    cast: Cast, scene: scenes.Scene, parameters: dict[str, object], said: str
) -> None:
    with pytest.raises(Refused, match=said):
        actions.ask(
            chain=cast.chain_a,
            title="清单",
            parameters=actions.Parameters(**parameters),
            now=timezone.now(),
            by=cast.clerk_a,
        )
    assert not TargetList.objects.exists()
    assert not Job.objects.exists()


def test_a_category_that_must_be_in_is_in_one_that_must_be_out_is_out_and_the_comparison_says_so(
    cast: Cast, scene: scenes.Scene
) -> None:
    names = {code: part.category for code, part in scene.parts.items()}
    plain = listed(cast, max_suppliers=1)
    first, other = plain.categories[0]["name"], next(n for n in (names["P2"], names["P3"]) if n != names["P1"])
    found = listed(cast, max_suppliers=1, must_include_categories=(other,), must_exclude_categories=(first,))
    assert [entry["name"] for entry in found.categories] == [other]
    told = comparison.compare(plain, found, person=cast.clerk_a, names={})
    assert ("must_include_categories", [], [other]) in told.asked
    assert ("must_exclude_categories", [], [first]) in told.asked
    assert dict(asked.conditions(found, {}))[asked.LABELS["must_include_categories"]] == other
    assert actions.Parameters.read(found.parameters).must_include_categories == (other,)


def test_whoever_must_not_be_listed_or_is_not_to_be_paid_for_is_no_stand_in_either(
    cast: Cast, scene: scenes.Scene
) -> None:
    def stands_in(**parameters: object) -> str:
        found = listed(cast, max_suppliers=1, **parameters)
        line = found.lines.get()
        assert line.supplier.code == "QY-丙"
        return str(line.runner_up["code"])

    assert stands_in() == "QY-己"
    assert stands_in(must_exclude=("QY-己",)) == "QY-乙"
    for code, cost in (("QY-丙", 60), ("QY-己", 900), ("QY-乙", 70)):
        proposed(cast, scene, code, cost_wan=cost)
    assert stands_in(budget_wan=100.0) == "QY-乙"


def proposed(cast: Cast, scene: scenes.Scene, code: str, **facts: object) -> CandidateProposal:
    return CandidateProposal.objects.create(
        code=f"HX-{code}", chain=cast.chain_a, enterprise=scene.firms[code], name=scene.firms[code].name,
        entered_by=cast.clerk_a, entered_at=timezone.now(), **facts,
    )  # fmt: skip


def refused(cast: Cast, **parameters: object) -> str:
    with pytest.raises(Refused) as refusal:
        actions.ask(
            chain=cast.chain_a, title="清单", parameters=actions.Parameters(**parameters), now=timezone.now(),
            by=cast.clerk_a,
        )  # fmt: skip
    return str(refusal.value.reason)


def test_a_budget_without_any_known_cost_compares_nothing_and_is_refused(cast: Cast, scene: scenes.Scene) -> None:
    assert "没有一家候选企业填有招引成本" in refused(cast, budget_wan=100.0)
    proposed(cast, scene, "QY-乙", cost_wan=60)
    assert "外地丙有限公司 没有填招引成本" in refused(cast, budget_wan=100.0, must_include=("QY-丙",))
    proposed(cast, scene, "QY-丙", cost_wan=50)
    assert "低于候选企业中最低的招引成本 50 万元" in refused(cast, budget_wan=49.5)
    assert "合计 110 万元，超过预算 100 万元" in refused(cast, budget_wan=100.0, must_include=("QY-乙", "QY-丙"))


def test_who_must_be_in_is_willing_and_certified_in_time_as_far_as_is_known(cast: Cast, scene: scenes.Scene) -> None:
    proposed(cast, scene, "QY-乙", willingness="unwilling")
    proposed(cast, scene, "QY-丙", certification_months=18)
    assert "外地乙有限公司 无意向" in refused(cast, must_include=("QY-乙",))
    said = refused(cast, must_include=("QY-丙",), max_certification_months=12)
    assert "外地丙有限公司 的认证时间超过上限" in said


def test_more_anchors_than_there_are_can_be_served_by_nobody(cast: Cast, scene: scenes.Scene) -> None:
    assert "“实际服务链主”要求 5 家，所选产业链只有 4 家链主" in refused(cast, min_realised_anchors=5)
    assert "“至少服务链主”要求 5 家，所选产业链只有 4 家链主" in refused(cast, min_anchors=5)


def test_a_chain_is_pooled_only_by_who_makes_its_lists_or_was_granted_its_purchases(
    cast: Cast, scene: scenes.Scene
) -> None:
    Chain.objects.filter(pk=cast.chain_b.pk).update(nature=Chain.Nature.MANUFACTURING)
    assert "不必再合并" in refused(cast, chains=(cast.chain_a.code,))
    assert "不能合并" in refused(cast, chains=(cast.chain_b.code,))
    scenes.grant(cast, 4, by=cast.people["anchor_4"])  # an anchor of 链B as well
    found = actions.ask(
        chain=cast.chain_a, title="清单", parameters=actions.Parameters(chains=(cast.chain_b.code,)),
        now=timezone.now(), by=cast.clerk_a,
    )  # fmt: skip
    assert found.parameters["chains"] == [cast.chain_b.code]


def test_a_pooled_list_serves_the_anchors_of_both_chains_and_says_whose_need_it_took_in(
    cast: Cast, scene: scenes.Scene
) -> None:
    Chain.objects.filter(pk=cast.chain_b.pk).update(nature=Chain.Nature.MANUFACTURING)
    scenes.grant(cast, 4, by=cast.people["anchor_4"])
    Purchase.objects.create(
        buyer=cast.firms["enterprise_4"], part=scene.parts["P1"], supplier=scene.firms["QY-乙"], amount_wan=500,
        make="bought", year=2025,
    )  # fmt: skip
    found = listed(cast, chains=(cast.chain_b.code,), max_suppliers=1)
    (line,) = found.lines.all()
    assert cast.firms["enterprise_4"].code in line.anchors
    assert len(line.anchors) == 4, "the supplier of both chains is one line"
    assert found.snapshot is not None
    shown = disclosure.of(found.snapshot, person=cast.clerk_a)
    assert tables.statement(found, shown, asked.chains(found)).startswith(f"并入{cast.chain_b.name}的需求，选 ")


def test_a_chain_whose_anchors_took_their_grant_back_is_not_pooled_in_silence(cast: Cast, scene: scenes.Scene) -> None:
    Chain.objects.filter(pk=cast.chain_b.pk).update(nature=Chain.Nature.MANUFACTURING)
    given = scenes.grant(cast, 4, by=cast.people["anchor_4"])
    parameters = actions.Parameters(chains=(cast.chain_b.code,))
    found = actions.ask(chain=cast.chain_a, title="清单", parameters=parameters, now=timezone.now(), by=cast.clerk_a)
    given.withdrawn_at = timezone.now()
    given.save()
    with pytest.raises(Unworkable, match=f"合并的{cast.chain_b.name}没有您现在有权使用的采购数据"):
        jobs.choose_targets(Progress(0, cast.clerk_a), list_id=found.pk)
    found.refresh_from_db()
    assert found.state == TargetList.State.FAILED


def test_a_minimum_over_what_an_anchor_could_get_names_the_anchor_to_who_asked(cast: Cast, scene: scenes.Scene) -> None:
    with pytest.raises(Unworkable, match="原因见清单") as told:
        listed(cast, min_per_anchor_wan=900.0)
    assert "链主三" not in str(told.value), "a job's message asks no grant again"
    found = TargetList.objects.get()
    assert found.state == TargetList.State.FAILED
    assert "链主三有限公司 要求至少覆盖 900 万元" in found.failure


def test_who_made_a_list_does_not_approve_it(cast: Cast, scene: scenes.Scene, now: dt.datetime) -> None:
    found = listed(cast)
    with pytest.raises(Refused, match="编制人"):
        actions.approve(listed=found, version=found.version, now=now, by=cast.clerk_a)
    approved = actions.approve(listed=found, version=found.version, now=now, by=cast.chief)
    assert (approved.state, approved.approved_by) == ("approved", cast.chief)


def test_only_a_finished_list_is_approved(cast: Cast, now: dt.datetime) -> None:
    found = actions.ask(
        chain=cast.chain_a, title="清单", parameters=actions.Parameters(), now=timezone.now(), by=cast.clerk_a
    )
    with pytest.raises(Refused):
        actions.approve(listed=found, version=found.version, now=now, by=cast.chief)


def test_a_limit_of_nothing_is_a_limit_and_stands_among_the_conditions(cast: Cast, scene: scenes.Scene) -> None:
    proposed(cast, scene, "QY-乙", cost_wan=0)
    plain, nothing = listed(cast), listed(cast, budget_wan=0.0, max_certification_months=0)
    shown = dict(asked.conditions(nothing, {}))
    assert (shown[asked.LABELS["budget_wan"]], shown[asked.LABELS["max_certification_months"]]) == (0, 0)
    assert asked.LABELS["min_realised_anchors"] not in shown
    told = {
        key: (old, new) for key, old, new in comparison.compare(plain, nothing, person=cast.clerk_a, names={}).asked
    }
    assert told == {"budget_wan": (None, 0.0), "max_certification_months": (None, 0)}
    assert asked.narrowing(nothing) == ["“招引成本预算（万元）”", "“认证时间上限（月）”"]


def test_what_the_own_group_supplies_from_elsewhere_is_demand_only_where_that_is_asked_for(
    cast: Cast, scene: scenes.Scene
) -> None:
    without, within = listed(cast, max_suppliers=9), listed(cast, max_suppliers=9, is_group_included=True)
    assert within.demand_wan - without.demand_wan == 50
    assert within.objective_wan - without.objective_wan == 50


def test_two_lists_proven_to_cover_as_much_are_said_to_do_equally_well(cast: Cast, scene: scenes.Scene) -> None:
    # 乙 and 己 both offer the compressors that 丙 does not supply yet; without 丙 either will do.
    first = listed(cast, max_suppliers=1, must_exclude=("QY-丙",), must_include=("QY-乙",))
    second = listed(cast, max_suppliers=1, must_exclude=("QY-丙",), min_anchors=2, must_include=("QY-己",))
    assert first.objective_wan == second.objective_wan
    found = comparison.compare(first, second, person=cast.clerk_a, names={})
    assert {row.name: row.reasons for row in found.suppliers} == {
        "外地乙有限公司": ("required",), "外地己有限公司": ("required",),
    }  # fmt: skip
    for each in (first, second):
        each.parameters = {**each.parameters, "must_include": []}
    found = comparison.compare(first, second, person=cast.clerk_a, names={})
    assert {row.reasons for row in found.suppliers} == {("asked", "tied")}
    assert all(row.change_wan == 0 for row in found.categories)


def test_comparing_two_lists_says_what_changed_and_why(cast: Cast, scene: scenes.Scene) -> None:
    first, second = listed(cast, max_suppliers=1), listed(cast, max_suppliers=2)
    found = comparison.compare(first, second, person=cast.clerk_a, names={})
    assert found.only(0) == []
    assert len(found.only(1)) == 1
    assert ("max_suppliers", 1, 2) in found.asked
    assert [row.reasons for row in found.suppliers if row.first_wan is None] == [("asked",)]


def test_of_two_lists_under_the_same_conditions_the_data_and_the_candidates_say_why(
    cast: Cast, scene: scenes.Scene
) -> None:
    first = listed(cast, max_suppliers=1)
    proposed(cast, scene, "QY-丙", willingness="unwilling")
    Purchase.objects.filter(supplier=scene.firms["QY-丙"], part=scene.parts["P1"]).update(amount_wan=900)
    second = listed(cast, max_suppliers=1)
    found = comparison.compare(first, second, person=cast.clerk_a, names={})
    assert found.asked == []
    assert (found.only(0), found.only(1)) == (["外地丙有限公司"], ["外地乙有限公司"])
    gone = next(row for row in found.suppliers if row.second_wan is None)
    assert gone.reasons == ("unwilling",)
    came = next(row for row in found.suppliers if row.first_wan is None)
    assert came.reasons == ("answered",)
    assert [(row.name, row.change_wan) for row in found.parts] == [("压缩机", 600.0)]


def test_a_comparison_tells_which_answers_came_in_between_what_they_decided_and_what_held(
    cast: Cast, scene: scenes.Scene
) -> None:
    unknown = Purchase.objects.filter(buyer=cast.firms["enterprise_3"], part=scene.parts["P3"])
    unknown.update(amount_low_wan=0, amount_high_wan=2000)
    Purchase.objects.filter(buyer=cast.firms["enterprise_2"], part=scene.parts["P3"]).update(amount_wan=100)
    first = listed(cast, max_suppliers=1)
    assert {entry["id"] for entry in first.open_choices or ()} == {"QY-丙", "芯片"}, "the band sways whom to choose"
    unknown.update(amount_low_wan=None, amount_high_wan=None, amount_wan=10)
    second = listed(cast, max_suppliers=1)
    found = comparison.compare(first, second, person=cast.clerk_a, names={})
    (answer,) = found.answers
    assert (answer.anchor, answer.category, answer.kind) == (cast.firms["enterprise_3"].code, "芯片", "narrowed")
    assert answer.before is not None
    assert answer.after is not None
    assert (answer.before.high_wan, answer.after.low_wan, answer.after.high_wan) == (2000, 10, 10)
    assert (set(answer.decided), answer.left) == ({"外地丙有限公司", "芯片"}, ())
    assert {row.name: row.reasons for row in found.suppliers} == {
        "外地丙有限公司": ("answered",), "外地乙有限公司": ("shifted",),
    }  # fmt: skip
    said = {answer.anchor: cast.firms["enterprise_3"].name}
    told = compared.paper(first, second, found, names=said, shows=(True, True), sees_rows=True)
    assert "期间 1 项链主答复有变，前者未定的选择因此定下 2 项。" in told.lead
    closed = compared.paper(first, second, found, names={}, shows=(False, False), sees_rows=False)
    assert "compared_answers" not in {spec.key for spec, _rows in closed.parts}
    assert "答复" not in closed.lead
    assert not any("answered" in row.reasons for _spec, rows in closed.parts for row in rows if hasattr(row, "reasons"))


def test_the_snapshot_s_rows_are_for_those_who_may_read_every_firm_in_it(cast: Cast, scene: scenes.Scene) -> None:
    found = listed(cast)
    assert disclosure.of(found.snapshot, person=cast.clerk_a).sees_rows
    for role in ("chief", "secretary", "clerk_b", "lead_officer", "general_chief", "anchor_1"):
        assert not disclosure.of(found.snapshot, person=cast.people[role]).sees_rows, role


def test_a_grant_that_ends_closes_the_rows_of_old_snapshots_too(cast: Cast, scene: scenes.Scene) -> None:
    found = listed(cast)
    scene.grants[1].withdrawn_at = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    scene.grants[1].save()
    assert not disclosure.of(found.snapshot, person=cast.clerk_a).sees_rows


def test_without_a_grant_two_anchors_asked_about_one_category_are_one_question(cast: Cast, scene: scenes.Scene) -> None:
    found = listed(cast)
    asked_of = [cast.firms[f"enterprise_{n}"].code for n in (1, 2)]
    told = {"unknown_wan": 100.0, "settled_count": 1, "open_count": 2}
    found.open_choices = [{"kind": "category", "id": "芯片", "share": 0.5, "is_chosen": True}]
    found.questions = [{"anchor": code, "category": "芯片", **told} for code in asked_of]
    shown = disclosure.of(found.snapshot, person=cast.clerk_a)
    assert len(questions.questions(found, shown, {})) == 2
    (one,) = questions.questions(found, disclosure.of(found.snapshot, person=cast.chief), {})
    assert one.words == "向2家链主问清“芯片”的金额。"
    assert one.unknown_wan is None
