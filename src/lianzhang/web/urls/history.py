"""Addresses of the histories of records."""

from django.urls import path

from lianzhang.web.views import history

app_name = "history"
urlpatterns = [path("<slug:kind>/<str:key>", history.of, name="of")]
