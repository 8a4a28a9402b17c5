"""Enterprises: the table, one firm with everything known of it, entering, amending, naming and merging."""

from typing import Any

from django.contrib import messages
from django.db.models import Exists, OuterRef, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lianzhang.accounts.models import Person
from lianzhang.accounts.rules import Act, Thing
from lianzhang.chains.models import Chain
from lianzhang.projects.events import introductions
from lianzhang.projects.models import Project
from lianzhang.registry import actions, merging, queries, tables
from lianzhang.registry.models import Alias, Capability, Enterprise, EnterpriseMerge, Purchase
from lianzhang.supervision.models import Request, Task
from lianzhang.web import access, cells, listing
from lianzhang.web.forms.registry import AliasForm, EnterpriseForm, MergeForm, cell_fields

MOST = 50


@access.reads(Thing.ENTERPRISE)
@require_GET
def enterprises(request: HttpRequest) -> HttpResponse:
    """The table of enterprises."""
    person = access.person_of(request)
    found = queries.enterprises(person, asked=request.GET.get("q", ""))
    lead = _("在册企业 %(count)s 家，其中规上 %(above)s 家。") % queries.counts(person)
    may_write = person.reach.may(Act.WRITE, Thing.ENTERPRISE)
    may_import = may_write and person.reach.may(Act.WRITE, Thing.LEDGER)
    context = {"lead": lead, "may_write": may_write, "may_import": may_import, "pages": _pages(person)}
    return listing.respond(request, _spec(), found, template="registry/list.html", context=context)


@access.reads(Thing.ENTERPRISE)
@require_GET
def enterprise(request: HttpRequest, code: str) -> HttpResponse:
    """One firm: names, facts with their source, chains, capabilities, purchases by right, projects, requests, tasks."""
    person = access.person_of(request)
    here = OuterRef("pk")
    asked = Enterprise.objects.visible_to(person).annotate(
        may_edit=Exists(Enterprise.objects.editable_by(person).filter(pk=here)),
        has_aliases=Exists(Alias.objects.filter(enterprise=here)),
        has_absorbed=Exists(EnterpriseMerge.objects.filter(survivor=here, undone_at=None)),
    )
    found: Any = asked.select_related("source", "parent", "body").get_or_404(code=code)
    context = {
        "record": found,
        "illustrative": found.is_illustrative,
        "as_of": found.data_on,
        "facts": _facts(found),
        "aliases": found.aliases.select_related("confirmed_by").order_by("kind", "name") if found.has_aliases else [],
        "may_edit": found.may_edit,
        "may_brief": person.reach.may(Act.READ, Thing.BRIEFING),
        "may_merge": person.reach.may(Act.APPROVE, Thing.ENTERPRISE),
        "alias_form": AliasForm(),
        **_around(found, person),
    }
    return render(request, "registry/enterprise.html", context)


@access.writes(Thing.ENTERPRISE)
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Enter an enterprise."""
    person = access.person_of(request)
    form = EnterpriseForm(request.POST or None)
    if form.is_bound and form.is_valid():
        if not _may_enter(person, form.cleaned_data["region_code"]):
            form.add_error("region_code", _("只能登记本区市的企业。"))
        else:
            made = actions.enter(**form.fields_given, today=timezone.localdate(), by=person)
            return redirect("registry:enterprise", code=made.code)
    status = 422 if form.is_bound else 200
    return render(request, "registry/form.html", {"form": form, "title": pgettext("page", "登记企业")}, status=status)


@access.writes(Thing.ENTERPRISE)
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, code: str) -> HttpResponse:
    """Amend an enterprise; somebody else's change meanwhile leads to the merge page."""
    person = access.person_of(request)
    found = Enterprise.objects.editable_by(person).get_or_404(code=code)
    form = EnterpriseForm(request.POST or None, instance=found, initial={"version": found.version})
    if form.is_bound and form.is_valid():
        fresh = Enterprise.objects.get(pk=found.pk)  # the form has put its values on the other object
        version = form.cleaned_data.get("version") or fresh.version
        actions.amend(fresh, changes=form.fields_given, version=version, by=person)
        return redirect("registry:enterprise", code=code)
    context = {"form": form, "record": found, "title": _("修改企业信息")}
    return render(request, "registry/form.html", context, status=422 if form.is_bound else 200)


