"""目标清单的条件: what is asked of a list, and what is refused before any work because it contradicts itself."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from lianzhang.accounts.actions import Refused
from lianzhang.accounts.models import Person
from lianzhang.accounts.rules import Act, Thing
from lianzhang.chains.models import Anchor, Chain
from lianzhang.chains.queries import candidates
from lianzhang.records.scope import ScopedQuerySet
from lianzhang.registry import queries as registry
from lianzhang.registry.models import CategoryAnswer, Enterprise, Level, Part

BUYING = frozenset({Level.BANDS, Level.ROWS})  # the levels that say for how much is bought
# Those that `chainlab.targets.choose` knows by the same name.
LIMITS = (
    "max_categories",
    "max_suppliers",
    "min_anchors",
    "min_realised_anchors",
    "min_per_anchor_wan",
    "max_certification_months",
    "must_include",
    "must_exclude",
    "must_include_categories",
    "must_exclude_categories",
)
NAMED = ("must_include", "must_exclude", "must_include_categories", "must_exclude_categories", "chains")


@dataclass(frozen=True, kw_only=True)
class Parameters:
    """What the office asks of the list; suppliers and further chains by their code, categories by name, money in 万元.

    min_anchors: anchors a supplier could serve; min_realised_anchors: anchors it does serve in the choice.
    min_per_anchor_wan: what each anchor's covered demand must reach. chains: whose anchors' needs are pooled with the
    list's own. draws and seed: over how many realisations of the unknown amounts a choice must hold to be called firm.
    """

    max_categories: int | None = 10
    max_suppliers: int | None = 22
    min_anchors: int = 2
    min_realised_anchors: int = 0
    min_per_anchor_wan: float | None = None
    budget_wan: float | None = None
    max_certification_months: int | None = None
    must_include: tuple[str, ...] = field(default=())
    must_exclude: tuple[str, ...] = field(default=())
    must_include_categories: tuple[str, ...] = field(default=())
    must_exclude_categories: tuple[str, ...] = field(default=())
    chains: tuple[str, ...] = field(default=())
    is_group_included: bool = False
    draws: int = 16
    seed: int = 0

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> "Parameters":
        """From the JSON a list keeps; a list from before a parameter was thought of has its default."""
        lists = {name: tuple(stored.get(name, ())) for name in NAMED}
        return cls(**{**stored, **lists})

    def stored(self) -> dict[str, Any]:
        """As JSON."""
        return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}

    def limits(self) -> dict[str, Any]:
        """Those that `chainlab.targets.choose` knows by the same name."""
        return {name: value for name, value in self.stored().items() if name in LIMITS}


def expect_sound(*, chain: Chain, parameters: Parameters, by: Person) -> None:
    """Raises Refused for parameters that contradict each other or what is known of the candidates."""
    named = {*parameters.must_include, *parameters.must_exclude}
    known = {firm.code: firm for firm in Enterprise.objects.visible_to(by).filter(code__in=named)}
    _expect_registered(parameters, known)
    _expect_categories(parameters, by=by)
    included = [known[code] for code in parameters.must_include]
    home = tuple(str(prefix) for prefix in chain.scheme.home_regions)
    _refuse_for(
        [firm for firm in included if home and firm.region_code.startswith(home)],
        _("%(names)s已在本市，不是招引对象，不能列入。"),
    )
    pooled = _pooled(chain, parameters.chains, by=by)
    _expect_few_enough(parameters, [chain, *pooled])
    _expect_possible(chain, parameters, included)


def poolable(*, by: Person) -> ScopedQuerySet[Chain]:
    """Chains whose anchors' needs `by` may add to a list: writes their lists, or reads what one of the anchors buys."""
    own = Q(pk__in=Chain.objects.within(by, act=Act.WRITE, thing=Thing.TARGET).values("pk"))
    opened = {firm for firm, level, _line in registry.readable(by) if level in BUYING}
    bought = Anchor.objects.standing().filter(enterprise__in=opened)
    found = Chain.objects.visible_to(by).filter(nature=Chain.Nature.MANUFACTURING, is_active=True)
    return found.filter(own | Q(pk__in=bought.values("chain_id"))).order_by("-scheme__valid_from", "position")


def _expect_registered(parameters: Parameters, known: Mapping[str, Enterprise]) -> None:
    unknown = sorted({*parameters.must_include, *parameters.must_exclude} - set(known))
    if unknown:
        raise Refused(
            _("企业名录中没有：%(codes)s。请填企业名称（或曾用名、简称）或编号。") % {"codes": _("、").join(unknown)}
        )
    both = [known[code] for code in sorted(set(parameters.must_include) & set(parameters.must_exclude))]
    _refuse_for(both, _("%(names)s 同时在“必须列入”和“不予列入”中。"))
    if parameters.max_suppliers is not None and len(parameters.must_include) > parameters.max_suppliers:
        said = {"must": len(parameters.must_include), "most": parameters.max_suppliers}
        raise Refused(
            _("必须列入的企业多于家数上限：列了 %(must)s 家，上限 %(most)s 家。请提高上限或减少必须列入的企业。") % said
        )


