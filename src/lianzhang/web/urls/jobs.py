"""Addresses of background work."""

from django.urls import path

from lianzhang.web.views import jobs

app_name = "jobs"
urlpatterns = [
    path("", jobs.jobs, name="list"),
    path("<int:pk>", jobs.job, name="job"),
    path("<int:pk>/stop", jobs.stop, name="stop"),
]
