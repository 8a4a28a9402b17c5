"""Tables that are records of acts: the system writes them when somebody decides, and takes none of their rows back in.
Their export handed in as a ledger is recognised by its name and told so, before a single row is taken for another's."""

import dataclasses
import re
from functools import cache

from django.conf import settings
from django.utils import translation
from django.utils.module_loading import import_string

from chainlab.sheets import furniture, messages
from chainlab.sheets.reading import Reading, Rows
from lianzhang.tables import TableSpec

_SAVED = re.compile(r"(?:_\d{8})?(?: ?[（(]\d+[)）])?$")  # the day an export carries in its name, a second copy of it
_ABOUT = ("说明", "Note")


def turned_away(reading: Reading) -> Reading:
    """The reading; without its rows, and saying why, where every sheet of the file is such a record."""
    seen = [name for name in reading.sheets_seen if name not in furniture.OUR_SHEETS and name not in _ABOUT]
    known = _titles()
    titles = [known.get(_SAVED.sub("", name.strip())) for name in seen]
    if not titles or titles[0] is None or None in titles:
        return reading
    told = messages.complaint("record_of_acts", title=titles[0])
    return dataclasses.replace(reading, rows=Rows(), columns=(), complaints=(told,), notes=())


@cache
def _titles() -> dict[str, tuple[str, str]]:
    """What each record is called, in either language → in both."""
    found: dict[str, tuple[str, str]] = {}
    for dotted in settings.RECORDS_OF_ACTS:
        table: TableSpec = import_string(dotted)
        with translation.override("zh-hans"):
            zh = str(table.title)
        with translation.override("en"):
            en = str(table.title)
        found |= {zh: (zh, en), en: (zh, en)}
    return found
