"""The address list and the bodies as tables."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from lianzhang import tables
from lianzhang.accounts import districts
from lianzhang.accounts.masking import masked_phone
from lianzhang.accounts.models import Appointment, Body, Person
from lianzhang.accounts.rules import BodyKind, Post
from lianzhang.tables.addresses import address


def _person_url(person: Person) -> str:
    return address("accounts:person", person.pk)


def _body_url(body: Body) -> str:
    return address("accounts:body", body.code)


def _posts(person: Person) -> list[Appointment]:
    """Posts in force, prefetched by `queries.address_list`."""
    return list(getattr(person, "posts_now", ()))


def _of_body_kind(found: QuerySet[Any], kind: str) -> QuerySet[Any]:
    return found.filter(pk__in=Appointment.objects.filter(body__kind=kind).values("person_id"))


def _in_post(found: QuerySet[Any], post: str) -> QuerySet[Any]:
    return found.filter(pk__in=Appointment.objects.filter(post=post).values("person_id"))


def _in_district(found: QuerySet[Any], code: str) -> QuerySet[Any]:
    held = districts.narrow(Appointment.objects.all(), code, path="body")
    return found.filter(pk__in=held.order_by().values("person_id"))


def _districts(person: Person) -> list[tuple[str, Any]]:
    return [pair for pair in districts.choices(person) if pair[0] != districts.UNSAID]  # a post always has its body


def _of_body(found: QuerySet[Any], text: str) -> QuerySet[Any]:
    return found.filter(pk__in=Appointment.objects.filter(body__name_zh__icontains=text).values("person_id"))


PEOPLE = tables.TableSpec(
    key="people",
    title=_("通讯录"),
    columns=(
        tables.Column("name", _("姓名"), lambda p: p.name, link=_person_url, sort="name"),
        tables.Column("title", _("行政职务"), lambda p: p.title, sort="title"),
        tables.Column("bodies", _("机构"), lambda p: [a.body.name for a in _posts(p)], kind="list"),
        tables.Column("posts", _("职务"), lambda p: [a.get_post_display() for a in _posts(p)], kind="list"),
        tables.Column(
            "duties", _("分工"), lambda p: [a.duties for a in _posts(p) if a.duties], kind="list", is_default=False
        ),
        tables.Column(
            "phone",
            _("手机"),
            lambda p: masked_phone(p.phone),
            secrecy="sensitive",
            help=_("中间四位不显示；完整号码只有本人和人员管理员在人员页上可见。"),
        ),
        tables.Column("username", _("登录名"), lambda p: p.username, kind="code", sort="username", is_default=False),
        tables.Column(
            "state",
            _("状态"),
            lambda p: tables.Badge(_("在用")) if p.is_active else tables.Badge(_("已停用"), "late"),
            kind="badge",
            sort="-is_active",
        ),
    ),
    filters=(
        tables.Filter("kind", _("机构种类"), choices=BodyKind.choices, apply=_of_body_kind),
        tables.Filter("post", _("职务"), choices=Post.choices, apply=_in_post),
        tables.Filter("district", _("区市"), choices=_districts, apply=_in_district, is_folded=True),
        tables.Filter("body", _("机构"), kind="text", apply=_of_body, is_folded=True),
        tables.Filter("is_active", _("在用"), kind="boolean", is_folded=True),
    ),
    search=("name", "username", "title", "appointments__body__name_zh"),
    default_order=("name",),
    row_url=_person_url,
    empty=tables.Empty(_("通讯录中没有人员。")),
)

BODIES = tables.TableSpec(
    key="bodies",
    title=_("机构"),
    columns=(
        tables.Column("name", _("名称"), lambda b: b.name, link=_body_url, sort="name_zh"),
        tables.Column("kind", _("种类"), lambda b: b.get_kind_display(), sort="kind"),
        tables.Column("parent", _("上级机构"), lambda b: b.parent.name if b.parent else None),
        tables.Column("region_code", _("行政区划代码"), lambda b: b.region_code, kind="code", sort="region_code"),
        tables.Column("person_count", _("在任人数"), lambda b: b.person_count, kind="integer", sort="person_count"),
        tables.Column("code", _("代码"), lambda b: b.code, kind="code", sort="code", is_default=False),
        tables.Column("name_en", _("英文名称"), lambda b: b.name_en, sort="name_en", is_default=False),
    ),
    filters=(
        tables.Filter("kind", _("种类"), choices=BodyKind.choices),
        tables.Filter("is_active", _("在用"), kind="boolean", is_folded=True),
    ),
    search=("name_zh", "name_en", "code"),
    default_order=("kind", "name_zh"),
    row_url=_body_url,
    empty=tables.Empty(_("还没有机构。")),
)

APPOINTMENTS = tables.TableSpec(
    key="appointments",
    invented="person__is_illustrative",
    title=_("任职"),
    columns=(
        tables.Column("person", _("姓名"), lambda a: a.person.name, link=lambda a: _person_url(a.person)),
        tables.Column("body", _("机构"), lambda a: a.body.name, link=lambda a: _body_url(a.body)),
        tables.Column("post", _("职务"), lambda a: a.get_post_display(), sort="post"),
        tables.Column("starts_on", _("任职日期"), lambda a: a.starts_on, kind="date", sort="starts_on"),
        tables.Column("ends_on", _("离任日期"), lambda a: a.ends_on, kind="date", sort="ends_on"),
        tables.Column("basis", _("依据文件"), lambda a: a.basis),
        tables.Column("duties", _("分工"), lambda a: a.duties),
    ),
    default_order=("starts_on",),
)
