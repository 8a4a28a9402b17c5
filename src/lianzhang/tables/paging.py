"""A page of a long table, asked for so that no text of its rows is read but those shown.

A record carries long texts: sorting, adding up or searching thousands of them whole costs ten times what their keys do.
"""

from typing import Any

from django.db.models import QuerySet

from lianzhang.tables import selection, spec

LONG = 1000  # rows from which on a page of a long table is found by its keys
MOST_FOUND = 5000  # rows up to which what was searched for is kept by its keys


def narrow(table: spec.TableSpec, found: QuerySet[Any], chosen: selection.Selection) -> QuerySet[Any]:
    """`found` searched, filtered and ordered as chosen. Of a long table a search is made once, for its keys, and not
    again for the totals and for the page; without one the database is told what lets it walk an index."""
    narrowed = selection.narrow(table, found, chosen)
    if not table.is_long:
        return narrowed
    if not chosen.search:
        return narrowed.filter(table.walk) if table.walk is not None else narrowed
    keys = list(narrowed.order_by().values_list("pk", flat=True)[: MOST_FOUND + 1])
    return narrowed if len(keys) > MOST_FOUND else found.filter(pk__in=keys).order_by(*narrowed.query.order_by)


def read(table: spec.TableSpec, page: Any, found: Any, *, count: int) -> list[Any]:
    """The rows of `page`, a slice of `count` rows narrowed from `found`; once the keys of a long one are known nothing
    of what was asked is asked again."""
    if not table.is_long or count <= LONG or not isinstance(page, QuerySet):
        return list(page)
    keys = list(page.values_list("pk", flat=True))
    rows = {row.pk: row for row in found.order_by().filter(pk__in=keys)}
    return [rows[key] for key in keys if key in rows]
