"""What an investor is called, reduced to keys: two reports that share a key are of one investor until somebody says
otherwise.

A key is a name, exactly normalised (full width, brackets, blanks, traditional signs), or a credit code. A similar name
is a question for a person, not a refusal.
"""

from collections.abc import Collection

from django.db.models import Q

from chainlab import names
from lianzhang.registry.models import Enterprise

CODE = "#"  # before a credit code among the keys: no normalised name begins with it


def key(investor_name: str) -> str:
    """The key of a name as written; empty for an empty name."""
    return names.normalise(investor_name) if investor_name.strip() else ""


def keys(*, investor_name: str, investor_code: str = "", enterprise: Enterprise | None = None) -> list[str]:
    """Every key under which a project's investor may already be known, the investor's own name first."""
    found = [key(investor_name), *coded(investor_code)]
    if enterprise is not None:
        found += [enterprise.name_key, key(enterprise.name), *coded(enterprise.credit_code or "")]
    return list(dict.fromkeys(k for k in found if k))


def looked_up(*, investor_name: str, investor_code: str = "", enterprise: Enterprise | None = None) -> list[str]:
    """The same with what the register calls the investor, now and formerly: a firm renamed is the same firm."""
    firm = registered(investor_name=investor_name, investor_code=investor_code)
    found = keys(investor_name=investor_name, investor_code=investor_code, enterprise=enterprise)
    if firm is not None:
        found += keys(investor_name=firm.name, investor_code=firm.credit_code or "")
        found += firm.aliases.values_list("key", flat=True)
    return list(dict.fromkeys(found))


def codes(found: Collection[str]) -> list[str]:
    """The credit codes among keys."""
    return [each.removeprefix(CODE) for each in found if each.startswith(CODE)]


def registered(*, investor_name: str, investor_code: str = "") -> Enterprise | None:
    """The firm of the register that the investor is: by its code, else by its name or an earlier one, if one only."""
    firms = Enterprise.objects.filter(merged_into__isnull=True)
    by_code = firms.filter(credit_code=investor_code).first() if investor_code else None
    if by_code is not None or not key(investor_name):
        return by_code
    named = firms.filter(Q(name_key=key(investor_name)) | Q(aliases__key=key(investor_name))).distinct()[:2]
    one = named[0] if len(named) == 1 else None
    is_another = one is not None and investor_code and one.credit_code and one.credit_code != investor_code
    return None if is_another else one


def coded(code: str) -> list[str]:
    """A credit code as it stands among the keys; nothing for none."""
    return [CODE + code] if code else []
