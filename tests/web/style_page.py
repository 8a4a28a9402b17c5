"""A page of every shape the frame and the tables can take: addresses for tests only, beside the real ones."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _

from lianzhang import tables
from lianzhang.accounts.models import Body
from lianzhang.accounts.rules import BodyKind
from lianzhang.config.urls import urlpatterns as real
from lianzhang.web import access, batches, explain, listing

DAY = dt.date(2026, 11, 20)


@dataclass(frozen=True)
class Line:
    """One chain as the city table shows it."""

    pk: int
    code: str
    name: str
    chief: str | None
    result: str
    planned: int
    late: int
    light: tables.Light
    invested_wan: Decimal | tables.Blank | None
    change_wan: Decimal | None
    local_ratio: float | tables.Blank | None
    as_of_on: dt.date | None
    group: str


NAMES = [
    "智能家电",
    "轨道交通装备",
    "新能源汽车",
    "高端化工",
    "海洋装备",
    "食品饮料",
    "纺织服装",
    "智能制造装备",
    "现代金融",
    "现代商贸",
    "文化旅游",
    "现代物流",
]
LIGHTS = (
    tables.Light("normal"),
    tables.Light("late", "逾期2天", "冰箱压缩机缺口核实未报"),
    tables.Light("watch"),
    tables.Light("done"),
    tables.Light("suspended"),
    tables.Light("idle"),
)


def lines() -> list[Line]:
    """Twelve chains, half of them services, with every sort of blank."""
    made = []
    for n, name in enumerate(NAMES, start=1):
        is_service = name.startswith(("现代", "文化"))
        made.append(
            Line(
                pk=1000 + n,
                code=f"L-{n:02d}",
                name=name,
                chief=None if n == 5 else f"示例链长{'甲乙丙丁戊己庚辛壬癸子丑'[n - 1]}",
                result="产业规模与主要企业运行情况见上年总结，重点事项按期完成" if n % 3 else "<b>未报</b> & 待核",
                planned=n * 7 % 23,
                late=n % 4,
                light=LIGHTS[n % len(LIGHTS)],
                invested_wan=None if n == 3 else Decimal("1234567.50") / n,
                change_wan=None if n == 4 else Decimal("1500.25") - n * 300,
                local_ratio=tables.NOT_APPLICABLE if is_service else tables.WITHHELD if n == 2 else 0.311 + n / 50,
                as_of_on=DAY if n != 6 else None,
                group="service" if is_service else "strong",
            )
        )
    return made


def _detail(row: Line) -> str:
    return reverse("style_detail", args=[row.code])


def _explained(_row: Line) -> str:
    return reverse("style_explained")


CITY = tables.TableSpec(
    key="city",
    invented=None,
    title=_("全市总表"),
    columns=(
        tables.Column("name", _("产业链"), lambda r: r.name, link=_detail, sort="name"),
        tables.Column("code", _("编号"), lambda r: r.code, kind="code", is_default=False, sort="code"),
        tables.Column("chief", _("链长"), lambda r: r.chief, group=_("责任")),
        tables.Column("light", _("状态"), lambda r: r.light, kind="light", group=_("责任")),
        tables.Column("result", _("上年结果"), lambda r: r.result, is_wrapped=True),
        tables.Column(
            "planned",
            _("年度计划"),
            lambda r: r.planned,
            kind="integer",
            unit=_("项"),
            sort="planned",
            is_total=True,
            group=_("计划"),
        ),
        tables.Column(
            "late",
            _("逾期"),
            lambda r: r.late,
            kind="integer",
            unit=_("项"),
            sort="late",
            is_total=True,
            explain=_explained,
            group=_("计划"),
        ),
        tables.Column(
            "invested_wan",
            _("完成投资"),
            lambda r: r.invested_wan,
            kind="wan",
            sort="invested_wan",
            is_total=True,
            explain=_explained,
            group=_("项目"),
            help=_("备案口径，含续建项目。"),
        ),
        tables.Column(
            "change_wan",
            _("较上月"),
            lambda r: r.change_wan,
            kind="wan",
            is_signed=True,
            sort="change_wan",
            group=_("项目"),
        ),
        tables.Column("local_ratio", _("本地配套率"), lambda r: r.local_ratio, kind="ratio", sort="local_ratio"),
        tables.Column("as_of_on", _("数据截至"), lambda r: r.as_of_on, kind="date", sort="as_of_on"),
    ),
    filters=(
        tables.Filter("group", _("分组"), choices=(("strong", _("优势产业链")), ("service", _("现代服务业")))),
        tables.Filter(
            "light",
            _("状态"),
            kind="multi",
            choices=(("late", _("逾期")), ("watch", _("滞后"))),
            apply=lambda rows, codes: [r for r in rows if r.light.code in codes],
        ),
        tables.Filter("as_of_on", _("数据截至"), kind="date_range", is_folded=True),
    ),
    search=("name",),
    row_url=_detail,
    row_id=lambda r: r.code,
    empty=(_("还没有产业链。"), _("新建"), "home"),
    note=_("完成投资为备案口径；本地配套率按采购额计算，供应商未填的不计入。"),
)

BODIES = tables.TableSpec(
    key="bodies",
    title=_("机构"),
    columns=(
        tables.Column("code", _("代码"), lambda r: r.code, kind="code", sort="code"),
        tables.Column("name_zh", _("名称"), lambda r: r.name_zh, sort="name_zh"),
        tables.Column("kind", _("种类"), lambda r: r.get_kind_display(), sort="kind"),
        tables.Column("version", _("版次"), lambda r: r.version, kind="integer", sort="version", is_total=True),
        tables.Column("secret", _("内部"), lambda r: "internal words", may_see=lambda p: p.reach.role == "secretariat"),
    ),
    filters=(
        tables.Filter("kind", _("种类"), choices=BodyKind.choices),
        tables.Filter("is_active", _("在用"), kind="boolean"),
    ),
    search=("name_zh", "code"),
    default_order=("code",),
    page_size=10,
    empty=(_("还没有机构。"), _("新建"), "home"),
)

BATCH = (
    batches.Action(label=_("催办"), url="/style/urge"),
    batches.Action(label=_("退回"), url="/style/return", confirm=_("退回所选事项？"), asks_reason=True),
)


@access.signed_in
def city(request: HttpRequest) -> HttpResponse:
    context = {
        "lead": _("12 条链中 11 条有年度计划，共 125 项；逾期 18 项，涉及 9 条链。"),
        "as_of": DAY,
        "illustrative": True,
        "batch": BATCH,
    }
    return listing.respond(request, CITY, lines(), context=context)


@access.signed_in
def bodies(request: HttpRequest) -> HttpResponse:
    return listing.respond(request, BODIES, Body.objects.visible_to(access.person_of(request)))


@access.signed_in
def none(request: HttpRequest) -> HttpResponse:
    return listing.respond(request, BODIES, Body.objects.none())


@access.signed_in
def detail(request: HttpRequest, code: str) -> HttpResponse:
    row = next(line for line in lines() if line.code == code)
    context: dict[str, Any] = {
        "row": row,
        "as_of": DAY,
        "tabs": [
            {"label": _("概况"), "url": "#a", "is_here": True, "count": None},
            {"label": _("项目"), "url": "#b", "is_here": False, "count": 24},
        ],
        "facts": [
            (_("链长"), row.chief),
            (_("完成投资"), row.invested_wan, "/style/explained"),
            (_("状态"), row.light),
        ],
        "history": [
            {
                "at": dt.datetime(2026, 11, 20, 9, 30, tzinfo=dt.UTC),
                "who": "clerk_a",
                "what": "修改",
                "changes": [{"label": "名称", "before": "旧", "after": row.name}],
            }
        ],
        "evidence": [{"name": "开工照片.jpg", "url": "/x", "added_by": "clerk_a", "added_at": DAY, "size": 120_000}],
        "job": {"state": "done", "message": "用时 3 秒"},
        "table": listing.plain(request, CITY, lines()[:3]),
    }
    return render(request, "style/detail.html", context)


@access.signed_in
def explained(request: HttpRequest) -> HttpResponse:
    figure = explain.Explained(
        label=_("完成投资"),
        value="123.5 亿元",
        definition=_("本年内按备案口径完成的固定资产投资。"),
        scope=_("12 条重点产业链"),
        source=_("重点项目台账"),
        as_of=DAY,
        rows_url="/style/city",
    )
    return explain.respond(request, figure)


@access.signed_in
def refused(request: HttpRequest) -> HttpResponse:
    fields = [
        {"name": "name", "label": "名称", "stands_now": "甲", "stands_value": "甲", "yours": "乙", "your_value": "乙"}
    ]
    context = {"fields": fields, "version": 1234, "retry_url": "/style/refused", "back_url": "/style/city", "kept": []}
    return render(request, "409.html", context, status=409)


urlpatterns = [
    path("style/city", city, name="home"),
    path("style/bodies", bodies, name="style_bodies"),
    path("style/none", none, name="style_none"),
    path("style/explained", explained, name="style_explained"),
    path("style/refused", refused, name="style_refused"),
    path("style/<str:code>", detail, name="style_detail"),
    *real,
]
