"""Addresses of target lists (目标清单)."""

from django.urls import path

from lianzhang.web.views import editions, targets

app_name = "targets"
urlpatterns = [
    path("", targets.lists, name="list"),
    path("new", targets.new, name="new"),
    path("<str:code>", targets.target, name="target"),
    path("<str:code>/leads", targets.open_leads, name="open_leads"),
    path("<str:code>/editions/<slug:edition>", editions.edition, name="edition"),
    path("<str:code>/approve", targets.approve, name="approve"),
    path("<str:code>/compare", targets.compare, name="compare"),
    path("<str:code>/explain/<slug:figure>", targets.explain_figure, name="explain"),
    path("<str:code>/<int:position>", targets.line, name="line"),
    path("<str:code>/<int:position>/open", targets.open_lead, name="open_lead"),
]
