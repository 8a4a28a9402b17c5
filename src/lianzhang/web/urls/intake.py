"""Addresses of the ledgers: forms, uploads, batches."""

from django.urls import path

from lianzhang.web.views import deciding, intake, months

app_name = "intake"
PREFIX = "ledgers/"
urlpatterns = [
    path("", intake.ledgers_page, name="list"),
    path("batches/<slug:code>/", intake.batch, name="batch"),
    path("batches/<slug:code>/marked.xlsx", intake.marked, name="marked"),
    path("batches/<slug:code>/decide", intake.decide, name="decide"),
    path("batches/<slug:code>/decide-many", deciding.decide_many, name="decide_many"),
    path("batches/<slug:code>/settle", deciding.settle, name="settle"),
    path("batches/<slug:code>/choose", intake.choose, name="choose"),
    path("batches/<slug:code>/choose-all", intake.choose_all, name="choose_all"),
    path("batches/<slug:code>/apply", intake.apply, name="apply"),
    path("batches/<slug:code>/undo", intake.undo, name="undo"),
    path("batches/<slug:code>/retry", intake.retry, name="retry"),
    path("batches/<slug:code>/abandon", intake.abandon, name="abandon"),
    path("<slug:key>/", intake.ledger, name="ledger"),
    path("<slug:key>/months/", months.of_ledger, name="months"),
    path("<slug:key>/template.xlsx", intake.template, name="template"),
    path("<slug:key>/export.xlsx", intake.export, name="export"),
    path("<slug:key>/<slug:sheet>.csv", intake.export_csv, name="export_csv"),
]
