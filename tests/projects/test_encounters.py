"""对接企业: whom one met, once an event; a known firm is told; 转为线索 keeps the link and the first report."""

from decimal import Decimal
from pathlib import Path

import pytest
from django.test import Client

from lianzhang.accounts.actions import Refused
from lianzhang.intake import actions as intake
from lianzhang.projects import actions
from lianzhang.projects.events import encounters
from lianzhang.projects.models import Encounter, Event, Project
from lianzhang.registry.models import Alias
from tests.cast import Cast
from tests.intake.handing_in import NOON, hand_in, workbook
from tests.projects import scene
from tests.projects.scene import EARLIER as NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def event(cast: Cast) -> Event:
    return actions.enter_event(chain=cast.chain_a, name="家电展", now=NOW, by=cast.clerk_a)


def test_a_pasted_list_enters_each_firm_once_and_tells_who_was_there(cast: Cast, event: Event) -> None:
    firm = cast.enterprise_sme
    actions.meet(event=event, name="外地甲公司", by=cast.clerk_a)
    lines = f"外地甲公司，上海\n\n{firm.name}\t青岛\t要厂房，急\n外地乙公司,苏州\n外地乙公司"
    came = actions.meet_many(event=event, lines=lines, by=cast.clerk_a)
    assert came.repeated == ["外地甲公司", "外地乙公司"]
    assert [(one.name, one.place, one.note, one.enterprise) for one in came.made] == [
        (firm.name, "青岛", "要厂房，急", firm), ("外地乙公司", "苏州", "", None),
    ]  # fmt: skip
    assert {one.body for one in came.made} == {cast.force_a}


def test_a_list_is_entered_whole_or_not_at_all(cast: Cast, event: Event) -> None:
    with pytest.raises(Refused, match="第 2 行"):
        actions.meet_many(event=event, lines="外地甲公司\n，上海", by=cast.clerk_a)
    with pytest.raises(Refused, match="500"):
        actions.meet_many(event=event, lines="\n".join(f"公司{n}" for n in range(501)), by=cast.clerk_a)
    with pytest.raises(Refused, match="至少"):
        actions.meet_many(event=event, lines=" \n", by=cast.clerk_a)
    with pytest.raises(Refused, match="无权"):
        actions.meet(event=event, name="外地甲公司", by=cast.clerk_b)
    assert not Encounter.objects.exists()


def test_a_firm_is_known_by_a_confirmed_alias_and_by_a_name_corrected_later(cast: Cast, event: Event) -> None:
    firm = cast.enterprise_sme
    Alias.objects.create(enterprise=firm, name="老名字厂", key="老名字厂", kind=Alias.Kind.FORMER)
    assert actions.meet(event=event, name="老名字厂", by=cast.clerk_a).enterprise == firm
    met = actions.meet(event=event, name="外地甲公司", by=cast.clerk_a)
    with pytest.raises(Refused, match="已在本场"):
        actions.edit_met(encounter=met, changes={"name": "老名字厂"}, version=1, by=cast.clerk_a)
    actions.edit_met(encounter=met, changes={"name": firm.name}, version=1, by=cast.clerk_a)
    assert Encounter.objects.get(pk=met.pk).enterprise == firm


def test_a_firm_becomes_a_lead_once_with_the_event_in_its_origin(cast: Cast, event: Event) -> None:
    met = actions.meet(event=event, name="外地甲公司", place="上海", by=cast.clerk_a)
    opened = actions.open_from_encounter(
        encounter=met, name="甲项目", intended_wan=Decimal(5000), now=NOW, by=cast.clerk_a
    )
    again = actions.open_from_encounter(encounter=met, name="别的名字", now=NOW, by=cast.clerk_a)
    assert (again, Project.objects.count()) == (opened, 1)
    assert (opened.investor_name, opened.investor_place, opened.chain) == ("外地甲公司", "上海", cast.chain_a)
    assert opened.origin["event"] == event.code
    with pytest.raises(Refused, match="不能删除"):
        actions.drop_met(encounter=Encounter.objects.get(), by=cast.clerk_a)


def test_first_reported_stays_first_reported_wherever_one_meets_the_firm_later(cast: Cast, event: Event) -> None:
    known = scene.lead(cast, investor_name="外地甲公司")
    met = actions.meet(event=event, name="外地甲公司", by=cast.clerk_a)
    with pytest.raises(actions.Duplicate) as told:
        actions.open_from_encounter(encounter=met, name="甲项目", now=NOW, by=cast.clerk_a)
    assert told.value.found == [known]
    assert Project.objects.count() == 1
    (seen,) = encounters.acquaintances(list(encounters.met(event, person=cast.clerk_a)), person=cast.clerk_a)
    assert seen.claim is not None
    assert (seen.claim.project, seen.is_seen) == (known, True)
    actions.link_met(encounter=met, project=known, version=1, by=cast.clerk_a)
    assert Encounter.objects.get().project == known


