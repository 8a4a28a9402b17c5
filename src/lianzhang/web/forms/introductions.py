"""The form of who introduced a project's investor."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lianzhang.accounts.models import Person
from lianzhang.registry.models import Enterprise
from lianzhang.web.forms import picking
from lianzhang.web.forms.plans import VersionForm


class IntroductionForm(VersionForm):
    """引荐企业: a firm of the register that is not the investor itself."""

    introducer = picking.One("enterprise", label=_("引荐企业"), queryset=Enterprise.objects.none(), required=False)
    introduced_note = forms.CharField(label=_("引荐说明"), max_length=200, required=False)

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["introducer"]
        field.queryset = Enterprise.objects.visible_to(person).filter(merged_into__isnull=True)
