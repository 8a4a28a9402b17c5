"""认定 of many names at once: the material groups of an export are a table that is gone through once."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from lianzhang.accounts.rules import Thing
from lianzhang.intake import actions
from lianzhang.web import access
from lianzhang.web.forms.intake import DecisionTable
from lianzhang.web.views import intake


@access.writes(Thing.LEDGER)
@require_POST
def decide_many(request: HttpRequest, code: str) -> HttpResponse:
    """Say what each name of the table means; what is wrong stays to be decided, the rest is kept."""
    person = access.person_of(request)
    found, table = intake.editable(code, person), DecisionTable(request.POST)
    for name, wrong in table.errors:
        messages.error(request, _("“%(name)s”没有认定：%(wrong)s") % {"name": name, "wrong": wrong})
    if table.decisions:
        actions.decide_many(found, decisions=table.decisions, by=person)
        count = len(table.decisions)
        messages.info(request, ngettext("已认定 %(n)d 个。", "已认定 %(n)d 个。", count) % {"n": count})
    elif not table.errors:
        messages.error(request, _("没有认定：请选定一项。"))
    return redirect("intake:batch", code=code)
