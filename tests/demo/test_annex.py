"""The invented annex: every row says that it is invented, and both loops can be walked in it."""

from datetime import timedelta

import pytest
from django.apps import apps
from django.test import Client
from django.utils import timezone

from lianzhang import demo
from lianzhang.accounts.models import Appointment, Person
from lianzhang.accounts.rules import Post
from lianzhang.briefings import city
from lianzhang.briefings import plans as counted
from lianzhang.chains import rules
from lianzhang.chains.models import Action, Chain, MapVersion, Scheme
from lianzhang.chains.queries import plans
from lianzhang.collecting.models import Collection
from lianzhang.demo.annex import analysis, cast, industry, portfolio, rounds
from lianzhang.projects import stages
from lianzhang.projects.models import Contest, Event, LeadClock, MonthReport, Project
from lianzhang.projects.stages import Stage, Status
from lianzhang.registry.models import (
    Capability,
    Enterprise,
    Level,
    Part,
    ProductLine,
    Purchase,
    SharedSupplier,
    SupplierMention,
)
from lianzhang.registry.parts import WHOLE
from lianzhang.supervision import queries as supervision
from lianzhang.supervision.models import Task
from lianzhang.trail import evidence
from lianzhang.trail.models import Proof
from tests.cast import TODAY

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("example")]


def person(username: str) -> Person:
    return Person.objects.get(username=username)


def test_every_name_of_the_annex_says_that_it_is_an_example() -> None:
    for model, name in ((Enterprise, "name"), (Part, "name"), (Project, "name"), (Event, "name"), (Chain, "name_zh")):
        invented = model._default_manager.filter(is_illustrative=True)
        if model is Part:
            invented = invented.exclude(code__startswith=WHOLE)  # a whole category is called as the trade calls it
        names = invented.values_list(name, flat=True)
        assert names, model
        assert all("示例" in text for text in names), model
    assert all("示例" in p.name for p in Person.objects.all())


def test_the_size_is_that_of_a_small_city() -> None:
    assert len(industry.CATEGORIES) == 20
    parts = Part.objects.exclude(category__in=["整机", "总成"]).exclude(code__startswith=WHOLE)
    assert 130 <= parts.count() <= 170
    assert Enterprise.objects.filter(name__startswith="示例配套商").count() == 120
    assert Purchase.objects.values("buyer").distinct().count() == 4


def test_purchases_hold_every_kind_of_blank_a_ledger_has() -> None:
    rows = Purchase.objects.all()
    assert rows.filter(is_withheld=True, amount_wan=None).exists()
    assert rows.filter(supplier=None, amount_wan__isnull=False).exists()
    assert rows.filter(supplier__isnull=False, amount_wan=None, amount_low_wan=None).exists()
    assert rows.filter(amount_low_wan__isnull=False, amount_wan=None).exists()
    assert rows.filter(make=Purchase.Make.GROUP).exists()
    assert rows.filter(make=Purchase.Make.OWN).exists()
    assert rows.filter(is_trader=True, production_region="").exists()


def test_a_supplier_sells_only_what_it_can_make() -> None:
    can = set(Capability.objects.values_list("enterprise", "part"))
    sold = Purchase.objects.filter(make=Purchase.Make.BOUGHT, supplier__isnull=False)
    assert set(sold.values_list("supplier", "part")) <= can


def test_two_people_of_the_task_force_read_all_four_anchors_and_nobody_else_does() -> None:
    everything = Purchase.objects.count()
    assert Purchase.objects.visible_to(person("example-clerk")).count() == everything
    assert Purchase.objects.visible_to(person("example-head")).count() == everything
    assert not Purchase.objects.visible_to(person("example-clerk-2")).exists()
    assert not Purchase.objects.visible_to(person("example-commerce-clerk")).exists()
    assert not Purchase.objects.visible_to(person("example-secretary")).exists()
    own = Purchase.objects.visible_to(person("example-anchor"))
    assert set(own.values_list("buyer__name", flat=True)) == {"示例链主甲"}


