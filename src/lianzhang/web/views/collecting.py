"""收表任务 on pages: the list, opening one, who has answered, what a body answers, and the whole with its totals."""

import tempfile
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lianzhang.accounts.actions import Refused
from lianzhang.accounts.models import Person
from lianzhang.accounts.rules import Act, Thing
from lianzhang.collecting import actions, queries, sheets, tables, urging
from lianzhang.collecting import columns as form_columns
from lianzhang.collecting.models import Collection, Submission
from lianzhang.intake import tables as intake_tables
from lianzhang.web import access, answerpage, forming, listing, submitting, workbooks
from lianzhang.web.forms import collecting as forms

FORM = ["GET", "POST"]
MOST_CELLS = 800
RELATED = ("owner", "previous", "closed_by", "opened_by")


@access.reads(Thing.COLLECTION)
@require_GET
def collections(request: HttpRequest) -> HttpResponse:
    """Every form that is out or was, with how many answers came and how many in time."""
    person = access.person_of(request)
    owed = list(queries.asked_of(person).filter(collection__kind=Collection.Kind.FORM)[:20])
    context = {
        "lead": _lead_of_list(person, owed),
        "owed": [(one, tables.page(one.collection)) for one in owed],
        "new_url": reverse("collecting:new") if person.reach.may(Act.APPROVE, Thing.COLLECTION) else "",
    }
    found = queries.listed(person, kind=Collection.Kind.FORM)
    return listing.respond(request, tables.COLLECTIONS, found, template="collecting/list.html", context=context)


def _lead_of_list(person: Person, owed: list[Submission]) -> str:
    if owed:
        return _("本单位有%(count)d份表待填。") % {"count": len(owed)}
    return _("本单位没有待填的表。") if person.reach.may(Act.WRITE, Thing.COLLECTION) else ""


@access.approves(Thing.COLLECTION)
@require_http_methods(FORM)
def new(request: HttpRequest) -> HttpResponse:
    """发起收表: the form on one page, empty, like an earlier one, or with the header row of an uploaded workbook."""
    person = access.person_of(request)
    like = queries.listed(person, kind=Collection.Kind.FORM).filter(code=request.GET.get("like", "")).first()
    if request.method != "POST":
        return render(request, "collecting/new.html", _frame_of_new(_initial(like), _lines(like), like))
    lines = forms.ColumnLines.posted(request.POST)
    form = forms.CollectionForm(request.POST)
    if "take_header" in request.POST:
        taken = _header(request)
        if not taken.lines:
            messages.error(request, _("没有读到表头。请粘贴表头，或上传 xlsx、xls、et、csv，表头写在前二十行内。"))
        shown = forms.CollectionForm(initial=_typed(request))
        return render(request, "collecting/new.html", _frame_of_new(shown, taken if taken.lines else lines, like))
    if form.is_valid():
        try:
            said = form.cleaned_data
            made = actions.open_form(
                **{name: said[name] for name in ("title", "request", "has_many_rows", "due_at")},
                bodies=list(said["bodies"]),
                form=lines.columns(),
                previous=like,
                now=timezone.now(),
                by=person,
            )
            return redirect("collecting:one", code=made.code)
        except Refused as refused:
            form.add_error(None, refused.reason)
    return render(request, "collecting/new.html", _frame_of_new(form, lines, like), status=422)


def _frame_of_new(form: Any, lines: forms.ColumnLines, like: Collection | None) -> dict[str, Any]:
    return {"form": form, "lines": lines.shown(), "kinds": form_columns.KINDS, "like": like}


def _initial(like: Collection | None) -> forms.CollectionForm:
    said: dict[str, Any] = {"due_at": forms.default_due()}
    if like is not None:
        said |= {"title": like.title, "request": like.request, "has_many_rows": like.has_many_rows}
        said["bodies"] = list(like.submissions.values_list("body_id", flat=True))
    return forms.CollectionForm(initial=said)


def _lines(like: Collection | None) -> forms.ColumnLines:
    return forms.ColumnLines.like(like) if like is not None else forms.ColumnLines([])


def _typed(request: HttpRequest) -> dict[str, Any]:
    """What was typed so far, while only the header row was asked for."""
    said: dict[str, Any] = {name: request.POST.get(name, "") for name in ("title", "request", "due_at")}
    chosen = [int(pk) for pk in request.POST.getlist("bodies") if pk.isdecimal() and len(pk) < 10]
    return {**said, "has_many_rows": "has_many_rows" in request.POST, "bodies": chosen}


def _header(request: HttpRequest) -> forms.ColumnLines:
    """The header row: of the uploaded workbook, read in a child process with little time and memory, or as pasted."""
    from chainlab.sheets.reader import Limits, cells

    upload = request.FILES.get("header")
    if upload is None:
        return forms.ColumnLines.of_text(request.POST.get("header_text", ""))
    with tempfile.TemporaryDirectory() as folder:
        kept = Path(folder) / "header"
        with kept.open("wb") as out:
            for chunk in upload.chunks():
                out.write(chunk)
        limits = Limits(file_bytes=5 << 20, seconds=20, rows=5000)
        return forms.ColumnLines.of_header(forms.header_of(cells(kept, limits=limits, name=str(upload.name))))


