"""One chain, four levels of disclosure: what each anchor says counts once, as exactly as it was said, and no more."""

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone

from lianzhang.chains import analysis, frames, jobs
from lianzhang.chains.actions import targets
from lianzhang.chains.models import CandidateProposal, Gap, PartCoverage, Snapshot, TargetList
from lianzhang.chains.queries import disclosure
from lianzhang.jobs import actions as job_actions
from lianzhang.jobs.models import Job
from lianzhang.jobs.progress import Progress
from lianzhang.jobs.work import Unworkable
from lianzhang.registry.models import (
    Banding,
    Capability,
    CategoryAnswer,
    Enterprise,
    Part,
    PartAnswer,
    ProductLine,
    Purchase,
)
from lianzhang.web import released
from tests.cast import TODAY, Cast
from tests.chains import scene as scenes

pytestmark = pytest.mark.django_db

ALL = ["d0", "d1", "d2", "d3"]


class Lines:
    """链主一 speaks in rows (the scene), 链主二 in bands of 制冷 as well, 链主三 in ticks."""

    def __init__(self, cast: Cast) -> None:
        self.scene = scenes.build(cast)
        self.lines = {
            number: ProductLine.objects.create(firm=cast.firms[f"enterprise_{number}"], name="冰箱", levels=ALL)
            for number in (1, 2, 3)
        }

    def band(self, number: int, category: str, low: object, high: object, **more: Any) -> CategoryAnswer:
        said = {"year": 2025, "make": "bought", "source_region": "44", "supplier_low": 2, **more}
        return CategoryAnswer.objects.create(
            line=self.lines[number], category=category, amount_low_wan=low, amount_high_wan=high, **said
        )

    def tick(self, number: int, part: str, **more: Any) -> PartAnswer:
        said = {"make": "bought", "is_supplier_local": False, **more}
        return PartAnswer.objects.create(line=self.lines[number], part=self.scene.parts[part], **said)


@pytest.fixture
def said(cast: Cast) -> Lines:
    return Lines(cast)


def rows(cast: Cast, level: str) -> list[dict[str, Any]]:
    table = frames.read(cast.chain_a, person=cast.clerk_a).tables["purchases"]
    return [row for row in table.to_pylist() if row["level"] == level]


def tiers(cast: Cast) -> dict[str, float]:
    found = analysis.take(cast.chain_a, person=cast.clerk_a, on=TODAY).summary["tiers"]
    return {row["tier"]: row["amount_wan"] for row in found}


def needs(cast: Cast) -> Any:
    return analysis.needs(cast.chain_a, frames.read(cast.chain_a, person=cast.clerk_a).tables)


def demand(cast: Cast) -> dict[tuple[str, str], tuple[float | None, float | None]]:
    rows = needs(cast).demand.to_pylist()
    return {(row["anchor_id"], row["part_id"]): (row["amount_low_wan"], row["amount_high_wan"]) for row in rows}


