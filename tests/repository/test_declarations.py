"""Pages name their rule, records their readers, fields their class, columns their meaning; what does not is found."""

import importlib
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import models
from django.forms import modelform_factory
from django.http import HttpRequest, HttpResponse
from django.test.utils import isolate_apps
from django.urls import URLPattern, URLResolver, get_resolver, include, path
from django.views.generic import TemplateView

import lianzhang
from chainlab.sheets import layouts
from chainlab.sheets.layout import Choice, Field, Kind, Layout, Sheet
from lianzhang.accounts.models import Person
from lianzhang.records import checks
from lianzhang.records.scope import ScopedQuerySet
from lianzhang.records.secrecy import Secrecy
from lianzhang.tables.spec import Column, TableSpec
from lianzhang.web import access
from lianzhang.web import forms as web_forms
from tests.repository.checks import declarations


def open_page(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


def test_every_address_names_its_permission_rule() -> None:
    assert declarations.check_urls(get_resolver().url_patterns) == []


@pytest.mark.parametrize(
    "patterns",
    [
        [path("bare/", open_page)],
        [path("deep/", include([path("bare/", open_page)]))],
        [path("class/", TemplateView.as_view(template_name="x.html"))],
        [path("named/", open_page, name="something")],
    ],
)
def test_an_address_without_a_rule_is_found(patterns: list[URLPattern | URLResolver]) -> None:
    [complaint] = declarations.check_urls(patterns)
    assert "names no permission rule" in complaint


def test_an_address_with_a_rule_is_in_order() -> None:
    @access.public
    def front_door(request: HttpRequest) -> HttpResponse:
        return HttpResponse()

    pages = [path("a/", access.signed_in(open_page)), path("b/", front_door)]
    assert declarations.check_urls(pages) == []


def test_every_record_is_classified_and_says_who_sees_it() -> None:
    ours = checks.our_models()
    assert [complaint for model in ours for complaint in checks.classification_complaints(model)] == []
    assert [complaint for model in ours for complaint in checks.scope_complaints(model)] == []


def test_every_app_of_ours_is_looked_at() -> None:
    labels = {model._meta.app_label for model in checks.our_models()}
    with_models = {c.label for c in apps.get_app_configs() if c.name.startswith("lianzhang.") and list(c.get_models())}
    assert labels == with_models
    assert len(labels) > 5


@isolate_apps("lianzhang.records")
def test_a_field_nobody_classified_is_found() -> None:
    class Note(models.Model):
        secrecy = Secrecy(internal="title")
        title = models.TextField()
        phone = models.TextField()

        class Meta:
            app_label = "records"

    [complaint] = checks.classification_complaints(Note)
    assert "phone is not classified" in complaint


@isolate_apps("lianzhang.records")
def test_a_record_without_readers_or_classes_is_found() -> None:
    class Bare(models.Model):
        class Meta:
            app_label = "records"

    assert checks.classification_complaints(Bare) == ["records.Bare has no secrecy"]
    assert checks.scope_complaints(Bare) == ["records.Bare has no visible_to"]


@isolate_apps("lianzhang.records")
def test_a_scope_that_forgot_to_say_who_is_found() -> None:
    class Forgotten(ScopedQuerySet[Any]):
        def editable_by(self, person: Person) -> "Forgotten":
            return self

    class Draft(models.Model):
        objects = Forgotten.as_manager()

        class Meta:
            app_label = "records"

    assert checks.scope_complaints(Draft) == ["records.Draft has no visible_to"]


def test_every_column_of_every_ledger_explains_itself_in_both_languages() -> None:
    everything = layouts.all()
    assert len(everything) >= 9
    assert declarations.check_layouts(everything) == []


@pytest.mark.parametrize(
    ("column", "fault"),
    [
        (Field("a", "甲", "A", help_zh="甲", help_en="", example="1"), "no help_en"),
        (Field("a", "甲", "A", help_zh="", help_en="A", example="1"), "no help_zh"),
        (Field("a", "甲", "A", help_zh="甲", help_en="甲", example="1"), "its English is Chinese"),
        (Field("a", "甲", "A", is_required=True, help_zh="甲", help_en="A"), "no example"),
        (
            Field(
                "a", "甲", "A", Kind.CHOICE, choices=(Choice("x", "甲", ""),), help_zh="甲", help_en="A", example="甲"
            ),
            "choice x lacks a label",
        ),
    ],
)
def test_a_column_that_explains_nothing_is_found(column: Field, fault: str) -> None:
    layout = Layout(key="t", version=1, title_zh="表", title_en="T", sheets=(Sheet("s", "页", "S", (column,)),))
    assert declarations.check_layouts([layout]) == [f"t › s › a: {fault}"]


def test_every_rule_a_form_may_break_refuses_in_words() -> None:
    found = declarations.declared_forms(web_forms)
    assert "ConfirmGapForm" in {form.__name__ for form in found}
    assert declarations.check_rules(found) == []


@isolate_apps("lianzhang.chains")
def test_a_rule_that_refuses_by_its_name_is_found() -> None:
    class Planted(models.Model):
        low, high = models.IntegerField(), models.IntegerField()

        class Meta:
            app_label = "chains"
            constraints = [models.CheckConstraint(condition=models.Q(low__lte=models.F("high")), name="low_is_low")]

    form = modelform_factory(Planted, fields=["low", "high"])
    assert declarations.check_rules([form]) == ["Planted: low_is_low refuses without words (violation_error_message)"]


def test_every_table_is_labelled_in_both_languages() -> None:
    tables = declarations.declared_tables(lianzhang)
    assert declarations.check_tables(tables) == []


def test_a_table_without_labels_or_units_is_found() -> None:
    table = TableSpec(
        key="t",
        title="Table",
        columns=[
            Column("name", "", value=str),
            Column("zh", "从未翻译的列名", value=str),
            Column("area", "Area", value=float, kind="decimal"),
        ],
    )
    assert declarations.check_tables([table]) == [
        "t › name: no label",
        "t › zh: “从未翻译的列名” has no English",
        "t › area: a decimal says its unit",
    ]


def test_tables_are_found_wherever_an_app_declares_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = tmp_path / "planted" / "chains"
    app.mkdir(parents=True)
    (tmp_path / "planted" / "__init__.py").write_text("")
    (app / "__init__.py").write_text("")
    declared = "TableSpec(key='t', title='T', columns=[Column('a', 'A', value=str)])"
    (app / "tables.py").write_text(f"from lianzhang.tables.spec import Column, TableSpec\nT = {declared}\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    [table] = declarations.declared_tables(importlib.import_module("planted"))
    assert table.key == "t"
