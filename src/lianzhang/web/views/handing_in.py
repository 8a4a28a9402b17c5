"""代为上传: the workbooks of all who are waited for in one archive, and what comes back by chat handed in at once."""

import io
import re
import zipfile
from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from lianzhang.accounts.actions import Refused
from lianzhang.accounts.models import Person
from lianzhang.accounts.rules import Thing
from lianzhang.collecting import actions, queries, rules, tables
from lianzhang.collecting import sheets as form_sheets
from lianzhang.collecting.models import Collection, Submission
from lianzhang.intake import tables as intake_tables
from lianzhang.projects.monthly import sheets as month_sheets
from lianzhang.web import access, workbooks
from lianzhang.web.forms.collecting import HandInForm

MOST_FILES = 40
JOBS = {Collection.Kind.FORM: "collecting.read", Collection.Kind.MONTH: "projects.read_month"}
_UNFIT = re.compile(r'[\\/:*?"<>|\s]+')


@access.approves(Thing.COLLECTION)
@require_GET
def archive(request: HttpRequest, code: str) -> HttpResponse:
    """The filled-in workbook of everybody who has not handed in, to be sent out as they are named."""
    person = access.person_of(request)
    found, answers = _waiting(person, code)
    if not answers:
        raise Refused(_("没有待填的单位。"))
    out = io.BytesIO()
    write = form_sheets.prefilled if found.kind == Collection.Kind.FORM else month_sheets.prefilled
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as kept:
        for one in answers:
            content = write(one, language=intake_tables.language(), by=person)
            kept.writestr(f"{_UNFIT.sub(' ', f'{found.name}_{one.body.name}')}.xlsx", content)
    return workbooks.file(out.getvalue(), f"{found.name}.zip", media_type="application/zip")


@access.approves(Thing.COLLECTION)
@require_POST
def take_in(request: HttpRequest, code: str) -> HttpResponse:
    """Workbooks that came back, several at once: whose each is, is told by its name, and checked again inside."""
    person = access.person_of(request)
    found, answers = _waiting(person, code)
    uploads = request.FILES.getlist("files")[:MOST_FILES]
    taken: list[str] = []
    for upload in uploads:
        one = _whose(str(upload.name), answers)
        form = HandInForm(request.POST, MultiValueDict({"file": [upload]}))
        if one is None:
            told = _("“%(name)s”：文件名里没有待填单位的名称，请改名，或在该单位的页面上传。")
            messages.error(request, told % {"name": upload.name})
        elif not form.is_valid():
            messages.error(request, f"“{upload.name}”：{' '.join(str(said) for said in form.errors['file'])}")
        else:
            actions.receive(one, upload=upload, kind=JOBS[found.kind], url=tables.answer_page(one), by=person)  # type: ignore[index]
            taken.append(one.body.name)
    if taken:
        said = {"count": len(taken), "names": _("、").join(taken)}
        messages.info(request, _("已收%(count)d份，正在读取：%(names)s。读取后打开各单位核对、报送。") % said)
    elif not uploads:
        messages.error(request, _("请选择文件。"))
    return redirect(tables.page(found))


def _waiting(person: Person, code: str) -> tuple[Collection, list[Submission]]:
    """An open collection of this person's and the answers that may still be written."""
    found = (
        Collection.objects.editable_by(person).select_related("closed_by", "previous", "owner").get_or_404(code=code)
    )
    rules.expect_open(found)
    return found, queries.not_answered(queries.submissions(found))


def _whose(name: str, answers: Sequence[Submission]) -> Submission | None:
    """The body whose name stands in that of the file; of several the longest."""
    plain = _UNFIT.sub("", name)
    said: list[tuple[int, Any]] = [
        (len(each), one)
        for one in answers
        for each in (one.body.name_zh, one.body.name_en)
        if each and _UNFIT.sub("", each) in plain
    ]
    return max(said, key=lambda pair: pair[0])[1] if said else None
