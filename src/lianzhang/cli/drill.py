"""The last part of a restore drill: sign in on the restored installation and open pages, as a person would.

python -m lianzhang.cli.drill
"""

import sys

from lianzhang.cli import framework


def main() -> int:
    """Open the front page as somebody who holds a post today; 0 when it is served."""
    framework.start()
    from django.conf import settings
    from django.shortcuts import resolve_url
    from django.test import Client
    from django.utils import timezone

    from lianzhang.accounts.models import Appointment

    client = Client(SERVER_NAME="localhost", raise_request_exception=False)
    codes = {"sign-in page": client.get(resolve_url(settings.LOGIN_URL)).status_code}
    held = Appointment.objects.current(timezone.localdate()).filter(person__is_active=True).first()
    if held is not None:
        client.force_login(held.person, backend="django.contrib.auth.backends.ModelBackend")
        codes["front page"] = client.get(resolve_url(settings.LOGIN_REDIRECT_URL), follow=True).status_code
    for name, code in codes.items():
        print(f"{name}: {code}")
    return 0 if set(codes.values()) == {200} else 1


if __name__ == "__main__":
    sys.exit(main())
