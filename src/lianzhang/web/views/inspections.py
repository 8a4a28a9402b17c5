"""迎检资料包: asked for by period, made in the background, downloaded by who asked."""

from datetime import date
from typing import Any

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from lianzhang.accounts.rules import Thing
from lianzhang.briefings.inspection import packing
from lianzhang.briefings.jobs import PACK
from lianzhang.jobs import actions as jobs
from lianzhang.jobs.models import Job
from lianzhang.trail import actions as trail
from lianzhang.web import access
from lianzhang.web.forms.inspections import InspectionForm

SHOWN = 20


@access.reads(Thing.PROJECT)
@require_http_methods(["GET", "POST"])
def inspection(request: HttpRequest) -> HttpResponse:
    """The form, and what was made so far; a post asks for one."""
    person = access.person_of(request)
    today = timezone.localdate()
    initial = {"first": date(today.year, 1, 1), "last": today}
    form = InspectionForm(request.POST or None, person=person, initial=initial)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        chain = said.get("chain")
        arguments = {
            "first": said["first"].isoformat(),
            "last": said["last"].isoformat(),
            "chain": chain.pk if chain is not None else None,
        }
        job = jobs.ask(PACK, arguments, queue=Job.Queue.LONG, subject_url=request.path, by=person)
        return redirect("jobs:job", pk=job.pk)
    context = {
        "form": form,
        "submit": _("编制"),
        "packages": _packages(person),
        "megabytes": packing.MOST_BYTES >> 20,
        "files": packing.MOST_FILES,
        "days": packing.KEPT_DAYS,
        "papers_url": access.offered("briefings:list", person.reach),
    }
    return render(request, "briefings/inspection.html", context, status=422 if form.errors else 200)


@access.reads(Thing.PROJECT)
@require_GET
def download(request: HttpRequest, pk: int) -> Any:
    """The archive, to who asked for it in the post they asked in."""
    person = access.person_of(request)
    job = Job.objects.visible_to(person).filter(kind=PACK, state=Job.State.DONE).get_or_404(pk=pk)
    path = packing.path_of(str(job.result["sha256"]))
    if not path.exists():
        raise Http404
    detail = {"sha256": job.result["sha256"], "export_id": job.result["export_id"]}
    trail.note(None, verb="inspection.downloaded", detail=detail, by=person)
    name = f"{job.result['title']}_{job.result['export_id']}.zip"
    return FileResponse(path.open("rb"), as_attachment=True, filename=name, content_type="application/zip")


def _packages(person: Any) -> list[Job]:
    made = Job.objects.visible_to(person).filter(kind=PACK, state=Job.State.DONE).order_by("-pk")
    found = list(made[:SHOWN])
    for job in found:
        setattr(job, "is_kept", packing.path_of(str(job.result["sha256"])).exists())  # noqa: B010 - for the template
    return found
