"""What the office asks by: the standard trees of parts with their versions, and the bands."""

from typing import Any

from django.contrib import messages
from django.db.models import OuterRef
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lianzhang.accounts.actions import Refused
from lianzhang.accounts.models import Person
from lianzhang.accounts.rules import Thing
from lianzhang.intake import files
from lianzhang.intake import tables as intake_tables
from lianzhang.records.counting import CountOf
from lianzhang.registry import actions, outlines, tables
from lianzhang.registry.actions.outlines import draft_outline
from lianzhang.registry.models import Banding, PartTree, TreeNode, TreeVersion
from lianzhang.registry.models.trees import keeps_trees
from lianzhang.registry.sheets.trees import PART_TREES
from lianzhang.trail.models import Event
from lianzhang.web import access, listing, submitting, workbooks
from lianzhang.web.forms.standards import MOST_BANDS, BandsForm, OutlineForm, TreeForm

LAST_CHANGES = 20
UNITS = {Banding.Kind.AMOUNT: _lazy("万元"), Banding.Kind.SUPPLIERS: _lazy("家"), Banding.Kind.MONTHS: _lazy("个月")}


@access.reads_any(Thing.GAP, Thing.PURCHASE)
@require_GET
def trees(request: HttpRequest) -> HttpResponse:
    """Every standard tree with the version that stands and the draft that waits."""
    person = access.person_of(request)
    found = list(PartTree.objects.visible_to(person).select_related("keeper").order_by("code"))
    if not found and not keeps_trees(person.reach):
        raise Http404
    states: dict[int, dict[str, TreeVersion]] = {}
    counted = TreeVersion.objects.visible_to(person).filter(tree__in=found).exclude(state=TreeVersion.State.RETIRED)
    nodes = CountOf(TreeNode.objects.filter(tree_version=OuterRef("pk")))
    for version in counted.annotate(node_count=nodes):
        states.setdefault(version.tree_id, {})[version.state] = version
    rows = [(tree, states.get(tree.pk, {}).get("published"), states.get(tree.pk, {}).get("draft")) for tree in found]
    waiting = sum(draft is not None for _tree, _published, draft in rows)
    context = {
        "rows": rows,
        "lead": _("%(trees)d 棵标准零部件树，%(drafts)d 个草稿待核对发布。") % {"trees": len(rows), "drafts": waiting},
        "may_begin": keeps_trees(person.reach),
        "may_import": PART_TREES.may_use(person),
        "illustrative": any(tree.is_illustrative for tree in found),
    }
    return render(request, "standards/trees.html", context)


@access.reads_any(Thing.GAP, Thing.PURCHASE)
@require_http_methods(["GET", "POST"])
def new_tree(request: HttpRequest) -> HttpResponse:
    """Begin a tree, kept by the own body."""
    person = access.person_of(request)
    if not keeps_trees(person.reach) or person.acting is None:
        raise Http404
    keeper = person.acting.body

    def act(said: dict[str, Any]) -> str:
        made = actions.found_tree(name=said["name"], keeper=keeper, today=timezone.localdate(), by=person)
        return reverse("standards:draft", args=[made.code])

    frame = {"title": _("新建标准零部件树"), "back": ("standards:trees", _("标准零部件树"))}
    return submitting.respond(request, TreeForm(request.POST or None), act=act, frame=frame)