def test_the_anchors_speak_at_levels_of_their_own_and_two_of_them_share_suppliers() -> None:
    levels = [tuple(line.levels) for line in ProductLine.objects.order_by("firm__name", "pk")]
    assert len(set(levels)) == len(levels) > 4, "an anchor may choose otherwise for another line"
    assert {level for chosen in levels for level in chosen} == set(Level.values)
    released = SharedSupplier.objects.visible_to(person("example-clerk"))
    assert released.count() > 1
    assert not SupplierMention.objects.visible_to(person("example-clerk")).exists()
    assert SupplierMention.objects.visible_to(person("example-innovator")).exists()


def test_the_map_is_published_by_another_than_drew_it() -> None:
    version = MapVersion.objects.get(chain__code=cast.APPLIANCE, state=MapVersion.State.PUBLISHED)
    assert version.published_by != version.created_by
    assert version.segments.count() == 24
    assert version.links.exists()
    assert any(segment.is_stale(TODAY) for segment in version.segments.all()), "ageing shows"


def test_events_of_commerce_are_counted_towards_its_target() -> None:
    action = Action.objects.get(chain__code=cast.COMMERCE, counted_from=Action.Counted.EVENTS)
    found = counted.actions(person("example-secretary"), today=TODAY).get(pk=action.pk)
    rows = Event.objects.filter(chain__code=cast.COMMERCE, held_on__year=TODAY.year).count()
    assert plans.done_value(found) == rows
    assert all(day <= TODAY for day in Event.objects.filter(is_illustrative=True).values_list("held_on", flat=True))


def test_there_is_something_late_something_done_and_something_unjudged() -> None:
    actions = counted.actions(person("example-secretary"), today=TODAY).filter(chain__is_illustrative=True)
    lights = {plans.verdict(action).light for action in actions}
    assert {rules.Light.RED, rules.Light.GREEN, rules.Light.GREY, rules.Light.DONE} <= lights
    assert supervision.overdue(TODAY).exists()
    states = set(Task.objects.values_list("state", flat=True))
    assert {"unsigned", "handling", "review", "closed", "returned"} <= states


def test_every_post_of_the_matrix_can_be_tried() -> None:
    held = set(Appointment.objects.current(TODAY).values_list("post", flat=True))
    assert held == set(Post.values)


def test_links_let_the_cast_in_once_each() -> None:
    now = timezone.make_aware(timezone.datetime.combine(TODAY, timezone.datetime.min.time())) + timedelta(hours=10)
    made = demo.links(now)
    assert len(made) == len(cast.SHOWN) == len({path for _who, path in made})
    assert all(path.startswith("/") for _who, path in made)
    assert made[0][0].startswith("示例·秘书处")


def test_the_city_table_of_the_published_scheme_comes_first() -> None:
    client = Client()
    client.force_login(person("example-secretary"), backend="django.contrib.auth.backends.ModelBackend")
    page = client.get("/chains/city/").content.decode()
    assert "24条链中" in page
    assert "示例链主" not in page


def test_the_annexs_own_people_begin_at_their_own_scheme() -> None:
    client = Client()
    client.force_login(person("example-commerce-chief"), backend="django.contrib.auth.backends.ModelBackend")
    page = client.get("/chains/city/").content.decode()
    assert "示例市（虚构）" in page
    assert "名称与数字均为虚构" in page


def test_the_published_table_says_what_the_report_leaves_open() -> None:
    scheme = Scheme.objects.get(code="qingdao-2022")
    table = city.compose(person("example-secretary"), scheme, year=None, today=TODAY)
    said = table.summary
    assert (table.year, said.chain_count, said.planned_chain_count, said.action_count) == (2024, 24, 15, 20)
    assert (said.overdue_count, said.overdue_chain_count, said.unreported_count) == (20, 15, 20)
    assert {row.vacant for row in table.rows} == {"未公布"}
    assert all(row.answering.is_vacant for row in table.rows)


def test_the_parameters_of_the_first_list_are_ten_and_twenty_two() -> None:
    assert (analysis.PARAMETERS.max_categories, analysis.PARAMETERS.max_suppliers) == (10, 22)


