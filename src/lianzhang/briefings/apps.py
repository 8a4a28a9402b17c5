from django.apps import AppConfig


class BriefingsConfig(AppConfig):
    name = "lianzhang.briefings"
    label = "briefings"