@access.reads_any(Thing.GAP, Thing.PURCHASE)
@require_GET
def tree(request: HttpRequest, code: str) -> HttpResponse:
    """One tree: a version of it in full, and what came, went and moved since the one before."""
    person = access.person_of(request)
    found = PartTree.objects.visible_to(person).select_related("keeper").get_or_404(code=code)
    versions = list(
        TreeVersion.objects.visible_to(person)
        .filter(tree=found)
        .select_related("drafted_by", "published_by")
        .order_by("-number")
    )
    asked = request.GET.get("version", "")
    standing = next((one for one in versions if one.state == TreeVersion.State.PUBLISHED), None)
    shown = next((one for one in versions if str(one.number) == asked), standing or next(iter(versions), None))
    before = next((one for one in versions if shown is not None and one.number < shown.number), None)
    laid = outlines.laid(shown) if shown is not None else []
    may_edit = PartTree.objects.editable_by(person).filter(pk=found.pk).exists()
    is_draft = shown is not None and shown.state == TreeVersion.State.DRAFT
    context = {
        "tree": found,
        "title": found.name,
        "lead": _lead(shown, laid),
        "shown": shown,
        "versions": versions,
        "before": before,
        "compared": outlines.compare(outlines.laid(before), laid) if before is not None else None,
        "may_edit": may_edit,
        "may_import": may_edit and PART_TREES.may_use(person),
        "may_publish": may_edit and is_draft and shown is not None and shown.drafted_by_id != person.pk,
        "is_own_draft": may_edit and is_draft and shown is not None and shown.drafted_by_id == person.pk,
        "illustrative": found.is_illustrative,
    }
    return listing.respond(request, tables.TREE, laid, template="standards/tree.html", context=context)


@access.reads_any(Thing.GAP, Thing.PURCHASE)
@require_http_methods(["GET", "POST"])
def draft(request: HttpRequest, code: str) -> HttpResponse:
    """Write or paste the next version of a tree; published versions are not touched."""
    person = access.person_of(request)
    found = PartTree.objects.editable_by(person).get_or_404(code=code)
    form = OutlineForm(request.POST or None, initial=_initial(found))

    def act(said: dict[str, Any]) -> str:
        made = draft_outline(found, lines=said["outline"], note=said["note"], now=timezone.now(), by=person)
        return f"{reverse('standards:tree', args=[code])}?version={made.number}"

    frame = {"title": _("起草：%(tree)s") % {"tree": found.name}, "tree": found}
    return submitting.respond(request, form, act=act, frame=frame, template="standards/draft.html")


@access.reads_any(Thing.GAP, Thing.PURCHASE)
@require_GET
def workbook(request: HttpRequest, code: str) -> HttpResponse:
    """The newest version of a tree as the workbook it is imported by; its empty form where there is none yet."""
    person = access.person_of(request)
    found = PartTree.objects.editable_by(person).get_or_404(code=code)
    language = intake_tables.language()
    content = files.export(PART_TREES, context={"tree": found.pk}, language=language, by=person)
    return workbooks.file(content, f"{found.name}_{timezone.localdate():%Y%m%d}.xlsx")


@access.reads_any(Thing.GAP, Thing.PURCHASE)
@require_POST
def publish(request: HttpRequest, code: str) -> HttpResponse:
    """Publish the draft of a tree: by another person than who drafted it."""
    person = access.person_of(request)
    found = PartTree.objects.editable_by(person).get_or_404(code=code)
    waiting = TreeVersion.objects.editable_by(person).filter(tree=found, state=TreeVersion.State.DRAFT)
    draft = waiting.select_related("tree").get_or_404()
    seen = request.POST.get("seen", "")
    version = int(seen) if seen.isascii() and seen.isdigit() else draft.version
    try:
        actions.publish_version(draft, version=version, now=timezone.now(), by=person)
        messages.info(request, _("第 %(number)d 版已发布；链主已填的答复都保留。") % {"number": draft.number})
    except Refused as refused:
        messages.error(request, str(refused.reason))
    return redirect("standards:tree", code=code)


@access.reads_any(Thing.GAP, Thing.PURCHASE)
@require_GET
def bands(request: HttpRequest) -> HttpResponse:
    """The bands by kind; the secretariat redraws them here."""
    return _bands(request, access.person_of(request))


