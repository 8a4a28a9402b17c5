"""Forms of working a lead: a follow-up, the due-diligence list, a contest and its decision."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lianzhang.projects import stages
from lianzhang.projects.models import Contest, Diligence, FollowUp
from lianzhang.web.forms.plans import DateInput
from lianzhang.web.forms.projects import lines

NOT_YET = ("", _("未核实"))


class FollowUpForm(forms.Form):
    """跟进: what was done, when, and when next."""

    kind = forms.ChoiceField(label=_("事项"), choices=FollowUp.Kind.choices, initial=FollowUp.Kind.FOLLOW)
    text = forms.CharField(label=_("情况"), widget=lines(3), max_length=2000)
    opinion = forms.ChoiceField(
        label=_("研判意见"),
        choices=[("", "—"), *FollowUp.Opinion.choices],
        required=False,
        help_text=_("事项为“研判”时必填。"),
    )
    done_on = forms.DateField(label=_("日期"), widget=DateInput())
    next_on = forms.DateField(label=_("下次跟进"), widget=DateInput(), required=False)


class DiligenceForm(forms.Form):
    """尽职调查: every item with a verdict and what was found; only what changed is written."""

    on = forms.DateField(label=_("核实日期"), widget=DateInput())

    def __init__(self, *args: Any, held: Mapping[str, Diligence], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.held = held
        for item in stages.table().diligence:
            known = held.get(item.key)
            self.fields[f"verdict_{item.key}"] = forms.ChoiceField(
                label=item.label,
                choices=[NOT_YET, *Diligence.Verdict.choices],
                required=False,
                initial=known.verdict if known else "",
                help_text=item.help.label,
            )
            note = forms.CharField(
                label=_("核实情况"), max_length=300, required=False, initial=known.note if known else ""
            )
            self.fields[f"note_{item.key}"] = note

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        for item in stages.table().diligence:
            verdict = said.get(f"verdict_{item.key}", "")
            if item.key in self.held and not verdict:
                self.add_error(f"verdict_{item.key}", _("已核实的事项不能改回未核实；有疑点请选“有疑点”。"))
            if verdict not in {"", Diligence.Verdict.CLEAR} and not said.get(f"note_{item.key}", "").strip():
                self.add_error(f"note_{item.key}", _("有疑点或不适用的，须写明情况。"))
        return said

    @property
    def changed(self) -> list[tuple[str, str, str]]:
        """(item, verdict, note) of what is not as it was."""
        rows = []
        for item in stages.table().diligence:
            said = (self.cleaned_data[f"verdict_{item.key}"], self.cleaned_data[f"note_{item.key}"].strip())
            known = self.held.get(item.key)
            if said[0] and said != ((known.verdict, known.note) if known else None):
                rows.append((item.key, *said))
        return rows


class ContestForm(forms.Form):
    """首报争议: which project one was told of, and why one was first."""

    code = forms.CharField(label=_("首报项目编号"), max_length=24)
    statement = forms.CharField(
        label=_("理由"), widget=lines(4), max_length=2000, help_text=_("写明何时、由谁、以何方式先行对接，有何依据。")
    )


class DecideForm(forms.Form):
    """裁定."""

    state = forms.ChoiceField(
        label=_("结果"),
        choices=[
            (state.value, state.label) for state in (Contest.State.UPHELD, Contest.State.MOVED, Contest.State.SHARED)
        ],
        widget=forms.RadioSelect,
    )
    decision = forms.CharField(label=_("裁定理由"), widget=lines(3), max_length=2000)
