"""What an investor is called, reduced to a key: two reports of one key are one investor until somebody says otherwise.

Name only, exactly normalised (full width, brackets, blanks, traditional signs): a similar name is a question for a
person, not a refusal.
"""

from chainlab import names
from lianzhang.registry.models import Enterprise


def key(investor_name: str) -> str:
    """The key of a name as written; empty for an empty name."""
    return names.normalise(investor_name) if investor_name.strip() else ""


def keys(*, investor_name: str, enterprise: Enterprise | None) -> list[str]:
    """Every key under which a project's investor may already be known, the investor's own name first."""
    found = [key(investor_name)]
    if enterprise is not None:
        found += [enterprise.name_key, key(enterprise.name)]
    return list(dict.fromkeys(k for k in found if k))
