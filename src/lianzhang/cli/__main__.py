"""`python -m lianzhang.cli`."""

import sys

from lianzhang import cli

sys.exit(cli.main())
