"""Forms of working groups."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lianzhang.web.forms.plans import DateInput, VersionForm


class GroupForm(VersionForm):
    """修改工作小组: what it is for, on what paper, since when."""

    purpose = forms.CharField(label=_("职责"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4}))
    basis = forms.CharField(label=_("依据文件"), max_length=120, required=False)
    founded_on = forms.DateField(label=_("成立日期"), widget=DateInput())


class FoundGroupForm(GroupForm):
    """成立工作小组."""

    name_zh = forms.CharField(label=_("名称"), max_length=120)
    name_en = forms.CharField(label=_("英文名称"), max_length=160, required=False)
    field_order = ("name_zh", "name_en", "purpose", "basis", "founded_on")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["version"]


class EndGroupForm(VersionForm):
    """撤销工作小组."""

    on = forms.DateField(label=_("撤销日期"), widget=DateInput())
