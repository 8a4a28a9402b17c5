"""Forms of an event, of a signing tied to its project, and of whom one met there."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lianzhang.accounts.models import Body, Person
from lianzhang.accounts.rules import Act, BodyKind, Role, Scope, Thing
from lianzhang.chains.models import Chain
from lianzhang.projects.models import Event, Project
from lianzhang.web.forms import picking
from lianzhang.web.forms.amounts import AskingForm
from lianzhang.web.forms.plans import DateInput
from lianzhang.web.forms.projects import OFFICES, lines, wan


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


class TieForm(AskingForm):
    """活动签约: which project it is about."""

    project = forms.ModelChoiceField(
        label=_("项目"),
        queryset=Project.objects.none(),
        help_text=_("一个项目只计一次；在其他活动签过的会指出。"),
    )
    signed_on = forms.DateField(label=_("签约日期"), widget=DateInput(), required=False)
    intended_wan = wan(_("意向投资（万元）"), like=("leads", "intended_wan"))
    note = forms.CharField(label=_("备注"), max_length=200, required=False)
    predecessor = forms.ModelChoiceField(
        label=_("前期项目"), queryset=Project.objects.none(), required=False, widget=forms.HiddenInput
    )
    although = forms.CharField(
        label=_("确属另一个项目的理由"), max_length=200, required=False, widget=forms.HiddenInput
    )

    def __init__(self, *args: Any, person: Person, event: Event, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["predecessor"].queryset = Project.objects.visible_to(person)
        field: Any = self.fields["project"]
        found = Project.objects.editable_by(person).filter(chain=event.chain).exclude(signings__event=event)
        field.queryset = found.order_by("name")

    def ask_why(self, known: Any) -> None:
        """A deal signed before is offered as what came first; what is none of them says so."""
        field: Any = self.fields["predecessor"]
        field.widget, field.queryset = forms.Select(), known
        field.help_text = _("是其中某个项目的再次签约、续建或增资时选它；只有增加的投资计入新引进。")
        self.fields["although"].widget = forms.TextInput()


class MetForm(forms.Form):
    """对接企业: one firm."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    name = forms.CharField(label=_("企业名称"), max_length=200)
    place = forms.CharField(label=_("来源地"), max_length=80, required=False)
    note = forms.CharField(label=_("对接情况"), max_length=300, required=False, widget=lines(2))
    body = picking.Office(label=_("对接单位"), required=False)

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["body"].queryset = _offices(person)  # type: ignore[attr-defined]


class MetListForm(forms.Form):
    """对接企业: several, pasted."""

    lines = forms.CharField(
        label=_("每行一家"),
        widget=lines(12),
        max_length=60_000,
        help_text=_("企业名称，来源地，对接情况；用逗号或制表符隔开，可从 Excel 复制。"),
    )
    body = picking.Office(label=_("对接单位"), required=False)

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["body"].queryset = _offices(person)  # type: ignore[attr-defined]


class MetLeadForm(AskingForm):
    """转为线索: what the firm wants to do."""

    name = forms.CharField(label=_("项目名称"), max_length=160)
    content = forms.CharField(label=_("拟投内容"), widget=lines(2), required=False, max_length=2000)
    intended_wan = wan(_("意向投资（万元）"), like=("leads", "intended_wan"))
    district = forms.ModelChoiceField(label=_("区市"), queryset=Body.objects.none(), required=False)
    although = forms.CharField(
        label=_("确属另一个项目的理由"), max_length=200, required=False, widget=forms.HiddenInput
    )

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["district"]
        field.queryset = Body.objects.all().visible_to(person).filter(kind=BodyKind.DISTRICT)
        if person.reach.role is Role.DISTRICT:
            del self.fields["district"]  # a district's leads are its own

    def ask_why(self) -> None:
        """Show the field that lets a second project of a known investor through."""
        self.fields["although"].widget = forms.TextInput()
        self.fields["although"].help_text = _("与上列项目不是同一个时填写；首报权不变。")


def _offices(person: Person) -> Any:
    return Body.objects.all().visible_to(person).filter(is_active=True, kind__in=OFFICES)
