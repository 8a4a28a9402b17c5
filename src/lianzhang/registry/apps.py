from django.apps import AppConfig


class RegistryConfig(AppConfig):
    name = "lianzhang.registry"
    label = "registry"
