"""Ledgers handed in and taken out: the list, one ledger, one batch with its preview, and the files."""

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
from lianzhang.accounts.rules import Thing
from lianzhang.intake import actions, comparison, files, ledgers, protocol, queries, tables
from lianzhang.intake.models import Batch
from lianzhang.intake.protocol import Ledger, PlanChanged
from lianzhang.jobs import queries as job_queries
from lianzhang.web import access, batches, histories, listing, workbooks
from lianzhang.web.forms.intake import DecisionForm, PlanForm, RowsForm, UploadForm
from lianzhang.web.views import bulk_evidence

# What the line of an event says already (who, when), and what is no statement to a reader.
UNTOLD = (
    "applied_at",
    "applied_by",
    "undone_at",
    "undone_by",
    "uploaded_by",
    "acting",
    "body",
    "plan",
    "counts",
    "job",
)


@access.reads(Thing.LEDGER)
@require_GET
def ledgers_page(request: HttpRequest) -> HttpResponse:
    """Every ledger of the post: form, hand in, take out; then the batches."""
    person = access.person_of(request)
    usable, newest = ledgers.usable_by(person), queries.last_of_each(person)
    waiting = queries.batches(person).filter(state=Batch.State.PREVIEW).count()
    lead = _("可报送 %(count)s 种台账，%(waiting)s 个批次待确认。") % {"count": len(usable), "waiting": waiting}
    listed = [(one, tables.title(one.key), newest.get(one.key), workbooks.page_of(one, person)) for one in usable]
    context = {"lead": lead, "ledgers": listed}
    return listing.respond(
        request, tables.BATCHES, queries.batches(person), template="intake/list.html", context=context
    )


@access.writes(Thing.LEDGER)
@require_http_methods(["GET", "POST"])
def ledger(request: HttpRequest, key: str) -> HttpResponse:
    """One ledger: hand in a workbook, see what changed since the last one, take the ledger out."""
    person = access.person_of(request)
    found = _ledger(key, person)
    asked = {one.key: request.GET[one.key] for one in found.context if one.key in request.GET}
    form = UploadForm(request.POST or None, request.FILES or None, ledger=found, person=person, initial=asked)
    if request.method == "POST" and form.is_valid():
        received = actions.receive(
            form.cleaned_data["file"], ledger=found, context=form.scope, by=person, now=timezone.now()
        )
        if received.is_repeat:
            state = Batch.State(received.batch.state).label
            messages.warning(
                request,
                _("此文件已报送过：批次 %(code)s（%(state)s）。没有重复读取。")
                % {"code": received.batch.code, "state": state},
            )
        return redirect("intake:batch", code=received.batch.code)
    parts = [(sheet.key, sheet.title(tables.language())) for sheet in found.layout.sheets]
    said = {
        "form": form,
        "ledger": found,
        "parts": parts,
        "table_url": workbooks.page_of(found, person),
        "title": tables.title(key),
        "lead": _lead(found),
        **_compared(found, person),
    }
    response = listing.respond(
        request, tables.BATCHES_OF_ONE, queries.batches(person, ledger=key), template="intake/ledger.html", context=said
    )
    response.status_code = 422 if form.is_bound else response.status_code
    return response


@access.reads(Thing.LEDGER)
@require_GET
def batch(request: HttpRequest, code: str) -> HttpResponse:
    """One batch: its state, the names to decide, every row with what it would do and what is wrong with it."""
    person = access.person_of(request)
    found = _open(queries.batches(person).get_or_404(code=code), person)
    may_write = Batch.objects.editable_by(person).filter(pk=found.pk).exists()
    if request.headers.get("HX-Target") == "job":
        return _standing(request, found, person)
    layout = ledgers.get(found.ledger).layout
    language = tables.language()
    sheets = {sheet.key: sheet.title(language) for sheet in layout.sheets}
    describe = ledgers.get(found.ledger).describer(language=language, by=person)
    spec = tables.rows(found, sheets=sheets, tabs=queries.tabs(found), changes=describe)
    context = {
        "record": found,
        "title": _("%(ledger)s · 批次 %(code)s") % {"ledger": tables.title(found.ledger), "code": found.code},
        "lead": _sentence(found),
        "state": tables.state_light(found),
        "counts": _counts(found),
        "may_write": may_write,
        "illustrative": found.is_illustrative,
        "history": histories.of(found, reader=person, withheld=UNTOLD),
        "evidence_url": bulk_evidence.sheet_url(found, person),
        **_by_state(found, may_write=may_write, person=person),
    }
    context["batch"] = _batch_actions(found, evidence_url=context["evidence_url"], may_write=may_write)
    rows = found.rows.all()
    return listing.respond(request, spec, rows, template="intake/batch.html", context=context)


