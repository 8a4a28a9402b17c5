from django.apps import AppConfig


class WorkdaysConfig(AppConfig):
    name = "lianzhang.workdays"
    label = "workdays"
