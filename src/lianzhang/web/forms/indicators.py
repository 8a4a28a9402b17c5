"""The form of a figure: a defined indicator, a scope, a period, a value, a source and a date."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lianzhang.accounts.models import Person
from lianzhang.accounts.rules import Act, Scope, Thing
from lianzhang.chains.models import Chain
from lianzhang.indicators import definitions
from lianzhang.indicators.models import Figure
from lianzhang.web.forms import citing
from lianzhang.web.forms.amounts import AmountField
from lianzhang.web.forms.plans import VersionForm

GIVEN = ("value", "comparison", "unit", "scope", "rows_note", "is_target", "source_note", "as_of", "version")


class FigureForm(citing.CitingForm, VersionForm):
    """更正指标值."""

    value = AmountField(label=_("值"), max_digits=18, decimal_places=4)
    comparison = forms.ChoiceField(label=_("比较"), choices=[("", "="), ("≥", "≥"), ("≤", "≤")], required=False)
    unit = forms.CharField(label=_("单位"), max_length=20)
    scope = forms.CharField(label=_("口径"), max_length=300, help_text=_("算哪些、不算哪些、到哪个月。"))
    rows_note = forms.CharField(label=_("明细"), max_length=80, required=False, help_text=_("如：明细未公布。"))
    is_target = forms.BooleanField(label=_("这是目标值"), required=False)
    field_order: Sequence[str] = ("value", "comparison", "unit", "scope", "rows_note", "is_target", *citing.FIELDS)

    def __init__(self, *args: Any, figure: Figure | None = None, **kwargs: Any) -> None:
        if figure is not None:
            kwargs["initial"] = {name: getattr(figure, name) for name in GIVEN} | {"source": figure.source_id}
        super().__init__(*args, **kwargs)


class NewFigureForm(FigureForm):
    """录入指标值."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    indicator = forms.ChoiceField(label=_("指标"))
    chain = forms.ModelChoiceField(
        label=_("产业链"), queryset=Chain.objects.none(), required=False, empty_label=_("全市")
    )
    year = forms.IntegerField(label=_("年度"), min_value=2000, max_value=2100)
    period = forms.CharField(label=_("期间"), max_length=20, required=False, help_text=_("不满一年的写明，如 1-9月。"))
    field_order = ("indicator", "chain", "year", "period", *FigureForm.field_order)

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, person=person, **kwargs)
        known: Any = self.fields["indicator"]
        known.choices = definitions.choices()
        chains: Any = self.fields["chain"]
        chains.queryset = Chain.objects.within(person, act=Act.WRITE, thing=Thing.INDICATOR).filter(is_active=True)
        if person.reach.scope(Act.WRITE, Thing.INDICATOR) is not Scope.ALL:
            chains.required, chains.empty_label = True, None
