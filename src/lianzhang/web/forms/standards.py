"""Forms of what the office asks by: the standard tree as an outline, the bands of a kind."""

import re
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from lianzhang.registry.actions import Band
from lianzhang.registry.actions.outlines import Line

MOST_LINES = 5000
MOST_BANDS = 12
_HEAD = re.compile(r"^\s*层级\s*\t")


class TreeForm(forms.Form):
    """标准零部件树: a new one."""

    name = forms.CharField(label=_lazy("名称"), max_length=120, help_text=_lazy("如：智能家电标准零部件树。"))


class OutlineForm(forms.Form):
    """草稿: the whole tree as text, columns apart by tabs as a spreadsheet copies them."""

    note = forms.CharField(label=_lazy("本版说明"), max_length=200, required=False)
    outline = forms.CharField(
        label=_lazy("零部件"),
        widget=forms.Textarea(attrs={"rows": 24, "spellcheck": "false", "wrap": "off"}),
        max_length=1_000_000,
        strip=False,
        help_text=_lazy(
            "每行：层级、零部件、类别、用量、编码、单位、环节，可从 Excel 整表粘贴。层级 1 是整机；新增零部件编码留空。"
        ),
        error_messages={"required": _lazy("请填写零部件。")},
    )

    def clean_outline(self) -> list[Line]:
        found = []
        rows = [row for row in str(self.cleaned_data["outline"]).splitlines() if row.strip() and not _HEAD.match(row)]
        if len(rows) > MOST_LINES:
            raise forms.ValidationError(_("超过 %(most)d 行，请按整机分成几棵树。") % {"most": MOST_LINES})
        for number, row in enumerate(rows, start=1):
            cells = [cell.strip(" \u3000\xa0'\"") for cell in row.split("\t")] + [""] * 7
            level, name, category, quantity, code, unit, segment = cells[:7]
            if not level.isascii() or not level.isdigit() or not name:
                raise forms.ValidationError(
                    _("第 %(row)d 行应为“层级、零部件、类别、用量、编码”，现在是“%(text)s”。")
                    % {"row": number, "text": row.strip()[:40]}
                )
            amount = _quantity(quantity, row=number)
            found.append(
                Line(int(level[:3]), name[:120], category[:80], amount, code[:60], unit=unit[:16], segment=segment[:80])
            )
        return found


def _quantity(text: str, *, row: int) -> Decimal | None:
    if text in ("", "—", "-", "未填"):
        return None
    try:
        number = Decimal(text.replace(",", ""))
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or not 0 < number < 10**9:
        raise forms.ValidationError(
            _("第 %(row)d 行的用量“%(text)s”不是大于 0 的数。") % {"row": row, "text": text[:20]}
        )
    return number


class BandsForm(forms.Form):
    """分档: the bands of one kind, row by row; an empty row is no band."""

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        self.bands: list[Band] = []

    def clean(self) -> dict[str, Any]:
        for row in range(MOST_BANDS):
            low, high, ceiling = (self._number(row, name) for name in ("low", "high", "ceiling"))
            if low is None and high is None and ceiling is None:
                continue
            if low is None:
                raise forms.ValidationError(_("第 %(row)d 档缺下限。") % {"row": row + 1})
            self.bands.append(Band(low, high, ceiling))
        return {}

    def _number(self, row: int, name: str) -> Decimal | None:
        text = str(self.data.get(f"band-{row}-{name}") or "").strip().replace(",", "")
        if not text:
            return None
        try:
            number = Decimal(text)
        except InvalidOperation:
            number = Decimal("NaN")
        if not number.is_finite() or abs(number) >= 10**10:
            raise forms.ValidationError(_("第 %(row)d 档的“%(text)s”不是数。") % {"row": row + 1, "text": text[:20]})
        return number
