"""A composed document taken away: written into the trail before it leaves, and saying where it came from."""

from datetime import date

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header

from lianzhang.tables import ExportHeader
from lianzhang.trail import actions as trail
from lianzhang.web import access, exports


def header(request: HttpRequest, title: str, *, as_of: date, illustrative: bool, what: str) -> ExportHeader:
    """What the document says about itself; its number is that of its event in the trail."""
    person = access.person_of(request)
    event = trail.note(None, verb="briefing.exported", detail={"title": title, "of": what}, by=person)
    return ExportHeader(
        title=title,
        as_of=as_of,
        who=exports.who(person),
        is_illustrative=illustrative,
        made_at=timezone.now(),
        export_id=f"DC-{event.seq:06d}",
    )


def response(content: bytes, title: str, form: str) -> HttpResponse:
    """The download, named by its title and the day."""
    found = HttpResponse(content, content_type=exports.TYPES[form])
    name = f"{title}_{timezone.localdate():%Y%m%d}.{form}"
    found.headers["Content-Disposition"] = str(content_disposition_header(as_attachment=True, filename=name))
    return found