@access.reads(Thing.COLLECTION)
@require_GET
def one(request: HttpRequest, code: str) -> HttpResponse:
    """One collection: who has answered, who has not, the text to urge them; an asked body goes to its own answer."""
    person, now = access.person_of(request), timezone.now()
    found = _collection(person, code)
    answers = queries.submissions(found)
    visible = set(Submission.objects.visible_to(person).filter(collection=found).values_list("pk", flat=True))
    mine = next((each for each in answers if each.body_id == person.reach.body_id), None)
    if mine is not None and len(visible) == 1:
        return redirect("collecting:answer", code=code, body=mine.body.code)
    may_ask = Collection.objects.editable_by(person).filter(pk=found.pk).exists()
    stands = queries.standing(answers)
    context = {
        "asked": found,
        "state": tables.state(found),
        "closing": tables.closing(found, answers),
        "lead": answerpage.sentence(stands),
        "stands": stands,
        "rows": answerpage.rows(answers, now=now),
        "urging": urging.text(found, answers, now=now) if may_ask and found.state == Collection.State.OPEN else "",
        "may_ask": may_ask and found.state == Collection.State.OPEN,
        "like_url": f"{reverse('collecting:new')}?like={found.code}" if may_ask else "",
        "columns": form_columns.of(found),
        "illustrative": found.is_illustrative,
        **answerpage.handing_in(found, answers, may_ask=may_ask),
    }
    return render(request, "collecting/one.html", context)


@access.approves(Thing.COLLECTION)
@require_http_methods(FORM)
def extend(request: HttpRequest, code: str) -> HttpResponse:
    """延期."""
    person = access.person_of(request)
    found = Collection.objects.editable_by(person).select_related(*RELATED).get_or_404(code=code)
    form = forms.DueForm(request.POST or None, initial={"due_at": timezone.localtime(found.due_at)})

    def act(said: dict[str, Any]) -> str:
        actions.extend(found, due_at=said["due_at"], now=timezone.now(), by=person)
        return tables.page(found)

    back = tables.page(found)
    frame = {"title": _("调整截止时间"), "back_url": back, "crumb_url": back, "crumb": found.title}
    return submitting.respond(request, form, act=act, frame=frame)


@access.approves(Thing.COLLECTION)
@require_POST
def close(request: HttpRequest, code: str) -> HttpResponse:
    """关闭: for good."""
    person = access.person_of(request)
    found = Collection.objects.editable_by(person).get_or_404(code=code, kind=Collection.Kind.FORM)
    actions.close(found, although=request.POST.get("reason", ""), now=timezone.now(), by=person)
    messages.info(request, _("已关闭，不再接收。"))
    return redirect("collecting:one", code=code)


@access.reads(Thing.COLLECTION)
@require_GET
def whole(request: HttpRequest, code: str) -> HttpResponse:
    """汇总表: every row that came in, totals below; as a page, Excel, Word, CSV or print."""
    found, answers = _for_the_whole(request, code)
    lines = queries.whole(found, answers)
    context = _frame_of_whole(found, answers) | {"is_whole": True}
    return listing.respond(request, tables.whole(found), lines, template="collecting/whole.html", context=context)


@access.reads(Thing.COLLECTION)
@require_GET
def sums(request: HttpRequest, code: str) -> HttpResponse:
    """分单位小计: what each body adds up to, last time, and the change."""
    found, answers = _for_the_whole(request, code)
    rows = queries.by_body(found, queries.whole(found, answers))
    context = _frame_of_whole(found, answers)
    return listing.respond(request, tables.sums(found), rows, template="collecting/whole.html", context=context)


def _for_the_whole(request: HttpRequest, code: str) -> tuple[Collection, list[Submission]]:
    """The collection and its answers, for whoever may see every one of them."""
    person = access.person_of(request)
    found = _collection(person, code)
    answers = queries.submissions(found)
    if Submission.objects.visible_to(person).filter(collection=found).count() != len(answers):
        raise Http404
    return found, answers


def _frame_of_whole(found: Collection, answers: list[Submission]) -> dict[str, Any]:
    waiting = queries.not_answered(answers)
    names, closing = _("、").join(one.body.name for one in waiting), tables.closing(found, answers)
    lead = answerpage.sentence(queries.standing(answers))
    return {
        "asked": found,
        "title": found.title,
        "lead": lead + (closing or (_("未含：%(names)s。") % {"names": names} if waiting else "")),
        "scope": closing or (_("未含：%(names)s") % {"names": names} if waiting else ""),
        "illustrative": found.is_illustrative,
    }


