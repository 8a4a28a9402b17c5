"""The annex's scheme, its four chains, its bodies, and people named by what they do. They sign in by one-time links."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from lianzhang.accounts import actions
from lianzhang.accounts.models import Appointment, Body, Person
from lianzhang.accounts.rules import BodyKind, Post
from lianzhang.chains.models import Chain, Scheme
from lianzhang.demo.provenance import Scribe
from lianzhang.registry.models import Enterprise, Part, ProductLine

SCHEME = "annex"
HOME = "9901"
APPLIANCE, COMMERCE = "annex-appliance", "annex-commerce"
VEHICLE, CHIPS = "annex-vehicle", "annex-chips"

BODIES: tuple[tuple[str, BodyKind, str, str, str], ...] = (
    ("annex-leaders", BodyKind.LEADING_GROUP, "示例·领导小组", "Example leading group", ""),
    ("annex-secretariat", BodyKind.SECRETARIAT, "示例·秘书处", "Example secretariat", ""),
    ("annex-force-appliance", BodyKind.TASK_FORCE, "示例·智能家电专班", "Example appliance task force", ""),
    ("annex-group-appliance", BodyKind.WORKING_GROUP, "示例·智能家电工作小组", "Example appliance working group", ""),
    ("annex-force-commerce", BodyKind.TASK_FORCE, "示例·现代商贸专班", "Example commerce task force", ""),
    ("annex-industry", BodyKind.DEPARTMENT, "示例·工信部门", "Example industry department", ""),
    ("annex-trade", BodyKind.DEPARTMENT, "示例·商务部门", "Example commerce department", ""),
    ("annex-land", BodyKind.DEPARTMENT, "示例·资规部门", "Example land department", ""),
    ("annex-east", BodyKind.DISTRICT, "示例·东区", "Example East district", "990101"),
    ("annex-west", BodyKind.DISTRICT, "示例·西区", "Example West district", "990102"),
    ("annex-north", BodyKind.DISTRICT, "示例·北区", "Example North district", "990103"),
    ("annex-association", BodyKind.ASSOCIATION, "示例·家电协会", "Example appliance association", ""),
    ("annex-experts", BodyKind.EXPERT_GROUP, "示例·专家委", "Example expert group", ""),
    ("annex-centre", BodyKind.INNOVATION_CENTRE, "示例·创新中心", "Example innovation centre", ""),
    ("annex-office", BodyKind.OFFICE, "示例·审计与系统管理", "Example audit and administration", ""),
    ("annex-firm-a", BodyKind.FIRM, "示例链主甲", "Example anchor A", "990101"),
    ("annex-firm-b", BodyKind.FIRM, "示例链主乙", "Example anchor B", "990101"),
    ("annex-firm-c", BodyKind.FIRM, "示例链主丙", "Example anchor C", "990102"),
    ("annex-firm-d", BodyKind.FIRM, "示例链主丁", "Example anchor D", "990103"),
    ("annex-firm-sme", BodyKind.FIRM, "示例配套商001", "Example supplier 001", "990101"),
    ("annex-force-vehicle", BodyKind.TASK_FORCE, "示例·汽车专班", "Example vehicle task force", ""),
    ("annex-force-chips", BodyKind.TASK_FORCE, "示例·集成电路专班", "Example integrated-circuit task force", ""),
    ("annex-firm-e", BodyKind.FIRM, "示例链主戊", "Example anchor E", "990102"),
    ("annex-firm-f", BodyKind.FIRM, "示例链主己", "Example anchor F", "990103"),
)

PEOPLE: tuple[tuple[str, str, str, Post], ...] = (
    ("example-general-chief", "示例·总链长", "annex-leaders", Post.GENERAL_CHIEF),
    ("example-secretary", "示例·秘书处甲", "annex-secretariat", Post.SECRETARY),
    ("example-secretary-2", "示例·秘书处乙", "annex-secretariat", Post.SECRETARY),
    ("example-chief", "示例·链长", "annex-force-appliance", Post.CHAIN_CHIEF),
    ("example-deputy", "示例·副链长", "annex-force-appliance", Post.DEPUTY_CHIEF),
    ("example-head", "示例·专班组长", "annex-force-appliance", Post.TASK_FORCE_HEAD),
    ("example-clerk", "示例·专班成员甲", "annex-force-appliance", Post.TASK_FORCE_MEMBER),
    ("example-clerk-2", "示例·专班成员乙", "annex-force-appliance", Post.TASK_FORCE_MEMBER),
    ("example-group", "示例·工作小组成员", "annex-group-appliance", Post.WORKING_GROUP_MEMBER),
    ("example-commerce-chief", "示例·商贸链长", "annex-force-commerce", Post.CHAIN_CHIEF),
    ("example-commerce-deputy", "示例·商贸副链长", "annex-force-commerce", Post.DEPUTY_CHIEF),
    ("example-commerce-clerk", "示例·商贸专班成员", "annex-force-commerce", Post.TASK_FORCE_MEMBER),
    ("example-lead-department", "示例·牵头部门", "annex-industry", Post.LEAD_DEPARTMENT),
    ("example-department", "示例·责任部门", "annex-land", Post.DEPARTMENT),
    ("example-district", "示例·东区联络员", "annex-east", Post.DISTRICT_LIAISON),
    ("example-district-2", "示例·西区联络员", "annex-west", Post.DISTRICT_LIAISON),
    ("example-anchor", "示例·链主甲联络人", "annex-firm-a", Post.ANCHOR_CONTACT),
    ("example-anchor-2", "示例·链主乙联络人", "annex-firm-b", Post.ANCHOR_CONTACT),
    ("example-anchor-3", "示例·链主丙联络人", "annex-firm-c", Post.ANCHOR_CONTACT),
    ("example-anchor-4", "示例·链主丁联络人", "annex-firm-d", Post.ANCHOR_CONTACT),
    ("example-sme", "示例·企业联络人", "annex-firm-sme", Post.FIRM_CONTACT),
    ("example-association", "示例·协会联络人", "annex-association", Post.ASSOCIATION_CONTACT),
    ("example-innovator", "示例·创新中心联络人", "annex-centre", Post.INNOVATION_CONTACT),
    ("example-expert", "示例·专家", "annex-experts", Post.EXPERT),
    ("example-auditor", "示例·审计员", "annex-office", Post.AUDITOR),
    ("example-security", "示例·安全管理员", "annex-office", Post.SECURITY_ADMIN),
    ("example-admin", "示例·系统管理员", "annex-office", Post.SYSTEM_ADMIN),
    ("example-vehicle-clerk", "示例·汽车专班成员", "annex-force-vehicle", Post.TASK_FORCE_MEMBER),
    ("example-chips-chief", "示例·集成电路链长", "annex-force-chips", Post.CHAIN_CHIEF),
    ("example-chips-clerk", "示例·集成电路专班成员", "annex-force-chips", Post.TASK_FORCE_MEMBER),
    ("example-anchor-5", "示例·链主戊联络人", "annex-firm-e", Post.ANCHOR_CONTACT),
    ("example-anchor-6", "示例·链主己联络人", "annex-firm-f", Post.ANCHOR_CONTACT),
)

# Who is offered a sign-in link when the workbench starts: one of each kind, most useful first.
SHOWN = (
    "example-secretary",
    "example-chief",
    "example-clerk",
    "example-commerce-clerk",
    "example-chips-clerk",
    "example-general-chief",
    "example-deputy",
    "example-lead-department",
    "example-district",
    "example-anchor",
    "example-innovator",
    "example-sme",
    "example-auditor",
    "example-admin",
)


@dataclass
class Town:
    """The annex while it is being written: what later steps refer to, by code."""

    scribe: Scribe
    bodies: dict[str, Body] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)
    chains: dict[str, Chain] = field(default_factory=dict)
    anchors: list[Enterprise] = field(default_factory=list)
    suppliers: list[Enterprise] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    products: list[Part] = field(default_factory=list)
    lines: list[ProductLine] = field(default_factory=list)

    @property
    def appliance(self) -> Chain:
        """示例·智能家电."""
        return self.chains[APPLIANCE]

    @property
    def vehicle(self) -> Chain:
        """示例·汽车."""
        return self.chains[VEHICLE]

    @property
    def commerce(self) -> Chain:
        """示例·现代商贸."""
        return self.chains[COMMERCE]


def begun(today: date) -> date:
    """The day the annex's office began its work with this system."""
    return date(today.year - 1, 1, 2)


