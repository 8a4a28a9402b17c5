"""Where each published record comes from: the data files, the facts they number, and the note kept beside a record."""

import tomllib
from decimal import Decimal
from functools import cache
from importlib import resources
from typing import Any

from lianzhang.registry.models import Source
from lianzhang.trail import actions as trail

Fact = int | str


@cache
def data(name: str) -> dict[str, Any]:
    """One data file of the example, e.g. `data("plans")`."""
    text = resources.files("lianzhang.demo").joinpath("data", f"{name}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text, parse_float=Decimal)


def source_code(fact: Fact, record: dict[str, Any]) -> str:
    """The source a record stands on: its own, or the founding report for a numbered fact or plan row."""
    own = record.get("source")
    if own:
        return str(own)
    if isinstance(fact, int) or fact.startswith("P"):
        return str(data("facts")["source"])
    return fact


def note(fact: Fact) -> str:
    """Where in the source: the number of the fact or the row of the yearly plans; empty for a whole source."""
    if isinstance(fact, int):
        return f"事实{fact}：{data('facts')['facts'][str(fact)]}"
    return f"年度计划第{fact[1:]}条链" if fact.startswith("P") else ""


class Scribe:
    """Writes records of the example with their provenance in the trail; nobody in particular is the writer."""

    def __init__(self) -> None:
        self.sources = {
            row["code"]: trail.create(Source(**row), verb="source.entered", by=None)
            for row in data("sources")["source"]
        }

    def source(self, fact: Fact, record: dict[str, Any]) -> Source:
        """The source record behind a fact."""
        return self.sources[source_code(fact, record)]

    def put(self, record: Any, *, verb: str, fact: Fact | None = None) -> Any:
        """Insert a record; a published one says its fact and source, an invented one says that it is invented."""
        detail: dict[str, Any] = {"example": True}
        if fact is not None:
            detail = {"fact": fact, "source": source_code(fact, {}), "where": note(fact)}
        return trail.create(record, verb=verb, by=None, detail=detail)

    def put_many(self, records: list[Any], *, verb: str) -> list[Any]:
        """Insert many invented records of one model."""
        return trail.create_many(records, verb=verb, by=None)
