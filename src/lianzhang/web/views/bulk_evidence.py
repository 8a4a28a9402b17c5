"""Evidence for many projects in one act: those ticked in a list, or the rows of a sheet that was handed in."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from lianzhang.accounts.actions import Refused
from lianzhang.accounts.models import Person
from lianzhang.accounts.rules import Act, Thing
from lianzhang.intake import queries as batch_queries
from lianzhang.intake import tables as intake
from lianzhang.intake.models import Batch, StagedRow
from lianzhang.projects import actions, parcels, tables
from lianzhang.projects.models import Project, Signing
from lianzhang.trail import evidence as files
from lianzhang.trail.models import Attachment
from lianzhang.web import access, batches
from lianzhang.web.forms.intake import RowsForm
from lianzhang.web.forms.projects import EvidenceManyForm
from lianzhang.web.views.projects import FORM

PROJECT, SIGNING = Project._meta.label_lower, Signing._meta.label_lower
LEDGERS = frozenset({"key_projects", "leads", "signings"})
WRITTEN = (Batch.State.PREVIEW, Batch.State.APPLIED)  # a preview whose rows change nothing has its projects too


def sheet_url(batch: Batch, person: Person) -> str:
    """Where evidence is given to the rows of a batch; empty where its rows are no projects, or nothing is theirs."""
    is_told = batch.ledger in LEDGERS and batch.state in WRITTEN and person.reach.may(Act.WRITE, Thing.PROJECT)
    return reverse("projects:evidence_sheet", args=[batch.code]) if is_told else ""


@access.writes(Thing.PROJECT)
@require_POST
def of_ticked(request: HttpRequest) -> HttpResponse:
    """为所选项目添加佐证."""
    person = access.person_of(request)
    form = _form(request)
    found = Project.objects.editable_by(person).filter(code__in=batches.ticked(request)).select_related("chain")
    records = list(found.order_by("code"))
    back_url = reverse("projects:list")
    giving = _giving(form, records, by=person)
    return batches.respond(
        request,
        form,
        records=records,
        shown=lambda project: (tables.name(project), tables.page(project)),
        write=lambda project, _said, _version: giving.give(project),
        title=_("为所选项目添加佐证"),
        back_url=back_url,
        others=giving.unclaimed(back_url),
    )


@access.writes(Thing.PROJECT)
@require_http_methods(FORM)
def of_sheet(request: HttpRequest, code: str) -> HttpResponse:
    """为整批项目添加佐证: every row of a batch or those ticked; each row that takes none is named with the reason."""
    person = access.person_of(request)
    batch = batch_queries.batches(person).filter(ledger__in=LEDGERS, state__in=WRITTEN).get_or_404(code=code)
    ids = RowsForm(request.POST).ids
    rows, left = _of_rows(batch, ids, person=person)
    form, page = _form(request), intake.batch_url(batch)
    giving = _giving(form, [project for _row, project in rows], by=person)
    frame: dict[str, Any] = {"title": _("为整批项目添加佐证"), "back_url": page, "illustrative": batch.is_illustrative}
    if not form.is_bound or not form.is_valid():
        more = {"form": form, "batch": batch, "rows": rows, "left": left, "ids": ids}
        return render(request, "projects/evidence_sheet.html", frame | more, status=422 if form.is_bound else 200)
    done = [_outcome(project, batches.attempt(partial(giving.give, project))) for _row, project in rows]
    return batches.tell(request, [*done, *left, *giving.unclaimed(page)], **frame)


def _form(request: HttpRequest) -> EvidenceManyForm:
    """Bound once it was asked."""
    is_asked = "asked" in request.POST
    return EvidenceManyForm(request.POST if is_asked else None, request.FILES if is_asked else None)


def _outcome(project: Project, reason: str) -> batches.Outcome:
    return batches.Outcome(code=project.code, name=tables.name(project), url=tables.page(project), reason=reason)


def _of_rows(
    batch: Batch, ids: Sequence[int], *, person: Person
) -> tuple[list[tuple[StagedRow, Project]], list[batches.Outcome]]:
    """The rows of a sheet with the project each is about, once; and those that have none here, with the reason."""
    asked = batch.rows.filter(pk__in=ids) if ids else batch.rows.all()
    staged = list(asked.order_by("sheet", "tab", "row_number"))
    about = _projects_of(staged)
    own = Project.objects.editable_by(person).select_related("chain").in_bulk(set(about.values()))
    rows: dict[int, tuple[StagedRow, Project]] = {}
    left = []
    for row in staged:
        project = own.get(about.get(row.pk, 0))
        if project is None:
            left.append(_left(row, batch, is_known=row.pk in about))
        else:
            rows.setdefault(project.pk, (row, project))
    return list(rows.values()), left


def _projects_of(staged: Sequence[StagedRow]) -> dict[int, int]:
    """Row → project: the row's own, or the one its signing is tied to."""
    written = [row for row in staged if row.subject_id.isdecimal()]
    ties = [int(row.subject_id) for row in written if row.subject_type == SIGNING]
    tied = dict(Signing.objects.filter(pk__in=ties).values_list("pk", "project_id"))
    found = {row.pk: int(row.subject_id) for row in written if row.subject_type == PROJECT}
    signed = {row.pk: tied.get(int(row.subject_id)) for row in written if row.subject_type == SIGNING}
    return found | {pk: project for pk, project in signed.items() if project is not None}


def _left(row: StagedRow, batch: Batch, *, is_known: bool) -> batches.Outcome:
    if is_known:
        reason = _("不在您可办理的范围，未改动。")
    else:
        reason = _("这一行没有写入项目（%(kind)s）。") % {"kind": row.get_kind_display()}
    code = _("第%(row)d行") % {"row": row.row_number}
    return batches.Outcome(code=code, name=row.subject_label or "—", url=intake.batch_url(batch), reason=reason)


@dataclass
class _Giving:
    """What gives a project its evidence. A file for all is kept once, by the first project that takes it."""

    said: dict[str, Any] = field(default_factory=dict)
    parcel: parcels.Parcel = field(default_factory=parcels.Parcel)
    by: Any = None
    kept: list[Attachment] = field(default_factory=list)

    def give(self, project: Project) -> None:
        """Attach what is for `project`; all of it or nothing."""
        with transaction.atomic():
            own = [self._keep(upload) for upload in self.parcel.own_of(project)]
            shared = self.kept or [self._keep(upload) for upload in self.parcel.shared]
            for attachment in (*shared, *own):
                actions.add_evidence(project=project, attachment=attachment, kind=self.said["kind"], by=self.by)
        self.kept = shared

    def _keep(self, upload: Any) -> Attachment:
        try:
            return files.keep(upload, by=self.by, **self.said)
        except files.RefusedFile as refused:
            raise Refused(refused.reason) from refused

    def unclaimed(self, url: str) -> list[batches.Outcome]:
        """Files of a zip that are nobody's, told like a row that was left."""
        reason = _("文件名和所在文件夹都不以项目编号或名称开头，未使用。")
        return [batches.Outcome(code="zip", name=name, url=url, reason=reason) for name in self.parcel.unclaimed]


def _giving(form: EvidenceManyForm, projects: Sequence[Project], *, by: Person) -> _Giving:
    """Ready to give once the form is answered; a zip that cannot be read is said at its field."""
    if not form.is_bound or not form.is_valid():
        return _Giving()
    said = dict(form.cleaned_data)
    try:
        parcel = parcels.opened(said.pop("papers"), projects=projects)
    except Refused as refused:
        form.add_error("papers", str(refused.reason))
        return _Giving()
    return _Giving(said=said, parcel=parcel, by=by)
