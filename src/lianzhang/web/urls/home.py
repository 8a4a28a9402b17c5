"""The first page after sign-in, at the root of the site and without a namespace: everything links back to `home`."""

from django.urls import path

from lianzhang.web.views import home

app_name = None
PREFIX = ""
urlpatterns = [path("", home.home, name="home")]
