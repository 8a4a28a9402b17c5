"""Forms of the project: a lead in five fields, edits, the three kinds of money, progress, the next stage, the check."""

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lianzhang.accounts.models import Body, Person
from lianzhang.accounts.rules import Act, BodyKind, Role, Scope, Thing
from lianzhang.chains.models import Chain, Gap
from lianzhang.projects import stages
from lianzhang.projects.models import Project, Supply
from lianzhang.projects.stages import Stage
from lianzhang.registry.models import Enterprise, Part
from lianzhang.web.forms import picking
from lianzhang.web.forms.amounts import AmountField, AskingForm
from lianzhang.web.forms.plans import DateInput, VersionForm
from lianzhang.web.forms.registry import CreditCodeField

OFFICES = (BodyKind.TASK_FORCE, BodyKind.SECRETARIAT, BodyKind.DEPARTMENT, BodyKind.DISTRICT)


def wan(label: Any, **more: Any) -> AmountField:
    """An amount in 万元."""
    more["error_messages"] = {"min_value": _("金额不能是负数。"), "invalid": _("请填数字，单位为万元。")}
    return AmountField(label=label, min_value=0, max_digits=16, decimal_places=4, required=False, **more)


def lines(rows: int) -> forms.Textarea:
    """A text area of so many lines."""
    return forms.Textarea(attrs={"rows": rows})


def writable_chains(person: Person) -> Any:
    """The chains on which `person` may enter a project: a district on any, a task force on its own."""
    is_own = person.reach.scope(Act.WRITE, Thing.PROJECT) is Scope.OWN and person.reach.role is not Role.DISTRICT
    chains = Chain.objects.own_of(person) if is_own else Chain.objects.visible_to(person)
    return chains.filter(is_active=True).order_by("scheme", "position")


class LeadForm(AskingForm):
    """线索: five fields, for a phone in a fair's corridor; folded away, what helps to recognise the investor and who
    introduced it."""

    FOLDED = ("investor_code", "site", "introducer")

    investor_name = forms.CharField(label=_("投资方"), max_length=200)
    chain = forms.ModelChoiceField(label=_("产业链"), queryset=Chain.objects.none())
    name = forms.CharField(label=_("项目名称"), max_length=160)
    content = forms.CharField(label=_("拟投内容"), widget=lines(2), required=False, max_length=2000)
    intended_wan = wan(_("意向投资（万元）"), like=("leads", "intended_wan"))
    investor_code = CreditCodeField(
        label=_("投资方信用代码"), required=False, help_text=_("18 位，用于查重：改名、简称也认得出。")
    )
    site = forms.CharField(label=_("拟落地地址"), max_length=200, required=False)
    introducer = picking.One("enterprise", label=_("引荐企业"), queryset=Enterprise.objects.none(), required=False)
    although = forms.CharField(
        label=_("确属另一个项目的理由"), max_length=200, required=False, widget=forms.HiddenInput
    )
    predecessor = forms.ModelChoiceField(
        label=_("续建或增资的前期项目"), queryset=Project.objects.none(), required=False, widget=forms.HiddenInput
    )

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        earlier: Any = self.fields["predecessor"]
        earlier.queryset = Project.objects.visible_to(person)
        chains = writable_chains(person)
        fields: dict[str, Any] = self.fields
        field = fields["chain"]
        field.queryset = chains
        fields["introducer"].queryset = Enterprise.objects.visible_to(person).filter(merged_into__isnull=True)
        if len(chains) == 1:
            field.initial = chains[0]
        if "predecessor" in self.initial:
            self.ask_why(earlier.queryset.filter(pk=self.initial["predecessor"]))

    def clean_investor_code(self) -> str:
        return self.cleaned_data["investor_code"] or ""

    @property
    def folded(self) -> list[forms.BoundField]:
        """What a phone does not ask for at first."""
        return [self[name] for name in self.FOLDED]

    @property
    def asked(self) -> list[forms.BoundField]:
        """What it asks for."""
        return [field for field in self.visible_fields() if field.name not in self.FOLDED]

    @property
    def has_folded(self) -> bool:
        """Whether the fold holds something typed or something wrong: it is shown open then."""
        return any(field.value() or field.errors for field in self.folded)

    def ask_why(self, known: Any) -> None:
        """Show the fields that let a second project of a known investor through: as its extension, or as another."""
        field: Any = self.fields["predecessor"]
        field.widget = forms.Select()
        field.queryset = known
        field.help_text = _("是原项目的续建、增资时选原项目；只有增加的投资计入新引进。")
        self.fields["although"].widget = forms.TextInput()
        self.fields["although"].help_text = _("与上列项目不是同一个时填写；首报权不变。")


