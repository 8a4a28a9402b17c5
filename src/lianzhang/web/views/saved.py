"""Saved views: the state of a table under a name, for oneself or for colleagues. A view holds a query string,
never rows."""

from django import forms
from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from lianzhang.accounts.models import SavedView
from lianzhang.tables import selection
from lianzhang.trail import actions as trail
from lianzhang.web import access


class ViewForm(forms.Form):
    """What a view is saved under."""

    table = forms.SlugField(max_length=60)
    name = forms.CharField(max_length=60)
    query = forms.CharField(max_length=2000, required=False)
    is_shared = forms.BooleanField(required=False)


@access.signed_in
@require_GET
def views(request: HttpRequest) -> HttpResponse:
    """The menu of saved views of one table, read when it is opened."""
    person = access.person_of(request)
    table, path = selection.clean(request.GET.get("table", "")), _local(request.GET.get("path", ""), request=request)
    found = SavedView.objects.visible_to(person).filter(table=table).order_by("name")
    query = request.GET.get("query", "")[:2000]
    shown = [
        {"pk": v.pk, "name": v.name, "query": v.query, "is_shared": v.is_shared, "is_mine": v.person_id == person.pk}
        for v in found
    ]
    context = {"views": shown, "table_key": table, "path": path, "query": query, "here": f"{path}?{query}"}
    return render(request, "parts/views.html", context)


@access.signed_in
@require_POST
def save(request: HttpRequest) -> HttpResponse:
    """Keep the state of a table under a name; the same name again is refused, never overwritten."""
    form = ViewForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("视图没有保存：请填写名称（不超过 60 字）。"))
        return redirect(_back(request))
    person = access.person_of(request)
    view = SavedView(person=person, **form.cleaned_data)
    try:
        with transaction.atomic():
            trail.create(view, verb="view.saved", by=person)
    except IntegrityError:
        messages.error(request, _("已有名为“{name}”的视图，请换一个名称。").format(name=view.name))
    else:
        messages.info(request, _("视图“{name}”已保存。").format(name=view.name))
    return redirect(_back(request))


@access.signed_in
@require_POST
def forget(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete one's own view."""
    person = access.person_of(request)
    view = SavedView.objects.editable_by(person).get_or_404(pk=pk)
    trail.remove(view, verb="view.forgotten", by=person)
    messages.info(request, _("视图“{name}”已删除。").format(name=view.name))
    return redirect(_back(request))


def _back(request: HttpRequest) -> str:
    return _local(request.POST.get("next", ""), request=request)


def _local(address: str, *, request: HttpRequest) -> str:
    """`address` if it lies on this site, else the front page: a form field must not send anyone elsewhere."""
    is_local = address.startswith("/") and url_has_allowed_host_and_scheme(
        address, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return address if is_local else "/"