def _batch_actions(found: Batch, *, evidence_url: str, may_write: bool) -> list[batches.Action]:
    """What may be done with ticked rows."""
    offered: list[batches.Action] = []
    if may_write and found.state == Batch.State.PREVIEW:
        offered.append(batches.Action(label=_("只写入所选行"), url=reverse("intake:choose", args=[found.code])))
    if evidence_url:
        offered.append(batches.Action(label=_("添加佐证"), url=evidence_url))
    return offered


@access.writes(Thing.LEDGER)
@require_POST
def decide(request: HttpRequest, code: str) -> HttpResponse:
    """Say what a name means; the plan is worked out again."""
    person = access.person_of(request)
    found = editable(code, person)
    form = DecisionForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("没有认定：请选定一项。"))
        return redirect("intake:batch", code=code)
    actions.decide(found, question=form.cleaned_data["question"], decision=form.decision, by=person)
    messages.info(request, _("“%s”已认定。") % form.cleaned_data["question"])
    return redirect("intake:batch", code=code)


@access.writes(Thing.LEDGER)
@require_POST
def choose(request: HttpRequest, code: str) -> HttpResponse:
    """Write only the ticked rows."""
    person = access.person_of(request)
    count = actions.choose(editable(code, person), rows=RowsForm(request.POST).ids, by=person)
    messages.info(request, _("已选定 %d 行，其余不写入。") % count)
    return redirect("intake:batch", code=code)


@access.writes(Thing.LEDGER)
@require_POST
def choose_all(request: HttpRequest, code: str) -> HttpResponse:
    """Write every new and changed row again."""
    person = access.person_of(request)
    actions.choose(editable(code, person), rows=None, by=person)
    return redirect("intake:batch", code=code)


@access.writes(Thing.LEDGER)
@require_POST
def apply(request: HttpRequest, code: str) -> HttpResponse:
    """Write what was shown; if the data moved meanwhile, show again what would be written now."""
    person = access.person_of(request)
    found, form = editable(code, person), PlanForm(request.POST)
    if not form.is_valid():
        raise Http404
    try:
        actions.apply(found, plan=form.cleaned_data["plan"], by=person, now=timezone.now())
    except PlanChanged:
        messages.warning(request, _("预览之后数据有变，没有写入。下面是重新比对的结果，请核对后再确认。"))
    return redirect("intake:batch", code=code)


@access.writes(Thing.LEDGER)
@require_POST
def undo(request: HttpRequest, code: str) -> HttpResponse:
    """Put back what the batch changed."""
    person = access.person_of(request)
    kept = actions.undo(editable(code, person), by=person, now=timezone.now())
    if kept:
        messages.warning(request, _("已撤销，其中 %d 行之后又有改动，保留现值，见下表。") % len(kept))
    else:
        messages.info(request, _("已撤销，全部恢复到导入之前。"))
    return redirect("intake:batch", code=code)


@access.writes(Thing.LEDGER)
@require_POST
def retry(request: HttpRequest, code: str) -> HttpResponse:
    """Start again what was interrupted."""
    person = access.person_of(request)
    actions.retry(editable(code, person), by=person)
    return redirect("intake:batch", code=code)


@access.writes(Thing.LEDGER)
@require_POST
def abandon(request: HttpRequest, code: str) -> HttpResponse:
    """Put the batch away without writing."""
    person = access.person_of(request)
    actions.abandon(editable(code, person), by=person)
    return redirect("intake:batch", code=code)


@access.reads(Thing.LEDGER)
@require_GET
def marked(request: HttpRequest, code: str) -> HttpResponse:
    """The sender's workbook with its faults coloured and listed."""
    person = access.person_of(request)
    found = _open(queries.batches(person).get_or_404(code=code), person)
    path = files.marked_path(found, language=tables.language())
    if not path.exists():
        raise Http404
    return workbooks.file(path.read_bytes(), _("%(code)s_标注.xlsx") % {"code": found.code})


@access.writes(Thing.LEDGER)
@require_GET
def template(request: HttpRequest, key: str) -> HttpResponse:
    """The empty form, in Chinese or English."""
    found = _ledger(key, access.person_of(request))
    language = request.GET.get("language", "")
    language = language if language in ("zh-hans", "en") else tables.language()
    return workbooks.file(files.template(found, language=language), f"{found.layout.title(language)}.xlsx")


@access.writes(Thing.LEDGER)
@require_GET
def export(request: HttpRequest, key: str) -> HttpResponse:
    """The ledger as it stands within one's reach, in the form it is imported by."""
    person = access.person_of(request)
    found = _ledger(key, person)
    language = tables.language()
    content = files.export(found, context={}, language=language, by=person)
    today = timezone.localdate()
    return workbooks.file(content, f"{found.layout.title(language)}_{today:%Y%m%d}.xlsx")


@access.writes(Thing.LEDGER)
@require_GET
def export_csv(request: HttpRequest, key: str, sheet: str) -> HttpResponse:
    """One sheet of the ledger as it stands, as CSV that is imported like the workbook."""
    person = access.person_of(request)
    found = _ledger(key, person)
    language = tables.language()
    try:
        content = files.export_csv(found, sheet, context={}, language=language, by=person)
    except KeyError as unknown:
        raise Http404 from unknown
    name = found.layout.sheet(sheet).title(language)
    return workbooks.file(content, f"{name}_{timezone.localdate():%Y%m%d}.csv", media_type=files.CSV)


