"""Forms of gaps."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lianzhang.accounts.models import Body, Person
from lianzhang.chains.models import Gap
from lianzhang.web.forms import picking
from lianzhang.web.forms.plans import DateInput

SUGGESTED = "suggested"


class EntrustForm(forms.Form):
    """定责任与时限 of several gaps."""

    owner = picking.Office(label=_("责任单位"), required=False)
    due_on = forms.DateField(label=_("时限"), widget=DateInput(), required=False)

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        owner: Any = self.fields["owner"]
        owner.queryset = Body.objects.visible_to(person).filter(is_active=True)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if not self.errors and not any(cleaned.values()):
            raise forms.ValidationError(_("请至少填写一项。"))
        return cleaned


class ConfirmManyForm(EntrustForm):
    """确认 several gaps that are filled by the same path."""

    label = forms.ChoiceField(
        label=_("类型"), required=False, choices=[(SUGGESTED, _("按各自的建议")), ("", "—"), *Gap.Label.choices]
    )
    route = forms.ChoiceField(label=_("路径"), choices=[("", "—"), *Gap.Route.choices])
    route_reason = forms.CharField(label=_("理由"), max_length=300, required=False, help_text=_("选择“不补”须写明。"))
    field_order = ("label", "route", "route_reason", "owner", "due_on")


class ConfirmGapForm(forms.ModelForm):  # type: ignore[type-arg]
    """确认缺口: its kind, the path it is filled by, who answers for it and until when."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    class Meta:
        model = Gap
        fields = ("label", "route", "route_reason", "owner", "due_on")
        widgets = {"due_on": DateInput()}

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["route"].required = True
        self.fields["version"].initial = self.instance.version
        owner = self.fields["owner"]
        if isinstance(owner, forms.ModelChoiceField):
            owner.queryset = Body.objects.visible_to(person).filter(is_active=True)

    def clean(self) -> dict[str, Any]:
        """Said beside its field: the rule of the database names none."""
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("route") == Gap.Route.LEAVE and not cleaned.get("route_reason", "").strip():
            self.add_error("route_reason", _("选择“不补”须写明理由。"))
        return cleaned


class DismissGapForm(forms.Form):
    """不成立: the reason why the proposal does not hold."""

    reason = forms.CharField(label=_("不成立的理由"), max_length=300)
    version = forms.IntegerField(widget=forms.HiddenInput)
