"""Which chain a ledger means: by name in the scheme in force; a chain of an older scheme carries the scheme's name."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from lianzhang.accounts.rules import Act, Thing
from lianzhang.chains.models import Chain
from lianzhang.intake.columns import Desk, Named, Refusal
from lianzhang.intake.protocol import ContextField

if TYPE_CHECKING:
    from lianzhang.accounts.models import Person


def chains(desk: Desk) -> Mapping[str, Any]:
    """Name → id. Where two schemes have a chain of one name, the plain name is the confirmed, newest scheme's."""
    found: dict[str, Any] = desk.once("chains", _chains)
    return found


def _chains() -> dict[str, Any]:
    rows = (
        Chain.objects.filter(is_active=True)
        .order_by("-scheme__is_confirmed", "-scheme__valid_from", "pk")
        .values_list("name_zh", "scheme__name_zh", "pk")
    )
    found: dict[str, Any] = {}
    for name, scheme, pk in rows:
        found[f"{name}（{scheme}）" if name in found else name] = pk
    return found


def column(field: str = "chain", attr: str = "chain_id") -> Named:
    """A column that names a chain."""
    return Named(field, attr, table=chains, what_zh="产业链", what_en="chain")


def from_context(taken: dict[str, Any], *, desk: Desk) -> None:
    """The chain chosen at the upload, for a row that names none; raises Refusal where neither says it."""
    if taken.get("chain_id") is None and desk.context.get("chain"):
        taken["chain_id"] = int(desk.context["chain"])
    if taken.get("chain_id") is None:
        raise Refusal(
            "未填所属产业链。请填写，或在上传时选定产业链。",
            "No chain given. Fill it in, or choose the chain when uploading.",
            field="chain",
            code="required",
        )


def may_write(taken: Mapping[str, Any], *, thing: Thing, desk: Desk) -> bool:
    """Whether the person may write `thing` on the row's chain."""
    allowed: set[int] = desk.once(
        ("writable chains", thing),
        lambda: set(Chain.objects.within(desk.by, act=Act.WRITE, thing=thing).values_list("pk", flat=True)),
    )
    return taken.get("chain_id") in allowed


def choice_for(thing: Thing) -> ContextField:
    """The chain an upload belongs to, among those the person may write `thing` on."""

    def choices(person: "Person") -> Iterable[tuple[str, str]]:
        found = Chain.objects.within(person, act=Act.WRITE, thing=thing).filter(is_active=True)
        return [
            (str(pk), f"{name}（{scheme}）")
            for pk, name, scheme in found.values_list("pk", "name_zh", "scheme__name_zh")
        ]

    return ContextField("chain", _("产业链"), choices, help=_("表中没有填产业链的行归入此链。"))


def years(first: int, last: int) -> ContextField:
    """The year an upload belongs to."""
    return ContextField(
        "year",
        _("年度"),
        lambda person: [(str(year), str(year)) for year in range(last, first - 1, -1)],  # noqa: ARG005
        help=_("表中没有填年度的行归入此年度。"),
    )


def year_from_context(taken: dict[str, Any], *, desk: Desk) -> None:
    """The year chosen at the upload, for a row that names none; raises Refusal where neither says it."""
    if taken.get("year") is None and desk.context.get("year"):
        taken["year"] = int(desk.context["year"])
    if taken.get("year") is None:
        raise Refusal(
            "未填年度。请填写，或在上传时选定年度。",
            "No year given. Fill it in, or choose the year when uploading.",
            field="year",
            code="required",
        )
