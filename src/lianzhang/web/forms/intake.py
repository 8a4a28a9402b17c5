"""Forms of the intake: handing in a workbook, deciding a name, choosing and confirming rows."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lianzhang.accounts.models import Person
from lianzhang.intake import protocol
from lianzhang.intake.protocol import Ledger


class UploadForm(forms.Form):
    """报送: the workbook, and what its rows belong to where they do not say it themselves."""

    file = forms.FileField(
        label=_("工作簿"),
        help_text=_("xlsx、xls、et 或 csv，不超过 50 MB。先预览，确认后才写入。"),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.xlsm,.xls,.et,.csv"}),
        error_messages={"required": _("请选择文件。"), "empty": _("文件是空的。请重新保存后上传。")},
    )

    def __init__(self, *args: Any, ledger: Ledger, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.ledger = ledger
        for one in ledger.context:
            unsaid = _("请选择") if one.is_required else _("以表中所填为准")
            choices = [("", unsaid), *one.choices(person)]
            self.fields[one.key] = forms.ChoiceField(
                label=one.label, choices=choices, required=one.is_required, help_text=one.help
            )

    @property
    def scope(self) -> dict[str, str]:
        """The context chosen, without what was left open."""
        keys = [one.key for one in self.ledger.context]
        return {key: self.cleaned_data[key] for key in keys if self.cleaned_data.get(key)}


class DecisionForm(forms.Form):
    """认定: this firm, a new one, or not to be taken with the reason."""

    question = forms.CharField(max_length=200)
    choice = forms.CharField(max_length=30, error_messages={"required": _("请选定一项。")})
    reason = forms.CharField(max_length=200, required=False)

    @property
    def decision(self) -> dict[str, Any]:
        """The decision as `intake.actions.decide` takes it."""
        chosen = self.cleaned_data["choice"]
        if chosen in ("new", "skip"):
            return {"as": chosen, "reason": self.cleaned_data["reason"]}
        way, _dash, known = chosen.rpartition("-")
        return {"as": way or "same", "id": known}

    def clean_choice(self) -> str:
        chosen = str(self.cleaned_data["choice"])
        if chosen == "skip" and not self.data.get(self.add_prefix("reason"), "").strip():
            raise forms.ValidationError(_("不导入须写明原因。"))
        known = chosen.removeprefix("after-")  # the row comes after this record, and is not it
        if chosen not in ("new", "skip") and not (known.isascii() and known.isdigit()):
            raise forms.ValidationError(_("请选定一项。"))
        return chosen


class DecisionTable:
    """认定 of many names at once: a row for each, `<n>-question`, `<n>-choice`, `<n>-reason`. Rows left open are not
    decided; `errors` says which are wrong."""

    MOST = 500

    def __init__(self, data: Mapping[str, str]) -> None:
        count = data.get("rows", "")
        wanted = min(int(count), self.MOST) if count.isascii() and count.isdigit() and len(count) < 6 else 0
        found = [DecisionForm(data, prefix=str(n)) for n in range(wanted) if data.get(f"{n}-choice")]
        self.decisions: dict[str, dict[str, Any]] = {}
        self.errors: list[tuple[str, str]] = []
        for form in found:
            if form.is_valid():
                self.decisions[form.cleaned_data["question"]] = form.decision
            else:
                self.errors.append((str(form["question"].value()), " ".join(map(str, form.errors["choice"]))))


class ClashForm(forms.Form):
    """认定同改的格: of each cell, `cell-<row>:<column>`, what is to stand; or of all that wait."""

    plan = forms.CharField(max_length=64)
    all = forms.ChoiceField(choices=[(protocol.KEEP, ""), (protocol.SHEET, "")], required=False)

    @property
    def cells(self) -> dict[tuple[int, str], str]:
        """(row, column) → what was said of it; what is no cell or no answer is left out."""
        found = {}
        for name, said in self.data.items():
            row, _colon, cell = name.removeprefix("cell-").partition(":")
            is_one = name.startswith("cell-") and row.isascii() and row.isdigit() and len(row) < 19
            if is_one and said in (protocol.KEEP, protocol.SHEET):
                found[int(row), cell] = str(said)
        return found


class PlanForm(forms.Form):
    """确认写入: the digest of the plan that was shown."""

    plan = forms.CharField(max_length=64)


class RowsForm(forms.Form):
    """选定行: ids of staged rows."""

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        self.ids = [int(text) for text in data.getlist("row") if text.isascii() and text.isdigit()]
