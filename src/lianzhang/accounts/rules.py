"""Who may do what: posts, the role each post plays, and one matrix of rights that reads like the office's own table.

Source: `domain.md` §1.3 (proposal). In a cell: R read, W write, A approve; `°` own chain, area or firm only; a space
separates rights. Write and approve include read at the same width.
"""

from enum import IntEnum, StrEnum
from functools import cache

from django.db import models
from django.utils.translation import gettext_lazy as _


class BodyKind(models.TextChoices):
    """机构种类: what kind of body a post belongs to."""

    LEADING_GROUP = "leading_group", _("领导小组")
    SECRETARIAT = "secretariat", _("秘书处")
    TASK_FORCE = "task_force", _("工作专班")
    WORKING_GROUP = "working_group", _("工作小组")
    DEPARTMENT = "department", _("部门")
    DISTRICT = "district", _("区市")
    FIRM = "firm", _("企业")
    ASSOCIATION = "association", _("协会联盟")
    EXPERT_GROUP = "expert_group", _("专家委")
    INNOVATION_CENTRE = "innovation_centre", _("创新中心")
    OFFICE = "office", _("审计与系统管理")


class Post(models.TextChoices):
    """职务: the post a person is appointed to in a body."""

    GENERAL_CHIEF = "general_chief", _("总链长")
    CHAIN_CHIEF = "chain_chief", _("链长")
    DEPUTY_CHIEF = "deputy_chief", _("副链长")
    TASK_FORCE_HEAD = "task_force_head", _("专班组长")
    TASK_FORCE_MEMBER = "task_force_member", _("专班成员")
    SECRETARY = "secretary", _("秘书处")
    LEAD_DEPARTMENT = "lead_department", _("牵头部门")
    DEPARTMENT = "department", _("责任部门")
    DISTRICT_LIAISON = "district_liaison", _("区市联络员")
    ANCHOR_CONTACT = "anchor_contact", _("链主联络人")
    FIRM_CONTACT = "firm_contact", _("企业联络人")
    ASSOCIATION_CONTACT = "association_contact", _("协会联络人")
    INNOVATION_CONTACT = "innovation_contact", _("创新中心联络人")
    EXPERT = "expert", _("专家")
    # After the posts its members hold at home, which therefore come first when they sign in.
    WORKING_GROUP_MEMBER = "working_group_member", _("工作小组成员")
    AUDITOR = "auditor", _("审计员")
    SECURITY_ADMIN = "security_admin", _("安全管理员")
    SYSTEM_ADMIN = "system_admin", _("系统管理员")


# Posts of the three administrations (三员分立): mutually exclusive, and none of them sees business data.
ADMINISTRATIONS = (Post.AUDITOR, Post.SECURITY_ADMIN, Post.SYSTEM_ADMIN)

# Which kinds of body have which posts; the form and the importer refuse the rest.
POSTS_OF: dict[BodyKind, tuple[Post, ...]] = {
    BodyKind.LEADING_GROUP: (Post.GENERAL_CHIEF,),
    BodyKind.SECRETARIAT: (Post.SECRETARY,),
    BodyKind.TASK_FORCE: (
        Post.CHAIN_CHIEF,
        Post.DEPUTY_CHIEF,
        Post.TASK_FORCE_HEAD,
        Post.TASK_FORCE_MEMBER,
    ),
    BodyKind.WORKING_GROUP: (Post.WORKING_GROUP_MEMBER,),
    BodyKind.DEPARTMENT: (Post.LEAD_DEPARTMENT, Post.DEPARTMENT),
    BodyKind.DISTRICT: (Post.DISTRICT_LIAISON,),
    BodyKind.FIRM: (Post.ANCHOR_CONTACT, Post.FIRM_CONTACT),
    BodyKind.ASSOCIATION: (Post.ASSOCIATION_CONTACT,),
    BodyKind.EXPERT_GROUP: (Post.EXPERT,),
    BodyKind.INNOVATION_CENTRE: (Post.INNOVATION_CONTACT,),
    BodyKind.OFFICE: ADMINISTRATIONS,
}


