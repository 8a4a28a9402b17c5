"""区市 of a record: that of the body that answers for it.

A body of the city belongs to no district: 全市. Where no body is named the district is not said: 未注明.
"""

import re
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from chainlab import places
from lianzhang.accounts import queries
from lianzhang.accounts.models import Body, Person
from lianzhang.accounts.rules import BodyKind

CITY, UNSAID = "city", "unsaid"
WORDS: dict[str, Promise] = {CITY: _("全市"), UNSAID: _("未注明")}
COUNTY = r"^\d{4}([1-9]\d|\d[1-9])$"  # a division code of a district or county; 3702 and 370200 are a city's


def known(person: Person) -> list[Body]:
    """The district bodies, read once per request."""
    districts = Body.objects.visible_to(person).filter(kind=BodyKind.DISTRICT)
    found: list[Body] = queries.once(person, "districts", lambda: list(districts))
    return found


def choices(person: Person) -> list[tuple[str, Any]]:
    """Districts by code, then what is the city's and what names no body."""
    return [*((body.code, body.name) for body in known(person)), *WORDS.items()]


def of(body: Body | None) -> Any:
    """The district of a body (read together with its parent) in words."""
    if body is None:
        return WORDS[UNSAID]
    for district in (body, body.parent):
        if district is not None and district.kind == BodyKind.DISTRICT:
            return district.name
    return places.name_of(body.region_code) if re.match(COUNTY, body.region_code) else WORDS[CITY]


def bodies_in(code: str) -> QuerySet[Body]:
    """The bodies of one district: itself, those under it, those with its division code."""
    divisions = Body.objects.filter(code=code, kind=BodyKind.DISTRICT).exclude(region_code="").values("region_code")
    return Body.objects.filter(Q(code=code) | Q(parent__code=code) | Q(region_code__in=divisions))


def narrow(found: QuerySet[Any], code: str, *, path: str) -> QuerySet[Any]:
    """The records whose body at `path` is of a district, of the city, or not named."""
    if code == UNSAID:
        return found.filter(**{f"{path}__isnull": True})
    if code != CITY:
        return found.filter(**{f"{path}__in": bodies_in(code)})
    theirs = Body.objects.filter(
        Q(kind=BodyKind.DISTRICT) | Q(parent__kind=BodyKind.DISTRICT) | Q(region_code__regex=COUNTY)
    )
    return found.filter(**{f"{path}__isnull": False}).exclude(**{f"{path}__in": theirs})
