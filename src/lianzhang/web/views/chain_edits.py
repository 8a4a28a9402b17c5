"""What the secretariat sets up and changes: schemes, chains, anchor firms, results, and what became of older chains."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from lianzhang.accounts.models import Person
from lianzhang.accounts.rules import Act, Thing
from lianzhang.chains.actions import results
from lianzhang.chains.actions import schemes as actions
from lianzhang.chains.models import Anchor, Chain, Result, Scheme
from lianzhang.chains.queries import schemes as queries
from lianzhang.web import access, conflict, submitting
from lianzhang.web.forms import chains as forms

FORM = ["GET", "HEAD", "POST"]
TEMPLATE = "chains/form.html"


def _answer(request: HttpRequest, form: Any, *, write: Callable[[dict[str, Any]], str], **frame: Any) -> HttpResponse:
    return submitting.respond(request, form, act=write, frame=frame, template=TEMPLATE)


def _scheme(person: Person, code: str) -> Scheme:
    return Scheme.objects.editable_by(person).get_or_404(code=code)


def _chain(person: Person, code: str) -> Chain:
    return Chain.objects.editable_by(person).select_related("scheme").get_or_404(code=code)


def _page_of(found: Scheme | Chain) -> str:
    return reverse("chains:scheme" if isinstance(found, Scheme) else "chains:chain", args=[found.code])


# --- schemes ----------------------------------------------------------------------------------------------------------


@access.writes_every(Thing.CHAIN)
@require_http_methods(FORM)
def new_scheme(request: HttpRequest) -> HttpResponse:
    """设立方案."""
    person = access.person_of(request)
    form = forms.NewSchemeForm(request.POST or None, initial={"valid_from": timezone.localdate()})

    def write(said: dict[str, Any]) -> str:
        said.pop("version")
        return _page_of(actions.found_scheme(**said, by=person))

    return _answer(request, form, write=write, title=_("新建方案"), back_url=reverse("chains:list"))


@access.writes_every(Thing.CHAIN)
@require_http_methods(FORM)
def edit_scheme(request: HttpRequest, code: str) -> HttpResponse:
    """修改方案."""
    person = access.person_of(request)
    found = _scheme(person, code)
    form = forms.SchemeForm(request.POST or None, scheme=found)

    def write(said: dict[str, Any]) -> str:
        version = said.pop("version")
        return _page_of(actions.edit_scheme(scheme=found, changes=said, version=version, by=person))

    frame = {"title": _("修改方案"), "back_url": _page_of(found), "scheme": found, "record": found}
    return _answer(request, form, write=write, **frame)


@access.approves(Thing.CHAIN)
@require_POST
def confirm_scheme(request: HttpRequest, code: str) -> HttpResponse:
    """The city works by this scheme."""
    person = access.person_of(request)
    found = Scheme.objects.visible_to(person).get_or_404(code=code)
    actions.confirm_scheme(scheme=found, version=conflict.version_of(request, found), by=person)
    return redirect(_page_of(found))


@access.writes_every(Thing.CHAIN)
@require_http_methods(FORM)
def propose_mapping(request: HttpRequest, code: str) -> HttpResponse:
    """提出新旧对应: every chain of an older scheme gets its row, to be confirmed one by one."""
    person = access.person_of(request)
    found = _scheme(person, code)
    form = forms.ProposalForm(request.POST or None, scheme=found, person=person)

    def write(said: dict[str, Any]) -> str:
        actions.propose_successions(scheme=found, older=said["older"], by=person)
        return reverse("chains:mapping", args=[found.code])

    frame = {"title": _("提出新旧对应"), "back_url": _page_of(found), "scheme": found, "record": found}
    return _answer(request, form, write=write, about=_("名称或代码相同的先行对应，其余列为存档，逐条确认。"), **frame)


# --- chains -----------------------------------------------------------------------------------------------------------


@access.writes_every(Thing.CHAIN)
@require_http_methods(FORM)
def new_chain(request: HttpRequest, code: str) -> HttpResponse:
    """设立产业链 in a scheme."""
    person = access.person_of(request)
    found = _scheme(person, code)
    initial = {"position": found.chains.count() + 1}
    form = forms.NewChainForm(request.POST or None, scheme=found, person=person, initial=initial)

    def write(said: dict[str, Any]) -> str:
        said.pop("version")
        actions.add_chain(scheme=found, **said, by=person)
        return _page_of(found)

    frame = {"title": _("新建产业链"), "back_url": _page_of(found), "scheme": found, "record": found}
    return _answer(request, form, write=write, **frame)


@access.writes(Thing.CHAIN)
@require_http_methods(FORM)
def edit_chain(request: HttpRequest, code: str) -> HttpResponse:
    """修改产业链."""
    person = access.person_of(request)
    found = _chain(person, code)
    form = forms.ChainForm(request.POST or None, scheme=found.scheme, person=person, chain=found)

    def write(said: dict[str, Any]) -> str:
        version = said.pop("version")
        return _page_of(actions.edit_chain(chain=found, changes=said, version=version, by=person))

    frame = {"title": _("修改产业链"), "back_url": _page_of(found), "scheme": found.scheme, "record": found}
    return _answer(request, form, write=write, **frame)


@access.writes(Thing.CHAIN)
@require_http_methods(FORM)
def name_anchor(request: HttpRequest, code: str) -> HttpResponse:
    """链主企业: those of today, and one more."""
    person, today = access.person_of(request), timezone.localdate()
    found = _chain(person, code)
    form = forms.AnchorForm(request.POST or None, person=person, initial={"from_on": today})

    def write(said: dict[str, Any]) -> str:
        actions.name_anchor(chain=found, **said, by=person)
        return _page_of(found)

    frame = {
        "title": _("链主企业"),
        "submit": _("列为链主"),
        "back_url": _page_of(found),
        "scheme": found.scheme,
        "record": found,
        "anchors": queries.anchors(found),
    }
    return submitting.respond(request, form, act=write, frame=frame, template="chains/anchors.html")


@access.writes(Thing.CHAIN)
@require_http_methods(FORM)
def end_anchor(request: HttpRequest, pk: int) -> HttpResponse:
    """不再列为链主."""
    person, today = access.person_of(request), timezone.localdate()
    found = (
        Anchor.objects.editable_by(person).standing().select_related("chain__scheme", "enterprise").get_or_404(pk=pk)
    )
    form = forms.AnchorEndForm(request.POST or None, initial={"on": today, "version": found.version})

    def write(said: dict[str, Any]) -> str:
        actions.end_anchor(anchor=found, **said, today=today, by=person)
        return _page_of(found.chain)

    frame = {"title": _("不再列为链主"), "about": found.enterprise.name, "back_url": _page_of(found.chain)}
    return _answer(request, form, write=write, scheme=found.chain.scheme, record=found.chain, **frame)


# --- results ----------------------------------------------------------------------------------------------------------


@access.writes(Thing.PLAN)
@require_http_methods(FORM)
def add_result(request: HttpRequest, code: str) -> HttpResponse:
    """录入结果 of a chain in a year."""
    person, today = access.person_of(request), timezone.localdate()
    chains = Chain.objects.within(person, act=Act.WRITE, thing=Thing.PLAN).select_related("scheme")
    found = chains.get_or_404(code=code)
    form = forms.ResultForm(request.POST or None, person=person, initial={"year": today.year - 1})

    def write(said: dict[str, Any]) -> str:
        said.pop("version")
        results.enter(chain=found, source=said.pop("cited"), **said, by=person)
        return _page_of(found)

    return _answer(request, form, write=write, title=_("录入结果"), back_url=_page_of(found), chain=found, record=found)


@access.writes(Thing.PLAN)
@require_http_methods(FORM)
def edit_result(request: HttpRequest, pk: int) -> HttpResponse:
    """更正结果."""
    person = access.person_of(request)
    found = Result.objects.editable_by(person).select_related("chain__scheme").get_or_404(pk=pk)
    form = forms.ResultForm(request.POST or None, person=person, result=found)

    def write(said: dict[str, Any]) -> str:
        version = said.pop("version")
        results.correct(result=found, source=said.pop("cited"), changes=said, version=version, by=person)
        return _page_of(found.chain)

    frame = {"title": _("更正结果"), "back_url": _page_of(found.chain), "chain": found.chain, "record": found.chain}
    return _answer(request, form, write=write, **frame)
