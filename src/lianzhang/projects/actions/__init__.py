"""Writing projects. Each action checks the rule and the right, writes with its version, and leaves one trail event."""

from lianzhang.projects.actions.contests import contest, decide_contest, withdraw_contest
from lianzhang.projects.actions.corrections import correct
from lianzhang.projects.actions.diligence import verify
from lianzhang.projects.actions.encounters import (
    drop_met,
    edit_met,
    link_met,
    meet,
    meet_many,
    open_from_encounter,
)
from lianzhang.projects.actions.events import edit_event, enter_event, tie_signing, untie_signing
from lianzhang.projects.actions.introductions import introduce
from lianzhang.projects.actions.leads import follow_up
from lianzhang.projects.actions.needs import NEED_FIELDS, choose_site, drop_site, state_need
from lianzhang.projects.actions.opening import open_from_target
from lianzhang.projects.actions.permission import GateClosed
from lianzhang.projects.actions.plans import set_plan
from lianzhang.projects.actions.records import (
    FLAGS,
    MONEY,
    edit,
    record_money,
    record_progress,
    set_flag,
    set_supplies,
    take_back,
)
from lianzhang.projects.actions.reporting import Duplicate, enter, report_lead
from lianzhang.projects.actions.staging import add_evidence, advance, check, withdraw
from lianzhang.projects.actions.standing import hold, lose, mark_late, resume, terminate, transfer

__all__ = [
    "FLAGS",
    "MONEY",
    "NEED_FIELDS",
    "Duplicate",
    "GateClosed",
    "add_evidence",
    "advance",
    "check",
    "choose_site",
    "contest",
    "correct",
    "decide_contest",
    "drop_met",
    "drop_site",
    "edit",
    "edit_event",
    "edit_met",
    "enter",
    "enter_event",
    "follow_up",
    "hold",
    "introduce",
    "link_met",
    "lose",
    "mark_late",
    "meet",
    "meet_many",
    "open_from_encounter",
    "open_from_target",
    "record_money",
    "record_progress",
    "report_lead",
    "resume",
    "set_flag",
    "set_plan",
    "set_supplies",
    "state_need",
    "take_back",
    "terminate",
    "tie_signing",
    "transfer",
    "untie_signing",
    "verify",
    "withdraw",
    "withdraw_contest",
]
