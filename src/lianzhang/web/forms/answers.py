"""Tables a firm answers in, read row by row: a table has one name for each cell, `row-<n>-<column>`."""

import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal, InvalidOperation

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from chainlab.sheets import codes
from lianzhang.registry.actions.answers import Bands, Tick
from lianzhang.registry.bands import Kind, Limits
from lianzhang.registry.models import Purchase

WITHHELD = "withheld"
MOST_ROWS = 1500
MADE = frozenset(Purchase.Make.values)
_AMOUNT = re.compile(r"\d[\d,.]*\s*(?:万|亿|元|%)|[¥￥$]")


def written(band: Limits | None) -> str:
    """A band as the value of an option: `1000:5000`, open `50000:`."""
    if band is None:
        return ""
    return f"{band.low.normalize():f}:{'' if band.high is None else format(band.high.normalize(), 'f')}"


class Wrong(Exception):
    """A cell that cannot be taken."""


class Rows:
    """The rows of a posted table; `errors` says by row what is wrong with it."""

    columns: tuple[str, ...] = ()  # what is answered in a row, in the order in which `seen` keeps it

    def __init__(self, data: Mapping[str, str]) -> None:
        self.data = data
        self.errors: dict[int, str] = {}
        self.count = min(_whole(data.get("rows")) or 0, MOST_ROWS)

    def said(self, row: int, column: str) -> str:
        return (self.data.get(f"row-{row}-{column}") or "").strip()

    def version(self, row: int) -> int | None:
        return _whole(self.said(row, "version"))

    def is_untouched(self, row: int) -> bool:
        """Whether the row says what it was shown with."""
        shown = self.data.get(f"row-{row}-seen")
        return shown is not None and shown == "|".join(self.said(row, column) for column in self.columns)


class TickRows(Rows):
    """目录级: parts by their id."""

    columns = ("make", "local", "welcome")

    def ticks(self, parts: Iterable[int]) -> list[Tick]:
        """What the table says of `parts`; rows of other parts are left alone."""
        known, found = set(parts), []
        for row in range(self.count):
            part = _whole(self.said(row, "part"))
            if part is None or part not in known:
                continue
            make = self.said(row, "make")
            found.append(
                Tick(
                    part,
                    make=make if make in MADE else "",
                    is_supplier_local=YES_NO.get(self.said(row, "local")),
                    is_welcome=YES_NO.get(self.said(row, "welcome")),
                    is_withheld=make == WITHHELD,
                    version=self.version(row),
                    is_untouched=self.is_untouched(row),
                )
            )
        return found

    def typed(self) -> dict[int, int]:
        """Part → the row in which something was typed of it."""
        touched = [row for row in range(self.count) if not self.is_untouched(row)]
        return {part: row for row in touched if (part := _whole(self.said(row, "part"))) is not None}


YES_NO = {"yes": True, "no": False}


class BandTable(Rows):
    """分档级: categories by their name; only the drawn bands, and the one that was answered before, are taken."""

    columns = ("make", "amount", "suppliers", "source", "certification")

    def bands(self, offered: Mapping[str, Sequence[Limits]]) -> list[Bands]:
        found = []
        for row in range(self.count):
            try:
                answer = self._row(row, offered)
            except Wrong as wrong:
                self.errors[row] = str(wrong)
                continue
            if answer is not None:
                found.append(answer)
        return found

    def _row(self, row: int, offered: Mapping[str, Sequence[Limits]]) -> Bands | None:
        category, amount, source = self.said(row, "category"), self.said(row, "amount"), self.said(row, "source")
        make = self.said(row, "make")
        region, is_abroad = _region(source)
        held = Bands(
            category=category[:80],
            plant=self.said(row, "plant")[:120],
            make=make if make in MADE else "",
            amount=None if amount == WITHHELD else self._band(row, "amount", offered[Kind.AMOUNT]),
            is_withheld=amount == WITHHELD,
            suppliers=self._band(row, "suppliers", offered[Kind.SUPPLIERS]),
            source_region=region,
            is_abroad=is_abroad,
            certification=self._band(row, "certification", offered[Kind.MONTHS]),
            version=self.version(row),
            is_untouched=self.is_untouched(row),
        )
        if category:
            return held
        if not held.is_empty or held.plant:
            raise Wrong(_("请填写类别。"))
        return None

    def typed(self) -> dict[tuple[str, str], list[int]]:
        """Category and plant → the rows in which something was typed of them."""
        found: dict[tuple[str, str], list[int]] = {}
        for row in range(self.count):
            key = (self.said(row, "category"), self.said(row, "plant"))
            if not self.is_untouched(row) and (any(key) or any(self.said(row, column) for column in self.columns)):
                found.setdefault(key, []).append(row)
        return found

    def _band(self, row: int, column: str, offered: Sequence[Limits]) -> Limits | None:
        said = self.said(row, column)
        if not said:
            return None
        low, _colon, high = said.partition(":")
        try:
            band = Limits(Decimal(low), Decimal(high) if high else None)
        except InvalidOperation:
            raise Wrong(_("请从下拉列表选一档。")) from None
        if band not in offered and said != self.said(row, f"{column}-was"):
            raise Wrong(_("请从下拉列表选一档。"))
        if not band.low.is_finite() or (band.high is not None and not band.low <= band.high):
            raise Wrong(_("请从下拉列表选一档。"))
        return band


def _region(said: str) -> tuple[str, bool | None]:
    if not said:
        return "", None
    try:
        code = codes.region(said)
    except codes.Wrong:
        raise Wrong(_("来源地“%(said)s”不是省份名称，请从列表选，境外填“境外”。") % {"said": said[:40]}) from None
    return ("", True) if code == codes.ABROAD else (code, False)


def _whole(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 12 else None


class NamesForm(forms.Form):
    """盲比级: one supplier a line, its category behind a separator."""

    names = forms.CharField(
        label=_lazy("供应商"),
        widget=forms.Textarea(attrs={"rows": 8, "autofocus": True}),
        max_length=40_000,
        help_text=_lazy(
            "每行一家，只填名称；需要时在名称后空一格（或从 Excel 粘贴两列）写类别。不填金额、份额、合同。"
        ),
        error_messages={"required": _lazy("请填写供应商名称。")},
    )

    def clean_names(self) -> list[tuple[str, str]]:
        """(name, category) of every line; an amount among them is turned away."""
        found = []
        for line in str(self.cleaned_data["names"]).splitlines():
            name, category = _two(line)
            if not name:
                continue
            if _AMOUNT.search(line):
                raise forms.ValidationError(_("“%(line)s”像是带了金额。盲比级只填名称。") % {"line": line.strip()[:40]})
            found.append((name, category))
        return found


def _two(line: str) -> tuple[str, str]:
    """Name and category: by a tab, else by the last blank after Chinese text."""
    if "\t" in line:
        name, _tab, category = line.partition("\t")
        return name.strip(), category.split("\t")[0].strip()
    name, _blank, category = line.strip().rpartition(" ")
    return (name.strip(), category.strip()) if name and not name.isascii() else (line.strip(), "")
