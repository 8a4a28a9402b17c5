"""Background work: asked for with the change it belongs to, done for its asker, stopped, and given up on in words."""

import datetime as dt
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from lianzhang.accounts.models import Person
from lianzhang.jobs import actions, kinds, queries, tasks, watch, work
from lianzhang.jobs.models import Job
from lianzhang.jobs.progress import Progress
from tests.cast import Cast
from tests.jobs import known

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def errands_only(settings: Any) -> None:
    settings.JOBS = known.KINDS


def ask(by: Person, kind: str = "count", **arguments: Any) -> Job:
    return actions.ask(kind, arguments, by=by)


def done_here(job: Job) -> Job:
    """Run the job's function in this process, as the child would."""
    Job.objects.filter(pk=job.pk).update(
        state=Job.State.RUNNING, started_at=timezone.now(), heartbeat_at=timezone.now()
    )
    work.do(job.pk)
    job.refresh_from_db()
    return job


def sign_in(person: Person) -> Client:
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_a_job_asked_in_a_change_that_fails_is_not_asked(cast: Cast) -> None:
    def change_and_fail() -> None:
        with transaction.atomic():
            ask(cast.clerk_a, upto=3)
            raise RuntimeError("stop")

    with pytest.raises(RuntimeError):
        change_and_fail()
    assert not Job.objects.exists()


def test_an_unknown_kind_is_refused(cast: Cast) -> None:
    with pytest.raises(LookupError):
        ask(cast.clerk_a, "unheard_of")


def test_a_job_that_is_done_tells_its_result(cast: Cast) -> None:
    job = done_here(ask(cast.clerk_a, upto=4))
    assert (job.state, job.result["sum"], job.failure) == (Job.State.DONE, 6, "")
    assert job.is_over


def test_a_job_acts_in_the_post_it_was_asked_in(cast: Cast) -> None:
    job = done_here(ask(cast.district_east, "who"))
    assert job.result == {"post": "district_liaison", "body": cast.east.pk}


def test_a_reason_is_shown_as_it_stands_and_an_error_ends_the_job(cast: Cast) -> None:
    refused = done_here(ask(cast.clerk_a, "refuse"))
    assert (refused.state, refused.failure) == (Job.State.FAILED, "没有可用的采购数据。请下载模板发给链主。")
    page = sign_in(cast.clerk_a).get(f"/jobs/{refused.pk}").content.decode()
    assert "请下载模板发给链主" in page
    broken = done_here(ask(cast.clerk_a, "stumble"))
    assert broken.state == Job.State.FAILED
    assert "ZeroDivisionError" in broken.failure


def test_a_page_shows_the_reason_of_a_crash_without_the_trace(cast: Cast) -> None:
    broken = done_here(ask(cast.clerk_a, "stumble"))
    page = sign_in(cast.clerk_a).get(f"/jobs/{broken.pk}").content.decode()
    assert "Traceback" not in page
    assert "系统管理员" in page


def test_a_job_ends_even_where_what_it_was_about_cannot_be_left_in_order(cast: Cast, settings: Any) -> None:
    settings.JOB_ENDINGS = {"refuse": "tests.jobs.errands.trip"}
    job = done_here(ask(cast.clerk_a, "refuse"))
    assert (job.state, job.failure) == (Job.State.FAILED, "没有可用的采购数据。请下载模板发给链主。")


def test_stopping_a_waiting_job_ends_it_at_once(cast: Cast) -> None:
    job = ask(cast.clerk_a, upto=3)
    client = sign_in(cast.clerk_a)
    assert client.get(f"/jobs/{job.pk}/stop").status_code == 405
    assert client.post(f"/jobs/{job.pk}/stop").status_code == 302
    job.refresh_from_db()
    assert job.state == Job.State.STOPPED
    watch.supervise(job.pk)
    job.refresh_from_db()
    assert job.state == Job.State.STOPPED


def test_a_job_belongs_to_its_asker_in_that_post(cast: Cast) -> None:
    job = ask(cast.clerk_a, upto=3)
    for name in ("colleague_a", "clerk_b", "secretary", "stranger"):
        client = sign_in(cast.people[name])
        assert client.get(f"/jobs/{job.pk}").status_code == 404
        assert client.post(f"/jobs/{job.pk}/stop").status_code == 404
    assert sign_in(cast.clerk_a).get("/jobs/").status_code == 200


