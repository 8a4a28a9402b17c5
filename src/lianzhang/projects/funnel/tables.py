"""The tables of the funnel: cohorts of signings, time in stages, the year's investment. On paper every figure stands in
a cell of its own; on screen a cohort's count and share stand together."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from lianzhang.projects.funnel import reckoning
from lianzhang.projects.stages import Stage
from lianzhang.tables import NOT_APPLICABLE, Column, Empty, TableSpec, values

NO_READING = Empty(_("还没有可以计算的数据。"))


@dataclass(frozen=True, kw_only=True)
class Cohort:
    """一批签约: what was signed in a month and how far it had got after 6, 12 and 24 months."""

    month: str
    count: int
    reached: list[list[int]]  # within × step
    young: tuple[int, ...]  # the months this cohort is not old enough for
    url: str = ""

    def share(self, within: int, step: int) -> Any:
        """The ratio; not applicable while the cohort is too young for it."""
        if reckoning.WITHIN[within] in self.young:
            return NOT_APPLICABLE
        return self.reached[within][step] / self.count

    def words(self, within: int, step: int) -> str:
        """Count and share, or that the time is not over."""
        count = self.reached[within][step]
        if reckoning.WITHIN[within] in self.young:
            return _now("%(count)s（未满）") % {"count": count}
        return _now("%(count)s（%(share)s）") % {"count": count, "share": values.plain(count / self.count, "ratio")}


@dataclass(frozen=True, kw_only=True)
class Stay:
    """一个阶段的停留时间."""

    stage: Stage
    count: int
    left_count: int
    quartiles: list[int | None]
    ways: list[float]
    url: str = ""

    @property
    def staying(self) -> float:
        """The share that has left by no way so far."""
        return max(0.0, 1 - sum(self.ways))


@dataclass(frozen=True, kw_only=True)
class Month:
    """A month of the year's investment, cumulative, 万元."""

    month: date
    done_wan: float | None
    low_wan: float | None
    middle_wan: float | None
    high_wan: float | None
    naive_wan: float | None
    is_past: bool
    has_past: bool


def cohort_rows(data: list[list[Any]], *, year: int | None, as_of: date, url: Callable[[str], str]) -> list[Cohort]:
    """The months of signing of a year, or of all years, newest first."""
    return [
        Cohort(month=month, count=count, reached=reached, young=young(month, as_of=as_of), url=url(month))
        for month, count, reached in data
        if year is None or month.startswith(f"{year}-")
    ]


def year_rows(data: list[list[Any]], *, as_of: date, url: Callable[[str], str]) -> list[Cohort]:
    """The years of signing, newest first; a year is too young for what its youngest month is too young for."""
    months = cohort_rows(data, year=None, as_of=as_of, url=url)
    return [
        Cohort(
            month=year,
            count=sum(one.count for one in mine),
            reached=[
                [sum(one.reached[within][step] for one in mine) for step in range(len(reckoning.STEPS))]
                for within in range(len(reckoning.WITHIN))
            ],
            young=max((one.young for one in mine), key=len),
            url=url(year),
        )
        for year, found in groupby(months, key=lambda one: one.month[:4])
        for mine in [list(found)]
    ]


def young(month: str, *, as_of: date) -> tuple[int, ...]:
    """Of 6, 12 and 24 months those that are not over yet for the last signed of the month."""
    year, number = map(int, month.split("-"))
    passed = (as_of.year - year) * 12 + as_of.month - number - 1  # whole months since the month of signing ended
    return tuple(within for within in reckoning.WITHIN if passed < within)


def stay_rows(data: Iterable[dict[str, Any]], *, url: Callable[[int], str]) -> list[Stay]:
    """The stages in order."""
    return [
        Stay(
            stage=Stage(row["stage"]),
            count=row["count"],
            left_count=row["left_count"],
            quartiles=row["quartiles"],
            ways=row["ways"],
            url=url(row["stage"]),
        )
        for row in data
    ]


def month_rows(year: int, data: dict[str, Any]) -> list[Month]:
    """The twelve months; none where nobody reported."""
    return [
        Month(
            month=date(year, month, 1),
            done_wan=done,
            low_wan=low,
            middle_wan=middle,
            high_wan=high,
            naive_wan=naive,
            is_past=month <= data["through"],
            has_past=data["has_past"],
        )
        for month, done, low, middle, high, naive in data["outlook"]
    ]


