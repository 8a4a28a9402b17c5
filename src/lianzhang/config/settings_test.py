"""Settings of the test suite: the same system, with a home of its own and fast password hashing."""

import os
import tempfile

os.environ.setdefault("LIANZHANG_HOME", tempfile.mkdtemp(prefix="lianzhang-test-"))

from lianzhang.config.settings import *  # noqa: F403

ALLOWED_HOSTS = ["*"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
AXES_ENABLED = True
