"""A table leaves as the workbook it is handed in by, as far as it was narrowed; the ledger and its table lead to each
other."""

from io import BytesIO

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from lianzhang.intake import staging
from lianzhang.intake.models import Batch
from lianzhang.registry.models import Enterprise
from lianzhang.trail.models import Event
from lianzhang.web import workbooks
from tests.cast import Cast

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("form", "ending"), [("ledger", "xlsx"), ("ledger-csv", "csv")])
def test_what_was_found_leaves_as_the_ledger_and_handed_in_again_changes_nothing(
    cast: Cast, client: Client, form: str, ending: str
) -> None:
    client.force_login(cast.secretary)
    wanted = Enterprise.objects.order_by("pk").first()
    assert wanted is not None
    sent = client.get("/enterprises/", {"q": wanted.code, "format": form})
    content = b"".join(sent.streaming_content) if sent.streaming else sent.content
    client.post("/ledgers/enterprises/", {"file": SimpleUploadedFile(f"名单.{ending}", content)})
    batch = Batch.objects.get()
    staging.read(batch, progress=None, by=cast.secretary)
    batch.refresh_from_db()
    assert {kind: count for kind, count in batch.counts.items() if count} == {"read": 1, "unchanged": 1}
    assert batch.rows.get().subject_id == str(wanted.pk)
    assert Event.objects.filter(verb="ledger.exported").count() == 1


def test_posts_of_the_people_found_leave_as_the_address_list(cast: Cast, client: Client) -> None:
    client.force_login(cast.secretary)
    sent = client.get("/people/", {"q": cast.district_east.name, "format": "ledger"})
    page = openpyxl.load_workbook(BytesIO(sent.content)).worksheets[0]
    names = {row[0] for row in page.iter_rows(min_row=2, values_only=True)}
    assert names == {cast.district_east.name}


def test_only_who_hands_a_ledger_in_is_offered_its_workbook(cast: Cast, client: Client) -> None:
    client.force_login(cast.secretary)
    page = client.get("/enterprises/").content.decode()
    assert "Excel（台账格式，可再导入）" in page
    assert 'href="/ledgers/enterprises/"' in page
    client.force_login(cast.chief)
    page = client.get("/enterprises/").content.decode()
    assert "可再导入" not in page
    assert "/ledgers/enterprises/" not in page
    sent = client.get("/enterprises/", {"format": "ledger"})
    assert sent["Content-Type"].startswith("text/html")


# What an anchor firm alone hands in; its answers lead to the page of what it is asked.
OF_A_FIRM = {"teardown", "category_answers", "part_answers", "supplier_mentions", "material_purchases"}


@pytest.mark.parametrize("key", sorted(workbooks.PAGES))
def test_every_ledger_leads_to_its_table_and_the_table_back(cast: Cast, client: Client, key: str) -> None:
    person = cast.anchor_1 if key in OF_A_FIRM else cast.clerk_a if key == "part_trees" else cast.secretary
    client.force_login(person)
    page = client.get(f"/ledgers/{key}/").content.decode()
    address = workbooks.page_of(workbooks.ledgers.get(key), person)
    assert bool(address) == (key != "teardown")  # an anchor firm hands its purchases in and reads them on its own page
    if address:
        assert f'href="{address}"' in page
    if address and key not in OF_A_FIRM:
        assert f'href="/ledgers/{key}/"' in client.get(address).content.decode()
