"""People, the bodies they serve, and their appointments with dates."""

from datetime import date
from typing import TYPE_CHECKING, Any, Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from lianzhang.accounts.reach import NOWHERE, Reach
from lianzhang.accounts.rules import ROLE_OF, Act, BodyKind, Post, Role, Scope, Thing
from lianzhang.records.models import Versioned
from lianzhang.records.scope import ScopedQuerySet
from lianzhang.records.secrecy import Secrecy

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class BodyQuerySet(ScopedQuerySet["Body"]):
    def visible_to(self, person: "Person") -> Self:
        """The directory of bodies is open to every post; a firm sees only itself and the offices it deals with."""
        width = person.reach.scope(Act.READ, Thing.PEOPLE)
        if width is Scope.ALL:
            return self.all()
        if width is Scope.OWN:
            return self.filter(Q(pk=person.reach.body_id) | ~Q(kind=BodyKind.FIRM))
        return self.none()

    def editable_by(self, person: "Person") -> Self:
        return self.all() if person.reach.may(Act.WRITE, Thing.PEOPLE) else self.none()


class Body(Versioned):
    """机构: a leading group, secretariat, task force, department, district, firm, association or expert group."""

    secrecy = Secrecy(public="code kind name_zh name_en parent region_code is_illustrative is_active")

    code = models.SlugField(_("代码"), max_length=40, unique=True)
    kind = models.CharField(_("种类"), max_length=20, choices=BodyKind.choices)
    name_zh = models.CharField(_("名称"), max_length=120)
    name_en = models.CharField(_("英文名称"), max_length=160, blank=True)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="parts")
    region_code = models.CharField(_("行政区划代码"), max_length=6, blank=True)
    is_illustrative = models.BooleanField(_("示例数据"), default=False)
    is_active = models.BooleanField(_("在用"), default=True)

    objects = BodyQuerySet.as_manager()

    class Meta:
        verbose_name = _("机构")
        ordering = ("kind", "name_zh")

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name in the reader's language."""
        return self.name_en if self.name_en and (get_language() or "").startswith("en") else self.name_zh


class PersonQuerySet(ScopedQuerySet["Person"]):
    def visible_to(self, person: "Person") -> Self:
        """The address list: everyone for the offices; a firm sees its own people and the offices' contacts."""
        width = person.reach.scope(Act.READ, Thing.PEOPLE)
        if width is Scope.ALL:
            return self.all()
        if width is Scope.OWN:
            held = Appointment.objects.filter(Q(body_id=person.reach.body_id) | ~Q(body__kind=BodyKind.FIRM))
            return self.filter(Q(pk=person.pk) | Q(pk__in=held.values("person_id")))
        return self.filter(pk=person.pk)

    def editable_by(self, person: "Person") -> Self:
        return self.all() if person.reach.may(Act.WRITE, Thing.PEOPLE) else self.none()


class PersonManager(BaseUserManager["Person"].from_queryset(PersonQuerySet)):  # type: ignore[misc]
    """Finds people by their sign-in name; making one is `accounts.actions.register`."""


class Person(Versioned, AbstractBaseUser):
    """人员: somebody who signs in or appears in the address list. What one may do comes from appointments alone."""

    secrecy = Secrecy(
        internal="username name title is_active last_login is_illustrative password_changed_at",
        sensitive="phone email password",
    )

    username = models.CharField(_("登录名"), max_length=60, unique=True)
    name = models.CharField(_("姓名"), max_length=60)
    title = models.CharField(_("行政职务"), max_length=80, blank=True)
    phone = models.CharField(_("手机"), max_length=30, blank=True)
    email = models.EmailField(_("邮箱"), blank=True)
    is_active = models.BooleanField(_("在用"), default=True)
    is_illustrative = models.BooleanField(_("示例数据"), default=False)
    password_changed_at = models.DateTimeField(null=True, blank=True)

    USERNAME_FIELD = "username"
    objects = PersonManager()

    # The appointment being acted in: set by the middleware, an API token or a job; never stored on the person.
    _acting: "Appointment | None" = None
    _reach: Reach | None = None

    class Meta:
        verbose_name = _("人员")
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name

    @property
    def acting(self) -> "Appointment | None":
        """The appointment in force that this person is acting in; the first current one unless told otherwise."""
        if self._acting is None and self._reach is None:
            self._acting = Appointment.objects.current(timezone.localdate()).filter(person=self).first()
        return self._acting

    @property
    def reach(self) -> Reach:
        """What the acting post reaches; nowhere for a person without a current post."""
        if self._reach is None:
            acting = self.acting
            self._reach = acting.reach() if acting is not None and self.is_active else NOWHERE
        return self._reach

    def act_as(self, appointment: "Appointment") -> Self:
        """Act in this appointment from here on (this object only)."""
        self._acting, self._reach = appointment, None
        return self


RANKS = {post: number for number, post in enumerate(Post.values)}  # the highest post first
SENIORITY = ("starts_on", "pk")


