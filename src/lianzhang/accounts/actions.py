"""Writing people: registering, appointing, ending a post, and the one-time links and tokens that let them in."""

import secrets
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lianzhang.accounts import tokens
from lianzhang.accounts.models import ApiToken, Appointment, AppointmentQuerySet, Body, Person, SignInLink
from lianzhang.accounts.rules import ADMINISTRATIONS, POSTS_OF, BodyKind, Post
from lianzhang.trail import actions as trail

PersonOrBody = TypeVar("PersonOrBody", Person, Body)
FIRST_ADMIN = "first-admin"


class Refused(Exception):
    """The office's rules forbid this; `reason` says which and what to do."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def found_body(*, by: Person | None, **fields: Any) -> Body:
    """Create a body."""
    with transaction.atomic():
        return trail.create(Body(**fields), verb="body.founded", by=by)


def register(*, username: str, name: str, by: Person | None, password: str | None = None, **fields: Any) -> Person:
    """Enter a person. Without a password nobody can sign in as them but by a one-time link."""
    person = Person(username=username, name=name, **fields)
    if password:
        person.set_password(password)
    else:
        person.set_unusable_password()
    with transaction.atomic():
        return trail.create(person, verb="person.registered", by=by)


def appoint(
    *,
    person: Person,
    body: Body,
    post: str,
    starts_on: date,
    by: Person | None,
    ends_on: date | None = None,
    basis: str = "",
    duties: str = "",
) -> Appointment:
    """Give `person` a post in `body`. Raises Refused where the body has no such post or 三员分立 forbids it."""
    if post not in POSTS_OF[BodyKind(body.kind)]:
        raise Refused(_("%(body)s 不设“%(post)s”。") % {"body": body.name, "post": Post(post).label})
    if ends_on is not None and ends_on < starts_on:
        raise Refused(_("离任日期早于任职日期。"))
    if by is not None and by.pk == person.pk:
        raise Refused(_("不能给自己任职，请由另一名管理人员办理。"))
    _require_administrator(post, by=by)
    appointment = Appointment(
        person=person, body=body, post=post, starts_on=starts_on, ends_on=ends_on, basis=basis, duties=duties
    )
    _keep_once(appointment)
    _keep_administrations_apart(appointment)
    with transaction.atomic():
        return trail.create(appointment, verb="appointment.made", by=by)


def end(*, appointment: Appointment, on: date, by: Person, version: int | None = None) -> Appointment:
    """End a post: `on` is the last day in it. The record stays, so who held it can still be asked."""
    if on < appointment.starts_on:
        raise Refused(_("离任日期早于任职日期。"))
    _require_administrator(appointment.post, by=by)
    with transaction.atomic():
        return trail.change(appointment, verb="appointment.ended", changes={"ends_on": on}, version=version, by=by)


def correct_appointment(
    *,
    appointment: Appointment,
    starts_on: date,
    ends_on: date | None,
    basis: str,
    duties: str,
    version: int,
    by: Person,
) -> Appointment:
    """Put right what was entered wrongly about a post: its days, the paper, the duties. Person, body and post stay."""
    if ends_on is not None and ends_on < starts_on:
        raise Refused(_("离任日期早于任职日期。"))
    if by.pk == appointment.person_id:
        raise Refused(_("不能更正本人的任职，请由另一名管理人员办理。"))
    _require_administrator(appointment.post, by=by)
    changes = {"starts_on": starts_on, "ends_on": ends_on, "basis": basis, "duties": duties}
    meant = Appointment.objects.select_related("person", "body").get(pk=appointment.pk)
    meant.starts_on, meant.ends_on = starts_on, ends_on
    _keep_once(meant)
    _keep_administrations_apart(meant)
    with transaction.atomic():
        return trail.change(appointment, verb="appointment.corrected", changes=changes, version=version, by=by)


def set_password(*, person: Person, password: str, now: datetime, by: Person) -> None:
    """Set a new password. Sessions end, because each carries the old password's hash; tokens and links end too."""
    with transaction.atomic():
        person.set_password(password)
        person.password_changed_at = now
        person.save(update_fields=["password", "password_changed_at"])
        _end_entries(person, now=now)
        trail.note(person, verb="person.password_set", detail={}, by=by)


