"""The fixed cast: a small city in which every role, body and right occurs once. Names are roles.

    cast.chief           链长 of 链A                cast.stranger        signs in, holds no post
    cast.clerk_a/_b      专班 of 链A / 链B          cast.secretary       秘书处
    cast.district_east/_west                         cast.anchor_1 … _4   链主 of 链A (4 also of 链B)

`build()` makes the people, bodies, chains and firms through the same actions the product uses.
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from lianzhang.accounts import actions
from lianzhang.accounts.models import Body, Person
from lianzhang.accounts.rules import BodyKind, Post
from lianzhang.chains.models import Anchor, Chain, Scheme
from lianzhang.registry.models import Enterprise
from lianzhang.trail import actions as trail

SINCE = date(2024, 1, 2)
TODAY = date(2026, 11, 23)
PASSWORD = "correct horse battery"


@dataclass
class Cast:
    """The people by role, the bodies, two chains and the firms; attributes are set by `build`."""

    people: dict[str, Person] = field(default_factory=dict)
    bodies: dict[str, Body] = field(default_factory=dict)
    chains: dict[str, Chain] = field(default_factory=dict)
    firms: dict[str, Enterprise] = field(default_factory=dict)
    scheme: Scheme = None  # type: ignore[assignment]

    def __getattr__(self, name: str) -> Any:
        for shelf in ("people", "bodies", "chains", "firms"):
            if name in self.__dict__.get(shelf, {}):
                return self.__dict__[shelf][name]
        raise AttributeError(name)


BODIES = [
    ("leading_group", BodyKind.LEADING_GROUP, "领导小组", ""),
    ("secretariat", BodyKind.SECRETARIAT, "秘书处", ""),
    ("force_a", BodyKind.TASK_FORCE, "链A专班", ""),
    ("force_b", BodyKind.TASK_FORCE, "链B专班", ""),
    ("group_a", BodyKind.WORKING_GROUP, "链A工作小组", ""),
    ("lead_department_a", BodyKind.DEPARTMENT, "牵头部门甲", ""),
    ("department", BodyKind.DEPARTMENT, "责任部门", ""),
    ("east", BodyKind.DISTRICT, "东区", "370211"),
    ("west", BodyKind.DISTRICT, "西区", "370212"),
    ("association", BodyKind.ASSOCIATION, "协会", ""),
    ("experts", BodyKind.EXPERT_GROUP, "专家委", ""),
    ("innovation_centre", BodyKind.INNOVATION_CENTRE, "创新中心", ""),
    ("office", BodyKind.OFFICE, "审计与系统管理", ""),
    ("firm_1", BodyKind.FIRM, "链主一", "370211"),
    ("firm_2", BodyKind.FIRM, "链主二", "370212"),
    ("firm_3", BodyKind.FIRM, "链主三", "370211"),
    ("firm_4", BodyKind.FIRM, "链主四", "370212"),
    ("firm_sme", BodyKind.FIRM, "配套企业", "370211"),
]

PEOPLE = [
    ("general_chief", "leading_group", Post.GENERAL_CHIEF),
    ("chief", "force_a", Post.CHAIN_CHIEF),
    ("chief_b", "force_b", Post.CHAIN_CHIEF),
    ("deputy", "force_a", Post.DEPUTY_CHIEF),
    ("head_a", "force_a", Post.TASK_FORCE_HEAD),
    ("clerk_a", "force_a", Post.TASK_FORCE_MEMBER),
    ("colleague_a", "force_a", Post.TASK_FORCE_MEMBER),
    ("clerk_b", "force_b", Post.TASK_FORCE_MEMBER),
    ("working_group_member", "group_a", Post.WORKING_GROUP_MEMBER),
    ("secretary", "secretariat", Post.SECRETARY),
    ("second_secretary", "secretariat", Post.SECRETARY),
    ("lead_officer", "lead_department_a", Post.LEAD_DEPARTMENT),
    ("officer", "department", Post.DEPARTMENT),
    ("district_east", "east", Post.DISTRICT_LIAISON),
    ("district_west", "west", Post.DISTRICT_LIAISON),
    ("anchor_1", "firm_1", Post.ANCHOR_CONTACT),
    ("anchor_2", "firm_2", Post.ANCHOR_CONTACT),
    ("anchor_3", "firm_3", Post.ANCHOR_CONTACT),
    ("anchor_4", "firm_4", Post.ANCHOR_CONTACT),
    ("sme", "firm_sme", Post.FIRM_CONTACT),
    ("association_contact", "association", Post.ASSOCIATION_CONTACT),
    ("innovator", "innovation_centre", Post.INNOVATION_CONTACT),
    ("expert", "experts", Post.EXPERT),
    ("auditor", "office", Post.AUDITOR),
    ("security_admin", "office", Post.SECURITY_ADMIN),
    ("system_admin", "office", Post.SYSTEM_ADMIN),
]


def build() -> Cast:
    """Make the whole cast in the current database."""
    cast = Cast()
    for code, kind, name, region in BODIES:
        cast.bodies[code] = actions.found_body(
            code=code.replace("_", "-"), kind=kind, name_zh=name, region_code=region, by=None
        )
    for username, body, post in PEOPLE:
        person = actions.register(username=username, name=username, password=PASSWORD, by=None)
        actions.appoint(person=person, body=cast.bodies[body], post=post, starts_on=SINCE, by=None)
        cast.people[username] = person
    cast.people["stranger"] = actions.register(username="stranger", name="stranger", password=PASSWORD, by=None)
    _chains(cast)
    _firms(cast)
    return cast


def _chains(cast: Cast) -> None:
    cast.scheme = trail.create(
        Scheme(
            code="test",
            name_zh="测试方案",
            name_en="Test scheme",
            valid_from=SINCE,
            is_confirmed=True,
            home_regions=["3702"],
            groups=[["strong", "优势", "Strong"], ["service", "服务", "Services"]],
        ),
        verb="scheme.made",
        by=None,
    )
    shapes = [
        ("chain_a", "a", "链A", "strong", Chain.Nature.MANUFACTURING, "force_a", "lead_department_a"),
        ("chain_b", "b", "链B", "service", Chain.Nature.SERVICE, "force_b", None),
    ]
    for n, (key, slug, name, group, nature, body, department) in enumerate(shapes, start=1):
        cast.chains[key] = trail.create(
            Chain(
                code=f"test-{slug}",
                scheme=cast.scheme,
                slug=slug,
                name_zh=name,
                name_en=f"Chain {slug.upper()}",
                group=group,
                position=n,
                nature=nature,
                body=cast.bodies[body],
                lead_department=cast.bodies[department] if department else None,
            ),
            verb="chain.made",
            by=None,
        )


def _firms(cast: Cast) -> None:
    for n, code in enumerate(("firm_1", "firm_2", "firm_3", "firm_4", "firm_sme"), start=1):
        body = cast.bodies[code]
        firm = trail.create(
            Enterprise(
                code=f"QY-2024-{n:03d}",
                name=f"{body.name_zh}有限公司",
                name_key=f"{body.name_zh}有限公司",
                region_code=body.region_code,
                body=body,
            ),
            verb="enterprise.entered",
            by=None,
        )
        cast.firms[f"enterprise_{code.removeprefix('firm_')}"] = firm
        if code != "firm_sme":
            trail.create(Anchor(chain=cast.chains["chain_a"], enterprise=firm), verb="anchor.named", by=None)
    trail.create(
        Anchor(chain=cast.chains["chain_b"], enterprise=cast.firms["enterprise_4"]), verb="anchor.named", by=None
    )
