"""Addresses of gaps (缺口)."""

from django.urls import path

from lianzhang.web.views import gaps

app_name = "gaps"
urlpatterns = [
    path("", gaps.gaps, name="list"),
    path("many/confirm", gaps.confirm_many, name="confirm_many"),
    path("many/entrust", gaps.entrust_many, name="entrust_many"),
    path("<str:code>", gaps.gap, name="gap"),
    path("<str:code>/confirm", gaps.confirm, name="confirm"),
    path("<str:code>/cell", gaps.cell, name="cell"),
    path("<str:code>/dismiss", gaps.dismiss, name="dismiss"),
    path("<str:code>/close", gaps.close, name="close"),
]
