"""The command line: `lianzhang <command>`.

Only the standard library is imported here. Each command imports what it needs when it runs, so `template` and
`targets` work without Django and `--help` answers at once.
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path

# Exit codes: 0 done, 1 the work found a fault (bad input, broken trail), 2 the command itself was wrong (argparse).
Command = Callable[[argparse.Namespace], int]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; its exit code."""
    options = parser().parse_args(arguments)
    module, function = options.runs.rsplit(".", 1)
    command: Command = getattr(import_module(f"lianzhang.cli.{module}"), function)
    try:
        return command(options)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # the reader went away: `lianzhang … | head`
        sys.stderr.close()
        return 1


def parser() -> argparse.ArgumentParser:
    """All commands with their options; also what the reference page is made from."""
    top = argparse.ArgumentParser(prog="lianzhang", description="Lianzhang 链长: the industrial-chain office's system.")
    commands = top.add_subparsers(required=True, metavar="command")
    _add_running(commands)
    _add_upkeep(commands)
    _add_analysis(commands)
    _add_reporting(commands)
    return top


def _add_running(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    run = _add(commands, "run", "serving.run", "migrate, load the example city into an empty database, serve")
    serve = _add(commands, "serve", "serving.serve", "serve the workbench: web server and background workers")
    demo = _add(commands, "demo", "serving.demo", "load the example city and serve it on this machine")
    demo.add_argument("--load-only", action="store_true", help="load the example city and stop")
    for command in (run, serve, demo):
        command.add_argument("--workers", type=_positive, default=2, help="web processes (2)")
        command.add_argument("--threads", type=_positive, default=3, help="threads in each (3)")
    _add(commands, "migrate", "upkeep.migrate", "bring the database to this version")
    _add(commands, "version", "upkeep.version", "print the version")


def _add_upkeep(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    token = _add(commands, "admin-token", "upkeep.admin_token", "a one-time sign-in for the first administrator")
    token.add_argument("--hours", type=_positive, default=1, help="how long it may be used (1)")
    trail = commands.add_parser("trail", help="the record of who did what").add_subparsers(
        required=True, metavar="what"
    )
    verify = _add(trail, "verify", "upkeep.verify_trail", "prove that no event was changed, lost or added")
    verify.add_argument("--checkpoints", type=Path, help="folder of signed checkpoints kept outside this machine")
    verify.add_argument("--public-key", type=Path, help="the auditor's own copy of the public key (PEM)")
    backup = _add(
        commands, "backup", "backups.backup", "copy database and files into a new folder, safely while running"
    )
    backup.add_argument("folder", type=Path, help="a folder that does not exist yet")
    restore = _add(commands, "restore", "backups.restore", "bring a backup into an empty home, and verify it")
    restore.add_argument("folder", type=Path, help="the folder a backup made")
    restore.add_argument("--drill", action="store_true", help="into a home that is thrown away; open pages; report")


def _add_analysis(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    template = _add(commands, "template", "workbooks.template", "write the empty workbook of a ledger")
    template.add_argument("layout", help="teardown, enterprises, key_projects … (a wrong name lists them all)")
    template.add_argument("--out", type=Path, required=True, metavar="FILE.xlsx")
    template.add_argument("--language", choices=["zh-hans", "en"], default="zh-hans")
    targets = _add(commands, "targets", "recruitment.targets", "which categories and suppliers to recruit, and why")
    targets.add_argument("workbook", type=Path, help="a filled-in teardown workbook")
    targets.add_argument("--home", required=True, help="region code of the city, or several with commas: 3702")
    targets.add_argument("--categories", type=_natural, help="at most so many part categories (no limit)")
    targets.add_argument("--suppliers", type=_natural, help="at most so many suppliers (no limit)")
    targets.add_argument("--min-anchors", type=_positive, default=1, help="a supplier must serve so many anchors (1)")
    targets.add_argument("--include", action="append", default=[], metavar="FIRM", help="this supplier must be in")
    targets.add_argument("--exclude", action="append", default=[], metavar="FIRM", help="this supplier must not")
    targets.add_argument("--seconds", type=_positive, default=30, help="time for the search (30)")
    targets.add_argument("--out", type=Path, metavar="FILE.xlsx", help="write the list with its reasons as a workbook")
    targets.add_argument("--language", choices=["zh-hans", "en"], default="zh-hans", help="of messages and workbook")
    targets.add_argument("--json", action="store_true", help="print the result as JSON")


def _add_reporting(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    about = "hand in a district's month over REST, with its token in LIANZHANG_TOKEN; without a workbook: how it stands"
    month = _add(commands, "month", "months.month", about)
    month.add_argument("workbook", type=Path, nargs="?", help="the month's workbook, filled in")
    month.add_argument("--server", required=True, help="address of the workbench: https://…")
    month.add_argument("--month", metavar="CODE", help="YB-2026-11 (the one that is open)")
    month.add_argument("--district", metavar="CODE", help="whose answer (the only one within reach)")
    month.add_argument("--submit", action="store_true", help="hand in, where the workbook has no fault")
    month.add_argument("--note", default="", help="a word with it")
    month.add_argument("--language", choices=["zh-hans", "en"], default="zh-hans", help="of what the server says")
    month.add_argument("--json", action="store_true", help="print the answer as JSON")


def _add(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, runs: str, about: str
) -> argparse.ArgumentParser:
    command = commands.add_parser(name, help=about, description=about)
    command.set_defaults(runs=runs)
    return command


def _natural(text: str) -> int:
    number = int(text) if text.isdecimal() else -1
    if number < 0:
        raise argparse.ArgumentTypeError(f"{text} is not a whole number of 0 or more")
    return number


def _positive(text: str) -> int:
    if _natural(text) == 0:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return int(text)
