"""Forms of schemes and chains: what the city names, who works on it, which firms anchor it, what it achieved."""

import re
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lianzhang.accounts.models import Body, Person
from lianzhang.accounts.rules import BodyKind
from lianzhang.chains.models import Chain, ChainSuccession, Result, Scheme
from lianzhang.registry.models import Enterprise
from lianzhang.web.forms import citing, picking
from lianzhang.web.forms.amounts import AmountField
from lianzhang.web.forms.plans import DateInput, VersionForm

REGION = re.compile(r"\d{2,6}")
CODE = _("小写英文字母、数字和连字符，进入网址，定后不改。如 city-2026。")


class SuccessionsForm(forms.Form):
    """一并确认新旧对应: every row still open with what is proposed for it, and what all of them rest on."""

    basis = forms.CharField(
        label=_("依据"), max_length=200, required=False, help_text=_("如文件名称和文号；记入每一行的说明。")
    )

    def __init__(self, *args: Any, rows: Sequence[ChainSuccession], scheme: Scheme, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chains = Chain.objects.filter(scheme=scheme).order_by("position")
        kept = ("", _("存档并继续统计"))
        choices = [kept, *((str(chain.pk), chain.name) for chain in chains)]
        self.chains = {str(chain.pk): chain for chain in chains}
        self.rows = rows
        for row in rows:
            initial = str(row.new_id or "")
            self.fields[f"new_{row.pk}"] = forms.ChoiceField(choices=choices, required=False, initial=initial)
            self.fields[f"version_{row.pk}"] = forms.IntegerField(widget=forms.HiddenInput, initial=row.version)

    @property
    def lines(self) -> list[tuple[ChainSuccession, Any, Any]]:
        """Each row with its choice and its version, as the page shows them."""
        return [(row, self[f"new_{row.pk}"], self[f"version_{row.pk}"]) for row in self.rows]

    def said(self, row: ChainSuccession) -> dict[str, Any]:
        """What was chosen for a row, as the action takes it."""
        cleaned = self.cleaned_data
        new, version = self.chains.get(cleaned[f"new_{row.pk}"]), cleaned[f"version_{row.pk}"]
        return {"new": new, "version": version, "basis": cleaned["basis"]}


class ProposalForm(forms.Form):
    """提出新旧对应: which older scheme this one follows."""

    older = forms.ModelChoiceField(label=_("原方案"), queryset=Scheme.objects.none())

    def __init__(self, *args: Any, scheme: Scheme, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices: Any = self.fields["older"]
        choices.queryset = Scheme.objects.visible_to(person).exclude(pk=scheme.pk)


class SchemeForm(VersionForm):
    """方案: its name, validity, groups in their order, and the regions that count as this city."""

    name_zh = forms.CharField(label=_("名称"), max_length=120)
    name_en = forms.CharField(label=_("英文名称"), max_length=160, required=False)
    valid_from = forms.DateField(label=_("自"), widget=DateInput())
    valid_to = forms.DateField(label=_("至"), widget=DateInput(), required=False)
    home_regions = forms.CharField(
        label=_("本市区划代码"),
        max_length=200,
        help_text=_("行政区划代码的前几位，如 3702；几个之间用空格隔开。本地配套率按此计算。"),
    )
    groups = forms.CharField(
        label=_("分组"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("每行一组，按次序；可在竖线后写英文，如：优势产业 | Strong industries"),
    )
    note = forms.CharField(label=_("说明"), required=False, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, scheme: Scheme | None = None, **kwargs: Any) -> None:
        self.known = {row[1]: row[0] for row in scheme.groups} if scheme else {}
        if scheme is not None:
            kwargs["initial"] = _scheme_as_typed(scheme)
        super().__init__(*args, **kwargs)

    def clean_home_regions(self) -> list[str]:
        found = str(self.cleaned_data["home_regions"]).replace("，", " ").replace(",", " ").split()
        wrong = [code for code in found if not REGION.fullmatch(code)]
        if wrong:
            raise forms.ValidationError(_("区划代码应为 2 至 6 位数字：%(codes)s"), params={"codes": " ".join(wrong)})
        return found

    def clean_groups(self) -> list[list[str]]:
        """[code, zh, en] of each line; a group keeps its code through a new English name and a new place."""
        lines = [line.split("|") for line in str(self.cleaned_data["groups"]).splitlines() if line.strip()]
        pairs = [(line[0].strip(), line[1].strip() if len(line) > 1 else "") for line in lines]
        names = [zh for zh, _en in pairs]
        twice = sorted({zh for zh in names if names.count(zh) > 1})
        if twice:
            raise forms.ValidationError(_("分组写了两次：%(names)s"), params={"names": _("、").join(twice)})
        taken = {self.known[zh] for zh in names if zh in self.known}
        free = (code for code in (f"g{n}" for n in range(1, 100)) if code not in {*taken, *self.known.values()})
        return [[self.known.get(zh) or next(free), zh, en] for zh, en in pairs]

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if found.get("valid_from") and found.get("valid_to") and found["valid_to"] < found["valid_from"]:
            self.add_error("valid_to", _("不能早于起始日期。"))
        return found


class NewSchemeForm(SchemeForm):
    """设立方案."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    code = forms.SlugField(label=_("代码"), max_length=40, help_text=CODE)
    field_order = ("code",)

    def clean_code(self) -> str:
        code = str(self.cleaned_data["code"]).lower()
        if Scheme.objects.filter(code=code).exists():
            raise forms.ValidationError(_("已有代码为 %(code)s 的方案。"), params={"code": code})
        return code


def _scheme_as_typed(scheme: Scheme) -> dict[str, Any]:
    groups = "\n".join(" | ".join(part for part in row[1:] if part) for row in scheme.groups)
    names = ("name_zh", "name_en", "valid_from", "valid_to", "note", "version")
    return {name: getattr(scheme, name) for name in names} | {
        "groups": groups,
        "home_regions": " ".join(map(str, scheme.home_regions)),
    }


class ChainForm(VersionForm):
    """产业链: its name, group and place, manufacturing or service, the task force and the department that leads it."""

    name_zh = forms.CharField(label=_("名称"), max_length=60)
    name_en = forms.CharField(label=_("英文名称"), max_length=80, required=False)
    group = forms.ChoiceField(label=_("分组"), required=False)
    position = forms.IntegerField(label=_("次序"), min_value=0, max_value=999)
    nature = forms.ChoiceField(
        label=_("类别"),
        choices=Chain.Nature.choices,
        help_text=_("服务业链没有图谱、拆零件、缺口和目标清单页，有计划、活动、资源和督办。"),
    )
    body = forms.ModelChoiceField(
        label=_("工作专班"),
        queryset=Body.objects.none(),
        required=False,
        help_text=_("链长、副链长、专班组长在此机构任职；先在机构人员中设立。"),
    )
    lead_department = forms.ModelChoiceField(label=_("牵头部门"), queryset=Body.objects.none(), required=False)
    note = forms.CharField(label=_("说明"), required=False, widget=forms.Textarea(attrs={"rows": 3}))
    is_active = forms.BooleanField(
        label=_("在用"), required=False, initial=True, help_text=_("取消则存档：不再列入总表，数据照旧可查。")
    )

    def __init__(self, *args: Any, scheme: Scheme, person: Person, chain: Chain | None = None, **kwargs: Any) -> None:
        if chain is not None:
            names = [name for name in self.base_fields if name not in {"body", "lead_department"}]
            given = {name: getattr(chain, name) for name in names}
            kwargs["initial"] = given | {"body": chain.body_id, "lead_department": chain.lead_department_id}
        super().__init__(*args, **kwargs)
        groups: Any = self.fields["group"]
        groups.choices = [("", "—"), *((row[0], row[1]) for row in scheme.groups)]
        for name, kind in (("body", BodyKind.TASK_FORCE), ("lead_department", BodyKind.DEPARTMENT)):
            offered: Any = self.fields[name]
            offered.queryset = Body.objects.all().visible_to(person).filter(is_active=True, kind=kind)


class NewChainForm(ChainForm):
    """设立产业链."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    slug = forms.SlugField(label=_("代码"), max_length=40, help_text=CODE)
    field_order = ("name_zh", "name_en", "slug")

    def clean_slug(self) -> str:
        return str(self.cleaned_data["slug"]).lower()


class AnchorForm(forms.Form):
    """列为链主."""

    enterprise = picking.One(
        "enterprise",
        label=_("企业"),
        queryset=Enterprise.objects.none(),
        to_field_name="code",
        help_text=_("企业须先在册。"),
    )
    from_on = forms.DateField(label=_("自"), widget=DateInput(), required=False)

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["enterprise"]
        field.queryset = Enterprise.objects.visible_to(person).order_by("name")


class AnchorEndForm(VersionForm):
    """不再列为链主."""

    on = forms.DateField(label=_("结束日期"), widget=DateInput())


class ResultForm(citing.CitingForm, VersionForm):
    """结果: what the chain achieved in a year, in the words of its source."""

    year = forms.IntegerField(label=_("年度"), min_value=2000, max_value=2100)
    statement = forms.CharField(label=_("结果"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}))
    statement_en = forms.CharField(label=_("结果（英文）"), max_length=400, required=False)
    value = AmountField(label=_("数值"), max_digits=16, decimal_places=4, required=False)
    comparison = forms.ChoiceField(
        label=_("比较"), choices=[("", "="), ("≥", "≥"), ("≤", "≤"), (">", ">"), ("<", "<"), ("≈", "≈")], required=False
    )
    unit = forms.CharField(label=_("单位"), max_length=20, required=False)
    scope = forms.CharField(label=_("口径"), max_length=300, required=False)
    field_order = ("year", "statement", "statement_en", "value", "comparison", "unit", "scope", *citing.FIELDS)

    def __init__(self, *args: Any, result: Result | None = None, **kwargs: Any) -> None:
        if result is not None:
            names = ("year", "statement", "statement_en", "value", "comparison", "unit", "scope", "source_note")
            kwargs["initial"] = {name: getattr(result, name) for name in (*names, "as_of", "version")}
            kwargs["initial"]["source"] = result.source_id
        super().__init__(*args, **kwargs)
        if result is None:
            self.fields["version"].required = False
