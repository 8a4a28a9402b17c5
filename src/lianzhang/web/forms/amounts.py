"""Amounts in forms: a stored 2000.0000 stands in the box as somebody would type it, 2000."""

from decimal import Decimal
from typing import Any

from django import forms


class AmountField(forms.DecimalField):
    """A decimal number without the noughts its column pads it with."""

    def prepare_value(self, value: Any) -> Any:
        return format(value.normalize(), "f") if isinstance(value, Decimal) else value
