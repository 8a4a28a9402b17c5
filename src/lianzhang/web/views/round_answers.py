"""A district's month: its projects as rows to type in, as a workbook, or one at a time with photographs."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lianzhang.accounts.actions import Refused
from lianzhang.accounts.models import Person
from lianzhang.accounts.rules import Thing
from lianzhang.collecting import rules
from lianzhang.collecting import tables as collecting_tables
from lianzhang.collecting.models import Collection, Submission
from lianzhang.intake import tables as intake_tables
from lianzhang.projects import tables as project_tables
from lianzhang.projects.models import MonthCorrection, MonthReport, Project
from lianzhang.projects.monthly import actions, doubts, queries, sheets, tables
from lianzhang.trail import evidence as files
from lianzhang.trail.models import Proof
from lianzhang.web import access, answerpage, roundrows, workbooks
from lianzhang.web.forms import rounds as forms
from lianzhang.web.forms.collecting import SubmitForm
from lianzhang.web.views.projects import proof_of
from lianzhang.web.views.rounds import FORM, reader

PER_PAGE = 25


@reader
@require_http_methods(FORM)
def answer(request: HttpRequest, code: str, body: str) -> HttpResponse:
    """Every project of a district, so many to a page; what is typed is kept as a draft until it is handed in."""
    person = access.person_of(request)
    found = _submission(person, code, body)
    errors: dict[tuple[int, str], str] = {}
    said = None
    projects = list(queries.due(found.body_id))
    page = Paginator(projects, PER_PAGE).get_page(request.GET.get("page"))
    if request.method == "POST":
        table = forms.MonthRows(request.POST)
        typed = table.said(project.pk for project in projects)
        if not table.errors:
            actions.save(found, said=typed, note=request.POST.get("note"), by=person)
            return _after_saving(request, found, person, page=page)
        errors, said = table.errors, table.text
    rows = queries.rows(found, projects=projects)
    shown = rows[page.start_index() - 1 : page.end_index()] if rows else []
    common = answerpage.context(found, person)
    context = {
        **common,
        "title": found.collection.name,
        "columns": [column for column in forms.form_columns() if column.key != "next_due_on"],
        "rows": roundrows.rows(code, shown, may_write=common["may_write"], said=said, errors=errors),
        "row_count": len(shown),
        "page": page,
        "total": sheets.totals(rows),
        "lead": _lead(found, rows),
        "incomplete": [row for row in rows if row.is_writable and not row.is_complete] if common["may_write"] else [],
        "may_read_city": person.reach.body_id != found.body_id,
        "corrections": _corrections([row.report for row in rows if row.report is not None])
        if found.collection.state == Collection.State.CLOSED
        else [],
    }
    return render(request, "rounds/answer.html", context, status=422 if errors else 200)


def _after_saving(request: HttpRequest, found: Submission, person: Person, *, page: Any) -> HttpResponse:
    url = collecting_tables.answer_page(found)
    if "then_submit" in request.POST:
        return _sent(request, found, person)
    if "then_next" in request.POST and page.has_next():
        return redirect(f"{url}?page={page.next_page_number()}")
    messages.info(request, _("已保存，尚未报送。"))
    return redirect(f"{url}?page={page.number}" if page.number > 1 else url)


def _lead(found: Submission, rows: list[queries.Row]) -> str:
    complete = sum(1 for row in rows if row.is_complete or not row.is_writable)
    doubtful = sum(1 for row in rows if row.doubts)
    if found.collection.state == Collection.State.CLOSED:
        return _lead_of_closed(found)
    return _("%(count)d个重点项目，已填齐%(complete)d个，存疑%(doubtful)d个；%(due)s 前报送。") % {
        "count": len(rows),
        "complete": complete,
        "doubtful": doubtful,
        "due": f"{timezone.localtime(found.collection.due_at):%Y-%m-%d %H:%M}",
    }


def _lead_of_closed(found: Submission) -> str:
    """After the close nobody is asked for anything any more, and who did not report reads what becomes of it."""
    day = f"{timezone.localtime(found.collection.closed_at):%Y-%m-%d}" if found.collection.closed_at else "—"
    if found.state in rules.RECEIVED:
        return _("本月已于 %(day)s 关账。数字有误请秘书处更正。") % {"day": day}
    return _("本月已于 %(day)s 关账，本区市未报，数字没有计入；请秘书处以更正补记。") % {"day": day}


@reader
@require_GET
def workbook(request: HttpRequest, code: str, body: str) -> HttpResponse:
    """The month's workbook of a district, filled in with what is known."""
    person = access.person_of(request)
    found = _submission(person, code, body)
    content = sheets.prefilled(found, language=intake_tables.language(), by=person)
    return workbooks.file(content, f"{found.collection.name}_{found.body.name}.xlsx")


@access.writes(Thing.COLLECTION)
@require_POST
def upload(request: HttpRequest, code: str, body: str) -> HttpResponse:
    """上传: the district's workbook, or one handed in for it."""
    person = access.person_of(request)
    return answerpage.take_in(request, _submission(person, code, body), person, kind="projects.read_month")


@reader
@require_GET
def marked(request: HttpRequest, code: str, body: str) -> HttpResponse:
    """The last uploaded workbook with its faults marked."""
    return answerpage.marked(_submission(access.person_of(request), code, body))