def disable(*, person: Person, by: Person, now: datetime) -> Person:
    """Take away sign-in, links and tokens at once; appointments stay on record."""
    if by.pk == person.pk:
        raise Refused(_("不能停用自己的账号，请由另一名管理人员办理。"))
    with transaction.atomic():
        _end_entries(person, now=now)
        return trail.change(person, verb="person.disabled", changes={"is_active": False}, by=by)


def enable(*, person: Person, by: Person) -> Person:
    """Let a disabled person sign in again; links and tokens stay dead and are issued anew."""
    with transaction.atomic():
        return trail.change(person, verb="person.enabled", changes={"is_active": True}, by=by)


def correct(*, record: PersonOrBody, version: int, changes: Mapping[str, Any], by: Person) -> PersonOrBody:
    """Change the entries of a person or a body as `by` last saw them; raises records.models.Stale where they changed
    since."""
    with transaction.atomic():
        return trail.change(
            record, verb=f"{record._meta.model_name}.corrected", changes=changes, version=version, by=by
        )


def signed_in(*, person: Person, way: str) -> None:
    """Write down that a person came in, and how."""
    trail.note(person, verb="person.signed_in", detail={"way": way}, by=person)


def signed_out(*, person: Person) -> None:
    """Write down that a person left."""
    trail.note(person, verb="person.signed_out", detail={}, by=person)


def change_post(*, person: Person, appointment: Appointment) -> None:
    """Write down that a person goes on in another of the own posts."""
    if appointment.person_id != person.pk:
        raise Refused(_("只能切换到本人的职务。"))
    trail.note(appointment, verb="appointment.acted_in", detail={}, by=person)


def first_administrator(*, valid: timedelta, now: datetime) -> str:
    """A one-time token that signs in the first security administrator, made on first use.

    Raises Refused once anybody else is registered as an administrator: from then on administrators issue the links.
    """
    with transaction.atomic():
        person = _first_administrator(today=timezone.localdate(now))
        return issue_link(person=person, purpose=SignInLink.Purpose.FIRST_ADMIN, valid=valid, now=now, by=None)


def issue_link(*, person: Person, purpose: str, valid: timedelta, now: datetime, by: Person | None) -> str:
    """A one-time sign-in token in clear, shown once; only its hash is kept.

    Raises Refused unless an administrator issues it for somebody else: whoever holds the link becomes that person.
    """
    if by is not None and (by.pk == person.pk or not by.reach.is_administrator):
        raise Refused(_("登录链接由管理员为他人签发，不能为自己签发。"))
    if not person.is_active:
        raise Refused(_("%(name)s 的账号已停用，请先启用。") % {"name": person.name})
    token = secrets.token_urlsafe(32)
    with transaction.atomic():
        link = SignInLink(person=person, purpose=purpose, token_hash=tokens.digest(token), expires_at=now + valid)
        link.save(force_insert=True)
        trail.note(person, verb="sign_in_link.issued", detail={"purpose": purpose}, by=by)
    return token


def redeem_link(*, token: str, now: datetime) -> Person | None:
    """The person a token signs in, once; None for an unknown, used or expired token or a disabled person."""
    with transaction.atomic():
        fresh = SignInLink.objects.filter(token_hash=tokens.digest(token), used_at__isnull=True, expires_at__gt=now)
        if fresh.update(used_at=now) != 1:
            return None
        link = SignInLink.objects.select_related("person").get(token_hash=tokens.digest(token))
        person: Person = link.person
        if not person.is_active:
            return None
        trail.note(person, verb="sign_in_link.used", detail={"purpose": link.purpose}, by=person)
    return person


