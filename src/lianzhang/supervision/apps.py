from django.apps import AppConfig


class SupervisionConfig(AppConfig):
    name = "lianzhang.supervision"
    label = "supervision"
