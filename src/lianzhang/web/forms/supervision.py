"""Forms of tasks, meetings, requests, visits and the working calendar."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lianzhang.accounts.models import Body, Person
from lianzhang.accounts.rules import Act, BodyKind, Role, Scope, Thing
from lianzhang.chains.models import Chain, Gap
from lianzhang.registry.models import Enterprise
from lianzhang.supervision import states
from lianzhang.supervision.actions.requests import FIRMS, SATISFACTION
from lianzhang.supervision.models import Meeting, Request, Task
from lianzhang.supervision.tables import SATISFACTION as SATISFACTION_WORDS
from lianzhang.web import finders
from lianzhang.web.forms import picking
from lianzhang.web.forms.plans import DateInput, VersionForm
from lianzhang.web.forms.projects import lines


def bodies(person: Person) -> Any:
    """Bodies that can be given work: every office and, for requests about themselves, firms are left out."""
    found = Body.objects.all().visible_to(person).filter(is_active=True)
    return found.exclude(kind__in=[BodyKind.OFFICE, BodyKind.LEADING_GROUP])


def chains(person: Person, *, thing: Thing) -> Any:
    """Chains on which the person may write `thing`."""
    is_own = person.reach.scope(Act.WRITE, thing) is Scope.OWN
    found = Chain.objects.own_of(person) if is_own else Chain.objects.visible_to(person)
    return found.filter(is_active=True).order_by("scheme", "position")


def days(label: Any = None, *, required: bool = True) -> forms.IntegerField:
    """A number of working days."""
    return forms.IntegerField(label=label or _("时限（工作日）"), min_value=1, max_value=500, required=required)


class AssignForm(forms.Form):
    """交办: what, to whom, by when."""

    title = forms.CharField(label=_("事项"), max_length=300, widget=lines(2))
    responsible = picking.Office(label=_("承办单位"))
    working_days = days(required=False)
    due_on = forms.DateField(
        label=_("或办结日期"), widget=DateInput(), required=False, help_text=_("工作日数与日期填一项。")
    )
    chain = forms.ModelChoiceField(label=_("产业链"), queryset=Chain.objects.none(), required=False)
    kind = forms.ChoiceField(label=_("来源"), choices=())
    instructed_by = picking.Leader(
        label=_("批示领导"),
        required=False,
        help_text=_("秘书处代录批示时填写。"),
    )

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["responsible"].queryset = bodies(person)
        fields["chain"].queryset = chains(person, thing=Thing.TASK)
        instructs = person.reach.role in states.INSTRUCTORS | {Role.SECRETARIAT}
        kinds = [Task.Kind.ROUTINE, *([Task.Kind.INSTRUCTION] if instructs else [])]
        fields["kind"].choices = [(kind.value, kind.label) for kind in kinds]
        if person.reach.role is Role.SECRETARIAT:
            fields["instructed_by"].queryset = finders.leaders()
        else:
            del fields["instructed_by"]


class VersionOnly(VersionForm):
    """A button that says which version it was pressed on."""


class SubmitForm(VersionForm):
    """报结: what was done, with a file."""

    reply = forms.CharField(label=_("办理情况"), widget=lines(4), max_length=4000)
    file = forms.FileField(
        label=_("佐证材料"),
        required=False,
        help_text=_("已上传佐证的可不再上传。PDF、图片、Word、Excel 或 zip，不超过 50 MB。"),
    )


class ReasonForm(VersionForm):
    """退回 or 撤销: why."""

    reason = forms.CharField(label=_("理由"), max_length=300, widget=lines(2))


class FileForm(forms.Form):
    """添加佐证."""

    file = forms.FileField(label=_("文件"), help_text=_("PDF、图片、Word、Excel 或 zip，不超过 50 MB。"))


class DayForm(forms.Form):
    """工作日调整: a day, worked or not, and on what ground."""

    day = forms.DateField(label=_("日期"), widget=DateInput())
    is_working = forms.TypedChoiceField(
        label=_("工作日"), choices=[("1", _("上班")), ("0", _("休息"))], coerce=lambda value: value == "1"
    )
    note = forms.CharField(label=_("依据"), max_length=120)


class MeetingForm(forms.Form):
    """会议."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    title = forms.CharField(label=_("会议"), max_length=160)
    kind = forms.ChoiceField(label=_("种类"), choices=Meeting.Kind.choices)
    chain = forms.ModelChoiceField(label=_("产业链"), queryset=Chain.objects.none(), required=False)
    held_on = forms.DateField(label=_("日期"), widget=DateInput())
    place = forms.CharField(label=_("地点"), max_length=120, required=False)
    chaired_by = picking.Leader(label=_("主持"), required=False)
    attendees = forms.ModelMultipleChoiceField(label=_("参加单位"), queryset=Body.objects.none(), required=False)
    summary = forms.CharField(label=_("纪要"), widget=lines(6), required=False)

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["chain"].queryset = chains(person, thing=Thing.MEETING)
        fields["chaired_by"].queryset = finders.leaders()
        fields["attendees"].queryset = bodies(person)