@access.writes(Thing.COLLECTION)
@require_POST
def submit(request: HttpRequest, code: str, body: str) -> HttpResponse:
    """报送."""
    person = access.person_of(request)
    return _sent(request, _submission(person, code, body), person)


def _sent(request: HttpRequest, found: Submission, person: Person) -> HttpResponse:
    form = SubmitForm(request.POST)
    note = form.cleaned_data["note"] if form.is_valid() else ""
    try:
        sent = actions.submit(found, note=note, now=timezone.now(), by=person)
    except Refused as refused:
        messages.error(request, str(refused.reason))
    else:
        messages.info(request, answerpage.told(sent))
    return redirect(collecting_tables.answer_page(found))


@access.writes(Thing.COLLECTION)
@require_POST
def recall(request: HttpRequest, code: str, body: str) -> HttpResponse:
    """撤回."""
    person = access.person_of(request)
    found = _submission(person, code, body)
    actions.recall(found, by=person)
    return redirect(collecting_tables.answer_page(found))


@reader
@require_http_methods(FORM)
def row(request: HttpRequest, code: str, project: str) -> HttpResponse:
    """One project's month: typed by its district, read by the others, with its photographs and corrections."""
    person = access.person_of(request)
    collection, subject = _subject(person, code, project)
    sent = _answer_for(collection, subject, person)
    may_write = sent is not None and answerpage.may_write(sent, person)
    table = forms.MonthRows(request.POST) if request.method == "POST" else None
    if table is not None:
        if sent is None:
            raise Http404
        typed = table.said([subject.pk])
        if not table.errors:
            actions.save(sent, said=typed, by=person)
            messages.info(request, _("已保存，尚未报送。"))
            return redirect("rounds:row", code=code, project=project)
    report = MonthReport.objects.filter(project=subject, month=queries.month_of(collection)).first()
    known = queries.earlier([subject], month=queries.month_of(collection))[subject.pk]
    line = queries.Row(subject, report, known)
    context = {
        "asked": collection,
        "project": subject,
        "name": project_tables.name(subject),
        "report": report,
        "row": line,
        "light": tables.light(report) if report else None,
        "doubts": [doubts.words(one) for one in line.doubts],
        "fields": roundrows.fields(line, said=table.text if table else None, errors=table.errors if table else {})
        if may_write and line.is_writable
        else "",
        "answer": sent,
        "shown": roundrows.shown(line),
        "corrections": _corrections([report] if report else []),
        "photos": [proof_of(subject, proof) for proof in _photos(report)],
        "photo_form": forms.PhotoForm(),
        "may_correct": queries.closes(person) and collection.state == Collection.State.CLOSED,
        "answer_url": collecting_tables.answer_page(sent) if sent is not None else "",
        "illustrative": subject.is_illustrative,
    }
    return render(request, "rounds/row.html", context, status=422 if table is not None else 200)


@access.writes(Thing.COLLECTION)
@require_POST
def photo(request: HttpRequest, code: str, project: str) -> HttpResponse:
    """形象进度照片: kept as evidence of the project and named by the month's row."""
    person = access.person_of(request)
    collection, subject = _subject(person, code, project)
    sent = _answer_for(collection, subject, person)
    form = forms.PhotoForm(request.POST, request.FILES)
    if sent is None:
        raise Http404
    if not form.is_valid():
        messages.error(request, _("请选择照片并填写拍摄日期。"))
        return redirect("rounds:row", code=code, project=project)
    said = form.cleaned_data
    try:
        with transaction.atomic():
            kept = files.keep(said["file"], kind="progress", by=person, taken_on=said["taken_on"], place=said["place"])
            actions.add_photo(sent, project=subject, kept=kept, by=person)
    except files.RefusedFile as refused:
        raise Refused(refused.reason) from refused
    return redirect("rounds:row", code=code, project=project)


def _corrections(reports: Sequence[MonthReport]) -> list[MonthCorrection]:
    """更正 of rows, oldest first, each with the name of its field."""
    found = (
        MonthCorrection.objects.filter(report__in=reports).select_related("by", "report__project").order_by("at", "pk")
    )
    made = list(found)
    for one in made:
        one.label = actions.label(one.field)  # type: ignore[attr-defined]
    return made


def _photos(report: MonthReport | None) -> list[Proof]:
    if report is None or not report.proof_ids:
        return []
    found = Proof.objects.about(report.project).filter(pk__in=report.proof_ids)
    return list(found.select_related("attachment").order_by("pk"))


def _subject(person: Person, code: str, project: str) -> tuple[Collection, Project]:
    rounds = Collection.objects.visible_to(person).filter(kind=Collection.Kind.MONTH).select_related("closed_by")
    collection = rounds.get_or_404(code=code)
    subjects = Project.objects.visible_to(person).select_related("chain", "district")
    return collection, subjects.get_or_404(code=project, is_key=True)


def _answer_for(collection: Collection, project: Project, person: Person) -> Submission | None:
    found = Submission.objects.visible_to(person).select_related("body", "collection__closed_by")
    return found.filter(collection=collection, body_id=project.district_id or 0).first()


def _submission(person: Person, code: str, body: str) -> Submission:
    related = ("collection", "collection__previous", "collection__closed_by", "collection__owner", "body")
    people = ("submitted_by", "returned_by", "accepted_by")
    found = Submission.objects.visible_to(person).select_related(*related, *people)
    return found.get_or_404(collection__code=code, collection__kind=Collection.Kind.MONTH, body__code=body)