def test_who_reads_public_events_does_not_read_whom_one_met(cast: Cast, event: Event, client: Client) -> None:
    actions.meet(event=event, name="外地甲公司", note="要厂房", by=cast.clerk_a)
    page = f"/projects/events/{event.code}/"
    for person, sees in ((cast.sme, False), (cast.anchor_1, False), (cast.chief, True), (cast.district_east, False)):
        client.force_login(person)
        answer = client.get(page)
        assert answer.status_code == 200
        assert ("外地甲公司" in answer.content.decode()) is sees


def test_a_clerk_turns_a_firm_into_a_lead_on_the_page_or_links_the_project_shown(
    cast: Cast, event: Event, client: Client
) -> None:
    known = scene.lead(cast, investor_name="外地甲公司")
    client.force_login(cast.clerk_a)
    url = f"/projects/events/{event.code}/met"
    client.post(f"{url}/list", {"lines": "外地甲公司，上海\n外地乙公司，苏州，要厂房"})
    one, two = Encounter.objects.order_by("pk")
    answer = client.post(f"{url}/{one.pk}/lead", {"name": "甲新项目"})
    assert answer.status_code == 422
    assert known.code in answer.content.decode()
    client.post(f"{url}/{one.pk}/link/{known.code}", {"version": one.version})
    client.post(f"{url}/{two.pk}/lead", {"name": "乙项目", "content": "要厂房"})
    page = client.get(f"/projects/events/{event.code}/").content.decode()
    assert "对接2家，已转为线索2家" in page
    assert known.code in page
    assert Project.objects.get(name="乙项目").investor_place == "苏州"


def test_many_become_leads_in_one_act_and_each_that_does_not_says_why(cast: Cast, event: Event, client: Client) -> None:
    scene.lead(cast, investor_name="外地甲公司")
    later = actions.enter_event(chain=cast.chain_a, name="电子展", now=NOW, by=cast.clerk_a)
    actions.meet_many(event=event, lines="外地甲公司，上海\n外地乙公司，苏州，要厂房\n外地丙公司", by=cast.clerk_a)
    actions.meet(event=later, name="外地乙公司", by=cast.clerk_a)
    client.force_login(cast.clerk_a)
    page = client.get("/projects/events/met/").content.decode()
    assert "对接4家" in page
    assert "/projects/events/met/leads" in page
    ids = list(Encounter.objects.order_by("pk").values_list("pk", flat=True))
    told = client.post("/projects/events/met/leads", {"row": ids}).content.decode()
    assert "办好 2 行，未办 2 行" in told
    assert told.count("首报，编号") == 2, "the firm reported before, and the one met twice"
    opened = Project.objects.get(name="外地乙公司项目")
    assert (opened.investor_place, opened.content, opened.origin["event"]) == ("苏州", "要厂房", event.code)
    again = client.post("/projects/events/met/leads", {"row": ids}).content.decode()
    assert again.count("早先已转为线索") == 2
    assert Project.objects.count() == 3
    assert "共 2 行" in client.get("/projects/events/met/?turned=1").content.decode()
    left = actions.meet(event=event, name="外地丁公司", by=cast.clerk_a)
    client.force_login(cast.clerk_b)
    told = client.post("/projects/events/met/leads", {"row": [left.pk]}).content.decode()
    assert "不在您可办理的范围，未改动。" in told
    assert Project.objects.count() == 3
    client.force_login(cast.sme)
    assert client.get("/projects/events/met/").status_code == 404


def test_a_list_handed_in_as_a_workbook_links_whom_the_register_knows(cast: Cast, event: Event, tmp_path: Path) -> None:
    firm = cast.enterprise_sme
    rows = [{"event": "家电展", "name": firm.name, "place": "青岛"}, {"name": "外地乙公司", "body": "东区"}]
    content = workbook("encounters", {"encounters": rows}, tmp_path)
    batch = hand_in(content, ledger="encounters", by=cast.clerk_a, context={"event": str(event.pk)})
    batch = intake.apply(batch, plan=batch.plan, by=cast.clerk_a, now=NOON)
    one, two = Encounter.objects.order_by("pk")
    assert (one.enterprise, one.body, one.place) == (firm, cast.force_a, "青岛")
    assert (two.enterprise, two.body) == (None, cast.east)
    lead = actions.open_from_encounter(encounter=two, name="乙项目", now=NOW, by=cast.clerk_a)
    intake.undo(batch, by=cast.clerk_a, now=NOON)
    assert list(Encounter.objects.values_list("name", "project")) == [("外地乙公司", lead.pk)], "a lead's firm stays"
