"""Permission is a queryset: a person asks for rows and gets those within reach."""

from typing import TYPE_CHECKING, Any, Self, TypeVar

from django.db import models
from django.http import Http404

if TYPE_CHECKING:
    from lianzhang.accounts.models import Person

M = TypeVar("M", bound=models.Model)


class ScopedQuerySet(models.QuerySet[M]):
    """A queryset that knows who may read and who may change its rows.

    Pages, the API, exports, search, counts and background jobs all start from `visible_to(person)`; a record outside
    it does not exist for that person (404, never 403).
    """

    def visible_to(self, person: "Person") -> Self:
        """Rows `person` may read, judged by the post the person is acting in."""
        raise NotImplementedError(f"{type(self).__name__} must say who sees its rows")

    def editable_by(self, person: "Person") -> Self:
        """Rows `person` may change; a subset of `visible_to`."""
        raise NotImplementedError(f"{type(self).__name__} must say who changes its rows")

    def get_or_404(self, **lookup: Any) -> M:
        """The one row matching `lookup`; raises Http404 where there is none within reach."""
        found = self.filter(**lookup).first()
        if found is None:
            raise Http404(f"{self.model.__name__} {lookup}")
        return found

    def leading(self, count: int) -> list[M]:
        """The first `count` rows in this order, found by their keys: sorting thousands of whole records is dear."""
        keys = list(self.values_list("pk", flat=True)[:count])
        return list(self.filter(pk__in=keys)) if keys else []
