"""Addresses of the register: enterprises, purchases, grants, product lines, shared suppliers, merges."""

from django.urls import path

from lianzhang.web.views import bills, grants, lines, registry, sharing

app_name = "registry"
PREFIX = "enterprises/"
urlpatterns = [
    path("", registry.enterprises, name="list"),
    path("new", registry.new, name="new"),
    path("purchases/", grants.purchases, name="purchases"),
    path("grants/", grants.grants, name="grants"),
    path("grants/new", grants.new_grant, name="new_grant"),
    path("grants/<int:pk>/", grants.grant, name="grant"),
    path("grants/<int:pk>/confirm", grants.confirm, name="confirm_grant"),
    path("grants/<int:pk>/withdraw", grants.withdraw, name="withdraw_grant"),
    path("grants/<int:pk>/scan", grants.scan, name="grant_scan"),
    path("lines/", lines.lines, name="lines"),
    path("lines/new", lines.new_line, name="new_line"),
    path("lines/<int:pk>/levels", lines.choose_levels, name="choose_levels"),
    path("shared/", sharing.shared, name="shared"),
    path("shared/release", sharing.release, name="release_shared"),
    path("shared/<int:pk>/withdraw", sharing.withdraw, name="withdraw_shared"),
    path("<str:code>/", registry.enterprise, name="enterprise"),
    path("<str:code>/unfilled", bills.unfilled_workbook, name="unfilled"),
    path("<str:code>/edit", registry.edit, name="edit"),
    path("<str:code>/cell", registry.cell, name="cell"),
    path("<str:code>/aliases", registry.add_alias, name="add_alias"),
    path("<str:code>/aliases/<int:pk>/remove", registry.remove_alias, name="remove_alias"),
    path("<str:code>/merge", registry.merge, name="merge"),
    path("<str:code>/merges/<int:pk>/roll-back", registry.roll_back, name="roll_back"),
]