def _ledger(key: str, person: Person) -> Ledger:
    try:
        found = ledgers.get(key)
    except LookupError as unknown:
        raise Http404 from unknown
    if not found.may_use(person):
        raise Http404
    return found


def _standing(request: HttpRequest, found: Batch, person: Person) -> HttpResponse:
    """What the page asks every second while the work goes on; the whole page once it is over."""
    said = _by_state(found, may_write=False, person=person)
    if "job" in said and found.job is not None and not found.job.is_over:
        return render(request, "parts/job.html", said)
    return HttpResponse(headers={"HX-Refresh": "true"})


def editable(code: str, person: Person) -> Batch:
    """A batch that the person may decide about, if all it holds may still be read today."""
    return _open(Batch.objects.editable_by(person).select_related("job", "body").get_or_404(code=code), person)


def _open(found: Batch, person: Person) -> Batch:
    """The batch, if all it holds may still be read today; asked anew each time, also for its files."""
    if not ledgers.get(found.ledger).may_open(found, by=person):
        raise Refused(_("有企业已收回授权或授权已到期，批次 %(code)s 的内容不再可见。") % {"code": found.code})
    return found


def _lead(found: Ledger) -> str:
    layout = found.layout
    return layout.help_en if tables.language() == "en" else layout.help_zh


def _compared(found: Ledger, person: Person) -> dict[str, Any]:
    """较上期: what the last applied batch changed against the one before it."""
    last = queries.batches(person, ledger=found.key).filter(state=Batch.State.APPLIED).first()
    if last is None or "comparison" not in last.counts:
        return {}
    headers = {f"{sheet.key}.{field.key}": field for sheet in found.layout.sheets for field in sheet.fields}
    language = tables.language()
    moved = comparison.amounts(last.counts["comparison"])
    sums = [(headers[key].header(language).partition("（")[0], then, now, change) for key, then, now, change in moved]
    return {"last": last, "compared": last.counts["comparison"], "sums": sums}


def _sentence(found: Batch) -> str:
    if found.state == Batch.State.REFUSED:
        return tables.refusal(found)
    counts = found.counts
    if found.is_broken_off:
        return _("没有完成，原因见下；没有写入任何记录。")
    if found.state == Batch.State.READING or not counts:
        return _("正在读取，完成后在此预览。可以离开本页。")
    said = _(
        "共读到 %(read)s 行：新增 %(new)s，变更 %(changed)s，无变化 %(unchanged)s，"
        "待认定 %(review)s，有误 %(error)s，不导入 %(ignored)s。"
    ) % {kind: counts.get(kind, 0) for kind in ("read", *protocol.KINDS)}
    if counts.get("joined"):
        said += _("不导入的行中有 %(n)s 行的金额已合计在其他行中。") % {"n": counts["joined"]}
    if counts.get("asked"):
        said += _("%(n)s 格此后系统中也有改动，待认定。") % {"n": counts["asked"]}
    return said


def _counts(found: Batch) -> list[tuple[str, int, str]]:
    """(word, rows, address of those rows), in the order in which they need a person."""
    words = dict(found.rows.model.Kind.choices)
    return [(str(words[kind]), found.counts.get(kind, 0), f"?kind={kind}") for kind in protocol.KINDS if found.counts]


def _clashes(found: Batch, person: Person) -> dict[str, Any]:
    """The cells that others wrote since the sheet was made, and how many of them wait."""
    both, kept = found.counts.get("both", 0), found.counts.get("kept", 0)
    if not both + kept:
        return {}
    asked, unasked = queries.clashes(found, language=tables.language(), by=person)
    said = {"asked": asked, "kept": unasked, "both_count": both, "kept_count": kept}
    return {**said, "waiting": queries.waiting_count(found)}


def _by_state(found: Batch, *, may_write: bool, person: Person) -> dict[str, Any]:
    """What the page needs in the state the batch is in."""
    job = found.job
    if found.state in (Batch.State.READING, Batch.State.APPLYING) and job is not None:
        return {
            "job": job_queries.standing(job, now=timezone.now()),
            "poll_url": reverse("intake:batch", args=[found.code]),
            "may_retry": may_write and found.is_broken_off,
        }
    if found.state == Batch.State.PREVIEW:
        note = getattr(ledgers.get(found.ledger), "question_note", "")
        asked, total = queries.questions(found, most=queries.MOST_IN_TABLE if note else queries.MOST_QUESTIONS)
        said = {"questions": asked, "question_count": total, "question_note": note}
        return {**said, **_clashes(found, person), "chosen": queries.chosen_count(found)}
    if found.state == Batch.State.UNDONE:
        return {"conflicts": queries.conflicts(found)}
    return {}
