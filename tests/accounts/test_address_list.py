"""The address list: who held which post on a day, two editors at once, masked numbers, hand-overs, 三员分立."""

import datetime as dt
import io
import re

import docx
import pytest
from django.test import Client
from django.utils import timezone

from lianzhang.accounts import actions, masking, queries
from lianzhang.accounts.models import Appointment, Person
from lianzhang.accounts.rules import BodyKind, Post
from lianzhang.supervision import handovers
from lianzhang.supervision.models import Handover, Task, Visit
from tests import cast as casts

pytestmark = pytest.mark.django_db


def sign_in(person: Person) -> Client:
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_two_editors_meet_on_the_merge_page_and_both_changes_survive(cast: casts.Cast) -> None:
    first, second = sign_in(cast.secretary), sign_in(cast.second_secretary)
    address = f"/people/{cast.officer.pk}/edit"
    version = re.search(r'name="version" value="(\d+)"', first.get(address).content.decode())[1]
    form = {"name": "officer", "title": "", "phone": "", "email": "", "version": version}
    assert first.post(address, {**form, "title": "处长"}).status_code == 302
    clash = second.post(address, {**form, "phone": "13812341234"})
    assert clash.status_code == 409
    page = clash.content.decode()
    assert "处长" in page
    assert Person.objects.get(pk=cast.officer.pk).phone == ""
    now = re.search(r'name="version" value="(\d+)"', page)[1]
    merged = {**form, "title": "处长", "phone": "13812341234", "version": now}
    assert second.post(address, merged).status_code == 302
    found = Person.objects.get(pk=cast.officer.pk)
    assert (found.title, found.phone) == ("处长", "13812341234")


def test_a_step_that_came_too_late_offers_no_choice_that_would_mean_nothing(cast: casts.Cast) -> None:
    post = cast.clerk_a.appointments.get()
    form = {"on": timezone.localdate().isoformat(), "version": post.version}
    actions.correct_appointment(
        appointment=post, starts_on=post.starts_on, ends_on=None, basis="文", duties="", version=post.version,
        by=cast.second_secretary,
    )  # fmt: skip
    clash = sign_in(cast.secretary).post(f"/people/appointments/{post.pk}/end", form)
    assert clash.status_code == 409
    page = clash.content.decode()
    assert "这一步没有写入" in page
    assert 'type="radio"' not in page
    assert Appointment.objects.get(pk=post.pk).ends_on is None


def test_a_page_says_who_held_a_post_on_a_day(cast: casts.Cast) -> None:
    old = cast.head_a.appointments.get()
    actions.end(appointment=old, on=dt.date(2025, 2, 28), by=cast.secretary)
    actions.appoint(
        person=cast.officer,
        body=cast.force_a,
        post=Post.TASK_FORCE_HEAD,
        starts_on=dt.date(2025, 3, 1),
        by=cast.secretary,
    )
    assert queries.holders(cast.force_a, post=Post.TASK_FORCE_HEAD, on=dt.date(2025, 2, 28)) == [cast.head_a]
    assert queries.holders(cast.force_a, post=Post.TASK_FORCE_HEAD, on=dt.date(2025, 3, 1)) == [cast.officer]
    client = sign_in(cast.clerk_b)
    for day, there in (("2025-02-28", "head_a"), ("2025-03-01", "officer")):
        page = client.get(f"/people/bodies/force-a?on={day}").content.decode()
        held = page[page.index("在任人员") : page.index("历任")]
        assert f">{there}</a>" in held
    assert client.get("/people/bodies/force-a?on=nonsense").status_code == 200


@pytest.mark.parametrize(
    ("phone", "shown"),
    [("13812341234", "138****1234"), ("", ""), ("1234567", "*******"), ("053288887777", "053*****7777")],
)
def test_a_phone_is_masked(phone: str, shown: str) -> None:
    assert masking.masked_phone(phone) == shown


