"""Forms of schemes and chains."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lianzhang.chains.models import Chain, ChainSuccession


class SuccessionForm(forms.Form):
    """确认新旧对应: where an old chain went; empty = kept on record."""

    new = forms.ModelChoiceField(
        label=_("新方案归属"), queryset=Chain.objects.none(), required=False, empty_label=_("存档并继续统计")
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, succession: ChainSuccession, **kwargs: Any) -> None:
        kwargs["initial"] = {"new": succession.new_id, "version": succession.version}
        super().__init__(*args, **kwargs)
        choices: Any = self.fields["new"]
        choices.queryset = Chain.objects.filter(scheme=succession.scheme_id).order_by("position")
