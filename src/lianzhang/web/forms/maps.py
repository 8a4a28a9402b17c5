"""Forms of the map editor."""

from typing import Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from lianzhang.accounts.models import Body, Person
from lianzhang.chains.models import Placement, Segment
from lianzhang.registry.models import Enterprise, Part
from lianzhang.web.forms import picking


class SegmentForm(forms.Form):
    """环节: its words, its place on the board, who keeps it, which parts it stands for."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    name = forms.CharField(label=_("环节"), max_length=80)
    name_en = forms.CharField(label=_("英文名称"), max_length=120, required=False)
    layer = forms.ChoiceField(label=_("层"), choices=Segment.Layer.choices)
    group = forms.CharField(
        label=_("分组"), max_length=80, required=False, widget=forms.TextInput(attrs={"list": "map-groups"})
    )
    position = forms.IntegerField(label=_("次序"), min_value=0, max_value=9999, initial=0)
    owner = forms.ModelChoiceField(
        label=_("责任单位"), queryset=Body.objects.none(), required=False, to_field_name="code"
    )
    parts = picking.Several(
        label=_("零部件"),
        queryset=Part.objects.none(),
        required=False,
        to_field_name="code",
        help_text=_("这个环节供应哪些零部件；本地配套率按它们计算。"),
    )
    parts_note = forms.CharField(label=_("代表产品"), max_length=200, required=False)
    note = forms.CharField(label=_("备注"), max_length=300, required=False)

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose_from(self, "owner", Body.objects.visible_to(person).filter(is_active=True))
        _choose_from(self, "parts", Part.objects.visible_to(person))

    def values(self) -> dict[str, Any]:
        """What the form says, as `actions.atlas` keeps a segment."""
        said = {k: v for k, v in self.cleaned_data.items() if k != "version"}
        said["owner"] = said["owner"].code if said["owner"] else None
        said["parts"] = sorted(part.code for part in said["parts"])
        return said


class LinkForm(forms.Form):
    """上下游: which segment this one feeds, or the link to take away."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    downstream = forms.ModelChoiceField(label=_("流向"), queryset=Segment.objects.none(), to_field_name="key")
    is_removal = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, segment: Segment, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose_from(self, "downstream", Segment.objects.filter(map=segment.map_id).exclude(pk=segment.pk))


class PlaceForm(forms.Form):
    """环节企业: a firm by its code or exact name, its part there, or the firm to take away."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    enterprise = forms.CharField(
        label=_("企业"), max_length=200, help_text=_("填编号或全称；输入名称、拼音或编号时列出候选。")
    )
    part = forms.ChoiceField(label=_("角色"), choices=Placement.Part.choices, initial=Placement.Part.SUPPLIER)
    is_removal = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._person = person
        self.fields["enterprise"].widget.attrs |= {
            "data-picks": f"{reverse('look:pick')}?of=enterprise",
            "autocomplete": "off",
        }

    def clean_enterprise(self) -> Enterprise:
        said = self.cleaned_data["enterprise"].strip()
        found = Enterprise.objects.visible_to(self._person)
        # What the list of candidates puts in is the code and then the name.
        match = found.filter(code=said.split(" ")[0]).first() or found.filter(name=said).first()
        if match is None:
            raise forms.ValidationError(
                _("企业名录中没有“%(said)s”。请先登记，或改用企业编号。"), params={"said": said}
            )
        return match


class NoteForm(forms.Form):
    """退回意见."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    note = forms.CharField(label=_("意见"), max_length=300)


def _choose_from(form: forms.Form, name: str, queryset: Any) -> None:
    field = form.fields[name]
    if isinstance(field, forms.ModelChoiceField):
        field.queryset = queryset
