"""Addresses of the one-pagers and the papers of the 推进会."""

from django.urls import path, re_path

from lianzhang.web.views import briefings, inspections, periods

app_name = "briefings"
urlpatterns = [
    path("", briefings.issued, name="list"),
    path("chain/<slug:code>", briefings.chain, name="chain"),
    path("chain/<slug:code>/issue", briefings.issue_chain, name="issue_chain"),
    path("firm/<str:code>", briefings.firm, name="firm"),
    path("meeting/<slug:scheme>", briefings.meeting, name="meeting"),
    re_path(r"^(?P<kind>week|month)/$", periods.draft, name="period"),
    re_path(r"^(?P<kind>week|month)/issue$", periods.issue, name="period_issue"),
    re_path(r"^(?P<kind>week|month)/(?P<key>[a-z_]+)$", periods.rows, name="period_rows"),
    path("inspection/", inspections.inspection, name="inspection"),
    path("inspection/<int:pk>", inspections.download, name="inspection_file"),
    path("issued/<str:code>", briefings.briefing, name="briefing"),
    path("issued/<str:code>/file", briefings.download, name="download"),
]