def _expect_categories(parameters: Parameters, *, by: Person) -> None:
    included, excluded = parameters.must_include_categories, parameters.must_exclude_categories
    named = {*included, *excluded}
    if not named:
        return
    known = set(Part.objects.filter(category__in=named).values_list("category", flat=True))
    known |= set(CategoryAnswer.objects.visible_to(by).filter(category__in=named).values_list("category", flat=True))
    if unknown := [name for name in (*included, *excluded) if name not in known]:
        raise Refused(
            _("没有这些零部件类别：%(names)s。请按零部件目录中的类别名称填写。") % {"names": _("、").join(unknown)}
        )
    if both := [name for name in included if name in excluded]:
        raise Refused(_("类别%(names)s同时在“必须列入”和“不予列入”中。") % {"names": _("、").join(both)})
    if parameters.max_categories is not None and len(included) > parameters.max_categories:
        raise Refused(
            _("必须列入的类别多于类别上限：列了 %(must)s 类，上限 %(most)s 类。请提高上限或减少必须列入的类别。")
            % {"must": len(included), "most": parameters.max_categories}
        )


def _pooled(chain: Chain, wanted: Iterable[str], *, by: Person) -> list[Chain]:
    """The further chains by their codes; Refused for one that is no chain with parts, or that `by` may not pool."""
    codes = list(dict.fromkeys(wanted))
    if chain.code in codes:
        raise Refused(_("%(chain)s就是本清单的产业链，不必再合并。") % {"chain": chain.name})
    may = {found.code: found for found in poolable(by=by)} if codes else {}
    shut = [code for code in codes if code not in may]
    if shut:
        names = dict(Chain.objects.visible_to(by).filter(code__in=shut).values_list("code", "name_zh"))
        said = _("、").join(names.get(code, code) for code in shut)
        raise Refused(
            _("%(chains)s 不能合并：您既不编制其目标清单，也没有其链主的数据授权。请先请链主授权本单位。")
            % {"chains": said}
        )
    return [may[code] for code in codes]


def _expect_few_enough(parameters: Parameters, chains: list[Chain]) -> None:
    asked = ((_("至少服务链主"), parameters.min_anchors), (_("实际服务链主"), parameters.min_realised_anchors))
    if max(least for _label, least in asked) <= 1:
        return
    anchors = Anchor.objects.standing().filter(chain__in=chains).values("enterprise_id").distinct().count()
    for label, least in asked:
        if least > max(anchors, 1):
            raise Refused(
                _("“%(label)s”要求 %(least)s 家，所选产业链只有 %(anchors)s 家链主。请降低要求或合并其他产业链。")
                % {"label": label, "least": least, "anchors": anchors}
            )


def _expect_possible(chain: Chain, parameters: Parameters, included: list[Enterprise]) -> None:
    """Who must be in is willing, certified in time and within the budget, as far as the proposals say."""
    facts = candidates.facts(chain)
    told = {firm: facts[firm.pk] for firm in included if firm.pk in facts}
    _refuse_for(
        [firm for firm, known in told.items() if known.is_unwilling],
        _("%(names)s 无意向，不能必须列入。意愿有变时先在候选企业页更正。"),
    )
    most = parameters.max_certification_months
    if most is not None:
        late = [firm for firm, known in told.items() if (known.certification_months or 0) > most]
        _refuse_for(late, _("%(names)s 的认证时间超过上限，不能必须列入。"))
    if parameters.budget_wan is not None:
        _expect_within_budget(parameters.budget_wan, included, facts)


def _expect_within_budget(budget: float, included: list[Enterprise], facts: Mapping[int, "candidates.Facts"]) -> None:
    costs = {pk: known.cost_wan for pk, known in facts.items() if known.cost_wan is not None}
    if not costs:
        raise Refused(_("设了预算，但没有一家候选企业填有招引成本，无从比较。请先在候选企业中填写成本，或不设预算。"))
    if budget < (least := float(min(costs.values()))):
        raise Refused(
            _("预算 %(budget)s 万元，低于候选企业中最低的招引成本 %(least)s 万元，一家也选不出。")
            % {"budget": f"{budget:,g}", "least": f"{least:,g}"}
        )
    unknown = [firm for firm in included if firm.pk not in costs]
    _refuse_for(unknown, _("设了预算，但必须列入的 %(names)s 没有填招引成本。"))
    total = sum(float(costs[firm.pk]) for firm in included)
    if total > budget:
        raise Refused(
            _("必须列入的企业招引成本合计 %(total)s 万元，超过预算 %(budget)s 万元。")
            % {"total": f"{total:,g}", "budget": f"{budget:,g}"}
        )


def _refuse_for(firms: list[Enterprise], words: str) -> None:
    if firms:
        raise Refused(words % {"names": _("、").join(firm.name for firm in firms)})
