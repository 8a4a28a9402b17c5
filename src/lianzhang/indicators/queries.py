"""Reading figures: the newest of an indicator, and those that contradict one another."""

from collections.abc import Iterable

from lianzhang.accounts.models import Person
from lianzhang.indicators.models import Figure, FigureQuerySet


def figures(person: Person) -> FigureQuerySet:
    """The figures a person sees, with chain and source."""
    return Figure.objects.visible_to(person).select_related("chain", "source")


def beside(figure: Figure, person: Person) -> list[Figure]:
    """并列数: the same indicator of the same chain and year from another scope or source; never averaged."""
    same = figures(person).filter(
        indicator=figure.indicator, chain=figure.chain_id, year=figure.year, is_target=figure.is_target
    )
    return list(same.exclude(pk=figure.pk).order_by("source__published_on", "pk"))


def conflicts(found: Iterable[Figure]) -> set[int]:
    """Ids of figures that stand beside another of the same indicator, chain and year with a different value."""
    groups: dict[tuple[str, int | None, int, bool], list[Figure]] = {}
    for figure in found:
        groups.setdefault((figure.indicator, figure.chain_id, figure.year, figure.is_target), []).append(figure)
    return {f.pk for group in groups.values() if len({g.value for g in group}) > 1 for f in group}