def test_models_that_can_be_invented_have_invented_rows() -> None:
    """A kind of record the annex forgot would leave a page of the loop empty."""
    with_mark = [
        m for m in apps.get_models() if m.__module__.startswith("lianzhang.") and hasattr(m, "is_illustrative")
    ]
    # Made by the analysis or after it, which has a test of its own.
    analysed = {"Snapshot", "Gap", "TargetList", "CandidateProposal", "Opinion", "Release", "FunnelReading"}
    empty = {
        m.__name__
        for m in with_mark
        if m.__name__ not in analysed and not m._default_manager.filter(is_illustrative=True).exists()
    }
    # Nothing is uploaded or signed in the example's name, and no firm is asked for its full bill of materials.
    assert empty == {"Batch", "Briefing", "BomLine"}


def test_nothing_of_the_annex_counts_as_done_without_evidence_that_says_it_is_invented() -> None:
    done = [*Action.objects.filter(state="done"), *Task.objects.filter(submitted_by__isnull=False)]
    assert len(done) > 3
    for record in done:
        proof = Proof.objects.all().about(record).get()
        assert proof.attachment.name == "示例佐证.pdf"
        assert b"Example data, invented" in evidence.path_of(proof.attachment).read_bytes()


def test_the_portfolio_stands_in_every_stage_and_status_and_each_stage_rests_on_its_evidence() -> None:
    drawn = Project.objects.filter(is_illustrative=True, investor_name__startswith="示例投资方")
    assert drawn.count() == len(portfolio.SHAPES)
    assert set(drawn.values_list("stage", flat=True)) == set(Stage.values)
    assert set(Project.objects.filter(is_illustrative=True).values_list("status", flat=True)) == set(Status.values)
    for project in drawn:
        entries = list(project.entries.order_by("stage"))
        assert [entry.stage for entry in entries] == [stage for stage in Stage if stage <= project.stage]
        days = [entry.entered_on for entry in entries if entry.entered_on]
        assert days == sorted(days)
        assert days[-1] <= TODAY
        for entry in entries:
            kinds = set(Proof.objects.filter(pk__in=entry.proof_ids).values_list("purpose", flat=True))
            assert kinds == {kind.key for kind in stages.gate(entry.stage).evidence}
        assert project.lost_to or project.status != Status.LOST
        assert project.diligences.exists() or project.stage < Stage.SIGNED


def test_leads_have_clocks_that_run_and_some_that_ran_out_one_is_contested_and_one_is_counted_for_two() -> None:
    running = LeadClock.objects.filter(met_on=None)
    assert running.filter(due_on__lt=TODAY).exists()
    assert running.filter(due_on__gte=TODAY).exists()
    assert Contest.objects.filter(state=Contest.State.OPEN).count() == 1
    shared = Project.objects.get(status=Status.TRANSFERRED, is_illustrative=True)
    assert shared.first_reported_by != shared.district
    assert sum(credit.share_ratio for credit in shared.credits.all()) == 1


def test_two_years_of_months_never_fall_within_a_year_and_the_last_closed_one_stands_on_the_project() -> None:
    reported = Project.objects.filter(is_illustrative=True, is_key=True, months__isnull=False).distinct()
    assert reported.count() > 8
    of_them = MonthReport.objects.filter(project__in=reported)
    assert len(set(of_them.values_list("month", flat=True))) == rounds.MONTHS + 1
    closed = Collection.objects.get(kind=Collection.Kind.MONTH, state=Collection.State.CLOSED)
    for project in reported:
        for year in {row.month.year for row in project.months.all()}:
            done = [row.done_year_wan for row in project.months.filter(month__year=year).order_by("month")]
            assert done == sorted(done, key=lambda amount: amount or 0)
        last = project.months.filter(month=closed.period).first()
        assert last is None or last.done_year_wan == project.done_year_wan
    answers = closed.submissions.all()
    assert {row.state for row in answers} == {"accepted"}
    assert any(row.first_submitted_at and row.first_submitted_at > closed.due_at for row in answers), "one came late"
    assert Collection.objects.filter(state=Collection.State.OPEN).count() == 2
