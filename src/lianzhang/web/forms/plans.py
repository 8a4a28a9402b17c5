"""Forms of the yearly plan: an own addition, an edit, a progress report, a light by hand, evidence, completion."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lianzhang.accounts.models import Body, Person
from lianzhang.accounts.rules import BodyKind
from lianzhang.chains.models import Action
from lianzhang.web.forms.amounts import AmountField


class DateInput(forms.DateInput):
    """A date as the browser's own picker."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class VersionForm(forms.Form):
    """A form that says which version of the action it was opened on."""

    version = forms.IntegerField(widget=forms.HiddenInput)


class MatterForm(VersionForm):
    """计划事项: what is to be done, by whom, until when, and how it is counted."""

    matter = forms.CharField(label=_("事项"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}))
    responsible = forms.ModelChoiceField(label=_("责任单位"), queryset=Body.objects.none(), required=False)
    due_on = forms.DateField(label=_("时限"), widget=DateInput(), required=False)
    target_value = AmountField(label=_("目标值"), required=False, min_value=0, max_digits=16, decimal_places=2)
    unit = forms.CharField(label=_("单位"), max_length=20, required=False)
    counted_from = forms.ChoiceField(
        label=_("完成值来源"),
        choices=Action.Counted.choices,
        initial=Action.Counted.REPORTS,
        help_text=_("按活动台账计数的，完成值由台账逐行数出，不另填报。"),
    )

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        bodies: Any = self.fields["responsible"]
        offices = Body.objects.all().visible_to(person).filter(is_active=True)
        bodies.queryset = offices.exclude(kind__in=[BodyKind.FIRM, BodyKind.OFFICE])


class AdditionForm(MatterForm):
    """自行补充: an action of the chain's own, in a year."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    year = forms.IntegerField(label=_("年度"), min_value=2000, max_value=2100)
    field_order = ("year", "matter")


class ReportForm(VersionForm):
    """填报进展."""

    on = forms.DateField(label=_("进展日期"), widget=DateInput())
    text = forms.CharField(label=_("进展"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4}))
    done_value = AmountField(label=_("累计完成值"), required=False, min_value=0, max_digits=16, decimal_places=2)

    def __init__(self, *args: Any, action: Action, today: date, **kwargs: Any) -> None:
        kwargs["initial"] = {"version": action.version, "on": today}
        super().__init__(*args, **kwargs)
        if action.target_value is None or action.counted_from == Action.Counted.EVENTS:
            del self.fields["done_value"]


class LightForm(VersionForm):
    """评灯: by hand with a reason, or back to the rule."""

    light = forms.ChoiceField(label=_("灯"), choices=[("", _("按规则评定")), *Action.Light.choices], required=False)
    reason = forms.CharField(label=_("理由"), max_length=200, required=False)


class EvidenceForm(forms.Form):
    """添加佐证: a file that proves what was done."""

    file = forms.FileField(label=_("文件"), help_text=_("PDF、图片、Word、Excel 或 zip，不超过 50 MB。"))


class CompleteForm(VersionForm):
    """办结: the day it was done."""

    on = forms.DateField(label=_("完成日期"), widget=DateInput())


def cell_fields(action: Action, *, today: date, person: Person) -> dict[str, Any]:
    """What checks a cell typed in the list: the fields of the forms that do the same on the action's page."""
    reported = ReportForm(action=action, today=today).fields
    for field in reported.values():
        field.required = True  # a report says something; a count is corrected, never emptied
    return {**MatterForm(person=person).fields, **reported, "progress": reported["text"]}
