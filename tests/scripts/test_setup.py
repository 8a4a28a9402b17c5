"""Set-up does a stage once, again when its sources changed, and never counts a failure as done."""

import json
import zipfile
from pathlib import Path

import pytest

from scripts import locks, setup, suite, wheel


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.setattr(setup, "ROOT", tmp_path)
    (tmp_path / "source").write_text("one")
    return []


def make(made: list[str], root: Path, product: Path | None = None) -> None:
    setup.stage("it", [root / "source"], lambda: made.append("made"), stamps=root / "stamps", product=product)


def test_an_unchanged_stage_is_done_once(stage: list[str], tmp_path: Path) -> None:
    make(stage, tmp_path)
    make(stage, tmp_path)
    assert stage == ["made"]


def test_a_changed_source_is_made_again(stage: list[str], tmp_path: Path) -> None:
    make(stage, tmp_path)
    (tmp_path / "source").write_text("two")
    make(stage, tmp_path)
    assert stage == ["made", "made"]


def test_a_lost_product_is_made_again(stage: list[str], tmp_path: Path) -> None:
    product = tmp_path / "product"
    product.write_text("")
    make(stage, tmp_path, product)
    product.unlink()
    make(stage, tmp_path, product)
    assert stage == ["made", "made"]


def test_a_failed_stage_is_tried_again(stage: list[str], tmp_path: Path) -> None:
    def fail() -> None:
        raise setup.SetupFailed("no network")

    with pytest.raises(setup.SetupFailed):
        setup.stage("it", [tmp_path / "source"], fail, stamps=tmp_path / "stamps")
    make(stage, tmp_path)
    assert stage == ["made"]


def test_a_failing_command_shows_what_it_said() -> None:
    with pytest.raises(setup.SetupFailed, match=r"failed \(3\): sh .*\nout of space"):
        setup.run("sh", "-c", "echo out of space >&2; exit 3")


def test_an_old_python_is_told_which_it_needs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(setup, "OLDEST_PYTHON", (99, 0))
    assert setup.main([]) == 1
    assert "is too old" in capsys.readouterr().err


def test_a_machine_without_an_installer_is_told_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(setup, "TOOLS", tmp_path / "tools")
    monkeypatch.setattr(setup, "has_pip", lambda: False)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(setup.SetupFailed, match="apt-get install python3-pip"):
        setup.install_tools()


def test_addresses_are_taken_out_of_a_package_lock_and_digests_stay(tmp_path: Path) -> None:
    lock = tmp_path / "package-lock.json"
    lock.write_text('{"packages": {"a": {"version": "1", "resolved": "x", "funding": {"url": "y"}, "integrity": "z"}}}')
    locks.strip_addresses(lock)
    assert json.loads(lock.read_text()) == {"packages": {"a": {"version": "1", "integrity": "z"}}}


def test_a_wheel_without_the_front_end_is_found(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.whl", "w") as archive:
        archive.writestr("chainlab/py.typed", "")
    assert wheel.missing(tmp_path / "a.whl") == list(wheel.MUST_CARRY[:2])


def test_a_failed_step_neither_hides_the_next_nor_passes(capsys: pytest.CaptureFixture[str]) -> None:
    def fail(_: suite.Run) -> None:
        raise suite.Failed("two faults")

    def break_down(_: suite.Run) -> None:
        raise ZeroDivisionError

    run = suite.Run("full")
    for title, work in (("style", fail), ("types", break_down), ("tests", lambda _: None)):
        run.step(title, work)
    assert suite.report(run, seconds=3) == 1
    last = capsys.readouterr().out.strip().splitlines()[-1]
    assert last.startswith("make test FAILED: style, types in ")


@pytest.mark.parametrize(("kind", "said"), [("fast", "NOT a full pass"), ("full", "make test passed")])
def test_a_partial_run_says_so_in_its_last_line(kind: str, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    run = suite.Run(kind)
    run.step("style", lambda _: None)
    assert suite.report(run, seconds=3) == 0
    assert said in capsys.readouterr().out.strip().splitlines()[-1]


def test_a_step_run_beside_another_is_told_whole_and_fails_the_run(capfd: pytest.CaptureFixture[str]) -> None:
    run = suite.Run("full")

    def told_off(beside: suite.Run) -> None:
        beside.environment["FOUND"] = "something"
        beside.command("sh", "-c", "echo said beside; exit 4")

    with suite.beside(run, [("wheel", told_off), ("cluster equality", lambda _: None)]):
        run.step("pages", lambda _: None)
    assert run.environment == {"FOUND": "something"}, "what it found is for the steps after it"
    assert suite.report(run, seconds=3) == 1
    out = capfd.readouterr().out
    assert "── wheel ──\nsaid beside\n── wheel: FAILED (4)" in out
    assert "make test FAILED: wheel in 3 s" in out
    assert {title for title, _, _ in run.results} == {"pages", "wheel", "cluster equality"}


def test_what_runs_beside_another_step_is_part_of_the_whole_suite_and_done_before_it_is_needed() -> None:
    titles = [title for title, _ in suite.steps("full")]
    aside = [other for others in suite.BESIDE.values() for other in others]
    assert {*suite.BESIDE, *aside} <= set(titles)
    assert len(aside) == len(set(aside))
    assert not set(aside) & set(suite.BESIDE)
    assert titles.index("tests on SQLite") > titles.index(suite.TYPES), "which has made what the tests copy"
    assert titles.index(suite.POSTGRES) > titles.index("tests on SQLite"), "which coverage is read from"
    assert titles.index("browser journeys") > titles.index(suite.PAGES), "which the wheel has loaded an example for"


def test_every_step_is_run_and_once(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    wanted, ran = [title for title, _ in suite.steps("full")], []
    steps = [(title, lambda _, title=title: ran.append(title)) for title in wanted]
    monkeypatch.setattr(suite, "steps", lambda _: steps)
    assert suite.main(["full"]) == 0
    assert sorted(ran) == sorted(wanted)
    told = capsys.readouterr().out
    assert all(f"passed  {title}" in told for title in wanted)


def test_a_command_that_fails_fails_its_step() -> None:
    with pytest.raises(suite.Failed, match=r"\(4\)"):
        suite.Run("full").command("sh", "-c", "exit 4")


def test_the_whole_suite_holds_every_step_of_the_quick_one() -> None:
    whole = {title for title, _ in suite.steps("full")}
    assert {title for title, _ in suite.steps("fast")} - whole == {"quick tests on SQLite"}
    assert {
        "tests on SQLite",
        "tests on PostgreSQL",
        "browser journeys",
        "cluster equality",
        "coverage",
        "wheel",
    } <= whole
