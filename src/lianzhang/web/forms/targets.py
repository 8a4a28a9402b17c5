"""Forms of gaps and target lists."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lianzhang.accounts.models import Body, Person
from lianzhang.accounts.rules import Act, Thing
from lianzhang.chains.actions.targets import Parameters
from lianzhang.chains.models import Chain, Gap
from lianzhang.registry.models import Enterprise
from lianzhang.web.forms import picking
from lianzhang.web.forms.plans import DateInput

SEPARATORS = re.compile(r"[,，、;；]")


class TargetForm(forms.Form):
    """目标清单参数: how many categories and suppliers, for how many anchors at least, who must be in or out."""

    chain = forms.ModelChoiceField(label=_("产业链"), queryset=Chain.objects.none(), to_field_name="code")
    title = forms.CharField(label=_("名称"), max_length=120, required=False)
    max_categories = forms.IntegerField(
        label=_("类别上限"), min_value=1, max_value=500, required=False, help_text=_("留空不限。")
    )
    max_suppliers = forms.IntegerField(
        label=_("家数上限"), min_value=1, max_value=2000, required=False, help_text=_("留空不限。")
    )
    min_anchors = forms.IntegerField(
        label=_("至少服务链主"), min_value=1, max_value=99, help_text=_("每家配套商至少能服务这么多家链主。")
    )
    must_include = forms.CharField(
        label=_("必须列入"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("企业名称或编号，每行一个。"),
    )
    must_exclude = forms.CharField(
        label=_("不予列入"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("企业名称或编号，每行一个。"),
    )

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person = person
        field = self.fields["chain"]
        if isinstance(field, forms.ModelChoiceField):
            chains = Chain.objects.within(person, act=Act.WRITE, thing=Thing.TARGET)
            field.queryset = chains.filter(nature=Chain.Nature.MANUFACTURING, is_active=True)

    def clean_must_include(self) -> tuple[str, ...]:
        return self._codes(self.cleaned_data["must_include"])

    def clean_must_exclude(self) -> tuple[str, ...]:
        return self._codes(self.cleaned_data["must_exclude"])

    def _codes(self, text: str) -> tuple[str, ...]:
        """Codes of the firms named, one a line or between commas; what is neither name nor code stays as it was typed,
        for the action to refuse by name."""
        said = [one.strip() for line in text.splitlines() for one in (SEPARATORS.split(line))]
        named = Enterprise.objects.visible_to(self.person).filter(name__in=said).values_list("name", "code")
        codes = dict(named) if any(said) else {}
        return tuple(dict.fromkeys(codes.get(one, one) for one in said if one))

    @property
    def parameters(self) -> Parameters:
        """What was asked, once valid."""
        names = ("max_categories", "max_suppliers", "min_anchors", "must_include", "must_exclude")
        return Parameters(**{name: self.cleaned_data[name] for name in names})

    @staticmethod
    def values(parameters: Parameters) -> dict[str, Any]:
        """Parameters as the form's initial values."""
        return {
            **parameters.stored(),
            "must_include": "\n".join(parameters.must_include),
            "must_exclude": "\n".join(parameters.must_exclude),
        }


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
