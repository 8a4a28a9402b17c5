"""One way to answer a form: valid → one action → on; refused by the office's rules → the form again with why (422)."""

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from lianzhang.accounts.actions import Refused

Act = Callable[[dict[str, Any]], str]


def respond(
    request: HttpRequest,
    form: forms.BaseForm,
    *,
    act: Act,
    frame: Mapping[str, Any],
    template: str = "parts/form_page.html",
) -> HttpResponse:
    """Show `form` in `frame`, or hand its cleaned data to `act`, which writes and returns the address to go on to.

    A broken rule of the office comes back on the form, with everything typed still there.
    """
    if request.method != "POST":
        return render(request, template, {"form": form, **frame})
    if form.is_valid():
        try:
            return redirect(act(dict(form.cleaned_data)))
        except Refused as refused:
            form.add_error(None, refused.reason)
    return render(request, template, {"form": form, **frame}, status=422)
