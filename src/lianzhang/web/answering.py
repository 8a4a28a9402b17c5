"""Rows a firm answers in as HTML: hundreds of cells on one page, so each is put together once and not by a template."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from html import escape
from typing import Any

from django.utils import formats
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from chainlab import places
from lianzhang.registry.asking import BandRow, Place
from lianzhang.registry.bands import Kind, Limits
from lianzhang.registry.models import CategoryAnswer, PartAnswer, Purchase
from lianzhang.web.forms.answers import WITHHELD, BandTable, TickRows, written

DEEPEST_STEP = 4
SPARE = 3  # rows below the known ones, for what is missing in the list
TICKED = {True: "yes", False: "no", None: ""}
Choices = Sequence[tuple[str, str]]


@lru_cache
def provinces() -> tuple[str, ...]:
    """Names of provinces, as a place of origin is chosen; abroad first."""
    found = (name for code, name in sorted(places.names().items()) if code.endswith("0000") and code < "990000")
    return ("境外", *found)


def made() -> list[tuple[str, str]]:
    """自制, 集团内, 外购."""
    return [(str(code), str(label)) for code, label in Purchase.Make.choices]


def band_choices(bands: Mapping[str, Sequence[Limits]]) -> dict[str, list[tuple[str, str]]]:
    """The drawn bands of each kind as options; an amount may be withheld."""
    found = {kind: [(written(band), band.words(kind)) for band in limits] for kind, limits in bands.items()}
    found[Kind.AMOUNT].append((WITHHELD, _("按约定不提供")))
    return found


def band_rows(
    rows: Sequence[BandRow], bands: Mapping[str, Sequence[Limits]], *, table: BandTable | None = None
) -> tuple[SafeString, int]:
    """The table of 分档级 with spare rows below, and how many rows it has. What was typed in `table` and not kept
    stands in its row again, whatever row that has become."""
    choices = band_choices(bands)
    typed = table.typed() if table is not None else {}
    placed = [(row, next(iter(typed.get((row.category, row.plant), ())), None)) for row in rows]
    at_home = {number for _row, number in placed}
    spare = [number for numbers in typed.values() for number in numbers if number not in at_home]
    wanted = [*placed, *((BandRow("", ""), number) for number in (*spare, *[None] * SPARE))]
    lines = [_band_row(n, row, choices, table=table, typed=number) for n, (row, number) in enumerate(wanted)]
    return mark_safe("".join(lines)), len(lines)  # noqa: S308 - escaped below, piece by piece


def _band_row(
    n: int, row: BandRow, choices: Mapping[str, Choices], *, table: BandTable | None, typed: int | None
) -> str:
    answer = row.answer
    shown = {column: _now(answer or row.last, column) for column in BandTable.columns}
    now, place = shown, (row.category, row.plant)
    if table is not None and typed is not None:
        now = {column: table.said(typed, column) for column in BandTable.columns}
        place = (row.category or table.said(typed, "category"), row.plant or table.said(typed, "plant"))
    fixed = bool(row.category)
    kinds = {"amount": Kind.AMOUNT, "suppliers": Kind.SUPPLIERS, "certification": Kind.MONTHS}
    listed = {column: choices[kind] for column, kind in kinds.items()}
    cells = [
        _named(n, "category", place[0], fixed=fixed, list_id="categories"),
        f"<td>{_text(n, 'plant', place[1], is_fixed=fixed and answer is not None)}</td>",
        f"<td>{_select(n, 'make', made(), now['make'], row=row)}</td>",
    ]
    banded = {
        column: _select(n, column, choices[kind], now[column], row=row, kind=kind) for column, kind in kinds.items()
    }
    cells += [f"<td>{banded[column]}</td>" for column in ("amount", "suppliers")]
    cells.append(f"<td>{_text(n, 'source', now['source'], list_id='provinces')}</td>")
    told = _when(answer, row.last)
    if table is not None and typed is not None:
        told += _wrong(table.errors.get(typed, ""))
        told += _overtaken(answer, table.version(typed), shown, now, {"make": made(), **listed})
    cells.append(f'<td>{banded["certification"]}</td><td class="k">{told}{_seen(n, answer, shown)}</td>')
    return f"<tr>{''.join(cells)}</tr>"


def _seen(n: int, answer: CategoryAnswer | PartAnswer | None, shown: Mapping[str, str]) -> str:
    """What the row is shown with, and the version of its answer: a row that comes back the same says nothing."""
    seen = escape("|".join(shown.values()))
    version = f'<input type="hidden" name="row-{n}-version" value="{answer.version}">' if answer else ""
    return f'<input type="hidden" name="row-{n}-seen" value="{seen}">{version}'


def _overtaken(
    answer: CategoryAnswer | PartAnswer | None,
    version: int | None,
    shown: Mapping[str, str],
    now: Mapping[str, str],
    listed: Mapping[str, Choices],
) -> str:
    """What another contact of the firm answered meanwhile, where it is not what was typed here."""
    if answer is None or answer.version == version:
        return ""
    kinds = {"amount": Kind.AMOUNT, "suppliers": Kind.SUPPLIERS, "certification": Kind.MONTHS}
    said = [
        _("%(column)s：%(said)s")
        % {
            "column": HEADS[column](),
            "said": dict(listed.get(column, ())).get(value) or _old(value, kinds.get(column, "")) or "—",
        }
        for column, value in shown.items()
        if value != now[column]
    ]
    return (
        _wrong(_("您打开之后他人已答：%(said)s。再保存即以您的为准。") % {"said": _("，").join(said)}) if said else ""
    )


def _now(answer: CategoryAnswer | None, column: str) -> str:
    """What an answer says in a column, as the value of its control."""
    if answer is None:
        return ""
    if column == "amount":
        return WITHHELD if answer.is_withheld else _pair(answer.amount_low_wan, answer.amount_high_wan)
    if column == "suppliers":
        return _pair(answer.supplier_low, answer.supplier_high)
    if column == "certification":
        return _pair(answer.certification_low_months, answer.certification_high_months)
    if column == "source":
        return "境外" if answer.is_abroad else places.name_of(answer.source_region) or ""
    return str(getattr(answer, column))


def _pair(low: Any, high: Any) -> str:
    return "" if low is None else written(Limits(Decimal(low), None if high is None else Decimal(high)))


def _when(answer: Any, last: Any) -> str:
    if answer is not None and answer.answered_on:
        return escape(formats.date_format(answer.answered_on, "Y-m-d"))
    if isinstance(last, CategoryAnswer):
        said = _("按约定不提供") if last.is_withheld else _words(last)
        return (
            f'<span class="quiet-text">{escape(_("%(year)s 年：%(said)s") % {"year": last.year, "said": said})}</span>'
        )
    return "—"


def _words(answer: CategoryAnswer) -> str:
    if answer.amount_low_wan is None:
        return _("未填")
    return Limits(answer.amount_low_wan, answer.amount_high_wan).words(Kind.AMOUNT)


def _wrong(error: str) -> str:
    return f'<p class="wrong">{escape(error)}</p>' if error else ""


def _named(n: int, column: str, value: str, *, fixed: bool, list_id: str) -> str:
    if not fixed:
        return f"<td>{_text(n, column, value, list_id=list_id)}</td>"
    return f'<th scope="row">{escape(value)}<input type="hidden" name="row-{n}-{column}" value="{escape(value)}"></th>'


def _text(n: int, column: str, value: str, *, list_id: str = "", is_fixed: bool = False) -> str:
    if is_fixed:
        return f'{escape(value) or "—"}<input type="hidden" name="row-{n}-{column}" value="{escape(value)}">'
    listed = f' list="{list_id}"' if list_id else ""
    label = escape(HEADS[column]())
    return f'<input type="text" name="row-{n}-{column}" value="{escape(value)}" size="10" aria-label="{label}"{listed}>'


def _select(n: int, column: str, choices: Choices, value: str, *, row: BandRow | None = None, kind: str = "") -> str:
    offered, was = list(choices), ""
    if value and value not in dict(offered):
        # Answered before the bands were redrawn: it stays what it was until somebody chooses anew.
        offered.append((value, _old(value, kind)))
        was = f'<input type="hidden" name="row-{n}-{column}-was" value="{escape(value)}">'
    options = "".join(
        f'<option value="{escape(code)}"{" selected" if code == value else ""}>{escape(label)}</option>'
        for code, label in (("", "—"), *offered)
    )
    about = row.category if row is not None and row.category else ""
    label = escape(f"{about} {HEADS[column]()}".strip())
    return f'<select name="row-{n}-{column}" aria-label="{label}">{options}</select>{was}'


def _old(value: str, kind: str) -> str:
    low, _colon, high = value.partition(":")
    try:
        return Limits(Decimal(low), Decimal(high) if high else None).words(kind)
    except InvalidOperation:
        return value


HEADS = {
    "category": lambda: _("类别"),
    "plant": lambda: _("使用工厂"),
    "make": lambda: _("来源方式"),
    "amount": lambda: _("年采购额档"),
    "suppliers": lambda: _("供应商家数档"),
    "source": lambda: _("来源地"),
    "certification": lambda: _("认证周期档"),
    "local": lambda: _("本市有供应商"),
    "welcome": lambda: _("欢迎引进"),
}


def tick_rows(
    places_asked: Iterable[Place], answers: Mapping[int, PartAnswer], *, table: TickRows | None = None
) -> SafeString:
    """The table of 目录级: the tree indented; a part that stands at several places is asked once. What was typed in
    `table` and not kept stands in its row again."""
    choices: dict[str, Choices] = {"make": [*made(), (WITHHELD, _("按约定不提供"))]}
    choices |= {column: [("yes", _("是")), ("no", _("否"))] for column in ("local", "welcome")}
    typed = table.typed() if table is not None else {}
    lines, seen = [], set()
    for n, place in enumerate(places_asked):
        step, part = min(place.depth, DEEPEST_STEP), place.part
        name = f'<th scope="row"><span class="tree-part tree-level-{step}">{escape(part.name)}</span></th>'
        kind = f'<td class="broad">{escape(part.category) or "—"}</td>'
        if part.pk in seen:
            lines.append(
                f'<tr>{name}{kind}<td colspan="4" class="quiet-text">{escape(_("同上，已在前面列出"))}</td></tr>'
            )
            continue
        seen.add(part.pk)
        cells = _tick_cells(n, part, answers.get(part.pk), choices, table=table, typed=typed.get(part.pk))
        lines.append(f'<tr id="row-{n}">{name}{kind}{cells}</tr>')
    return mark_safe("".join(lines))  # noqa: S308 - escaped above, piece by piece


def _tick_cells(
    n: int,
    part: Any,
    answer: PartAnswer | None,
    choices: Mapping[str, Choices],
    *,
    table: TickRows | None,
    typed: int | None,
) -> str:
    about, shown = BandRow(part.name, ""), dict.fromkeys(TickRows.columns, "")
    if answer is not None:
        shown = {
            "make": WITHHELD if answer.is_withheld else answer.make,
            "local": TICKED[answer.is_supplier_local],
            "welcome": TICKED[answer.is_welcome],
        }
    now, told = shown, _when(answer, None)
    if table is not None and typed is not None:
        now = {column: table.said(typed, column) for column in TickRows.columns}
        told += _overtaken(answer, table.version(typed), shown, now, choices)
    controls = "".join(
        f"<td>{_select(n, column, choices[column], now[column], row=about)}</td>" for column in TickRows.columns
    )
    mine = f'<input type="hidden" name="row-{n}-part" value="{part.pk}">'
    return f'{controls}<td class="k broad">{told}{mine}{_seen(n, answer, shown)}</td>'


def unticked(places_asked: Iterable[Place], answers: Mapping[int, PartAnswer]) -> list[tuple[int, str]]:
    """The row and name of every part not answered yet, each once: three of sixty are not looked for by eye."""
    found: dict[int, tuple[int, str]] = {}
    for n, place in enumerate(places_asked):
        if place.part.pk not in answers:
            found.setdefault(place.part.pk, (n, place.part.name))
    return list(found.values())
