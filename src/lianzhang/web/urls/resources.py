"""Addresses of resources and sites."""

from django.urls import path

from lianzhang.web.views import resources, sites

app_name = "resources"
urlpatterns = [
    path("", resources.listed, name="list"),
    path("new", resources.new, name="new"),
    path("sites/", sites.listed, name="sites"),
    path("sites/new", sites.new, name="new_site"),
    path("sites/<str:code>/", sites.site, name="site"),
    path("sites/<str:code>/edit", sites.edit, name="edit_site"),
    path("sites/<str:code>/report", sites.report, name="report_site"),
    path("<str:code>/", resources.resource, name="resource"),
    path("<str:code>/edit", resources.edit, name="edit"),
]
