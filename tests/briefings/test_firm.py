"""企业一页纸: what is late about a firm stands on its sheet, and each number opens its rows."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from lianzhang.briefings import firm
from lianzhang.supervision.models import Request, Task
from tests.cast import TODAY, Cast

pytestmark = pytest.mark.django_db


def test_what_is_to_be_done_about_a_firm_stands_on_its_sheet(cast: Cast, client: Client) -> None:
    asked = [
        Request.objects.create(
            code=f"SQ-2026-{n}", enterprise=cast.enterprise_1, chain=cast.chain_a, text=f"诉求{n}", received_on=TODAY,
            state=state, closed_on=TODAY if state == "closed" else None,
        )
        for n, state in enumerate(("assigned", "closed"), start=1)
    ]  # fmt: skip
    for n, state in enumerate(("handling", "cancelled"), start=1):
        Task.objects.create(
            code=f"DB-2026-{n}", title=f"事项{n}", request=asked[0], responsible=cast.department, state=state,
            assigned_by=cast.secretary, assigned_at=timezone.now(), due_on=TODAY - timedelta(days=2),
            cancel_reason="不再需要" if state == "cancelled" else "",
        )  # fmt: skip
    page = firm.compose(cast.enterprise_1, person=cast.secretary, today=TODAY)
    figures = {figure.key: figure for figure in page.figures}
    assert (figures["tasks_late"].value, figures["tasks_late"].url) == (1, "#tasks"), "what was called off is not late"
    assert [item.title for item in page.to_do] == ["事项1"]
    client.force_login(cast.secretary, backend="django.contrib.auth.backends.ModelBackend")
    assert 'id="tasks"' in client.get(f"/briefings/firm/{cast.enterprise_1.code}").content.decode()
    table = client.get(figures["requests"].url).context["table"]
    assert (table.page.paginator.count, table.chosen.notices) == (figures["requests"].value, ()) == (1, ())
