from django.apps import AppConfig


class IntakeConfig(AppConfig):
    name = "lianzhang.intake"
    label = "intake"
