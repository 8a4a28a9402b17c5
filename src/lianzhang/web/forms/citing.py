"""来源 on a form: one already entered, or a new one by its title; never none."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lianzhang.accounts.models import Person
from lianzhang.registry import sources
from lianzhang.registry.models import Source
from lianzhang.web.forms.plans import DateInput

FIELDS = ("source", "source_title", "source_publisher", "source_published_on", "source_note", "as_of")


class CitingForm(forms.Form):
    """A fact with its source and date; `cited` in the cleaned data is what the action quotes."""

    source = forms.ModelChoiceField(
        label=_("已登记的来源"), queryset=Source.objects.none(), required=False, empty_label=_("新来源，填在下面")
    )
    source_title = forms.CharField(label=_("新来源标题"), max_length=200, required=False)
    source_publisher = forms.CharField(label=_("发布单位"), max_length=120, required=False)
    source_published_on = forms.DateField(label=_("发布日期"), widget=DateInput(), required=False)
    source_note = forms.CharField(
        label=_("出处"), max_length=120, required=False, help_text=_("在来源中的位置，如页码、段落、文号。")
    )
    as_of = forms.DateField(label=_("数据截至"), widget=DateInput(), required=False)

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered: Any = self.fields["source"]
        offered.queryset = Source.objects.visible_to(person).order_by("-published_on", "title")

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        names = ("source", "source_title", "source_publisher", "source_published_on")
        source, title, publisher, published_on = (found.pop(name, None) for name in names)
        if source is None and not title:
            self.add_error("source", _("请选择来源，或填写新来源的标题。"))
        elif source is not None and title:
            self.add_error("source_title", _("已选来源，这里应留空。"))
        found["cited"] = source or sources.Named(
            title=title or "", publisher=publisher or "", published_on=published_on
        )
        return found
