"""The tables of the intake: batches, and the rows of one batch."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from lianzhang import tables
from lianzhang.intake import ledgers, protocol
from lianzhang.intake.models import Batch, StagedRow
from lianzhang.tables.addresses import address

STATE_LIGHTS = {
    Batch.State.READING: "idle",
    Batch.State.REFUSED: "late",
    Batch.State.PREVIEW: "watch",
    Batch.State.APPLYING: "normal",
    Batch.State.APPLIED: "done",
    Batch.State.UNDONE: "suspended",
}
KIND_TONES = {
    protocol.NEW: "accent",
    protocol.CHANGED: "normal",
    protocol.UNCHANGED: "plain",
    protocol.REVIEW: "watch",
    protocol.ERROR: "late",
    protocol.IGNORED: "draft",
}


NO_ROWS = {
    Batch.State.READING: _("读完后在这里列出各行。"),
    Batch.State.REFUSED: _("文件没有导入，原因见上。"),
}


def language() -> str:
    """The reader's language as layouts call it."""
    return "en" if (get_language() or "").startswith("en") else "zh-hans"


def title(key: str) -> str:
    """The name of a ledger in the reader's language; its key where it is no longer kept."""
    try:
        return ledgers.get(key).layout.title(language())
    except LookupError:
        return key


def batch_url(batch: Batch) -> str:
    return address("intake:batch", batch.code)


def state_light(batch: Batch) -> tables.Light:
    """The state of a batch, with the reason of a refusal; work that ended without an end is not under way."""
    if batch.is_broken_off:
        words = _("读取未完成") if batch.state == Batch.State.READING else _("写入未完成")
        return tables.Light("late", words, _("点“重新处理”再来一次。"))
    return tables.Light(STATE_LIGHTS[Batch.State(batch.state)], batch.get_state_display(), refusal(batch))


def refusal(batch: Batch) -> str:
    """Why a batch was refused, in the reader's language where the reader of the file said it."""
    said = [one["message_en"] for one in batch.complaints if one["message_zh"] == batch.refusal]
    return str(said[0]) if said and language() == "en" else batch.refusal


def _count(kind: str) -> Any:
    return lambda batch: batch.counts.get(kind)


BATCHES = tables.TableSpec(
    key="batches",
    title=_("导入批次"),
    columns=(
        tables.Column("code", _("批次"), lambda b: b.code, kind="code", sort="code", link=batch_url),
        tables.Column("ledger", _("台账"), lambda b: title(b.ledger), sort="ledger"),
        tables.Column("file_name", _("文件"), lambda b: b.file_name),
        tables.Column("body", _("报送单位"), lambda b: b.body.name, sort="body__name_zh"),
        tables.Column("uploaded_by", _("报送人"), lambda b: b.uploaded_by.name, sort="uploaded_by__name"),
        tables.Column("uploaded_at", _("上传时间"), lambda b: b.uploaded_at, kind="datetime", sort="uploaded_at"),
        tables.Column("state", _("状态"), state_light, kind="light", sort="state"),
        tables.Column("read_count", _("读到"), _count("read"), kind="integer", unit=_("行")),
        tables.Column("new_count", _("新增"), _count("new"), kind="integer"),
        tables.Column("changed_count", _("变更"), _count("changed"), kind="integer"),
        tables.Column("unchanged_count", _("无变化"), _count("unchanged"), kind="integer"),
        tables.Column("review_count", _("待认定"), _count("review"), kind="integer"),
        tables.Column("error_count", _("有误"), _count("error"), kind="integer"),
        tables.Column("ignored_count", _("不导入"), _count("ignored"), kind="integer"),
    ),
    filters=(
        tables.Filter("state", _("状态"), choices=Batch.State.choices),
        tables.Filter(
            "ledger", _("台账"), choices=lambda person: [(one.key, title(one.key)) for one in ledgers.usable_by(person)]
        ),
        tables.Filter("uploaded_at", _("上传日期"), kind="date_range", path="uploaded_at__date"),
    ),
    search=("code", "file_name", "body__name_zh"),
    default_order=("-uploaded_at",),
    row_url=batch_url,
    empty=tables.Empty(_("还没有报送过台账。")),
    note=_("读到 = 新增 + 变更 + 无变化 + 待认定 + 有误 + 不导入。"),
)


# The batches of one ledger: which one it is stands above them.
BATCHES_OF_ONE = dataclasses.replace(
    BATCHES,
    columns=tuple(column for column in BATCHES.columns if column.key != "ledger"),
    filters=tuple(condition for condition in BATCHES.filters if condition.key != "ledger"),
)


def rows(
    batch: Batch,
    *,
    sheets: Mapping[str, str],
    tabs: Sequence[str],
    changes: Callable[[StagedRow], Sequence[Any]],
) -> tables.TableSpec:
    """The rows of one batch, on the `tabs` its workbook has; `changes` tells what a row changes, in words."""
    return tables.TableSpec(
        key="staged_rows",
        invented="batch__is_illustrative",
        title=_("逐行预览"),
        columns=(
            tables.Column("row_number", _("行"), lambda r: r.row_number, kind="integer", sort="row_number"),
            tables.Column("sheet", _("工作表"), lambda r: r.tab or sheets.get(r.sheet, r.sheet), sort="tab"),
            tables.Column("kind", _("结果"), _kind, kind="badge", sort="kind"),
            tables.Column("label", _("记录"), lambda r: r.subject_label, is_wrapped=True),
            tables.Column(
                "changes",
                _("将写入"),
                lambda r: "；".join(map(str, changes(r))),
                is_wrapped=True,
                secrecy="secret",
            ),
            tables.Column("complaints", _("问题与处理办法"), complaints, is_wrapped=True),
            tables.Column("is_chosen", _("写入"), _chosen, kind="boolean", sort="is_chosen"),
            tables.Column("conflict", _("撤销情况"), lambda r: r.conflict, is_default=bool(batch.undone_at)),
        ),
        filters=(
            tables.Filter("kind", _("结果"), choices=StagedRow.Kind.choices),
            tables.Filter("sheet", _("工作表"), path="tab", choices=[(tab, tab) for tab in tabs]),
        ),
        search=("subject_label",),
        default_order=("sheet", "tab", "row_number"),
        empty=tables.Empty(NO_ROWS.get(Batch.State(batch.state), _("工作簿中没有数据行。"))),
    )


def complaints(row: StagedRow) -> str:
    """What was said about a row, each with its cell."""
    key = "message_en" if language() == "en" else "message_zh"
    said = [f"{one['cell']} {one[key]}" if one.get("cell") else one[key] for one in row.complaints]
    reason = row.decision.get("reason")
    return "；".join([*said, *([str(reason)] if reason else [])])


def _kind(row: StagedRow) -> tables.Badge:
    return tables.Badge(row.get_kind_display(), KIND_TONES[row.kind])


def _chosen(row: StagedRow) -> bool | tables.Blank:
    return row.is_chosen if row.kind in (protocol.NEW, protocol.CHANGED) else tables.NOT_APPLICABLE
