"""Addresses of the one-pagers and the papers of the 推进会."""

from django.urls import path

from lianzhang.web.views import briefings

app_name = "briefings"
urlpatterns = [
    path("", briefings.issued, name="list"),
    path("chain/<slug:code>", briefings.chain, name="chain"),
    path("chain/<slug:code>/issue", briefings.issue_chain, name="issue_chain"),
    path("firm/<str:code>", briefings.firm, name="firm"),
    path("meeting/<slug:scheme>", briefings.meeting, name="meeting"),
    path("issued/<str:code>", briefings.briefing, name="briefing"),
    path("issued/<str:code>/file", briefings.download, name="download"),
]
