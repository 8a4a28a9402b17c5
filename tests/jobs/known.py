"""The errands as kinds of work; apart from them, so that settings can name them before Django is up."""

NAMES = ("count", "wait", "refuse", "stumble", "die", "die_once", "who")
KINDS = {name: f"tests.jobs.errands.{name}" for name in NAMES}
