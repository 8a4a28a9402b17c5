"""Addresses of indicators and their figures."""

from django.urls import path

from lianzhang.web.views import indicators

app_name = "indicators"
urlpatterns = [
    path("", indicators.listed, name="list"),
    path("new", indicators.new, name="new"),
    path("definitions/", indicators.definitions_page, name="definitions"),
    path("<int:pk>/", indicators.figure, name="figure"),
    path("<int:pk>/edit", indicators.edit, name="edit"),
    path("<int:pk>/explain", indicators.explain_figure, name="explain"),
]
