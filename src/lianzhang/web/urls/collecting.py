"""Addresses of collecting: the forms that are out, one with its answers, the answer of a body, the whole."""

from django.urls import path, re_path

from lianzhang.web.views import collecting, handing_in

app_name = "collecting"
PREFIX = "collections/"
urlpatterns = [
    path("", collecting.collections, name="list"),
    path("new", collecting.new, name="new"),
    path("<str:code>/", collecting.one, name="one"),
    path("<str:code>/extend", collecting.extend, name="extend"),
    path("<str:code>/close", collecting.close, name="close"),
    path("<str:code>/workbooks", handing_in.archive, name="workbooks"),
    path("<str:code>/hand-in", handing_in.take_in, name="hand_in"),
    path("<str:code>/whole", collecting.whole, name="whole"),
    path("<str:code>/sums", collecting.sums, name="sums"),
    path("<str:code>/of/<slug:body>/", collecting.answer, name="answer"),
    path("<str:code>/of/<slug:body>/workbook", collecting.workbook, name="workbook"),
    path("<str:code>/of/<slug:body>/upload", collecting.upload, name="upload"),
    path("<str:code>/of/<slug:body>/marked", collecting.marked, name="marked"),
    path("<str:code>/of/<slug:body>/submit", collecting.submit, name="submit"),
    re_path(r"^(?P<code>[\w-]+)/of/(?P<body>[\w-]+)/(?P<verb>recall|return|accept)$", collecting.move, name="move"),
]
