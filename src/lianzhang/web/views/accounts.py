"""The address list: people, bodies, and who is appointed to what from when to when."""

from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lianzhang.accounts import actions, masking, queries, tables
from lianzhang.accounts.models import Appointment, Body, Person, SignInLink
from lianzhang.accounts.rules import Thing
from lianzhang.supervision import handover_tables, handovers
from lianzhang.supervision.models import Handover
from lianzhang.web import access, histories, listing
from lianzhang.web.forms.accounts import (
    AppointmentForm,
    BodyForm,
    CorrectAppointmentForm,
    EndForm,
    NewBodyForm,
    PersonForm,
)

LINK_LASTS = timedelta(hours=24)
FORM_METHODS = ["GET", "HEAD", "POST"]


@access.reads(Thing.PEOPLE)
@require_GET
def people(request: HttpRequest) -> HttpResponse:
    """通讯录: everyone within reach with the posts held today."""
    viewer, today = access.person_of(request), timezone.localdate()
    found = queries.address_list(viewer, on=today)
    serving = Appointment.objects.current(today).visible_to(viewer).values("person").distinct().count()
    context = {
        "lead": _("{n} 人在任。").format(n=serving),
        "as_of": today,
        "may_write": Person.objects.all().editable_by(viewer).exists(),
    }
    return listing.respond(request, tables.PEOPLE, found, template="accounts/people.html", context=context)


@access.reads(Thing.PEOPLE)
@require_GET
def bodies(request: HttpRequest) -> HttpResponse:
    """Bodies with how many serve in each today."""
    viewer, today = access.person_of(request), timezone.localdate()
    context = {"as_of": today, "may_write": Body.objects.all().editable_by(viewer).exists()}
    found = queries.bodies(viewer, on=today)
    return listing.respond(request, tables.BODIES, found, template="accounts/bodies.html", context=context)


@access.reads(Thing.PEOPLE)
@require_GET
def body(request: HttpRequest, code: str) -> HttpResponse:
    """One body: who holds which post on a chosen day (`?on=2025-03-01`), and everyone who ever did."""
    viewer, today = access.person_of(request), timezone.localdate()
    found = Body.objects.all().visible_to(viewer).get_or_404(code=code)
    on = _day(request.GET.get("on", ""), usual=today)
    held = list(queries.in_post(found, viewer=viewer, on=on))
    ever = queries.appointments(viewer).filter(body=found)
    context = {
        "record": found,
        "on": on,
        "today": today,
        "held": held,
        "table": listing.plain(request, tables.APPOINTMENTS, ever),
        "may_write": Body.objects.all().editable_by(viewer).filter(pk=found.pk).exists(),
    }
    return render(request, "accounts/body.html", context)


@access.reads(Thing.PEOPLE)
@require_GET
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """One person: posts now and before; the whole phone number only for who needs it."""
    viewer, today = access.person_of(request), timezone.localdate()
    found = Person.objects.all().visible_to(viewer).get_or_404(pk=pk)
    is_full = queries.full_phone(found, to=viewer)
    may_write = Person.objects.all().editable_by(viewer).filter(pk=pk).exists()
    held = list(queries.appointments(viewer).filter(person=found))
    context = {
        "record": found,
        "phone": found.phone if is_full else masking.masked_phone(found.phone),
        "email": found.email if is_full else "",
        "now_held": [a for a in held if a.starts_on <= today and (a.ends_on is None or a.ends_on >= today)],
        "held": held,
        "today": today,
        "table": listing.plain(request, tables.APPOINTMENTS, held),
        "history": histories.of_person(found, appointments=held, reader=viewer) if may_write else None,
        "may_write": may_write,
        "may_issue": may_write and viewer.reach.is_administrator and viewer.pk != pk,
    }
    return render(request, "accounts/person.html", context)


@access.writes(Thing.PEOPLE)
@require_http_methods(FORM_METHODS)
def new_person(request: HttpRequest) -> HttpResponse:
    """Enter a person; signing in needs a one-time link afterwards."""
    form = PersonForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        asked = {name: form.cleaned_data[name] for name in PersonForm.Meta.fields}
        made = actions.register(**asked, by=access.person_of(request))
        messages.info(request, _("{name} 已登记。请办理任职，并由管理员签发登录链接。").format(name=made.name))
        return redirect("accounts:person", pk=made.pk)
    return _form(request, form, title=_("登记人员"), back=reverse("accounts:people"))


