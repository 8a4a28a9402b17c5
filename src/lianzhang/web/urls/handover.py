"""Addresses of hand-overs."""

from django.urls import path

from lianzhang.web.views import handover

app_name = "handovers"
PREFIX = "handovers/"
urlpatterns = [
    path("", handover.all_handovers, name="list"),
    path("<int:pk>", handover.handover, name="handover"),
    path("<int:pk>/accept", handover.accept, name="accept"),
    path("<int:pk>/successor", handover.name_successor, name="successor"),
]
