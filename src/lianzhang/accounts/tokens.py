"""What is kept of a token instead of the token."""

import hashlib


def digest(token: str) -> str:
    """SHA-256 of a token: the tokens are 256 random bits, so a slow hash would protect nothing more."""
    return hashlib.sha256(token.encode()).hexdigest()
