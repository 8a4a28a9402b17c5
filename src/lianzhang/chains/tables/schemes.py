"""Schemes, and what became of the chains of the older one, as tables."""

from django.utils.translation import gettext_lazy

from lianzhang.chains.models import ChainSuccession
from lianzhang.tables import Badge, Column, Empty, TableSpec
from lianzhang.tables.addresses import address


def _state(is_confirmed: bool) -> Badge:  # noqa: FBT001 - a cell's value
    return Badge(gettext_lazy("已确认"), "normal") if is_confirmed else Badge(gettext_lazy("待确认"), "draft")


def _new(succession: ChainSuccession) -> str:
    if succession.new is not None:
        return succession.new.name
    return str(gettext_lazy("存档并继续统计"))


SCHEMES = TableSpec(
    key="schemes",
    title=gettext_lazy("产业链方案"),
    columns=(
        Column("name", gettext_lazy("方案"), lambda s: s.name, link=lambda s: address("chains:scheme", s.code)),
        Column("valid_on", gettext_lazy("自"), lambda s: s.valid_from, kind="date", sort="valid_from"),
        Column("until_on", gettext_lazy("至"), lambda s: s.valid_to, kind="date", sort="valid_to"),
        Column("chain_count", gettext_lazy("产业链"), lambda s: s.chain_count, kind="integer", unit=gettext_lazy("条")),
        Column("state", gettext_lazy("状态"), lambda s: _state(s.is_confirmed), kind="badge"),
        Column(
            "illustrative",
            gettext_lazy("数据性质"),
            lambda s: Badge(gettext_lazy("示例")) if s.is_illustrative else None,
            kind="badge",
        ),
        Column("source", gettext_lazy("来源"), lambda s: s.source and str(s.source), is_wrapped=True),
    ),
    default_order=("is_illustrative", "-valid_from"),
    row_id="code",
    empty=Empty(gettext_lazy("还没有产业链方案。"), gettext_lazy("新建方案"), "chains:new_scheme"),
)

SUCCESSIONS = TableSpec(
    key="successions",
    invented="old__is_illustrative",
    title=gettext_lazy("新旧方案对应"),
    columns=(
        Column(
            "old",
            gettext_lazy("原产业链"),
            lambda s: s.old.name,
            link=lambda s: address("chains:chain", s.old.code),
        ),
        Column(
            "new",
            gettext_lazy("新方案归属"),
            _new,
            link=lambda s: address("chains:chain", s.new.code) if s.new is not None else None,
        ),
        Column("state", gettext_lazy("状态"), lambda s: _state(s.is_confirmed), kind="badge"),
        Column(
            "note",
            gettext_lazy("说明"),
            lambda s: gettext_lazy("归属不确定") if s.note == "?" else s.note,
            is_wrapped=True,
        ),
    ),
    empty=Empty(gettext_lazy("本方案没有登记新旧对应。")),
    note=gettext_lazy("没有新归属的产业链存档，仍按原链统计和报告。待确认的对应为拟定，由秘书处确认。"),
)
