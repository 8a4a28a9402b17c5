"""The chain map: the layered board, one segment, the list of segments, two versions side by side."""

from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from lianzhang.accounts.models import Person
from lianzhang.accounts.rules import Act, Thing
from lianzhang.chains.models import Chain, Gap, MapEdit, MapVersion, Segment, TargetLine
from lianzhang.chains.queries import atlas as queries
from lianzhang.chains.tables import atlas as tables
from lianzhang.projects import recruiting
from lianzhang.projects.models import Project
from lianzhang.registry.models import Enterprise, Purchase
from lianzhang.web import access, listing
from lianzhang.web.charts import board as drawing
from lianzhang.web.forms.maps import LinkForm, NoteForm, PlaceForm

SHOWN_STEPS = 6


@access.reads(Thing.MAP)
@require_GET
def maps(request: HttpRequest) -> HttpResponse:
    """Every chain with the state of its map."""
    person = access.person_of(request)
    chains = list(
        Chain.objects.visible_to(person)
        .filter(is_active=True)
        .select_related("scheme")
        .order_by("-scheme__valid_from", "position")
    )
    found: dict[int, dict[str, MapVersion]] = {}
    for atlas in MapVersion.objects.visible_to(person).filter(chain__in=chains).order_by("number"):
        key = "published" if atlas.state == MapVersion.State.PUBLISHED else "open"
        if atlas.state != MapVersion.State.RETIRED:
            found.setdefault(atlas.chain_id, {})[key] = atlas
    rows = [{"chain": chain, "published": None, "open": None, **found.get(chain.pk, {})} for chain in chains]
    published = sum(1 for row in rows if row["published"])
    lead = _("%(count)s 条链中 %(published)s 条有已发布的图谱。") % {"count": len(rows), "published": published}
    return listing.respond(request, tables.MAPS, rows, context={"lead": lead})


@access.reads(Thing.MAP)
@require_GET
def chain(request: HttpRequest, code: str) -> HttpResponse:
    """The map of a chain: the published version, else the draft, else how to begin."""
    person = access.person_of(request)
    found = _chain(person, code)
    versions = list(queries.versions(found, person=person))
    published = (atlas for atlas in versions if atlas.state == MapVersion.State.PUBLISHED)
    atlas = next(published, versions[0] if versions else None)
    if atlas is None:
        context = {"record": found, "may_draft": found.may_draft, "illustrative": found.is_illustrative}
        return render(request, "maps/empty.html", context)
    return _board(request, atlas, person, chain=found, versions=versions)


