"""以商招商: a firm introduces somebody else; what it introduced is told by firm, with how far it has come."""

import pytest
from django.test import Client

from lianzhang.accounts.actions import Refused
from lianzhang.projects import actions
from lianzhang.projects.events import introductions
from lianzhang.projects.models import Project
from lianzhang.projects.stages import Stage
from tests.cast import Cast
from tests.projects import scene

pytestmark = pytest.mark.django_db


def test_a_firm_introduces_somebody_else_and_never_itself(cast: Cast) -> None:
    project = scene.lead(cast, investor_name=cast.enterprise_sme.name)
    said = {"note": "老客户", "by": cast.clerk_a}
    with pytest.raises(Refused, match="不算以商招商"):
        actions.introduce(project=project, introducer=cast.enterprise_sme, version=1, **said)
    with pytest.raises(Refused, match="引荐说明"):
        actions.introduce(project=project, introducer=None, version=1, **said)
    with pytest.raises(Refused):
        actions.introduce(project=project, introducer=cast.enterprise_1, version=1, note="", by=cast.clerk_b)
    actions.introduce(project=project, introducer=cast.enterprise_1, version=1, **said)
    assert Project.objects.get().introducer == cast.enterprise_1
    actions.introduce(project=project, introducer=None, version=2, note="", by=cast.clerk_a)
    assert Project.objects.get().introducer is None


def test_introductions_are_counted_by_firm_and_a_lost_project_has_not_come_far(cast: Cast) -> None:
    for n, (stage, status) in enumerate(((Stage.STARTED, "normal"), (Stage.SIGNED, "lost"), (Stage.LEAD, "normal"))):
        one = scene.lead(cast, name=f"项目{n}", investor_name=f"外地{'甲乙丙'[n]}公司")
        Project.objects.filter(pk=one.pk).update(
            introducer=cast.enterprise_1, stage=stage, status=status, status_reason="" if status == "normal" else "x"
        )
    assert introductions.totals(cast.secretary) == {"firms": 1, "projects": 3, "signed": 1, "started": 1}
    assert introductions.totals(cast.sme) == {"firms": 0, "projects": 0, "signed": 0, "started": 0}


def test_the_page_of_the_firm_and_the_table_show_what_it_introduced(cast: Cast, client: Client) -> None:
    project = scene.lead(cast, name="甲压缩机项目")
    client.force_login(cast.clerk_a)
    url = f"/projects/{project.code}/introducer"
    assert client.get(url).status_code == 200
    answer = client.post(url, {"introducer": cast.enterprise_1.pk, "introduced_note": "老客户", "version": 1})
    assert answer.status_code == 302
    for address in (
        "/projects/introductions/",
        f"/enterprises/{cast.enterprise_1.code}/",
        f"/projects/{project.code}/",
    ):
        page = client.get(address).content.decode()
        assert "老客户" in page
        assert cast.enterprise_1.name in page
    assert "1家企业引荐1个项目" in client.get("/projects/introductions/").content.decode()


def test_a_lead_says_at_once_who_introduced_it(cast: Cast, client: Client) -> None:
    client.force_login(cast.clerk_a)
    said = {"investor_name": "外地甲公司", "chain": cast.chain_a.pk, "name": "甲项目"}
    own = {**said, "investor_name": cast.enterprise_1.name, "introducer": cast.enterprise_1.pk}
    assert client.post("/projects/new", own).status_code == 422
    assert client.post("/projects/new", {**said, "introducer": cast.enterprise_1.pk}).status_code == 302
    assert Project.objects.get().introducer == cast.enterprise_1
