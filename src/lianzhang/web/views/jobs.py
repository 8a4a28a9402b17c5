"""Background work of one's own: the list, one job with its progress, and stopping it."""

from urllib.parse import urlsplit

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from lianzhang.jobs import actions, kinds, queries, tables
from lianzhang.jobs.models import Job
from lianzhang.web import access, listing


@access.signed_in
@require_GET
def jobs(request: HttpRequest) -> HttpResponse:
    """What I asked for in this post."""
    found = Job.objects.visible_to(access.person_of(request))
    running = found.filter(state__in=[Job.State.WAITING, Job.State.RUNNING]).count()
    lead = _("{n} 项正在进行或排队。").format(n=running) if running else _("没有正在进行的任务。")
    return listing.respond(request, tables.JOBS, found, context={"lead": lead})


@access.signed_in
@never_cache
@require_GET
def job(request: HttpRequest, pk: int) -> HttpResponse:
    """One job; asked by the page itself every second, it answers with the progress alone."""
    found = Job.objects.visible_to(access.person_of(request)).get_or_404(pk=pk)
    is_poll, now = request.headers.get("HX-Target") == "job", timezone.now()
    is_own_page = urlsplit(request.headers.get("HX-Current-URL", "")).path == request.path
    if is_poll and found.is_over and is_own_page:
        # When it began and ended stands beside the progress, on the job's own page. Another page that shows the
        # progress is left as its reader has it, with the way to the result.
        return HttpResponse(headers={"HX-Refresh": "true"})
    context = {
        "record": found,
        "title": kinds.title(found.kind),
        "job": queries.standing(found, now=now),
        "poll_url": reverse("jobs:job", args=[pk]),
        "stop_url": reverse("jobs:stop", args=[pk]),
        "result_url": result_url(found),
        "now": now,
    }
    return render(request, "parts/job.html" if is_poll else "jobs/job.html", context)


@access.signed_in
@require_POST
def stop(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for a stop: what the work wrote so far in its own transaction is given up with it."""
    found = Job.objects.editable_by(access.person_of(request)).get_or_404(pk=pk)
    actions.stop(found, now=timezone.now())
    messages.info(request, _("已请求停止。"))
    return redirect("jobs:job", pk=pk)


def result_url(found: Job) -> str:
    """Where the result stands: the address the work gave, or the page it was asked from. Only addresses of ours."""
    address = str(found.result.get("url") or found.subject_url)
    return address if address.startswith("/") and not address.startswith("//") else ""
