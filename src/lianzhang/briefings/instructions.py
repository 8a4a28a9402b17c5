"""For a chief: 提请协调事项 (what is put before them) and 批示交办及落实 (what they asked, and what became of it)."""

from datetime import date

from lianzhang.accounts.models import Person
from lianzhang.briefings import work


def sections(person: Person, *, today: date) -> dict[str, list[work.Item]]:
    """The two sections, two or three queries; empty lists where there is nothing."""
    coordination = work.requests_escalated(person, today=today) + work.blocked_projects(person, today=today)
    return {"coordination": coordination, "instructions": work.instructions(person, today=today)}