def test_a_whole_number_is_for_the_person_and_the_keepers_of_the_list(cast: casts.Cast) -> None:
    Person.objects.filter(pk=cast.officer.pk).update(phone="13812341234")
    for name, whole in (("officer", True), ("secretary", True), ("clerk_a", False), ("chief", False)):
        page = sign_in(cast.people[name]).get(f"/people/{cast.officer.pk}").content.decode()
        assert ("13812341234" in page) is whole
        assert ("138****1234" in page) is not whole
    listed = sign_in(cast.secretary).get("/people/?format=csv").content.decode()
    assert "138****1234" in listed
    assert "13812341234" not in listed


def test_the_three_administrations_stay_apart(cast: casts.Cast) -> None:
    today = timezone.localdate()
    office = cast.office
    for person, post in ((cast.auditor, Post.SYSTEM_ADMIN), (cast.clerk_a, Post.AUDITOR)):
        with pytest.raises(actions.Refused, match="三人"):
            actions.appoint(person=person, body=office, post=post, starts_on=today, by=cast.security_admin)
    with pytest.raises(actions.Refused, match="三人"):
        actions.appoint(person=cast.auditor, body=cast.experts, post=Post.EXPERT, starts_on=today, by=cast.secretary)
    with pytest.raises(actions.Refused, match="管理员任免"):
        actions.appoint(person=cast.stranger, body=office, post=Post.AUDITOR, starts_on=today, by=cast.secretary)
    with pytest.raises(actions.Refused, match="自己"):
        actions.appoint(person=cast.secretary, body=cast.experts, post=Post.EXPERT, starts_on=today, by=cast.secretary)
    assert actions.appoint(
        person=cast.stranger, body=office, post=Post.AUDITOR, starts_on=today, by=cast.security_admin
    ).pk


def test_a_body_has_only_its_own_posts(cast: casts.Cast) -> None:
    with pytest.raises(actions.Refused, match="不设"):
        actions.appoint(
            person=cast.stranger, body=cast.east, post=Post.EXPERT, starts_on=timezone.localdate(), by=cast.secretary
        )


def test_ending_a_post_draws_up_what_is_open_and_the_successor_signs(cast: casts.Cast) -> None:
    Task.objects.create(
        code="DB-1", title="核实缺口", due_on=casts.TODAY, responsible=cast.force_a, handled_by=cast.clerk_a,
        assigned_by=cast.secretary, assigned_by_body=cast.secretariat, assigned_at=timezone.now(), state="handling",
    )  # fmt: skip
    post = cast.clerk_a.appointments.get()
    successor = cast.colleague_a.appointments.get()
    secretary = sign_in(cast.secretary)
    assert "核实缺口" in secretary.get(f"/people/appointments/{post.pk}/end").content.decode()
    form = {"on": timezone.localdate().isoformat(), "successor": successor.pk, "version": post.version}
    drawn_up = secretary.post(f"/people/appointments/{post.pk}/end", form)
    assert drawn_up.status_code == 302
    handover = Handover.objects.get()
    assert [item["code"] for item in handover.items] == ["DB-1"]
    assert sign_in(cast.clerk_b).get(f"/handovers/{handover.pk}").status_code == 404
    taker = sign_in(cast.colleague_a)
    assert "核实缺口" in taker.get(f"/handovers/{handover.pk}").content.decode()
    here = f"http://testserver/handovers/{handover.pk}"
    refused = secretary.post(f"/handovers/{handover.pk}/accept", headers={"referer": here})
    assert refused.status_code == 422
    assert f'href="{here}"' in refused.content.decode()  # the way back to what was typed
    assert taker.post(f"/handovers/{handover.pk}/accept").status_code == 302
    assert Handover.objects.get().accepted_by == cast.colleague_a
    assert taker.post(f"/handovers/{handover.pk}/accept").status_code == 422
    assert Appointment.objects.get(pk=post.pk).ends_on == timezone.localdate()


