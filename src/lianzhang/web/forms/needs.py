"""The forms of what a project needs of a site, and of choosing one."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lianzhang.resources.models import Site
from lianzhang.web.forms.plans import DateInput
from lianzhang.web.forms.sites import measure, whole

ANY = ("", _("不限"))


class NeedForm(forms.Form):
    """载体需求: a blank asks nothing."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    kind = forms.ChoiceField(label=_("载体种类"), choices=[ANY, *Site.Kind.choices], required=False)
    area_m2 = measure(_("面积不小于（㎡）"))
    area_most_m2 = measure(_("面积不大于（㎡）"))
    land_mu = measure(_("用地不小于（亩）"), digits=10)
    floor_load_kg = whole(_("承重不小于（kg/㎡）"), help_text=_("1 吨填 1000。"))
    clear_height_m = measure(_("层高不小于（米）"), digits=5)
    rent_most_yuan = measure(_("租金不高于（元/㎡·月）"), digits=8)
    power_kva = whole(_("用电容量（kVA）"))
    energy_tce = measure(_("年综合能耗（吨标准煤）"))
    land_use = forms.ChoiceField(label=_("用地性质"), choices=[ANY, *Site.LandUse.choices], required=False)
    needed_by = forms.DateField(label=_("需用时间"), widget=DateInput(), required=False)
    note = forms.CharField(label=_("其他要求"), max_length=300, required=False)


class ChoiceForm(forms.Form):
    """选定载体."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    note = forms.CharField(
        label=_("选定理由"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("有不满足的条件，请写明理由。")},
    )

    def __init__(self, *args: Any, is_fitting: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["note"].required = not is_fitting
