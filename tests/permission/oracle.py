"""Whose marks a role may see: written down from the office's own table (domain §1.3), knowing nothing of the code.

`R` all of it, `°` the own only, `-` nothing. Where the system is narrower or wider than the proposal, the reason stands
beside the row; the decisions are dated in docs/decisions.md.
"""

ROLES = (
    "general_chief",
    "chief",
    "deputy",
    "force",
    "secretariat",
    "lead",
    "department",
    "district",
    "anchor",
    "sme",
    "association",
    "expert",
    "auditor",
    "admin",
)

# fmt: off
TABLE = {
    #                    总链长 链长 副链长 专班 秘书处 牵头 责任 区市 链主 企业 协会 专家 审计 管理
    "chain":      "R R R R R R R R R R R R - -",
    "plan":       "R R R R R R R R - - - - - -",
    "map":        "R R R R R R R R R R R R - -",   # published versions
    "draft":      "- - - ° R ° - - - - - - - -",   # a map nobody has published: its editors alone
    "anchorname": "R R R R R R R R R R R R - -",   # which firms anchor a chain is published
    "enterprise": "R R R R R R R R ° ° R - - -",
    "purchase":   "- - - ° - - - - ° ° ° - - -",   # 商业秘密（授权可见）: the firm, and whom it granted
    "line":       "- - - R - R - - ° ° ° - - -",   # which level an anchor chose: known to those who analyse
    "answer":     "- - - ° - - - - ° ° ° - - -",   # ticks and bands: the firm, and whom it granted
    "mention":    "- - - - - - - - ° ° ° - - -",   # names of suppliers: the firm and the innovation centre, granted
    "material":   "- - - - - - - - ° ° - - - -",   # what a firm calls its material groups: never leaves it
    "shared":     "R R R R R R - - - - ° - - -",   # names the centre released: those who read targets, and the centre
    "gap":        "R R R R R R R R - - - - - -",
    "consult":    "R R R R R R R R - - - ° - -",   # an expert reads what was asked of them and what they said, no more
    "target":     "R R R R R R - - - - - - - -",
    "project":    "R R R R R R R ° - - - - - -",   # chiefs read all: the city table counts every chain
    "event":      "R R R R R R R R R R R R - -",
    "request":    "R R R R R R ° ° ° ° ° - - -",
    "resource":   "R R R R R R R R R R R R - -",
    "task":       "R R R ° R ° ° ° ° ° ° - - -",
    "meeting":    "R R R R R R ° ° - - ° - - -",
    "figure":     "R R R R R R R R - - - - - -",
    "briefing":   "R R R R R R - - - - - - - -",
    "ledger":     "- - - ° R ° ° ° ° - - - - -",   # batches; the secretariat all but those that hold purchases
    "secretbatch": "- - - ° - ° ° ° ° - - - - -",
    "collection": "R R R ° R ° ° ° - - ° - - -",   # a form that went out: who asked, who must answer, the leaders
    "round":      "R R R R R R R ° - - - - - -",   # a district's month: who reads every project, and the district
    "encounter":  "R R R R R R R - - - - - - -",   # whom one met at an event: talks not yet public
    "person":     "R R R R R R R R ° ° ° - - R",
    "handover":   "° ° ° ° R ° ° ° ° ° ° ° ° °",   # the two people of it, and the secretariat
    "own":        "° ° ° ° ° ° ° ° ° ° ° ° ° °",   # jobs, tokens, private views: the person alone
}
# fmt: on

# The cast by role.
ROLE_OF = {
    "general_chief": "general_chief",
    "chief": "chief",
    "chief_b": "chief",
    "deputy": "deputy",
    "head_a": "force",
    "clerk_a": "force",
    "colleague_a": "force",
    "clerk_b": "force",
    "working_group_member": "association",
    "secretary": "secretariat",
    "lead_officer": "lead",
    "officer": "department",
    "district_east": "district",
    "district_west": "district",
    "anchor_1": "anchor",
    "anchor_2": "anchor",
    "anchor_4": "anchor",
    "sme": "sme",
    "association_contact": "association",
    "innovator": "association",
    "expert": "expert",
    "auditor": "auditor",
    "security_admin": "admin",
    "system_admin": "admin",
}

# What counts as one's own, besides the person itself: bodies one serves and chains those bodies work on.
OWN = {
    "chief": "force_a chain_a",
    "deputy": "force_a chain_a",
    "head_a": "force_a chain_a",
    "clerk_a": "force_a chain_a",
    "colleague_a": "force_a chain_a",
    "chief_b": "force_b chain_b",
    "clerk_b": "force_b chain_b",
    "working_group_member": "group_a",
    "lead_officer": "lead_department_a chain_a",
    "officer": "department",
    "district_east": "east",
    "district_west": "west",
    "anchor_1": "firm_1",
    "anchor_2": "firm_2",
    "anchor_4": "firm_4",
    "sme": "firm_sme",
    "association_contact": "association",
    "innovator": "innovation_centre",
}
# Firm 1 let two people of the task force of chain A read its purchases; nobody else let anybody but the centre read.
GRANTED = {("purchase", "firm_1"): {"head_a", "clerk_a"}}
# Chiefs and deputies sit in the task force's body, but a grant to read purchases is for those who work with them.
# A firm's contact sees the offices' people beside its own: every body but other firms.
OFFICES = frozenset({"force_a", "force_b", "secretariat", "east", "west", "department", "association", "experts"})


def may_see(person: str, thing: str, owner: str) -> bool:
    """Whether an answer to `person` may hold this mark. `owner` may name several, joined by `__`: any one counts."""
    role = ROLE_OF.get(person)
    if role is None:  # nobody signed in, or without a post
        return thing == "own" and owner == person
    width = TABLE[thing].split()[ROLES.index(role)]
    if width == "R":
        return True
    if width == "-":
        return False
    owners = set(owner.split("__"))
    own = {person, *OWN.get(person, "").split()}
    granted = person in GRANTED.get((thing, owner), set())
    office = thing == "person" and bool(owners & OFFICES)
    return bool(owners & own) or granted or office
