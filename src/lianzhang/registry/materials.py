"""物料组对照: what a firm's own material group means here. Asked once; kept with the firm, read by nobody else."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from chainlab import names
from lianzhang.accounts.actions import Refused
from lianzhang.accounts.models import Person
from lianzhang.registry.models import Enterprise, MaterialGroup, Part, TreeNode
from lianzhang.registry.parts import whole_code, whole_name
from lianzhang.trail import actions as trail

MOST_PARTS, MOST_CATEGORIES = 8, 30
WHOLE = "0"  # before a part's id: not the part, its whole category


@dataclass(frozen=True)
class Meaning:
    """One thing a group may mean: a part of the catalogue, or a category as a whole."""

    key: str
    label: str
    score: float


def meanings(code: str, name: str) -> list[Meaning]:
    """What a group of this code and name may mean: categories and parts alike by name, then the other categories."""
    parts = list(Part.objects.filter(pk__in=TreeNode.objects.standing().order_by().values("part")))
    parts = [part for part in parts or Part.objects.all() if not part.code.startswith(whole_code(""))]
    wanted = _pairs(name or code)
    scored = sorted(((_alike(wanted, part.name), part) for part in parts), key=lambda one: (-one[0], one[1].name))
    alike = [Meaning(str(part.pk), part.name, score) for score, part in scored[:MOST_PARTS] if score > 0]
    categories = _categories(parts, wanted)
    likely = [one for one in categories if one.score > 0]
    return [*likely, *alike, *categories[len(likely) :]]


def _categories(parts: Iterable[Part], wanted: set[str]) -> list[Meaning]:
    first: dict[str, Part] = {}
    for part in parts:
        if part.category:
            first.setdefault(part.category, part)
    scored = sorted(((_alike(wanted, category), category) for category in first), key=lambda one: (-one[0], one[1]))
    return [
        Meaning(f"{WHOLE}{first[category].pk}", _("类别“%(name)s”（整类）") % {"name": category}, score)
        for score, category in scored[:MOST_CATEGORIES]
    ]


def _pairs(text: str) -> set[str]:
    plain = names.normalise(text)
    return {plain[n : n + 2] for n in range(len(plain) - 1)} or {plain}


def _alike(wanted: set[str], text: str) -> float:
    found = _pairs(text)
    return 2 * len(wanted & found) / (len(wanted) + len(found))


def keep(*, firm: Enterprise, code: str, name: str, key: str, batch_code: str, by: Person) -> MaterialGroup:
    """Keep what a group means: `key` as `meanings` gives it, empty where the group is not to be imported."""
    with transaction.atomic():
        part = _meant(key, by=by) if key else None
        if not code:
            raise Refused(_("物料组没有代码。"))
        category = part.category if part else ""
        said = {"name": name[:120], "part": part, "category": category, "batch_code": batch_code}
        held = MaterialGroup.objects.filter(firm=firm, code=code[:40]).first()
        if held is not None:  # one that named a category alone, or the same group in another batch meanwhile
            return trail.change(held, verb="material_group.kept", changes=said, by=by)
        group = MaterialGroup(firm=firm, code=code[:40], **said, is_illustrative=firm.is_illustrative)
        return trail.create(group, verb="material_group.kept", by=by)


def _meant(key: str, *, by: Person) -> Part:
    """The part that a key stands for."""
    part = Part.objects.filter(pk=int(key)).first() if key.isascii() and key.isdigit() else None
    if part is None:
        raise Refused(_("请从所列零部件或类别中选一项。"))
    return _whole(part, by=by) if key.startswith(WHOLE) else part


def forget(group: MaterialGroup, *, by: Person) -> None:
    """Take a meaning back: the group is asked for again; what was imported under it stays."""
    if not MaterialGroup.objects.editable_by(by).filter(pk=group.pk).exists():
        raise Refused(_("物料组对照由企业自己维护。"))
    with transaction.atomic():
        trail.remove(group, verb="material_group.forgotten", by=by)


def _whole(part: Part, *, by: Person) -> Part:
    """The part that stands for a category as a whole."""
    code = whole_code(part.category)
    found = Part.objects.filter(code=code).first()
    if found is not None:
        return found
    new = Part(code=code, name=whole_name(part.category), category=part.category, is_illustrative=part.is_illustrative)
    return trail.create(new, verb="part.entered", by=by)
