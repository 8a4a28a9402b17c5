"""Forms of gaps: confirming and revising one or several, looking at one again, what experts say."""

from datetime import date
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lianzhang.accounts.models import Appointment, Body, Person
from lianzhang.accounts.rules import Post
from lianzhang.chains import stages
from lianzhang.chains.models import Gap, Opinion
from lianzhang.web.forms import picking
from lianzhang.web.forms.plans import DateInput, EvidenceForm, VersionForm

SUGGESTED = "suggested"
REVIEW = _("到这一天，专班的本周工作里列出此缺口。")


def ahead(due_on: date) -> None:
    """A deadline is for what is still to come: nobody is given work that is late already."""
    if due_on < timezone.localdate():
        raise forms.ValidationError(_("时限早于今天。"))


class EntrustForm(forms.Form):
    """定责任与时限 of several gaps."""

    owner = picking.Office(label=_("责任单位"), required=False)
    due_on = forms.DateField(label=_("时限"), widget=DateInput(), required=False, validators=[ahead])

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        owner: Any = self.fields["owner"]
        owner.queryset = Body.objects.visible_to(person).filter(is_active=True)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if not self.errors and not any(cleaned.values()):
            raise forms.ValidationError(_("请至少填写一项。"))
        return cleaned


class EntrustGapsForm(EntrustForm):
    """定责任与时限 of several gaps, and when they are looked at again."""

    review_on = forms.DateField(label=_("复核日期"), widget=DateInput(), required=False)


class ConfirmManyForm(EntrustForm):
    """确认 several gaps that are filled by the same path."""

    label = forms.ChoiceField(
        label=_("类型"), required=False, choices=[(SUGGESTED, _("按各自的建议")), ("", "—"), *Gap.Label.choices]
    )
    route = forms.ChoiceField(label=_("路径"), choices=[("", "—"), *Gap.Route.choices])
    route_reason = forms.CharField(label=_("理由"), max_length=300, required=False, help_text=_("选择“不补”须写明。"))
    field_order = ("label", "route", "route_reason", "owner", "due_on")


class ConfirmGapForm(forms.ModelForm):  # type: ignore[type-arg]
    """确认缺口: its kind, the path it is filled by, who answers for it, until when, and when it is looked at again."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    class Meta:
        model = Gap
        fields = ("label", "route", "route_reason", "owner", "due_on", "review_on")
        widgets = {"due_on": DateInput(), "review_on": DateInput()}
        help_texts = {"review_on": REVIEW, "route_reason": _("选择“不补”须写明。")}

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["route"].required = True
        self.fields["version"].initial = self.instance.version
        if self.instance.state == Gap.State.PROPOSED:
            self.initial["review_on"] = stages.review_on(timezone.localdate())
        if self.instance.due_on is None or self.instance.due_on >= timezone.localdate():
            # One that has passed already may stand while something else is changed.
            self.fields["due_on"].validators.append(ahead)
        owner = self.fields["owner"]
        if isinstance(owner, forms.ModelChoiceField):
            owner.queryset = Body.objects.visible_to(person).filter(is_active=True)

    def clean(self) -> dict[str, Any]:
        """Said beside its field: the rule of the database names none."""
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("route") == Gap.Route.LEAVE and not cleaned.get("route_reason", "").strip():
            self.add_error("route_reason", _("选择“不补”须写明理由。"))
        return cleaned


class ReviseGapForm(ConfirmGapForm):
    """修改 a gap somebody stands for; another path asks why."""

    reason = forms.CharField(
        label=_("改变路径的理由"), max_length=300, required=False, help_text=_("改变路径时须写明，留在变更记录里。")
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        is_rerouted = cleaned.get("route") and "route" in self.changed_data
        if is_rerouted and not cleaned.get("reason", "").strip():
            self.add_error("reason", _("改变路径须写明理由。"))
        return cleaned


class GapReasonForm(VersionForm):
    """The reason why a gap does not hold, or is opened again."""

    reason = forms.CharField(label=_("理由"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}))


class ReviewForm(VersionForm):
    """复核: what was found, and when the gap is looked at next."""

    note = forms.CharField(label=_("复核情况"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}))
    next_on = forms.DateField(label=_("下次复核"), widget=DateInput(), help_text=REVIEW)


class OpinionForm(EvidenceForm):
    """录入专家意见: given on paper, with its scan."""

    body_name = forms.CharField(label=_("专家单位"), max_length=120)
    person_name = forms.CharField(label=_("专家"), max_length=60)
    given_on = forms.DateField(label=_("日期"), widget=DateInput())
    attitude = forms.ChoiceField(label=_("态度"), choices=Opinion.Attitude.choices)
    text = forms.CharField(label=_("意见"), max_length=4000, widget=forms.Textarea(attrs={"rows": 6}))
    supersedes = forms.ModelChoiceField(
        label=_("替代"),
        queryset=Opinion.objects.none(),
        required=False,
        help_text=_("意见录入后不再修改；有新意见时在此选定被替代的一条。"),
    )
    field_order = ("body_name", "person_name", "given_on", "attitude", "text", "supersedes", "file")

    def __init__(self, *args: Any, gap: Gap, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].label = _("意见原件")
        standing: Any = self.fields["supersedes"]
        standing.queryset = Opinion.objects.visible_to(person).filter(gap=gap, superseded_by=None)


class ConsultForm(forms.Form):
    """征询专家: what the expert may read of the gap is what is written here."""

    expert = forms.ModelChoiceField(label=_("专家"), queryset=Person.objects.none())
    title = forms.CharField(label=_("征询事项"), max_length=160)
    question = forms.CharField(
        label=_("征询内容"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("专家只看到这里写的事项和内容，看不到缺口的证据和采购数据。"),
    )
    due_on = forms.DateField(label=_("请于此日前答复"), widget=DateInput(), required=False)

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        held = Appointment.objects.in_force(timezone.localdate()).filter(post=Post.EXPERT)
        experts: Any = self.fields["expert"]
        experts.queryset = Person.objects.all().visible_to(person).filter(pk__in=held.values("person"), is_active=True)


class AnswerForm(VersionForm):
    """答复征询: the expert's attitude and words."""

    attitude = forms.ChoiceField(label=_("态度"), choices=Opinion.Attitude.choices)
    text = forms.CharField(label=_("意见"), max_length=4000, widget=forms.Textarea(attrs={"rows": 6}))
