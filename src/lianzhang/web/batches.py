"""What is done with ticked rows: each for itself, in its own transaction, and every one named that was not done."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from lianzhang.accounts.actions import Refused
from lianzhang.records.models import Stale

MOST = 500


@dataclass(frozen=True, kw_only=True)
class Action:
    """批量操作: a button over ticked rows; posts `row=…` ids to `url`. `confirm` asks first; `asks_reason` wants a
    reason."""

    label: str | Promise
    url: str
    confirm: str | Promise = ""
    asks_reason: bool = False


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """One row: its code and name, where it opens, and why it was left as it was (empty: done, with `words`)."""

    code: str
    name: str
    url: str
    reason: str = ""
    words: str = ""


def ticked(request: HttpRequest) -> list[str]:
    """The ids of the ticked rows."""
    return request.POST.getlist("row")[:MOST]


def respond(
    request: HttpRequest,
    form: forms.Form,
    *,
    records: Sequence[Any],
    shown: Callable[[Any], tuple[str, str]],
    write: Callable[[Any, dict[str, Any], int], object],
    title: str,
    back_url: str,
    others: Sequence[Outcome] = (),
) -> HttpResponse:
    """Ask once for what holds for all ticked `records`, then `write(record, said, version)` one after another.
    `shown` gives a record's name and address. The form is bound once it was asked (`asked` is posted). A ticked code
    that is none of `records` is told as well: it may be another chain's, or gone. `others` are told beside them."""
    left = [code for code in ticked(request) if code not in {record.code for record in records}]
    rows = [(record, *shown(record), request.POST.get(f"version_{record.code}", record.version)) for record in records]
    frame = {"form": form, "title": title, "back_url": back_url, "rows": rows, "left": left}
    frame["illustrative"] = _is_invented(records)
    if not form.is_bound or not records:
        return render(request, "parts/batch_page.html", frame)
    if not form.is_valid():
        return render(request, "parts/batch_page.html", frame, status=422)
    done = [Outcome(code=code, name=code, url=back_url, reason=_("不在您可办理的范围，未改动。")) for code in left]
    for record, name, url, version in rows:
        seen = int(version) if str(version).isdecimal() and len(str(version)) < 10 else 0
        reason = attempt(partial(write, record, dict(form.cleaned_data), seen))
        done.append(Outcome(code=record.code, name=name, url=url, reason=reason))
    return tell(request, [*done, *others], title=title, back_url=back_url, illustrative=_is_invented(records))


def tell(
    request: HttpRequest, done: Iterable[Outcome], *, title: str, back_url: str, illustrative: bool
) -> HttpResponse:
    """What became of every row, those that were left as they were first."""
    ordered = sorted(done, key=lambda outcome: not outcome.reason)
    left = sum(1 for outcome in ordered if outcome.reason)
    context = {
        "title": title,
        "outcomes": ordered,
        "done_count": len(ordered) - left,
        "left_count": left,
        "back_url": back_url,
        "illustrative": illustrative,
    }
    return render(request, "parts/batch_done.html", context)


def attempt(act: Callable[[], object]) -> str:
    """Do it; why it was not done, or nothing."""
    try:
        act()
    except Refused as refused:
        return str(refused.reason)
    except Stale:
        return _("他人已修改这条记录，未改动。")
    return ""


def _is_invented(records: Sequence[Any]) -> bool:
    return any(getattr(record, "is_illustrative", False) or record.chain.is_illustrative for record in records)
