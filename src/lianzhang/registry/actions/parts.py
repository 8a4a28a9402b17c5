"""Writing the catalogue of parts, where no ledger does: categories that are answered as a whole."""

from collections.abc import Iterable

from django.db import transaction

from lianzhang.accounts.models import Person
from lianzhang.registry.models import Part
from lianzhang.registry.parts import WHOLE, whole_name
from lianzhang.trail import actions as trail


def enter_wholes(codes: Iterable[str], *, is_illustrative: bool, by: Person) -> None:
    """Enter those of `codes` that stand for a category and are not in the catalogue yet."""
    wanted = {code for code in codes if code.startswith(WHOLE)}
    missing = sorted(wanted - set(Part.objects.filter(code__in=wanted).values_list("code", flat=True)))
    made = [
        Part(
            code=code,
            name=whole_name(code.removeprefix(WHOLE)),
            category=code.removeprefix(WHOLE),
            is_illustrative=is_illustrative,
        )
        for code in missing
    ]
    if made:
        with transaction.atomic():
            trail.create_many(made, verb="part.entered", by=by)
