"""The reference pages that are made from the code itself: workbook columns, roles, REST, commands, benchmark table.

python scripts/reference.py           write them
python scripts/reference.py --check   change nothing; name the pages that are out of date
"""

# ruff: noqa: E501 - sentences of the pages

import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

MADE = "<!-- made by scripts/reference.py: change the code, not this page -->"
BEGIN, END = "<!-- benchmarks: made by scripts/reference.py -->", "<!-- end of benchmarks -->"
PAGES_BEGIN, PAGES_END = "<!-- pages: made by scripts/reference.py -->", "<!-- end of pages -->"
PAGES = Path("benchmarks/README.md")
SIZES = {"projects": "20,000 projects × 36 months", "month": "a month of 2,000 key projects"}
READMES = (Path("README.md"), Path("README.zh-Hans.md"))
WORDS = {
    "README.md": {"head": ("Task", "Way", "Median, s", "Covered, 万元", "Ended"), "ours": "**chainlab (ours)**"},
    "README.zh-Hans.md": {
        "head": ("任务", "方法", "中位耗时（秒）", "覆盖额（万元）", "结束方式"),
        "ours": "**chainlab（本项目）**",
    },
}


def main(arguments: list[str]) -> int:
    start_django()
    stale = []
    for path, text in pages().items():
        target = ROOT / path
        if target.exists() and target.read_text(encoding="utf-8") == text:
            continue
        stale.append(str(path))
        if "--check" not in arguments:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
    print("\n".join(stale) or "every reference page is current")
    return 1 if stale and "--check" in arguments else 0


def start_django() -> None:
    """Django, for the matrix of rights and the API; nothing is read from a database."""
    if "LIANZHANG_HOME" not in os.environ:
        os.environ["LIANZHANG_HOME"] = tempfile.mkdtemp(prefix="lianzhang-reference-")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lianzhang.config.settings")
    import django

    django.setup()


def pages() -> dict[Path, str]:
    """Every generated page, by its path below the checkout."""
    from django.utils import translation

    makers: dict[str, Callable[[], str]] = {
        "docs/reference/workbooks.md": workbooks,
        "docs/reference/roles.md": roles,
        "docs/reference/rest.md": rest,
        "docs/reference/commands.md": commands,
        "docs/reference/gaps.md": gaps,
    }
    with translation.override("zh-hans"):
        made = {Path(name): maker() for name, maker in makers.items()}
    return made | {path: with_benchmarks(path) for path in READMES} | {PAGES: with_pages()}