def test_a_person_holds_a_post_once_at_a_time(cast: casts.Cast) -> None:
    first = cast.clerk_a.appointments.get()
    again = {"person": cast.clerk_a, "body": cast.force_a, "post": first.post, "by": cast.secretary}
    with pytest.raises(actions.Refused, match="重叠"):
        actions.appoint(**again, starts_on=timezone.localdate())
    actions.end(appointment=first, on=dt.date(2025, 5, 31), by=cast.secretary)
    second = actions.appoint(**again, starts_on=dt.date(2025, 6, 1))
    with pytest.raises(actions.Refused, match="重叠"):
        actions.correct_appointment(
            appointment=second, starts_on=dt.date(2025, 5, 31), ends_on=None, basis="", duties="",
            version=second.version, by=cast.secretary,
        )  # fmt: skip


def test_a_post_entered_wrongly_is_put_right_and_its_person_page_says_so(cast: casts.Cast) -> None:
    post = cast.clerk_a.appointments.get()
    secretary, address = sign_in(cast.secretary), f"/people/appointments/{post.pk}/edit"
    form = {
        "starts_on": "2024-03-01",
        "ends_on": "2024-02-01",
        "basis": "链办〔2024〕3号",
        "duties": "",
        "version": post.version,
    }
    refused = secretary.post(address, form)
    assert refused.status_code == 422
    assert "离任日期早于任职日期。" in refused.content.decode()
    assert secretary.post(address, {**form, "ends_on": ""}).status_code == 302
    assert secretary.post(address, {**form, "ends_on": "", "duties": "汇总"}).status_code == 409
    post.refresh_from_db()
    assert (post.starts_on, post.basis, post.duties) == (dt.date(2024, 3, 1), "链办〔2024〕3号", "")
    actions.change_post(person=cast.clerk_a, appointment=post)
    page = secretary.get(f"/people/{cast.clerk_a.pk}").content.decode()
    history = page[page.index("变更记录") :]
    assert "更正任职" in history
    assert "切换到此职务" not in history  # coming and going stands in the trail, not here
    assert "2024-03-01" in history
    with pytest.raises(actions.Refused, match="本人"):
        actions.correct_appointment(
            appointment=post, starts_on=post.starts_on, ends_on=None, basis="", duties="", version=post.version,
            by=cast.clerk_a,
        )  # fmt: skip


def test_only_an_administrator_ends_or_corrects_an_administration(cast: casts.Cast) -> None:
    post = cast.auditor.appointments.get()
    with pytest.raises(actions.Refused, match="管理员任免"):
        actions.end(appointment=post, on=timezone.localdate(), by=cast.secretary)
    with pytest.raises(actions.Refused, match="管理员任免"):
        actions.correct_appointment(
            appointment=post, starts_on=post.starts_on, ends_on=None, basis="", duties="", version=post.version,
            by=cast.secretary,
        )  # fmt: skip


def test_wrong_days_are_said_on_the_form_and_in_words(cast: casts.Cast) -> None:
    secretary, post = sign_in(cast.secretary), cast.clerk_a.appointments.get()
    ended = secretary.post(f"/people/appointments/{post.pk}/end", {"on": "2000-01-01", "version": post.version})
    assert ended.status_code == 422
    assert 'value="2000-01-01"' in ended.content.decode()
    form = {"person": cast.stranger.pk, "body": cast.east.pk, "post": Post.DISTRICT_LIAISON}
    page = secretary.post(
        "/people/appoint", {**form, "starts_on": "2026-02-01", "ends_on": "2026-01-01"}
    ).content.decode()
    assert "离任日期早于任职日期。" in page
    assert "appointment_ends_after_start" not in page


