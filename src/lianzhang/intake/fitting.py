"""Whether a value fits the field it is meant for, said to the clerk before the database says it to nobody."""

from decimal import Decimal
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models

from lianzhang.intake.columns import Refusal


def fit(model: type[models.Model], name: str, value: Any, *, field: str | None) -> Any:
    """`value` as the field stores it (rounded to its places, nothing as empty text); raises Refusal if it cannot."""
    column = _column(model, name)
    if column is None:
        return value
    if value is None:
        return _nothing(column, field)
    if isinstance(column, models.DecimalField) and isinstance(value, Decimal | int):
        return _number(column, Decimal(value), field)
    if isinstance(column, models.PositiveSmallIntegerField) and isinstance(value, Decimal | int):
        return _whole(value, field)
    if isinstance(column, models.CharField) and column.max_length and len(str(value)) > column.max_length:
        raise Refusal(
            f"超过 {column.max_length} 字（现 {len(str(value))} 字），请缩短。",
            f"Longer than {column.max_length} signs ({len(str(value))}); shorten it.",
            field=field,
            code="too_long",
        )
    if column.choices and isinstance(value, str) and value not in {str(code) for code, _label in column.flatchoices}:
        raise Refusal(
            f"系统中没有“{value}”这一项。", f"“{value}” is not one of the choices.", field=field, code="not_a_choice"
        )
    return value


def _column(model: type[models.Model], name: str) -> Any:
    try:
        return model._meta.get_field(name.removesuffix("_id") if name.endswith("_id") else name)
    except FieldDoesNotExist:
        return None


def _nothing(column: Any, field: str | None) -> Any:
    if column.null:
        return None
    if isinstance(column, models.CharField | models.TextField):
        return ""
    if column.has_default():
        return column.get_default()
    raise Refusal("不能清空，请填写。", "Cannot be cleared; fill it in.", field=field, code="required")


def _number(column: Any, value: Decimal, field: str | None) -> Decimal:
    rounded = value.quantize(Decimal(1).scaleb(-column.decimal_places))
    if abs(rounded) >= Decimal(10) ** (column.max_digits - column.decimal_places):
        raise Refusal("数值过大，请核对单位。", "Too large; check the unit.", field=field, code="too_large")
    return rounded


def _whole(value: Decimal | int, field: str | None) -> int:
    if value != int(value) or not 0 <= value <= 32767:
        raise Refusal("应为 0 至 32767 的整数。", "Must be a whole number from 0 to 32767.", field=field)
    return int(value)
