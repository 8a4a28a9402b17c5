"""Target lists and whom they choose among: the lists people saved, their lines, and candidates people propose."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from lianzhang.accounts.models import Person
from lianzhang.chains.models.analysis import OfTargetQuerySet, Snapshot
from lianzhang.chains.models.atlas import MapVersion
from lianzhang.chains.models.schemes import Chain
from lianzhang.jobs.models import Job
from lianzhang.records.models import Versioned
from lianzhang.records.secrecy import Secrecy
from lianzhang.registry.models import Enterprise


class Edition(models.TextChoices):
    """版别: who a list is made for. Every list has all three; the one it is saved for is named on it."""

    WORKING = "working", _("专班工作版")
    MEETING = "meeting", _("上会版")
    OUTREACH = "outreach", _("对外推介版")


class TargetList(Versioned):
    """目标清单: which categories and suppliers to recruit, with parameters, snapshot, map version and proof.

    `objective_low_wan` and `objective_high_wan` are the chosen set with every unknown at its lowest and highest;
    `robust_…` hold in an optimum of every draw (category names, codes of suppliers). open_choices: the others, as
    [{kind, id, name, share, is_chosen, swayed_by: [[anchor, category], …]}]; questions: what to ask next, best first,
    as [{anchor, category, unknown_wan, settled_count, open_count}]. Null where a list was made before these were kept.
    answers: what the anchors had said when it was made, as {anchor: {category: [low 万元, high 万元, rows without an
    amount, level]}}. first: the first choice ({columns, lines}) while its proof is sought; it becomes the list where
    that is stopped.
    """

    class State(models.TextChoices):
        RUNNING = "running", _("计算中")
        READY = "ready", _("已生成")
        FAILED = "failed", _("未完成")
        APPROVED = "approved", _("已审定")

    secrecy = Secrecy(
        internal="code chain title state edition parameters snapshot map_version job objective_wan objective_low_wan "
        "objective_high_wan bound_wan is_proven demand_wan local_ratio_before local_ratio_after category_count "
        "supplier_count draw_count robust_categories robust_suppliers assumptions method created_by created_at "
        "approved_by approved_at is_illustrative",
        secret="categories frontier open_choices questions first answers failure",
    )

    code = models.CharField(_("编号"), max_length=24, unique=True)
    chain = models.ForeignKey(Chain, on_delete=models.CASCADE, related_name="target_lists")
    title = models.CharField(_("名称"), max_length=120)
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.RUNNING)
    edition = models.CharField(_("版别"), max_length=10, choices=Edition.choices, default=Edition.WORKING)
    parameters = models.JSONField(_("参数"), default=dict)
    snapshot = models.ForeignKey(Snapshot, null=True, on_delete=models.PROTECT, related_name="target_lists")
    map_version = models.ForeignKey(MapVersion, null=True, on_delete=models.SET_NULL, related_name="+")
    job = models.ForeignKey(Job, null=True, on_delete=models.SET_NULL)
    objective_wan = models.DecimalField(_("覆盖额"), max_digits=18, decimal_places=4, null=True)
    objective_low_wan = models.DecimalField(_("覆盖额下限"), max_digits=18, decimal_places=4, null=True)
    objective_high_wan = models.DecimalField(_("覆盖额上限"), max_digits=18, decimal_places=4, null=True)
    bound_wan = models.DecimalField(_("上界"), max_digits=18, decimal_places=4, null=True)
    is_proven = models.BooleanField(_("已证明最优"), default=False)
    demand_wan = models.DecimalField(_("市外采购额"), max_digits=18, decimal_places=4, null=True)
    local_ratio_before = models.FloatField(null=True)
    local_ratio_after = models.FloatField(null=True)
    category_count = models.PositiveSmallIntegerField(default=0)
    supplier_count = models.PositiveSmallIntegerField(default=0)
    categories = models.JSONField(default=list)
    draw_count = models.PositiveSmallIntegerField(_("试算次数"), null=True)
    robust_categories = models.JSONField(_("始终入选的类别"), null=True)
    robust_suppliers = models.JSONField(_("始终入选的配套商"), null=True)
    open_choices = models.JSONField(_("未定选择"), null=True)
    questions = models.JSONField(_("待问清单"), null=True)
    frontier = models.JSONField(default=list)
    first = models.JSONField(_("初步结果"), default=dict)
    answers = models.JSONField(_("当时的答复"), default=dict)
    assumptions = models.JSONField(default=dict)
    method = models.CharField(max_length=300, blank=True)
    created_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    approved_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    approved_at = models.DateTimeField(null=True, blank=True)
    failure = models.TextField(blank=True)
    is_illustrative = models.BooleanField(_("示例数据"), default=False)

    objects = OfTargetQuerySet.as_manager()

    class Meta:
        verbose_name = _("目标清单")
        ordering = ("-created_at",)

    def __str__(self) -> str:
        return self.title


class TargetLineQuerySet(OfTargetQuerySet["TargetLine"]):
    path = "target_list__chain"


class TargetLine(Versioned):
    """目标清单行: one supplier on the list, what it covers, and why it is there.

    `facts` is what was known of the candidate then: kind, willingness, certification, certification_months, cost_wan,
    capacity_wan, origins.
    """

    secrecy = Secrecy(
        internal="target_list position supplier categories region_code facts",
        secret="covered_wan marginal_wan parts anchors runner_up reasons",
    )

    target_list = models.ForeignKey(TargetList, on_delete=models.CASCADE, related_name="lines")
    position = models.PositiveSmallIntegerField()
    supplier = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="target_lines")
    covered_wan = models.DecimalField(_("覆盖额（万元）"), max_digits=18, decimal_places=4)
    marginal_wan = models.DecimalField(_("新增覆盖额（万元）"), max_digits=18, decimal_places=4, null=True)
    region_code = models.CharField(_("所在地区划"), max_length=6, blank=True)
    categories = models.JSONField(default=list)
    parts = models.JSONField(default=list)  # [{part_id, code, name, amount_wan, anchors: […]}]
    anchors = models.JSONField(default=list)  # ids of the anchor firms served
    runner_up = models.JSONField(default=dict)
    reasons = models.JSONField(default=list)
    facts = models.JSONField(default=dict)

    objects = TargetLineQuerySet.as_manager()

    class Meta:
        verbose_name = _("目标清单行")
        ordering = ("target_list", "position")
        constraints = [models.UniqueConstraint(fields=["target_list", "supplier"], name="target_line_once")]

    def __str__(self) -> str:
        return f"{self.target_list_id} {self.supplier_id}"


class CandidateProposal(Versioned):
    """候选提名: somebody, or an import, proposes a firm to recruit, with what is known of it and from whom.

    A name that no registered enterprise bears waits in `name` until somebody says which firm it is; until then it is
    no candidate of a list. Several proposals of one firm are one candidate. Money in 万元, empty = not known.
    """

    class Kind(models.TextChoices):
        OPEN = "", _("未定")
        NEW = "new", _("新设")
        EXPANSION = "expansion", _("扩产")
        RELOCATION = "relocation", _("整体迁移")

    class Willingness(models.TextChoices):
        UNKNOWN = "", _("未了解")
        WILLING = "willing", _("有意向")
        UNDECIDED = "undecided", _("在考虑")
        UNWILLING = "unwilling", _("无意向")

    class Certification(models.TextChoices):
        UNKNOWN = "", _("未了解")
        NONE = "none", _("未启动")
        IN_PROGRESS = "in_progress", _("认证中")
        CERTIFIED = "certified", _("已通过")

    class Origin(models.TextChoices):
        PERSON = "person", _("人员提名")
        PRODUCT = "product", _("按产品推荐")
        IMPORT = "import", _("外部导入")

    secrecy = Secrecy(
        internal="code chain enterprise name categories part_codes kind willingness certification "
        "certification_months capacity_wan cost_wan origin origin_name origin_on note entered_by entered_at "
        "withdrawn_by withdrawn_at withdrawn_reason batch_code is_illustrative",
        secret="certified_at",
    )

    code = models.CharField(_("编号"), max_length=24, unique=True)
    chain = models.ForeignKey(Chain, on_delete=models.CASCADE, related_name="proposals", verbose_name=_("产业链"))
    enterprise = models.ForeignKey(
        Enterprise, null=True, blank=True, on_delete=models.PROTECT, related_name="proposals", verbose_name=_("企业")
    )
    name = models.CharField(_("提名时的名称"), max_length=200)
    categories = models.JSONField(_("类别"), default=list)
    part_codes = models.JSONField(_("零部件"), default=list)
    kind = models.CharField(_("落地方式"), max_length=10, choices=Kind.choices, blank=True)
    willingness = models.CharField(_("意愿"), max_length=10, choices=Willingness.choices, blank=True)
    certification = models.CharField(_("认证状态"), max_length=12, choices=Certification.choices, blank=True)
    certification_months = models.PositiveSmallIntegerField(_("认证还需（月）"), null=True, blank=True)
    certified_at = models.JSONField(_("已在哪些链主通过认证"), default=list)  # codes of anchors
    capacity_wan = models.DecimalField(_("年供货能力"), max_digits=16, decimal_places=4, null=True, blank=True)
    cost_wan = models.DecimalField(_("招引成本"), max_digits=16, decimal_places=4, null=True, blank=True)
    origin = models.CharField(_("来历"), max_length=8, choices=Origin.choices, default=Origin.PERSON)
    origin_name = models.CharField(_("来源名称"), max_length=120, blank=True)
    origin_on = models.DateField(_("来源日期"), null=True, blank=True)
    note = models.CharField(_("说明"), max_length=300, blank=True)
    entered_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()
    withdrawn_by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_reason = models.CharField(_("撤回理由"), max_length=200, blank=True)
    batch_code = models.CharField(max_length=24, blank=True)
    is_illustrative = models.BooleanField(_("示例数据"), default=False)

    objects = OfTargetQuerySet.as_manager()

    class Meta:
        verbose_name = _("候选提名")
        ordering = ("chain", "-entered_at")
        constraints = [
            models.CheckConstraint(
                condition=~Q(origin="import") | (~Q(origin_name="") & Q(origin_on__isnull=False)),
                name="imported_candidate_has_its_origin",
                violation_error_message=_("外部导入的候选须写明来源名称和日期。"),
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_by__isnull=True, withdrawn_at__isnull=True)
                | Q(withdrawn_by__isnull=False, withdrawn_at__isnull=False),
                name="candidate_withdrawn_by_a_person",
            ),
        ]

    def __str__(self) -> str:
        return self.name
