"""Addresses of what the office asks by: standard trees of parts, bands."""

from django.urls import path

from lianzhang.web.views import standards

app_name = "standards"
urlpatterns = [
    path("trees/", standards.trees, name="trees"),
    path("trees/new", standards.new_tree, name="new_tree"),
    path("trees/<str:code>/", standards.tree, name="tree"),
    path("trees/<str:code>/draft", standards.draft, name="draft"),
    path("trees/<str:code>/workbook", standards.workbook, name="workbook"),
    path("trees/<str:code>/publish", standards.publish, name="publish"),
    path("bands/", standards.bands, name="bands"),
    path("bands/<str:kind>/redraw", standards.redraw, name="redraw"),
]
