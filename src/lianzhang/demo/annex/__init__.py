"""示例市（虚构）: an invented city annex in which both loops can be walked. Every row is `is_illustrative`."""

from collections.abc import Callable
from datetime import date
from typing import Any

from lianzhang.demo.annex import analysis, board, cast, funnels, group, industry, projects, vehicles, works


def load(city: Any, *, today: date, say: Callable[[str], object]) -> None:
    """Write the annex into the same database; nothing of it touches a published chain or firm."""
    town = cast.load(city, today=today)
    say("annex: firms, parts and purchases")
    industry.load(town, today=today)
    say("annex: map")
    board.load(town, today=today)
    say("annex: projects and events")
    projects.load(town, today=today)
    say("annex: plans, meetings, tasks, requests")
    works.load(town, today=today)
    group.load(town, today=today)
    vehicles.load(town, today=today)


def analyse(*, today: date, say: Callable[[str], object]) -> None:
    """Take the first snapshot and compute the first target list, as the task force would, and read the funnels."""
    analysis.run(today=today, say=say)
    say("annex: funnels")
    funnels.run(today=today)
