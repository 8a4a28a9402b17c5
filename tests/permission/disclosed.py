"""Marked answers of every level, and what the innovation centre released of names."""

from typing import Any

from lianzhang.registry.models import (
    CategoryAnswer,
    MaterialGroup,
    PartAnswer,
    ProductLine,
    PurchaseGrant,
    SharedSupplier,
    SupplierMention,
)
from lianzhang.registry.models.lines import all_levels
from tests import cast as casts
from tests.permission.marks import mark


def put(world: Any) -> None:
    """Firms 2 and 4 let the innovation centre compare names; firm 1 says everything and lets it read nothing."""
    cast = world.cast
    for number in (1, 2, 4):
        owner = f"firm_{number}"
        firm = cast.firms[f"enterprise_{number}"]
        line = ProductLine.objects.create(
            firm=firm, name=mark("line", f"{owner}__innovation_centre"), levels=all_levels(), levels_on=casts.TODAY
        )
        world.put("line", f"{owner}__innovation_centre", line)
        PartAnswer.objects.create(line=line, part=world.part, make="bought", is_withheld=True)
        if number != 1:  # the analysis of what firm 1 granted stays the one of its rows
            CategoryAnswer.objects.create(line=line, category="制冷", plant=mark("answer", owner), year=2025)
        text = mark("material", owner)
        MaterialGroup.objects.create(firm=firm, code=f"MG{number}", name=text, category=text)
        readers = owner if number == 1 else f"{owner}__innovation_centre"
        for key, name in (("same", mark("mention", readers)), (f"own{number}", mark("mention", readers))):
            SupplierMention.objects.create(line=line, supplier_name=name, name_key=key, category="制冷")
    for number in (2, 4):
        PurchaseGrant.objects.create(
            firm=cast.firms[f"enterprise_{number}"], body=cast.innovation_centre, levels=["d2"],
            starts_on=casts.SINCE, entered_by=cast.people[f"anchor_{number}"],
        )  # fmt: skip
    release = SharedSupplier.objects.create(
        body=cast.innovation_centre, name=mark("shared", "innovation_centre"), name_key="same", anchor_count=2,
        released_by=cast.innovator, released_on=casts.TODAY,
    )  # fmt: skip
    world.put("shared", "innovation_centre", release)