class AppointmentQuerySet(ScopedQuerySet["Appointment"]):
    def visible_to(self, person: "Person") -> Self:
        """Posts of people within reach, in bodies within reach."""
        people, bodies = Person.objects.visible_to(person), Body.objects.visible_to(person)
        return self.filter(person__in=people.values("pk"), body__in=bodies.values("pk"))

    def editable_by(self, person: "Person") -> Self:
        return self.all() if person.reach.may(Act.WRITE, Thing.PEOPLE) else self.none()

    def in_force(self, on: date) -> Self:
        """Appointments in force on a day, in no order."""
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=on), starts_on__lte=on)

    def current(self, on: date) -> Self:
        """Appointments in force on a day, highest post first, with body and person loaded."""
        rank = models.Case(*(models.When(post=post, then=models.Value(n)) for post, n in RANKS.items()))
        return self.in_force(on).select_related("body", "person").annotate(rank=rank).order_by("rank", *SENIORITY)


class Appointment(Versioned):
    """任职: a person holds a post in a body from one day to another; the end day is the last day in post."""

    secrecy = Secrecy(internal="person body post starts_on ends_on basis duties")

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="appointments", verbose_name=_("人员"))
    body = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="appointments", verbose_name=_("机构"))
    post = models.CharField(_("职务"), max_length=24, choices=Post.choices)
    starts_on = models.DateField(_("任职日期"))
    ends_on = models.DateField(_("离任日期"), null=True, blank=True)
    basis = models.CharField(_("依据文件"), max_length=120, blank=True)
    duties = models.CharField(_("分工"), max_length=200, blank=True)

    objects = AppointmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("任职")
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="appointment_ends_after_start",
                violation_error_message=_("离任日期早于任职日期。"),
            ),
            models.UniqueConstraint(
                fields=["person", "body", "post", "starts_on"],
                name="appointment_once",
                violation_error_message=_("此人同日起任的同一职务已经登记。"),
            ),
        ]
        indexes = [models.Index(fields=["body", "post"], name="appointment_body_post")]

    def __str__(self) -> str:
        return f"{self.body.name} {self.get_post_display()}"

    def reach(self) -> Reach:
        return Reach(
            role=ROLE_OF.get(self.post, Role.NOBODY),
            post=self.post,
            body_id=self.body_id,
            body_kind=self.body.kind,
            region_code=self.body.region_code,
            person_id=self.person_id,
        )

    @property
    def label(self) -> "StrOrPromise":
        return f"{self.body.name} · {self.get_post_display()}"


class OwnQuerySet(ScopedQuerySet[Any]):
    def visible_to(self, person: "Person") -> Self:
        """What belongs to the person alone."""
        return self.filter(person=person)

    def editable_by(self, person: "Person") -> Self:
        return self.filter(person=person)


class SignInLink(models.Model):
    """一次性登录链接: signs its person in once. Only the hash of the token is kept."""

    class Purpose(models.TextChoices):
        FIRST_ADMIN = "first_admin", _("首位管理员")
        RESET = "reset", _("重设密码")
        EXAMPLE = "example", _("示例城市")

    secrecy = Secrecy(internal="person purpose expires_at used_at", sensitive="token_hash")

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="sign_in_links")
    purpose = models.CharField(max_length=12, choices=Purpose.choices)
    token_hash = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    objects = OwnQuerySet.as_manager()

    class Meta:
        verbose_name = _("登录链接")

    def __str__(self) -> str:
        return f"{self.purpose} {self.person_id}"


class ApiToken(models.Model):
    """接口令牌: lets a program act for a person in one appointment. Only the hash is kept."""

    secrecy = Secrecy(
        internal="person appointment label created_at expires_at last_used_at revoked_at", sensitive="token_hash"
    )

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="api_tokens")
    appointment = models.ForeignKey(Appointment, on_delete=models.CASCADE)
    label = models.CharField(_("用途"), max_length=80)
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    objects = OwnQuerySet.as_manager()

    class Meta:
        verbose_name = _("接口令牌")

    def __str__(self) -> str:
        return self.label


class SavedViewQuerySet(ScopedQuerySet["SavedView"]):
    def visible_to(self, person: "Person") -> Self:
        """The person's own views and those shared by others."""
        return self.filter(Q(person=person) | Q(is_shared=True))

    def editable_by(self, person: "Person") -> Self:
        return self.filter(person=person)


class SavedView(models.Model):
    """保存的视图: the filters, order and columns of a table under a name. Holds a query string, never rows."""

    secrecy = Secrecy(internal="person table name query is_shared")

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="saved_views")
    table = models.CharField(max_length=60)
    name = models.CharField(_("名称"), max_length=60)
    query = models.CharField(max_length=2000)
    is_shared = models.BooleanField(_("共享"), default=False)

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        verbose_name = _("视图")
        constraints = [models.UniqueConstraint(fields=["person", "table", "name"], name="saved_view_once")]

    def __str__(self) -> str:
        return self.name


class KeptAnswer(models.Model):
    """已答请求: what an unsafe request with an Idempotency-Key was answered, so that sending it twice does it once."""

    secrecy = Secrecy(internal="person key fingerprint status body kept_at")

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="kept_answers")
    key = models.CharField(max_length=80)
    fingerprint = models.CharField(max_length=64)  # SHA-256 of method, address and body
    status = models.PositiveSmallIntegerField(default=200)
    body = models.JSONField(default=dict)
    kept_at = models.DateTimeField()

    objects = OwnQuerySet.as_manager()

    class Meta:
        verbose_name = _("已答请求")
        constraints = [models.UniqueConstraint(fields=["person", "key"], name="answer_kept_once")]

    def __str__(self) -> str:
        return self.key
