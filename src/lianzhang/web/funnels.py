"""The funnel as a page says it: which scope is asked for, its sentence with numbers that open, its rates with both
denominators named."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import takewhile
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lianzhang.accounts.models import Body, Person
from lianzhang.accounts.rules import BodyKind, Role
from lianzhang.chains.models import Chain
from lianzhang.indicators import definitions
from lianzhang.projects.models import FunnelReading
from lianzhang.projects.stages import Stage
from lianzhang.tables import values

RATES = ("start_rate_plan", "start_rate_signed", "fulfil_rate", "funds_in_rate")
ENTERED = ((Stage.SIGNED, "signed"), (Stage.STARTED, "started"), (Stage.IN_PRODUCTION, "produced"))


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What a funnel is asked of: a chain, a district (None: every one), a year."""

    chain: Chain | None
    district: Body | None
    year: int

    def query(self, **more: Any) -> str:
        """The address part that asks for it again."""
        said = {
            "chain": self.chain.code if self.chain else "",
            "district": self.district.code if self.district else "",
            "year": str(self.year),
            **more,
        }
        return "?" + urlencode({name: value for name, value in said.items() if value})

    def rows(self, what: str, when: str) -> str:
        """The address of the projects behind a number."""
        scope = {
            "chain": self.chain.code if self.chain else "",
            "district": self.district.code if self.district else "",
        }
        query = urlencode({name: value for name, value in scope.items() if value})
        return reverse("projects:funnel_rows", args=[what, when]) + (f"?{query}" if query else "")

    @property
    def words(self) -> str:
        """The scope in words."""
        chain = self.chain.name if self.chain else _("全部产业链")
        district = self.district.name if self.district else _("全部区市")
        return _("%(chain)s · %(district)s · %(year)s年") % {"chain": chain, "district": district, "year": self.year}


def asked(request: HttpRequest, *, person: Person, today: date, chain: Chain | None = None) -> Asked:
    """The scope of the address, or of the page of `chain`; a district's own people always ask of their own district."""
    bodies = Body.objects.visible_to(person).filter(kind=BodyKind.DISTRICT)
    own: dict[str, Any] = {"pk": person.reach.body_id} if person.reach.role is Role.DISTRICT else {}
    code, district = request.GET.get("chain", ""), own or {"code": request.GET.get("district", "")}
    year = request.GET.get("year", "")
    return Asked(
        chain=chain or (Chain.objects.visible_to(person).filter(code=code).first() if code else None),
        district=bodies.filter(**district).first() if all(district.values()) else None,
        year=int(year) if year.isascii() and year.isdigit() and 2000 <= int(year) <= today.year else today.year,
    )


def reading(person: Person, found: Asked) -> FunnelReading | None:
    """The last reading of the scope."""
    return FunnelReading.objects.visible_to(person).filter(chain=found.chain, district=found.district).first()


def sentence(data: dict[str, Any], found: Asked) -> SafeString:
    """What came this year and where projects stall; every number opens its projects."""
    year = data["years"].get(str(found.year))
    if year is None:
        return format_html("{}", _("%(year)s年没有项目记录。") % {"year": found.year})
    numbers = [_number(found, "came-in", year["came_in"])]
    numbers += [_number(found, name, year["entered"][str(int(stage))]) for stage, name in ENTERED]
    said = format_html(
        _("{year}年新增线索{came}条，签约{signed}个，开工{started}个，投产{produced}个。"),
        year=found.year,
        **dict(zip(("came", "signed", "started", "produced"), numbers, strict=True)),
    )
    return format_html("{}{}", said, stall(data))


def stall(data: dict[str, Any]) -> str:
    """Where projects stay longest before they produce: the longest median, and a stage that most have not left."""
    stays = [row for row in data["stays"] if row["stage"] < Stage.IN_PRODUCTION]
    told = [row for row in stays if row["quartiles"][1] is not None]
    stuck = [row for row in stays if row["quartiles"][1] is None and row["count"] >= 3]
    said = ""
    if told:
        worst = max(told, key=lambda row: row["quartiles"][1])
        said = _("投产前停留最久的是“%(stage)s”，中位数%(days)s天（%(count)s个已离开）。") % {
            "stage": Stage(worst["stage"]).label,
            "count": values.plain(worst["left_count"], "integer"),
            "days": values.plain(worst["quartiles"][1], "integer"),
        }
    if stuck:
        most = max(stuck, key=lambda row: row["count"])
        said += _("进入“%(stage)s”的%(count)s个，过半还没有离开。") % {
            "stage": Stage(most["stage"]).label,
            "count": values.plain(most["count"], "integer"),
        }
    return said