class DecisionForm(forms.Form):
    """议定事项, with who is to do it and by when."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    text = forms.CharField(label=_("议定事项"), max_length=400, widget=lines(2))
    responsible = picking.Office(label=_("承办单位"), required=False)
    working_days = days(required=False)

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["responsible"]
        field.queryset = bodies(person)


class RequestForm(forms.Form):
    """企业诉求: a firm speaks for itself, an officer for a firm."""

    enterprise = picking.One("enterprise", label=_("企业"), queryset=Enterprise.objects.none())
    kind = forms.ChoiceField(label=_("诉求类型"), choices=Request.Kind.choices)
    text = forms.CharField(label=_("内容"), widget=lines(4), max_length=4000)
    chain = forms.ModelChoiceField(label=_("产业链"), queryset=Chain.objects.none(), required=False)
    channel = forms.CharField(
        label=_("来源渠道"), max_length=40, required=False, help_text=_("走访、热线、平台、会议等。")
    )

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        firms = Enterprise.objects.visible_to(person)
        fields["chain"].queryset = (
            Chain.objects.visible_to(person).filter(is_active=True).order_by("scheme", "position")
        )
        if person.reach.role in FIRMS:
            fields["enterprise"].queryset = firms.filter(body_id=person.reach.body_id or 0)
            fields["enterprise"].empty_label = None
            del fields["channel"]
        else:
            fields["enterprise"].queryset = firms.filter(merged_into__isnull=True)


class HandOverForm(VersionForm):
    """交办诉求."""

    handler = picking.Office(label=_("承办单位"))
    working_days = days()

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["handler"]
        field.queryset = bodies(person).exclude(kind=BodyKind.FIRM)


class AnswerForm(VersionForm):
    """答复."""

    text = forms.CharField(label=_("答复"), widget=lines(4), max_length=4000)


class CloseForm(VersionForm):
    """办结 with the firm's word."""

    satisfaction = forms.ChoiceField(label=_("企业评价"), choices=())
    proof = forms.CharField(label=_("代录依据"), max_length=200, required=False, help_text=_("企业本人评价时不填。"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["satisfaction"]
        field.choices = [(key, SATISFACTION_WORDS[key]) for key in SATISFACTION[:2]]


class RejectForm(ReasonForm):
    """不接受答复."""

    proof = forms.CharField(label=_("代录依据"), max_length=200, required=False, help_text=_("企业本人评价时不填。"))


class GapForm(VersionForm):
    """关联缺口."""

    gap = forms.ModelChoiceField(label=_("缺口"), queryset=Gap.objects.none(), required=False)

    def __init__(self, *args: Any, person: Person, request: Request, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["gap"]
        found = Gap.objects.all().visible_to(person).exclude(state=Gap.State.INVALID)
        field.queryset = found.filter(chain=request.chain) if request.chain_id else found


class VisitForm(forms.Form):
    """安排走访."""

    chain = forms.ModelChoiceField(label=_("产业链"), queryset=Chain.objects.none())
    enterprise = picking.One("enterprise", label=_("企业"), queryset=Enterprise.objects.none())
    visitor = picking.Leader(label=_("走访领导"), required=False)
    planned_on = forms.DateField(label=_("计划日期"), widget=DateInput())
    purpose = forms.CharField(label=_("事由"), max_length=200, required=False)

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        mine = Chain.objects.within(person, act=Act.WRITE, thing=Thing.PLAN)
        fields["chain"].queryset = mine.filter(is_active=True).order_by("scheme", "position")
        fields["enterprise"].queryset = Enterprise.objects.visible_to(person).filter(merged_into__isnull=True)
        fields["visitor"].queryset = finders.leaders()


class FindingsForm(VersionForm):
    """走访情况."""

    visited_on = forms.DateField(label=_("走访日期"), widget=DateInput())
    findings = forms.CharField(label=_("情况"), widget=lines(5), max_length=4000)


class PromiseForm(forms.Form):
    """承诺事项: becomes a task."""

    text = forms.CharField(label=_("承诺事项"), max_length=300, widget=lines(2))
    responsible = picking.Office(label=_("承办单位"))
    working_days = days()

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["responsible"]
        field.queryset = bodies(person)
