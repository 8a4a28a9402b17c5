from django.apps import AppConfig


class ResourcesConfig(AppConfig):
    name = "lianzhang.resources"
    label = "resources"
