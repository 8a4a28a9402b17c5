"""Addresses of the monthly round: the months, one month, its rows, a district's answer, one project's row."""

from django.urls import path, re_path

from lianzhang.web.views import handing_in, round_answers, rounds

app_name = "rounds"
urlpatterns = [
    path("", rounds.rounds, name="list"),
    path("new", rounds.new, name="new"),
    path("<str:code>/", rounds.one, name="one"),
    path("<str:code>/rows", rounds.rows, name="rows"),
    path("<str:code>/extend", rounds.extend, name="extend"),
    path("<str:code>/close", rounds.close, name="close"),
    path("<str:code>/write", rounds.write, name="write"),
    path("<str:code>/workbooks", handing_in.archive, name="workbooks"),
    path("<str:code>/hand-in", handing_in.take_in, name="hand_in"),
    re_path(r"^(?P<code>[\w-]+)/check/(?P<verdict>pass|return)$", rounds.check, name="check"),
    path("<str:code>/of/<slug:body>/", round_answers.answer, name="answer"),
    path("<str:code>/of/<slug:body>/workbook", round_answers.workbook, name="workbook"),
    path("<str:code>/of/<slug:body>/upload", round_answers.upload, name="upload"),
    path("<str:code>/of/<slug:body>/marked", round_answers.marked, name="marked"),
    path("<str:code>/of/<slug:body>/submit", round_answers.submit, name="submit"),
    path("<str:code>/of/<slug:body>/recall", round_answers.recall, name="recall"),
    path("<str:code>/rows/<str:project>/", round_answers.row, name="row"),
    path("<str:code>/rows/<str:project>/photo", round_answers.photo, name="photo"),
    path("<str:code>/rows/<str:project>/correct", rounds.correct, name="correct"),
]
