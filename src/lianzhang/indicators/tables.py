"""指标值 as a table: value, scope, source and date in every row; conflicting values stand side by side."""

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from lianzhang.accounts.models import Person
from lianzhang.chains.models import Chain
from lianzhang.indicators import definitions
from lianzhang.indicators.models import Figure
from lianzhang.tables import Badge, Column, Empty, Filter, TableSpec
from lianzhang.tables.addresses import address


def _chains(person: Person) -> Iterable[tuple[str, str]]:
    return [(c.code, c.name) for c in Chain.objects.visible_to(person).order_by("scheme", "position")]


def _indicators(_person: Person) -> Iterable[tuple[str, str]]:
    return definitions.choices()


def _nature(figure: Figure) -> Badge | None:
    if figure.is_illustrative:
        return Badge(_("示例"), "draft")
    return Badge(_("目标")) if figure.is_target else None


FIGURES = TableSpec(
    key="figures",
    title=pgettext_lazy("menu", "指标"),
    columns=(
        Column(
            "label",
            _("指标"),
            lambda f: f.label,
            link=lambda f: address("indicators:figure", f.pk),
            sort="indicator",
        ),
        Column(
            "chain",
            _("产业链"),
            lambda f: f.chain.name if f.chain else _("全市"),
            link=lambda f: address("chains:chain", f.chain.code) if f.chain else None,
            sort="chain__position",
        ),
        Column("year", _("年度"), lambda f: str(f.year), kind="code", sort="year"),
        Column(
            "shown",
            _("值"),
            lambda f: f.shown,
            explain=lambda f: address("indicators:explain", f.pk),
            sort="value",
        ),
        Column("nature", _("性质"), _nature, kind="badge"),
        Column("scope", _("口径"), lambda f: f.scope, is_wrapped=True),
        Column("source", _("来源"), lambda f: str(f.source), is_wrapped=True),
        Column("as_of_on", _("数据截至"), lambda f: f.as_of, kind="date", sort="as_of"),
        Column("rows_note", _("明细"), lambda f: f.rows_note),
    ),
    filters=(
        Filter("indicator", _("指标"), choices=_indicators),
        Filter("chain", _("产业链"), choices=_chains, path="chain__code"),
        Filter("is_target", _("目标"), kind="boolean"),
    ),
    search=("scope", "statement", "source__title", "chain__name_zh"),
    default_order=("indicator", "chain__position", "-year", "source__published_on"),
    row_url=lambda f: address("indicators:figure", f.pk),
    empty=Empty(_("还没有指标值。"), _("录入指标值"), "indicators:new"),
    note=_("同一指标不同口径的数并列，不取平均；只公布合计的写明“明细未公布”。"),
)
