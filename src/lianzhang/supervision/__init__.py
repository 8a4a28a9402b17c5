"""Meetings, decisions, tasks, enterprise requests, the working-day clock and its escalation."""
