from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "lianzhang.web"
    label = "web"
