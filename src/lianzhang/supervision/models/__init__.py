"""Meetings and their decisions, tasks with a clock and a close-out, enterprise requests, visits, the calendar."""

from lianzhang.supervision.models.firms import Request, Visit
from lianzhang.supervision.models.handovers import Handover
from lianzhang.supervision.models.meetings import CalendarDay, Decision, Meeting
from lianzhang.supervision.models.tasks import Task

__all__ = ["CalendarDay", "Decision", "Handover", "Meeting", "Request", "Task", "Visit"]