class Role(StrEnum):
    """A column of the matrix of rights. Several posts may play one role."""

    GENERAL_CHIEF = "general_chief"
    CHIEF = "chief"
    DEPUTY = "deputy"
    TASK_FORCE = "task_force"
    SECRETARIAT = "secretariat"
    LEAD_DEPARTMENT = "lead_department"
    DEPARTMENT = "department"
    DISTRICT = "district"
    ANCHOR = "anchor"
    SME = "sme"
    ASSOCIATION = "association"
    INNOVATION = "innovation"
    EXPERT = "expert"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"
    NOBODY = "nobody"


ROLE_OF: dict[str, Role] = {
    Post.GENERAL_CHIEF: Role.GENERAL_CHIEF,
    Post.CHAIN_CHIEF: Role.CHIEF,
    Post.DEPUTY_CHIEF: Role.DEPUTY,
    Post.TASK_FORCE_HEAD: Role.TASK_FORCE,
    Post.TASK_FORCE_MEMBER: Role.TASK_FORCE,
    Post.WORKING_GROUP_MEMBER: Role.ASSOCIATION,
    Post.SECRETARY: Role.SECRETARIAT,
    Post.LEAD_DEPARTMENT: Role.LEAD_DEPARTMENT,
    Post.DEPARTMENT: Role.DEPARTMENT,
    Post.DISTRICT_LIAISON: Role.DISTRICT,
    Post.ANCHOR_CONTACT: Role.ANCHOR,
    Post.FIRM_CONTACT: Role.SME,
    Post.ASSOCIATION_CONTACT: Role.ASSOCIATION,
    Post.INNOVATION_CONTACT: Role.INNOVATION,
    Post.EXPERT: Role.EXPERT,
    Post.AUDITOR: Role.AUDITOR,
    Post.SECURITY_ADMIN: Role.ADMINISTRATOR,
    Post.SYSTEM_ADMIN: Role.ADMINISTRATOR,
}


class Thing(StrEnum):
    """A row of the matrix of rights."""

    CHAIN = "chain"
    PLAN = "plan"
    MAP = "map"
    ENTERPRISE = "enterprise"
    PURCHASE = "purchase"
    GAP = "gap"
    TARGET = "target"
    PROJECT = "project"
    EVENT = "event"
    REQUEST = "request"
    RESOURCE = "resource"
    TASK = "task"
    MEETING = "meeting"
    INDICATOR = "indicator"
    BRIEFING = "briefing"
    LEDGER = "ledger"
    COLLECTION = "collection"
    PEOPLE = "people"
    TRAIL = "trail"


class Act(StrEnum):
    """What a person wants to do to a thing."""

    READ = "R"
    WRITE = "W"
    APPROVE = "A"


class Scope(IntEnum):
    """How far a right reaches. OWN is the own chain, area or firm; each queryset says what that means for it."""

    NONE = 0
    OWN = 1
    ALL = 2


_COLUMNS = (
    Role.GENERAL_CHIEF,
    Role.CHIEF,
    Role.DEPUTY,
    Role.TASK_FORCE,
    Role.SECRETARIAT,
    Role.LEAD_DEPARTMENT,
    Role.DEPARTMENT,
    Role.DISTRICT,
    Role.ANCHOR,
    Role.SME,
    Role.ASSOCIATION,
    Role.INNOVATION,
    Role.EXPERT,
    Role.AUDITOR,
    Role.ADMINISTRATOR,
)

