"""What belongs to the signed-in person alone: posts, password, tokens, saved views, jobs."""

from datetime import timedelta

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lianzhang.accounts import actions, queries
from lianzhang.accounts.models import ApiToken, SavedView
from lianzhang.accounts.rules import Act, Thing
from lianzhang.jobs import kinds
from lianzhang.jobs.models import Job
from lianzhang.web import access
from lianzhang.web.forms.accounts import PasswordForm, TokenForm
from lianzhang.web.views import door

JOBS_SHOWN = 10


@access.signed_in
@require_GET
def me(request: HttpRequest) -> HttpResponse:
    """One page for everything of one's own."""
    person, now = access.person_of(request), timezone.now()
    context = {
        "person": person,
        "in_directory": person.reach.may(Act.READ, Thing.PEOPLE),
        "posts": queries.current(person, on=timezone.localdate(now)),
        "tokens": ApiToken.objects.visible_to(person).select_related("appointment__body").order_by("-created_at"),
        "now": now,
        "views": SavedView.objects.editable_by(person).order_by("table", "name"),
        "jobs": [
            (kinds.title(job.kind), job) for job in Job.objects.visible_to(person).order_by("-asked_at")[:JOBS_SHOWN]
        ],
    }
    return render(request, "accounts/me.html", context)


@access.signed_in
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    """Set the own password; other sessions, tokens and links end, this session goes on under a new key."""
    person = access.person_of(request)
    asks_present = person.has_usable_password() and not request.session.get("sets_password")
    form = PasswordForm(request.POST if request.method == "POST" else None, person=person, asks_present=asks_present)
    if form.is_valid():
        actions.set_password(person=person, password=form.cleaned_data["password"], now=timezone.now(), by=person)
        request.session.pop("sets_password", None)
        update_session_auth_hash(request, person)
        messages.info(request, _("密码已更改。其他设备上的登录、接口令牌和未用的登录链接同时失效。"))
        return redirect(door.home())
    status = 422 if form.is_bound else 200
    return render(request, "accounts/password.html", {"form": form}, status=status)


@access.signed_in
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new_token(request: HttpRequest) -> HttpResponse:
    """Issue an API token for one of the own posts; it is shown once."""
    person, now = access.person_of(request), timezone.now()
    form = TokenForm(request.POST if request.method == "POST" else None, person=person, today=timezone.localdate(now))
    if form.is_valid():
        asked = form.cleaned_data
        token = actions.issue_token(
            person=person,
            appointment=asked["appointment"],
            label=asked["label"],
            valid=timedelta(days=asked["days"]),
            now=now,
            by=person,
        )
        return render(request, "accounts/token.html", {"token": token, "label": asked["label"]})
    status = 422 if form.is_bound else 200
    return render(request, "accounts/new_token.html", {"form": form}, status=status)


@access.signed_in
@require_POST
def revoke_token(request: HttpRequest, pk: int) -> HttpResponse:
    """End one of the own tokens at once."""
    person = access.person_of(request)
    token = ApiToken.objects.editable_by(person).get_or_404(pk=pk)
    actions.revoke_token(token=token, now=timezone.now(), by=person)
    messages.info(request, _("令牌“{label}”已作废。").format(label=token.label))
    return redirect("accounts:me")
