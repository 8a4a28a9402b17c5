"""可能重复: open projects that look like the one being entered. A likeness is a question for a person, not a refusal
of the investor: whoever says why it is another project enters it."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _
from rapidfuzz import fuzz, process

from chainlab import names
from lianzhang.projects import queries
from lianzhang.projects.models import Project

# Of 100; one sign of eight may differ. Below it two firms of one trade in one town look alike.
LIKE = 88
NEAR = 60  # worth comparing without place and legal form
MOST = 20


@dataclass(frozen=True)
class Likeness:
    """A project that looks like the new one, and in what."""

    project: Project
    why: str


def alike(*, name: str, investor_name: str, site: str, apart_from: Collection[int] = ()) -> list[Likeness]:
    """Open projects with the same name or address, or an investor that is written alike; earliest report first."""
    rows = [
        row
        for row in queries.open_projects().values_list("pk", "name", "investor_key", "site")
        if row[0] not in apart_from
    ]
    why = {pk: _("投资方名称相近") for pk in _investors(names.normalise(investor_name), rows)}
    for pk, of, _key, at in rows:
        if site.strip() and names.normalise(at) == names.normalise(site):
            why[pk] = _("落地地址相同")
        if names.normalise(of) == names.normalise(name):
            why[pk] = _("项目名称相同")
    found = Project.objects.filter(pk__in=why).select_related("chain", "district", "first_reported_by")
    return [Likeness(project, why[project.pk]) for project in found.order_by("first_reported_at", "pk")[:MOST]]


def _investors(key: str, rows: Iterable[tuple[int, str, str, str]]) -> set[int]:
    """Projects whose investor is written almost like `key`, or is the same but for place and legal form."""
    if not key:
        return set()
    keys: dict[str, list[int]] = {}
    for pk, _name, of, _site in rows:
        if of and of != key:
            keys.setdefault(of, []).append(pk)
    near = process.extract(key, list(keys), scorer=fuzz.ratio, score_cutoff=NEAR, limit=100)
    core = names.core(key)
    like = [of for of, score, _n in near if score >= LIKE or (core and names.core(of) == core)]
    return {pk for of in like for pk in keys[of]}