def table(head: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """A Markdown table; a bar inside a cell is escaped."""
    head = list(head)
    lines = [head, ["---"] * len(head), *([cell(value) for value in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def cell(value: object) -> str:
    return str(value).replace("|", "\\|").replace("\n", " ") if value not in (None, "") else " "


# --- workbooks --------------------------------------------------------------------------------------------------------


def workbooks() -> str:
    """Every ledger's sheets and columns, from the reviewed layouts."""
    from chainlab.sheets import layouts

    parts = [
        "# Workbooks: sheets and columns",
        MADE,
        (
            "Every ledger the office hands in or takes away, as its layout in `src/chainlab/sheets/layouts/` declares it. "
            "`lianzhang template <key> --out FILE.xlsx` writes the empty workbook with header notes, value lists and an "
            "example row. Headers are found by name, in either language, and by the other ways offices write them; their "
            'order does not matter. Money is kept in 万元 whatever unit the header names. An empty cell means "not filled '
            'in" and is never 0; "按约定不提供" means withheld by agreement. Hidden rows and columns are read and named. A '
            "bare amount unlikely for its column is taken with a warning that says the likely unit. Exports of invented "
            "data carry a first column 数据性质, which reading leaves out."
        ),
    ]
    for layout in layouts.all():
        parts += [
            f"## {layout.title_zh} · {layout.title_en} (`{layout.key}`, version {layout.version})",
            layout.help_en,
        ]
        for sheet in layout.sheets:
            optional = " — optional" if sheet.is_optional else ""
            parts += [f"### {sheet.title_zh} · {sheet.title_en}{optional}"]
            parts += [text for text in (sheet.help_en, *rules_between_rows(sheet)) if text]
            head = ("Column", "English", "Kind", "Required", "What goes in", "Example")
            parts.append(table(head, (column(field) for field in sheet.fields)))
    return "\n\n".join(part for part in parts if part) + "\n"


def column(field: Any) -> tuple[object, ...]:
    values = "; ".join(f"{one.zh} ({one.en})" for one in field.choices)
    told = " ".join(part for part in (field.help_en, f"One of: {values}." if values else "") if part)
    must = "key" if field.is_key and field.is_required else "yes" if field.is_required else ""
    return field.header("zh-hans"), field.header("en"), field.kind.value, must, told, field.example


def rules_between_rows(sheet: Any) -> list[str]:
    """What must hold between the columns and rows of a sheet, in words."""

    def names(keys: Iterable[str]) -> str:
        return " + ".join(sheet.field(key).header_zh for key in keys)

    said = [f"- No two rows may share {names(keys)}." for keys in sheet.unique]
    said += [f"- {names([left])} and {names([right])} must differ." for left, right in sheet.differs]
    said += [f"- At least one of {names(keys)} is filled." for keys in sheet.one_of]
    said += [f"- {names([one.field])} must be found in sheet `{one.sheet}`." for one in sheet.references]
    return ["\n".join(said)] if said else []


# --- roles ------------------------------------------------------------------------------------------------------------


def roles() -> str:
    """The matrix of rights, from the table that enforces it."""
    from lianzhang.accounts import rules

    columns = [role for role in rules.Role if role is not rules.Role.NOBODY]
    posts = {
        role: "、".join(str(rules.Post(post).label) for post, played in rules.ROLE_OF.items() if played is role)
        for role in columns
    }
    rights = [[f"`{thing}`", *(right(rules, role, thing) for role in columns)] for thing in rules.Thing]
    bodies = [
        (kind.label, f"`{kind}`", "、".join(str(rules.Post(post).label) for post in held))
        for kind, held in rules.POSTS_OF.items()
    ]
    parts = [
        "# Roles and rights",
        MADE,
        (
            "R read, W write, A approve; `°` own chain, district, firm or body only. A right to write or approve includes "
            "reading at the same width. This is the table of `src/lianzhang/accounts/rules.py`, which every page, export, "
            "search, count and API answer obeys; what lies outside a person's reach answers 404, as if it did not exist. "
            "On top of it stand two things no role can lift: a firm's purchases are seen only by whom that firm granted "
            "them, and nobody approves or closes what they themselves handed in."
        ),
        table(("", *(f"`{role}`" for role in columns)), rights),
        "## Which posts play which role",
        table(("Role", "Posts"), ((f"`{role}`", posts[role]) for role in columns)),
        (
            "Auditor, security administrator and system administrator (三员) exclude one another, and none of them sees "
            "business data."
        ),
        "## Which bodies have which posts",
        table(("Body", "Code", "Posts"), bodies),
    ]
    return "\n\n".join(parts) + "\n"


def right(rules: Any, role: Any, thing: Any) -> str:
    widths = [(act, rules.scope(role, act, thing)) for act in rules.Act]
    return " ".join(
        f"{act}{'°' if width is rules.Scope.OWN else ''}" for act, width in widths if width is not rules.Scope.NONE
    )


# --- REST -------------------------------------------------------------------------------------------------------------


def rest() -> str:
    """The API as its own OpenAPI document says it."""
    from django.utils import translation

    from lianzhang.api.urls import api

    with translation.override("en"):
        document = json.loads(json.dumps(api.get_openapi_schema(path_prefix="/api/v1/"), default=str))
    schemas = document["components"]["schemas"]
    operations = [(path, verb, said) for path, verbs in document["paths"].items() for verb, said in verbs.items()]
    parts = [
        "# REST API",
        MADE,
        (
            "The machine-readable document is served at `/api/v1/openapi.json`. An API token is issued under 个人设置 by the "
            "person it acts for, in one of their posts, and sees exactly what that person sees there:"
        ),
        "```sh\ncurl -H 'Authorization: Bearer lz_…' https://lianzhang.example/api/v1/chains\n```",
        (
            "- Lists give `items`, `count`, `page`, `pages`, a hundred rows a page. Filters and `order` are those of the "
            "page on screen; a parameter that is not known is refused, never ignored.\n"
            "- A value that is not filled in is null or an empty text, never 0; `_blanks` names those that are withheld "
            "from you or do not apply. Amounts are decimal texts in 万元.\n"
            "- Messages are Chinese; `Accept-Language: en` asks for English.\n"
            "- Errors are problem details (RFC 9457) as `application/problem+json`: 401 no valid token, 404 no such record "
            "or beyond your reach (addresses have no slash at the end), 405 no such method, 409 somebody changed it since (send the present `version`), 422 what is wrong and in "
            "which field.\n"
            "- Unsafe requests take an `Idempotency-Key`: the same request sent twice is done once."
        ),
        "## Operations",
        table(
            ("Method", "Path", "What", "Parameters"),
            ((verb.upper(), f"`{path}`", said.get("summary", ""), parameters(said)) for path, verb, said in operations),
        ),
        "## Records",
    ]
    for name in sorted(name for name in schemas if f"{name}Page" in schemas):
        fields = schemas[name]["properties"].items()
        parts += [f"### {name}", table(("Field", "Type", "What"), (field_row(key, said) for key, said in fields))]
    return "\n\n".join(parts) + "\n"


def parameters(operation: Mapping[str, Any]) -> str:
    return ", ".join(f"`{one['name']}`" for one in operation.get("parameters", ()) if one["in"] == "query")


def field_row(key: str, said: Mapping[str, Any]) -> tuple[str, str, str]:
    kinds = [one for one in said.get("anyOf", [said]) if one.get("type") != "null"]
    kind = ", ".join(str(one.get("format") or one.get("type") or "object") for one in kinds)
    return f"`{key}`", kind, said.get("description", "why a value is not there" if key == "_blanks" else "")


# --- commands ---------------------------------------------------------------------------------------------------------


def commands() -> str:
    """Every command with its options, from the parser itself."""
    import argparse

    from lianzhang import cli

    def walk(parser: argparse.ArgumentParser) -> Iterable[argparse.ArgumentParser]:
        nested = [one for one in parser._actions if isinstance(one, argparse._SubParsersAction)]
        if not nested:
            yield parser
        for action in nested:
            for child in action.choices.values():
                yield from walk(child)

    parts = ["# Commands", MADE, "Exit codes: 0 done, 1 the work found a fault, 2 the command itself was wrong."]
    for parser in walk(cli.parser()):
        options = [
            (", ".join(f"`{name}`" for name in one.option_strings) or f"`{one.metavar or one.dest}`", one.help or "")
            for one in parser._actions
            if not isinstance(one, argparse._HelpAction)
        ]
        parts += [f"## {parser.prog}", (parser.description or "") + "."]
        parts += [table(("Option", "What"), options)] if options else []
    return "\n\n".join(parts) + "\n"


# --- gaps --------------------------------------------------------------------------------------------------------------


def gaps() -> str:
    """The life of a gap, from the table that enforces it."""
    from lianzhang.chains import reference

    return reference.markdown()


# --- benchmarks -------------------------------------------------------------------------------------------------------


def with_benchmarks(path: Path) -> str:
    """The page with the figures of the last kept run between its two marks."""
    text = (ROOT / path).read_text(encoding="utf-8")
    before, _, rest_of = text.partition(BEGIN)
    _, _, after = rest_of.partition(END)
    if not after:
        raise SystemExit(f"{path} lacks the marks of the benchmark table")
    return f"{before}{BEGIN}\n\n{benchmark_table(WORDS[path.name])}\n\n{END}{after}"


def with_pages() -> str:
    """The page on benchmarks with the pages of the last kept runs between its two marks."""
    text = (ROOT / PAGES).read_text(encoding="utf-8")
    before, _, rest_of = text.partition(PAGES_BEGIN)
    _, _, after = rest_of.partition(PAGES_END)
    if not after:
        raise SystemExit(f"{PAGES} lacks the marks of the table of pages")
    return f"{before}{PAGES_BEGIN}\n\n{page_table()}\n\n{PAGES_END}{after}"


def page_table() -> str:
    """One row per page and reader, for each size that was measured."""
    rows: list[tuple[object, ...]] = []
    for name, size in SIZES.items():
        kept = ROOT / "benchmarks" / "results" / f"{name}.json"
        found = json.loads(kept.read_text(encoding="utf-8")) if kept.exists() else {"pages": {}}
        rows += [(size, page, f"{said['least_ms']:.0f}", said["queries"]) for page, said in found["pages"].items()]
        if "close_seconds" in found:
            rows.append((size, f"closing it: {found['projects']:,} projects", f"{found['close_seconds']:.1f} s", ""))
    return table(("size", "page (reader)", "ms", "queries"), rows)


def benchmark_table(words: Mapping[str, Any]) -> str:
    """One row per case and way, the fastest of a case in bold; every peer of the run is there, also where it wins."""
    rows: list[tuple[object, ...]] = []
    for name in ("explosion", "targets", "main_job"):
        kept = ROOT / "benchmarks" / "results" / f"{name}.json"
        found = json.loads(kept.read_text(encoding="utf-8")) if kept.exists() else {"cases": {}}
        for case, said in found["cases"].items():
            fastest = min(way["median_s"] for way in said["ways"].values())
            for way, measured in said["ways"].items():
                seconds = measured["median_s"]
                shown = f"**{seconds:.4g}**" if seconds == fastest else f"{seconds:.4g}"
                covered = measured.get("covered_wan")
                rows.append(
                    (
                        f"{name}: {case}",
                        way.replace("chainlab", words["ours"], 1),
                        shown,
                        "" if covered is None else f"{covered:,.2f}",
                        measured.get("ended", ""),
                    )
                )
    return table(words["head"], rows)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
