"""The life of a gap as a page of the reference: drawn and written from the same table that refuses."""

from django.utils import translation

from lianzhang.accounts.rules import Act
from lianzhang.chains import stages
from lianzhang.chains.stages import Closing, Move, State


def markdown() -> str:
    """`docs/reference/gaps.md`, whole; a test keeps the file current."""
    return "\n".join([*_head(), "", *_diagram(), "", *_table(), "", *_closings(), ""])


def _head() -> list[str]:
    return [
        "# The life of a gap",
        "",
        "Generated from `src/lianzhang/definitions/gaps.toml`, the table that also refuses, shows what is missing and",
        "names the buttons. To change it, edit the table and run `scripts/reference.py`.",
        "",
        "Analysis proposes; people confirm, assign, work on and close. Another path than the one confirmed needs a",
        "reason, which stays in the history. A gap whose path is 不补 (left open) stays confirmed until it is looked",
        "at again.",
    ]


def _diagram() -> list[str]:
    nodes = [f'  {state.name}["{_zh(state)}<br/>{state.value}"]' for state in State]
    links = [
        f"  {origin.name} -->|{move.label.en}| {move.to.name}"
        for move in stages.table().moves.values()
        for origin in move.origins
    ]
    return ["```mermaid", "flowchart LR", *nodes, *links, "```"]


def _table() -> list[str]:
    head = [
        "| Step | 步骤 | From | To | Whose right | Needs | Checked | By itself |",
        "|---|---|---|---|---|---|---|---|",
    ]
    return head + [_row(move) for move in stages.table().moves.values()]


def _row(move: Move) -> str:
    rights = {Act.WRITE: "write", Act.APPROVE: "approve"}
    cells = (
        move.label.en,
        move.label.zh,
        _named([state.value for state in move.origins]),
        move.to.value,
        " or ".join(rights[act] for act in move.by),
        _named(list(move.needs)),
        _named([check.replace("_", " ") for check in move.checks]),
        "with a lead or a task" if move.is_of_itself else "–",
    )
    return f"| {' | '.join(cells)} |"


def _closings() -> list[str]:
    head = [
        "## When newer coverage shows a case gone",
        "",
        "| Case | Figure of the part's coverage | Must be | 须 |",
        "|---|---|---|---|",
    ]
    return head + [
        f"| {kind} | {rule.field} | {_measure(rule)} | {rule.words.zh} |"
        for kind, rule in stages.table().closings.items()
    ]


def _measure(rule: Closing) -> str:
    if rule.equals is not None:
        return "yes" if rule.equals else "no"
    return f"> {rule.above:g}" if rule.above is not None else f"≥ {rule.least:g}"


def _zh(state: State) -> str:
    with translation.override("zh-hans"):
        return str(state.label)


def _named(names: list[str]) -> str:
    return ", ".join(names) or "–"
