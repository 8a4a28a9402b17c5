"""Who kept silent: what a draft says below its figures, so that nobody reads a sum of some districts as the city's."""

from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _

from lianzhang.briefings.period.scope import Period, Whose
from lianzhang.collecting import actions, queries, tables
from lianzhang.collecting.models import Collection, Submission


def closings(found: Iterable[Submission]) -> str:
    """Why collections were closed over bodies that had not answered, each once."""
    by_collection: dict[int, list[Submission]] = {}
    for one in found:
        by_collection.setdefault(one.collection_id, []).append(one)
    return "".join(tables.closing(rows[0].collection, rows) for rows in by_collection.values())


def of_month(whose: Whose, period: Period) -> str:
    """Whose figures the money of a month lacks, and why it was closed without them."""
    found = Submission.objects.visible_to(whose.person).filter(
        collection__kind=Collection.Kind.MONTH, collection__period=period.first
    )
    if whose.district is not None:
        found = found.filter(body=whose.district)
    answers = list(found.select_related("collection", "body").order_by("body__name_zh"))
    return _lacking(answers) + closings(answers)


def _lacking(answers: Sequence[Submission]) -> str:
    silent = queries.not_answered(answers)
    if not silent or tables.closing(answers[0].collection, answers):
        return ""
    said = {"name": answers[0].collection.name, "count": len(silent), "names": actions.named(silent)}
    return _("%(name)s还有%(count)d个单位未报或退回未改：%(names)s，以上不含其数。") % said
