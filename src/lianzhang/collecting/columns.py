"""表样: the columns of a form, how they are written down, and how a cell of a page is read: as in the workbook."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chainlab.sheets.layout import Choice, Field, Kind
from chainlab.sheets.reading import Blank
from lianzhang.accounts.actions import Refused
from lianzhang.collecting.models import Collection
from lianzhang.intake import packing
from lianzhang.tables import values

MOST = 40
LONGEST_LABEL = 40
KINDS: dict[str, tuple[Any, Kind]] = {
    "text": (gettext_lazy("文字"), Kind.TEXT),
    "number": (gettext_lazy("数字"), Kind.DECIMAL),
    "integer": (gettext_lazy("整数"), Kind.INTEGER),
    "wan": (gettext_lazy("金额（万元）"), Kind.WAN),
    "date": (gettext_lazy("日期"), Kind.DATE),
    "choice": (gettext_lazy("选项"), Kind.CHOICE),
}
SUMMED = frozenset({"number", "integer", "wan"})


@dataclass(frozen=True)
class FormColumn:
    """一栏: what is asked for."""

    key: str
    label: str
    kind: str = "text"
    unit: str = ""
    is_total: bool = False
    is_required: bool = False
    choices: tuple[str, ...] = ()

    @property
    def is_number(self) -> bool:
        return self.kind in SUMMED

    @property
    def heading(self) -> str:
        """The name with its unit."""
        unit = "万元" if self.kind == "wan" else self.unit
        return f"{self.label}（{unit}）" if unit else self.label

    def plain(self) -> dict[str, Any]:
        """As it is kept."""
        return {
            "key": self.key,
            "label": self.label,
            "kind": self.kind,
            "unit": self.unit,
            "is_total": self.is_total,
            "is_required": self.is_required,
            "choices": list(self.choices),
        }

    def field(self) -> Field:
        """The same as a column of a workbook."""
        listed = tuple(Choice(word, word, word) for word in self.choices)
        return Field(
            key=self.key,
            header_zh=self.label,
            header_en=self.label,
            kind=KINDS[self.kind][1],
            unit="万元" if self.kind == "wan" else self.unit,
            is_required=self.is_required,
            is_signed=True,
            choices=listed,
            max_length=1000,
            likely_wan=(0, 1e12),
        )


def of(collection: Collection) -> list[FormColumn]:
    """The columns of a form, in order."""
    return [from_plain(plain) for plain in collection.columns]


def from_plain(plain: Mapping[str, Any]) -> FormColumn:
    """A kept column; a word nobody knows is text."""
    kind = plain.get("kind", "text")
    return FormColumn(
        key=plain["key"],
        label=plain["label"],
        kind=kind if kind in KINDS else "text",
        unit=plain.get("unit", ""),
        is_total=bool(plain.get("is_total")),
        is_required=bool(plain.get("is_required")),
        choices=tuple(plain.get("choices", ())),
    )


def checked(columns: Sequence[FormColumn]) -> list[FormColumn]:
    """The columns of a new form; raises Refused for none, too many, or two of one name."""
    if not columns:
        raise Refused(_("表样没有栏目，请至少写一栏。"))
    if len(columns) > MOST:
        raise Refused(_("表样最多 %(most)d 栏。") % {"most": MOST})
    labels = [column.label for column in columns]
    twice = next((label for label in labels if labels.count(label) > 1), "")
    if twice:
        raise Refused(_("栏目“%(label)s”写了两次。") % {"label": twice})
    for column in columns:
        if column.kind == "choice" and not column.choices:
            raise Refused(_("栏目“%(label)s”是选项，请写明可选的内容。") % {"label": column.label})
    return list(columns)


def numbered(said: Iterable[Mapping[str, Any]]) -> list[FormColumn]:
    """Columns as they were said, each given a key of its own; only numbers are added up."""
    made = []
    for place, one in enumerate(said, start=1):
        kind = one.get("kind", "text")
        made.append(
            FormColumn(
                key=f"c{place}",
                label=str(one["label"]).strip()[:LONGEST_LABEL],
                kind=kind,
                unit=str(one.get("unit", "")).strip()[:12] if kind in SUMMED and kind != "wan" else "",
                is_total=bool(one.get("is_total")) and kind in SUMMED,
                is_required=bool(one.get("is_required")),
                choices=tuple(one.get("choices", ())) if kind == "choice" else (),
            )
        )
    return made


def same_as(columns: Sequence[FormColumn], previous: Collection | None) -> dict[str, str]:
    """Key of a column → key of the same column last time, by name."""
    if previous is None:
        return {}
    then = {column.label: column.key for column in of(previous)}
    return {column.key: then[column.label] for column in columns if column.label in then}


def read(column: FormColumn, text: str) -> tuple[Any, str]:
    """What was typed in a cell of the page, packed as it is kept, and what is wrong with it."""
    from chainlab.sheets import grid, messages
    from chainlab.sheets.values import Setting, parse

    field = column.field()
    setting = Setting(field.unit, is_unit_stated=bool(field.unit))
    parsed = parse(grid.Cell(text.strip()), field=field, setting=setting)
    for code, words in parsed.findings:
        told = messages.complaint(code, field=field, words=words)
        if told.level == "error":
            return None, told.message_zh
    value = parsed.value if parsed.value is not None else parsed.blank
    packed = packing.pack(value)
    return (None if packed == {"blank": "unfilled"} else packed), ""


def number(packed: Any) -> Decimal | None:
    """The figure a kept value holds, for sums; None where there is none."""
    value = packing.unpack(packed)
    return Decimal(value) if isinstance(value, int | Decimal) and not isinstance(value, bool) else None


def shown(packed: Any) -> Any:
    """A kept value as a table cell takes it."""
    value = packing.unpack(packed)
    if isinstance(value, Blank):
        return {Blank.NOT_APPLICABLE: values.NOT_APPLICABLE, Blank.WITHHELD: values.WITHHELD}.get(value)
    return value


def typed(packed: Any) -> str:
    """A kept value as somebody would type it."""
    value = packing.unpack(packed)
    if isinstance(value, Blank):
        return {Blank.NOT_APPLICABLE: "不适用", Blank.WITHHELD: "按约定不提供"}.get(value, "")
    if isinstance(value, Decimal):
        return format(value.normalize(), "f") if value else "0"
    return "" if value is None else str(value)