@access.reads_any(Thing.GAP, Thing.PURCHASE)
@require_POST
def redraw(request: HttpRequest, kind: str) -> HttpResponse:
    """Redraw the bands of one kind as a whole."""
    person = access.person_of(request)
    if kind not in Banding.Kind.values or not Banding.objects.editable_by(person).exists():
        raise Http404
    form = BandsForm(request.POST)
    if form.is_valid():
        try:
            actions.redraw(kind, bands=form.bands, by=person)
        except Refused as refused:
            form.add_error(None, refused.reason)
        else:
            messages.info(request, _("分档已更新；已填的答复保持原来的上下限。"))
            return redirect("standards:bands")
    return _bands(request, person, wrong=(kind, form))


def _bands(request: HttpRequest, person: Person, *, wrong: tuple[str, BandsForm] | None = None) -> HttpResponse:
    found = list(Banding.objects.visible_to(person).order_by("kind", "low"))
    may_edit = Banding.objects.editable_by(person).exists()
    if not found and not may_edit:
        raise Http404
    kinds = []
    for kind in Banding.Kind:
        mine = [one for one in found if one.kind == kind]
        rows = [(n, *_typed(n, mine, wrong, kind=kind)) for n in range(MOST_BANDS if may_edit else len(mine))]
        errors = list(wrong[1].non_field_errors()) if wrong is not None and wrong[0] == kind else []
        shown = rows if errors else rows[: len(mine) + 2]
        kinds.append((kind, mine, shown, errors, UNITS[kind]))
    context = {"kinds": kinds, "may_edit": may_edit, "changes": _changes() if may_edit else []}
    return render(request, "standards/bands.html", context, status=422 if wrong is not None else 200)


def _typed(n: int, mine: list[Banding], wrong: tuple[str, BandsForm] | None, *, kind: str) -> tuple[str, str, str]:
    """What stands in the three cells of a row: what was typed where it was refused, else the band."""
    if wrong is not None and wrong[0] == kind:
        low, high, ceiling = (str(wrong[1].data.get(f"band-{n}-{name}") or "") for name in ("low", "high", "ceiling"))
        return low, high, ceiling
    if n >= len(mine):
        return "", "", ""
    low, high, ceiling = (
        "" if value is None else f"{value.normalize():f}" for value in (mine[n].low, mine[n].high, mine[n].ceiling)
    )
    return low, high, ceiling


def _changes() -> list[tuple[Any, str]]:
    """When bands were redrawn last and by whom: one line for each day and person."""
    events = Event.objects.filter(verb="banding.drawn").order_by("-seq").values_list("at", "actor_id")[:LAST_CHANGES]
    found = list(dict.fromkeys((timezone.localdate(at), actor) for at, actor in events))
    names = dict(Person.objects.filter(pk__in=[actor for _at, actor in found if actor]).values_list("pk", "name"))
    return [(day, names.get(actor, "—") if actor else "—") for day, actor in found]


def _lead(shown: TreeVersion | None, laid: list[outlines.Laid]) -> str:
    if shown is None:
        return _("还没有版本。")
    products = sum(one.level == 1 for one in laid)
    said = {
        "number": shown.number,
        "state": shown.get_state_display(),
        "products": products,
        "parts": len({one.part.pk for one in laid if one.level > 1}),
    }
    return _("第 %(number)d 版（%(state)s）：%(products)d 种整机，%(parts)d 种零部件。") % said


def _initial(tree: PartTree) -> dict[str, str]:
    """The draft that stands, else the published version, as the outline it is edited as."""
    last = tree.versions.exclude(state=TreeVersion.State.RETIRED).order_by("-number").first()
    if last is None:
        return {}
    lines = (
        "\t".join(
            (str(one.level), one.part.name, one.part.category, _plain(one.quantity), one.part.code, one.part.unit)
            + ((one.node.segment,) if one.node.segment else ())
        )
        for one in outlines.laid(last)
    )
    return {"outline": "\n".join(lines), "note": last.note if last.state == TreeVersion.State.DRAFT else ""}


def _plain(quantity: Any) -> str:
    return "" if quantity is None else f"{quantity.normalize():f}"
