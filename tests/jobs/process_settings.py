"""The product's settings with the errands of the tests as its jobs."""

from lianzhang.config.settings import *  # noqa: F403
from tests.jobs import known

JOBS = known.KINDS
JOB_ENDINGS = {}
