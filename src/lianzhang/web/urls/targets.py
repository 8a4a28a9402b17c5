"""Addresses of target lists (目标清单)."""

from django.urls import path

from lianzhang.web.views import candidates, editions, targets

app_name = "targets"
urlpatterns = [
    path("", targets.lists, name="list"),
    path("new", targets.new, name="new"),
    path("candidates/<slug:chain>", candidates.candidates, name="candidates"),
    path("candidates/<slug:chain>/new", candidates.propose, name="propose"),
    path("candidates/<slug:chain>/firm/<str:code>", candidates.candidate, name="candidate"),
    path("proposals/<str:code>/edit", candidates.correct, name="correct"),
    path("proposals/<str:code>/identify", candidates.identify, name="identify"),
    path("proposals/<str:code>/withdraw", candidates.withdraw, name="withdraw"),
    path("<str:code>", targets.target, name="target"),
    path("<str:code>/became", targets.became, name="became"),
    path("<str:code>/leads", targets.open_leads, name="open_leads"),
    path("<str:code>/editions/<slug:edition>", editions.edition, name="edition"),
    path("<str:code>/approve", targets.approve, name="approve"),
    path("<str:code>/compare", targets.compare, name="compare"),
    path("<str:code>/explain/<slug:figure>", targets.explain_figure, name="explain"),
    path("<str:code>/<int:position>", targets.line, name="line"),
    path("<str:code>/<int:position>/open", targets.open_lead, name="open_lead"),
]
