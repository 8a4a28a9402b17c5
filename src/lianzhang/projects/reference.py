"""The stage table as a page of the reference: drawn and written from the same table that refuses."""

import itertools

from django.utils import translation

from lianzhang.projects import stages
from lianzhang.projects.stages import Gate, Stage


def markdown() -> str:
    """`docs/reference/stages.md`, whole; a test keeps the file current."""
    return "\n".join([*_head(), "", *_diagram(), "", *_table(), "", *_diligence(), "", *_statuses(), ""])


def _head() -> list[str]:
    return [
        "# Stages of a project",
        "",
        "Generated from `src/lianzhang/definitions/stages.toml`, the table that also refuses, shows what is missing",
        "and feeds the help texts. To change it, edit the table and, with",
        "`DJANGO_SETTINGS_MODULE=lianzhang.config.settings`, run",
        "`python -m lianzhang.projects.reference docs/reference/stages.md`.",
        "",
        "A project enters one stage after another. From 签约 on, somebody asks with evidence and somebody else checks.",
        "Going back is a dated correction with a reason, by somebody who may check.",
    ]


def _diagram() -> list[str]:
    rows = list(stages.table().gates.values())
    nodes = [f'  {gate.stage.name}["{_zh(gate)}<br/>{gate.help.key}"]' for gate in rows]
    links = [f"  {a.stage.name} {_arrow(b)} {b.stage.name}" for a, b in itertools.pairwise(rows)]
    return ["```mermaid", "flowchart LR", *nodes, *links, "```"]


def _arrow(gate: Gate) -> str:
    return "==>|second person checks|" if gate.is_checked else "-->"


def _table() -> list[str]:
    head = [
        "| Stage | 阶段 | Needs from here on | Only to enter | Evidence to enter | Sets | Checked by another |",
        "|---|---|---|---|---|---|---|",
    ]
    return head + [
        "| "
        + " | ".join(
            (
                gate.help.key,
                _zh(gate),
                _named([*gate.requires, *(f"{name} (recruited)" for name in gate.recruited)]),
                _named(list(gate.entering)),
                _named([f"{kind.en} {kind.zh}" for kind in gate.evidence]),
                gate.sets or "–",
                "yes" if gate.is_checked else "no",
            )
        )
        + " |"
        for gate in stages.table().gates.values()
    ]


def _diligence() -> list[str]:
    head = [
        "## Due diligence, before 签约",
        "",
        "`diligences` in the table: every item is verified, or does not apply and says why; a doubt bars the signing.",
        "",
        "| Item | 事项 | What is looked into |",
        "|---|---|---|",
    ]
    return head + [f"| {item.en} | {item.zh} | {item.help.en} |" for item in stages.table().diligence]


def _statuses() -> list[str]:
    head = [
        "## Status, an axis of its own",
        "",
        "| Status | From | Right | Frees the first-report claim |",
        "|---|---|---|---|",
    ]
    return head + [
        f"| {move.to.value} | {_named(sorted(move.origins))} | {move.right} | {'yes' if move.frees_claim else 'no'} |"
        for move in stages.table().moves.values()
    ]


def _zh(gate: Gate) -> str:
    with translation.override("zh-hans"):
        return str(Stage(gate.stage).label)


def _named(names: list[str]) -> str:
    return ", ".join(names) or "–"


if __name__ == "__main__":
    import sys
    from pathlib import Path

    import django

    django.setup()

    Path(sys.argv[1]).write_text(markdown(), encoding="utf-8")
