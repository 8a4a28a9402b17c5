"""Addresses of the frame itself: palette and saved views."""

from django.urls import path

from lianzhang.web.views import palette, saved

app_name = "look"
PREFIX = "_/"
urlpatterns = [
    path("palette.json", palette.find, name="palette"),
    path("pick.json", palette.pick, name="pick"),
    path("views/", saved.views, name="views"),
    path("views/save", saved.save, name="save_view"),
    path("views/<int:pk>/forget", saved.forget, name="forget_view"),
]
