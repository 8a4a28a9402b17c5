"""用在哪里, as a table."""

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from lianzhang.chains.models import Chain
from lianzhang.chains.queries.uses import Way
from lianzhang.tables import Column, Empty, TableSpec
from lianzhang.tables.addresses import address


def uses(chain: Chain) -> TableSpec:
    """The ways of one part up into products."""

    def url(way: Way) -> str:
        return address("teardowns:part", chain.code, way.product.code)

    return TableSpec(
        key="part_uses",
        title=_("用在哪里"),
        columns=(
            Column("product", _("产品"), lambda way: way.product.name, link=url),
            Column("path", _("经由"), path, is_wrapped=True),
            Column("quantity", _("用量"), lambda way: way.quantity, kind="decimal", places=3, unit=_("每件产品")),
            Column("unit", _("单位"), lambda way: way.unit or None),
            Column("source", _("依据"), source),
        ),
        row_id=lambda way: "-".join([way.firm.code if way.firm else "", *(step.code for step in way.steps)]),
        row_url=url,
        note=_("用量为各级用量的乘积；某一级没写用量的不计算。只列标准零部件树和您可看的物料清单。"),
        empty=Empty(_("标准零部件树和可看的物料清单里没有用到它的产品。"), "", ""),
    )


def path(way: Way) -> str | None:
    """What lies between the part and the product; nothing where it goes in directly."""
    return " → ".join(step.name for step in way.steps[:-1]) or None


def source(way: Way) -> str:
    """Whose bill, or which version of which tree says so."""
    if way.firm is not None:
        return _now("%(firm)s物料清单") % {"firm": way.firm.name}
    return f"{way.tree.tree.name} v{way.tree.number}"
