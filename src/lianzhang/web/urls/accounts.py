"""Addresses of sign-in, posts, the address list and tokens."""

from django.urls import path

from lianzhang.web.views import accounts, door, own

app_name = "accounts"
PREFIX = "people/"
urlpatterns = [
    path("", accounts.people, name="people"),
    path("sign-in", door.sign_in, name="sign_in"),
    path("sign-out", door.sign_out, name="sign_out"),
    path("link/<str:token>", door.by_link, name="by_link"),
    path("act-as", door.act_as, name="act_as"),
    path("me", own.me, name="me"),
    path("me/password", own.password, name="password"),
    path("me/tokens", own.new_token, name="new_token"),
    path("me/tokens/<int:pk>/revoke", own.revoke_token, name="revoke_token"),
    path("bodies", accounts.bodies, name="bodies"),
    path("bodies/new", accounts.new_body, name="new_body"),
    path("bodies/<slug:code>", accounts.body, name="body"),
    path("bodies/<slug:code>/edit", accounts.edit_body, name="edit_body"),
    path("new", accounts.new_person, name="new_person"),
    path("appoint", accounts.appoint, name="appoint"),
    path("appointments/<int:pk>/end", accounts.end_appointment, name="end_appointment"),
    path("appointments/<int:pk>/edit", accounts.edit_appointment, name="edit_appointment"),
    path("<int:pk>", accounts.person, name="person"),
    path("<int:pk>/edit", accounts.edit_person, name="edit_person"),
    path("<int:pk>/disable", accounts.disable, name="disable"),
    path("<int:pk>/link", accounts.issue_link, name="issue_link"),
]