class TestBands:
    def test_a_band_of_a_category_is_demand_as_an_interval_and_whoever_makes_a_part_of_it_may_supply_it(
        self, cast: Cast, said: Lines
    ) -> None:
        said.band(3, "电机", 1000, 5000)
        assert demand(cast)["QY-2024-003", "整类:电机"] == (1000.0, 5000.0)
        offers = {(row["supplier_id"], row["part_id"]) for row in needs(cast).offers.to_pylist()}
        assert ("QY-己", "整类:电机") in offers
        assert not [supplier for supplier, _ in offers if supplier.startswith(frames.UNNAMED)]

    def test_where_rows_say_it_the_band_of_that_category_does_not_count_again(self, cast: Cast, said: Lines) -> None:
        said.band(2, "制冷", 1000, 5000)
        read = frames.read(cast.chain_a, person=cast.clerk_a)
        assert read.superseded_count == 1
        assert rows(cast, "d1") == []
        Purchase.objects.filter(buyer=cast.enterprise_2, part__category="制冷").update(line=said.lines[1].pk)
        assert len(rows(cast, "d1")) == 1, "rows of another product line say nothing about this one"

    def test_a_band_open_above_is_reckoned_with_the_ceiling_that_is_shown(self, cast: Cast, said: Lines) -> None:
        top = Banding.objects.get(kind=Banding.Kind.AMOUNT, high__isnull=True)
        said.band(3, "电机", top.low, None)
        low, high = demand(cast)["QY-2024-003", "整类:电机"]
        assert (low, high) == (float(top.low), float(top.ceiling or 0))
        taken = analysis.take(cast.chain_a, person=cast.clerk_a, on=TODAY)
        assert taken.summary["open_above_count"] == 1

    def test_withheld_is_no_amount_and_no_question_of_a_zero(self, cast: Cast, said: Lines) -> None:
        said.band(3, "电机", None, None, is_withheld=True)
        assert demand(cast)["QY-2024-003", "整类:电机"] == (None, None)

    def test_a_category_answered_by_bands_is_not_taken_for_single_sourced_unless_it_says_one_supplier(
        self, cast: Cast, said: Lines
    ) -> None:
        said.band(3, "电机", 1000, 5000)
        said.band(2, "轴承", 1000, 5000, supplier_low=1, supplier_high=1)
        taken = {row["part_id"]: row for row in analysis.take(cast.chain_a, person=cast.clerk_a, on=TODAY).coverage}
        assert not taken["整类:电机"]["is_single_source"]
        assert (taken["整类:电机"]["hhi"], taken["整类:电机"]["top_share"]) == (None, None)
        assert taken["整类:电机"]["amount_wan"] == 3000.0
        assert taken["整类:轴承"]["is_single_source"]

    def test_a_part_and_the_chain_tell_the_ends_of_their_local_share(self, cast: Cast, said: Lines) -> None:
        exact = analysis.take(cast.chain_a, person=cast.clerk_a, on=TODAY)
        assert exact.summary["local_ratio_low"] == pytest.approx(exact.summary["local_ratio_high"])
        said.band(3, "电机", 1000, 5000)
        taken = analysis.take(cast.chain_a, person=cast.clerk_a, on=TODAY)
        part = next(row for row in taken.coverage if row["part_id"] == "整类:电机")
        assert (part["amount_low_wan"], part["amount_high_wan"]) == (1000.0, 5000.0)
        assert part["local_ratio_low"] == part["local_ratio_high"] == 0.0
        local, outside = 400.0, 2330.0
        assert taken.summary["local_ratio_low"] == pytest.approx(local / (local + outside + 5000))
        assert taken.summary["local_ratio_high"] == pytest.approx(local / (local + outside + 1000))
        assert "amount_low_wan" not in next(row for row in taken.coverage if row["part_id"] == "P1")

    def test_abroad_and_another_province_are_different_places(self, cast: Cast, said: Lines) -> None:
        before = tiers(cast)
        said.band(3, "电机", 10, 20, source_region="", is_abroad=True)
        said.band(2, "轴承", 10, 20)
        after = tiers(cast)
        assert after["nation"] - before["nation"] == pytest.approx(15.0)
        assert after["abroad"] - before["abroad"] == pytest.approx(30.0), "cumulative: the nation and what is abroad"
        assert after["province"] == before["province"]


class TestTicks:
    def test_a_tick_is_a_wish_without_an_amount_and_a_gap_without_a_name(self, cast: Cast, said: Lines) -> None:
        said.tick(3, "P2")
        assert demand(cast)["QY-2024-003", "P2"] == (None, None)
        tick = rows(cast, "d0")
        assert [(row["supplier_id"], row["amount_wan"]) for row in tick] == [(f"?@{frames.ELSEWHERE}", None)]

    def test_a_part_the_firm_wants_nobody_for_is_no_demand(self, cast: Cast, said: Lines) -> None:
        said.tick(3, "P2", is_welcome=False)
        assert ("QY-2024-003", "P2") not in demand(cast)

    def test_rows_of_a_part_and_bands_of_its_category_come_before_its_tick(self, cast: Cast, said: Lines) -> None:
        said.tick(1, "P1")
        said.tick(3, "P2")
        said.band(3, "电机", 1000, 5000)
        assert rows(cast, "d0") == []
        assert frames.read(cast.chain_a, person=cast.clerk_a).superseded_count == 2

    def test_own_make_is_no_purchase(self, cast: Cast, said: Lines) -> None:
        said.tick(3, "P2", make="own")
        said.band(3, "芯片", 1, 2, make="own")
        assert rows(cast, "d0") + rows(cast, "d1") == []


