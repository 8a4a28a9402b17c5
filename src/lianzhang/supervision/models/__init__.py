"""Meetings and their decisions, tasks with a clock and a close-out, enterprise requests, visits."""

from lianzhang.supervision.models.handovers import Handover
from lianzhang.supervision.models.meetings import Decision, Meeting
from lianzhang.supervision.models.requests import Request
from lianzhang.supervision.models.tasks import Task
from lianzhang.supervision.models.visits import Visit

__all__ = ["Decision", "Handover", "Meeting", "Request", "Task", "Visit"]
