"""The page of the reference is the table, and the table's text is what the page shows."""

from pathlib import Path

from lianzhang.projects import reference, stages


def test_the_reference_page_is_current(root: Path) -> None:
    kept = (root / "docs/reference/stages.md").read_text(encoding="utf-8")
    assert kept == reference.markdown(), "python -m lianzhang.projects.reference docs/reference/stages.md"


def test_the_diagram_draws_every_stage_and_every_checked_step() -> None:
    drawn = reference.markdown()
    checked = [gate for gate in stages.table().gates.values() if gate.is_checked]
    assert drawn.count("second person checks|") == len(checked)
    for gate in stages.table().gates.values():
        assert f'{gate.stage.name}["{gate.stage.label}' in drawn
        for kind in gate.evidence:
            assert kind.zh in drawn