# fmt: off
#                     总链长   链长      副链长    专班       秘书处    牵头部门  责任部门  区市     链主     企业     协会     创新中心 专家   审计   管理员  # noqa: E501
MATRIX: dict[Thing, tuple[str, ...]] = {
    Thing.CHAIN:      ("R A",  "R",     "R",     "R W°",   "R W A", "R W°",  "R",     "R",    "R",     "R",     "R",     "R",     "R",   "",  ""),  # noqa: E501
    Thing.PLAN:       ("R A",  "R A°",  "R W°",  "R W°",   "R W A", "R W°",  "R W°",  "R",    "",      "",      "",      "",      "",    "",  ""),  # noqa: E501
    Thing.MAP:        ("R",    "R",     "R",     "R W° A°", "R W A", "R W°",  "R",     "R",    "R",     "R",     "R",     "R",     "R",   "",  ""),  # noqa: E501
    Thing.ENTERPRISE: ("R",    "R",     "R",     "R W",    "R W A", "R W",   "R",     "R W°", "R° W°", "R° W°", "R",     "R",     "",    "",  ""),  # noqa: E501
    Thing.PURCHASE:   ("",     "",      "",      "R°",     "",      "",      "",      "",     "W° A°", "W° A°", "R°",    "R°",    "",    "",  ""),  # noqa: E501
    Thing.GAP:        ("R",    "R A°",  "R",     "R W°",   "R",     "R W°",  "R",     "R",    "",      "",      "",      "",      "",    "",  ""),  # noqa: E501
    Thing.TARGET:     ("R",    "R A°",  "R",     "R W°",   "R W",   "R",     "",      "",     "",      "",      "",      "",      "",    "",  ""),  # noqa: E501
    Thing.PROJECT:    ("R",    "R A°",  "R A°",  "R W° A°", "R W A", "R W°",  "R",     "W°",   "",      "",      "",      "",      "",    "",  ""),  # noqa: E501
    Thing.EVENT:      ("R",    "R",     "R",     "R W°",   "R W A", "R W",   "R W",   "R W°", "R",     "R",     "R W°",  "R W°",  "R",   "",  ""),  # noqa: E501
    Thing.REQUEST:    ("R",    "R A°",  "R A°",  "R W°",   "R W A", "R W°",  "R° W°", "W°",   "R° W°", "R° W°", "R° W°", "R° W°", "",    "",  ""),  # noqa: E501
    Thing.RESOURCE:   ("R",    "R",     "R",     "R W°",   "R W A", "R W",   "R W",   "R W°", "R",     "R",     "R W°",  "R W°",  "R",   "",  ""),  # noqa: E501
    Thing.TASK:       ("R W",  "R W° A°", "R W° A°", "W°",     "R W A", "W°",    "R° W°", "R° W°", "R° W°", "R° W°", "R° W°", "R° W°", "",    "",  ""),  # noqa: E501
    Thing.MEETING:    ("R W",  "R W°",  "R W°",  "R W°",   "R W A", "R W°",  "R°",    "R°",   "",      "",      "R°",    "R°",    "",    "",  ""),  # noqa: E501
    Thing.INDICATOR:  ("R A",  "R",     "R",     "R",      "R W",   "R W°",  "R",     "R",    "",      "",      "",      "",      "",    "",  ""),  # noqa: E501
    Thing.BRIEFING:   ("R",    "R",     "R",     "R W°",   "R W",   "R W°",  "",      "",     "",      "",      "",      "",      "",    "",  ""),  # noqa: E501
    Thing.LEDGER:     ("",     "",      "",      "R W°",   "R W A", "R W°",  "R W°",  "R W°", "R° W°", "",      "",      "R° W°", "",    "",  ""),  # noqa: E501
    Thing.COLLECTION: ("R",    "R",     "R",     "R° W° A°", "R W A", "R° W°", "R° W°", "R° W°", "",     "",      "R° W°", "R° W°", "",    "",  ""),  # noqa: E501
    Thing.PEOPLE:     ("R",    "R",     "R",     "R",      "R W",   "R",     "R",     "R",    "R°",    "R°",    "R°",    "R°",    "",    "",  "R W"),  # noqa: E501
    Thing.TRAIL:      ("",     "",      "",      "",       "",      "",      "",      "",     "",      "",      "",      "",      "",    "R", ""),  # noqa: E501
}
# fmt: on


# Bodies that serve firms: in requests and tasks they stand beside firms, not among offices.
SERVING = frozenset({Role.ASSOCIATION, Role.INNOVATION})
# Roles that hand in these ledgers and no other, whatever else they may write on a page.
LEDGERS_OF: dict[Role, frozenset[str]] = {Role.INNOVATION: frozenset({"part_trees"})}


@cache
def scope(role: Role, act: Act, thing: Thing) -> Scope:
    """How far `role` may `act` on `thing`. A right to write or approve includes reading at the same width."""
    if role not in _COLUMNS:
        return Scope.NONE
    rights = MATRIX[thing][_COLUMNS.index(role)].split()
    wanted = {Act.READ: "RWA", Act.WRITE: "W", Act.APPROVE: "A"}[act]
    widths = [Scope.OWN if right.endswith("°") else Scope.ALL for right in rights if right[0] in wanted]
    return max(widths, default=Scope.NONE)
