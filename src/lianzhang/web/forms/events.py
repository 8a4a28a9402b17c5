"""Forms of an event and of a signing tied to its project."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lianzhang.accounts.models import Person
from lianzhang.accounts.rules import Act, Role, Scope, Thing
from lianzhang.chains.models import Chain
from lianzhang.projects.models import Event, Project
from lianzhang.web.forms.plans import DateInput
from lianzhang.web.forms.projects import wan


class EventForm(forms.Form):
    """会展活动."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    name = forms.CharField(label=_("活动名称"), max_length=160)
    chain = forms.ModelChoiceField(label=_("产业链"), queryset=Chain.objects.none())
    kind = forms.ChoiceField(label=_("种类"), choices=Event.Kind.choices)
    held_on = forms.DateField(label=_("时间"), widget=DateInput(), required=False)
    ended_on = forms.DateField(label=_("结束"), widget=DateInput(), required=False)
    host_name = forms.CharField(label=_("主办"), max_length=160, required=False)
    place = forms.CharField(label=_("地点"), max_length=120, required=False)
    firm_count = forms.IntegerField(label=_("参会企业（家）"), min_value=0, required=False)
    visitor_count = forms.IntegerField(label=_("参与人次"), min_value=0, required=False)
    signing_count = forms.IntegerField(label=_("公布签约数"), min_value=0, required=False)
    intended_wan = wan(_("公布意向投资（万元）"))
    note = forms.CharField(label=_("备注"), max_length=300, required=False)

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        is_own = person.reach.scope(Act.WRITE, Thing.EVENT) is Scope.OWN and person.reach.role is Role.TASK_FORCE
        chains = Chain.objects.own_of(person) if is_own else Chain.objects.visible_to(person)
        field: Any = self.fields["chain"]
        field.queryset = chains.filter(is_active=True).order_by("scheme", "position")


class TieForm(forms.Form):
    """活动签约: which project it is about."""

    project = forms.ModelChoiceField(
        label=_("项目"), queryset=Project.objects.none(), help_text=_("一个项目只计一次；已在其他活动签约的不列出。")
    )
    signed_on = forms.DateField(label=_("签约日期"), widget=DateInput(), required=False)
    intended_wan = wan(_("意向投资（万元）"))
    note = forms.CharField(label=_("备注"), max_length=200, required=False)

    def __init__(self, *args: Any, person: Person, event: Event, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["project"]
        found = Project.objects.editable_by(person).filter(chain=event.chain, signings__isnull=True)
        field.queryset = found.order_by("name")
