"""可能重复: open projects that look like the one being entered. A likeness is a question for a person, not a refusal
of the investor: whoever says why it is another project enters it."""

from dataclasses import dataclass, field

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from rapidfuzz import fuzz, process

from chainlab import names
from lianzhang.projects import investors, queries
from lianzhang.projects.models import Project
from lianzhang.projects.stages import Stage

# Of 100; one sign of eight may differ. Below it two firms of one trade in one town look alike.
LIKE = 88
NEAR = 60  # worth comparing without place and legal form
MOST = 20


@dataclass(frozen=True)
class Likeness:
    """A project that looks like the new one, and in what."""

    project: Project
    why: str


@dataclass
class Known:
    """Every open project by what a new one may share with it, read once; ids in the order of first report."""

    code_of: dict[int, str] = field(default_factory=dict)
    name_of: dict[int, str] = field(default_factory=dict)
    reporter_of: dict[int, str] = field(default_factory=dict)
    by_name: dict[str, list[int]] = field(default_factory=dict)
    by_site: dict[str, list[int]] = field(default_factory=dict)
    by_investor: dict[str, list[int]] = field(default_factory=dict)

    def label(self, pk: int) -> str:
        """What a person knows it by."""
        return f"{self.code_of[pk]} {self.name_of[pk]}"

    def alike(self, *, name: str, investor_name: str, site: str) -> dict[int, str]:
        """Project → in what it looks like the one described: the name, the address, or the investor's name as it is
        written or but for place and legal form. Earliest report first."""
        key = names.normalise(investor_name)
        why: dict[int, str] = {}
        near = (
            process.extract(key, list(self.by_investor), scorer=fuzz.ratio, score_cutoff=NEAR, limit=100) if key else ()
        )
        for other, score, _n in near:
            if score >= LIKE or (names.core(key) and names.core(other) == names.core(key)):
                word = _("投资方相同") if other == key else _("投资方名称相近")
                why |= dict.fromkeys(self.by_investor[other], word)
        if site.strip():
            why |= dict.fromkeys(self.by_site.get(names.normalise(site), ()), _("落地地址相同"))
        if name.strip():
            why |= dict.fromkeys(self.by_name.get(names.normalise(name), ()), _("项目名称相同"))
        return {pk: why[pk] for pk in self.code_of if pk in why}


def known(among: "QuerySet[Project] | None" = None) -> Known:
    """All open projects, or those `among` which one looks, read for many questions."""
    found = Known()
    rows = (queries.open_projects() if among is None else among).order_by("first_reported_at", "pk")
    wanted = ("pk", "code", "name", "investor_key", "site", "first_reported_by__name_zh")
    for pk, code, name, investor_key, site, reporter in rows.values_list(*wanted):
        found.code_of[pk], found.name_of[pk], found.reporter_of[pk] = code, name, reporter or "—"
        found.by_name.setdefault(names.normalise(name), []).append(pk)
        if investor_key:
            found.by_investor.setdefault(investor_key, []).append(pk)
        if site.strip():
            found.by_site.setdefault(names.normalise(site), []).append(pk)
    return found


def alike(*, name: str, investor_name: str, site: str) -> list[Likeness]:
    """Open projects that look like the one described; earliest report first."""
    why = known().alike(name=name, investor_name=investor_name, site=site)
    return _told(why)


def signed_before(project: Project) -> list[Likeness]:
    """重复签约: projects signed already, whatever became of them, that this one may be again: of the same investor, or
    alike in name or address. What is tied to it as its predecessor or successor is known and left out."""
    tied = Q(pk__in=[project.pk, project.predecessor_id or 0]) | Q(predecessor=project.pk)
    signed = Project.objects.filter(Q(stage__gte=Stage.SIGNED) | Q(signings__isnull=False)).exclude(tied).distinct()
    why = known(signed).alike(name=project.name, investor_name=project.investor_name, site=project.site)
    keys = investors.keys(
        investor_name=project.investor_name, investor_code=project.investor_code, enterprise=project.enterprise
    )
    same = signed.filter(queries.of_investor(keys)).order_by("first_reported_at", "pk").values_list("pk", flat=True)
    return _told(dict.fromkeys(same, _("投资方相同")) | why)


def _told(why: dict[int, str]) -> list[Likeness]:
    wanted = list(why)[:MOST]
    found = Project.objects.select_related("chain", "district", "first_reported_by").in_bulk(wanted)
    return [Likeness(found[pk], why[pk]) for pk in wanted]
