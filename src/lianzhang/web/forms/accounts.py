"""Forms of sign-in, people, bodies, posts and tokens."""

from datetime import date
from typing import Any

from django import forms
from django.contrib.auth import password_validation
from django.db.models import Case, QuerySet, Value, When
from django.utils.translation import gettext_lazy as _

from lianzhang.accounts.models import Appointment, Body, Person
from lianzhang.accounts.rules import POSTS_OF, BodyKind, Post
from lianzhang.web.forms import picking


class SignInForm(forms.Form):
    """登录: a name and a password; which of the two is wrong is never said."""

    username = forms.CharField(
        label=_("登录名"),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autofocus": True, "autocapitalize": "none"}),
    )
    password = forms.CharField(
        label=_("密码"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class PasswordForm(forms.Form):
    """设置密码: the present password, unless the person came in by a one-time link or has none, and a new one."""

    present = forms.CharField(
        label=_("当前密码"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    password = forms.CharField(
        label=_("新密码"),
        strip=False,
        max_length=200,
        help_text=_("至少 12 位，不得与登录名、姓名相近，不得使用常见密码。"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=_("再输入一次"),
        strip=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, person: Person, asks_present: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person = person
        if not asks_present:
            del self.fields["present"]

    def clean_present(self) -> str:
        present = str(self.cleaned_data["present"])
        if not self.person.check_password(present):
            raise forms.ValidationError(_("当前密码不对。"))
        return present

    def clean_password(self) -> str:
        password = str(self.cleaned_data["password"])
        password_validation.validate_password(password, self.person)
        return password

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if found.get("password") and found.get("again") and found["password"] != found["again"]:
            self.add_error("again", _("两次输入的密码不一致。"))
        return found


class TokenForm(forms.Form):
    """接口令牌: what it is for, which of the own posts it acts in, how long it lives."""

    label = forms.CharField(label=_("用途"), max_length=80)
    appointment = forms.ModelChoiceField(label=_("以哪一职务"), queryset=Appointment.objects.none(), empty_label=None)
    days = forms.TypedChoiceField(
        label=_("有效期"), coerce=int, choices=[(30, _("30 天")), (90, _("90 天")), (180, _("180 天"))], initial=90
    )

    def __init__(self, *args: Any, person: Person, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        posts = self.fields["appointment"]
        assert isinstance(posts, forms.ModelChoiceField)
        posts.queryset = Appointment.objects.current(today).filter(person=person)


class PersonForm(forms.ModelForm[Person]):
    """人员: the entries of the address list. `version` is the one this editor saw."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = Person
        fields = ("username", "name", "title", "phone", "email")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is not None:
            self.fields["username"].disabled = True
        self.fields["username"].help_text = _("登录时使用，登记后不再更改。")


class BodyForm(forms.ModelForm[Body]):
    """机构: its names, its place and what it belongs to; kind and code stay as founded."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = Body
        fields = ("name_zh", "name_en", "region_code", "parent", "is_active")
        labels = {"parent": _("上级机构")}


class NewBodyForm(forms.ModelForm[Body]):
    """新建机构."""

    class Meta:
        model = Body
        fields = ("kind", "code", "name_zh", "name_en", "region_code", "parent")
        labels = {"parent": _("上级机构")}
        help_texts = {"code": _("英文字母、数字和连字符，如 data-bureau；设立后不再更改。")}
        error_messages = {"code": {"invalid": _("代码只能用英文字母、数字、下划线和连字符。")}}


class AppointmentForm(forms.ModelForm[Appointment]):
    """任职: who, where, as what, from when, on what paper."""

    class Meta:
        model = Appointment
        fields = ("person", "body", "post", "starts_on", "ends_on", "basis", "duties")
        field_classes = {"person": picking.Who, "body": picking.Office}
        widgets = {
            "starts_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "ends_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people, bodies = self.fields["person"], self.fields["body"]
        assert isinstance(people, forms.ModelChoiceField)
        assert isinstance(bodies, forms.ModelChoiceField)
        people.queryset = Person.objects.filter(is_active=True).order_by("name")
        bodies.queryset = Body.objects.filter(is_active=True)
        kinds = [(kind.label, [(Post(post).value, Post(post).label) for post in POSTS_OF[kind]]) for kind in BodyKind]
        post = self.fields["post"]
        assert isinstance(post, forms.ChoiceField)
        post.choices = [("", "—"), *kinds]


class CorrectAppointmentForm(forms.ModelForm[Appointment]):
    """更正任职: its days, the paper and the duties; another person, body or post is another appointment."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    class Meta:
        model = Appointment
        fields = ("starts_on", "ends_on", "basis", "duties")
        widgets = {
            "starts_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "ends_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        }


class HolderField(forms.ModelChoiceField):  # type: ignore[type-arg]  # not generic while it runs
    """A choice among posts, shown by who holds them."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.person.name} · {obj.get_post_display()}"


class EndForm(forms.Form):
    """离任: the last day in post, and who follows."""

    on = forms.DateField(label=_("离任日期"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    successor = HolderField(
        label=_("继任者"),
        queryset=Appointment.objects.none(),
        required=False,
        help_text=_("继任者先办理任职，再在此选定；暂无继任者可以留空。"),
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, appointment: Appointment, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.appointment = appointment
        successor = self.fields["successor"]
        assert isinstance(successor, forms.ModelChoiceField)
        successor.queryset = successors(appointment, today=today)

    def clean_on(self) -> date:
        on: date = self.cleaned_data["on"]
        if on < self.appointment.starts_on:
            day = self.appointment.starts_on.isoformat()
            raise forms.ValidationError(_("离任日期早于任职日期 %(day)s。"), params={"day": day})
        return on


class SuccessorForm(forms.Form):
    """继任者: somebody who holds a post in the same body today."""

    successor = HolderField(label=_("继任者"), queryset=Appointment.objects.none())

    def __init__(self, *args: Any, appointment: Appointment, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        successor = self.fields["successor"]
        assert isinstance(successor, forms.ModelChoiceField)
        successor.queryset = successors(appointment, today=today)


def successors(appointment: Appointment, *, today: date) -> QuerySet[Appointment]:
    """Posts in the same body held by others today; those who hold the same post come first."""
    held = Appointment.objects.current(today).filter(body_id=appointment.body_id)
    is_other = Case(When(post=appointment.post, then=Value(0)), default=Value(1))
    return held.exclude(person=appointment.person_id).exclude(ends_on=today).order_by(is_other, "starts_on", "pk")