@access.reads(Thing.COLLECTION)
@require_http_methods(FORM)
def answer(request: HttpRequest, code: str, body: str) -> HttpResponse:
    """What one body answers: rows to type in, its workbook, handing in; the asker reads, accepts or sends back."""
    person = access.person_of(request)
    found = _submission(person, code, body)
    form, errors, said = form_columns.of(found.collection), {}, None
    may_write = answerpage.may_write(found, person)
    # Hundreds of rows from a workbook are not typed over on a page: a form takes so many cells and no more.
    is_large = found.rows.count() * len(form) > MOST_CELLS
    if request.method == "POST":
        if is_large:
            raise Refused(_("本表行数较多，请下载工作簿修改后上传。"))
        table = forms.AnswerRows(request.POST, form)
        values = table.values()
        if not table.errors:
            version = forms.SubmitForm(request.POST)
            seen = version.cleaned_data["version"] if version.is_valid() else None
            note = request.POST.get("note")
            actions.save(found, rows=values, version=seen, note=note, by=person)
            if "then_submit" in request.POST:
                return submit(request, code=code, body=body)
            messages.info(request, _("已保存，尚未报送。"))
            return redirect("collecting:answer", code=code, body=body)
        errors, said = table.errors, table.text
    held = sheets.known_rows(found) if may_write else [row.values for row in found.rows.all()]
    spare = (forming.SPARE if found.collection.has_many_rows else int(not held)) if may_write else 0
    may_type = may_write and not is_large
    context = {
        **answerpage.context(found, person),
        "columns": form,
        "rows": forming.rows(form, held, spare=spare, said=said, errors=errors) if may_type else "",
        "is_large": may_write and is_large,
        "row_count": len(held) + spare,
        "shown": [[form_columns.shown(values.get(column.key)) for column in form] for values in held],
        "is_carried": may_write and bool(held) and not found.rows.exists(),
    }
    return render(request, "collecting/answer.html", context, status=422 if errors else 200)


@access.reads(Thing.COLLECTION)
@require_GET
def workbook(request: HttpRequest, code: str, body: str) -> HttpResponse:
    """The workbook of one body, filled in with what is known."""
    person = access.person_of(request)
    found = _submission(person, code, body)
    content = sheets.prefilled(found, language=intake_tables.language(), by=person)
    return workbooks.file(content, f"{found.collection.title}_{found.body.name}.xlsx")


@access.writes(Thing.COLLECTION)
@require_POST
def upload(request: HttpRequest, code: str, body: str) -> HttpResponse:
    """上传: the body's own workbook, or one handed in for a body without an account."""
    person = access.person_of(request)
    found = _submission(person, code, body)
    return answerpage.take_in(request, found, person, kind="collecting.read")


@access.reads(Thing.COLLECTION)
@require_GET
def marked(request: HttpRequest, code: str, body: str) -> HttpResponse:
    """The last uploaded workbook with its faults marked."""
    return answerpage.marked(_submission(access.person_of(request), code, body))


@access.writes(Thing.COLLECTION)
@require_POST
def submit(request: HttpRequest, code: str, body: str) -> HttpResponse:
    """报送."""
    person = access.person_of(request)
    found = _submission(person, code, body)
    form = forms.SubmitForm(request.POST)
    said: dict[str, Any] = form.cleaned_data if form.is_valid() else {"note": "", "is_nil": False}
    try:
        sent = actions.submit(found, note=said["note"], is_nil=said["is_nil"], now=timezone.now(), by=person)
    except Refused as refused:
        messages.error(request, str(refused.reason))
    else:
        messages.info(request, answerpage.told(sent))
    return redirect("collecting:answer", code=code, body=body)


@access.reads(Thing.COLLECTION)
@require_POST
def move(request: HttpRequest, code: str, body: str, verb: str) -> HttpResponse:
    """撤回, 退回, 核收."""
    person, now = access.person_of(request), timezone.now()
    found = _submission(person, code, body)
    if verb == "recall":
        actions.recall(found, by=person)
    elif verb == "return":
        actions.send_back(found, reason=request.POST.get("reason", ""), now=now, by=person)
    else:
        actions.accept(found, now=now, by=person)
    if verb == "recall":
        return redirect("collecting:answer", code=code, body=body)
    return redirect("collecting:one", code=code)


def _collection(person: Person, code: str) -> Collection:
    found = Collection.objects.visible_to(person).filter(kind=Collection.Kind.FORM)
    return found.select_related(*RELATED).get_or_404(code=code)


def _submission(person: Person, code: str, body: str) -> Submission:
    related = ("collection", "collection__previous", "collection__closed_by", "collection__owner", "body")
    people = ("submitted_by", "returned_by", "accepted_by")
    found = Submission.objects.visible_to(person).select_related(*related, *people)
    return found.get_or_404(collection__code=code, collection__kind=Collection.Kind.FORM, body__code=body)
