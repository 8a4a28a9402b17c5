"""Addresses of tasks, meetings, requests, visits and the working calendar."""

from django.urls import path, re_path

from lianzhang.web.views import meetings, requests, supervision, visits, workdays

app_name = "supervision"
urlpatterns = [
    path("tasks/", supervision.tasks, name="tasks"),
    path("tasks/new", supervision.new_task, name="new_task"),
    path("tasks/urge", supervision.urge, name="urge"),
    path("tasks/<str:code>/", supervision.task, name="task"),
    path("tasks/<str:code>/evidence", supervision.prove, name="prove"),
    path("tasks/<str:code>/evidence/<int:pk>", supervision.task_file, name="task_file"),
    re_path(r"^tasks/(?P<code>[\w-]+)/(?P<verb>sign|submit|close|return|cancel)$", supervision.move, name="move"),
    path("meetings/", meetings.meetings, name="meetings"),
    path("meetings/new", meetings.new, name="new_meeting"),
    path("meetings/<str:code>/", meetings.meeting, name="meeting"),
    path("meetings/<str:code>/edit", meetings.edit, name="edit_meeting"),
    path("meetings/<str:code>/decisions", meetings.add_decision, name="add_decision"),
    path("meetings/<str:code>/decide", meetings.decide, name="decide"),
    path("decisions/<int:pk>/edit", meetings.edit_decision, name="edit_decision"),
    path("requests/", requests.requests, name="requests"),
    path("requests/new", requests.new, name="new_request"),
    path("requests/<str:code>/", requests.one, name="request"),
    path("requests/<str:code>/hand-over", requests.hand_over, name="hand_over"),
    path("requests/<str:code>/answer", requests.answer, name="answer"),
    path("requests/<str:code>/close", requests.close, name="close_request"),
    path("requests/<str:code>/reject", requests.reject, name="reject"),
    path("requests/<str:code>/escalate", requests.escalate, name="escalate"),
    path("requests/<str:code>/gap", requests.link_gap, name="link_gap"),
    path("visits/", visits.visits, name="visits"),
    path("visits/new", visits.new, name="new_visit"),
    path("visits/<int:pk>/", visits.visit, name="visit"),
    path("visits/<int:pk>/record", visits.record, name="record_visit"),
    path("visits/<int:pk>/promise", visits.promise, name="promise"),
    path("calendar/", workdays.calendar, name="calendar"),
    path("calendar/new", workdays.declare_day, name="declare_day"),
    path("calendar/<int:pk>/withdraw", workdays.withdraw_day, name="withdraw_day"),
]
