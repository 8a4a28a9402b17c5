"""A city sets up its own chains: scheme, chains, who works on them, anchors, results, figures, and the next scheme."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client

from lianzhang.chains import frames
from lianzhang.chains.actions import schemes as actions
from lianzhang.chains.models import Anchor, Chain, ChainSuccession, Result, Scheme
from lianzhang.indicators.models import Figure
from lianzhang.registry.models import Source
from lianzhang.trail.models import Event
from tests.cast import TODAY, Cast
from tests.chains import scene as scenes

pytestmark = pytest.mark.django_db
SignIn = Callable[[str], Client]

SCHEME = {
    "code": "city-2027",
    "name_zh": "本市重点产业链（2027）",
    "valid_from": "2026-01-01",
    "home_regions": "3702, 370281",
    "groups": "优势产业 | Strong\n\n服务业",
}
SOURCE = {"source_title": "年度通报", "source_publisher": "工信局", "source_published_on": "2026-01-20"}


def posted(client: Client, address: str, **said: Any) -> Any:
    return client.post(address, said)


def refused(answer: Any) -> str:
    assert answer.status_code == 422
    return str(answer.content.decode())


@pytest.fixture
def scheme(cast: Cast, signed_in: SignIn) -> Scheme:
    answer = posted(signed_in("secretary"), "/chains/new", **SCHEME)
    assert answer.headers["Location"] == "/chains/scheme/city-2027/"
    return Scheme.objects.get(code="city-2027")


def chain_of(scheme: Scheme, cast: Cast, **fields: Any) -> Chain:
    said = {"name_zh": "智能装备", "nature": "manufacturing", "group": "g1", "position": 1, "body": cast.force_a}
    return actions.add_chain(scheme=scheme, slug="equipment", by=cast.secretary, **{**said, **fields})


def test_a_city_enters_its_own_chains_and_sees_them_in_its_table(signed_in: SignIn, scheme: Scheme, cast: Cast) -> None:
    client = signed_in("secretary")
    assert "本方案还没有产业链" in client.get("/chains/scheme/city-2027/").content.decode()
    fields = {"name_zh": "智能装备", "slug": "Equipment", "group": "g1", "nature": "manufacturing", "position": 1}
    made = posted(client, "/chains/scheme/city-2027/new", **fields, body=cast.force_a.pk, is_active="on")
    assert made.headers["Location"] == "/chains/scheme/city-2027/"
    table = client.get("/chains/city/city-2027/").content.decode()
    assert "智能装备" in table
    assert "优势产业" in table
    assert "chief" in table, "who answers comes from the posts of the task force"
    assert Event.objects.filter(verb="chain.made").exists()


def test_a_scheme_is_a_proposal_until_it_is_confirmed(signed_in: SignIn, scheme: Scheme) -> None:
    assert not scheme.is_confirmed
    assert scheme.home_regions == ["3702", "370281"]
    assert scheme.groups == [["g1", "优势产业", "Strong"], ["g2", "服务业", ""]]
    assert "待确认" in signed_in("chief").get("/chains/scheme/city-2027/").content.decode()
    signed_in("secretary").post("/chains/scheme/city-2027/confirm", {"version": scheme.version})
    scheme.refresh_from_db()
    assert scheme.is_confirmed


@pytest.mark.parametrize("who", ["clerk_a", "lead_officer", "chief", "district_east", "anchor_1", "auditor"])
def test_only_the_secretariat_founds_schemes_and_chains(signed_in: SignIn, scheme: Scheme, who: str) -> None:
    client = signed_in(who)
    for address in ("/chains/new", "/chains/scheme/city-2027/edit", "/chains/scheme/city-2027/new"):
        assert client.get(address).status_code == 404
    assert 'href="/chains/new"' not in client.get("/chains/").content.decode()


def test_a_scheme_form_says_what_is_wrong_and_keeps_what_was_typed(signed_in: SignIn, scheme: Scheme) -> None:
    client = signed_in("secretary")
    wrong = {**SCHEME, "home_regions": "青岛", "groups": "甲\n甲", "valid_to": "2025-01-01"}
    said = refused(posted(client, "/chains/new", **wrong))
    for words in (
        "区划代码应为 2 至 6 位数字：青岛",
        "分组写了两次：甲",
        "不能早于起始日期",
        "已有代码为 city-2027 的方案",
    ):
        assert words in said
    assert "本市重点产业链（2027）" in said


def test_a_group_keeps_its_chains_when_the_scheme_is_edited(signed_in: SignIn, scheme: Scheme, cast: Cast) -> None:
    chain_of(scheme, cast)
    client = signed_in("secretary")
    same = {**SCHEME, "version": scheme.version, "groups": "服务业\n优势产业 | Leading"}
    assert posted(client, "/chains/scheme/city-2027/edit", **same).status_code == 302
    scheme.refresh_from_db()
    assert scheme.groups == [["g2", "服务业", ""], ["g1", "优势产业", "Leading"]]
    gone = {**SCHEME, "version": scheme.version, "groups": "服务业"}
    assert "分组还有产业链，不能去掉：优势产业" in refused(posted(client, "/chains/scheme/city-2027/edit", **gone))


def test_two_editors_of_a_scheme_do_not_overwrite_one_another(signed_in: SignIn, scheme: Scheme) -> None:
    client, opened = signed_in("secretary"), scheme.version
    first = {**SCHEME, "version": opened, "name_zh": "先改的名称"}
    assert posted(client, "/chains/scheme/city-2027/edit", **first).status_code == 302
    second = {**SCHEME, "version": opened, "name_zh": "后改的名称"}
    assert posted(client, "/chains/scheme/city-2027/edit", **second).status_code == 409
    scheme.refresh_from_db()
    assert scheme.name_zh == "先改的名称"


def test_a_task_force_changes_its_own_chain_and_no_other(signed_in: SignIn, cast: Cast) -> None:
    client, chain = signed_in("clerk_a"), cast.chain_a
    page = client.get(f"/chains/{chain.code}/edit")
    form = page.context["form"]
    said = {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}
    said = {name: value for name, value in said.items() if value not in (None, "")} | {"note": "链A说明"}
    assert posted(client, f"/chains/{chain.code}/edit", **said).headers["Location"] == f"/chains/{chain.code}/"
    chain.refresh_from_db()
    assert chain.note == "链A说明"
    assert client.get(f"/chains/{cast.chain_b.code}/edit").status_code == 404


def test_a_second_chain_of_one_code_is_refused(signed_in: SignIn, scheme: Scheme, cast: Cast) -> None:
    chain_of(scheme, cast)
    again = {"name_zh": "另一条", "slug": "equipment", "nature": "service", "position": 2, "is_active": "on"}
    said = refused(posted(signed_in("secretary"), "/chains/scheme/city-2027/new", **again))
    assert "本方案已有代码为 equipment 的产业链" in said


class TestAnchors:
    def test_a_firm_is_named_anchor_by_its_code(self, signed_in: SignIn, cast: Cast) -> None:
        address = f"/chains/{cast.chain_a.code}/anchors/new"
        client = signed_in("clerk_a")
        assert posted(client, address, enterprise=cast.enterprise_sme.code, from_on="2026-11-01").status_code == 302
        assert "名录中没有这个编号或全称" in refused(posted(client, address, enterprise="QY-0000-000"))
        again = refused(posted(client, address, enterprise=cast.enterprise_sme.code))
        assert f"{cast.enterprise_sme.name} 已是本链链主" in again

    def test_one_that_ended_no_longer_counts_and_may_be_named_again(self, signed_in: SignIn, cast: Cast) -> None:
        anchor = Anchor.objects.get(chain=cast.chain_a, enterprise=cast.enterprise_1)
        address, client = f"/chains/anchor/{anchor.pk}/end", signed_in("clerk_a")
        ahead = {"on": TODAY + timedelta(days=3650), "version": anchor.version}
        assert "结束日期不能晚于今天" in refused(posted(client, address, **ahead))
        listed = client.get(f"/chains/{cast.chain_a.code}/anchors/new").content.decode()
        assert f'href="{address}"' in listed
        assert posted(client, address, on="2026-11-01", version=anchor.version).status_code == 302
        assert client.get(address).status_code == 404, "ended already"
        assert cast.enterprise_1.name not in client.get(f"/chains/{cast.chain_a.code}/").content.decode()
        assert not Chain.objects.own_of(cast.anchor_1).filter(pk=cast.chain_a.pk).exists()
        named = actions.name_anchor(chain=cast.chain_a, enterprise=cast.enterprise_1, by=cast.clerk_a)
        assert named.pk == anchor.pk
        assert named.to_on is None

    def test_an_anchor_cannot_end_before_it_began(self, cast: Cast) -> None:
        anchor = actions.name_anchor(
            chain=cast.chain_a, enterprise=cast.enterprise_sme, from_on=date(2026, 11, 1), by=cast.clerk_a
        )
        with pytest.raises(actions.Refused, match="2026-11-01"):
            actions.end_anchor(
                anchor=anchor, on=date(2026, 10, 1), version=anchor.version, today=TODAY, by=cast.clerk_a
            )

    def test_the_analysis_reads_standing_anchors_only(self, cast: Cast) -> None:
        scenes.build(cast, granted=(1, 2))
        buyers = {row["buyer_id"] for row in frames.purchases(cast.chain_a, person=cast.clerk_a)}
        assert buyers == {cast.enterprise_1.code, cast.enterprise_2.code}
        Anchor.objects.filter(chain=cast.chain_a, enterprise=cast.enterprise_1).update(to_on=TODAY)
        left = {row["buyer_id"] for row in frames.purchases(cast.chain_a, person=cast.clerk_a)}
        assert left == {cast.enterprise_2.code}


class TestResults:
    def add(self, client: Client, cast: Cast, **said: Any) -> Any:
        fields = {"year": 2025, "statement": "增加值增长10%以上", "value": 10, "comparison": "≥", "unit": "%"}
        return posted(client, f"/chains/{cast.chain_a.code}/results/new", **{**fields, **SOURCE, **said})

    def test_a_result_stands_on_the_chain_with_its_source(self, signed_in: SignIn, cast: Cast) -> None:
        client = signed_in("clerk_a")
        assert self.add(client, cast, as_of="2025-12-31").status_code == 302
        page = client.get(f"/chains/{cast.chain_a.code}/").content.decode()
        assert "增加值增长10%以上" in page
        assert "年度通报" in page
        assert (
            "工信局《年度通报》 2026-01-20"
            in client.get(f"/chains/{cast.chain_a.code}/results/2025/explain").content.decode()
        )

    def test_a_publication_typed_twice_is_one_source(self, signed_in: SignIn, cast: Cast) -> None:
        client = signed_in("clerk_a")
        self.add(client, cast)
        self.add(client, cast, statement="另一项结果")
        assert Source.objects.filter(title="年度通报").count() == 1
        assert set(Result.objects.values_list("position", flat=True)) == {1, 2}

    def test_a_result_without_a_source_or_a_number_without_a_unit_is_refused(
        self, signed_in: SignIn, cast: Cast
    ) -> None:
        client = signed_in("clerk_a")
        assert "请选择来源，或填写新来源的标题" in refused(self.add(client, cast, source_title=""))
        assert "数值须写明单位" in refused(self.add(client, cast, unit=""))
        known = Source.objects.create(code="S", title="一则报道")
        assert "已选来源，这里应留空" in refused(self.add(client, cast, source=known.pk))
        assert not Result.objects.exists()
        assert not Source.objects.filter(title="年度通报").exists(), "nothing half-written"

    def test_a_correction_leaves_what_it_was_in_the_trail(self, signed_in: SignIn, cast: Cast) -> None:
        client = signed_in("clerk_a")
        self.add(client, cast)
        result = Result.objects.get()
        said = {"year": 2025, "statement": "增加值增长9.1%", "value": "9.1", "unit": "%", "source": result.source_id}
        answer = posted(client, f"/chains/result/{result.pk}/edit", **said, version=result.version)
        assert answer.status_code == 302
        event = Event.objects.get(verb="result.corrected")
        assert "增加值增长10%以上" in bytes(event.body).decode()
        assert signed_in("clerk_b").get(f"/chains/result/{result.pk}/edit").status_code == 404


class TestFigures:
    FIELDS = {"indicator": "value_added_growth", "year": 2025, "value": 9, "unit": "%", "scope": "规上工业"}

    def test_a_figure_is_entered_with_scope_and_source(self, signed_in: SignIn, cast: Cast) -> None:
        client = signed_in("secretary")
        answer = posted(client, "/indicators/new", **self.FIELDS, **SOURCE)
        figure = Figure.objects.get()
        assert answer.headers["Location"] == f"/indicators/{figure.pk}/"
        assert (figure.chain, figure.source.title, figure.is_illustrative) == (None, "年度通报", False)
        said = {**self.FIELDS, "value": "9.1", "source": figure.source_id, "version": figure.version}
        assert posted(client, f"/indicators/{figure.pk}/edit", **said).status_code == 302
        assert "9.1 %" in client.get(f"/indicators/{figure.pk}/").content.decode()

    def test_a_lead_department_enters_figures_of_its_own_chains_only(self, signed_in: SignIn, cast: Cast) -> None:
        client = signed_in("lead_officer")
        assert "全市" not in [
            str(label) for _pk, label in client.get("/indicators/new").context["form"]["chain"].field.choices
        ]
        assert refused(posted(client, "/indicators/new", **self.FIELDS, **SOURCE, chain=cast.chain_b.pk))
        assert posted(client, "/indicators/new", **self.FIELDS, **SOURCE, chain=cast.chain_a.pk).status_code == 302

    def test_a_figure_without_scope_is_hearsay(self, signed_in: SignIn, cast: Cast) -> None:
        refused(posted(signed_in("secretary"), "/indicators/new", **{**self.FIELDS, "scope": ""}, **SOURCE))
        assert not Figure.objects.exists()


class TestSuccession:
    def test_every_old_chain_is_proposed_once_by_name_or_kept_on_record(
        self, signed_in: SignIn, scheme: Scheme, cast: Cast
    ) -> None:
        same = chain_of(scheme, cast, name_zh=cast.chain_a.name_zh)
        client = signed_in("secretary")
        address = "/chains/scheme/city-2027/mapping/propose"
        assert posted(client, address, older=cast.scheme.pk).status_code == 302
        rows = {row.old_id: row for row in ChainSuccession.objects.filter(scheme=scheme)}
        assert rows[cast.chain_a.pk].new_id == same.pk
        assert rows[cast.chain_b.pk].new_id is None
        assert not any(row.is_confirmed for row in rows.values())
        assert "都已列入对应" in refused(posted(client, address, older=cast.scheme.pk))

    def test_a_scheme_does_not_follow_itself(self, scheme: Scheme, cast: Cast) -> None:
        with pytest.raises(actions.Refused, match="不能对应到自身"):
            actions.propose_successions(scheme=scheme, older=scheme, by=cast.secretary)
