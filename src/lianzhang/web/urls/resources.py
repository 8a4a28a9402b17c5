"""Addresses of resources."""

from django.urls import path

from lianzhang.web.views import resources

app_name = "resources"
urlpatterns = [
    path("", resources.listed, name="list"),
    path("new", resources.new, name="new"),
    path("<str:code>/", resources.resource, name="resource"),
    path("<str:code>/edit", resources.edit, name="edit"),
]
