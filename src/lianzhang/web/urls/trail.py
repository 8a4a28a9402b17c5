"""Addresses of the trail."""

from django.urls import path

from lianzhang.web.views import trail

app_name = "trail"
urlpatterns = [
    path("", trail.events, name="events"),
    path("<int:seq>", trail.event, name="event"),
]
