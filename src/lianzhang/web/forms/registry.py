"""Forms of the register: an enterprise, a name, a grant, a merge."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from chainlab.sheets import codes
from lianzhang.accounts.models import Body, Person
from lianzhang.accounts.rules import BodyKind
from lianzhang.registry import actions
from lianzhang.registry.models import Alias, Enterprise, Level, Part, ProductLine
from lianzhang.registry.models.lines import MEANING
from lianzhang.web.forms import picking
from lianzhang.web.forms.amounts import AmountField


class EnterpriseForm(forms.ModelForm[Enterprise]):
    """企业: what the office keeps of a firm."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    class Meta:
        model = Enterprise
        fields = (
            "name",
            "credit_code",
            "region_code",
            "address",
            "kind",
            "chain_names",
            "segment_name",
            "chain_role",
            "industry_code",
            "products",
            "is_above_scale",
            "is_specialised",
            "is_high_tech",
            "revenue_wan",
            "data_on",
            "contact_name",
            "contact_phone",
            "last_verified_on",
            "note",
        )
        field_classes = {"revenue_wan": AmountField}
        widgets = {
            "data_on": forms.DateInput(attrs={"type": "date"}),
            "last_verified_on": forms.DateInput(attrs={"type": "date"}),
            "note": forms.Textarea(attrs={"rows": 3}),
        }

    def clean_credit_code(self) -> str | None:
        return credit_code(self.cleaned_data.get("credit_code"))

    def _get_validation_exclusions(self) -> set[str]:
        # Whether a code is taken is said by the action, with the name of the firm that has it.
        return {*super()._get_validation_exclusions(), "credit_code"}  # type: ignore[misc]

    @property
    def fields_given(self) -> dict[str, Any]:
        """The fields as the action takes them."""
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}


def credit_code(text: str | None) -> str | None:
    """A credit code whose check digit is right; None for none."""
    if not text:
        return None
    try:
        return codes.uscc(text)
    except codes.Wrong as wrong:
        raise forms.ValidationError(_("统一社会信用代码不正确，请核对营业执照（18 位，末位为校验位）。")) from wrong


class CreditCodeField(forms.CharField):
    """统一社会信用代码 typed in a cell."""

    def clean(self, value: Any) -> Any:
        return credit_code(super().clean(value))


def cell_fields() -> dict[str, Any]:
    """What checks a cell typed in the table: the fields of the firm's own form."""
    return {**EnterpriseForm().fields, "credit_code": CreditCodeField(max_length=18, required=False)}


class AliasForm(forms.Form):
    """别名."""

    name = forms.CharField(label=_("名称"), max_length=200)
    kind = forms.ChoiceField(label=_("种类"), choices=Alias.Kind.choices)


class GrantStartForm(forms.Form):
    """授权对象: whose answers are opened to whom; what can be opened depends on both."""

    firm = picking.One("enterprise", label=_("授权企业"), queryset=Enterprise.objects.none(), to_field_name="code")
    body = picking.Office(label=_("被授权单位"), to_field_name="code")

    def __init__(self, *args: Any, firms: QuerySet[Enterprise], bodies: QuerySet[Body], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["firm"].queryset = firms  # type: ignore[attr-defined]
        self.fields["body"].queryset = bodies  # type: ignore[attr-defined]


class GrantForm(forms.Form):
    """授权: what of the firm's answers the body reads, what for, from when to when; a paper grant brings its scan."""

    levels = forms.MultipleChoiceField(label=_("披露层级"), widget=forms.CheckboxSelectMultiple)
    line = forms.ModelChoiceField(
        label=_("产品线"), queryset=ProductLine.objects.none(), required=False, empty_label=_("全部产品线")
    )
    readers = forms.ModelMultipleChoiceField(
        label=_("查阅人"),
        queryset=Person.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("只用于明细级：勾选两名，其他人看不到逐行数据。"),
    )
    purpose = forms.CharField(label=_("用途"), max_length=120)
    starts_on = forms.DateField(label=_("自"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
    ends_on = forms.DateField(
        label=_("至"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("明细级必填，当日仍有效，次日起看不到。"),
    )

    def __init__(
        self,
        data: Any = None,
        files: Any = None,
        *,
        to: Body,
        lines: QuerySet[ProductLine],
        is_paper: bool,
        today: date,
    ) -> None:
        super().__init__(data, files, initial={"levels": [Level.BANDS], "starts_on": today})
        is_centre = to.kind == BodyKind.INNOVATION_CENTRE
        levels = [level for level in Level if is_centre or level != Level.NAMES]
        self.fields["levels"].choices = _explained(levels)  # type: ignore[attr-defined]
        self.fields["line"].queryset = lines  # type: ignore[attr-defined]
        able = [person.pk for person in actions.able_readers(to, on=today)]
        self.fields["readers"].queryset = Person.objects.filter(pk__in=able)  # type: ignore[attr-defined]
        if not able:
            self.fields["readers"].help_text = _("该单位没有可作查阅人的在任人员，暂不能授权明细级。")
        if is_paper:
            self.fields["scan"] = forms.FileField(
                label=_("授权书扫描件"), help_text=_("由另一名秘书处人员核对后生效。")
            )

    @property
    def scope(self) -> actions.Scope:
        """What the grant opens, as the action takes it."""
        said = self.cleaned_data
        return actions.Scope(levels=said["levels"], line=said["line"], readers=tuple(said["readers"]))


def _explained(levels: Iterable[Level]) -> list[tuple[str, str]]:
    """Levels to tick, each with what it asks for; told in the reader's language, so made with the form."""
    words = _("%(level)s：%(meaning)s")
    return [(level.value, words % {"level": level.label, "meaning": MEANING[level]}) for level in levels]


class LineForm(forms.Form):
    """产品线: its name, the product it ends in, and the levels at which the firm answers."""

    name = forms.CharField(label=_("产品线"), max_length=80)
    product = picking.One(
        "part",
        label=_("对应整机"),
        queryset=Part.objects.all(),
        to_field_name="code",
        required=False,
        help_text=_("标准零部件树里的整机；没有可不填。"),
    )
    levels = forms.MultipleChoiceField(
        label=_("披露层级"),
        choices=lambda: _explained(Level),
        widget=forms.CheckboxSelectMultiple,
        initial=[Level.BANDS],
    )


class LevelsForm(forms.Form):
    """披露层级 of one line, as ticked in its row."""

    levels = forms.MultipleChoiceField(choices=Level.choices, required=False)
    is_active = forms.BooleanField(required=False)
    version = forms.IntegerField()


class MergeForm(forms.Form):
    """合并: the record to be absorbed and why."""

    merged = forms.CharField(
        label=_("并入的企业编号"), max_length=24, help_text=_("如 QY-2026-001，该记录并入本企业。")
    )
    reason = forms.CharField(label=_("理由"), max_length=200, required=False)