class TestSnapshot:
    def test_it_says_what_of_whom_is_inside(self, cast: Cast, said: Lines) -> None:
        said.band(3, "电机", 1000, 5000)
        said.tick(2, "P4")
        contents = frames.read(cast.chain_a, person=cast.clerk_a).contents
        assert ["QY-2024-003", "d1", said.lines[3].pk] in contents
        assert ["QY-2024-002", "d0", said.lines[2].pk] in contents
        assert ["QY-2024-001", "d3", None] in contents

    def test_the_whole_category_enters_the_catalogue_with_the_snapshot_and_the_next_is_the_same(
        self, cast: Cast, said: Lines
    ) -> None:
        said.band(3, "电机", 1000, 5000)
        analyse(cast)
        whole = Part.objects.get(code="整类:电机")
        assert (whole.name, whole.category) == ("电机（整类）", "电机")
        assert PartCoverage.objects.filter(part=whole).count() == 1
        assert Gap.objects.filter(part=whole).exists()
        analyse(cast)
        assert Snapshot.objects.count() == 1, "what the snapshot entered itself makes no other snapshot of it"

    def test_an_older_snapshot_without_the_newer_columns_still_opens(self, cast: Cast, said: Lines) -> None:
        tables = frames.read(cast.chain_a, person=cast.clerk_a).tables
        old = {name: tables[name] for name in ("purchases", "firms", "parts", "capabilities")}
        old["purchases"] = old["purchases"].drop_columns(["level", "line_id", "is_welcome", "supplier_high"])
        asked = analysis.needs(cast.chain_a, frames.complete(old))
        assert asked.demand.equals(needs(cast).demand)


def analyse(cast: Cast) -> None:
    job = job_actions.ask("chains.analyse", {"chain_id": cast.chain_a.pk}, queue=Job.Queue.LONG, by=cast.clerk_a)
    jobs.analyse(Progress(job, cast.clerk_a), chain_id=cast.chain_a.pk)


def listed(cast: Cast, **parameters: Any) -> TargetList:
    asked = targets.Parameters(**{"max_categories": None, "min_anchors": 1, "draws": 4, **parameters})
    made = targets.ask(chain=cast.chain_a, title="测试", parameters=asked, now=timezone.now(), by=cast.clerk_a)
    assert made.job is not None
    jobs.choose_targets(Progress(made.job, cast.clerk_a), list_id=made.pk)
    made.refresh_from_db()
    return made


