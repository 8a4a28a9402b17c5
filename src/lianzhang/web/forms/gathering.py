"""Forms of collecting answers: a product line of a firm that has no account."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lianzhang.registry.actions.lines import PAPER_LEVELS
from lianzhang.web.forms.registry import LineForm


class PaperLineForm(LineForm):
    """产品线, as a firm without an account wrote it on paper: ticks and bands alone."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        levels = self.fields["levels"]
        if isinstance(levels, forms.MultipleChoiceField):
            levels.choices = [(level.value, level.label) for level in PAPER_LEVELS]
            levels.help_text = _("以纸质授权写明的为准。")