@access.writes(Thing.ENTERPRISE)
@require_http_methods(cells.METHODS)
def cell(request: HttpRequest, code: str) -> HttpResponse:
    """One field of a firm corrected in the table."""
    person = access.person_of(request)
    found = Enterprise.objects.editable_by(person).get_or_404(code=code)

    def write(changes: dict[str, Any], version: int) -> object:
        return actions.amend(found, changes=changes, version=version, by=person)

    return cells.respond(
        request,
        found,
        among=(_spec(),),
        fields=cell_fields(),
        write=write,
        reread=lambda: queries.enterprises(person).get(pk=found.pk),
    )


@access.writes(Thing.ENTERPRISE)
@require_POST
def add_alias(request: HttpRequest, code: str) -> HttpResponse:
    """Say that ledgers call the firm by another name."""
    person = access.person_of(request)
    found = Enterprise.objects.editable_by(person).get_or_404(code=code)
    form = AliasForm(request.POST)
    if form.is_valid():
        actions.add_alias(found, name=form.cleaned_data["name"], kind=form.cleaned_data["kind"], by=person)
    else:
        messages.error(request, _("别名没有保存：请填写名称和种类。"))
    return redirect("registry:enterprise", code=code)


@access.writes(Thing.ENTERPRISE)
@require_POST
def remove_alias(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """Take a name back."""
    person = access.person_of(request)
    alias = Alias.objects.editable_by(person).get_or_404(pk=pk, enterprise__code=code)
    actions.remove_alias(alias, by=person)
    messages.info(request, _("别名已撤回，以后再出现将重新询问。"))
    return redirect("registry:enterprise", code=code)


@access.approves(Thing.ENTERPRISE)
@require_http_methods(["GET", "POST"])
def merge(request: HttpRequest, code: str) -> HttpResponse:
    """Show what a merge would move; on confirmation do it."""
    person = access.person_of(request)
    survivor = Enterprise.objects.editable_by(person).get_or_404(code=code)
    form = MergeForm(request.POST or request.GET or None)
    merged = None
    if form.is_bound and form.is_valid():
        merged = Enterprise.objects.editable_by(person).filter(code=form.cleaned_data["merged"]).first()
        if merged is None:
            form.add_error("merged", _("没有这个编号的企业。"))
    if request.method == "POST" and merged is not None:
        reason = form.cleaned_data["reason"]
        merging.merge(survivor=survivor, merged=merged, reason=reason, now=timezone.now(), by=person)
        messages.info(request, _("%(name)s 已并入。") % {"name": merged.name})
        return redirect("registry:enterprise", code=code)
    movements = merging.preview(merged=merged) if merged is not None else []
    context = {"record": survivor, "form": form, "merged": merged, "movements": movements}
    return render(request, "registry/merge.html", context, status=422 if form.errors else 200)


@access.approves(Thing.ENTERPRISE)
@require_POST
def roll_back(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """Undo a merge."""
    person = access.person_of(request)
    record = EnterpriseMerge.objects.editable_by(person).get_or_404(pk=pk, survivor__code=code)
    kept = merging.roll_back(record, now=timezone.now(), by=person)
    if kept:
        messages.warning(request, _("已撤销合并；其中 %d 类记录之后又有变动，保留在本企业。") % len(kept))
    else:
        messages.info(request, _("已撤销合并，全部恢复。"))
    return redirect("registry:enterprise", code=code)


def _pages(person: Person) -> list[tuple[str, str]]:
    """What else the register has, for those it opens to."""
    named = (
        ("registry:purchases", _("采购明细")),
        ("registry:lines", _("产品线与披露层级")),
        ("registry:shared", _("共性配套商")),
    )
    return [(url, word) for name, word in named if (url := access.offered(name, person.reach))]


def _spec() -> Any:
    chains = Chain.objects.filter(is_active=True)

    def by_body(found: Any, body: str) -> Any:
        names = list(chains.filter(body_id=int(body)).values_list("name_zh", flat=True))
        ids = {pk for name in names for pk in tables.in_chain(found, name).values_list("pk", flat=True)}
        return found.filter(pk__in=ids)

    return tables.enterprises(
        chains=lambda person: [(name, name) for name in dict.fromkeys(chains.values_list("name_zh", flat=True))],  # noqa: ARG005
        districts=_districts,
        bodies=lambda person: list(chains.exclude(body=None).values_list("body_id", "body__name_zh").distinct()),  # noqa: ARG005
        by_body=by_body,
    )


def _districts(person: Person) -> list[tuple[str, str]]:
    codes = Enterprise.objects.visible_to(person).exclude(region_code="").order_by("region_code")
    return [(code, tables.place(code)) for code in codes.values_list("region_code", flat=True).distinct()]


def _may_enter(person: Person, region_code: str) -> bool:
    reach = person.reach
    if reach.scope(Act.WRITE, Thing.ENTERPRISE).name == "ALL":
        return True
    return bool(reach.region_code) and region_code.startswith(reach.region_code) and reach.role.value == "district"


def _facts(found: Enterprise) -> list[tuple[str, Any]]:
    def label(name: str) -> str:
        return str(Enterprise._meta.get_field(name).verbose_name)  # type: ignore[union-attr]

    return [
        (label("code"), found.code),
        (label("credit_code"), found.credit_code),
        (label("region_code"), tables.place(found.region_code)),
        (label("address"), found.address),
        (label("chain_names"), found.chain_names),
        (label("segment_name"), found.segment_name),
        (label("chain_role"), found.get_chain_role_display()),
        (label("industry_code"), found.industry_code),
        (label("products"), found.products),
        (label("is_above_scale"), found.is_above_scale),
        (label("is_specialised"), found.is_specialised),
        (label("is_high_tech"), found.is_high_tech),
        (label("revenue_wan"), found.revenue_wan),
        (label("data_on"), found.data_on),
        (label("last_verified_on"), found.last_verified_on),
        (_("来源"), found.source.title if found.source else _("台账或手工登记，见变更记录")),
        (label("note"), found.note),
    ]


def _around(found: Any, person: Person) -> dict[str, Any]:
    """What other apps know of the firm, each by its own right."""
    bought = Purchase.objects.visible_to(person).filter(buyer=found).select_related("part", "supplier", "buyer")
    body_id = found.body_id
    own = Project.objects.visible_to(person).filter(enterprise=found)[:MOST]
    introduced = introductions.of(found, person=person)[:MOST]
    either = Q(pk__in=own.values("pk")) | Q(pk__in=introduced.values("pk"))
    projects = list(Project.objects.visible_to(person).filter(either))
    return {
        "anchored": [anchor.chain for anchor in found.anchored.select_related("chain")],
        "placements": found.placements.filter(map__state="published").select_related("segment", "map__chain")[:MOST],
        "capabilities": Capability.objects.visible_to(person).filter(enterprise=found).select_related("part")[:MOST],
        "purchases": bought[:MOST],
        "projects": [one for one in projects if one.enterprise_id == found.pk][:MOST],
        "introduced": sorted(
            (one for one in projects if one.introducer_id == found.pk), key=lambda one: (-one.stage, one.code)
        )[:MOST],
        "requests": Request.objects.visible_to(person).filter(enterprise=found)[:MOST],
        "tasks": Task.objects.visible_to(person).filter(responsible_id=body_id)[:MOST] if body_id else [],
        "merges": found.absorbed.filter(undone_at=None).select_related("merged") if found.has_absorbed else [],
    }
