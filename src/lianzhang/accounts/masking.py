"""Showing personal data as far as needed to recognise it, no further."""

SHOWN_BEFORE, SHOWN_AFTER = 3, 4


def masked_phone(phone: str) -> str:
    """138****1234: enough to recognise a number one knows, not enough to dial one that one does not.

    A number too short to keep seven digits shows none.
    """
    digits = phone.strip()
    if not digits:
        return ""
    if len(digits) < SHOWN_BEFORE + SHOWN_AFTER + 1:
        return "*" * len(digits)
    return digits[:SHOWN_BEFORE] + "*" * (len(digits) - SHOWN_BEFORE - SHOWN_AFTER) + digits[-SHOWN_AFTER:]