STEPS = tuple(step.label for step in reckoning.STEPS)
COHORT_NOTE = _(
    "按签约月份分批，分母为当月签约的全部项目（含后来流失、终止的），自签约之日起算6、12、24个月；"
    "签约日期不明的不计入。未满：这批签约还不到所说的月数，列出的是目前已到的个数。"
)
_MONTH = Column("month", _("签约月份"), lambda c: c.month, link=lambda c: c.url)
_SIGNED = Column("count", _("签约"), lambda c: c.count, kind="integer", unit=_("个"), is_total=True)


def _group(within: int) -> Any:
    return format_lazy(_("{months}个月内"), months=reckoning.WITHIN[within])


def _cohorts(columns: list[Column]) -> TableSpec:
    return TableSpec(
        key="funnel_cohorts",
        title=_("分批签约的转化"),
        columns=(_MONTH, _SIGNED, *columns),
        row_id="month",
        invented=None,
        note=COHORT_NOTE,
        empty=Empty(_("这一年没有登记签约日期的项目。")),
    )


def _by_year(months: TableSpec) -> TableSpec:
    """The same columns over the years of signing."""
    return replace(
        months,
        key="funnel_years",
        title=_("历年签约的转化"),
        columns=(replace(_MONTH, label=_("签约年份")), *months.columns[1:]),
        note=_("同下表，按签约年份合计。未满：这一年最晚一批签约还不到所说的月数。"),
        empty=Empty(_("没有登记签约日期的项目。")),
    )


def _cell(within: int, step: int) -> Column:
    return Column(f"w{within}_s{step}", STEPS[step], lambda c: c.words(within, step), group=_group(within))


def _numbers(within: int, step: int) -> list[Column]:
    name = f"w{within}_s{step}"
    return [
        Column(f"{name}_count", STEPS[step], lambda c: c.reached[within][step], kind="integer", group=_group(within)),
        Column(
            f"{name}_ratio",
            format_lazy(_("{step}比重"), step=STEPS[step]),
            lambda c: c.share(within, step),
            kind="ratio",
            group=_group(within),
        ),
    ]


PLACES = [(within, step) for within in range(len(reckoning.WITHIN)) for step in range(len(reckoning.STEPS))]
COHORTS = _cohorts([_cell(within, step) for within, step in PLACES])
COHORTS_IN_FIGURES = _cohorts(
    [
        *(column for within, step in PLACES for column in _numbers(within, step)),
        Column("young", _("未满（月）"), lambda c: "、".join(map(str, c.young))),
    ]
)
YEARS, YEARS_IN_FIGURES = _by_year(COHORTS), _by_year(COHORTS_IN_FIGURES)


def _days(key: str, label: Any, place: int) -> Column:
    def value(stay: Stay) -> Any:
        return NOT_APPLICABLE if stay.quartiles[place] is None else stay.quartiles[place]

    return Column(key, label, value, kind="integer", unit=_("天"), group=_("停留"))


def _way(key: str, label: Any, place: int) -> Column:
    return Column(key, label, lambda s: s.ways[place], kind="ratio", group=_("去向"))


STAYS = TableSpec(
    key="funnel_stays",
    title=_("各阶段停留时间"),
    columns=(
        Column("stage", _("阶段"), lambda s: s.stage.label, link=lambda s: s.url),
        Column("count", _("进入"), lambda s: s.count, kind="integer", unit=_("个")),
        Column("left_count", _("已离开"), lambda s: s.left_count, kind="integer", unit=_("个")),
        _days("quarter", _("四分之一离开"), 0),
        _days("median", _("中位数"), 1),
        _days("three_quarters", _("四分之三离开"), 2),
        _way("advanced_ratio", _("进入下一阶段"), 0),
        _way("lost_ratio", _("流失"), 1),
        _way("terminated_ratio", _("终止"), 2),
        Column("staying_ratio", _("仍在"), lambda s: s.staying, kind="ratio", group=_("去向")),
    ),
    row_id=lambda s: int(s.stage),
    invented=None,
    note=_(
        "历年全部项目。还在该阶段的按已停留天数计入（Kaplan–Meier），去向按竞争结局估计（Aalen–Johansen），"
        "四项相加为100%。“/”：离开的还不到这个比重。日期不明的不计入。"
    ),
    empty=NO_READING,
)


def _ahead(key: str, label: Any, *, is_told: Callable[[Month], bool]) -> Column:
    return Column(key, label, lambda m: getattr(m, key) if is_told(m) else NOT_APPLICABLE, kind="wan")


