"""Editions of a list: what leaves the house names nobody who did not agree, on no page and in no file."""

import io
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from lianzhang.chains.models import Release, TargetLine
from lianzhang.chains.models.releases import State
from lianzhang.registry.models import Alias, Part
from lianzhang.trail.models import Event
from tests.cast import Cast
from tests.kept import kept_upon
from tests.web import analysed

pytestmark = pytest.mark.django_db
SignIn = Callable[[str], Client]
FORMS = ("", "print", "xlsx", "docx")


@pytest.fixture
def world(cast: Cast) -> analysed.Analysed:
    """A list whose parts are called after a firm, as buyers do."""
    found: analysed.Analysed = kept_upon("editions", lambda: called_after_a_firm(cast))
    return found


def called_after_a_firm(cast: Cast) -> analysed.Analysed:
    made = analysed.build(cast)
    Alias.objects.create(enterprise=cast.enterprise_1, name="链一牌", key="链一牌", kind=Alias.Kind.SHORT)
    Part.objects.filter(code="P1").update(name="链一牌专用压缩机")
    return made.listed and analysed.Analysed(**{**vars(made), "listed": analysed.ask(cast)})


def taken(client: Client, code: str, edition: str, form: str) -> str:
    """Everything an edition says in one form: a page's text, or every part of the file with its name and headers."""
    address = f"/targets/{code}/editions/{edition}" + (f"?format={form}" if form else "")
    answer = client.get(address)
    assert answer.status_code == 200, address
    head = str(answer.headers)
    if form not in {"xlsx", "docx"}:
        page = answer.content.decode()
        # The frame names who is signed in; the paper is what lies inside.
        return head + page[page.index("<main") : page.index("</main>")]
    with zipfile.ZipFile(io.BytesIO(answer.content)) as book:
        return head + "".join(f"{name}{book.read(name).decode('utf-8', 'replace')}" for name in book.namelist())


def exact(line: TargetLine) -> list[str]:
    """The amounts of a line as they might be written."""
    amounts = [line.covered_wan, *(part["amount_wan"] for part in line.parts)]
    amounts += [anchor["amount_wan"] for part in line.parts for anchor in part["anchors"]]
    return [f"{int(amount)}" for amount in amounts if amount]


@pytest.mark.parametrize("form", FORMS)
def test_the_meeting_edition_names_no_anchor_and_no_amount_whoever_prints_it(
    signed_in: SignIn, cast: Cast, world: analysed.Analysed, form: str
) -> None:
    lines = list(TargetLine.objects.filter(target_list=world.listed).select_related("supplier"))
    anchors = [firm for key, firm in cast.firms.items() if key != "enterprise_sme"]
    forbidden = [word for firm in anchors for word in (firm.name, firm.code)] + ["链一牌"]
    forbidden += [amount for line in lines for amount in exact(line)] + [str(mark) for mark in analysed.MARKS]
    said = {who: taken(signed_in(who), world.listed.code, "meeting", form) for who in ("clerk_a", "secretary")}
    for paper in said.values():
        plain = paper.replace(",", "")
        assert not [word for word in forbidden if word in plain]
        assert lines[0].supplier.name in paper
        assert "某企业专用压缩机" in paper


@pytest.mark.parametrize("form", FORMS)
def test_the_outreach_edition_names_no_firm_at_all(
    signed_in: SignIn, cast: Cast, world: analysed.Analysed, form: str
) -> None:
    firms = [*cast.firms.values(), *world.scene.firms.values()]
    paper = taken(signed_in("clerk_a"), world.listed.code, "outreach", form).replace(",", "")
    assert not [word for firm in firms for word in (firm.name, firm.code) if word in paper]
    assert not [mark for mark in analysed.MARKS if str(mark) in paper]
    assert "制冷" in paper
    assert "须通过采购方认证" in paper


def test_the_working_edition_follows_its_reader(signed_in: SignIn, cast: Cast, world: analysed.Analysed) -> None:
    for form in FORMS:
        granted = taken(signed_in("clerk_a"), world.listed.code, "working", form)
        others = taken(signed_in("secretary"), world.listed.code, "working", form).replace(",", "")
        assert cast.enterprise_1.name in granted, form
        assert cast.enterprise_1.name not in others, form
        assert not [mark for mark in analysed.MARKS if str(mark) in others], form


def test_a_sum_goes_out_in_bands_and_only_where_three_firms_stand_behind_it(
    signed_in: SignIn, world: analysed.Analysed
) -> None:
    listed = world.listed
    assert listed.assumptions["released"]["covered"][0] == ""  # the whole list: three anchors
    page = taken(signed_in("clerk_a"), listed.code, "meeting", "")
    assert "亿元" in page
    listed.assumptions = listed.assumptions | {"released": {"covered": [], "demand": []}}
    listed.save()
    assert "亿元" not in taken(signed_in("clerk_a"), listed.code, "meeting", "")


def test_a_relocation_is_warned_of_in_every_edition(signed_in: SignIn, world: analysed.Analysed) -> None:
    client = signed_in("clerk_a")
    editions = ("working", "meeting", "outreach")
    assert not [e for e in editions if "公平竞争审查条例" in taken(client, world.listed.code, e, "")]
    TargetLine.objects.filter(target_list=world.listed, position=1).update(facts={"kind": "relocation"})
    for edition in editions:
        for form in FORMS:
            assert "公平竞争审查条例" in taken(client, world.listed.code, edition, form), (edition, form)
    assert "公平竞争审查条例" in client.get(f"/targets/{world.listed.code}").content.decode()


def test_a_paper_that_is_taken_away_stands_in_the_trail_with_its_edition(
    signed_in: SignIn, world: analysed.Analysed, django_assert_max_num_queries: Any
) -> None:
    client = signed_in("clerk_a")
    before = Event.objects.count()
    for edition in ("working", "meeting", "outreach"):
        with django_assert_max_num_queries(12):
            taken(client, world.listed.code, edition, "")
    assert Event.objects.count() == before
    taken(client, world.listed.code, "meeting", "docx")
    assert Event.objects.count() == before + 1
    assert client.get(f"/targets/{world.listed.code}/editions/secret").status_code == 404


def test_the_api_tells_a_total_only_where_it_went_out(signed_in: SignIn, world: analysed.Analysed) -> None:
    address = f"/api/v1/target-lists/{world.listed.code}"
    Release.objects.filter(target_list=world.listed).update(state=State.THRESHOLD, value=None)
    for who in ("secretary", "chief"):
        said = signed_in(who).get(address).json()
        assert said["_blanks"]["objective_wan"] == "restricted"
        assert not [mark for mark in analysed.MARKS if str(mark) in str(said)]
        assert said["robust_suppliers"] is not None
