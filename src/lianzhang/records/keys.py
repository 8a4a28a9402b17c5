"""Files that are made once and never change: secrets and keys, readable by their owner only."""

import os
import tempfile
from collections.abc import Callable
from pathlib import Path


def kept(path: Path, *, make: Callable[[], bytes]) -> bytes:
    """The bytes kept in `path`; made by `make` on first use. Whoever reads gets them whole, and everybody the same."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not path.exists():
        # Written beside and linked into place: created empty and filled afterwards, a process starting at the same
        # moment read an empty key. A link fails where a file stands, so the first one made is the one that counts.
        descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(make())
                file.flush()
                os.fsync(file.fileno())
            Path(path).hardlink_to(draft)
        except FileExistsError:
            pass
        finally:
            Path(draft).unlink()
    return path.read_bytes()
