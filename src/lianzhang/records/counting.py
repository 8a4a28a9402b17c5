"""How many rows of another table belong to a row, asked in the row's own question."""

from typing import Any

from django.db.models import IntegerField, QuerySet, Subquery


class CountOf(Subquery):
    """The number of `rows`, which name the row they belong to by `OuterRef`; 0 where there are none.

    Half of what grouping and counting them costs to put into SQL, and a page asks several.
    """

    template = "(SELECT COUNT(*) FROM (%(subquery)s) counted)"
    output_field = IntegerField()

    def __init__(self, rows: "QuerySet[Any]") -> None:
        super().__init__(rows.order_by().values("pk"))
