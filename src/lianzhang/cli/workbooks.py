"""`template`: the empty workbook of any ledger, without a server."""

import argparse
import sys
from pathlib import Path


def template(options: argparse.Namespace) -> int:
    """Write the template of a layout; an unknown layout lists all there are."""
    from chainlab import sheets

    keys = [layout.key for layout in sheets.layouts.all()]
    if options.layout not in keys:
        print(f"no layout “{options.layout}”; there are: {', '.join(keys)}", file=sys.stderr)
        return 2
    if not is_writable(options.out):
        return 1
    sheets.template(sheets.layouts.get(options.layout), out=options.out, language=options.language)
    print(options.out)
    return 0


def is_writable(out: Path) -> bool:
    """Whether a workbook can be written there; says what to do where it cannot."""
    if out.suffix.lower() != ".xlsx":
        print(f"{out}: the name must end in .xlsx", file=sys.stderr)
    elif not out.resolve().parent.is_dir():
        print(f"{out}: the folder does not exist", file=sys.stderr)
    elif out.is_dir():
        print(f"{out}: is a folder", file=sys.stderr)
    else:
        return True
    return False
