"""One Project for life: its stages, its claims, its months, and the events its signing came from."""

from lianzhang.projects.models.claims import Claim, Contest, Credit
from lianzhang.projects.models.entries import Diligence, StageEntry
from lianzhang.projects.models.events import Encounter, Event, Signing
from lianzhang.projects.models.leads import FollowUp, LeadClock
from lianzhang.projects.models.months import MonthCorrection, MonthReport, YearPlan
from lianzhang.projects.models.needs import SiteNeed
from lianzhang.projects.models.projects import Project, Supply
from lianzhang.projects.models.readings import FunnelReading

__all__ = [
    "Claim",
    "Contest",
    "Credit",
    "Diligence",
    "Encounter",
    "Event",
    "FollowUp",
    "FunnelReading",
    "LeadClock",
    "MonthCorrection",
    "MonthReport",
    "Project",
    "Signing",
    "SiteNeed",
    "StageEntry",
    "Supply",
    "YearPlan",
]
