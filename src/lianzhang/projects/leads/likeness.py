"""可能重复: open projects that look like the one being entered, in a form, in a row of a ledger or in a signing. A
likeness is a question for a person, not a refusal of the investor: whoever says why it is another project enters it."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from django.db.models import Q, QuerySet
from django.db.models.fields.json import KT
from django.utils.translation import gettext as _
from rapidfuzz import fuzz, process

from chainlab import names
from lianzhang.intake.models import LedgerExtra
from lianzhang.projects import investors, queries
from lianzhang.projects.models import Project
from lianzhang.projects.stages import Stage

# Of 100; one sign of eight may differ. Below it two firms of one trade in one town look alike.
LIKE = 88
NEAR = 60  # worth comparing without place and legal form
MOST = 20
# What a ledger keeps beside a project of a firm that the register does not know: its name, its credit code.
BESIDE = {"leads": ("company", "uscc"), "key_projects": ("builder", "builder_uscc")}


@dataclass(frozen=True)
class Likeness:
    """A project that looks like the new one, and in what."""

    project: Project
    why: str


@dataclass
class Known:
    """Projects by what a new one may share with them, read once; ids in the order of first report."""

    code_of: dict[int, str] = field(default_factory=dict)
    name_of: dict[int, str] = field(default_factory=dict)
    reporter_of: dict[int, str] = field(default_factory=dict)
    chain_of: dict[int, int] = field(default_factory=dict)
    by_name: dict[str, list[int]] = field(default_factory=dict)
    by_site: dict[str, list[int]] = field(default_factory=dict)
    by_investor: dict[str, list[int]] = field(default_factory=dict)  # its name as written in the project
    by_key: dict[str, list[int]] = field(default_factory=dict)  # every key of `investors`, credit codes among them

    def label(self, pk: int) -> str:
        """What a person knows it by."""
        return f"{self.code_of[pk]} {self.name_of[pk]}"

    def alike(
        self, *, name: str, investor_name: str, site: str = "", keys: Collection[str] = (), within: int | None = None
    ) -> dict[int, str]:
        """Project → in what it looks like the one described: the name, the address, the investor by one of its `keys`
        (names and credit codes), or its name but for place and legal form. Earliest report first.

        `within` a chain, an investor is asked about only by its keys and only in that chain: a ledger of projects under
        way has several of one large firm.
        """
        key = names.normalise(investor_name) if investor_name.strip() else ""
        why: dict[int, str] = {}
        for other in self._near(key) if within is None else ():
            why |= dict.fromkeys(self.by_investor[other], _("投资方名称相近"))
        same = [pk for each in dict.fromkeys([key, *keys]) for pk in self.by_key.get(each, ())]
        why |= dict.fromkeys((pk for pk in same if within in (None, self.chain_of[pk])), _("投资方相同"))
        if site.strip():
            why |= dict.fromkeys(self.by_site.get(names.normalise(site), ()), _("落地地址相同"))
        if name.strip():
            why |= dict.fromkeys(self.by_name.get(names.normalise(name), ()), _("项目名称相同"))
        return {pk: why[pk] for pk in self.code_of if pk in why}

    def is_likely(self, pk: int, *, name: str) -> bool:
        """Whether the name nearly says so itself; an investor alone has several projects."""
        return fuzz.ratio(names.normalise(name), names.normalise(self.name_of[pk])) >= LIKE

    def _near(self, key: str) -> list[str]:
        """Names of investors close to this one."""
        if not key:
            return []
        core = names.core(key)
        close = process.extract(key, list(self.by_investor), scorer=fuzz.ratio, score_cutoff=NEAR, limit=100)
        return [other for other, score, _n in close if score >= LIKE or (core and names.core(other) == core)]

    def keep(self, pk: int, keys: Iterable[str]) -> None:
        """Know a project by these keys of its investor."""
        for key in dict.fromkeys(each for each in keys if each):
            self.by_key.setdefault(key, []).append(pk)


def known(among: "QuerySet[Project] | None" = None) -> Known:
    """All open projects, or those `among` which one looks, read for many questions."""
    found = Known()
    rows = (queries.open_projects() if among is None else among).order_by("first_reported_at", "pk")
    wanted = ("pk", "code", "name", "chain_id", "site", "first_reported_by__name_zh")
    firm = ("investor_key", "investor_code", "enterprise__name_key", "enterprise__credit_code")
    for pk, code, name, chain, site, reporter, *called in rows.values_list(*wanted, *firm):
        found.code_of[pk], found.name_of[pk], found.reporter_of[pk] = code, name, reporter or "—"
        found.chain_of[pk] = chain
        found.by_name.setdefault(names.normalise(name), []).append(pk)
        if called[0]:
            found.by_investor.setdefault(called[0], []).append(pk)
        if site.strip():
            found.by_site.setdefault(names.normalise(site), []).append(pk)
        found.keep(pk, (called[0], *investors.coded(called[1]), called[2] or "", *investors.coded(called[3] or "")))
    for pk, name, credit_code in _beside():
        if pk in found.code_of:
            found.keep(pk, investors.keys(investor_name=name, investor_code=credit_code))
    return found


def _beside() -> Iterable[tuple[int, str, str]]:
    """(project, firm, its credit code) as ledgers keep them beside projects whose firm is in no register."""
    kept = LedgerExtra.objects.filter(ledger__in=dict(BESIDE), subject_type=Project._meta.label_lower)
    fields = [name for pair in BESIDE.values() for name in pair]
    said = kept.filter(values__has_any_keys=fields).annotate(
        **{f"said_{name}": KT(f"values__{name}") for name in fields}
    )
    for subject_id, ledger, *texts in said.order_by("pk").values_list(
        "subject_id", "ledger", *(f"said_{name}" for name in fields)
    ):
        firm, code = (dict(zip(fields, texts, strict=True))[name] or "" for name in BESIDE[ledger])
        yield int(subject_id), firm, code


def alike(*, name: str, investor_name: str, site: str, keys: Collection[str] = ()) -> list[Likeness]:
    """Open projects that look like the one described; earliest report first."""
    return _told(known().alike(name=name, investor_name=investor_name, site=site, keys=keys))


def has_signed() -> "QuerySet[Project]":
    """Projects that were signed, at an event or by their stage, whatever became of them."""
    return Project.objects.filter(Q(stage__gte=Stage.SIGNED) | Q(signings__isnull=False)).distinct()


def signed_before(project: Project) -> list[Likeness]:
    """重复签约: projects signed already, whatever became of them, that this one may be again: of the same investor, or
    alike in name or address. What is tied to it as its predecessor or successor is known and left out."""
    tied = Q(pk__in=[project.pk, project.predecessor_id or 0]) | Q(predecessor=project.pk)
    keys = investors.keys(
        investor_name=project.investor_name, investor_code=project.investor_code, enterprise=project.enterprise
    )
    signed = known(has_signed().exclude(tied))
    return _told(signed.alike(name=project.name, investor_name=project.investor_name, site=project.site, keys=keys))


def _told(why: dict[int, str]) -> list[Likeness]:
    wanted = list(why)[:MOST]
    found = Project.objects.select_related("chain", "district", "first_reported_by").in_bulk(wanted)
    return [Likeness(found[pk], why[pk]) for pk in wanted]
