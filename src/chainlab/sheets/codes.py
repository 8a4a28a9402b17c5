"""Credit codes and division codes: put in standard form, checked, never mended."""

from __future__ import annotations

import re
import unicodedata

from chainlab import places

ABROAD = "000000"
_ABROAD_WORDS = {"境外", "国外", "海外", "进口"}
_UNUSED_LETTERS = "IOSVZ"


class Wrong(Exception):
    """`code` and `words` say what is wrong in messages.toml."""

    def __init__(self, code: str, **words: object) -> None:
        super().__init__(code)
        self.code = code
        self.words = words


def uscc(text: str) -> str:
    """The 18-character credit code in a text; raises Wrong. O for 0 or I for 1 is pointed at, not changed."""
    from stdnum.cn import uscc as standard

    code = re.sub(r"[\s\-—]", "", unicodedata.normalize("NFKC", text)).upper()
    if len(code) in (9, 10, 13, 15) and re.fullmatch(r"[0-9A-Z]+", code):
        raise Wrong("uscc_old_number", count=len(code))
    if len(code) != 18:
        raise Wrong("uscc_length", count=len(code))
    odd = sorted({sign for sign in code if sign in _UNUSED_LETTERS or not re.match("[0-9A-Z]", sign)})
    if odd:
        raise Wrong("uscc_letters", letters="、".join(odd))
    if not standard.is_valid(code):
        raise Wrong("uscc_checksum")
    return code


def region(text: str) -> str:
    """The six-digit division code that a code or a place name means; raises Wrong.

    境外 is 000000. A name that several places share is an error.
    """
    text = re.sub(r"\s", "", unicodedata.normalize("NFKC", text))
    if text in _ABROAD_WORDS:
        return ABROAD
    if re.fullmatch(r"\d{2}|\d{4}|\d{6}|\d{9}|\d{12}", text):
        code = text[:6].ljust(6, "0")
        if code == ABROAD or code in places.names():
            return code
        raise Wrong("region_unknown")
    found = places.codes_named(text)
    if len(found) > 1:
        raise Wrong("region_ambiguous")
    if not found:
        raise Wrong("region_former" if places.is_former(text) else "region_unknown")
    return next(iter(found))
