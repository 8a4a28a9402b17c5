"""The register: enterprises, purchases by right, grants."""

from lianzhang.registry.models import Alias, Enterprise, ProductLine, PurchaseGrant, SharedSupplier
from tests.permission.fillers import Case, Filling, each
from tests.permission.world import World

OF_FIRM = ["enterprise", "edit", "cell", "add_alias", "merge", "unfilled"]
OF_GRANT = ["grant", "confirm_grant", "withdraw_grant", "grant_scan"]


def fill(world: World) -> Filling:
    firms = each(world, "enterprise", Enterprise, code="code")
    grants = [Case({"pk": grant.pk}) for _owner, grant in world.of("purchase", PurchaseGrant)]
    aliases = [
        Case({**case.kwargs, "pk": pk}, case.subject)
        for case in firms
        for pk in [*Alias.objects.filter(enterprise__code=case.kwargs["code"]).values_list("pk", flat=True)[:1], 0]
    ]
    return {
        **{f"registry:{name}": [Case()] for name in ("list", "new", "purchases", "grants", "new_grant")},
        **{f"registry:{name}": [Case()] for name in ("lines", "new_line", "shared", "release_shared")},
        "registry:choose_levels": each(world, "line", ProductLine, pk="pk"),
        "registry:withdraw_shared": each(world, "shared", SharedSupplier, pk="pk"),
        **{f"registry:{name}": firms for name in OF_FIRM},
        **{f"registry:{name}": grants for name in OF_GRANT},
        "registry:remove_alias": aliases,
        "registry:roll_back": [Case({**case.kwargs, "pk": 0}, case.subject) for case in firms],
    }
