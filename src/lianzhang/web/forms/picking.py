"""Fields that choose among very many: a list to open while it is short, and words to type once it is long.

Five thousand firms in one list cost a third of a second and nobody scrolls them. Beyond `LONGEST` the field takes a
code or the full name, and offers what matches while somebody types (`picks.ts`); without scripts it still works.
"""

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lianzhang.accounts.models import Appointment, Body
from lianzhang.accounts.rules import BodyKind
from lianzhang.web import finders

LONGEST = 200
# A name is sought by how it sounds long before two hundred: of thirty people nobody reads the list.
MOST_PEOPLE = 20
NEAR = 5


class OneWidget(forms.Select):
    """A list, or a line to type into."""

    kind = ""
    longest = LONGEST

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        if not is_long(self.choices, longest=self.longest):
            return super().render(name, value, attrs, renderer)
        more = {"data-picks": f"{reverse('look:pick')}?of={self.kind}", "autocomplete": "off"}
        line = forms.TextInput().render(name, self._said(value), {**self.attrs, **(attrs or {}), **more}, renderer)
        told = _("填编号或全称；输入名称、拼音或编号时列出候选。")
        return format_html('<div class="pick">{}</div><p class="help">{}</p>', line, told)

    def _said(self, value: Any) -> str:
        """The chosen record as it is typed; what was typed wrongly, as it was."""
        choices: Any = self.choices
        try:
            found = choices.queryset.get(**{choices.field.to_field_name or "pk": value}) if value else None
        except (ValueError, TypeError, choices.queryset.model.DoesNotExist):
            return str(value)
        return finders.PICKED[self.kind].said(found) if found else ""


class One(forms.ModelChoiceField):  # type: ignore[type-arg]  # not generic while it runs
    """One record of `kind` (`finders.PICKED`), by its key, its code or its exact name."""

    widget = OneWidget

    def __init__(self, kind: str, **options: Any) -> None:
        super().__init__(**options)
        self.widget.kind = kind
        self.finder = finders.PICKED[kind]
        self.error_messages["invalid_choice"] = gettext_lazy("名录中没有这个编号或全称。")

    def to_python(self, value: Any) -> Any:
        try:
            return super().to_python(value)
        except ValidationError:
            said = str(value).strip()
            for condition in ({self.finder.codes[0]: said.split(" ")[0]}, {self.finder.name: said}):
                found = list(self.queryset.filter(**condition)[:2]) if self.queryset is not None else []
                if len(found) == 1:
                    return found[0]
            self._say_what_is_near(said)
            raise

    def _say_what_is_near(self, said: str) -> None:
        """Part of a name is no choice; whoever typed it without scripts is told the names that hold it."""
        if self.queryset is None or not said:
            return
        found = self.queryset.filter(**{f"{self.finder.name}__icontains": said})[:NEAR]
        near = [self.finder.said(one) for one in found]
        if near:
            told = _("“%(said)s”不是编号或全称。是否为：%(near)s") % {"said": said, "near": "；".join(near)}
            raise ValidationError(told, code="invalid_choice")


class Who(One):
    """One person; two of one name are told apart by title and account."""

    def __init__(self, **options: Any) -> None:
        super().__init__("person", **options)
        self.widget.longest = MOST_PEOPLE
        self.error_messages["invalid_choice"] = gettext_lazy("通讯录中没有这个登录名或姓名，或有同名的，请填登录名。")

    def label_from_instance(self, obj: Any) -> str:
        return " · ".join(part for part in (obj.name, obj.title, obj.username) if part)


class Leader(One):
    """One chief or deputy in a post; whoever holds two posts is chosen in one of them."""

    def __init__(self, **options: Any) -> None:
        super().__init__("leader", **{"queryset": Appointment.objects.none(), **options})
        self.widget.longest = MOST_PEOPLE
        self.error_messages["invalid_choice"] = gettext_lazy("在任领导中没有此人，或其有多个职务，请从候选中选择。")

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.person.name} · {obj.get_post_display()} · {obj.body.name}"

    def to_python(self, value: Any) -> Any:
        said = str(value).strip()
        known = self.queryset.filter(person__username=said.split(" ")[0]) if self.queryset is not None and said else ()
        return next((one for one in known if self.finder.said(one) == said), None) or super().to_python(value)


class ByKind(forms.models.ModelChoiceIterator):  # type: ignore[type-arg]
    """Bodies under the name of their kind: of fifty in one row nobody finds the district."""

    def __iter__(self) -> Iterator[Any]:
        if self.field.empty_label is not None:
            yield ("", self.field.empty_label)
        order = list(BodyKind)
        found = sorted(self.queryset, key=lambda body: (order.index(BodyKind(body.kind)), body.name_zh))
        for kind, bodies in groupby(found, key=lambda body: body.get_kind_display()):
            yield (kind, [self.choice(body) for body in bodies])


class Office(One):
    """One body, in the list under its kind."""

    iterator = ByKind

    def __init__(self, **options: Any) -> None:
        super().__init__("body", **{"queryset": Body.objects.none(), **options})


class SeveralWidget(forms.SelectMultiple):
    """A list to tick in, or codes, one a line."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        if not is_long(self.choices):
            return super().render(name, value, attrs, renderer)
        codes = "\n".join(str(code) for code in value or ())
        area = forms.Textarea({"rows": 4}).render(name, codes, {**self.attrs, **(attrs or {})}, renderer)
        return format_html('{}<p class="help">{}</p>', area, _("每行一个编号。"))

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        said = super().value_from_datadict(data, files, name)
        texts = [said] if isinstance(said, str) else said or []  # a plain mapping has one text
        return [line.strip() for text in texts for line in str(text).splitlines() if line.strip()]


class Several(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    """Several records by their codes; the field says `to_field_name="code"`."""

    widget = SeveralWidget


def is_long(choices: Any, *, longest: int = LONGEST) -> bool:
    """Whether there are too many records to list; what is read to find out is at most one more than the longest."""
    queryset = getattr(choices, "queryset", None)
    return queryset is not None and len(queryset.order_by().values_list("pk")[: longest + 1]) > longest
