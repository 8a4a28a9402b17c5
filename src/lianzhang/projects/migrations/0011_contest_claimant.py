"""A contest keeps who held the first report: of those decided before, the trail tells whose it was."""

import json
from typing import Any

import django.db.models.deletion
from django.db import migrations, models


def fill(apps: Any, _editor: Any) -> None:
    """The project's first reporter; where the decision moved the report, the one the trail has as moved from."""
    events = apps.get_model("trail", "Event").objects
    for contest in apps.get_model("projects", "Contest").objects.select_related("project").order_by("pk"):
        claimant = contest.project.first_reported_by_id
        if contest.state == "moved":
            about = {"subject_type": "projects.contest", "subject_id": str(contest.pk), "verb": "contest.decided"}
            decided = events.filter(**about).order_by("-seq").first()
            subject = {"subject_type": "projects.project", "subject_id": str(contest.project_id)}
            moved = events.filter(**subject, verb="project.first_report_moved", seq__gt=decided.seq if decided else 0)
            first = moved.order_by("seq").first()
            claimant = json.loads(bytes(first.body))["before"].get("first_reported_by") if first else None
        type(contest).objects.filter(pk=contest.pk).update(claimant_id=claimant)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_working_groups"),
        ("projects", "0010_lateness_kept"),
        ("trail", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="contest",
            name="claimant",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.body",
                verbose_name="首报单位",
            ),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
