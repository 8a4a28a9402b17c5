"""Amounts in forms: a stored 2000.0000 stands in the box as somebody would type it, 2000; one that no such figure has
is asked about as a workbook's cell would be, for a wrong unit is ten thousand times the truth."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chainlab.sheets import layouts
from lianzhang.tables import values

# What a number of 万元 would be worth if it was typed in another unit.
OTHER_UNITS = ((gettext_lazy("元"), Decimal("0.0001")), (gettext_lazy("亿元"), Decimal(10_000)))


class AmountField(forms.DecimalField):
    """A decimal number of 万元 without the noughts its column pads it with. `like` names the column of a ledger
    (layout, sheet's field) whose likely amounts hold here too; `is_alone` where no box beside it can confirm one."""

    def __init__(self, *args: Any, like: tuple[str, str] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.like, self.is_alone = like, False

    def prepare_value(self, value: Any) -> Any:
        return format(value.normalize(), "f") if isinstance(value, Decimal) else value

    def clean(self, value: Any) -> Any:
        amount = super().clean(value)
        doubt = self.doubt(amount) if self.is_alone else ""
        if doubt:
            raise forms.ValidationError(doubt + _("确认无误的，请在项目页登记。"))
        return amount

    def doubt(self, amount: Decimal | None) -> str:
        """Why an amount is unlikely, and in which unit it would not be; empty where it is likely."""
        if self.like is None or not amount:
            return ""
        low, high = (Decimal(str(bound)) for bound in _likely(*self.like))
        if low <= amount <= high:
            return ""
        said = {"amount": values.plain(amount, "wan"), "yi": values.plain(amount, "yi")}
        for unit, factor in OTHER_UNITS:
            if low <= amount * factor <= high:
                meant = {"unit": unit, "meant": values.plain(amount * factor, "wan")}
                return _("%(amount)s 万元（%(yi)s 亿元）数额少见；如原数单位是%(unit)s，应填 %(meant)s。") % {
                    **said,
                    **meant,
                }
        return _("%(amount)s 万元（%(yi)s 亿元）数额少见，请核对数额和单位。") % said


def _likely(layout: str, key: str) -> tuple[float, float]:
    fields = {field.key: field for field in layouts.get(layout).sheets[0].fields}
    return fields[key].likely_wan


class AskingForm(forms.Form):
    """A form with amounts: an unlikely one that was just typed is asked about once, and passes when confirmed."""

    is_sure = forms.BooleanField(label=gettext_lazy("金额和单位已核对无误"), required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["is_sure"] = self.fields.pop("is_sure")  # asked last

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        is_sure = said.pop("is_sure", False)
        for name, field in self.fields.items():
            if isinstance(field, AmountField) and name in self.changed_data and not is_sure:
                doubt = field.doubt(said.get(name))
                if doubt:
                    self.fields["is_sure"].widget = forms.CheckboxInput()
                    self.add_error(name, doubt)
        return said
