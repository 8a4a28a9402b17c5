"""Forms of collecting: what is asked of whom until when, the columns as lines of a table, rows of an answer."""

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lianzhang.accounts.models import Body
from lianzhang.accounts.rules import BodyKind
from lianzhang.collecting import columns, queries
from lianzhang.collecting.models import Collection

SPARE_COLUMNS = 4
FEWEST_LINES = 8
MOST_ROWS = 300
_UNIT = re.compile(r"[（(]([^（）()]{1,12})[）)]\s*$")
_DATE = re.compile(r"日期|时间|年月日|date", re.IGNORECASE)
_CELLS = re.compile(r"[\t\r\n、，,；;]+")
_SUMMED = re.compile(r"(数|数量|人次)$")
_MONEY = re.compile(r"(投资|投资额|金额|产值|损失|资金|营收)$")
_OURS = {"序号", "填报单位", "报送单位", "上报单位"}  # the system numbers the rows and knows who answers
_COUNT = {"家", "个", "人", "人次", "项", "户", "件", "次", "场", "处", "栋", "台", "辆"}


class MomentInput(forms.DateTimeInput):
    """A day and time as the browser's own picker."""

    input_type = "datetime-local"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%dT%H:%M")


class DueForm(forms.Form):
    """延期."""

    due_at = forms.DateTimeField(label=_("截止时间"), widget=MomentInput())