OUTLOOK = TableSpec(
    key="funnel_outlook",
    title=_("年度投资与年末预测"),
    columns=(
        Column("month", _("月份"), lambda m: m.month, kind="month"),
        _ahead("done_wan", _("累计完成"), is_told=lambda m: m.is_past),
        _ahead("low_wan", _("预测下限"), is_told=lambda m: not m.is_past and m.has_past),
        _ahead("middle_wan", _("预测中值"), is_told=lambda m: not m.is_past and m.has_past),
        _ahead("high_wan", _("预测上限"), is_told=lambda m: not m.is_past and m.has_past),
        _ahead("naive_wan", _("按上年同期"), is_told=lambda m: m.naive_wan is not None),
    ),
    row_id=lambda m: m.month.month,
    invented=None,
    note=_(
        "月报已核的当月完成投资逐月累计，未报的不计入；还没有关账的月份不计。预测：各个报全12个月的往年，全年是截至同月的几倍，"
        "取其平均，年度之间、项目之间的差异各重复抽样1,000次，上下限含八成；只有一个完整往年时不含年度之间的差异，偏窄。"
        "按上年同期：本年已完成加上年其后各月。两者都不知道今年的计划，只作对照。“/”：不适用。"
    ),
    empty=Empty(_("这一年还没有已核的月报。")),
)


@dataclass(frozen=True, kw_only=True)
class Looked:
    """回看: what an earlier year's forecast of the same month would have said, beside what came, 万元."""

    year: int
    actual_wan: float
    low_wan: float
    middle_wan: float
    high_wan: float
    naive_wan: float | None
    run_rate_wan: float

    @property
    def is_within(self) -> bool:
        return self.low_wan <= self.actual_wan <= self.high_wan


def looked(data: dict[str, Any]) -> list[Looked]:
    """The rows of a reading; a reading of before it was kept has none."""
    names = ("year", *reckoning.RECORDED)
    return [Looked(**dict(zip(names, row, strict=True))) for row in data.get("record", ())]


def _looked(key: str, label: Any) -> Column:
    return Column(key, label, lambda row: getattr(row, key), kind="wan")


RECORD = TableSpec(
    key="funnel_record",
    title=_("回看预测"),
    columns=(
        Column("year", _("年度"), lambda row: str(row.year)),
        _looked("actual_wan", _("全年实际")),
        _looked("low_wan", _("预测下限")),
        _looked("middle_wan", _("预测中值")),
        _looked("high_wan", _("预测上限")),
        Column("is_within", _("落在范围内"), lambda row: row.is_within, kind="boolean"),
        _looked("naive_wan", _("按上年同期")),
        _looked("run_rate_wan", _("按月平均")),
    ),
    row_id="year",
    invented=None,
    note=_("每个有往年可依的完整年度，只用当时以前的月报、截至同一月份重新预测。按月平均：截至当月已完成÷月数×12。"),
)


@dataclass(frozen=True, kw_only=True)
class LookedMonth:
    """回看 of one month: what a forecast asked for at its end would have been off, over the years there are."""

    through: int
    year_count: int
    within_count: int
    middle: float | None
    naive: float | None
    average: float | None


def looked_months(data: dict[str, Any]) -> list[LookedMonth]:
    """The rows of a reading; a reading of before it was kept has none."""
    names = ("through", "year_count", "within_count", "middle", "naive", "average")
    return [LookedMonth(**dict(zip(names, row, strict=True))) for row in data.get("record_months", ())]


def _off(key: str, label: Any) -> Column:
    def value(row: LookedMonth) -> Any:
        return NOT_APPLICABLE if getattr(row, key) is None else getattr(row, key)

    return Column(f"{key}_ratio", label, value, kind="ratio", group=_("平均相差"))


RECORD_MONTHS = TableSpec(
    key="funnel_record_months",
    title=_("回看各月的预测"),
    columns=(
        Column("through", _("截至月份"), lambda row: str(row.through)),
        Column("year_count", _("可回看的年度"), lambda row: row.year_count, kind="integer", unit=_("个")),
        Column("within_count", _("落在范围内"), lambda row: row.within_count, kind="integer", unit=_("个")),
        _off("middle", _("预测中值")),
        _off("naive", _("按上年同期")),
        _off("average", _("按月平均")),
    ),
    row_id="through",
    invented=None,
    note=_(
        "每个有往年可依的完整年度，各在1至11月之末只用当时以前的月报预测一次，与全年实际相差的比重，各年度平均。"
        "预测不比按上年同期或按月平均准的月份，应以后者为参照。"
    ),
)
