"""Grants of before open every level to the whole body; lines of the standard bill become version 1 of a tree."""

from typing import Any

from django.db import migrations

LEVELS = ["d0", "d1", "d2", "d3"]
OPEN = None
# kind: (low, high, the figure an open band is reckoned with)
BANDS: dict[str, list[tuple[int, int | None, int | None]]] = {
    "amount": [(0, 1000, OPEN), (1000, 5000, OPEN), (5000, 20000, OPEN), (20000, 50000, OPEN), (50000, OPEN, 100000)],
    "suppliers": [(1, 1, OPEN), (2, 3, OPEN), (4, 9, OPEN), (10, OPEN, 20)],
    "months": [(0, 3, OPEN), (4, 6, OPEN), (7, 12, OPEN), (13, 24, OPEN), (25, OPEN, 36)],
}


def keep_grants(apps: Any, _editor: Any) -> None:
    apps.get_model("registry", "PurchaseGrant").objects.update(levels=LEVELS, is_whole_body=True)


def draw_bands(apps: Any, _editor: Any) -> None:
    banding = apps.get_model("registry", "Banding")
    for kind, bands in BANDS.items():
        for low, high, ceiling in bands:
            banding.objects.create(kind=kind, low=low, high=high, ceiling=ceiling)


def plant_tree(apps: Any, _editor: Any) -> None:
    """One node for each line: a part's own parts stand below the first place at which it is found."""
    line = apps.get_model("registry", "BomLine")
    found = list(line.objects.filter(firm__isnull=True).order_by("pk"))
    if not found:
        return
    invented = all(one.is_illustrative for one in found)
    tree = apps.get_model("registry", "PartTree").objects.create(
        code="BZ-0", name="标准零部件树", is_illustrative=invented
    )
    version = apps.get_model("registry", "TreeVersion").objects.create(
        tree=tree, number=1, state="published", note="由原标准物料清单转入", is_illustrative=invented
    )
    below: dict[int, list[Any]] = {}
    for one in found:
        below.setdefault(one.parent_id, []).append(one)
    children = {one.child_id for one in found}
    node = apps.get_model("registry", "TreeNode")
    placed: set[int] = set()
    position = 0
    # Products first; what is left after them stands in a circle and begins anywhere.
    for root in [*(p for p in below if p not in children), *below]:
        if root in placed:
            continue
        position += 1
        waiting = [(root, node.objects.create(tree_version=version, part_id=root, position=position))]
        placed.add(root)
        while waiting:
            part, place = waiting.pop()
            for one in below.get(part, ()):
                position += 1
                made = node.objects.create(
                    tree_version=version, part_id=one.child_id, parent=place, quantity=one.quantity, position=position
                )
                if one.child_id not in placed:
                    placed.add(one.child_id)
                    waiting.append((one.child_id, made))
    line.objects.filter(firm__isnull=True).delete()


def nothing(_apps: Any, _editor: Any) -> None:
    """Going back loses nothing that was there before: the columns go with the step before this one."""


class Migration(migrations.Migration):
    dependencies = [("registry", "0003_levels")]

    operations = [
        migrations.RunPython(keep_grants, nothing),
        migrations.RunPython(draw_bands, nothing),
        migrations.RunPython(plant_tree, nothing),
    ]