class CollectionForm(DueForm):
    """发起收表, without its columns."""

    title = forms.CharField(label=_("名称"), max_length=120)
    request = forms.CharField(
        label=_("填报要求"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )
    has_many_rows = forms.BooleanField(
        label=_("每个单位可填多行"), required=False, help_text=_("不勾选时每个单位只填一行。")
    )
    bodies = forms.ModelMultipleChoiceField(
        label=_("应报单位"), queryset=Body.objects.none(), widget=forms.CheckboxSelectMultiple
    )
    field_order = ("title", "request", "due_at", "has_many_rows", "bodies")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["bodies"]
        field.queryset = queries.bodies()
        field.label_from_instance = lambda body: body.name

    def groups(self) -> list[tuple[str, list[tuple[Body, bool]]]]:
        """应报单位 by kind, districts first, each with whether it is ticked: a form mostly goes to all of one kind."""
        said = self["bodies"].value() or ()
        ticked = {str(getattr(one, "pk", one)) for one in said}
        kinds: dict[str, list[tuple[Body, bool]]] = {}
        for body in self.fields["bodies"].queryset:  # type: ignore[attr-defined]
            kinds.setdefault(body.kind, []).append((body, str(body.pk) in ticked))
        order = [BodyKind.DISTRICT, BodyKind.TASK_FORCE, *BodyKind]
        found = sorted(kinds.items(), key=lambda kind: order.index(BodyKind(kind[0])))
        return [(str(BodyKind(kind).label), bodies) for kind, bodies in found]


class ColumnLines:
    """The table in which columns are written, `col-<n>-<what>`; also read from the header row of a workbook."""

    def __init__(self, lines: Sequence[Mapping[str, Any]]) -> None:
        self.lines = list(lines)

    @classmethod
    def posted(cls, data: Mapping[str, str]) -> "ColumnLines":
        """The lines of a posted table that have a name."""
        found = []
        for n in range(columns.MOST + SPARE_COLUMNS):
            label = (data.get(f"col-{n}-label") or "").strip()
            if label:
                kind = data.get(f"col-{n}-kind", "text")
                choices = re.split(r"[，,、;；/]\s*", data.get(f"col-{n}-choices") or "")
                found.append(
                    {
                        "label": label,
                        "kind": kind if kind in columns.KINDS else "text",
                        "unit": data.get(f"col-{n}-unit") or "",
                        "is_total": bool(data.get(f"col-{n}-total")),
                        "is_required": bool(data.get(f"col-{n}-required")),
                        "choices": tuple(word.strip()[:40] for word in choices if word.strip()),
                    }
                )
        return cls(found)

    @classmethod
    def like(cls, collection: Collection) -> "ColumnLines":
        """The columns of a form that went out before."""
        return cls([{**column.plain()} for column in columns.of(collection)])

    @classmethod
    def of_header(cls, texts: Sequence[str]) -> "ColumnLines":
        """Columns guessed from the cells of a header row: unit in brackets, dates by name."""
        known = [text for text in texts if text.strip() and text.strip() not in _OURS]
        return cls([guessed(text) for text in known][: columns.MOST])

    @classmethod
    def of_text(cls, text: str) -> "ColumnLines":
        """The same from a header that was pasted: cells of a sheet, or words with commas between them."""
        return cls.of_header(_CELLS.split(text))

    def columns(self) -> list[columns.FormColumn]:
        """The columns as the form keeps them; raises Refused for what no form can be."""
        return columns.checked(columns.numbered(self.lines))

    def shown(self) -> list[dict[str, Any]]:
        """The lines of the table with spare ones below."""
        spare = max(FEWEST_LINES - len(self.lines), SPARE_COLUMNS)
        return [{**line, "choices": "、".join(line.get("choices", ()))} for line in self.lines] + [
            {} for _n in range(spare)
        ]


def guessed(text: str) -> dict[str, Any]:
    """One header: its name, and what its cells probably are."""
    plain = " ".join(text.split())
    unit = _UNIT.search(plain)
    said = unit[1].strip() if unit else ""
    label = plain[: unit.start()].strip() if unit else plain
    kind = "wan" if said in {"万元", "亿元"} else "integer" if said in _COUNT else "number" if said else "text"
    if kind == "text" and _DATE.search(label):
        kind = "date"
    elif kind == "text" and _SUMMED.search(label):
        kind = "integer"
    elif kind == "text" and _MONEY.search(label):
        kind = "wan"
    is_total = kind in columns.SUMMED and not said.endswith("%")
    return {"label": label, "kind": kind, "unit": said if kind in {"integer", "number"} else "", "is_total": is_total}


def header_of(grids: Sequence[Any]) -> list[str]:
    """The header row of a workbook: of its first twenty rows the one with most different words and fewest figures."""
    best: list[str] = []
    for grid in grids[:1]:
        for row in grid.rows[:20]:
            texts = [str(cell).strip() for cell in row if isinstance(cell, str) and str(cell).strip()]
            if len(set(texts)) == len(texts) and len(texts) > len(best):
                best = texts
    return best


class AnswerRows:
    """The rows of an answer as posted, `row-<n>-<key>`; `errors` says by row and column what cannot be taken."""

    def __init__(self, data: Mapping[str, str], form: Sequence[columns.FormColumn]) -> None:
        self.data, self.form = data, form
        self.errors: dict[tuple[int, str], str] = {}
        count = data.get("rows", "0")
        self.count = min(int(count) if count.isdecimal() and len(count) < 6 else 0, MOST_ROWS)

    def text(self, row: int, key: str) -> str:
        return (self.data.get(f"row-{row}-{key}") or "").strip()

    def values(self) -> list[dict[str, Any]]:
        """The rows that say something, packed."""
        found = []
        for row in range(self.count):
            said: dict[str, Any] = {}
            for column in self.form:
                value, wrong = columns.read(column, self.text(row, column.key))
                if wrong:
                    self.errors[row, column.key] = wrong
                elif value is not None:
                    said[column.key] = value
            if said:
                found.append(said)
        return found


class HandInForm(forms.Form):
    """上传: the workbook of an answer."""

    file = forms.FileField(
        label=_("工作簿"),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.xlsm,.xls,.et,.csv"}),
        error_messages={"required": _("请选择文件。"), "empty": _("文件是空的。请重新保存后上传。")},
    )


class SubmitForm(forms.Form):
    """报送."""

    note = forms.CharField(label=_("说明"), max_length=300, required=False)
    is_nil = forms.BooleanField(label=_("零报告"), required=False)
    version = forms.IntegerField(required=False)


def default_due() -> Any:
    """Six in the evening of today, or of tomorrow where that is over."""
    now = timezone.localtime()
    due = now.replace(hour=18, minute=0, second=0, microsecond=0)
    return due if due > now else due + dt.timedelta(days=1)
