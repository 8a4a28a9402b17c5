"""The reading child's work in the test's own process, where a start of Python is saved."""

import json
from collections.abc import Mapping
from typing import Any

from chainlab.sheets import child


class Here:
    """The child in this process."""

    def __enter__(self) -> "Here":
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def ask(self, request: Mapping[str, Any], *, seconds: int) -> dict[str, Any] | str:
        """What the child says, there and back through JSON."""
        told = json.loads(json.dumps(request))
        said: dict[str, Any] = json.loads(json.dumps(child._answer(told), ensure_ascii=False))
        return str(said["refused"]) if "refused" in said else said
