"""Coming in and going out: password, one-time link, sign-out, and the change from one of the own posts to another."""

from ipaddress import ip_address
from typing import Any

from django.contrib import messages
from django.contrib.auth import authenticate, login, logout
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from lianzhang.accounts import actions, queries
from lianzhang.accounts.models import Person, SignInLink
from lianzhang.web import access, navigation
from lianzhang.web.forms.accounts import SignInForm

BACKEND = "django.contrib.auth.backends.ModelBackend"


@access.public
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Name and password; after five wrong ones the lockout page answers instead (settings.AXES_*)."""
    form = SignInForm(request.POST or None)
    target = request.POST.get("next") or request.GET.get("next", "")
    if form.is_valid():
        person: Any = authenticate(request, **form.cleaned_data)
        if isinstance(person, Person):
            _enter(request, person, way="password")
            return redirect(_local(target, request=request))
        form.add_error(None, _("登录名或密码不对。"))
    status = 422 if form.is_bound else 200
    return render(request, "accounts/sign_in.html", {"form": form, "next": target}, status=status)


@access.public
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    if isinstance(request.user, Person):
        actions.signed_out(person=request.user)
    logout(request)
    return redirect("accounts:sign_in")


@access.public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def by_link(request: HttpRequest, token: str) -> HttpResponse:
    """A one-time link: shown first and used only by the button, so that a preview of the link does not burn it."""
    now = timezone.now()
    link = queries.link(token, now=now)
    if link is None or (link.purpose == SignInLink.Purpose.EXAMPLE and not is_on_this_machine(request)):
        return render(request, "accounts/link_dead.html", status=404)
    if request.method != "POST":
        return render(request, "accounts/link.html", {"link": link})
    person = actions.redeem_link(token=token, now=now)
    if person is None:
        return render(request, "accounts/link_dead.html", status=404)
    _enter(request, person, way=link.purpose)
    if link.purpose == SignInLink.Purpose.EXAMPLE:
        return redirect(_local("", request=request))
    request.session["sets_password"] = True
    messages.info(request, _("请设置密码，下次凭登录名 {name} 和密码登录。").format(name=person.username))
    return redirect("accounts:password")


@access.signed_in
@require_POST
def act_as(request: HttpRequest) -> HttpResponse:
    """Go on in another of the own posts; what is on screen changes with it, so the way leads to a page of that post."""
    person = access.person_of(request)
    posts = {str(post.pk): post for post in queries.current(person, on=timezone.localdate())}
    chosen = posts.get(request.POST.get("appointment", ""))
    if chosen is None:
        raise Http404
    actions.change_post(person=person, appointment=chosen)
    request.session["acting"] = chosen.pk
    request.session.cycle_key()
    menu = navigation.sections(person.act_as(chosen).reach, path="")
    target = request.POST.get("next", "")
    open_now = {link.url for section in menu for link in section.entries}
    return redirect(target if target in open_now else home())


def home() -> str:
    """The first page after sign-in, or one's own page where this installation has no first page."""
    return navigation.address("home") or navigation.address("accounts:me")


def is_on_this_machine(request: HttpRequest) -> bool:
    """Whether the request comes from this very machine, straight: a proxy in between could speak for anybody."""
    if any(name.startswith(("HTTP_X_FORWARDED_", "HTTP_FORWARDED")) for name in request.META):
        return False
    host = request.get_host().rsplit(":", 1)[0].strip("[]") if not request.get_host().endswith("]") else "::1"
    try:
        return ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback and (
            host == "localhost" or ip_address(host).is_loopback
        )
    except ValueError:
        return False


def _enter(request: HttpRequest, person: Person, *, way: str) -> None:
    """Sign in under a new session key, with the clock of the session started and the highest post put on."""
    request.session.flush()
    login(request, person, backend=BACKEND)
    request.session["began"] = int(timezone.now().timestamp())
    actions.signed_in(person=person, way=way)


def _local(target: str, *, request: HttpRequest) -> str:
    is_ours = target.startswith("/") and url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return target if is_ours else home()
