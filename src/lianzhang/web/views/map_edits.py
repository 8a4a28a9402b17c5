"""Editing a map's draft in place: every post is one step that can be undone."""

from typing import Any
from urllib.parse import quote

from django.db.models import Max
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from lianzhang.accounts.actions import Refused
from lianzhang.accounts.models import Person
from lianzhang.accounts.rules import Act, Thing
from lianzhang.chains.actions import atlas as actions
from lianzhang.chains.models import Chain, MapVersion, Segment
from lianzhang.chains.tables import atlas as tables
from lianzhang.web import access, cells
from lianzhang.web.forms.maps import LinkForm, NoteForm, PlaceForm, SegmentForm
from lianzhang.web.views import maps


@access.writes(Thing.MAP)
@require_POST
def draft(request: HttpRequest, code: str) -> HttpResponse:
    """Open the next version as a draft."""
    person = access.person_of(request)
    chain = Chain.objects.within(person, act=Act.WRITE, thing=Thing.MAP).select_related("scheme").get_or_404(code=code)
    made = actions.draft(chain=chain, now=timezone.now(), by=person)
    return redirect("maps:version", code=code, number=made.number)


@access.writes(Thing.MAP)
@require_http_methods(["GET", "POST"])
def new_segment(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """Add a segment."""
    person, atlas = _editable(request, code, number)
    last = atlas.segments.aggregate(last=Max("position"))["last"] or 0
    initial = {"version": atlas.version, "layer": request.GET.get("layer"), "group": request.GET.get("group")}
    initial["position"] = last + 1
    form = SegmentForm(request.POST if request.method == "POST" else None, person=person, initial=initial)
    if form.is_valid():
        key = _free_key(atlas, form.cleaned_data["name"])
        _step(request, atlas, "segment.added", {"segments": {key: form.values()}}, form)
        return _beside_the_board(code, number, key)
    return _form(request, atlas, form, title=_("新增环节"))


@access.writes(Thing.MAP)
@require_http_methods(["GET", "POST"])
def edit_segment(request: HttpRequest, code: str, number: int, key: str) -> HttpResponse:
    """Change a segment."""
    person, atlas = _editable(request, code, number)
    found = _segment(atlas, key)
    whole = actions.segment(atlas, key)
    initial = {**whole, "version": atlas.version}
    form = SegmentForm(request.POST if request.method == "POST" else None, person=person, initial=initial)
    if form.is_valid():
        _step(request, atlas, "segment.changed", {"segments": {key: {**whole, **form.values()}}}, form)
        return _beside_the_board(code, number, key)
    return _form(request, atlas, form, title=found.name)


@access.writes(Thing.MAP)
@require_http_methods(cells.METHODS)
def cell(request: HttpRequest, code: str, number: int, key: str) -> HttpResponse:
    """Who keeps a segment, or the day it was last checked, typed in the table of a draft: one step of its edits."""
    person, atlas = _editable(request, code, number)
    today, segments = timezone.localdate(), maps.segments_of(atlas, person)

    def write(changes: dict[str, Any], version: int) -> object:
        ((name, value),) = changes.items()
        if name == "verified_on" and value is not None and value > today:
            raise Refused(_("核实日期晚于今天。"))
        said = (value.code if name == "owner" else value.isoformat()) if value else None
        whole = actions.segment(atlas, key)
        step: dict[str, Any] = {"operation": "segment.changed", "after": {"segments": {key: {**whole, name: said}}}}
        return actions.edit(atlas=atlas, version=version, now=timezone.now(), by=person, **step)

    def reread() -> Any:
        atlas.refresh_from_db(fields=["version"])
        return segments.get(key=key)

    return cells.respond(
        request,
        _segment(atlas, key),
        among=(tables.segments(atlas, today),),
        fields=SegmentForm(person=person).fields,
        write=write,
        take_back=lambda version: actions.undo(atlas=atlas, version=version, by=person),
        reread=reread,
        lock=atlas,
    )


@access.writes(Thing.MAP)
@require_POST
def remove_segment(request: HttpRequest, code: str, number: int, key: str) -> HttpResponse:
    """Remove a segment with its links and firms."""
    _person, atlas = _editable(request, code, number)
    _segment(atlas, key)
    _step(request, atlas, "segment.removed", actions.without_segment(atlas, key))
    return redirect("maps:version", code=code, number=number)


@access.writes(Thing.MAP)
@require_POST
def verify_segment(request: HttpRequest, code: str, number: int, key: str) -> HttpResponse:
    """Say that the segment was checked today."""
    _person, atlas = _editable(request, code, number)
    _segment(atlas, key)
    whole = actions.segment(atlas, key)
    after = {"segments": {key: {**whole, "verified_on": timezone.localdate().isoformat()}}}
    _step(request, atlas, "segment.verified", after)
    return _beside_the_board(code, number, key)


@access.writes(Thing.MAP)
@require_POST
def link(request: HttpRequest, code: str, number: int, key: str) -> HttpResponse:
    """Link this segment to one it feeds, or take the link away."""
    person, atlas = _editable(request, code, number)
    found = _segment(atlas, key)
    form = LinkForm(request.POST, segment=found)
    if not form.is_valid():
        context = maps.segment_context(found, atlas, person) | {"link_form": form}
        return render(request, "maps/segment.html", context, status=422)
    name = actions.link_key(key, form.cleaned_data["downstream"].key)
    after = None if form.cleaned_data["is_removal"] else {"note": ""}
    _step(request, atlas, "link.changed", {"links": {name: after}}, form)
    return _beside_the_board(code, number, key)


@access.writes(Thing.MAP)
@require_POST
def place(request: HttpRequest, code: str, number: int, key: str) -> HttpResponse:
    """Put a firm on this segment, or take it off."""
    person, atlas = _editable(request, code, number)
    found = _segment(atlas, key)
    form = PlaceForm(request.POST, person=person)
    if not form.is_valid():
        context = maps.segment_context(found, atlas, person) | {"place_form": form}
        return render(request, "maps/segment.html", context, status=422)
    name = actions.placement_key(key, form.cleaned_data["enterprise"].code)
    said = {"part": form.cleaned_data["part"], "verified_on": timezone.localdate().isoformat(), "note": ""}
    after = None if form.cleaned_data["is_removal"] else said
    _step(request, atlas, "firm.placed", {"placements": {name: after}}, form)
    return _beside_the_board(code, number, key)


@access.writes(Thing.MAP)
@require_POST
def undo(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """Take the last step back."""
    person, atlas = _editable(request, code, number)
    actions.undo(atlas=atlas, version=_version(request, atlas), by=person)
    return redirect("maps:version", code=code, number=number)


@access.writes(Thing.MAP)
@require_POST
def redo(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """Do the last undone step again."""
    person, atlas = _editable(request, code, number)
    actions.redo(atlas=atlas, version=_version(request, atlas), by=person)
    return redirect("maps:version", code=code, number=number)


@access.writes(Thing.MAP)
@require_POST
def submit(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """送审."""
    person, atlas = _editable(request, code, number)
    actions.submit(atlas=atlas, version=_version(request, atlas), now=timezone.now(), by=person)
    return redirect("maps:version", code=code, number=number)


@access.approves(Thing.MAP)
@require_POST
def send_back(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """退回, with what to change."""
    person, atlas = _approvable(request, code, number)
    form = NoteForm(request.POST)
    note = form.cleaned_data["note"] if form.is_valid() else ""
    actions.send_back(atlas=atlas, note=note, version=_version(request, atlas), by=person)
    return redirect("maps:version", code=code, number=number)


@access.approves(Thing.MAP)
@require_POST
def publish(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """发布."""
    person, atlas = _approvable(request, code, number)
    actions.publish(atlas=atlas, version=_version(request, atlas), now=timezone.now(), by=person)
    return redirect("maps:version", code=code, number=number)


@access.writes(Thing.MAP)
@require_POST
def discard(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """Throw the draft away."""
    person, atlas = _editable(request, code, number)
    actions.discard(atlas=atlas, by=person)
    return redirect("maps:chain", code=code)


def _editable(request: HttpRequest, code: str, number: int) -> tuple[Person, MapVersion]:
    person = access.person_of(request)
    found = MapVersion.objects.editable_by(person).select_related("chain__scheme", "chain__body")
    return person, found.get_or_404(chain__code=code, number=number)


def _approvable(request: HttpRequest, code: str, number: int) -> tuple[Person, MapVersion]:
    person = access.person_of(request)
    found = MapVersion.objects.all().approvable_by(person).select_related("chain")
    return person, found.get_or_404(chain__code=code, number=number)


def _beside_the_board(code: str, number: int, key: str) -> HttpResponse:
    """Back to the board with the segment in its panel: what was changed shows where it stands."""
    return redirect(f"{reverse('maps:version', args=[code, number])}?open={quote(key)}")


def _segment(atlas: MapVersion, key: str) -> Segment:
    found = Segment.objects.filter(map=atlas, key=key).first()
    if found is None:
        raise Http404(key)
    return found


def _version(request: HttpRequest, atlas: MapVersion) -> int:
    said = request.POST.get("version", "")
    return int(said) if said.isdecimal() else atlas.version


def _step(request: HttpRequest, atlas: MapVersion, operation: str, after: actions.Items, form: Any = None) -> None:
    version = form.cleaned_data["version"] if form is not None else _version(request, atlas)
    actions.edit(
        atlas=atlas,
        operation=operation,
        after=after,
        version=version,
        now=timezone.now(),
        by=access.person_of(request),
    )


def _form(request: HttpRequest, atlas: MapVersion, form: SegmentForm, *, title: str) -> HttpResponse:
    groups = atlas.segments.exclude(group="").order_by("group").values_list("group", flat=True).distinct()
    context = {
        "form": form,
        "title": title,
        "record": atlas,
        "groups": groups,
        "illustrative": atlas.is_illustrative,
    }
    return render(request, "maps/form.html", context, status=422 if form.is_bound else 200)


def _free_key(atlas: MapVersion, name: str) -> str:
    """A key nobody uses yet: from the name where it has Latin letters, else counted; it stays through all versions."""
    stem = slugify(name)[:40] or "segment"
    taken = set(Segment.objects.filter(map__chain=atlas.chain_id).values_list("key", flat=True))
    if stem not in taken and stem != "segment":
        return stem
    return next(key for n in range(1, 10_000) if (key := f"{stem}-{n}") not in taken)
