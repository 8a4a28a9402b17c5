"""What pages showed before the disclosure rule is shown no more, and is reckoned with as known: until now a total of three
firms and more was on every page, whoever dominated it."""

from django.db import migrations

SHOWN = ("placed_wan", "local_wan", "amount_wan", "outside_wan", "nameless_wan")
SHOWN_OF_A_LIST = ("placed_wan", "local_wan", "outside_wan", "covered_wan")


def remember(apps, _editor):
    release, snapshots, lists = (apps.get_model("chains", name) for name in ("Release", "Snapshot", "TargetList"))
    columns = ("chain_id", "summary", "taken_at", "is_illustrative")
    found = []
    for snapshot in snapshots.objects.filter(is_pooled=False).only(*columns):
        if int(snapshot.summary.get("contributor_count") or 0) >= 3:
            found += [_row(release, snapshot, None, "total", measure) for measure in SHOWN]
    ready = lists.objects.filter(state__in=("ready", "approved"), snapshot__isnull=False)
    for listed in ready.select_related("snapshot"):
        if int(listed.assumptions.get("anchor_count") or 0) >= 3:
            cell = f"list:{listed.code}"
            found += [_row(release, listed.snapshot, listed, cell, measure) for measure in SHOWN_OF_A_LIST]
    release.objects.bulk_create(found, batch_size=500)


def _row(model, snapshot, listed, cell, measure):
    return model(
        chain_id=snapshot.chain_id,
        snapshot=snapshot,
        target_list=listed,
        cell=cell,
        measure=measure,
        state="earlier",
        rule={"min_contributors": 3},
        released_at=snapshot.taken_at,
        is_illustrative=snapshot.is_illustrative,
    )


class Migration(migrations.Migration):
    dependencies = [("chains", "0007_releases")]

    operations = [migrations.RunPython(remember, migrations.RunPython.noop)]
