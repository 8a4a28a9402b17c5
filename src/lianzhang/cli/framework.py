"""Start Django inside a command, quietly and once."""

import gc
import os

import django as framework


def start() -> None:
    """Settings, applications, models: what every command that touches the database needs first."""
    os.umask(0o077)  # what a command writes into the home is its owner's alone
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lianzhang.config.settings")
    gc.disable()  # what is loaded here is never garbage, and looking for some was a tenth of the time it took
    framework.setup()
    gc.freeze()
    gc.enable()
