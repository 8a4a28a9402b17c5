"""认定 of many at once: names as a table that is gone through once, and cells that two people changed."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from lianzhang.accounts.rules import Thing
from lianzhang.intake import actions
from lianzhang.intake.protocol import PlanChanged
from lianzhang.web import access
from lianzhang.web.forms.intake import ClashForm, DecisionTable
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


@access.writes(Thing.LEDGER)
@require_POST
def settle(request: HttpRequest, code: str) -> HttpResponse:
    """Say of cells that others wrote since the sheet was made whether what stands is kept or the sheet is taken."""
    person = access.person_of(request)
    found, form = intake.editable(code, person), ClashForm(request.POST)
    if not form.is_valid() or not (form.cells or form.cleaned_data["all"]):
        messages.error(request, _("没有认定：请选定一项。"))
        return redirect("intake:batch", code=code)
    plan, every = form.cleaned_data["plan"], form.cleaned_data["all"]
    try:
        if every:
            actions.settle_all(found, as_=every, plan=plan, by=person)
        else:
            actions.settle(found, cells=form.cells, plan=plan, by=person)
    except PlanChanged:
        messages.warning(request, _("此后又有改动，没有认定。请按下面的现值重新选定。"))
    return redirect("intake:batch", code=code)
