"""Forms of a site: what it is and offers, and its month."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lianzhang.accounts.models import Body, Person
from lianzhang.accounts.rules import Act, BodyKind, Role, Scope, Thing
from lianzhang.chains.models import Chain
from lianzhang.resources.models import Resource, Site
from lianzhang.web.forms.amounts import AmountField
from lianzhang.web.forms.plans import DateInput, VersionForm

YES_NO = [("", _("不清楚")), ("yes", _("是")), ("no", _("否"))]


def measure(label: Any, *, digits: int = 12, places: int = 2, **more: Any) -> AmountField:
    """A measure; empty is not known."""
    more["error_messages"] = {"min_value": _("不能是负数。"), "invalid": _("请填数字。")}
    return AmountField(label=label, min_value=0, max_digits=digits, decimal_places=places, required=False, **more)


def whole(label: Any, **more: Any) -> forms.IntegerField:
    """A whole measure; empty is not known."""
    return forms.IntegerField(label=label, min_value=0, max_value=10_000_000, required=False, **more)


class SiteForm(VersionForm):
    """载体."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    name = forms.CharField(label=_("名称"), max_length=160)
    kind = forms.ChoiceField(label=_("种类"), choices=Site.Kind.choices)
    district = forms.ModelChoiceField(label=_("区市"), queryset=Body.objects.none(), required=False)
    park = forms.ModelChoiceField(label=_("所属园区"), queryset=Resource.objects.none(), required=False)
    address = forms.CharField(label=_("地址"), max_length=200, required=False)
    area_m2 = measure(_("建筑面积（㎡）"))
    vacant_m2 = measure(_("空置面积（㎡）"), help_text=_("厂房、楼宇现在可用的建筑面积；1 亩约合 666.67 ㎡。"))
    land_mu = measure(_("可供用地（亩）"), digits=10, help_text=_("地块填写。"))
    floor_count = forms.IntegerField(label=_("层数"), min_value=1, max_value=200, required=False)
    floor_load_kg = whole(_("承重（kg/㎡）"), help_text=_("1 吨填 1000。"))
    clear_height_m = measure(_("层高（米）"), digits=5)
    rent_yuan = measure(_("租金（元/㎡·月）"), digits=8)
    power_kva = whole(_("可供用电（kVA）"))
    energy_tce = measure(_("可供能耗（吨标准煤/年）"))
    land_use = forms.ChoiceField(
        label=_("用地性质"), choices=[("", _("不清楚")), *Site.LandUse.choices], required=False
    )
    available_on = forms.DateField(label=_("可用时间"), widget=DateInput(), required=False)
    progress = forms.ChoiceField(label=_("建设状态"), choices=Site.Progress.choices, initial=Site.Progress.READY)
    progress_note = forms.CharField(label=_("建设进度"), max_length=200, required=False)
    has_title = forms.TypedChoiceField(
        label=_("有产证"), choices=YES_NO, coerce={"yes": True, "no": False}.get, empty_value=None, required=False
    )
    conditions = forms.CharField(
        label=_("配套条件"), widget=forms.Textarea(attrs={"rows": 2}), max_length=2000, required=False
    )
    as_of = forms.DateField(label=_("数据截至"), widget=DateInput(), required=False)

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        parks = Resource.objects.all().visible_to(person).filter(kind=Resource.Kind.PARK).order_by("name")
        role, is_own = person.reach.role, person.reach.scope(Act.WRITE, Thing.RESOURCE) is Scope.OWN
        if is_own and role is Role.TASK_FORCE:
            parks = parks.filter(chains__in=Chain.objects.own_of(person)).distinct()
            fields["park"].required = True
        fields["park"].queryset = parks
        if is_own and role is Role.DISTRICT:
            del fields["district"]  # a district's sites are its own: nothing to choose
        else:
            fields["district"].queryset = Body.objects.all().visible_to(person).filter(kind=BodyKind.DISTRICT)
        stated = self.initial.get("has_title")
        self.initial["has_title"] = {True: "yes", False: "no"}.get(stated, stated) if stated is not None else ""


class SiteMonthForm(VersionForm):
    """更新进度与空置."""

    progress = forms.ChoiceField(label=_("建设状态"), choices=Site.Progress.choices)
    note = forms.CharField(label=_("建设进度"), max_length=200, required=False)
    vacant_m2 = measure(_("空置面积（㎡）"), help_text=_("不清楚的不填；没有空置填 0。"))
    as_of = forms.DateField(label=_("数据截至"), widget=DateInput())
