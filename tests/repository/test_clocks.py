"""Time comes from outside, and a rule that looks at the clock is found."""

from pathlib import Path

import pytest

from tests.repository.checks import clocks
from tests.repository.test_shape import plant


def test_no_rule_reads_the_clock(root: Path) -> None:
    assert clocks.check_clocks(root) == []


@pytest.mark.parametrize(
    "source",
    [
        "import datetime\nx = datetime.date.today()\n",
        "from datetime import date\nx = date.today()\n",
        "from datetime import datetime\nx = datetime.now(tz=None)\n",
        "from django.utils import timezone\nx = timezone.now()\n",
        "from django.utils import timezone\nx = timezone.localdate()\n",
        "import time\nx = time.time()\n",
    ],
)
def test_a_rule_that_reads_the_clock_is_found(source: str, tmp_path: Path) -> None:
    plant(tmp_path, "lianzhang/projects/stages.py", source)
    [complaint] = clocks.check_clocks(tmp_path, allowed={})
    assert complaint.startswith("src/lianzhang/projects/stages.py:2: reads the clock")


@pytest.mark.parametrize("name", ["lianzhang/web/views/a.py", "lianzhang/projects/jobs.py", "lianzhang/jobs/a.py"])
def test_the_edges_may_look_at_the_clock(name: str, tmp_path: Path) -> None:
    plant(tmp_path, name, "from django.utils import timezone\nx = timezone.now()\n")
    assert clocks.check_clocks(tmp_path, allowed={}) == []


def test_a_given_instant_is_not_the_clock(tmp_path: Path) -> None:
    plant(
        tmp_path,
        "lianzhang/a.py",
        "from django.utils import timezone\n\ndef f(now):\n    return timezone.localdate(now)\n",
    )
    assert clocks.check_clocks(tmp_path, allowed={}) == []


def test_an_exception_nobody_needs_is_complained_of(tmp_path: Path) -> None:
    plant(tmp_path, "lianzhang/a.py", "x = 1\n")
    [complaint] = clocks.check_clocks(tmp_path, allowed={"src/lianzhang/a.py": "once it did"})
    assert "need not be excepted" in complaint


def test_what_happened_is_written_in_the_offices_time(root: Path) -> None:
    assert clocks.check_moments(root) == []


def test_an_instant_written_as_it_is_stored_is_found(tmp_path: Path) -> None:
    lines = (
        "def f(one, on, localtime):",
        '    return f"{one.closed_at:%m-%d}", f"{localtime(one.closed_at):%m-%d}", f"{on}"',
    )
    plant(tmp_path, "lianzhang/a.py", "\n".join(lines))
    assert clocks.check_moments(tmp_path) == [
        "src/lianzhang/a.py:2: writes one.closed_at in UTC; take timezone.localtime"
    ]