def test_the_page_asks_for_the_progress_alone(cast: Cast) -> None:
    job = ask(cast.clerk_a, upto=3)
    Job.objects.filter(pk=job.pk).update(
        state=Job.State.RUNNING, stage="写入", done_count=25, total_count=100, started_at=timezone.now()
    )
    client = sign_in(cast.clerk_a)
    whole, part = client.get(f"/jobs/{job.pk}"), client.get(f"/jobs/{job.pk}", headers={"HX-Target": "job"})
    assert b"<html" in whole.content
    assert b"<html" not in part.content
    assert "写入" in part.content.decode()
    assert 'value="25.0"' in part.content.decode()


def test_who_waits_on_the_page_sees_when_it_ended(cast: Cast) -> None:
    job, client = done_here(ask(cast.clerk_a, upto=3)), sign_in(cast.clerk_a)
    here = {"HX-Target": "job", "HX-Current-URL": f"http://testserver/jobs/{job.pk}"}
    asked = client.get(f"/jobs/{job.pk}", headers=here)
    assert (asked.headers["HX-Refresh"], asked.content) == ("true", b"")
    shown = client.get(f"/jobs/{job.pk}").content.decode()
    assert shown.count(timezone.localtime(job.finished_at).strftime("%Y-%m-%d %H:%M:%S")) >= 1


def test_the_time_left_carries_the_pace_on(cast: Cast, now: dt.datetime) -> None:
    job = Job(total_count=100, done_count=25, started_at=now - dt.timedelta(seconds=30))
    assert queries.standing(job, now=now).seconds_left == 90
    job.done_count = 1
    assert queries.standing(job, now=now).seconds_left is None
    job.total_count = 0
    assert queries.standing(job, now=now).ratio is None
    assert queries.standing(Job(total_count=4, done_count=2), now=now).seconds_left is None


@pytest.mark.parametrize(
    ("url", "shown"), [("/people/me", True), ("//elsewhere.example", False), ("javascript:x", False)]
)
def test_a_result_leads_only_to_a_page_of_ours(cast: Cast, url: str, shown: bool) -> None:
    job = ask(cast.clerk_a, upto=1)
    Job.objects.filter(pk=job.pk).update(state=Job.State.DONE, result={"url": url})
    assert (url in sign_in(cast.clerk_a).get(f"/jobs/{job.pk}").content.decode().split("</nav>")[-1]) is shown


def test_a_job_without_a_heartbeat_is_given_back_and_after_three_times_given_up(cast: Cast) -> None:
    job = ask(cast.clerk_a, upto=1)
    for attempt in (1, 2, 3):
        past = timezone.now() - dt.timedelta(minutes=2)
        Job.objects.filter(pk=job.pk).update(state=Job.State.RUNNING, heartbeat_at=past)
        assert actions.reclaim(now=timezone.now()) == 1
        job.refresh_from_db()
        assert (job.state, job.attempt_count) == (Job.State.WAITING, attempt)
    Job.objects.filter(pk=job.pk).update(state=Job.State.RUNNING, heartbeat_at=past)
    assert actions.reclaim(now=timezone.now()) == 0
    job.refresh_from_db()
    assert job.state == Job.State.FAILED
    assert "系统管理员" in job.failure


def test_a_living_job_is_left_alone(cast: Cast) -> None:
    job = ask(cast.clerk_a, upto=1)
    Job.objects.filter(pk=job.pk).update(state=Job.State.RUNNING, heartbeat_at=timezone.now())
    assert actions.reclaim(now=timezone.now()) == 0


def test_progress_inside_a_transaction_is_not_told(cast: Cast) -> None:
    job = ask(cast.clerk_a, upto=1)
    with transaction.atomic():
        Progress(job.pk, cast.clerk_a).tell("x", done=1, total=2)
    job.refresh_from_db()
    assert job.stage == ""


def test_every_kind_of_work_has_a_name_of_its_own(cast: Cast) -> None:
    from lianzhang.config import settings as product

    assert set(product.JOBS) <= set(kinds.TITLES), "name these in jobs/kinds.py"
    assert kinds.title("unheard_of") == str(kinds.USUAL)
    assert tasks.run.queue_name == "quick"


def test_a_page_that_shows_the_progress_of_a_job_is_not_taken_from_its_reader_when_it_ends(cast: Cast) -> None:
    job, client = done_here(ask(cast.clerk_a, upto=3)), sign_in(cast.clerk_a)
    there = {"HX-Target": "job", "HX-Current-URL": "http://testserver/targets/MB-2026-001/"}
    asked = client.get(f"/jobs/{job.pk}", headers=there)
    assert "HX-Refresh" not in asked.headers
    assert 'id="job"' in asked.content.decode()
