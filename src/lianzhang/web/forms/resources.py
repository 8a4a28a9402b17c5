"""Forms of resources."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lianzhang.accounts.models import Person
from lianzhang.accounts.rules import Act, Thing
from lianzhang.chains.models import Chain
from lianzhang.resources.models import Resource
from lianzhang.web.forms.amounts import AmountField


class ResourceForm(forms.ModelForm[Resource]):
    """登记资源."""

    chains = forms.ModelMultipleChoiceField(
        label=_("产业链"), queryset=Chain.objects.none(), required=False, widget=forms.SelectMultiple(attrs={"size": 8})
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = Resource
        fields = (
            "kind",
            "name",
            "name_en",
            "chains",
            "amount",
            "amount_unit",
            "amount_scope",
            "state_note",
            "started_on",
            "as_of",
            "note",
        )
        field_classes = {"amount": AmountField}
        widgets = {
            "started_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "as_of": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "note": forms.Textarea(attrs={"rows": 3}),
        }

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered: Any = self.fields["chains"]
        offered.queryset = Chain.objects.within(person, act=Act.WRITE, thing=Thing.RESOURCE).order_by(
            "scheme", "position"
        )
        if person.reach.role in {"district", "association"}:
            offered.queryset = Chain.objects.visible_to(person).order_by("scheme", "position")
        if self.instance.pk:
            self.initial["version"] = self.instance.version
