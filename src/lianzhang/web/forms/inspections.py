"""迎检资料包: the period, and one chain or everything."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lianzhang.accounts.models import Person
from lianzhang.accounts.rules import Role
from lianzhang.chains.models import Chain
from lianzhang.web.forms.plans import DateInput

LONGEST_DAYS = 731


class InspectionForm(forms.Form):
    """期间和范围."""

    first = forms.DateField(label=gettext_lazy("起"), widget=DateInput())
    last = forms.DateField(label=gettext_lazy("止"), widget=DateInput())
    chain = forms.ModelChoiceField(
        label=gettext_lazy("产业链"), queryset=Chain.objects.none(), required=False, empty_label=gettext_lazy("全部")
    )

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if person.reach.role is Role.DISTRICT:  # a district packs its own
            del self.fields["chain"]
            return
        chains: Any = self.fields["chain"]
        seen = Chain.objects.visible_to(person).filter(is_active=True)
        chains.queryset = seen.order_by("-scheme__valid_from", "position")

    def clean(self) -> dict[str, Any]:
        """A period that has an order, is not to come, and is no longer than two years."""
        said: dict[str, Any] = super().clean() or {}
        first, last = said.get("first"), said.get("last")
        if first and last:
            if last < first:
                self.add_error("last", _("止日早于起日。"))
            elif first > timezone.localdate():
                self.add_error("first", _("期间还没有开始。"))
            elif (last - first).days > LONGEST_DAYS:
                self.add_error("last", _("期间不超过两年，请分次编制。"))
        return said