@access.reads(Thing.MAP)
@require_GET
def version(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """One version of the map; ?format=svg gives the drawing alone."""
    person = access.person_of(request)
    found = _chain(person, code)
    versions = list(queries.versions(found, person=person))
    atlas = next((atlas for atlas in versions if atlas.number == number), None)
    if atlas is None:
        raise Http404(code)
    return _board(request, atlas, person, chain=found, versions=versions)


@access.reads(Thing.MAP)
@require_GET
def segments(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """The segments as a table: for Excel, for screen readers, for maps too large for a board."""
    person = access.person_of(request)
    atlas = find(person, code, number)
    found = segments_of(atlas, person)
    count = found.count()
    context = {
        "lead": ngettext("%(count)s 个环节。", "%(count)s 个环节。", count) % {"count": count},
        "title": _("%(chain)s v%(number)s · 环节") % {"chain": atlas.chain.name, "number": atlas.number},
        "illustrative": atlas.is_illustrative,
        "scope": str(atlas),
    }
    return listing.respond(request, tables.segments(atlas, timezone.localdate()), found, context=context)


def segments_of(atlas: MapVersion, person: Person) -> QuerySet[Segment]:
    """The segments as their table shows them."""
    found = Segment.objects.visible_to(person).filter(map=atlas).select_related("owner", "map__chain")
    counted: QuerySet[Segment] = tables.counted(found)
    return counted


@access.reads(Thing.MAP)
@require_GET
def segment(request: HttpRequest, code: str, number: int, key: str) -> HttpResponse:
    """One segment: firms, who buys it, its gap, leads and projects, owner, last verified, history."""
    person = access.person_of(request)
    atlas = find(person, code, number)
    found = Segment.objects.visible_to(person).select_related("owner").get_or_404(map=atlas, key=key)
    return render(request, "maps/segment.html", segment_context(found, atlas, person))


@access.reads(Thing.MAP)
@require_GET
def compare(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """This version beside another (?with=, default: the one it was based on)."""
    person = access.person_of(request)
    atlas = find(person, code, number)
    asked = request.GET.get("with", "")
    others = queries.versions(atlas.chain, person=person).exclude(pk=atlas.pk)
    other = others.filter(number=int(asked)).first() if asked.isdecimal() else atlas.based_on
    context = {
        "record": atlas,
        "other": other,
        "others": others,
        "found": queries.difference(other, atlas) if other else None,
        "illustrative": atlas.is_illustrative,
    }
    return render(request, "maps/compare.html", context)


def find(person: Person, code: str, number: int) -> MapVersion:
    """A version within reach, or 404."""
    found = MapVersion.objects.visible_to(person).select_related("chain__scheme", "chain__body", "based_on")
    return found.get_or_404(chain__code=code, number=number)


def segment_context(found: Segment, atlas: MapVersion, person: Person) -> dict[str, Any]:
    """What the segment's page shows."""
    parts = list(found.parts.all())
    may_edit = Segment.objects.editable_by(person).filter(pk=found.pk).exists()
    gaps = Gap.objects.visible_to(person).filter(chain=atlas.chain, part__in=parts).exclude(state=Gap.State.INVALID)
    open_firms = Enterprise.objects.visible_to(person).filter(pk=OuterRef("enterprise"))
    places = found.placements.select_related("enterprise").annotate(is_open=Exists(open_firms))
    return {
        "record": found,
        "atlas": atlas,
        "parts": parts,
        "is_stale": found.is_stale(timezone.localdate()),
        "places": places.order_by("part", "enterprise__name"),
        "may_read_parts": person.reach.may(Act.READ, Thing.GAP),
        "feeds": [link.downstream for link in found.feeds.select_related("downstream")],
        "fed_by": [link.upstream for link in found.fed_by.select_related("upstream")],
        "buyers": Purchase.objects.visible_to(person).filter(part__in=parts).select_related("buyer", "supplier")[:50],
        "gaps": gaps,
        "targets": TargetLine.objects.visible_to(person)
        .filter(target_list__chain=atlas.chain, supplier__capabilities__part__in=parts)
        .select_related("supplier", "target_list")
        .distinct()[:8],
        "projects": Project.objects.visible_to(person).filter(chain=atlas.chain, segment_key=found.key),
        "history": queries.steps_of(found.key, chain=atlas.chain_id),
        "may_edit": may_edit,
        "link_form": LinkForm(segment=found, initial={"version": atlas.version}) if may_edit else None,
        "place_form": PlaceForm(person=person, initial={"version": atlas.version}) if may_edit else None,
        "illustrative": atlas.is_illustrative,
    }


def _chain(person: Person, code: str) -> Any:
    """A chain within reach with all that its board asks of it, in one query; or 404."""
    drafting = Chain.objects.within(person, act=Act.WRITE, thing=Thing.MAP).filter(pk=OuterRef("pk"))
    found = Chain.objects.visible_to(person).select_related("scheme", "body").annotate(may_draft=Exists(drafting))
    return found.get_or_404(code=code)


def _board(
    request: HttpRequest, atlas: MapVersion, person: Person, *, chain: Any, versions: list[MapVersion]
) -> HttpResponse:
    today = timezone.localdate()
    atlas.chain = chain
    leads = recruiting.by_segment(chain, person=person)
    found = queries.board(atlas, person=person, today=today, leads=leads)
    if request.GET.get("format") == "svg":
        return _svg(request, found)
    is_draft = atlas.state == MapVersion.State.DRAFT
    edits = MapEdit.objects.filter(map=atlas)
    may_edit = is_draft and MapVersion.objects.editable_by(person).filter(pk=atlas.pk).exists()
    steps = list(edits.select_related("by", "map").order_by("-number")[:SHOWN_STEPS]) if may_edit else []
    context = {
        "record": atlas,
        "chain": chain,
        "board": found,
        "versions": versions,
        "may_edit": may_edit,
        "may_submit": may_edit,
        "may_draft": atlas.state == MapVersion.State.PUBLISHED and chain.may_draft,
        "may_publish": _may_publish(atlas, person),
        "return_form": NoteForm(initial={"version": atlas.version}),
        "steps": [queries.step(edit) for edit in steps],
        "may_undo": any(not edit.is_undone for edit in steps) or len(steps) == SHOWN_STEPS,
        "may_redo": any(edit.is_undone for edit in steps),
        "owner": chain.body,
        "illustrative": atlas.is_illustrative,
        "as_of": timezone.localdate(atlas.published_at) if atlas.published_at else today,
    }
    return render(request, "maps/board.html", context)


def _svg(request: HttpRequest, found: queries.Board) -> HttpResponse:
    response = render(request, "maps/board.svg", {"drawing": drawing.draw(found)}, content_type="image/svg+xml")
    name = f"{found.atlas.chain.code}-v{found.atlas.number}.svg"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _may_publish(atlas: MapVersion, person: Person) -> bool:
    in_review = atlas.state == MapVersion.State.REVIEW and atlas.submitted_by_id != person.pk
    return in_review and MapVersion.objects.all().approvable_by(person).filter(pk=atlas.pk).exists()
