"""Forms of candidates: proposing a firm, correcting what was said of it, saying which firm it is."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lianzhang.accounts.models import Person
from lianzhang.chains.actions.candidates import FACTS, NEW
from lianzhang.chains.models import CandidateProposal, Chain
from lianzhang.intake.protocol import Proposal
from lianzhang.registry.models import Enterprise, Part
from lianzhang.web.forms import picking
from lianzhang.web.forms.amounts import AmountField
from lianzhang.web.forms.plans import DateInput, VersionForm
from lianzhang.web.forms.target_lists import SEPARATORS


class FactsForm(forms.Form):
    """候选企业的情况: what is known of a firm and who says so."""

    categories = forms.MultipleChoiceField(
        label=_("能供的类别"), required=False, help_text=_("该类别中链主采购的零部件都算它能供。")
    )
    part_codes = forms.CharField(
        label=_("能供的零部件"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("名称或编码，每行一个；只能供个别零部件时填写。"),
    )
    kind = forms.ChoiceField(
        label=_("落地方式"),
        choices=CandidateProposal.Kind.choices,
        required=False,
        help_text=_("整体迁移须经公平竞争审查。"),
    )
    willingness = forms.ChoiceField(
        label=_("意愿"), choices=CandidateProposal.Willingness.choices, required=False, help_text=_("无意向的不入选。")
    )
    certification = forms.ChoiceField(
        label=_("认证状态"), choices=CandidateProposal.Certification.choices, required=False
    )
    certification_months = forms.IntegerField(label=_("认证还需（月）"), min_value=0, max_value=240, required=False)
    certified_at = forms.MultipleChoiceField(label=_("已在哪些链主通过认证"), required=False)
    capacity_wan = AmountField(
        label=_("年供货能力（万元）"),
        min_value=0,
        max_digits=16,
        decimal_places=4,
        required=False,
        help_text=_("留空为不受限或未知。"),
    )
    cost_wan = AmountField(label=_("招引成本（万元）"), min_value=0, max_digits=16, decimal_places=4, required=False)
    origin = forms.ChoiceField(label=_("来历"), choices=CandidateProposal.Origin.choices)
    origin_name = forms.CharField(
        label=_("来源名称"), max_length=120, required=False, help_text=_("如推荐平台、名单或推荐人；外部导入必填。")
    )
    origin_on = forms.DateField(label=_("来源日期"), widget=DateInput(), required=False)
    note = forms.CharField(label=_("说明"), max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, chain: Chain, proposal: CandidateProposal | None = None, **kwargs: Any) -> None:
        if proposal is not None:
            kwargs["initial"] = {name: getattr(proposal, name) for name in (*FACTS, "version")}
            kwargs["initial"]["part_codes"] = "\n".join(proposal.part_codes)
        super().__init__(*args, **kwargs)
        named = Part.objects.exclude(category="").order_by("category").values_list("category", flat=True).distinct()
        anchors = chain.anchors.standing().select_related("enterprise").order_by("enterprise__name")
        choices: Any = self.fields["categories"]
        choices.choices = [(name, name) for name in named]
        choices = self.fields["certified_at"]
        choices.choices = [(anchor.enterprise.code, anchor.enterprise.name) for anchor in anchors]

    def clean_part_codes(self) -> list[str]:
        """Codes of the parts named; refuses what is neither the name nor the code of a part."""
        said = [one.strip() for line in self.cleaned_data["part_codes"].splitlines() for one in SEPARATORS.split(line)]
        wanted = [one for one in said if one]
        found = Part.objects.filter(name__in=wanted) | Part.objects.filter(code__in=wanted)
        pairs = list(found.values_list("name", "code"))
        codes = dict(pairs) | {code: code for _name, code in pairs}
        unknown = [one for one in wanted if one not in codes]
        if unknown:
            raise forms.ValidationError(_("没有这些零部件：%(names)s"), params={"names": "、".join(unknown)})
        return list(dict.fromkeys(codes[one] for one in wanted))

    @property
    def facts(self) -> dict[str, Any]:
        """What was said, as the action takes it."""
        return {name: self.cleaned_data[name] for name in FACTS}


class ProposeForm(FactsForm):
    """提名候选企业: the firm by name or code; a name like a registered one is asked about."""

    name = forms.CharField(label=_("企业名称或编号"), max_length=200, help_text=_("按登记的全称填写。"))
    meant = forms.ChoiceField(
        label=_("是否为在册企业"), required=False, widget=forms.RadioSelect, help_text=_("名称与下列企业相近。")
    )
    field_order = ("name", "meant")

    def __init__(self, *args: Any, alike: Sequence[Proposal] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.ask(alike)

    def ask(self, alike: Sequence[Proposal]) -> None:
        """Offer the registered firms a name may mean; without any the question is not asked."""
        field: Any = self.fields["meant"]
        offered = [(one.subject_id, one.label) for one in alike]
        field.widget = forms.RadioSelect() if offered else forms.HiddenInput()
        field.choices = [*offered, (NEW, _("都不是，是另一家企业"))]
        if not offered:
            self._accept_what_was_offered(field)

    def _accept_what_was_offered(self, field: Any) -> None:
        """The answer comes back with the next post, when the choices are not yet known again."""
        said = str(self.data.get("meant", "")) if self.is_bound else ""
        if said.isdecimal():
            field.choices = [(said, said), (NEW, NEW)]


class CorrectForm(FactsForm, VersionForm):
    """更正提名."""


class IdentifyForm(VersionForm):
    """认定: which registered firm a proposed name means."""

    enterprise = picking.One(
        "enterprise", label=_("在册企业"), queryset=Enterprise.objects.none(), to_field_name="code"
    )

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["enterprise"]
        field.queryset = Enterprise.objects.visible_to(person).order_by("name")


class WithdrawForm(VersionForm):
    """撤回提名."""

    reason = forms.CharField(label=_("撤回理由"), max_length=200)
