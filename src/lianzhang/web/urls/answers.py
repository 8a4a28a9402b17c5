"""Addresses of what a firm fills in itself: what is asked, a page and a workbook for every level."""

from django.urls import path

from lianzhang.web.views import answers, gathering

app_name = "answers"
urlpatterns = [
    path("", answers.asked, name="asked"),
    path("lines/<int:pk>/bands", answers.bands, name="bands"),
    path("lines/<int:pk>/ticks", answers.ticks, name="ticks"),
    path("lines/<int:pk>/names", answers.names, name="names"),
    path("names/<int:pk>/withdraw", answers.withdraw_name, name="withdraw_name"),
    path("materials/", answers.material_groups, name="materials"),
    path("materials/<int:pk>/forget", answers.forget_group, name="forget_group"),
    path("gather/", gathering.gathered, name="gathered"),
    path("gather/all.zip", gathering.package, name="package"),
    path("gather/<str:code>/line", gathering.line_on_paper, name="line_on_paper"),
    path("gather/<str:code>/<str:level>", gathering.workbook, name="gather"),
    path("workbooks/<str:level>", answers.workbook, name="workbook"),
]
