"""Forms of target lists."""

import re
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lianzhang.accounts.models import Person
from lianzhang.accounts.rules import Act, Thing
from lianzhang.chains.actions import conditions
from lianzhang.chains.actions.conditions import Parameters
from lianzhang.chains.models import Chain, Edition
from lianzhang.records.scope import ScopedQuerySet
from lianzhang.registry.models import Alias, Enterprise
from lianzhang.web.forms import picking
from lianzhang.web.forms.amounts import AmountField

SEPARATORS = re.compile(r"[,，、;；]")


NAMED = ("must_include", "must_exclude", "must_include_categories", "must_exclude_categories")


def _said(text: str) -> tuple[str, ...]:
    """What was named, one a line or between commas."""
    said = (one.strip() for line in text.splitlines() for one in SEPARATORS.split(line))
    return tuple(dict.fromkeys(one for one in said if one))


def writable(person: Person) -> ScopedQuerySet[Chain]:
    """The chains whose lists `person` makes."""
    chains = Chain.objects.within(person, act=Act.WRITE, thing=Thing.TARGET)
    return chains.filter(nature=Chain.Nature.MANUFACTURING, is_active=True)


class TargetForm(forms.Form):
    """目标清单参数: how many categories and suppliers, for how many anchors at least, who must be in or out; and what
    few ask for, folded."""

    ADVANCED = (
        "must_include_categories",
        "must_exclude_categories",
        "chains",
        "min_realised_anchors",
        "min_per_anchor_wan",
        "budget_wan",
        "max_certification_months",
        "is_group_included",
        "draws",
        "seed",
    )

    chain = forms.ModelChoiceField(label=_("产业链"), queryset=Chain.objects.none(), to_field_name="code")
    title = forms.CharField(label=_("名称"), max_length=120, required=False)
    edition = forms.ChoiceField(
        label=_("版别"),
        choices=Edition.choices,
        initial=Edition.WORKING,
        required=False,
        help_text=_("编制给谁看。三种版别都会生成，此处记下主要用途。"),
    )
    max_categories = forms.IntegerField(
        label=_("类别上限"), min_value=1, max_value=500, required=False, help_text=_("留空不限。")
    )
    max_suppliers = forms.IntegerField(
        label=_("家数上限"), min_value=1, max_value=2000, required=False, help_text=_("留空不限。")
    )
    min_anchors = forms.IntegerField(
        label=_("至少服务链主"), min_value=1, max_value=99, help_text=_("每家配套商至少能服务这么多家链主。")
    )
    must_include = forms.CharField(
        label=_("必须列入"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("企业名称（或曾用名、简称）或编号，每行一个。"),
    )
    must_exclude = forms.CharField(
        label=_("不予列入"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("企业名称（或曾用名、简称）或编号，每行一个。"),
    )
    must_include_categories = forms.CharField(
        label=_("必须列入的类别"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("零部件类别名称，每行一个；每类至少选一家能供的配套商。"),
    )
    must_exclude_categories = forms.CharField(
        label=_("不予列入的类别"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("零部件类别名称，每行一个；这些类别一律不选。"),
    )
    chains = picking.Several(
        label=_("合并其他产业链的需求"),
        queryset=Chain.objects.none(),
        to_field_name="code",
        required=False,
        help_text=_("如集成电路与家电、汽车合并：同时供几条链的企业只计一家。只列出您编制清单或有数据授权的链。"),
    )
    min_realised_anchors = forms.IntegerField(
        label=_("实际服务链主"),
        min_value=0,
        max_value=99,
        required=False,
        help_text=_(
            "每家入选企业能供、金额已知的链主不少于这么多家，清单按此分配；年供货能力已用满的企业可能分到得少。"
        ),
    )
    min_per_anchor_wan = AmountField(
        label=_("每家链主至少覆盖（万元）"),
        min_value=0,
        max_digits=16,
        decimal_places=4,
        required=False,
        help_text=_("照顾到每一家链主；某家链主的市外采购不足此数时，清单算不出来并说明是哪一家。"),
    )
    budget_wan = AmountField(
        label=_("招引成本预算（万元）"),
        min_value=0,
        max_digits=16,
        decimal_places=4,
        required=False,
        help_text=_("成本在候选企业中填写；设了预算，没填成本的企业不会入选。"),
    )
    max_certification_months = forms.IntegerField(
        label=_("认证时间上限（月）"),
        min_value=0,
        max_value=240,
        required=False,
        help_text=_("认证还需更久的企业不入选；时间未知的仍可入选。"),
    )
    is_group_included = forms.BooleanField(
        label=_("计入集团内采购"), required=False, help_text=_("默认不计：向本集团企业买的不是招引对象。")
    )
    draws = forms.IntegerField(
        label=_("试算次数"),
        min_value=1,
        max_value=200,
        required=False,
        help_text=_("把未知和分档的金额随机取值这么多次，看哪些选择始终成立。"),
    )
    seed = forms.IntegerField(
        label=_("随机种子"), min_value=0, max_value=2**31 - 1, required=False, help_text=_("相同的种子得到相同的结果。")
    )

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person = person
        field: Any = self.fields["chain"]
        field.queryset = writable(person)
        pooled: Any = self.fields["chains"]
        pooled.queryset = conditions.poolable(by=person)
        if (only := self._only) is not None:  # no choice to make, and nothing to pool with itself
            field.initial = self.initial["chain"] = self.initial.get("chain") or only.code
            pooled.queryset = pooled.queryset.exclude(pk=only.pk)

    @property
    def _only(self) -> Chain | None:
        """The chain of who makes lists for one chain alone."""
        field: Any = self.fields["chain"]
        found = list(field.queryset[:2])
        return found[0] if len(found) == 1 else None

    @property
    def usual(self) -> list[Any]:
        """The fields everybody fills in."""
        return [self[name] for name in self.fields if name not in self.ADVANCED]

    @property
    def advanced(self) -> list[Any]:
        """The folded fields."""
        return [self[name] for name in self.ADVANCED]

    @property
    def is_unfolded(self) -> bool:
        """Whether a folded field is wrong or says something out of the ordinary, and so must be seen."""
        usual = self.values(Parameters())
        said = [self[name].value() for name in self.ADVANCED]
        return any(self.errors.get(name) for name in self.ADVANCED) or any(
            value not in (None, "", [], False, 0, usual[name]) and str(value) != str(usual[name])
            for name, value in zip(self.ADVANCED, said, strict=True)
        )

    def clean_must_include(self) -> tuple[str, ...]:
        return self._codes(self.cleaned_data["must_include"])

    def clean_must_exclude(self) -> tuple[str, ...]:
        return self._codes(self.cleaned_data["must_exclude"])

    def clean_must_include_categories(self) -> tuple[str, ...]:
        return _said(self.cleaned_data["must_include_categories"])

    def clean_must_exclude_categories(self) -> tuple[str, ...]:
        return _said(self.cleaned_data["must_exclude_categories"])

    def _codes(self, text: str) -> tuple[str, ...]:
        """Codes of the firms named, one a line or between commas; what is neither name nor code stays as it was typed,
        for the action to refuse by name. Another name of one firm alone will do."""
        said = _said(text)
        if not said:
            return ()
        firms = Enterprise.objects.visible_to(self.person)
        also: dict[str, set[str]] = {}
        for name, code in Alias.objects.filter(name__in=said, enterprise__in=firms).values_list(
            "name", "enterprise__code"
        ):
            also.setdefault(name, set()).add(code)
        codes = {name: found.pop() for name, found in also.items() if len(found) == 1}
        codes |= dict(firms.filter(name__in=said).values_list("name", "code"))
        return tuple(dict.fromkeys(codes.get(one, one) for one in said))

    @property
    def parameters(self) -> Parameters:
        """What was asked, once valid; a blank folded field means its default."""
        cleaned, usual = self.cleaned_data, Parameters()
        always = ("max_categories", "max_suppliers", "min_anchors", "is_group_included", *NAMED)
        amounts = ("min_per_anchor_wan", "budget_wan")
        numbers = ("min_realised_anchors", "draws", "seed")
        said: dict[str, Any] = {
            **{name: cleaned[name] for name in always},
            **{name: None if cleaned[name] is None else float(cleaned[name]) for name in amounts},
            **{name: getattr(usual, name) if cleaned[name] is None else cleaned[name] for name in numbers},
        }
        return Parameters(
            **said,
            max_certification_months=cleaned["max_certification_months"],
            chains=tuple(chain.code for chain in cleaned["chains"]),
        )

    @staticmethod
    def values(parameters: Parameters) -> dict[str, Any]:
        """Parameters as the form's initial values."""
        stored = parameters.stored()
        return {
            **stored,
            **{name: "\n".join(stored[name]) for name in NAMED},
            **{
                name: None if stored[name] is None else Decimal(str(stored[name]))
                for name in ("min_per_anchor_wan", "budget_wan")
            },
            "min_realised_anchors": parameters.min_realised_anchors or None,
        }
