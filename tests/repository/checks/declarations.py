"""What must be declared where a thing is defined: who may come to a page, what a column means, in both languages."""

import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterable, Iterator
from types import ModuleType
from typing import Any

from django import forms
from django.urls import URLPattern, URLResolver
from django.utils import translation

from chainlab.sheets.layout import Layout
from lianzhang.tables.spec import TableSpec

CHINESE = re.compile(r"[\u4e00-\u9fff]")
LATIN = re.compile(r"[A-Za-z]")
# Pages of libraries: what guards them, since they cannot carry our rule.
LIBRARY_PAGES = {"openapi-json": "the shape of the API, no data", "api-root": "an address to reverse, always 404"}


def check_urls(patterns: Iterable[URLPattern | URLResolver]) -> list[str]:
    """Addresses that do not say who may come."""
    return [f"{address}: names no permission rule" for address, page in pages(patterns) if not rule_of(page)]


def pages(patterns: Iterable[URLPattern | URLResolver], prefix: str = "/") -> Iterator[tuple[str, URLPattern]]:
    """Every address with its page, however deeply included."""
    for pattern in patterns:
        address = f"{prefix}{pattern.pattern}"
        if isinstance(pattern, URLResolver):
            yield from pages(pattern.url_patterns, address)
        else:
            yield address, pattern


def rule_of(page: URLPattern) -> str:
    """The rule a page names; for an API path, that every operation on it asks who is there."""
    view: Any = page.callback
    if rule := getattr(view, "access_rule", ""):
        return str(rule)
    operations = operations_of(page)
    if operations:
        return "token" if all(operation.auth_callbacks for operation in operations) else ""
    return LIBRARY_PAGES.get(page.name or "", "")


def operations_of(page: URLPattern) -> list[Any]:
    """The operations of an API path; none for a page."""
    view: Any = page.callback
    # ninja's view is a function over its path; only some versions bind it as a method.
    closed_over = inspect.getclosurevars(view).nonlocals if inspect.isfunction(view) else {}
    owner = getattr(view, "__self__", None) or closed_over.get("self")
    return list(getattr(owner, "operations", []))


def check_rules(forms_: Iterable[type[forms.BaseModelForm[Any]]]) -> list[str]:
    """Rules of the database that a form may break and whose refusal would name the constraint, not the matter."""
    models = {form._meta.model for form in forms_}
    return [
        f"{model.__name__}: {constraint.name} refuses without words (violation_error_message)"
        for model in sorted(models, key=lambda model: model.__name__)
        for constraint in model._meta.constraints
        if constraint.violation_error_message == constraint.default_violation_error_message
    ]


def declared_forms(package: ModuleType) -> list[type[forms.BaseModelForm[Any]]]:
    """Every form over a record that a package declares."""
    modules = [
        importlib.import_module(found.name) for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
    ]
    classes = [value for module in modules for value in vars(module).values() if inspect.isclass(value)]
    return [found for found in dict.fromkeys(classes) if issubclass(found, forms.BaseModelForm) and found._meta.model]


def check_layouts(layouts: Iterable[Layout]) -> list[str]:
    """Sheets and columns that do not explain themselves in both languages."""
    found = []
    for layout in layouts:
        for sheet in layout.sheets:
            where = f"{layout.key} › {sheet.key}"
            found += [f"{where}: no {name}" for name in ("title_zh", "title_en") if not getattr(sheet, name)]
            for column in sheet.fields:
                wanted = ("header_zh", "header_en", "help_zh", "help_en", *(["example"] if column.is_required else []))
                found += [f"{where} › {column.key}: no {name}" for name in wanted if not getattr(column, name)]
                found += [
                    f"{where} › {column.key}: choice {choice.code} lacks a label"
                    for choice in column.choices
                    if not (choice.zh and choice.en)
                ]
                if any(is_chinese(text) for text in (column.header_en, column.help_en)):
                    found.append(f"{where} › {column.key}: its English is Chinese")
    return found


def is_chinese(text: str) -> bool:
    """Whether a text is Chinese rather than English that quotes a word to be written into a cell."""
    return len(CHINESE.findall(text)) > len(LATIN.findall(text))


def check_tables(tables: Iterable[TableSpec]) -> list[str]:
    """Columns and filters without a label, or without its English."""
    found = []
    for table in tables:
        labelled = [
            *((c.key, c.label) for c in table.columns),
            *((f.key, f.label) for f in table.filters),
            ("title", table.title),
        ]
        for key, label in labelled:
            with translation.override("zh-hans"):
                if not str(label).strip():
                    found.append(f"{table.key} › {key}: no label")
            with translation.override("en"):
                if CHINESE.search(str(label)):
                    found.append(f"{table.key} › {key}: “{label}” has no English")
        found += [
            f"{table.key} › {column.key}: a decimal says its unit"
            for column in table.columns
            if column.kind == "decimal" and not str(column.shown_unit)
        ]
    return found


def declared_tables(package: ModuleType) -> list[TableSpec]:
    """Every table declared in a `tables` module of any app."""
    found: dict[str, TableSpec] = {}
    for info in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        parts = info.name.split(".")
        if "tables" in parts[2:] and "migrations" not in parts:
            module = importlib.import_module(info.name)
            found |= {
                f"{info.name}.{name}": value for name, value in vars(module).items() if isinstance(value, TableSpec)
            }
    return list(found.values())