class EditForm(AskingForm, VersionForm):
    """修改项目: what it is, who answers, where, when."""

    name = forms.CharField(label=_("项目名称"), max_length=160)
    investor_name = forms.CharField(label=_("投资方"), max_length=200, required=False)
    investor_code = CreditCodeField(label=_("投资方信用代码"), required=False)
    investor_place = forms.CharField(label=_("投资方来源地"), max_length=80, required=False)
    enterprise = picking.One("enterprise", label=_("项目企业"), queryset=Enterprise.objects.none(), required=False)
    owner = forms.ModelChoiceField(label=_("责任单位"), queryset=Body.objects.none(), required=False)
    site = forms.CharField(label=_("落地地址"), max_length=200, required=False)
    content = forms.CharField(label=_("建设内容"), widget=lines(3), required=False)
    gap = forms.ModelChoiceField(label=_("对应缺口"), queryset=Gap.objects.none(), required=False)
    plan_year_wan = wan(_("年度计划投资（万元）"), like=("key_projects", "year_plan_wan"))
    planned_start_on = forms.DateField(label=_("计划开工"), widget=DateInput(), required=False)
    planned_completion_on = forms.DateField(label=_("计划竣工"), widget=DateInput(), required=False)
    planned_production_on = forms.DateField(label=_("计划投产"), widget=DateInput(), required=False)
    predecessor = picking.One(
        "project",
        label=_("前期项目"),
        queryset=Project.objects.none(),
        required=False,
        help_text=_("续建、增资项目填原项目；只有增加的投资计入新引进。"),
    )

    def __init__(self, *args: Any, person: Person, project: Project, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        offices = Body.objects.all().visible_to(person)
        fields["owner"].queryset = offices.filter(is_active=True, kind__in=OFFICES)
        fields["enterprise"].queryset = Enterprise.objects.visible_to(person).filter(merged_into__isnull=True)
        fields["predecessor"].queryset = Project.objects.visible_to(person).exclude(pk=project.pk)
        gaps = Gap.objects.all().visible_to(person).filter(chain=project.chain)
        fields["gap"].queryset = gaps.exclude(state=Gap.State.INVALID)

    def clean_investor_code(self) -> str:
        return self.cleaned_data["investor_code"] or ""


class PlaceForm(VersionForm):
    """区市与重点: changes who may work on the project, so it takes the right to approve."""

    district = forms.ModelChoiceField(label=_("区市"), queryset=Body.objects.none(), required=False)
    is_key = forms.BooleanField(label=_("市级重点"), required=False)

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["district"]
        field.queryset = Body.objects.all().visible_to(person).filter(kind=BodyKind.DISTRICT)


class MoneyForm(AskingForm, VersionForm):
    """投资: three kinds, each for itself."""

    intended_wan = wan(_("意向投资（万元）"), like=("leads", "intended_wan"))
    agreed_wan = wan(_("协议投资（万元）"), like=("leads", "agreed_wan"))
    arrived_wan = wan(_("到位资金（万元）"), like=("leads", "paid_in_wan"))
    arrived_on = forms.DateField(
        label=_("到资日期"), widget=DateInput(), required=False, help_text=_("首笔资金实际到位的日期。")
    )
    total_wan = wan(_("计划总投资（万元）"), like=("key_projects", "total_wan"))
    reason = forms.CharField(label=_("调减到位资金的理由"), max_length=200, required=False)


class PlanForm(AskingForm, VersionForm):
    """年度计划: what the year is to reach; a plan once set is changed with a reason."""

    year = forms.IntegerField(label=_("年度"), min_value=2000, max_value=2100)
    investment_wan = wan(_("年度计划投资（万元）"), like=("key_projects", "year_plan_wan"))
    start_on = forms.DateField(label=_("计划开工"), widget=DateInput(), required=False)
    completion_on = forms.DateField(label=_("计划竣工"), widget=DateInput(), required=False)
    production_on = forms.DateField(label=_("计划投产"), widget=DateInput(), required=False)
    note = forms.CharField(label=_("年度建设内容"), widget=lines(2), max_length=300, required=False)
    reason = forms.CharField(
        label=_("调整理由"), max_length=200, required=False, help_text=_("已定的计划，调整须写明理由。")
    )


class ProgressForm(AskingForm, VersionForm):
    """形象进度 as of a day, and the next node."""

    on = forms.DateField(label=_("进度日期"), widget=DateInput())
    text = forms.CharField(label=_("形象进度"), widget=lines(3), max_length=2000)
    done_year_wan = wan(_("年度累计完成投资（万元）"), like=("key_projects", "year_done_wan"))
    next_milestone = forms.CharField(label=_("下一节点"), max_length=120, required=False)
    next_due_on = forms.DateField(label=_("节点时限"), widget=DateInput(), required=False)
    blockage_kind = forms.ChoiceField(
        label=_("卡点类别"), choices=[("", "—"), *Project.Blockage.choices], required=False
    )
    blockage = forms.CharField(label=_("存在问题"), max_length=300, required=False)
    reason = forms.CharField(label=_("累计数下降的理由"), max_length=200, required=False)


class AdvanceForm(VersionForm):
    """报请下一阶段: the day, a word, and the evidence that is still lacking."""

    on = forms.DateField(label=_("日期"), widget=DateInput())
    note = forms.CharField(label=_("说明"), max_length=200, required=False)


class EvidenceForm(forms.Form):
    """添加佐证: one file of one kind of the stage table."""

    kind = forms.ChoiceField(label=_("种类"), choices=())
    file = forms.FileField(label=_("文件"), help_text=_("PDF、图片、Word、Excel 或 zip，不超过 50 MB。"))
    taken_on = forms.DateField(label=_("拍摄日期"), widget=DateInput(), required=False)
    place = forms.CharField(label=_("拍摄地点"), max_length=120, required=False)

    def __init__(self, *args: Any, kinds: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["kind"]
        field.choices = kinds


class ManyInput(forms.FileInput):
    """A file input that takes several."""

    allow_multiple_selected = True


class ManyFiles(forms.FileField):
    """One or several files in one field; the cleaned value is a list."""

    widget = ManyInput(attrs={"multiple": True})

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        return [super(ManyFiles, self).clean(one, initial) for one in data or [None]]


class EvidenceManyForm(forms.Form):
    """为多个项目添加佐证: files, kind, day and place once."""

    kind = forms.ChoiceField(label=_("种类"), choices=())
    papers = ManyFiles(
        label=_("文件"),
        help_text=_(
            "可选多份。一份文件用于各项目；zip 内的文件按文件名或文件夹名开头的项目编号、项目名称，各归各项目。"
        ),
    )
    taken_on = forms.DateField(label=_("拍摄日期"), widget=DateInput(), required=False)
    place = forms.CharField(label=_("拍摄地点"), max_length=120, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["kind"]
        field.choices = [(kind.key, kind.label) for kind in stages.table().evidence.values()]

    def clean(self) -> dict[str, Any]:
        """What every project would refuse is said once, at its field."""
        said = super().clean() or {}
        kind = stages.table().evidence.get(said.get("kind", ""))
        if kind is not None and kind.is_dated:
            for name in ("taken_on", "place"):
                if not said.get(name) and name not in self.errors:
                    self.add_error(name, _("%(kind)s须注明拍摄日期和地点。") % {"kind": kind.label})
        return said


class CheckForm(forms.Form):
    """核验: pass or return, with a word; on 投产 the capacity of each part."""

    verdict = forms.ChoiceField(
        label=_("核验"), choices=[("pass", _("通过")), ("return", _("退回"))], widget=forms.RadioSelect, initial="pass"
    )
    note = forms.CharField(label=_("核验意见"), max_length=200, required=False, help_text=_("退回须写明理由。"))

    def __init__(self, *args: Any, supplies: list[Supply], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for supply in supplies:
            field = wan(_("核定供货能力：%(part)s（万元/年）") % {"part": supply.part.name})
            field.initial = supply.capacity_wan
            field.help_text = _("留空表示不限或未核定数量。")
            self.fields[f"part_{supply.part_id}"] = field

    @property
    def capacities(self) -> dict[int, Decimal | None]:
        """What was confirmed, by part id."""
        return {
            int(name.removeprefix("part_")): value
            for name, value in self.cleaned_data.items()
            if name.startswith("part_")
        }


class StatusForm(forms.Form):
    """状态: why and since when."""

    reason = forms.CharField(label=_("原因"), max_length=200)
    on = forms.DateField(label=_("日期"), widget=DateInput())


class LoseForm(StatusForm):
    """流失: why, and to which place."""

    lost_to = forms.CharField(
        label=_("流失去向"), max_length=80, required=False, help_text=_("投资方改投的城市或园区。")
    )
    field_order = ("reason", "lost_to", "on")


class TransferForm(StatusForm):
    """流转: to which district."""

    to = forms.ModelChoiceField(label=_("转入区市"), queryset=Body.objects.none())
    field_order = ("to", "reason", "on")

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["to"]
        field.queryset = Body.objects.all().visible_to(person).filter(kind=BodyKind.DISTRICT, is_active=True)


class CorrectForm(VersionForm):
    """更正: to which earlier stage, since when, why."""

    to = forms.TypedChoiceField(label=_("更正为"), coerce=lambda value: Stage(int(value)), choices=())
    on = forms.DateField(label=_("日期"), widget=DateInput())
    reason = forms.CharField(label=_("理由"), max_length=200)

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["to"]
        field.choices = [(stage.value, stage.label) for stage in Stage if stage < project.stage]


class FlagForm(VersionForm):
    """固投入库 or 入规: the day; empty takes it back."""

    on = forms.DateField(label=_("日期"), widget=DateInput(), required=False)


class SupplyForm(forms.Form):
    """拟供零部件: one more part with its planned capacity, or a new figure for one already there."""

    part = picking.One("part", label=_("零部件"), queryset=Part.objects.none())
    capacity_wan = wan(_("拟供货能力（万元/年）"))

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["part"]
        field.queryset = Part.objects.all().visible_to(person)


def cell_fields(project: Project, *, person: Person) -> dict[str, Any]:
    """What checks a cell typed in a list: the fields of the forms that do the same on the project's page."""
    said = {**MoneyForm().fields, **ProgressForm().fields, **EditForm(person=person, project=project).fields}
    said["done_year_wan"].required = True  # a count of the year is corrected, never emptied
    for field in said.values():
        if isinstance(field, AmountField):
            field.is_alone = True
    return {**said, "progress": said["text"]}


def today_and(project: Project, *, today: date, **more: Any) -> dict[str, Any]:
    """What most forms start with."""
    return {"version": project.version, "on": today, **more}
