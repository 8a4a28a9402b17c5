"""Forms of the month: opening it, a district's rows as a table or one by one, the close, a correction."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lianzhang.collecting import columns
from lianzhang.collecting.columns import FormColumn
from lianzhang.intake import packing
from lianzhang.projects.models import Project
from lianzhang.projects.monthly.actions import Said
from lianzhang.web.forms.collecting import DueForm

KIND = "blockage_kind"
MOST_ROWS = 500


class MonthInput(forms.TextInput):
    """A month as the browser's own picker."""

    input_type = "month"


class RoundForm(DueForm):
    """发起月度调度."""

    month = forms.CharField(label=_("月份"), widget=MonthInput())
    request = forms.CharField(
        label=_("填报要求"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )
    field_order = ("month", "due_at", "request")

    def clean_month(self) -> dt.date:
        said = str(self.cleaned_data["month"])
        try:
            return dt.datetime.strptime(said, "%Y-%m").replace(tzinfo=dt.UTC).date()
        except ValueError:
            raise forms.ValidationError(_("请按 2026-11 的样子填写月份。")) from None


def form_columns() -> list[FormColumn]:
    """What a row asks, in the order of the table; the kind of what blocks is a list of its own."""
    return [
        FormColumn("done_month_wan", str(_("当月完成投资")), "wan"),
        FormColumn("done_year_wan", str(_("年度累计完成投资")), "wan"),
        FormColumn("arrived_wan", str(_("累计到位资金")), "wan"),
        FormColumn("progress", str(_("形象进度")), "text"),
        FormColumn("next_milestone", str(_("下一节点")), "text"),
        FormColumn("next_due_on", str(_("节点时限")), "date"),
        FormColumn("blockage", str(_("存在问题")), "text"),
        FormColumn("explanation", str(_("存疑说明")), "text"),
    ]


LONGEST = {"next_milestone": 120, "blockage": 300, "explanation": 300}


class MonthRows:
    """A posted table of the month, `row-<n>-<field>`; `errors` says by row and field what cannot be taken."""

    def __init__(self, data: Mapping[str, str]) -> None:
        self.data = data
        self.errors: dict[tuple[int, str], str] = {}
        count = data.get("rows", "0")
        self.count = min(int(count) if count.isdecimal() and len(count) < 6 else 0, MOST_ROWS)
        self.columns = form_columns()

    def text(self, row: int, field: str) -> str:
        return (self.data.get(f"row-{row}-{field}") or "").strip()

    def said(self, known: Iterable[int]) -> list[Said]:
        """What the table says of `known` projects; rows of others are left alone."""
        ids, found = set(known), []
        for row in range(self.count):
            project, version = self.text(row, "project"), self.text(row, "version")
            if not (project.isdecimal() and len(project) < 10 and int(project) in ids):
                continue
            seen = int(version) if version.isdecimal() and len(version) < 9 else None
            found.append(Said(int(project), self._values(row), seen))
        return found

    def _values(self, row: int) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for column in self.columns:
            if f"row-{row}-{column.key}" not in self.data:
                continue
            packed, wrong = columns.read(column, self.text(row, column.key))
            value = packing.unpack(packed)
            if wrong:
                self.errors[row, column.key] = wrong
            elif column.kind == "text":
                text = self.text(row, column.key)
                limit = LONGEST.get(column.key)
                if limit and len(text) > limit:
                    self.errors[row, column.key] = str(_("不超过 %(limit)d 字。") % {"limit": limit})
                values[column.key] = text
            else:
                values[column.key] = value if not isinstance(packed, dict) or "blank" not in packed else None
        kind = self.text(row, KIND)
        if f"row-{row}-{KIND}" in self.data:
            values[KIND] = kind if kind in Project.Blockage.values else ""
        return values


class PhotoForm(forms.Form):
    """形象进度照片."""

    file = forms.FileField(label=_("照片或文件"), widget=forms.ClearableFileInput(attrs={"accept": "image/*,.pdf"}))
    taken_on = forms.DateField(
        label=_("拍摄日期"),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        initial=timezone.localdate,
    )
    place = forms.CharField(label=_("拍摄地点"), max_length=120, required=False)


class CheckForm(forms.Form):
    """退回的理由."""

    reason = forms.CharField(max_length=200, required=False)


class CorrectionForm(forms.Form):
    """更正: which figure, what it should be, and why."""

    field = forms.ChoiceField(label=_("更正哪一栏"), choices=())
    value = forms.CharField(
        label=_("更正为"), max_length=300, required=False, help_text=_("金额单位为万元；日期写作 2026-11-30。")
    )
    reason = forms.CharField(label=_("理由"), max_length=200)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["field"]
        asked = [column for column in form_columns() if column.key != "explanation"]
        field.choices = [*((column.key, column.heading) for column in asked), (KIND, _("卡点类别"))]

    def clean(self) -> dict[str, Any]:
        said = dict(super().clean() or {})
        key, text = said.get("field", ""), said.get("value", "")
        column = next((column for column in form_columns() if column.key == key), None)
        if key == KIND:
            codes = {str(label): code for code, label in Project.Blockage.choices}
            if text and text not in codes:
                self.add_error("value", _("请填：%(words)s。") % {"words": "、".join(codes)})
            said["value"] = codes.get(text, "")
        elif column is not None:
            packed, wrong = columns.read(column, text)
            if wrong:
                self.add_error("value", wrong)
            value = packing.unpack(packed)
            said["value"] = text if column.kind == "text" else value
        return said