class TestLists:
    def test_a_list_on_bands_tells_its_range_what_is_open_and_what_to_ask(self, cast: Cast, said: Lines) -> None:
        said.band(3, "电机", 100, 5000)
        found = listed(cast, max_suppliers=1)
        assert found.objective_low_wan < found.objective_wan < found.objective_high_wan
        assert found.draw_count > 3
        assert found.open_choices is not None
        Purchase.objects.filter(part__code="P1").update(plant="一厂")
        [line] = listed(cast, max_suppliers=1).lines.all()
        assert line.facts["tier"] == "nation"
        using = {plant for part in line.parts for anchor in part["anchors"] for plant in anchor["plants"]}
        assert using == {"一厂"}
        asked = [(row["anchor"], row["category"]) for row in found.questions or []]
        assert ("QY-2024-003", "电机") in asked

    def test_exact_rows_have_no_range_and_nothing_to_ask_but_what_was_not_filled_in(
        self, cast: Cast, said: Lines
    ) -> None:
        found = listed(cast, max_suppliers=1)
        assert found.objective_low_wan == found.objective_wan == found.objective_high_wan
        assert found.open_choices == []
        assert [(row["anchor"], row["category"]) for row in found.questions or []] == [("QY-2024-003", "芯片")]

    def test_what_a_proposal_says_of_a_firm_counts_in_the_choice(self, cast: Cast, said: Lines) -> None:
        before = {line.supplier.code for line in listed(cast).lines.select_related("supplier")}
        assert "QY-乙" in before
        propose(cast, said, "QY-乙", willingness=CandidateProposal.Willingness.UNWILLING)
        propose(cast, said, "QY-戊", part_codes=["P1"])
        after = {line.supplier.code for line in listed(cast).lines.select_related("supplier")}
        assert "QY-乙" not in after
        assert {"QY-戊", "QY-己"} & after

    @pytest.mark.parametrize(
        ("emptied", "said_"),
        [
            ("amounts", "都没有金额"),
            ("suppliers", "没有向市外采购的记录"),
        ],
    )
    def test_what_leaves_nothing_to_choose_by_is_said_with_what_to_do(
        self, cast: Cast, said: Lines, emptied: str, said_: str
    ) -> None:
        changed: dict[str, Any] = {"amounts": {"amount_wan": None}, "suppliers": {"supplier": None}}[emptied]
        Purchase.objects.update(**changed)
        with pytest.raises(Unworkable, match=said_):
            listed(cast)
        assert TargetList.objects.get().state == TargetList.State.FAILED

    def test_where_no_supplier_has_a_name_candidates_must_be_proposed_first(self, cast: Cast, said: Lines) -> None:
        Purchase.objects.all().delete()
        Capability.objects.all().delete()
        said.band(3, "电机", 1000, 5000)
        with pytest.raises(Unworkable, match="没有候选企业"):
            listed(cast)

    def test_two_firms_of_one_group_that_tell_the_same_category_are_told(self, cast: Cast, said: Lines) -> None:
        said.band(2, "电机", 1000, 5000)
        said.band(3, "电机", 1000, 5000)
        assert analysis.take(cast.chain_a, person=cast.clerk_a, on=TODAY).summary["doubled"] == []
        Enterprise.objects.filter(pk=cast.enterprise_3.pk).update(parent=cast.enterprise_2)
        summary = analysis.take(cast.chain_a, person=cast.clerk_a, on=TODAY).summary
        assert "电机" in summary["doubled"]
        assert "请核对是不是同一笔" in released.doubled(summary, sees_rows=True)
        assert released.doubled(summary, sees_rows=False) == ""

    def test_an_anchor_that_wants_most_of_it_is_named_to_who_may_read_its_rows(self, cast: Cast, said: Lines) -> None:
        assert listed(cast).assumptions["dominant"] is None
        said.band(3, "电机", 20000, 50000)
        found = listed(cast)
        assert found.assumptions["dominant"]["anchor"] == "QY-2024-003"
        words = released.dominant(found, disclosure.of_list(found, person=cast.clerk_a), {"QY-2024-003": "链主三"})
        assert "链主三一家占市外采购额的" in words
        assert released.dominant(found, disclosure.of_list(found, person=cast.chief), {}) == ""

    def test_chains_pooled_count_an_anchor_of_both_once(self, cast: Cast, said: Lines) -> None:
        alone = frames.read(cast.chain_a, person=cast.clerk_a)
        cast.chain_b.anchors.update(enterprise=cast.enterprise_1)
        both = frames.read(cast.chain_a, person=cast.clerk_a, also=[cast.chain_b])
        assert both.tables["purchases"].equals(alone.tables["purchases"])


def propose(cast: Cast, said: Lines, firm: str, **facts: Any) -> CandidateProposal:
    return CandidateProposal.objects.create(
        chain=cast.chain_a,
        enterprise=said.scene.firms[firm],
        code=f"HX-{firm}",
        name=firm,
        entered_by=cast.clerk_a,
        entered_at=timezone.now() - dt.timedelta(hours=1),
        **facts,
    )
