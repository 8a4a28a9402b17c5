"""Addresses of projects, their ledgers and board, and of events and signings."""

from django.urls import path, re_path

from lianzhang.web.views import events, leads, needs, project_changes, projects

app_name = "projects"
urlpatterns = [
    path("", projects.projects, name="list"),
    path("leads/", projects.leads, name="leads"),
    path("key/", projects.key_projects, name="key"),
    path("board/", projects.board, name="board"),
    path("stages/", projects.stage_table, name="stages"),
    path("checks/", projects.checks, name="checks"),
    path("new", projects.new, name="new"),
    path("contests/", leads.contests, name="contests"),
    path("contests/new", leads.new_contest, name="new_contest"),
    path("contests/<str:code>/", leads.contest, name="contest"),
    path("contests/<str:code>/withdraw", leads.withdraw_contest, name="withdraw_contest"),
    path("events/", events.events, name="events"),
    path("events/new", events.new, name="new_event"),
    path("events/<str:code>/", events.event, name="event"),
    path("events/<str:code>/edit", events.edit, name="edit_event"),
    path("events/<str:code>/tie", events.tie, name="tie_signing"),
    path("events/<str:code>/signings/<int:pk>/untie", events.untie, name="untie_signing"),
    path("<str:code>/", projects.project, name="project"),
    path("<str:code>/edit", project_changes.edit, name="edit"),
    path("<str:code>/cell", project_changes.cell, name="cell"),
    path("<str:code>/place", project_changes.place, name="place"),
    path("<str:code>/follow", leads.follow, name="follow"),
    path("<str:code>/diligence", leads.diligence, name="diligence"),
    path("<str:code>/money", project_changes.money, name="money"),
    path("<str:code>/progress", project_changes.progress, name="progress"),
    path("<str:code>/evidence", project_changes.evidence, name="evidence"),
    path("<str:code>/evidence/<int:pk>", projects.file, name="file"),
    path("<str:code>/advance", project_changes.advance, name="advance"),
    path("<str:code>/entries/<int:pk>/check", project_changes.check, name="check"),
    path("<str:code>/entries/<int:pk>/withdraw", project_changes.withdraw, name="withdraw"),
    path("<str:code>/correct", project_changes.correct, name="correct"),
    path("<str:code>/transfer", project_changes.transfer, name="transfer"),
    re_path(
        r"^(?P<code>[\w-]+)/status/(?P<verb>resume|mark_late|hold|lose|terminate)$",
        project_changes.status,
        name="status",
    ),
    re_path(r"^(?P<code>[\w-]+)/flag/(?P<name>fai_registered_on|above_scale_on)$", project_changes.flag, name="flag"),
    path("<str:code>/need", needs.need, name="need"),
    path("<str:code>/sites", needs.sites, name="sites"),
    path("<str:code>/supplies", project_changes.supply, name="supply"),
    path("<str:code>/supplies/<int:pk>/drop", project_changes.drop_supply, name="drop_supply"),
]