def rates(data: dict[str, Any], found: Asked) -> list[dict[str, Any]]:
    """The rates of the year, each with its numerator, the denominator by name, and where it is explained."""
    year = data["years"].get(str(found.year))
    if year is None:
        return []
    told = []
    for key in RATES:
        done, whole = year[key]
        definition = definitions.all_definitions()[key]
        told.append(
            {
                "key": key,
                "label": definition.label,
                "value": values.plain(done / whole, "ratio") if whole else _("未算"),
                "of": _of(key, done, whole, year),
                "explain": reverse("projects:explain_funnel", args=[key]) + found.query(),
            }
        )
    return told


def judged(record: Sequence[Any]) -> str:
    """How the forecast would have come true in earlier years, beside the two plain ways; nothing without such years."""
    if not record:
        return ""

    def off(name: str) -> str:
        told = [(getattr(row, name), row.actual_wan) for row in record]
        errors = [abs(said / actual - 1) for said, actual in told if said is not None and actual]
        return values.plain(sum(errors) / len(errors), "ratio") if errors else "—"

    words = {
        "count": len(record),
        "middle": off("middle_wan"),
        "naive": off("naive_wan"),
        "average": off("run_rate_wan"),
        "within": sum(row.is_within for row in record),
    }
    return (
        ngettext(
            "回看%(count)d年的同一月份：预测中值平均相差%(middle)s，按上年同期%(naive)s，按月平均%(average)s；%(within)d年落在范围内。",
            "回看%(count)d年的同一月份：预测中值平均相差%(middle)s，按上年同期%(naive)s，按月平均%(average)s；%(within)d年落在范围内。",
            len(record),
        )
        % words
    )


def nearest_since(months: Sequence[Any]) -> str:
    """From which month on the forecast has been nearer than both plain ways, every month to the year's end."""
    told = [row for row in months if row.middle is not None]
    if not told:
        return ""
    nearer = list(takewhile(_is_nearest, reversed(told)))
    if not nearer:
        return _("按以往，到11月末仍是另两种算法之一更准。")
    return _("按以往，从%(month)s月末起预测中值比另两种算法都准。") % {"month": nearer[-1].through}


def _is_nearest(row: Any) -> bool:
    return all(row.middle < other for other in (row.naive, row.average) if other is not None)


def _of(key: str, done: float, whole: float, year: dict[str, Any]) -> str:
    """Numerator and denominator by name; why there is none."""
    kind: values.Kind = "yi" if key == "funds_in_rate" else "integer"
    words = {"done": values.plain(done, kind), "whole": values.plain(whole, kind)}
    if key == "start_rate_plan":
        return _("已开工%(done)s ÷ 年度计划新开工%(whole)s") % words if whole else _("年度计划未定新开工项目")
    batch = year["start_rate_signed"][1]
    if not batch:
        return _("当年没有签约")
    if key == "start_rate_signed":
        return _("已开工%(done)s ÷ 当年签约%(whole)s") % words
    if key == "fulfil_rate":
        return _("履约%(done)s ÷ 当年签约%(whole)s") % words
    known = year["funds_known_count"]
    if not known:
        return _("当年签约的%(batch)s个，协议额和到位资金没有都填的") % {"batch": batch}
    said = _("到位%(done)s亿元 ÷ 协议%(whole)s亿元") % words
    unknown = batch - known
    return said + (_("；%(count)s个未填，两边都不计") % {"count": unknown} if unknown else "")


def _number(found: Asked, what: str, count: int) -> SafeString | str:
    shown = values.plain(count, "integer")
    return format_html('<a href="{}">{}</a>', found.rows(what, str(found.year)), shown) if count else shown
