"""What firms answer on their own pages, and what the office asks by."""

from lianzhang.registry.models import Enterprise, MaterialGroup, PartTree, ProductLine, SupplierMention
from tests.permission.fillers import Case, Filling, each
from tests.permission.world import World

OF_LINE = ["bands", "ticks", "names"]
OF_TREE = ["tree", "draft", "publish", "workbook"]


def fill(world: World) -> Filling:
    lines = each(world, "line", ProductLine, pk="pk")
    mentions = [Case({"pk": pk}) for pk in [*SupplierMention.objects.values_list("pk", flat=True), 0]]
    groups = [Case({"pk": pk}) for pk in [*MaterialGroup.objects.values_list("pk", flat=True), 0]]
    trees = [Case({"code": code}) for code in [*PartTree.objects.values_list("code", flat=True), "BZ-0"]]
    firms = each(world, "enterprise", Enterprise, code="code")
    return {
        **{f"answers:{name}": [Case()] for name in ("gathered", "package")},
        "answers:line_on_paper": firms,
        "answers:gather": [
            Case({**case.kwargs, "level": level}, case.subject) for case in firms for level in ("d0", "d1", "d2")
        ],
        **{f"answers:{name}": [Case()] for name in ("asked", "materials")},
        **{f"answers:{name}": lines for name in OF_LINE},
        "answers:workbook": [Case({"level": level}) for level in ("d0", "d1", "d2", "d3")],
        "answers:withdraw_name": mentions,
        "answers:forget_group": groups,
        **{f"standards:{name}": [Case()] for name in ("trees", "new_tree", "bands")},
        **{f"standards:{name}": trees for name in OF_TREE},
        "standards:redraw": [Case({"kind": kind}) for kind in ("amount", "months", "none")],
    }