def test_what_a_leader_instructed_and_promised_goes_to_the_successor(cast: casts.Cast) -> None:
    chief = cast.chief.appointments.get()
    visit = Visit.objects.create(
        chain=cast.chain_a, enterprise=cast.enterprise_1, visitor=chief, planned_on=casts.TODAY
    )
    common = {
        "due_on": casts.TODAY, "responsible": cast.department, "assigned_by": cast.secretary, "chain": cast.chain_a,
        "assigned_by_body": cast.secretariat, "assigned_at": timezone.now(), "state": "handling",
    }  # fmt: skip
    Task.objects.create(code="DB-1", title="批示", instructed_by=chief, **common)
    Task.objects.create(code="DB-2", title="承诺", visit=visit, **common)
    Task.objects.create(
        code="DB-3", title="已办", visit=visit, **{**common, "state": "cancelled", "cancel_reason": "并"}
    )
    items = handovers.open_items(chief, viewer=cast.chief)
    assert [(item.kind, item.code) for item in items] == [("instruction", "DB-1"), ("promise", "DB-2"), ("visit", "")]


def test_a_hand_over_on_paper_names_both_and_is_signed_by_hand(cast: casts.Cast) -> None:
    post, successor = cast.clerk_a.appointments.get(), cast.colleague_a.appointments.get()
    Task.objects.create(
        code="DB-1", title="核实缺口", due_on=casts.TODAY, responsible=cast.force_a, handled_by=cast.clerk_a,
        assigned_by=cast.secretary, assigned_by_body=cast.secretariat, assigned_at=timezone.now(), state="handling",
    )  # fmt: skip
    made = handovers.end_and_draw_up(
        post, on=timezone.localdate(), successor=successor, version=post.version, by=cast.secretary
    )
    secretary = sign_in(cast.secretary)
    page = secretary.get(f"/handovers/{made.pk}").content.decode()
    assert '/tasks/DB-1/"' in page.replace("/supervision", "")
    assert "办理中" in page
    paper = secretary.get(f"/handovers/{made.pk}?format=print").content.decode()
    word = secretary.get(f"/handovers/{made.pk}?format=docx").content
    said = "\n".join(paragraph.text for paragraph in docx.Document(io.BytesIO(word)).paragraphs)
    for text in (paper, said):
        assert "移交人 clerk_a（" in text
        assert "接收人 colleague_a" in text
        assert "监交人：" in text


def test_the_first_administrator_comes_in_by_a_token_and_only_while_alone() -> None:
    now = timezone.now()
    token = actions.first_administrator(valid=dt.timedelta(hours=1), now=now)
    client = Client()
    assert client.post(f"/people/link/{token}").headers["Location"] == "/people/me/password"
    actions.first_administrator(valid=dt.timedelta(hours=1), now=now)  # not yet used: may be asked again
    admin = Person.objects.get(username=actions.FIRST_ADMIN)
    second = actions.register(username="second", name="second", by=admin)
    office = admin.appointments.get().body
    assert office.kind == BodyKind.OFFICE
    actions.appoint(person=second, body=office, post=Post.AUDITOR, starts_on=timezone.localdate(), by=admin)
    with pytest.raises(actions.Refused, match="已有管理员"):
        actions.first_administrator(valid=dt.timedelta(hours=1), now=now)


@pytest.mark.parametrize(
    "address", ["/people/", "/people/bodies", "/people/bodies/force-a", "/people/me", "/handovers/"]
)
def test_a_page_costs_at_most_twelve_queries(
    cast: casts.Cast, address: str, django_assert_max_num_queries: object
) -> None:
    client = sign_in(cast.secretary)
    client.get(address)
    with django_assert_max_num_queries(12):  # type: ignore[operator]
        assert client.get(address).status_code == 200


def test_people_are_found_by_the_district_of_their_body_and_by_its_name(cast: casts.Cast) -> None:
    client = sign_in(cast.secretary)

    def names(query: str) -> set[str]:
        found = client.get(f"/people/?{query}&format=csv")
        lines = b"".join(found.streaming_content if found.streaming else found).decode("utf-8-sig").splitlines()
        return {line.split(",")[0] for line in lines[1:]}

    assert names("district=west") == {"district_west", "anchor_2", "anchor_4"}
    assert "clerk_a" in names("district=city")
    assert "district_west" not in names("district=city")
    assert names("body=链B专班") == {"chief_b", "clerk_b"}