def issue_token(
    *, person: Person, appointment: Appointment, label: str, valid: timedelta, now: datetime, by: Person
) -> str:
    """An API token in clear, shown once; it acts in `appointment` and dies with it."""
    if appointment.person_id != person.pk:
        raise Refused(_("令牌只能绑定本人的任职。"))
    token = "lz_" + secrets.token_urlsafe(32)
    with transaction.atomic():
        record = ApiToken(
            person=person,
            appointment=appointment,
            label=label,
            token_hash=tokens.digest(token),
            created_at=now,
            expires_at=now + valid,
        )
        trail.create(record, verb="api_token.issued", by=by)
    return token


def revoke_token(*, token: ApiToken, now: datetime, by: Person) -> None:
    """End a token at once."""
    with transaction.atomic():
        ApiToken.objects.filter(pk=token.pk, revoked_at__isnull=True).update(revoked_at=now)
        trail.note(token, verb="api_token.revoked", detail={"label": token.label}, by=by)


def bearer(token: str, *, now: datetime) -> Person | None:
    """The person behind an API token, acting in the token's appointment; None where it may not be used."""
    found = (
        ApiToken.objects.filter(
            token_hash=tokens.digest(token), revoked_at__isnull=True, expires_at__gt=now, person__is_active=True
        )
        .select_related("person", "appointment__body", "appointment__person")
        .first()
    )
    if (
        found is None
        or not Appointment.objects.current(timezone.localdate(now)).filter(pk=found.appointment_id).exists()
    ):
        return None
    if found.last_used_at is None or (now - found.last_used_at) > timedelta(minutes=5):
        ApiToken.objects.filter(pk=found.pk).update(last_used_at=now)
    person: Person = found.person
    return person.act_as(found.appointment)


def _end_entries(person: Person, *, now: datetime) -> None:
    """Tokens and one-time links of a person stop working from `now` on."""
    ApiToken.objects.filter(person=person, revoked_at__isnull=True).update(revoked_at=now)
    SignInLink.objects.filter(person=person, used_at__isnull=True, expires_at__gt=now).update(expires_at=now)


def _first_administrator(*, today: date) -> Person:
    if Appointment.objects.filter(post__in=ADMINISTRATIONS).exclude(person__username=FIRST_ADMIN).exists():
        raise Refused(_("已有管理员，请由管理员签发登录链接。"))
    person: Person | None = Person.objects.filter(username=FIRST_ADMIN).first()
    if person is not None:
        return person
    person = register(username=FIRST_ADMIN, name=_("首位管理员"), by=None)
    body = Body.objects.filter(kind=BodyKind.OFFICE).first() or found_body(
        code="office", kind=BodyKind.OFFICE, name_zh=_("审计与系统管理"), by=None
    )
    appoint(person=person, body=body, post=Post.SECURITY_ADMIN, starts_on=today, basis="admin-token", by=None)
    return person


def _require_administrator(post: str, *, by: Person | None) -> None:
    if by is not None and post in ADMINISTRATIONS and not by.reach.is_administrator:
        raise Refused(_("系统、安全、审计管理员由管理员任免。"))


def _keep_once(meant: Appointment) -> None:
    """A person holds a post of a body once at a time: twice, they would stand twice in every list of who answers."""
    held = _together_with(meant).filter(body=meant.body, post=meant.post).first()
    if held is not None:
        raise Refused(
            _("%(name)s 自 %(day)s 起已任“%(post)s”，日期不能重叠。请先办理离任，或更正原来的任职。")
            % {"name": meant.person.name, "day": held.starts_on, "post": meant.label}
        )


def _keep_administrations_apart(meant: Appointment) -> None:
    posts = set(_together_with(meant).values_list("post", flat=True))
    administrations = set(ADMINISTRATIONS)
    if (meant.post in administrations and posts - {meant.post}) or (
        posts & administrations and meant.post not in posts
    ):
        raise Refused(_("系统、安全、审计管理员须由三人分别担任，且不得兼任业务职务。"))


def _together_with(meant: Appointment) -> AppointmentQuerySet:
    """The other posts the person holds on any day of `meant`."""
    held = Appointment.objects.filter(person=meant.person).exclude(pk=meant.pk).exclude(ends_on__lt=meant.starts_on)
    return held.filter(starts_on__lte=meant.ends_on) if meant.ends_on is not None else held
