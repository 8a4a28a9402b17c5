"""A target list with what was asked, what it rests on, and the names to show it with."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

    from chainlab import targets as targeting


@dataclass(frozen=True)
class Answer:
    """`shared` are the suppliers from outside that several anchors have already; `settings` what was asked;
    `is_illustrative` that the workbook says its rows are 示例数据."""

    asked: "targeting.Needs"
    choice: "targeting.Choice"
    shared: "pa.Table"
    firm_names: Mapping[str, str]
    part_names: Mapping[str, str]
    notes: tuple[str, ...]
    settings: Mapping[str, object]
    is_illustrative: bool = False

    @property
    def local_ratio_before(self) -> float | None:
        """Bought at home ÷ bought from a known place."""
        from chainlab import targets as targeting

        return targeting.local_ratio(self.asked)

    @property
    def local_ratio_after(self) -> float | None:
        """The same once every supplier on the list produces at home what it would cover."""
        from chainlab import targets as targeting

        return targeting.local_ratio(self.asked, covered_wan=self.choice.objective_wan)