@access.writes(Thing.PEOPLE)
@require_http_methods(FORM_METHODS)
def edit_person(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct a person's entries; a form opened before somebody else's change leads to the merge page."""
    editor = access.person_of(request)
    found = Person.objects.all().editable_by(editor).get_or_404(pk=pk)
    form = PersonForm(request.POST if request.method == "POST" else None, instance=found, initial=_version(found))
    if form.is_valid():
        _correct(form, Person.objects.get(pk=pk), by=editor)
        return redirect("accounts:person", pk=pk)
    return _form(request, form, title=found.name, back=reverse("accounts:person", args=[pk]))


@access.writes(Thing.PEOPLE)
@require_http_methods(FORM_METHODS)
def new_body(request: HttpRequest) -> HttpResponse:
    """Found a body."""
    form = NewBodyForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        made = actions.found_body(**form.cleaned_data, by=access.person_of(request))
        return redirect("accounts:body", code=made.code)
    return _form(request, form, title=_("新建机构"), back=reverse("accounts:bodies"))


@access.writes(Thing.PEOPLE)
@require_http_methods(FORM_METHODS)
def edit_body(request: HttpRequest, code: str) -> HttpResponse:
    """Correct a body's entries."""
    editor = access.person_of(request)
    found = Body.objects.all().editable_by(editor).get_or_404(code=code)
    form = BodyForm(request.POST if request.method == "POST" else None, instance=found, initial=_version(found))
    if form.is_valid():
        _correct(form, Body.objects.get(pk=found.pk), by=editor)
        return redirect("accounts:body", code=code)
    return _form(request, form, title=found.name, back=reverse("accounts:body", args=[code]))


@access.writes(Thing.PEOPLE)
@require_http_methods(FORM_METHODS)
def appoint(request: HttpRequest) -> HttpResponse:
    """Give a person a post; nobody appoints oneself, administrators stay apart."""
    start = {"starts_on": timezone.localdate(), "person": request.GET.get("person"), "body": request.GET.get("body")}
    form = AppointmentForm(request.POST if request.method == "POST" else None, initial=start)
    if form.is_valid():
        try:
            made = actions.appoint(**form.cleaned_data, by=access.person_of(request))
        except actions.Refused as refused:
            form.add_error(None, refused.reason)
        else:
            messages.info(request, _("{name} 任 {post}。").format(name=made.person.name, post=made))
            return redirect("accounts:person", pk=made.person_id)
    return _form(request, form, title=_("任职"), back=reverse("accounts:people"), submit=_("任命"))


@access.writes(Thing.PEOPLE)
@require_http_methods(FORM_METHODS)
def end_appointment(request: HttpRequest, pk: int) -> HttpResponse:
    """End a post: shows what is open, asks for the successor, draws up the 移交清单."""
    editor, today = access.person_of(request), timezone.localdate()
    held = Appointment.objects.select_related("person", "body")
    found = held.editable_by(editor).get_or_404(pk=pk)
    form = EndForm(
        request.POST if request.method == "POST" else None,
        appointment=found,
        today=today,
        initial={"on": today, **_version(found)},
    )
    if form.is_valid():
        asked = form.cleaned_data
        drawn_up = handovers.end_and_draw_up(
            found, on=asked["on"], successor=asked["successor"], version=asked["version"], by=editor
        )
        if Handover.objects.visible_to(editor).filter(pk=drawn_up.pk).exists():
            return redirect("handovers:handover", pk=drawn_up.pk)
        return redirect("accounts:person", pk=found.person_id)
    items = handovers.open_items(found, viewer=editor)
    context = {"form": form, "record": found, "table": listing.plain(request, handover_tables.HANDOVER_ITEMS, items)}
    return render(request, "accounts/end.html", context, status=422 if form.is_bound else 200)


@access.writes(Thing.PEOPLE)
@require_http_methods(FORM_METHODS)
def edit_appointment(request: HttpRequest, pk: int) -> HttpResponse:
    """Put right the days, the paper or the duties of a post."""
    editor = access.person_of(request)
    found = Appointment.objects.select_related("person", "body").editable_by(editor).get_or_404(pk=pk)
    data = request.POST if request.method == "POST" else None
    form = CorrectAppointmentForm(data, instance=found, initial=_version(found))
    if form.is_valid():
        try:
            actions.correct_appointment(appointment=Appointment.objects.get(pk=pk), **form.cleaned_data, by=editor)
        except actions.Refused as refused:
            form.add_error(None, refused.reason)
        else:
            return redirect("accounts:person", pk=found.person_id)
    title = _("更正任职：{name} {post}").format(name=found.person.name, post=found.label)
    return _form(request, form, title=title, back=reverse("accounts:person", args=[found.person_id]))


@access.writes(Thing.PEOPLE)
@require_POST
def disable(request: HttpRequest, pk: int) -> HttpResponse:
    """Take away, or give back, sign-in."""
    editor = access.person_of(request)
    found = Person.objects.all().editable_by(editor).get_or_404(pk=pk)
    if found.is_active:
        actions.disable(person=found, by=editor, now=timezone.now())
        messages.info(request, _("{name} 已停用，登录和令牌即时失效。").format(name=found.name))
    else:
        actions.enable(person=found, by=editor)
        messages.info(request, _("{name} 已启用。").format(name=found.name))
    return redirect("accounts:person", pk=pk)


@access.writes(Thing.PEOPLE)
@never_cache
@require_POST
def issue_link(request: HttpRequest, pk: int) -> HttpResponse:
    """A one-time sign-in link, shown once to the administrator who hands it over."""
    editor, now = access.person_of(request), timezone.now()
    found = Person.objects.all().editable_by(editor).get_or_404(pk=pk)
    token = actions.issue_link(person=found, purpose=SignInLink.Purpose.RESET, valid=LINK_LASTS, now=now, by=editor)
    address = request.build_absolute_uri(reverse("accounts:by_link", args=[token]))
    context = {"address": address, "record": found, "until": now + LINK_LASTS}
    return render(request, "accounts/issued_link.html", context)


def _correct(form: ModelForm[Any], record: Any, *, by: Person) -> None:
    """Write what the form changed onto a fresh row: a ModelForm has already put its values on its own instance."""
    asked = {name: form.cleaned_data[name] for name in form.Meta.fields if not form.fields[name].disabled}  # type: ignore[attr-defined]
    version = form.cleaned_data.get("version") or record.version
    actions.correct(record=record, version=version, changes=asked, by=by)


def _form(request: HttpRequest, form: Any, *, title: str, back: str, submit: str = "") -> HttpResponse:
    context = {"form": form, "title": title, "back_url": back, "submit": submit}
    return render(request, "accounts/form.html", context, status=422 if form.is_bound else 200)


def _version(record: Any) -> dict[str, int]:
    return {"version": record.version}


def _day(text: str, *, usual: date) -> date:
    try:
        return date.fromisoformat(text) if text else usual
    except ValueError:
        return usual
