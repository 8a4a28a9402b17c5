"""Which sites fit what a project needs, and why: each condition is met, not met, or not known.

A condition a site leaves blank is not known: it neither fits nor rules the site out. Each condition is written once and
says both things asked of it: the words about one site, and the order of all sites in the database. Order: all met, then
not known, then by how far off; `off` is the sum of how far each condition not met is off, as a share of what is asked.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Case, F, FloatField, IntegerField, Q, Value, When
from django.db.models.functions import Cast
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lianzhang.resources.models import Site, SiteQuerySet
from lianzhang.tables import values

MET, UNMET, UNKNOWN = "met", "unmet", "unknown"
# Days late → how far off that is.
LATE = ((30, 0.1), (90, 0.25), (180, 0.5), (365, 0.75))


@dataclass(frozen=True)
class Verdict:
    """One condition about one site, in words."""

    mark: str
    text: str
    off: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Condition:
    """A condition: what is asked (`need`), what of the site answers it (`offer`)."""

    need: str
    offer: str
    label: str | Promise
    unit: str | Promise = ""

    def judge(self, wanted: Any, site: Site) -> Verdict:
        """What to say of one site."""
        have = getattr(site, self.offer)
        if have in (None, ""):
            return Verdict(UNKNOWN, _("%(what)s未填") % {"what": self.label})
        off = self.off(wanted, have)
        return Verdict(UNMET if off else MET, self.said(wanted if off else None, have), off)

    def off(self, wanted: Any, have: Any) -> float:
        """How far off `have` is; nothing where it is met."""
        raise NotImplementedError

    def said(self, wanted: Any, have: Any) -> str:
        """层高 8 米; where it is not met also what was asked: 层高 4 米（需不小于 6）."""
        raise NotImplementedError

    def unknown(self, wanted: Any) -> Q:  # noqa: ARG002
        """Where the site leaves it open."""
        return Q(**{f"{self.offer}__isnull": True})

    def sql(self, wanted: Any) -> Any:
        """`off` as the database works it out; nothing where it is met or not known."""
        raise NotImplementedError

    def _told(self, have: Any, bound: str, wanted: Any) -> str:
        unit = f" {self.unit}" if self.unit else ""
        if wanted is None:
            return f"{self.label} {_plain(have)}{unit}"
        words = {"what": self.label, "have": _plain(have), "unit": unit, "bound": bound, "wanted": _plain(wanted)}
        return _("%(what)s %(have)s%(unit)s（需%(bound)s %(wanted)s）") % words


@dataclass(frozen=True, kw_only=True)
class AtLeast(Condition):
    """The site offers at least as much."""

    def off(self, wanted: Any, have: Any) -> float:
        return max(0.0, float(wanted - have) / float(wanted or 1))

    def said(self, wanted: Any, have: Any) -> str:
        return self._told(have, _("不小于"), wanted)

    def sql(self, wanted: Any) -> Any:
        short = (Value(float(wanted)) - Cast(F(self.offer), FloatField())) / Value(float(wanted or 1))
        return _float(When(**{f"{self.offer}__lt": wanted}, then=short))


@dataclass(frozen=True, kw_only=True)
class Area(AtLeast):
    """空置面积; where that is not known, what is smaller as a whole is too small all the same."""

    whole: str

    def judge(self, wanted: Any, site: Site) -> Verdict:
        whole = getattr(site, self.whole)
        if getattr(site, self.offer) is None and whole is not None and whole < wanted:
            words = {"have": _plain(whole), "wanted": _plain(wanted)}
            return Verdict(UNMET, _("建筑面积 %(have)s ㎡（需不小于 %(wanted)s）") % words, self.off(wanted, whole))
        return super().judge(wanted, site)

    def unknown(self, wanted: Any) -> Q:
        return super().unknown(wanted) & (Q(**{f"{self.whole}__isnull": True}) | Q(**{f"{self.whole}__gte": wanted}))

    def sql(self, wanted: Any) -> Any:
        def short(name: str) -> Any:
            return (Value(float(wanted)) - Cast(F(name), FloatField())) / Value(float(wanted or 1))

        return _float(
            When(**{f"{self.offer}__lt": wanted}, then=short(self.offer)),
            When(**{f"{self.offer}__isnull": True, f"{self.whole}__lt": wanted}, then=short(self.whole)),
        )


@dataclass(frozen=True, kw_only=True)
class Divisible(Condition):
    """A larger vacancy may be let in parts; whether it is, the ledger does not say."""

    def judge(self, wanted: Any, site: Site) -> Verdict:
        have = getattr(site, self.offer)
        if have is not None and have > wanted:
            words = {"have": _plain(have), "wanted": _plain(wanted)}
            return Verdict(UNKNOWN, _("空置 %(have)s ㎡，多于所需的 %(wanted)s，能否分租须问") % words)
        return super().judge(wanted, site)

    def off(self, wanted: Any, have: Any) -> float:  # noqa: ARG002
        return 0.0

    def said(self, wanted: Any, have: Any) -> str:
        return self._told(have, _("不大于"), wanted)

    def unknown(self, wanted: Any) -> Q:
        return super().unknown(wanted) | Q(**{f"{self.offer}__gt": wanted})

    def sql(self, wanted: Any) -> Any:  # noqa: ARG002
        return Value(0.0, output_field=FloatField())


@dataclass(frozen=True, kw_only=True)
class AtMost(Condition):
    """The site asks at most as much."""

    def off(self, wanted: Any, have: Any) -> float:
        return max(0.0, float(have - wanted) / float(wanted or 1))

    def said(self, wanted: Any, have: Any) -> str:
        return self._told(have, _("不高于"), wanted)

    def sql(self, wanted: Any) -> Any:
        over = (Cast(F(self.offer), FloatField()) - Value(float(wanted))) / Value(float(wanted or 1))
        return _float(When(**{f"{self.offer}__gt": wanted}, then=over))


@dataclass(frozen=True, kw_only=True)
class Same(Condition):
    """The site is of the kind asked for."""

    labels: Mapping[str, Any] = field(default_factory=dict)

    def off(self, wanted: Any, have: Any) -> float:
        return 0.0 if wanted == have else 1.0

    def said(self, wanted: Any, have: Any) -> str:
        if wanted is None:
            return _("%(what)s：%(have)s") % {"what": self.label, "have": self.labels[have]}
        words = {"what": self.label, "have": self.labels[have], "wanted": self.labels[wanted]}
        return _("%(what)s：%(have)s（需%(wanted)s）") % words

    def unknown(self, wanted: Any) -> Q:  # noqa: ARG002
        return Q(**{self.offer: ""})

    def sql(self, wanted: Any) -> Any:
        return _float(When(~Q(**{self.offer: wanted}) & ~Q(**{self.offer: ""}), then=Value(1.0)))


@dataclass(frozen=True, kw_only=True)
class InTime(Condition):
    """可用时间: a site that is ready and names no day can be used now."""

    def judge(self, wanted: date, site: Site) -> Verdict:
        if site.available_on is None and site.progress == Site.Progress.READY:
            return Verdict(MET, _("现在可用"))
        return super().judge(wanted, site)

    def off(self, wanted: date, have: date) -> float:
        late = (have - wanted).days
        return 0.0 if late <= 0 else next((off for days, off in LATE if late <= days), 1.0)

    def said(self, wanted: date | None, have: date) -> str:
        if wanted is None:
            return _("%(have)s 可用") % {"have": have.isoformat()}
        return _("%(have)s 可用（需 %(wanted)s 前）") % {"have": have.isoformat(), "wanted": wanted.isoformat()}

    def unknown(self, wanted: date) -> Q:
        return super().unknown(wanted) & ~Q(progress=Site.Progress.READY)

    def sql(self, wanted: date) -> Any:
        steps = [
            When(available_on__gt=wanted + timedelta(days=days), then=Value(then))
            for days, then in zip((365, 180, 90, 30, 0), (1.0, 0.75, 0.5, 0.25, 0.1), strict=True)
        ]
        return _float(*steps)


@dataclass(frozen=True, kw_only=True)
class Room(Condition):
    """Asked of every site: that there is anything left. `wanted` says nothing."""

    def judge(self, wanted: Any, site: Site) -> Verdict:  # noqa: ARG002
        if site.progress == Site.Progress.FULL:
            return Verdict(UNMET, _("已满"), 1.0)
        return Verdict(MET, str(Site.Progress(site.progress).label))

    def unknown(self, wanted: Any) -> Q:  # noqa: ARG002
        return Q(pk__in=[])

    def sql(self, wanted: Any) -> Any:  # noqa: ARG002
        return _float(When(progress=Site.Progress.FULL, then=Value(1.0)))


def _float(*cases: When) -> Case:
    return Case(*cases, default=Value(0.0), output_field=FloatField())


def _plain(value: Any) -> str:
    return values.grouped(value, places=2) if isinstance(value, Decimal | int) else str(value)


ROOM = Room(need="", offer="progress", label=gettext_lazy("建设状态"))
CONDITIONS: tuple[Condition, ...] = (
    Same(need="kind", offer="kind", label=gettext_lazy("种类"), labels=dict(Site.Kind.choices)),
    Area(need="area_m2", offer="vacant_m2", whole="area_m2", label=gettext_lazy("空置面积"), unit="㎡"),
    Divisible(need="area_most_m2", offer="vacant_m2", label=gettext_lazy("空置面积"), unit="㎡"),
    AtLeast(need="land_mu", offer="land_mu", label=gettext_lazy("可供用地"), unit=gettext_lazy("亩")),
    AtLeast(need="floor_load_kg", offer="floor_load_kg", label=gettext_lazy("承重"), unit="kg/㎡"),
    AtLeast(need="clear_height_m", offer="clear_height_m", label=gettext_lazy("层高"), unit=gettext_lazy("米")),
    AtMost(need="rent_most_yuan", offer="rent_yuan", label=gettext_lazy("租金"), unit=gettext_lazy("元/㎡·月")),
    AtLeast(need="power_kva", offer="power_kva", label=gettext_lazy("可供用电"), unit="kVA"),
    AtLeast(need="energy_tce", offer="energy_tce", label=gettext_lazy("可供能耗"), unit=gettext_lazy("吨标准煤/年")),
    Same(need="land_use", offer="land_use", label=gettext_lazy("用地性质"), labels=dict(Site.LandUse.choices)),
    InTime(need="needed_by", offer="available_on", label=gettext_lazy("可用时间")),
)


def asked(need: Any) -> list[tuple[Condition, Any]]:
    """The conditions a need states, each with what is wanted; that there is room is asked always."""
    stated = [(each, getattr(need, each.need)) for each in CONDITIONS]
    return [(ROOM, None), *((each, wanted) for each, wanted in stated if wanted not in (None, ""))]


def judged(need: Any, site: Site) -> list[Verdict]:
    """Every condition asked, about one site."""
    return judge(asked(need), site)


def judge(conditions: list[tuple[Condition, Any]], site: Site) -> list[Verdict]:
    """The same of conditions already drawn from a need, for many sites."""
    return [condition.judge(wanted, site) for condition, wanted in conditions]


def told(verdicts: Sequence[Verdict]) -> str:
    """The verdicts in one text, what is not met first."""
    heads = ((UNMET, _("不满足")), (UNKNOWN, _("待核实")), (MET, _("满足")))
    found = {mark: [each.text for each in verdicts if each.mark == mark] for mark, _head in heads}
    return "\n".join(f"{head}：{'；'.join(found[mark])}" for mark, head in heads if found[mark])


def ranked(need: Any, sites: SiteQuerySet) -> SiteQuerySet:
    """Sites with `off` and `unknown_count`, in the order the module says."""
    off: Any = Value(0.0, output_field=FloatField())
    unknown: Any = Value(0, output_field=IntegerField())
    for condition, wanted in asked(need):
        off = off + condition.sql(wanted)
        unknown = unknown + Case(
            When(condition.unknown(wanted), then=Value(1)), default=Value(0), output_field=IntegerField()
        )
    return sites.annotate(off=off, unknown_count=unknown).order_by("off", "unknown_count", "code")
