from django.apps import AppConfig


class CollectingConfig(AppConfig):
    name = "lianzhang.collecting"
    label = "collecting"
