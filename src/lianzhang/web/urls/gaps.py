"""Addresses of gaps (缺口) and of what experts say of them."""

from django.urls import path

from lianzhang.web.views import gaps, opinions

app_name = "gaps"
urlpatterns = [
    path("", gaps.gaps, name="list"),
    path("many/confirm", gaps.confirm_many, name="confirm_many"),
    path("many/entrust", gaps.entrust_many, name="entrust_many"),
    path("stages", gaps.stage_table, name="stages"),
    path("consultations/<int:pk>", opinions.consultation, name="consultation"),
    path("consultations/<int:pk>/withdraw", opinions.withdraw, name="withdraw_consultation"),
    path("<str:code>", gaps.gap, name="gap"),
    path("<str:code>/supply", gaps.supply, name="supply"),
    path("<str:code>/confirm", gaps.confirm, name="confirm"),
    path("<str:code>/revise", gaps.revise, name="revise"),
    path("<str:code>/cell", gaps.cell, name="cell"),
    path("<str:code>/dismiss", gaps.dismiss, name="dismiss"),
    path("<str:code>/reopen", gaps.reopen, name="reopen"),
    path("<str:code>/review", gaps.review, name="review"),
    path("<str:code>/start", gaps.start, name="start"),
    path("<str:code>/close", gaps.close, name="close"),
    path("<str:code>/evidence", gaps.prove, name="prove"),
    path("<str:code>/evidence/<int:pk>", gaps.gap_file, name="file"),
    path("<str:code>/opinion", opinions.file, name="file_opinion"),
    path("<str:code>/consult", opinions.ask, name="consult"),
]
