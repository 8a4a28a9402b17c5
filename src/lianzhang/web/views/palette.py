"""The palette: pages and records by name, pinyin initials or code, for whoever may see them."""

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_GET

from lianzhang.tables import selection
from lianzhang.web import access, finders, navigation


@access.signed_in
@require_GET
def find(request: HttpRequest) -> JsonResponse:
    """`?q=` → {"results": [{"label", "note", "url", "kind"}]}; nothing asked gives the pages of the menu."""
    person = access.person_of(request)
    asked = selection.clean(request.GET.get("q", ""))
    menu = navigation.sections(person.reach, path="")
    found = finders.pages(menu, asked)
    if asked:
        found += finders.records(person, asked)
    return _fresh({"results": [hit.as_dict() for hit in found[: finders.MOST]]})


@access.signed_in
@require_GET
def pick(request: HttpRequest) -> JsonResponse:
    """`?of=enterprise&q=` → {"options": ["QY-2026-001 …"]}: what a form field offers while somebody types."""
    asked = selection.clean(request.GET.get("q", ""))
    return _fresh({"options": finders.picked(request.GET.get("of", ""), access.person_of(request), asked)})


def _fresh(said: dict[str, object]) -> JsonResponse:
    response = JsonResponse(said)
    # Results depend on the acting post: no cache may hand them to another post or person.
    response.headers["Cache-Control"] = "no-store"
    return response
