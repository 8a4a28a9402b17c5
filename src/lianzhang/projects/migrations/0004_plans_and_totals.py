"""A plan that was filled on a project is its plan of the year; 总投资 kept beside a ledger row moves onto the project."""

import datetime as dt
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import migrations

LEDGERS = ("key_projects", "leads")


def plans(apps: Any, schema_editor: Any) -> None:  # noqa: ARG001
    project, plan = apps.get_model("projects", "Project"), apps.get_model("projects", "YearPlan")
    now = dt.datetime.now(tz=dt.UTC)
    planned = set(plan.objects.values_list("project_id", "year"))
    rows = project.objects.exclude(plan_year_wan=None).values_list("pk", "plan_year_wan", "done_as_of")
    wanted = [(pk, wan, as_of.year if as_of else now.year) for pk, wan, as_of in rows.iterator()]
    plan.objects.bulk_create(
        (
            plan(project_id=pk, year=year, investment_wan=wan, set_at=now)
            for pk, wan, year in wanted
            if (pk, year) not in planned
        ),
        batch_size=500,
    )


def totals(apps: Any, schema_editor: Any) -> None:  # noqa: ARG001
    project, extra = apps.get_model("projects", "Project"), apps.get_model("intake", "LedgerExtra")
    for kept in extra.objects.filter(ledger__in=LEDGERS, subject_type="projects.project"):
        said = _amount(kept.values.get("total_wan"))
        if said is not None:
            project.objects.filter(pk=int(kept.subject_id), total_wan=None).update(total_wan=said)
        if "total_wan" in kept.values:
            del kept.values["total_wan"]
            kept.save(update_fields=["values"])


def _amount(packed: Any) -> Decimal | None:
    text = packed.get("decimal", packed.get("value")) if isinstance(packed, dict) else packed
    try:
        return Decimal(str(text)) if text is not None else None
    except InvalidOperation:
        return None


class Migration(migrations.Migration):
    dependencies = [("projects", "0003_funnel_reading"), ("intake", "0002_staged_row_tab")]
    operations = [
        migrations.RunPython(plans, migrations.RunPython.noop),
        migrations.RunPython(totals, migrations.RunPython.noop),
    ]
