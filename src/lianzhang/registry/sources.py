"""来源: citing a publication already entered, or a new one as typed."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Max
from django.utils.translation import gettext as _

from lianzhang.accounts.actions import Refused
from lianzhang.accounts.models import Person
from lianzhang.registry.models import Source
from lianzhang.trail import actions as trail


@dataclass(frozen=True, kw_only=True)
class Named:
    """A publication nobody has cited here before, as its quoter names it."""

    title: str
    publisher: str = ""
    published_on: date | None = None


def cited(source: Source | Named, *, is_illustrative: bool = False, by: Person) -> Source:
    """The source to quote. The same title of the same publisher and day is one source, however often it is typed.

    Call inside the transaction that writes the quoting figure, so that neither stands without the other. Raises
    Refused for a source without a title.
    """
    if isinstance(source, Source):
        return source
    title = source.title.strip()
    if not title:
        raise Refused(_("请写明来源。"))
    known = Source.objects.filter(
        title=title,
        publisher=source.publisher.strip(),
        published_on=source.published_on,
        is_illustrative=is_illustrative,
    ).first()
    if known is not None:
        return known
    made = Source(
        code=f"LY-{(Source.objects.aggregate(last=Max('pk'))['last'] or 0) + 1:04d}",
        title=title,
        publisher=source.publisher.strip(),
        published_on=source.published_on,
        is_illustrative=is_illustrative,
    )
    return trail.create(made, verb="source.entered", by=by)