def load(city: Any, *, today: date) -> Town:
    """Bodies, people in post since the beginning of last year, the scheme and its chains."""
    town = Town(city.scribe)
    for code, kind, zh, en, region in BODIES:
        town.bodies[code] = actions.found_body(
            code=code, kind=kind, name_zh=zh, name_en=en, region_code=region, is_illustrative=True, by=None
        )
    since = begun(today)
    for username, name, body, post in PEOPLE:
        person = actions.register(username=username, name=name, is_illustrative=True, by=None)
        actions.appoint(
            person=person, body=town.bodies[body], post=post, starts_on=since, basis="示例任职，非真实任命", by=None
        )
        town.people[username] = person
    _chains(town, since=since)
    return town


def _chains(town: Town, *, since: date) -> None:
    scheme = town.scribe.put(
        Scheme(
            code=SCHEME,
            name_zh="示例市（虚构）",
            name_en="Example city (invented)",
            valid_from=since,
            is_confirmed=True,
            is_illustrative=True,
            source=town.scribe.sources["ANNEX"],
            home_regions=[HOME],
            note="名称与数字均为虚构，用来走通拆零件、目标清单、项目、督办的全过程。",
            groups=[["strong", "优势产业", "Strong industries"], ["service", "现代服务业", "Modern services"]],
        ),
        verb="scheme.made",
    )
    rows = [
        (
            APPLIANCE,
            "appliance",
            "示例·智能家电",
            "Example smart appliances",
            "strong",
            "manufacturing",
            "annex-industry",
        ),
        (COMMERCE, "commerce", "示例·现代商贸", "Example modern commerce", "service", "service", "annex-trade"),
        (VEHICLE, "vehicle", "示例·汽车", "Example vehicles", "strong", "manufacturing", "annex-industry"),
        (CHIPS, "chips", "示例·集成电路", "Example integrated circuits", "strong", "manufacturing", "annex-industry"),
    ]
    for position, (code, slug, zh, en, group, nature, department) in enumerate(rows, start=1):
        town.chains[code] = town.scribe.put(
            Chain(
                code=code,
                scheme=scheme,
                slug=slug,
                name_zh=zh,
                name_en=en,
                group=group,
                position=position,
                nature=nature,
                body=town.bodies[f"annex-force-{slug}"],
                lead_department=town.bodies[department],
                is_illustrative=True,
            ),
            verb="chain.made",
        )


def appointments(on: date) -> list[Appointment]:
    """The posts in force of the people who are shown a link, in that order."""
    held = Appointment.objects.current(on).filter(person__username__in=SHOWN, person__is_illustrative=True)
    found: dict[str, Appointment] = {}
    for appointment in held:  # the post that comes first when they sign in
        found.setdefault(appointment.person.username, appointment)
    return [found[name] for name in SHOWN if name in found]
